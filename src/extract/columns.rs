//! The columns behind the mapped roles, with their types: what scoring SQL and a baseline have to know of the files.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bound::{Bound, Reading};
use super::clock::Clock;
use super::error::ExtractError;
use super::findings::Integrity;
use super::notes::Notes;
use super::read::{bind, open};
use super::schema::{ColumnClass, Mapping, ReadAs, Role};
use super::source::Source;
use super::time::{Times, Writing, fixed_offset};
use crate::pace::Pace;

/// Rows looked at to tell how an integer column writes its times.
const LOOK: usize = 1024;

/// How a column that plays a date or timestamp is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeWriting {
    /// A calendar date.
    Date,
    /// A timestamp without zone: the wall clock.
    WallClock,
    /// An instant; days are those of the clock this many seconds east of UTC.
    Instant {
        /// Seconds east of UTC.
        east: i64,
    },
    /// An instant; days are those of the clock of this zone of the IANA database.
    Zoned {
        /// Its name (untrusted text, once a baseline has been read).
        zone: String,
    },
    /// ISO 8601 text.
    Text,
    /// A number `YYYYMMDD`.
    CalendarNumber,
    /// A number of ticks since 1970, this many to the second.
    Epoch {
        /// Ticks per second.
        per_second: i64,
    },
    /// Not known: the column holds no readable time.
    Unknown,
}

impl TimeWriting {
    /// The zone or offset on whose clock instants are read; `None` where times are no instants.
    pub fn zone(&self) -> Option<String> {
        match self {
            Self::Instant { east: 0 } => Some("UTC".to_owned()),
            Self::Instant { east } => {
                let minutes = east.unsigned_abs() / 60;
                let sign = if *east < 0 { '-' } else { '+' };
                Some(format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
            }
            Self::Zoned { zone } => Some(zone.clone()),
            _ => None,
        }
    }
}

/// A column of a file that plays a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// The role.
    pub role: Role,
    /// File name (untrusted text).
    pub file: String,
    /// Column name (untrusted text).
    pub column: String,
    /// Type in words.
    pub kind: String,
    /// Class of the type.
    pub class: ColumnClass,
    /// How its values are read, where the mapping says so (CSV).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_as: Option<ReadAs>,
    /// How times are written; only for the order timestamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writing: Option<TimeWriting>,
}

/// The columns that a reading with this mapping uses, by file name, then role. Reads footers, and the first rows of
/// integer timestamps.
///
/// # Errors
/// The files cannot be opened, or the mapping does not fit them.
pub fn mapped_columns(
    sources: &[Arc<dyn Source>],
    mapping: &Mapping,
    pace: &Pace,
) -> Result<Vec<MappedColumn>, ExtractError> {
    let tables = open(sources, &mapping.read_as)?;
    let mut reading =
        Reading { pace, notes: Notes::default(), integrity: Integrity::default(), rows_done: 0, rows_total: 0 };
    let (bound, _) = bind(&tables, mapping, &mut reading);
    let mut columns = Vec::new();
    for part in &bound {
        for (&role, &at) in &part.roles {
            let Some(column) = part.table.columns().get(at) else { continue };
            let writing = if role == Role::OrderTimestamp { Some(writing(part, at)?) } else { None };
            columns.push(MappedColumn {
                role,
                file: part.table.name().to_owned(),
                column: column.name.clone(),
                kind: column.kind.clone(),
                class: column.class,
                read_as: mapping.reading_of(part.table.name(), &column.name),
                writing,
            });
        }
    }
    Ok(columns)
}

fn writing(part: &Bound<'_>, at: usize) -> Result<TimeWriting, ExtractError> {
    let Some(column) = part.table.columns().get(at) else { return Ok(TimeWriting::Unknown) };
    Ok(match column.class {
        ColumnClass::Date => TimeWriting::Date,
        ColumnClass::Timestamp => match &column.zone {
            None => TimeWriting::WallClock,
            Some(zone) => match fixed_offset(zone) {
                Some(east) => TimeWriting::Instant { east },
                None => Clock::named(zone)
                    .map_or(TimeWriting::Instant { east: 0 }, |clock| TimeWriting::Zoned { zone: clock.zone }),
            },
        },
        ColumnClass::Text => TimeWriting::Text,
        _ => {
            let mut times = Times::default();
            for batch in part.table.batches(&[at], Some(LOOK))? {
                times.read(batch?.column(0), &Clock::default());
                if times.writing.is_some() {
                    break;
                }
            }
            match times.writing {
                Some(Writing::CalendarNumber) => TimeWriting::CalendarNumber,
                Some(Writing::Epoch(per_second)) => TimeWriting::Epoch { per_second },
                _ => TimeWriting::Unknown,
            }
        }
    })
}
