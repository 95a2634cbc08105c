//! Reads an Instacart-layout extract and reference columns with the plain parquet reader, without
//! the extract room: an independent way in, so that features can be held to their oracle alone.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "a test helper of which each binary uses a part")]

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use quadrant::extract::history::{Category, Line, OrderHistory};
use quadrant::extract::ids::Ids;

/// The folder of generated extracts `name` (`u2000`, `full`), or a visible skip.
pub fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("QUADRANT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../data"), PathBuf::from);
    present(root.join(name))
}

/// A file below the shared folder, or a visible skip.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("QUADRANT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    present(root.join(path))
}

fn present(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} absent", path.display());
    None
}

/// Calls `each` with every batch of the named columns of a file.
pub fn batches(path: &Path, columns: &[&str], mut each: impl FnMut(&RecordBatch)) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    for batch in builder.with_projection(mask).with_batch_size(65_536).build().unwrap() {
        each(&batch.unwrap());
    }
}

/// Column `name` as i64.
pub fn ints(batch: &RecordBatch, name: &str) -> Vec<i64> {
    let column = batch.column_by_name(name).unwrap();
    column.as_primitive_opt::<Int64Type>().map_or_else(
        || column.as_primitive::<Int32Type>().values().iter().map(|&v| i64::from(v)).collect(),
        |column| column.values().to_vec(),
    )
}

/// Column `name` as f64, null = NaN.
pub fn floats(batch: &RecordBatch, name: &str) -> Vec<f64> {
    let column = batch.column_by_name(name).unwrap().as_primitive::<Float64Type>();
    (0..column.len()).map(|i| if column.is_null(i) { f64::NAN } else { column.value(i) }).collect()
}

/// Column `name` as text; there are no nulls.
pub fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).unwrap();
    if let Some(column) = column.as_string_opt::<i32>() {
        column.iter().map(|text| text.unwrap().to_owned()).collect()
    } else {
        column.as_string::<i64>().iter().map(|text| text.unwrap().to_owned()).collect()
    }
}

/// One whole f64 column of a file.
pub fn column(path: &Path, name: &str) -> Vec<f64> {
    let mut out = Vec::new();
    batches(path, &[name], |batch| out.extend(floats(batch, name)));
    out
}

/// Names of a file's columns.
pub fn column_names(path: &Path) -> Vec<String> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    builder.schema().fields().iter().map(|field| field.name().clone()).collect()
}

/// The order history of an Instacart-layout folder.
pub fn history(folder: &Path) -> OrderHistory {
    let mut orders: Vec<(i64, i64, i64, u8, u8, f64)> = Vec::new();
    let names = ["user_id", "order_number", "order_id", "order_dow", "order_hour_of_day", "days_since_prior_order"];
    batches(&folder.join("orders.parquet"), &names, |batch| {
        let [user, number, id, dow, hour] = [0, 1, 2, 3, 4].map(|i| ints(batch, names[i]));
        let gap = floats(batch, names[5]);
        for i in 0..user.len() {
            orders.push((user[i], number[i], id[i], dow[i] as u8, hour[i] as u8, gap[i]));
        }
    });
    orders.sort_by_key(|order| (order.0, order.1));
    let place: HashMap<i64, u32> = orders.iter().enumerate().map(|(i, order)| (order.2, i as u32)).collect();

    let mut category_ids: Vec<(i64, String)> = Vec::new();
    batches(&folder.join("aisles.parquet"), &["aisle_id", "aisle"], |batch| {
        let names = arrow_array::cast::as_string_array(batch.column_by_name("aisle").unwrap());
        category_ids.extend(ints(batch, "aisle_id").into_iter().zip(names.iter().map(|n| n.unwrap().to_owned())));
    });
    category_ids.sort();
    let mut product_ids: Vec<(i64, i64)> = Vec::new();
    batches(&folder.join("products.parquet"), &["product_id", "aisle_id"], |batch| {
        product_ids.extend(ints(batch, "product_id").into_iter().zip(ints(batch, "aisle_id")));
    });
    product_ids.sort_unstable();
    let product: HashMap<i64, u32> = product_ids.iter().enumerate().map(|(i, p)| (p.0, i as u32)).collect();
    let category = |id: i64| category_ids.binary_search_by_key(&id, |c| c.0).unwrap() as u16;

    let mut lines: Vec<(u32, Line)> = Vec::new();
    let names = ["order_id", "product_id", "reordered"];
    batches(&folder.join("order_products__prior.parquet"), &names, |batch| {
        let [order, item, again] = names.map(|name| ints(batch, name));
        for i in 0..order.len() {
            lines.push((place[&order[i]], Line::new(product[&item[i]], again[i] == 1)));
        }
    });
    lines.sort_unstable_by_key(|(order, line)| (*order, line.product()));
    let mut line_start = vec![0u32; orders.len() + 1];
    for (order, _) in &lines {
        line_start[*order as usize + 1] += 1;
    }
    for i in 0..orders.len() {
        line_start[i + 1] += line_start[i];
    }
    let mut users: Vec<i64> = Vec::new();
    let mut order_start = Vec::new();
    for (i, order) in orders.iter().enumerate() {
        if users.last() != Some(&order.0) {
            users.push(order.0);
            order_start.push(i as u32);
        }
    }
    order_start.push(orders.len() as u32);
    let mut history = OrderHistory {
        customers: Ids::from_i64(users),
        order_start,
        days_since_prior: orders.iter().map(|order| order.5).collect(),
        hour: Some(orders.iter().map(|order| order.4).collect()),
        weekday: Some(orders.iter().map(|order| order.3).collect()),
        line_start,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        products: product_ids.len() as u32,
        product_category: product_ids.iter().map(|p| category(p.1)).collect(),
        categories: category_ids.into_iter().map(|(id, name)| Category { id: Some(id.to_string()), name }).collect(),
        ..OrderHistory::default()
    };
    history.count();
    history
}

/// Largest relative difference, absolute below 1.
pub fn assert_near(name: &str, found: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1e-12);
    assert!(
        (found - expected).abs() <= tolerance * scale || (found - expected).abs() <= 1e-14,
        "{name}: {found} instead of {expected}"
    );
}
