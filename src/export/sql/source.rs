//! Mapped columns as expressions: what the reader does with a value, said in SQL.

use crate::extract::clock::Clock;
use crate::extract::columns::{MappedColumn, TimeWriting};
use crate::extract::history::LONGEST_GAP;
use crate::extract::schema::ColumnClass;

use super::engine::{Engine, as_double};

/// First and last day that an order can be of, days since 1970: 1900-01-01 and 2199-12-31, as the reader has it.
const DAYS: (i32, i32) = (-25_567, 84_005);
/// Text that is a number.
const NUMBER: &str = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?";
/// Text that is a date.
const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

/// The column itself.
fn named(engine: &dyn Engine, column: &MappedColumn) -> String {
    engine.identifier(&column.column)
}

/// A key: NaN is how a float column writes a missing one, empty text how a column of text does.
pub(super) fn key(engine: &dyn Engine, column: &MappedColumn) -> String {
    let name = named(engine, column);
    match column.class {
        ColumnClass::Float => {
            format!("CASE WHEN {} THEN {name} END", engine.is_finite(&as_double(engine, &name)))
        }
        // Text in the file may be a UUID, say, in its table, which takes no empty text to compare with.
        ColumnClass::Text => format!("CASE WHEN CAST({name} AS {}) <> '' THEN {name} END", engine.text()),
        _ => name,
    }
}

/// A finite number, else null.
pub(super) fn number(engine: &dyn Engine, column: &MappedColumn) -> String {
    number_where(engine, column, "")
}

/// Days between two orders: 0 to a century, else null.
pub(super) fn gap(engine: &dyn Engine, column: &MappedColumn) -> String {
    number_where(engine, column, &format!(" BETWEEN 0 AND {LONGEST_GAP}"))
}

/// A finite number that meets a further condition (`" >= 0"`, or none), else null.
fn number_where(engine: &dyn Engine, column: &MappedColumn, condition: &str) -> String {
    let name = named(engine, column);
    let finite = |value: &str| {
        let further = if condition.is_empty() { String::new() } else { format!(" AND {value}{condition}") };
        format!("CASE WHEN {}{further} THEN {value} END", engine.is_finite(value))
    };
    match column.class {
        ColumnClass::Text => {
            let text = format!("TRIM({name})");
            let parsed = engine.parsed_double(&text);
            format!("CASE WHEN {} THEN {} END", engine.matches(&text, NUMBER), finite(&parsed))
        }
        ColumnClass::Float => finite(&as_double(engine, &name)),
        ColumnClass::Boolean => format!("CASE WHEN {name} THEN 1 WHEN NOT {name} THEN 0 END"),
        _ if condition.is_empty() => as_double(engine, &name),
        _ => format!("CASE WHEN {name}{condition} THEN {} END", as_double(engine, &name)),
    }
}

/// A flag: 1 where it says yes, else 0.
pub(super) fn flag(engine: &dyn Engine, column: &MappedColumn) -> String {
    let name = named(engine, column);
    match column.class {
        ColumnClass::Boolean => format!("CASE WHEN {name} THEN 1 ELSE 0 END"),
        ColumnClass::Text => format!(
            "CASE WHEN LOWER(TRIM({name})) IN ('true', 't', 'yes', 'y') THEN 1 WHEN {} > 0 THEN 1 ELSE 0 END",
            number(engine, column)
        ),
        ColumnClass::Float => format!("CASE WHEN {} > 0 THEN 1 ELSE 0 END", number(engine, column)),
        _ => format!("CASE WHEN {name} > 0 THEN 1 ELSE 0 END"),
    }
}

/// The named zone whose clock tells the days of a column. Only names from our own table get into a query: a baseline can
/// hold any text.
pub(super) fn zone(column: &MappedColumn) -> Option<String> {
    let Some(TimeWriting::Zoned { zone }) = &column.writing else { return None };
    Clock::named(zone).map(|clock| clock.zone)
}

/// The calendar day, whole days since 1970-01-01, in the data's own zone; null outside the years that an order can be
/// of.
pub(super) fn day(engine: &dyn Engine, column: &MappedColumn) -> String {
    let name = named(engine, column);
    let whole = |seconds: &str, per_day: i64| {
        format!("CAST(FLOOR({} / {per_day}) AS {})", as_double(engine, seconds), engine.integer())
    };
    let from_text = |text: &str| {
        let parsed = engine.day_of_date(&format!("({})", engine.parsed_date(text)));
        format!("CASE WHEN {} THEN {parsed} END", engine.matches(text, DATE))
    };
    let unknown = || format!("CAST(NULL AS {})", engine.integer());
    let day = match column.writing.as_ref().unwrap_or(&TimeWriting::Unknown) {
        TimeWriting::Date => engine.day_of_date(&name),
        TimeWriting::WallClock => engine.day_of_date(&format!("CAST({name} AS DATE)")),
        TimeWriting::Instant { east: 0 } => whole(&engine.epoch_seconds(&name), 86_400),
        TimeWriting::Instant { east } => whole(&format!("({} + {east})", engine.epoch_seconds(&name)), 86_400),
        TimeWriting::Zoned { .. } => match zone(column) {
            Some(zone) => engine.day_in_zone(&name, &zone),
            None => return unknown(),
        },
        TimeWriting::Text => from_text(&format!("REPLACE(SUBSTR(TRIM({name}), 1, 10), '/', '-')")),
        TimeWriting::CalendarNumber => {
            let digits = format!("CAST(CAST({name} AS {}) AS {})", engine.integer(), engine.text());
            from_text(&format!("SUBSTR({digits}, 1, 4) || '-' || SUBSTR({digits}, 5, 2) || '-' || SUBSTR({digits}, 7)"))
        }
        TimeWriting::Epoch { per_second } => whole(&name, per_second.saturating_mul(86_400)),
        TimeWriting::Unknown => return unknown(),
    };
    let (first, last) = DAYS;
    format!("CASE WHEN {day} BETWEEN {first} AND {last} THEN {day} END")
}
