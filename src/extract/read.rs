//! Files and mapping in, order history or customer table out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bound::{Bound, Reading};
use super::catalogue::read_catalogue;
use super::customers::read_customers;
use super::error::ExtractError;
use super::findings::{ExtractFindings, FileFindings, Integrity, Layout};
use super::history::{Extract, OrderHistory};
use super::lines::read_lines;
use super::notes::Notes;
use super::orders::read_orders;
use super::parquet_file::ParquetFile;
use super::reorders::settle_reorders;
use super::schema::{ColumnInspection, FileInspection, Mapping, Role};
use super::source::Source;
use super::table::Table;
use crate::pace::Pace;

/// What can be told to a reading beyond its mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Orders after this day (since 1970-01-01) are left out; needs dates.
    pub as_of_day: Option<i32>,
}

/// Opens every file: footers only.
pub(super) fn open(sources: &[Arc<dyn Source>]) -> Result<Vec<Box<dyn Table>>, ExtractError> {
    if sources.is_empty() {
        return Err(ExtractError::NoFiles);
    }
    for (at, source) in sources.iter().enumerate() {
        if sources[..at].iter().any(|s| s.name() == source.name()) {
            return Err(ExtractError::SameName { file: source.name().to_owned() });
        }
    }
    sources.iter().map(|source| ParquetFile::open(source).map(|f| Box::new(f) as Box<dyn Table>)).collect()
}

/// Reads the files as `mapping` says.
///
/// Progress is reported in rows over all passes. The result does not depend on the order of `sources`.
///
/// # Errors
/// See [`ExtractError`]; what can be mended by leaving rows out is a warning in the findings instead.
pub async fn read(
    sources: &[Arc<dyn Source>],
    mapping: &Mapping,
    options: &ReadOptions,
    pace: &Pace,
) -> Result<(Extract, ExtractFindings), ExtractError> {
    let tables = open(sources)?;
    let inspections: Vec<FileInspection> = tables.iter().map(|t| describe(t.as_ref())).collect();
    mapping.check_files(&inspections)?;

    let mut reading =
        Reading { pace, notes: Notes::default(), integrity: Integrity::default(), rows_done: 0, rows_total: 0 };
    let (mut bound, used) = bind(&tables, mapping, &mut reading);
    for table in &tables {
        if !bound.iter().any(|b| b.table.name() == table.name()) {
            reading
                .notes
                .add("file_not_used", 1, "Files that play no role were not read", || format!("\"{}\"", table.name()));
        }
    }
    let mut findings = ExtractFindings {
        layout: mapping.layout,
        files: tables
            .iter()
            .map(|t| FileFindings {
                name: t.name().to_owned(),
                bytes: t.bytes(),
                rows: t.rows(),
                row_groups: t.row_groups(),
                sha256: String::new(),
            })
            .collect(),
        mapping: used,
        customers: 0,
        orders: 0,
        order_lines: 0,
        products: 0,
        categories: 0,
        warnings: Vec::new(),
        integrity: Integrity::default(),
    };

    let extract = if mapping.layout == Layout::Customers {
        let part = bound.iter().position(|b| b.has(Role::Customer)).map(|at| bound.swap_remove(at));
        let Some(part) = part else { return Err(ExtractError::NoFiles) };
        reading.rows_total = part.table.rows();
        let table = read_customers(&part, &mut reading).await?;
        findings.customers = table.customers.len() as u64;
        findings.categories = table.shares.len() as u64;
        Extract::Customers(table)
    } else {
        let history = read_history(bound, mapping.layout, options, &mut reading).await?;
        findings.customers = history.customer_count() as u64;
        findings.orders = history.order_count() as u64;
        findings.order_lines = history.lines.len() as u64;
        findings.products = u64::from(history.products);
        findings.categories = history.categories.len() as u64;
        Extract::History(history)
    };
    if findings.customers == 1 {
        reading.notes.say("one_customer", 1, "The extract holds a single customer: there is nobody to compare with");
    }
    findings.integrity = reading.integrity;
    findings.warnings = reading.notes.warnings();
    Ok((extract, findings))
}

