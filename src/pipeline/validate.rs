//! The validation room's parts, put together for one segmentation.

use crate::extract::history::OrderHistory;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::segments::bootstrap::bootstrap;
use crate::segments::confidence::share_at_least;
use crate::segments::findings::GivenSegmentAgreement;
use crate::segments::rule::Segmentation;
use crate::segments::thresholds::TypedThresholds;
use crate::stats::measured::Measured;
use crate::stats::quantile::median;
use crate::validation::bake_off::bake_off;
use crate::validation::coupling::coupling;
use crate::validation::effects::{definition_check, effects};
use crate::validation::findings::{ConfidenceFindings, Reliabilities, ValidationFindings};
use crate::validation::migration::migration;
use crate::validation::out_of_time::out_of_time;
use crate::validation::reliability::reliabilities;
use crate::validation::time_machine::time_machine;
use crate::validation::timeline::Timeline;

use super::draft::pending;

/// What is validated.
pub(super) struct Subject<'a> {
    /// The order history; `None` at customer level.
    pub(super) history: Option<&'a OrderHistory>,
    /// Features of the qualified customers.
    pub(super) table: &'a FeatureTable,
    /// Their segments.
    pub(super) segmentation: &'a Segmentation,
    /// The minimum number of orders.
    pub(super) min_orders: u32,
    /// Thresholds typed in.
    pub(super) typed: TypedThresholds,
    /// Seed of the run.
    pub(super) seed: u64,
}

/// From this confidence on, a label is called confident (STATISTICS.md section 3).
pub(super) const CONFIDENT: f64 = 0.8;
const NEEDS_HISTORY: &str = "the orders and order lines behind the customer-level file";

pub(super) fn no_history<T>() -> Measured<T> {
    Measured::absent("the file has one row per customer and no order history", NEEDS_HISTORY)
}

fn at_full_depth<T>(subject: &Subject<'_>) -> Measured<T> {
    if subject.history.is_some() { Measured::absent("computed at depth full only", "depth full") } else { no_history() }
}

/// What takes seconds at most, at any size.
pub(super) async fn validate_quick(
    subject: &Subject<'_>,
    given_segment: Measured<GivenSegmentAgreement>,
    pace: &Pace,
) -> Result<ValidationFindings, Cancelled> {
    let Subject { history, table, segmentation, seed, .. } = *subject;
    let (reliability, later, moved) = match history {
        Some(history) => {
            let (min_orders, typed) = (subject.min_orders, subject.typed);
            let reliability = reliabilities(history, table.customers(), &pace.part(0, 1, 4)).await?;
            let timeline = Timeline::of(history);
            let later = out_of_time(history, &timeline, min_orders, typed, seed, &pace.part(1, 2, 4)).await?;
            let moved = migration(history, min_orders, typed, seed, &pace.part(2, 3, 4)).await?;
            (reliability, later, moved)
        }
        None => (Reliabilities { frequency: no_history(), loyalty: no_history() }, no_history(), no_history()),
    };
    let part = |n: u64| pace.part(6 + n, 7 + n, 8);
    Ok(ValidationFindings {
        effects: effects(table, segmentation, seed, &part(0)).await?,
        definition_check: definition_check(segmentation, seed, &part(1)).await?,
        reliability,
        confidence: confidence(subject),
        // They decide nothing and take their time: they follow the verdict.
        threshold_sensitivity: Vec::new(),
        split_stability: pending(),
        coupling: coupling(history, table, segmentation),
        out_of_time: later,
        migration: moved,
        bake_off: at_full_depth(subject),
        time_machine: at_full_depth(subject),
        given_segment,
    })
}

fn confidence(subject: &Subject<'_>) -> ConfidenceFindings {
    let Some(values) = &subject.segmentation.confidence else {
        return ConfidenceFindings {
            share_at_least_80: no_history(),
            median: no_history(),
            bootstrap_share_at_least_80: no_history(),
        };
    };
    let missing = "no customer has a confidence";
    ConfidenceFindings {
        share_at_least_80: share_at_least(values, CONFIDENT)
            .map_or_else(|| Measured::absent(missing, ""), Measured::Value),
        median: median(values).map_or_else(|| Measured::absent(missing, ""), Measured::Value),
        bootstrap_share_at_least_80: at_full_depth(subject),
    }
}

/// What takes longer: resampled labels and rivals.
pub(super) async fn validate_full(
    subject: &Subject<'_>,
    quick: ValidationFindings,
    pace: &Pace,
) -> Result<ValidationFindings, Cancelled> {
    let Subject { history, table, segmentation, min_orders, typed, seed } = *subject;
    let Some(history) = history else { return Ok(quick) };
    let mut found = quick;
    let kept = bootstrap(history, table, segmentation, seed, &pace.part(0, 1, 3)).await?;
    found.confidence.bootstrap_share_at_least_80 = share_at_least(&kept, CONFIDENT)
        .map_or_else(|| Measured::absent("no customer has a confidence", ""), Measured::Value);
    let timeline = Timeline::of(history);
    found.bake_off = bake_off(history, &timeline, min_orders, typed, seed, &pace.part(1, 2, 3)).await?;
    let cuts = (segmentation.thresholds.frequency.used, segmentation.thresholds.loyalty.used);
    found.time_machine = time_machine(history, cuts, min_orders, &pace.part(2, 3, 3)).await?;
    Ok(found)
}
