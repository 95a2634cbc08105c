//! The validation room's parts, put together for one segmentation.

use crate::extract::history::OrderHistory;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::GivenSegmentAgreement;
use crate::segments::rule::Segmentation;
use crate::stats::measured::Measured;
use crate::validation::coupling::coupling;
use crate::validation::findings::{ConfidenceFindings, Reliabilities, ValidationFindings};
use crate::validation::reliability::reliabilities;
use crate::validation::split::split_stability;

/// What is validated.
pub(super) struct Subject<'a> {
    /// The order history; `None` at customer level.
    pub(super) history: Option<&'a OrderHistory>,
    /// Features of the qualified customers.
    pub(super) table: &'a FeatureTable,
    /// Their segments.
    pub(super) segmentation: &'a Segmentation,
    /// Seed of the run.
    pub(super) seed: u64,
}

const NEEDS_HISTORY: &str = "the orders and order lines behind the customer-level file";

fn no_history<T>() -> Measured<T> {
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
    let Subject { history, table, segmentation, seed } = *subject;
    let reliability = match history {
        Some(history) => reliabilities(history, table.customers(), pace).await?,
        None => Reliabilities { frequency: no_history(), loyalty: no_history() },
    };
    Ok(ValidationFindings {
        effects: Vec::new(),
        definition_check: Vec::new(),
        reliability,
        confidence: ConfidenceFindings {
            share_at_least_80: at_full_depth(subject),
            median: at_full_depth(subject),
            bootstrap_share_at_least_80: at_full_depth(subject),
        },
        threshold_sensitivity: Vec::new(),
        split_stability: split_stability(table, segmentation, seed, pace).await?,
        coupling: coupling(history, table, segmentation),
        out_of_time: at_full_depth(subject),
        migration: at_full_depth(subject),
        bake_off: at_full_depth(subject),
        given_segment,
    })
}
