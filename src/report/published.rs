//! The canonical case: what it published, what this extract shows, and why they differ.

use super::document::Table;
use super::evidence;
use super::figure::{Figure, Style};
use super::template::{Field, Fields};
use crate::extract::findings::Layout;
use crate::pipeline::outcome::Results;
use crate::segments::findings::ScoreThresholds;
use crate::stats::measured::Measured;

/// Customers, features and thresholds that the canonical documents name.
const CUSTOMERS: f64 = 182_223.0;
const FEATURES: f64 = 149.0;
const FREQUENCY: f64 = 0.065_217_391_304_347_82;
const LOYALTY: f64 = 0.463_414_634_146_341_5;
const SHARES: [f64; 4] =
    [0.336_494_295_451_177_9, 0.164_935_271_617_743_1, 0.163_815_764_201_006_46, 0.334_754_668_730_072_5];
const SHIFT_WITHIN: f64 = 0.478;
const KEPT: f64 = 0.883_681;

/// The canonical behavioural set, and how many features it has.
const BEHAVIOURAL: (&str, u64) = ("canonical_behavioural", 14);

/// Where a figure of this extract stands, how it is computed, why it differs from the published one, with which numbers.
type Place<'a> = (&'a str, &'a str, &'a str, &'a [Figure]);

/// The comparison, and the published figures that the story tells of.
pub fn published(results: &Results, fields: &mut Fields) {
    let of_case = |value: f64, style: Style, what: &str| Figure::new(value, style, "the canonical case", what);
    for (name, value, style) in [
        ("published_customers", CUSTOMERS, Style::Integer),
        ("published_features", FEATURES, Style::Integer),
        ("published_baseline", 0.105, Style::Coefficient),
        ("published_all", -0.008, Style::Coefficient),
        ("published_behaviour", 0.191, Style::Coefficient),
        ("published_null_low", 0.174, Style::Coefficient),
        ("published_null_high", 0.180, Style::Coefficient),
        ("published_permuted", 0.0034, Style::Percent(2)),
        ("published_kept_r2", 0.637, Style::PercentWhole),
        ("published_cv", 0.250, Style::Coefficient),
    ] {
        fields.figure(name, Some(of_case(value, style, "published, or recomputed on the published scores")));
    }
    let mut table = Table::new("Published figures and those of this extract")
        .words("Claim")
        .numbers("Published")
        .numbers("Here")
        .words("Why it differs");
    let segmented = results.segmented();
    let kept = results.readiness.order_count_thresholds.value().and_then(|rows| {
        rows.iter().find(|row| row.min_orders == results.params.min_orders).map(|row| row.customers_share)
    });
    let summary = results.readiness.summary.value();
    let within = summary.and_then(|summary| summary.early_late.share_within_25pct.value().copied());
    let halved = summary.map_or(0, |summary| summary.early_late.customers);
    let all = results.extract.customers;
    let thresholds = results.thresholds.value();
    let same = "another extract";
    let history = results.extract.layout != Layout::Customers;
    let none = if history { "not measured here" } else { "a customer-level file has no orders" };
    let mut row = |claim: &str,
                   published: f64,
                   found: Option<f64>,
                   n: u64,
                   style: Style,
                   (path, formula, why, shown): Place<'_>| {
        let why = match found {
            None => none,
            Some(found) if (found - published).abs() <= 1e-6 * published.abs() => "no difference",
            Some(_) => why,
        };
        table.row([
            claim.into(),
            of_case(published, style, claim).into(),
            found.map_or_else(|| "–".into(), |found| Figure::new(found, style, path, formula).over(n).into()),
            evidence::traced(why, path, shown),
        ]);
    };
    let share = Style::Percent(2);
    let place = ("segments[].count", "customers with enough orders and both scores", same, &[][..]);
    row("Customers segmented", CUSTOMERS, Some(segmented as f64), all, Style::Integer, place);
    let place =
        ("readiness.order_count_thresholds", "customers with the minimum number of orders / all", same, &[][..]);
    row("Customers kept of all", KEPT, kept, all, share, place);
    let cut = |found: Option<&ScoreThresholds>| match found {
        Some(found) if found.used.to_bits() != found.p50.to_bits() => "set by hand, not the median",
        _ => "the median of these customers",
    };
    row(
        "Frequency threshold",
        FREQUENCY,
        thresholds.map(|found| found.frequency.used),
        segmented,
        Style::Score,
        (
            "thresholds.frequency.used",
            "cut of 1 / (mean gap in days + 1)",
            cut(thresholds.map(|found| &found.frequency)),
            &[],
        ),
    );
    row(
        "Loyalty threshold",
        LOYALTY,
        thresholds.map(|found| found.loyalty.used),
        segmented,
        Style::Score,
        ("thresholds.loyalty.used", "cut of reordered lines / lines", cut(thresholds.map(|found| &found.loyalty)), &[]),
    );
    for (i, (segment, published)) in results.segments.iter().zip(SHARES).enumerate() {
        let path = format!("segments[{i}].share");
        row(
            segment.name.name(),
            published,
            Some(segment.share),
            segmented,
            share,
            (&path, "count / segmented customers", "the scores go together differently", &[]),
        );
    }
    row(
        "Late gaps within a quarter of early ones",
        SHIFT_WITHIN,
        within,
        halved,
        share,
        (
            "readiness.summary.early_late",
            "customers with |late - early| / early at most 0.25 / those with enough gaps",
            same,
            &[],
        ),
    );
    if let Measured::Value(found) = &results.clustering {
        for (claim, published, set, k) in [
            ("Silhouette, components and pruned features, k = 3", 0.105, "canonical_pruned", 3),
            ("Silhouette, all features, k = 3", -0.008, "canonical_all", 3),
            ("Silhouette, behaviour, k = 2", 0.191, "canonical_behavioural", 2),
        ] {
            let at = found.sets.iter().position(|one| one.id == set);
            let own = at.map(|at| &found.sets[at]);
            let cell = own
                .and_then(|one| one.grid.iter().find(|cell| cell.k == k))
                .and_then(|cell| cell.silhouette.value().copied());
            let path = |name: &str| format!("clustering.sets[{}].{name}", at.unwrap_or(0));
            let mut why = same.to_owned();
            let mut shown = Vec::new();
            match own {
                // A customer-level file has some of a set's features; on fewer dimensions every silhouette is higher.
                Some(one) if set == BEHAVIOURAL.0 && one.features < BEHAVIOURAL.1 => {
                    let here = "features of the set that the extract has";
                    shown.push(Figure::new(one.features as f64, Style::Integer, path("features"), here));
                    shown.push(of_case(BEHAVIOURAL.1 as f64, Style::Integer, "features of the published set"));
                    why = format!("only {} of its {} features are in this file", shown[0].text, shown[1].text);
                }
                _ if set == "canonical_all" => {
                    why.push_str("; published from mini-batch k-means, here every start runs to convergence");
                }
                _ => {}
            }
            let place = (&*path("grid"), "mean of (b - a) / max(a, b) over customers", &*why, &*shown);
            row(claim, published, cell, own.map_or(0, |one| one.rows), Style::Coefficient, place);
        }
    }
    fields.set("published_table", Field::Table(table));
}
