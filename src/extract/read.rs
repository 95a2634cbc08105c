//! Files and mapping in, order history or customer table out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bound::{Bound, Reading};
use super::catalogue::read_catalogue;
use super::csv::CsvFile;
use super::customers::read_customers;
use super::error::ExtractError;
use super::findings::{ExtractFindings, FileFindings, Integrity, Layout};
use super::held_out::is_held_out;
use super::history::{Extract, OrderHistory};
use super::inspect::explain;
use super::lines::{Opened, read_lines};
use super::notes::Notes;
use super::orders::read_orders;
use super::parquet_file::{ParquetFile, is_parquet, source_error};
use super::reorders::settle_reorders;
use super::schema::{ColumnInspection, ColumnReading, FileInspection, Mapping, MissingRole, Role};
use super::source::Source;
use super::table::Table;
use super::unfit::unfit;
use crate::ordered::order_by;
use crate::pace::Pace;

/// What can be told to a reading beyond its mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Orders after this day (since 1970-01-01) are left out; needs dates.
    pub as_of_day: Option<i32>,
}

/// Opens every file: footers, and the beginnings of CSV files, whose columns are read as `readings` say.
pub(super) fn open(
    sources: &[Arc<dyn Source>],
    readings: &[ColumnReading],
) -> Result<Vec<Box<dyn Table>>, ExtractError> {
    if sources.is_empty() {
        return Err(ExtractError::NoFiles);
    }
    for (at, source) in sources.iter().enumerate() {
        if sources[..at].iter().any(|s| s.name() == source.name()) {
            return Err(ExtractError::SameName { file: source.name().to_owned() });
        }
    }
    let mut tables = sources.iter().map(open_one).collect::<Result<Vec<_>, _>>()?;
    for reading in readings {
        if let Some(table) = tables.iter_mut().find(|t| t.name() == reading.file)
            && let Some(column) = table.column(&reading.column)
        {
            table.read_as(column, reading.read_as);
        }
    }
    Ok(tables)
}

