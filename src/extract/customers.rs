//! The customer-level layout: one row per customer, features already computed.

use super::bound::{Bound, Reading, Watch};
use super::error::ExtractError;
use super::history::CustomerTable;
use super::keys::{Interner, NULL};
use super::notes::place;
use super::numbers::{Numbers, each_text};
use super::schema::{ColumnClass, Role};

/// Behavioural features by their canonical names, which are the names of the columns.
pub(super) const BEHAVIOURAL: [&str; 15] = [
    "reorder_ratio",
    "reorder_consistency",
    "pct_reordered_products",
    "mean_days_between_orders",
    "cv_days_between_orders",
    "mean_order_hour",
    "std_order_hour",
    "avg_basket_size",
    "std_basket_size",
    "min_basket_size",
    "max_basket_size",
    "basket_size_cv",
    "unique_products",
    "unique_aisles",
    "aisle_entropy",
];

const SCORES: [(Role, &str); 4] = [
    (Role::FreqScore, "freq_score"),
    (Role::LoyaltyScore, "loyalty_score"),
    (Role::MeanDaysBetweenOrders, "mean_days_between_orders"),
    (Role::ReorderRatio, "reorder_ratio"),
];

/// Is this the name of a category's share?
pub(super) fn is_share(name: &str) -> bool {
    (name.starts_with("aisle_") || name.starts_with("category_")) && name != "aisle_entropy"
}

/// The numeric columns read beside the mapped ones: (feature name, column index).
fn further_columns(part: &Bound<'_>) -> Vec<(String, usize)> {
    let mapped: Vec<usize> = part.roles.values().copied().collect();
    let numeric = |class| matches!(class, ColumnClass::Integer | ColumnClass::Float);
    let columns = part.table.columns().iter().enumerate();
    columns
        .filter(|(i, c)| numeric(c.class) && !mapped.contains(i))
        .filter(|(_, c)| BEHAVIOURAL.contains(&c.name.as_str()) || is_share(&c.name))
        // A role that another column plays is not read twice under its name.
        .filter(|(_, c)| !SCORES.iter().any(|(role, name)| *name == c.name && part.has(*role)))
        .map(|(i, c)| (c.name.clone(), i))
        .collect()
}

/// Reads the one customer file.
pub(super) async fn read_customers(part: &Bound<'_>, reading: &mut Reading<'_>) -> Result<CustomerTable, ExtractError> {
    let Some(&key_column) = part.roles.get(&Role::Customer) else {
        return Ok(CustomerTable::default());
    };
    let mut columns: Vec<(String, Option<Role>, usize)> = SCORES
        .iter()
        .filter_map(|(role, name)| part.roles.get(role).map(|&at| ((*name).to_owned(), Some(*role), at)))
        .collect();
    columns.extend(further_columns(part).into_iter().map(|(name, at)| (name, None, at)));
    if let Some(&at) = part.roles.get(&Role::OrderCount) {
        columns.push((String::new(), Some(Role::OrderCount), at));
    }
    let segment_column = part.roles.get(&Role::Segment).copied();
    let mut wanted = vec![key_column];
    wanted.extend(columns.iter().map(|(_, _, at)| *at));
    wanted.extend(segment_column);

    let hint = part.table.row_hint();
    let mut keys = Interner::new(hint);
    let mut values: Vec<Vec<f64>> = columns.iter().map(|_| Vec::with_capacity(hint)).collect();
    let mut watches: Vec<Watch> = columns.iter().map(|_| Watch::default()).collect();
    let mut segments: Option<Vec<Option<String>>> = segment_column.map(|_| Vec::with_capacity(hint));
    let mut numbers = Numbers::default();
    let (mut ids, mut fresh) = (Vec::new(), Vec::new());
    let mut rows_before = 0u64;
    for batch in part.table.batches(&wanted, None)? {
        let batch = batch?;
        let known = keys.len() as u32;
        keys.intern(batch.column(0), &mut ids).map_err(|e| part.key_error(Role::Customer, e, rows_before))?;
        fresh.clear();
        let mut next = known;
        for (row, &id) in ids.iter().enumerate() {
            let is_new = id != NULL && id == next;
            next += u32::from(is_new);
            fresh.push(is_new);
            if id == NULL {
                reading.integrity.null_keys += 1;
                reading.notes.add("null_keys", 1, "Rows without a customer were left out", || {
                    place(part.table.name(), part.column(Role::Customer), rows_before + row as u64)
                });
            } else if !is_new {
                reading.integrity.duplicate_keys += 1;
                let sentence = "Customers that stand twice keep their first row";
                reading.notes.add("duplicate_customers", 1, sentence, || {
                    place(part.table.name(), part.column(Role::Customer), rows_before + row as u64)
                });
            }
        }
        for (at, (column, watch)) in values.iter_mut().zip(&mut watches).enumerate() {
            let array = batch.column(at + 1);
            numbers.read(array);
            watch.saw(numbers.present());
            if let Some((row, value)) = numbers.first_bad.take() {
                watch.refuse(numbers.bad, rows_before + row as u64, || value);
            }
            column.extend(numbers.values.iter().zip(&fresh).filter(|(_, fresh)| **fresh).map(|(v, _)| *v));
        }
        if let Some(segments) = &mut segments {
            each_text(batch.column(columns.len() + 1), |row, text| {
                if fresh[row] {
                    segments.push(text.filter(|text| !text.is_empty()).map(str::to_owned));
                }
            });
        }
        rows_before += batch.num_rows() as u64;
        reading.tick(batch.num_rows()).await?;
    }
    reading.integrity.rows = rows_before;
    if rows_before == 0 {
        return Err(ExtractError::ZeroRows { file: part.table.name().to_owned() });
    }
    if keys.len() == 0 {
        return Err(ExtractError::AllKeysNull { file: part.table.name().to_owned() });
    }

    let order = keys.sorted();
    let mut table = CustomerTable { customers: keys.ids(&order), ..CustomerTable::default() };
    for (((name, role, column), values), watch) in columns.into_iter().zip(values).zip(watches) {
        let sentence =
            format!("Values of \"{}\" that are no finite numbers were left out", part.table.columns()[column].name);
        watch.finish(part, role.unwrap_or(Role::Customer), "feature_invalid", &sentence, &mut reading.notes)?;
        let values: Vec<f64> = order.iter().map(|&at| values[at as usize]).collect();
        if role == Some(Role::OrderCount) {
            table.orders = Some(values);
        } else if is_share(&name) {
            table.shares.push((name, values));
        } else {
            table.behavioural.push((name, values));
        }
    }
    table.segment = segments.map(|mut segments| order.iter().map(|&at| segments[at as usize].take()).collect());
    Ok(table)
}
