//! What is really different about a segment: its own profile against everybody else's.
//!
//! The difference is in standard deviations of all customers (Glass's delta with the pooled population's spread), free
//! metrics apart from those that the rule's own arithmetic moves.

use super::document::{Table, Text};
use super::figure::{Figure, Style};
use super::template::{Field, Fields};
use super::wording;
use crate::ordered::order_by;
use crate::pipeline::outcome::Results;
use crate::segments::findings::Segment;
use crate::validation::findings::Effect;

/// Metrics of each kind shown.
const SHOWN: usize = 3;
/// Below this many standard deviations nothing is said to differ.
const HARDLY: f64 = 0.1;
/// From here on a difference is small, and from the second bar on clear (Cohen's .2 and .5).
const BANDS: (f64, f64) = (0.2, 0.5);

struct Difference<'a> {
    effect: &'a Effect,
    own: f64,
    others: f64,
    /// In standard deviations.
    d: f64,
    /// Customers of the segment with a value, and all others.
    counts: (u64, u64),
}

/// One segment's difference on every metric with a spread.
fn differences(results: &Results, segment: Segment) -> Vec<Difference<'_>> {
    let at = segment as usize;
    let (Some(validation), Some(features)) = (results.validation.value(), results.features.value()) else {
        return Vec::new();
    };
    validation
        .effects
        .iter()
        .filter_map(|effect| {
            let sd = *features.summary.iter().find(|row| row.name == effect.metric)?.std.value()?;
            let own = *effect.means.get(at)?.value()?;
            let (mut sum, mut n) = (0.0, 0_u64);
            for (other, (mean, count)) in effect.means.iter().zip(&effect.counts).enumerate() {
                if other != at
                    && let Some(mean) = mean.value()
                {
                    sum += mean * *count as f64;
                    n += count;
                }
            }
            let others = sum / n as f64;
            let d = (own - others) / sd;
            let here = effect.counts.get(at).copied().unwrap_or_default();
            d.is_finite().then_some(Difference { effect, own, others, d, counts: (here, n) })
        })
        .collect()
}

fn path(one: &Difference<'_>) -> String {
    format!("validation.effects[{}].means", one.effect.metric)
}

fn mean(one: &Difference<'_>, value: f64, what: &str) -> Figure {
    Figure::new(value, Style::Mean, path(one), what)
}

fn standardised(one: &Difference<'_>, d: f64, formula: &str) -> Figure {
    Figure::new(d, Style::Decimal(2), path(one), formula).over(one.effect.counts.iter().sum())
}

/// Adds `strength`, `portrait_words` and `portrait_table` of a segment.
pub fn portrait(results: &Results, segment: Segment, fields: &mut Fields) {
    let mut all = differences(results, segment);
    if all.is_empty() {
        return;
    }
    order_by(&mut all, |a, b| b.d.abs().total_cmp(&a.d.abs()));
    let (free, tied): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.effect.coupled.is_none());
    let real: Vec<&Difference<'_>> = free.iter().filter(|one| one.d.abs() >= HARDLY).take(SHOWN).collect();
    // Two scores alone are no portrait: of what the rule does not contain nothing was measured.
    fields.flag("portrait", !free.is_empty());
    fields.flag("differs", !real.is_empty());
    if let Some(first) = real.first() {
        let size = first.d.abs();
        fields.words(
            "strength",
            if size >= BANDS.1 {
                "clearly"
            } else if size >= BANDS.0 {
                "modestly"
            } else {
                "slightly"
            },
        );
    }
    let mut text = Text::new();
    for (i, one) in real.iter().enumerate() {
        let joint = match (i, real.len()) {
            (0, _) => "",
            (i, n) if i + 1 == n => " and ",
            _ => ", ",
        };
        let more = if one.d > 0.0 { "higher" } else { "lower" };
        let d = standardised(one, one.d.abs(), "|mean here - mean elsewhere| / standard deviation of all customers");
        text = text
            .plain(format!("{joint}{} ", wording::inside(&wording::metric(&one.effect.metric))))
            .figure(d)
            .plain(if i == 0 { format!(" standard deviations {more}") } else { format!(" {more}") });
    }
    fields.set("portrait_words", Field::Text(text));
    let mut table = Table::new(format!("{} against all other customers", segment.name()))
        .words("Metric")
        .numbers("Here")
        .numbers("Others")
        .numbers("Difference, sd")
        .words("Standing")
        .from("validation.effects[].means, features.summary[].std");
    for one in free.iter().take(SHOWN).chain(tied.iter().take(SHOWN)) {
        table.row([
            wording::metric(&one.effect.metric).into(),
            mean(one, one.own, "mean of the segment").over(one.counts.0).into(),
            mean(one, one.others, "mean of all other segmented customers").over(one.counts.1).into(),
            standardised(one, one.d, "(mean here - mean elsewhere) / standard deviation of all customers").into(),
            if one.effect.coupled.is_none() { "free" } else { "follows from the rule" }.into(),
        ]);
    }
    fields.set("portrait_table", Field::Table(table));
}