/// What the file is, its content says; its name may say anything.
fn open_one(source: &Arc<dyn Source>) -> Result<Box<dyn Table>, ExtractError> {
    let parquet = is_parquet(source.as_ref()).map_err(|error| source_error(source.name().to_owned(), &error))?;
    Ok(if parquet { Box::new(ParquetFile::open(source)?) } else { Box::new(CsvFile::open(source)?) })
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
    let tables = open(sources, &mapping.read_as)?;
    let inspections: Vec<FileInspection> = tables.iter().map(|t| describe(t.as_ref())).collect();
    mapping.check_files(&inspections).or_else(|error| {
        let ExtractError::MissingRole { role, hint, column } = error else { return Err(error) };
        let mut missing = [MissingRole { role, hint, column }];
        explain(&mut missing, &unfit(&tables, mapping)?);
        let [MissingRole { role, hint, column }] = missing;
        Err(ExtractError::MissingRole { role, hint, column })
    })?;

    let mut reading =
        Reading { pace, notes: Notes::default(), integrity: Integrity::default(), rows_done: 0, rows_total: 0 };
    let left: Vec<String> = unfit(&tables, mapping)?.into_iter().map(|unfit| unfit.reason).collect();
    let sentence = "Columns that are called like a role but cannot play it were not used";
    reading.notes.add("column_not_used", left.len() as u64, sentence, || left.join("; then: "));
    for at in mapping.roles.values().flatten() {
        let table = tables.iter().find(|table| table.name() == at.file);
        let alike = table.map_or(0, |table| table.columns().iter().filter(|column| column.name == at.column).count());
        let sentence = "Of columns with one name the first was read";
        reading.notes.add("column_twice", alike.saturating_sub(1) as u64, sentence, || {
            format!("\"{}\" of \"{}\"", at.column, at.file)
        });
    }
    let (mut bound, used) = bind(&tables, mapping, &mut reading);
    let unused: Vec<&dyn Table> =
        tables.iter().map(Box::as_ref).filter(|t| !bound.iter().any(|b| b.table.name() == t.name())).collect();
    let to_count = unused.iter().filter(|t| !t.counted()).map(|t| t.rows());
    reading.rows_total =
        to_count.chain(bound.iter().map(|part| rows_to_read(part, mapping.layout))).fold(0, u64::saturating_add);
    for table in unused {
        count(table, &mut reading).await?;
        leave_aside(table, &bound, &mut reading);
    }
    let mut findings = ExtractFindings {
        layout: mapping.layout,
        files: Vec::new(),
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
    // By now every file has been counted.
    findings.files = tables
        .iter()
        .map(|t| FileFindings {
            name: t.name().to_owned(),
            bytes: t.bytes(),
            rows: t.rows(),
            row_groups: t.row_groups(),
            sha256: String::new(),
        })
        .collect();
    findings.integrity = reading.integrity;
    findings.warnings = reading.notes.warnings(mapping);
    Ok((extract, findings))
}

/// The rows of a part, as often as they are read: lines are counted before they are put in place, and those of a wide
/// file are read as orders before that.
fn rows_to_read(part: &Bound<'_>, layout: Layout) -> u64 {
    let passes = match layout {
        Layout::Wide if part.has(Role::Order) => 3,
        Layout::Star if part.has(Role::LineOrder) => 2,
        _ => 1,
    };
    part.table.rows().saturating_mul(passes)
}

/// Counts the rows of a table that nothing else is read of, as far as it can be read.
async fn count(table: &dyn Table, reading: &mut Reading<'_>) -> Result<(), ExtractError> {
    if table.counted() {
        return Ok(());
    }
    let mut rows = 0;
    let failed = match table.batches(&[], None) {
        Err(error) => Some(error),
        Ok(mut batches) => loop {
            match batches.next() {
                None => break None,
                Some(Err(error)) => break Some(error),
                Some(Ok(batch)) => {
                    rows += batch.num_rows() as u64;
                    reading.tick(batch.num_rows()).await?;
                }
            }
        },
    };
    match failed {
        Some(error @ (ExtractError::FileChanged { .. } | ExtractError::ReadFailed { .. })) => return Err(error),
        Some(error) => {
            let sentence =
                "Files that play no role could not be read to their end, so their numbers of rows are estimates";
            reading.notes.add("file_not_counted", rows.max(1), sentence, || error.to_string());
        }
        None => {}
    }
    Ok(())
}

/// Tells that a table plays no role; and if it holds lines that the extract itself keeps apart, how many.
fn leave_aside(table: &dyn Table, bound: &[Bound<'_>], reading: &mut Reading<'_>) {
    let names = |role: Role| bound.iter().filter(move |b| b.has(role));
    let columns = names(Role::Order).flat_map(|b| b.table.columns()).map(|c| c.name.as_str());
    let others = names(Role::LineOrder).map(|b| b.table.name());
    let place = || format!("\"{}\"", table.name());
    if is_held_out(table.name(), others, columns) {
        let sentence = "Order lines that the extract keeps apart by eval_set were left out: the canonical definitions \
                        count prior lines only, and orders without lines count for timing; map their columns to count them";
        reading.notes.add("held_out_lines", table.rows(), sentence, place);
    } else {
        reading.notes.add("file_not_used", 1, "Files that play no role were not read", place);
    }
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

    // Before the orders: another worker or thread, where there is one, decodes lines meanwhile.
    let opened = line_parts.first().map(Opened::of_star).transpose()?;
    let elsewhere = opened.as_ref().is_some_and(Opened::elsewhere);
    let mut orders = read_orders(&order_parts, wide, elsewhere, options.as_of_day, reading).await?;
    let line_parts = if wide { order_parts } else { line_parts };
    let mut catalogue = read_catalogue(&products, &categories, &line_parts, reading).await?;
    let lines = read_lines(&line_parts, wide, opened, &mut orders, &mut catalogue, reading).await?;
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
        reorders: Vec::new(),
        bought: Vec::new(),
        most_orders: Vec::new(),
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
        rows_estimated: !table.counted(),
        row_groups: table.row_groups(),
        format: table.format(),
        part: String::new(),
        held_out: false,
        columns: table
            .columns()
            .iter()
            .map(|c| ColumnInspection {
                name: c.name.clone(),
                kind: c.kind.clone(),
                class: c.class,
                usable: c.class != super::schema::ColumnClass::Nested && c.class != super::schema::ColumnClass::Other,
                preview: Vec::new(),
                read_as: c.read_as,
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
    order_by(&mut bound, |a, b| a.table.name().cmp(b.table.name()));
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