async fn read_history(
    bound: Vec<Bound<'_>>,
    layout: Layout,
    options: &ReadOptions,
    reading: &mut Reading<'_>,
) -> Result<OrderHistory, ExtractError> {
    let wide = layout == Layout::Wide;
    let (mut order_parts, mut line_parts, mut products, mut categories) = (vec![], vec![], vec![], vec![]);
    for part in bound {
        if part.has(Role::CategoryKey) {
            categories.push(part);
        } else if part.has(Role::ProductKey) {
            products.push(part);
        } else if !wide && part.has(Role::LineOrder) {
            line_parts.push(part);
        } else if part.has(Role::Order) {
            order_parts.push(part);
        }
    }
    let rows = |parts: &[Bound<'_>]| parts.iter().map(|p| p.table.rows()).fold(0, u64::saturating_add);
    let line_rows = if wide { rows(&order_parts) } else { rows(&line_parts) };
    let reads = [rows(&order_parts), line_rows, line_rows, rows(&products), rows(&categories)];
    reading.rows_total = reads.into_iter().fold(0, u64::saturating_add);

    let mut orders = read_orders(&order_parts, wide, options.as_of_day, reading).await?;
    let line_parts = if wide { order_parts } else { line_parts };
    let mut catalogue = read_catalogue(&products, &categories, &line_parts, reading).await?;
    let lines = read_lines(&line_parts, wide, &mut orders, &mut catalogue, reading).await?;
    let given = line_parts.iter().all(|p| p.has(Role::Reordered));
    let products = catalogue.products.len() as u32;
    let shelf = catalogue.shelve(&lines.lines, reading);
    let mut history = OrderHistory {
        customers: orders.ids,
        order_start: orders.order_start,
        days_since_prior: orders.days_since_prior,
        hour: orders.hour,
        weekday: orders.weekday,
        day: orders.day,
        amount: lines.amount,
        line_start: lines.line_start,
        lines: lines.lines,
        products,
        product_category: shelf.product_category,
        categories: shelf.categories,
    };
    drop((orders.keys, orders.customers, orders.position, orders.shared));
    settle_reorders(&mut history, given, reading).await?;
    Ok(history)
}

/// What the columns of a table are, without looking at its rows.
pub(super) fn describe(table: &dyn Table) -> FileInspection {
    FileInspection {
        name: table.name().to_owned(),
        bytes: table.bytes(),
        rows: table.rows(),
        row_groups: table.row_groups(),
        part: String::new(),
        columns: table
            .columns()
            .iter()
            .map(|c| ColumnInspection {
                name: c.name.clone(),
                kind: c.kind.clone(),
                class: c.class,
                usable: c.class != super::schema::ColumnClass::Nested && c.class != super::schema::ColumnClass::Other,
                preview: Vec::new(),
            })
            .collect(),
    }
}

/// Tables with their roles, in order of file name so that the order in which files were dropped plays no part;
/// and the roles as used.
pub(super) fn bind<'a>(
    tables: &'a [Box<dyn Table>],
    mapping: &Mapping,
    reading: &mut Reading<'_>,
) -> (Vec<Bound<'a>>, BTreeMap<String, super::findings::ColumnRef>) {
    let mut bound: Vec<Bound<'a>> = tables
        .iter()
        .map(|table| {
            let roles = mapping.roles.keys().filter_map(|&role| {
                let column = mapping.column_of(role, table.name())?;
                Some((role, table.column(&column.column)?))
            });
            Bound { table: table.as_ref(), roles: roles.collect() }
        })
        .filter(|b| !b.roles.is_empty())
        .collect();
    bound.sort_by(|a, b| a.table.name().cmp(b.table.name()));
    // A role that only some of several files play would be half-known: it is derived for all instead.
    let optional = [
        (Role::Order, Role::OrderSequence),
        (Role::Order, Role::DaysSincePrior),
        (Role::LineOrder, Role::Reordered),
        (Role::LineOrder, Role::Quantity),
        (Role::Order, Role::Reordered),
        (Role::Order, Role::Quantity),
    ];
    for (anchor, role) in optional {
        let carriers = bound.iter().filter(|b| b.has(anchor)).count();
        let players = bound.iter().filter(|b| b.has(anchor) && b.has(role)).count();
        if players > 0 && players < carriers {
            let sentence = format!("The role \"{}\" is played in some files only and was left aside", role.name());
            reading.notes.say("role_in_some_files", players as u64, &sentence);
            bound.iter_mut().filter(|b| b.has(anchor)).for_each(|b| {
                b.roles.remove(&role);
            });
        }
    }
    let used = mapping
        .roles
        .iter()
        .filter(|(role, _)| bound.iter().any(|b| b.has(**role)))
        .filter_map(|(role, columns)| {
            let first = columns.iter().min_by(|a, b| a.file.cmp(&b.file))?;
            Some((role.name().to_owned(), first.clone()))
        })
        .collect();
    (bound, used)
}
