//! One customer: where they stand, how firmly, and what would move them.

use serde::{Deserialize, Serialize};

use crate::pipeline::labels::Labels;
use crate::report::{figures, wording};
use crate::segments::card::{CustomerCard, Move};
use crate::stats::measured::Measured;

/// A customer's card in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Glyph, id (untrusted) and segment.
    pub title: String,
    /// Both scores: name, value, place among the customers.
    pub scores: Vec<(String, String, String)>,
    /// The rest, one sentence each.
    pub lines: Vec<String>,
}

/// The card in words.
pub fn card(card: &CustomerCard, labels: &Labels) -> Card {
    let or_not =
        |value: &Measured<f64>, show: fn(f64) -> String| value.value().map_or_else(|| "–".to_owned(), |v| show(*v));
    let score = |name: &str, value: String, rank: f64| {
        let rank = figures::percent_whole(rank);
        (name.to_owned(), value, format!(" (higher than {rank} of the customers in its score)"))
    };
    let mut lines = vec![format!(
        "Sure of its segment: {} by the spread of its own gaps and orders, {} of its resampled histories keep it.",
        or_not(&card.confidence, figures::percent_whole),
        or_not(&card.bootstrap_confidence, figures::percent_whole)
    )];
    if !card.imputed.is_empty() {
        let names: Vec<String> = card.imputed.iter().map(|name| wording::metric(name)).collect();
        lines.push(format!("Filled in because it was missing: {}.", wording::list(&names)));
    }
    lines.push(step(&card.frequency_move, labels));
    lines.push(step(&card.loyalty_move, labels));
    Card {
        title: format!("{} {}: {}", wording::glyph(card.segment), card.id, labels.name(card.segment)),
        scores: vec![
            score("Days between orders", figures::decimal(card.mean_days_between_orders, 1), card.freq_percentile),
            score("Reordered share", figures::percent(card.loyalty_score), card.loyalty_percentile),
        ],
        lines,
    }
}

fn step(step: &Measured<Move>, labels: &Labels) -> String {
    match step {
        Measured::Value(step) => format!("To {}: {}", labels.name(step.to), wording::change(step.change)),
        Measured::NotMeasured(missing) => format!("{}.", wording::capital(&missing.reason)),
    }
}
