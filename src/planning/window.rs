//! What an extract is as a window on its customers: its files, its time, and how complete it is.

use serde::{Deserialize, Serialize};

use crate::extract::columns::MappedColumn;
use crate::extract::findings::{ExtractFindings, Layout};
use crate::extract::history::{Extract, NO_DAY};
use crate::extract::schema::Role;
use crate::features::table::FeatureTable;
use crate::validation::timeline::iso_date;

/// Share of orders at either end that may bear stray dates and do not make the period.
const STRAY: f64 = 0.001;

/// First and last day of an extract, stray dates left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Days since 1970-01-01.
    pub first: i32,
    /// Days since 1970-01-01.
    pub last: i32,
}

impl Period {
    /// The period of these calendar days; `None` if no day is known.
    pub fn of(days: &[i32]) -> Option<Self> {
        let mut known: Vec<i32> = days.iter().copied().filter(|&day| day != NO_DAY).collect();
        let stray = (known.len() as f64 * STRAY) as usize;
        let last = known.len().checked_sub(1 + stray)?;
        let end = *known.select_nth_unstable(last).1;
        let start = *known.select_nth_unstable(stray).1;
        Some(Self { first: start, last: end })
    }

    /// Days, both ends counted.
    pub fn days(self) -> i32 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// `2024-01-01 to 2024-12-31`.
    pub fn words(self) -> String {
        format!("{} to {}", iso_date(self.first), iso_date(self.last))
    }
}

/// How complete an extract is. Shares 0..1; a share of nothing is 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Customers with at least one order.
    pub customers: u64,
    /// Of those, in a segment.
    pub qualified: u64,
    /// Fewer orders than the minimum.
    pub below_minimum: u64,
    /// Enough orders, no known gap.
    pub no_gap: u64,
    /// Enough orders, no line.
    pub no_lines: u64,
    /// Scores at customer level that cannot be.
    pub invalid_score: u64,
    /// Orders, not a customer's first, whose gap is unknown.
    pub missing_gap_share: f64,
    /// Rows without customer or order.
    pub null_key_share: f64,
    /// Rows whose order is not in the orders file.
    pub orphan_line_share: f64,
    /// Lines whose product is not in the product file.
    pub unknown_product_share: f64,
    /// Lines whose reordered flag is null or no flag. None where no column gives it, and in files of a build that did not
    /// count them.
    #[serde(default)]
    pub unknown_flag_share: Option<f64>,
    /// Orders without a line.
    pub empty_order_share: f64,
    /// Orders per customer.
    pub orders_per_customer: f64,
    /// Lines per order.
    pub lines_per_order: f64,
}

/// An extract as monitoring sees it: no customer in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Layout of the files.
    pub layout: Layout,
    /// The columns behind the roles.
    pub columns: Vec<MappedColumn>,
    /// Orders.
    pub orders: u64,
    /// Order lines.
    pub order_lines: u64,
    /// Its time; `None` without dates.
    pub period: Option<Period>,
    /// How complete it is.
    pub quality: Quality,
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Are flags read, and not derived? As the reader has it: each file of lines has them.
fn gives_flags(columns: &[MappedColumn]) -> bool {
    let files = |role: Role| columns.iter().filter(move |column| column.role == role).map(|column| &column.file);
    files(Role::Product).next().is_some()
        && files(Role::Product).all(|lines| files(Role::Reordered).any(|flagged| flagged == lines))
}

impl Window {
    /// Describes an extract that has been read and put into features.
    pub fn of(extract: &Extract, findings: &ExtractFindings, table: &FeatureTable, columns: Vec<MappedColumn>) -> Self {
        let integrity = &findings.integrity;
        let excluded = table.excluded();
        let history = extract.history();
        let empty_orders = history.map_or(0, |h| h.line_start.windows(2).filter(|pair| pair[0] == pair[1]).count());
        let quality = Quality {
            customers: findings.customers,
            qualified: table.rows() as u64,
            below_minimum: excluded.too_few_orders,
            no_gap: excluded.no_gap,
            no_lines: excluded.no_lines,
            invalid_score: excluded.invalid_score,
            missing_gap_share: share(integrity.missing_gaps, findings.orders.saturating_sub(findings.customers)),
            null_key_share: share(integrity.null_keys, integrity.rows),
            orphan_line_share: share(integrity.orphan_lines, integrity.rows),
            unknown_product_share: share(integrity.unknown_products, findings.order_lines),
            unknown_flag_share: gives_flags(&columns)
                .then(|| share(integrity.unknown_flags, findings.order_lines).min(1.0)),
            empty_order_share: share(empty_orders as u64, findings.orders),
            orders_per_customer: share(findings.orders, findings.customers),
            lines_per_order: share(findings.order_lines, findings.orders),
        };
        Self {
            layout: findings.layout,
            columns,
            orders: findings.orders,
            order_lines: findings.order_lines,
            period: history.and_then(|h| h.day.as_deref()).and_then(Period::of),
            quality,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_dates_do_not_make_a_period() {
        let mut days: Vec<i32> = (0..2_000).map(|i| 18_000 + i % 365).collect();
        days.push(NO_DAY);
        days[7] = 80_000;
        let found = Period::of(&days).unwrap();
        assert!(found.last < 18_365 && found.first >= 18_000, "{found:?}");
        assert_eq!(Period::of(&[NO_DAY]), None);
        assert_eq!(Period::of(&[5]).map(Period::days), Some(1));
    }
}
