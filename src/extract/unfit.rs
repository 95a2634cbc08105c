//! Columns that are called like a role and cannot play it: said, so that nobody wonders where they went.

use super::error::ExtractError;
use super::findings::{ColumnRef, Layout};
use super::inspect::{CUSTOMER_ROLES, PREVIEW_ROWS, SAMPLE_ROWS, WIDE_ROLES, first_rows, times_fit};
use super::mapping::{class_fits, text_fits, wanted};
use super::numbers::Numbers;
use super::preview::texts;
use super::schema::{ColumnClass, Mapping, ReadAs, Role};
use super::synonyms::{name_score, normalise};
use super::table::Table;

/// From here on the name is the role's own.
pub(super) const CALLED: f64 = 0.9;
/// One value in so many may be none that the role allows: whoever reads the column counts them.
const FEW: usize = 20;

type Test = fn(f64) -> bool;

/// What numbers a role allows, in words too; `None` if any.
fn allowed(role: Role) -> Option<(Test, &'static str)> {
    Some(match role {
        Role::Hour => (|v| (0.0..24.0).contains(&v), "hours from 0 to 23"),
        Role::Weekday => (|v| (0.0..=7.0).contains(&v), "weekdays from 0 (Sunday) to 6"),
        Role::Reordered => (|v| v == 0.0 || v == 1.0, "0 and 1"),
        Role::OrderSequence => (|v| (0.0..100_000.0).contains(&v) && v.floor() >= v, "whole numbers below 100,000"),
        Role::ReorderRatio | Role::LoyaltyScore | Role::FreqScore => {
            (|v| (0.0..=1.0).contains(&v), "shares from 0 to 1")
        }
        _ => return None,
    })
}

/// Do first values (NaN where there is none) allow the role?
pub(super) fn values_fit(role: Role, values: &[f64]) -> bool {
    let known = values.iter().filter(|v| !v.is_nan()).count();
    let must_have =
        matches!(role, Role::Weekday | Role::OrderSequence | Role::ReorderRatio | Role::LoyaltyScore | Role::FreqScore);
    let Some((allows, _)) = allowed(role) else { return true };
    let strange = values.iter().filter(|v| !v.is_nan() && !allows(**v)).count();
    // Sequence numbers are sorted by as they are.
    let few = if role == Role::OrderSequence { 0 } else { known / FEW };
    strange <= few && (known > 0 || !must_have)
}

/// A column that is called like a role.
#[derive(Clone, Debug)]
pub(super) struct Unfit {
    pub(super) role: Role,
    pub(super) column: ColumnRef,
    /// Column, file, why not, and what would do.
    pub(super) reason: String,
}

/// The columns that `mapping` leaves out, called like roles that nobody plays, and unable to play them.
pub(super) fn unfit(tables: &[Box<dyn Table>], mapping: &Mapping) -> Result<Vec<Unfit>, ExtractError> {
    let roles: &[Role] = match mapping.layout {
        Layout::Customers => &CUSTOMER_ROLES,
        Layout::Star | Layout::Wide => &WIDE_ROLES,
    };
    let missing = mapping.missing();
    let mut found = Vec::new();
    for &role in roles.iter().filter(|role| !mapping.roles.contains_key(role)) {
        let needed = missing.iter().any(|missing| missing.role == role);
        for table in tables {
            let played: Vec<&str> = mapping
                .roles
                .values()
                .flatten()
                .filter(|at| at.file == table.name())
                .map(|at| at.column.as_str())
                .collect();
            if !needed && played.is_empty() {
                continue;
            }
            for (at, column) in table.columns().iter().enumerate() {
                if name_score(role, &normalise(&column.name)) < CALLED || played.contains(&column.name.as_str()) {
                    continue;
                }
                if let Some(why) = why_not(table.as_ref(), at, role)? {
                    let column = ColumnRef { file: table.name().to_owned(), column: column.name.clone() };
                    let reason = format!("column \"{}\" of \"{}\" {why}", column.column, column.file);
                    found.push(Unfit { role, column, reason });
                }
            }
        }
    }
    Ok(found)
}

/// Why a column cannot play `role`; `None` if it can, or cannot be read: whoever reads it will say why.
fn why_not(table: &dyn Table, at: usize, role: Role) -> Result<Option<String>, ExtractError> {
    let Some(column) = table.columns().get(at) else { return Ok(None) };
    let needs = |needed: &str| format!("; \"{}\" needs {needed}", role.title());
    if column.class == ColumnClass::Nested {
        return Ok(Some(format!("is nested ({}){}", column.kind, needs("one value per row"))));
    }
    if !class_fits(role, column.class) {
        return Ok(Some(format!("is {}{}", column.kind, needs(wanted(role)))));
    }
    let Some((_, values)) = first_rows(table, &[at], SAMPLE_ROWS)?.into_iter().next() else { return Ok(None) };
    let shown = texts(&values, &column.clock());
    if !text_fits(role, column.class, &shown[..shown.len().min(PREVIEW_ROWS)]) {
        let such = shown.iter().find(|value| !value.trim().is_empty());
        let such = such.map_or_else(String::new, |value| format!(" such as \"{value}\""));
        return Ok(Some(format!("holds text{such}{}", needs(wanted(role)))));
    }
    if role == Role::OrderTimestamp && column.read_as != Some(ReadAs::TimeUndecided) && !times_fit(&values) {
        return Ok(Some(format!("holds few dates in its first rows{}", needs(wanted(role)))));
    }
    let mut numbers = Numbers::default();
    numbers.read(&values);
    let Some((allows, words)) = allowed(role).filter(|_| !values_fit(role, &numbers.values)) else { return Ok(None) };
    let strange = numbers.values.iter().enumerate().find(|(_, value)| !value.is_nan() && !allows(**value));
    Ok(Some(match strange {
        Some((row, value)) => format!("holds {value} in row {}{}", row + 1, needs(words)),
        None => format!("holds no value in its first rows{}", needs(words)),
    }))
}
