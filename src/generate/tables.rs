//! The small tables that stand beside the orders: products, aisles, departments.

use std::io::Write;

use parquet::basic::Compression;
use parquet::errors::ParquetError;

use super::catalogue::{Catalogue, aisles};
use super::columns::{IdStyle, Sink, float, floats, int, ints, text, texts};
use super::shelves::DEPARTMENTS;

/// `products.parquet` of the star layout: ids into the aisle and department tables.
pub(super) fn star_products<W: Write + Send>(
    file: W,
    catalogue: &Catalogue,
    ids: IdStyle,
    compression: Compression,
) -> Result<W, ParquetError> {
    let fields = vec![ids.field("product_id"), text("product_name"), int("aisle_id"), int("department_id")];
    let departments: Vec<i32> = aisles().map(|(department, _, _)| department as i32 + 1).collect();
    let names: Vec<String> = (0..catalogue.len()).map(|product| catalogue.name(product)).collect();
    let mut sink = Sink::new(file, fields, &["product_id"], compression)?;
    sink.write(vec![
        ids.column("sku_", (1..=catalogue.len() as i32).collect()),
        texts(names.iter().map(String::as_str)),
        ints(catalogue.aisle_of.iter().map(|&aisle| i32::from(aisle) + 1).collect()),
        ints(catalogue.aisle_of.iter().map(|&aisle| departments[usize::from(aisle)]).collect()),
    ])?;
    sink.finish()
}

/// `aisles.parquet`.
pub(super) fn star_aisles<W: Write + Send>(file: W, compression: Compression) -> Result<W, ParquetError> {
    let mut sink = Sink::new(file, vec![int("aisle_id"), text("aisle")], &[], compression)?;
    let names = aisles().map(|(_, _, aisle)| aisle.name);
    sink.write(vec![ints((1..=aisles().count() as i32).collect()), texts(names)])?;
    sink.finish()
}

/// `departments.parquet`.
pub(super) fn star_departments<W: Write + Send>(file: W, compression: Compression) -> Result<W, ParquetError> {
    let mut sink = Sink::new(file, vec![int("department_id"), text("department")], &[], compression)?;
    sink.write(vec![ints((1..=DEPARTMENTS.len() as i32).collect()), texts(DEPARTMENTS.iter().map(|d| d.name))])?;
    sink.finish()
}

/// `products.parquet` of the wide layout: category and department by name, with the list price.
pub(super) fn wide_products<W: Write + Send>(
    file: W,
    catalogue: &Catalogue,
    ids: IdStyle,
    compression: Compression,
) -> Result<W, ParquetError> {
    let fields =
        vec![ids.field("product_id"), text("product_name"), text("category"), text("department"), float("list_price")];
    let shelves: Vec<(&str, &str)> = aisles().map(|(_, department, aisle)| (aisle.name, department.name)).collect();
    let names: Vec<String> = (0..catalogue.len()).map(|product| catalogue.name(product)).collect();
    let mut sink = Sink::new(file, fields, &["product_id"], compression)?;
    sink.write(vec![
        ids.column("sku_", (1..=catalogue.len() as i32).collect()),
        texts(names.iter().map(String::as_str)),
        texts(catalogue.aisle_of.iter().map(|&aisle| shelves[usize::from(aisle)].0)),
        texts(catalogue.aisle_of.iter().map(|&aisle| shelves[usize::from(aisle)].1)),
        floats(catalogue.cents.iter().map(|&cents| Some(f64::from(cents) / 100.0)).collect()),
    ])?;
    sink.finish()
}
