//! Is the later extract as complete as the baseline's? Broken data look like drift and are none.

use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::drivers::Sample;
use super::monitoring::Level;
use super::window::{Quality, Window};
use crate::report::figures::{decimal, percent};
use crate::stats::proportions::share_shift;

/// Rise of a share of unusable rows or customers that is a fault: the integrity gate's own limit \[judgement\].
const FAULT: f64 = 0.01;
/// Change of the share of orders without lines, or of customers with a value, that is a fault \[judgement\].
const LOSS: f64 = 0.05;
/// Change of the share of customers with too short a history that is worth a look \[judgement\].
const SHORTER: f64 = 0.10;
/// Chance below which a share counts as moved: all shares together at this level hardly add to
/// [`FALSE_ALARM`](super::monitoring::FALSE_ALARM) \[judgement\].
const SHARE_P: f64 = 1e-4;
/// Customers from which a driver that is the same for all of them cannot be chance \[judgement\].
const SEVERAL: usize = 30;
/// Orders per customer now over then, within which two windows count as equally long \[judgement\].
const LENGTH: (f64, f64) = (0.67, 1.5);

/// One figure of completeness then and now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QualityChange {
    /// Name, as in the baseline's `extract.quality`.
    pub name: String,
    /// Then.
    pub before: f64,
    /// Now.
    pub now: f64,
    /// Band.
    pub level: Level,
    /// In words.
    pub text: String,
}

/// All figures, in a fixed order.
pub(super) fn quality_changes(baseline: &Baseline, window: &Window, samples: &[Sample]) -> Vec<QualityChange> {
    let (then, now) = (&baseline.extract.quality, &window.quality);
    let of_customers = |q: &Quality, count: u64| if q.customers == 0 { 0.0 } else { count as f64 / q.customers as f64 };
    let customers = (then.customers, now.customers);
    // A fault of rows or lines befalls an order as a whole; a file at customer level has none.
    let orders = (baseline.extract.orders.max(then.customers), window.orders.max(now.customers));
    let mut changes = Vec::new();
    let mut share = |name: &str, what: &str, before: f64, now: f64, of: (u64, u64), bad: bool, level: Level| {
        let bad = bad && beyond_chance(before, now, of);
        let text = format!("{what}: {} in the baseline, {} now", percent(before), percent(now));
        changes.push(QualityChange {
            name: name.to_owned(),
            before,
            now,
            level: if bad { level } else { Level::Quiet },
            text,
        });
    };
    for (name, what, before, after, of) in [
        (
            "missing_gap_share",
            "orders whose days since the prior order are unknown",
            then.missing_gap_share,
            now.missing_gap_share,
            orders,
        ),
        ("null_key_share", "rows without customer or order", then.null_key_share, now.null_key_share, orders),
        (
            "orphan_line_share",
            "lines whose order is not in the orders file",
            then.orphan_line_share,
            now.orphan_line_share,
            orders,
        ),
        (
            "unknown_product_share",
            "lines whose product is not in the product file",
            then.unknown_product_share,
            now.unknown_product_share,
            orders,
        ),
        (
            "no_gap",
            "customers without a known gap",
            of_customers(then, then.no_gap),
            of_customers(now, now.no_gap),
            customers,
        ),
        (
            "no_lines",
            "customers without a line",
            of_customers(then, then.no_lines),
            of_customers(now, now.no_lines),
            customers,
        ),
        (
            "invalid_score",
            "customers whose score is missing or cannot be",
            of_customers(then, then.invalid_score),
            of_customers(now, now.invalid_score),
            customers,
        ),
    ] {
        share(name, what, before, after, of, after - before > FAULT, Level::Alert);
    }
    let empty = (then.empty_order_share, now.empty_order_share);
    share(
        "empty_order_share",
        "orders without a line",
        empty.0,
        empty.1,
        orders,
        (empty.1 - empty.0).abs() > LOSS,
        Level::Alert,
    );
    // A line without a flag counts as not reordered: loyalty falls by a fault of the file alone.
    if let (Some(before), Some(after)) = (then.unknown_flag_share, now.unknown_flag_share) {
        let what = "lines without a reordered flag";
        share("unknown_flag_share", what, before, after, orders, after - before > FAULT, Level::Alert);
    }
    let short = (of_customers(then, then.below_minimum), of_customers(now, now.below_minimum));
    let shorter = (short.1 - short.0).abs() > SHORTER;
    share("below_minimum", "customers with too few orders", short.0, short.1, customers, shorter, Level::Watch);
    for driver in &baseline.drivers {
        let measured = samples.iter().find(|s| s.name == driver.name).map_or(0, |s| s.values.len());
        let per = |count: f64, of: u64| if of == 0 { 0.0 } else { count / of as f64 };
        let (before, after) = (per(driver.customers as f64, then.qualified), per(measured as f64, now.qualified));
        let what = format!("customers with a value of {}", driver.name);
        let of = (then.qualified, now.qualified);
        share(&format!("measured:{}", driver.name), &what, before, after, of, before - after > LOSS, Level::Alert);
    }
    changes.extend(baseline.drivers.iter().filter_map(|driver| {
        let values = &samples.iter().find(|sample| sample.name == driver.name)?.values;
        let (first, others) = values.split_first()?;
        let same = values.len() >= SEVERAL && others.iter().all(|value| value == first);
        (driver.std > 0.0 && same).then(|| QualityChange {
            name: format!("spread:{}", driver.name),
            before: driver.std,
            now: 0.0,
            level: Level::Alert,
            text: format!(
                "customers no longer differ in {}: all have the same value, see the column behind it",
                driver.name
            ),
        })
    }));
    let ratio = now.orders_per_customer / then.orders_per_customer;
    if ratio.is_finite() {
        let text = format!(
            "orders per customer: {} in the baseline, {} now: histories of another length score otherwise",
            decimal(then.orders_per_customer, 1),
            decimal(now.orders_per_customer, 1)
        );
        let level = if (LENGTH.0..=LENGTH.1).contains(&ratio) { Level::Quiet } else { Level::Watch };
        changes.push(QualityChange {
            name: "orders_per_customer".to_owned(),
            before: then.orders_per_customer,
            now: now.orders_per_customer,
            level,
            text,
        });
    }
    changes
}

/// Lines without a flag that a baseline of an earlier build has nothing to compare with, in words.
pub(super) fn uncounted_flags(baseline: &Baseline, window: &Window) -> Option<String> {
    let now = window.quality.unknown_flag_share.filter(|&share| share > FAULT)?;
    baseline.extract.quality.unknown_flag_share.is_none().then(|| {
        format!(
            "{} of the lines have no reordered flag and count as not reordered. The baseline's build did not count such \
             lines, so whether this is new is not known: see the column, and make the baseline again with this build.",
            percent(now)
        )
    })
}

/// Has a share moved by more than chance hardly reaches? `of`: what it is a share of, then and now.
fn beyond_chance(before: f64, now: f64, of: (u64, u64)) -> bool {
    let count = |share: f64, of: u64| libm::rint(share * of as f64) as u64;
    share_shift(count(before, of.0), of.0, count(now, of.1), of.1).is_some_and(|test| test.p < SHARE_P)
}
