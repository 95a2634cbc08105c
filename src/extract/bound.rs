//! A table with the roles its columns play, and the bookkeeping of a reading pass.

use std::collections::BTreeMap;

use super::error::ExtractError;
use super::findings::Integrity;
use super::keys::KeyError;
use super::notes::{Notes, place};
use super::remote::{Ahead, Form};
use super::schema::Role;
use super::table::{Batches, Table};
use crate::pace::Pace;

/// A table and which of its columns (by index) play which role.
pub(super) struct Bound<'a> {
    pub(super) table: &'a dyn Table,
    pub(super) roles: BTreeMap<Role, usize>,
}

impl<'a> Bound<'a> {
    /// Does the table play `role`?
    pub(super) fn has(&self, role: Role) -> bool {
        self.roles.contains_key(&role)
    }

    /// Name of the column that plays `role`; empty if none does.
    pub(super) fn column(&self, role: Role) -> &'a str {
        self.roles.get(&role).and_then(|&i| self.table.columns().get(i)).map_or("", |c| c.name.as_str())
    }

    /// Streams the columns of those of `roles` that the table plays, and says where in a batch each stands.
    pub(super) fn stream(&self, roles: &[Role]) -> Result<(Vec<Option<usize>>, Batches<'a>), ExtractError> {
        let (slots, wanted) = self.columns(roles);
        Ok((slots, self.table.batches(&wanted, None)?))
    }

    /// As [`Bound::stream`], decoded by another worker or thread where the host has one and the table is large; then some
    /// columns may come in another form (see [`form`]).
    pub(super) fn ahead(&self, roles: &[Role]) -> Result<(Vec<Option<usize>>, Ahead<'a>), ExtractError> {
        let (slots, wanted) = self.columns(roles);
        let forms = roles.iter().filter(|role| self.has(**role)).map(|role| form(*role));
        let wanted: Vec<_> = wanted.into_iter().zip(forms).collect();
        Ok((slots, self.table.ahead(&wanted)?))
    }

    fn columns(&self, roles: &[Role]) -> (Vec<Option<usize>>, Vec<usize>) {
        let mut wanted = Vec::new();
        let slots = roles
            .iter()
            .map(|role| {
                self.roles.get(role).map(|&column| {
                    wanted.push(column);
                    wanted.len() - 1
                })
            })
            .collect();
        (slots, wanted)
    }

    /// A key error with its place.
    pub(super) fn key_error(&self, role: Role, error: KeyError, rows_before: u64) -> ExtractError {
        let file = self.table.name().to_owned();
        let column = self.column(role).to_owned();
        match error {
            KeyError::Kind { found, keys } => {
                ExtractError::KeyTypesDiffer { file, column, kind: found, other_kind: keys }
            }
            KeyError::Inexact { row, value } => {
                ExtractError::InexactId { file, column, row: rows_before + row as u64 + 1, value }
            }
            KeyError::TooMany => ExtractError::TooMany {
                what: "distinct ids",
                count: self.table.rows(),
                limit: super::keys::MOST as u64,
            },
            KeyError::Type(kind) => ExtractError::WrongType { role, file, column, kind, wanted: "integers or text" },
        }
    }
}

/// How the column that plays `role` may come from another worker or thread. Customers' ids are handed out again in the
/// type of the file, what a moment means depends on the type, and who reads the rest takes numbers of any type.
fn form(role: Role) -> Form {
    match role {
        Role::LineOrder => Form::Runs,
        Role::Order
        | Role::OrderSequence
        | Role::DaysSincePrior
        | Role::Hour
        | Role::Weekday
        | Role::Product
        | Role::Reordered
        | Role::Quantity
        | Role::Amount => Form::Narrow,
        _ => Form::Same,
    }
}

/// What every reading pass carries along.
pub(super) struct Reading<'a> {
    pub(super) pace: &'a Pace,
    pub(super) notes: Notes,
    pub(super) integrity: Integrity,
    /// Rows read so far, over all passes.
    pub(super) rows_done: u64,
    /// Rows to read, over all passes.
    pub(super) rows_total: u64,
}

impl Reading<'_> {
    /// For work on rows that have been read: it stands still on the bar, and can be cancelled.
    pub(super) fn progress(&self) -> Pace {
        let done = self.rows_done.min(self.rows_total);
        self.pace.part(done, done, self.rows_total)
    }

    /// `rows` more rows are read.
    pub(super) async fn tick(&mut self, rows: usize) -> Result<(), ExtractError> {
        self.rows_done += rows as u64;
        Ok(self.pace.tick(self.rows_done.min(self.rows_total), self.rows_total).await?)
    }
}

/// Values of one column of one file that cannot play its role.
#[derive(Debug, Default)]
pub(super) struct Watch {
    seen: u64,
    bad: u64,
    first: Option<(u64, String)>,
}

impl Watch {
    /// `seen` more values that were not null.
    pub(super) fn saw(&mut self, seen: u64) {
        self.seen += seen;
    }

    /// `count` of them cannot be used; the first stands in `row` (from 0, in the file).
    pub(super) fn refuse(&mut self, count: u64, row: u64, value: impl FnOnce() -> String) {
        if count > 0 && self.first.as_ref().is_none_or(|(first, _)| row < *first) {
            self.first = Some((row, value()));
        }
        self.bad += count;
    }

    /// An error when most of the values are unusable, a warning when some are.
    pub(super) fn finish(
        self,
        bound: &Bound<'_>,
        role: Role,
        code: &'static str,
        sentence: &str,
        notes: &mut Notes,
    ) -> Result<(), ExtractError> {
        let Some((row, value)) = self.first else { return Ok(()) };
        if self.bad * 2 > self.seen {
            return Err(ExtractError::BadValues {
                role,
                file: bound.table.name().to_owned(),
                column: bound.column(role).to_owned(),
                count: self.bad,
                rows: self.seen,
                row: row + 1,
                value,
            });
        }
        notes.add(code, self.bad, sentence, || {
            format!("{}, {value}", place(bound.table.name(), bound.column(role), row))
        });
        Ok(())
    }
}
