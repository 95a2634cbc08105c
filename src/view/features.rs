//! The dictionary of features, each with its distribution, and the quality review.

use serde::{Deserialize, Serialize};

use super::{Piece, Section};
use crate::chart::correlations::correlations;
use crate::chart::drawing::Drawing;
use crate::chart::histogram::{Counted, Words};
use crate::chart::loadings::feature_name;
use crate::chart::sketch::Sketch;
use crate::features::catalogue::{Behavioural, Corrected};
use crate::features::findings::{DictionaryEntry, FeatureFindings, FeatureSummary, Group};
use crate::pipeline::outcome::{Histogram, Outcome};
use crate::report::document::Table;
use crate::report::tables::{or_dash, why_absent};
use crate::report::{figures, wording};
use crate::stats::measured::Measured;

/// The features page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// Its title.
    pub title: String,
    /// How many there are, and of what kind.
    pub standfirst: String,
    /// Why there is nothing to show; empty if there is.
    pub absent: String,
    /// The behavioural features, each followed by its corrected twin.
    pub entries: Vec<Entry>,
    /// The category shares: what they have in common, and one row each.
    pub shares: Option<(String, Table)>,
    /// The quality review.
    pub sections: Vec<Section>,
}

/// One feature of the dictionary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in files.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Is it a corrected feature, beside the matrix?
    pub corrected: bool,
    /// How it is tied to the rule; empty if it is free.
    pub coupling: String,
    /// What is known of it: formula, unit, source, moments, holes.
    pub facts: Vec<(String, String)>,
    /// Its distribution.
    pub figure: Option<Sketch>,
    /// The same at the size of a word, as SVG; the figure says it in numbers.
    pub spark: String,
}

/// The corrected feature that stands beside a canonical one.
const TWINS: [(Behavioural, Corrected); 4] = [
    (Behavioural::ReorderConsistency, Corrected::ReorderConsistencyAfterFirst),
    (Behavioural::MeanOrderHour, Corrected::MeanHourCircular),
    (Behavioural::StdOrderHour, Corrected::StdHourCircular),
    (Behavioural::AvgBasketSize, Corrected::AvgBasketOrdersWithLines),
];

pub(super) fn page(outcome: &Outcome) -> Features {
    let Measured::Value(found) = &outcome.results.features else {
        return Features {
            title: "No features yet".to_owned(),
            standfirst: "What each customer is measured by.".to_owned(),
            absent: why_absent(&outcome.results.features).unwrap_or_default(),
            ..Features::default()
        };
    };
    let of_group = |group: Group| found.dictionary.iter().filter(move |entry| entry.group == group);
    let (behavioural, corrected, shares) =
        (of_group(Group::Behavioural).count(), of_group(Group::Corrected).count(), of_group(Group::Category).count());
    let counted = |count: usize, one: &str, many: &str| figures::counted(count as u64, one, many);
    let standfirst = format!(
        "{} of behaviour and {} of categories, measured on {}. {} beside them mend what a canonical definition gets wrong; \
         they enter no canonical result.",
        counted(behavioural, "feature", "features"),
        counted(shares, "share", "shares"),
        figures::counted(found.customers, "customer", "customers"),
        wording::capital(&counted(corrected, "corrected feature", "corrected features"))
    );
    Features {
        title: format!("What each customer is measured by: {}", figures::counted(found.count, "feature", "features")),
        standfirst,
        absent: String::new(),
        entries: entries(found, &outcome.drawings.feature_histograms),
        shares: self::shares(found),
        sections: quality(found),
    }
}

fn entries(found: &FeatureFindings, histograms: &[Histogram]) -> Vec<Entry> {
    let named = |name: &str| found.dictionary.iter().find(|entry| entry.name == name && entry.group != Group::Category);
    let mut order: Vec<&str> = Vec::new();
    for feature in Behavioural::ALL {
        order.push(feature.name());
        order.extend(TWINS.iter().filter(|(own, _)| *own == feature).map(|(_, twin)| twin.name()));
    }
    order.extend(
        Corrected::ALL
            .into_iter()
            .map(Corrected::name)
            .filter(|name| !TWINS.iter().any(|(_, twin)| twin.name() == *name)),
    );
    order.into_iter().filter_map(named).map(|entry| one(found, entry, histograms)).collect()
}

fn one(found: &FeatureFindings, entry: &DictionaryEntry, histograms: &[Histogram]) -> Entry {
    let corrected = entry.group == Group::Corrected;
    let list = if corrected { &found.corrected } else { &found.summary };
    let summary = list.iter().find(|row| row.name == entry.name && (row.group == Group::Corrected) == corrected);
    let mut facts = vec![
        ("Formula".to_owned(), entry.formula.clone()),
        ("Unit".to_owned(), entry.unit.clone()),
        ("Made from".to_owned(), entry.source.replace('_', " ")),
    ];
    if let Some(coupling) = &entry.coupling {
        facts.push(("Tied to the rule".to_owned(), coupling.clone()));
    }
    if let Some(summary) = summary {
        facts.extend(moments(found, summary));
    }
    let histogram = histograms.iter().find(|histogram| histogram.name == entry.name);
    let words = Words { title: "Distribution".to_owned(), ..Words::default() };
    Entry {
        name: entry.name.clone(),
        title: title(&entry.name),
        corrected,
        coupling: entry.coupling.clone().unwrap_or_default(),
        facts,
        figure: histogram.map(|counts| Sketch::of(Drawing::Counted(Counted::of(counts, words)))),
        spark: histogram.map(spark).unwrap_or_default(),
    }
}

/// The distribution at the size of a word.
fn spark(histogram: &Histogram) -> String {
    let tallest = histogram.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let mut path = String::new();
    for (index, count) in histogram.counts.iter().enumerate() {
        let height = *count as f64 / tallest * 24.0;
        path.push_str(&format!("M{} 24V{:.1}", index * 3 + 1, 24.0 - height));
    }
    let width = histogram.counts.len() * 3;
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 {width} 24\" width=\"{width}\" height=\"24\" aria-hidden=\"true\" \
         preserveAspectRatio=\"none\"><path d=\"{path}\"/></svg>"
    )
}

/// A corrected feature is called as its canonical twin is, with what is different.
fn title(name: &str) -> String {
    match name {
        "mean_order_hour_circular" => "Hour of ordering, on the circle".to_owned(),
        "std_order_hour_circular" => "Spread of the hour, on the circle".to_owned(),
        "mean_order_weekday_circular" => "Weekday of ordering, on the circle".to_owned(),
        "std_order_weekday_circular" => "Spread of the weekday, on the circle".to_owned(),
        "avg_basket_size_orders_with_lines" => "Basket size, orders with lines".to_owned(),
        "reorder_consistency_after_first" => "Spread of reordering, after the first order".to_owned(),
        other => wording::metric(other),
    }
}

fn moments(found: &FeatureFindings, summary: &FeatureSummary) -> Vec<(String, String)> {
    let range = match (summary.min.value(), summary.max.value()) {
        (Some(low), Some(high)) => format!("{} to {}", figures::mean(*low), figures::mean(*high)),
        _ => "–".to_owned(),
    };
    let mut facts = vec![
        ("Mean", or_dash(&summary.mean, figures::mean)),
        ("Standard deviation", or_dash(&summary.std, figures::mean)),
        ("Range", range),
        ("Skewness", or_dash(&summary.skewness, |value| figures::decimal(value, 2))),
        ("Missing", share_of(summary.missing, found.customers)),
    ];
    if summary.imputed > 0 {
        facts.push(("Filled in", share_of(summary.imputed, found.customers)));
    }
    if summary.group == Group::Behavioural {
        if let Some(outliers) = found.outliers.iter().find(|outlier| outlier.name == summary.name) {
            facts.push(("Outliers (1.5 IQR)", share_of(outliers.count, found.customers)));
        }
        if let Some(dip) = found.dip.iter().find(|dip| dip.name == summary.name) {
            let says = match dip.p.value() {
                Some(p) if *p < 0.05 => "more than one mode",
                Some(_) => "one mode will do",
                None => "–",
            };
            let words = format!(
                "{} ({}): {says}",
                or_dash(&dip.d, |d| figures::decimal(d, 4)),
                or_dash(&dip.p, figures::p_value)
            );
            facts.push(("Dip", words));
        }
    }
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// `12 (0.4%)`, or `none`.
fn share_of(count: u64, all: u64) -> String {
    if count == 0 {
        return "none".to_owned();
    }
    format!("{} ({})", figures::integer(count), figures::percent(count as f64 / all.max(1) as f64))
}

fn shares(found: &FeatureFindings) -> Option<(String, Table)> {
    let mut table = Table::new("Shares of the categories")
        .words("Category")
        .words("Name in files")
        .numbers("Mean share")
        .numbers("Standard deviation")
        .numbers("Largest")
        .numbers("Skewness");
    for row in found.summary.iter().filter(|row| row.group == Group::Category) {
        table.row([
            feature_name(&row.name).into(),
            crate::report::document::Text::new().code(row.name.clone()),
            or_dash(&row.mean, |value| figures::percent_to(value, 2)).into(),
            or_dash(&row.std, |value| figures::percent_to(value, 2)).into(),
            or_dash(&row.max, figures::percent).into(),
            or_dash(&row.skewness, |value| figures::decimal(value, 1)).into(),
        ]);
    }
    let words = "A share is the customer’s lines in the category over all lines of the customer, made from product and \
                 category. All are free of the rule.";
    (!table.rows.is_empty()).then(|| (words.to_owned(), table))
}

fn quality(found: &FeatureFindings) -> Vec<Section> {
    let mut sections = Vec::new();
    sections
        .extend(correlations(&found.correlations).map(|map| Section::wide(vec![Piece::figure(Drawing::Heatmap(map))])));
    let mut pieces = vec![Piece::Points(points(found))];
    pieces.push(Piece::Table(glance(found)));
    if !found.low_variance.is_empty() {
        let mut table = Table::new("Features with a variance below 0.001").words("Feature").words("Name in files");
        for name in &found.low_variance {
            table.row([feature_name(name).into(), crate::report::document::Text::new().code(name.clone())]);
        }
        let words = figures::counted(
            found.low_variance.len() as u64,
            "feature that hardly varies",
            "features that hardly vary",
        );
        pieces.push(Piece::Details(words, vec![table]));
    }
    sections.push(Section::new(
        "quality",
        "Quality review",
        "Holes, spread, shape, redundancy and modes, looked at before anything is built on them.",
        pieces,
    ));
    sections
}

/// What the review found, one sentence each.
fn points(found: &FeatureFindings) -> Vec<String> {
    let mut points = Vec::new();
    let names = |names: Vec<&str>| {
        wording::list(&names.into_iter().map(|name| wording::inside(&title(name))).collect::<Vec<_>>())
    };
    let missing: Vec<&str> = Behavioural::ALL
        .into_iter()
        .map(Behavioural::name)
        .filter(|name| !found.dictionary.iter().any(|entry| entry.name == *name))
        .collect();
    if !missing.is_empty() {
        points.push(format!("Not measured, for want of columns: {}.", names(missing)));
    }
    let holes: Vec<&str> = found.summary.iter().filter(|row| row.imputed > 0).map(|row| row.name.as_str()).collect();
    points.push(if holes.is_empty() {
        "No value was missing, none was filled in.".to_owned()
    } else {
        format!("Values were filled in for {}.", names(holes))
    });
    points.push(match found.high_correlations.as_slice() {
        [] => "No two behavioural features correlate above 0.85 in size.".to_owned(),
        pairs => {
            let said: Vec<String> = pairs
                .iter()
                .map(|pair| {
                    let (a, b) = (wording::inside(&title(&pair.a)), wording::inside(&title(&pair.b)));
                    format!("{a} with {b} ({})", figures::decimal(pair.r, 2))
                })
                .collect();
            format!("Nearly the same thing twice: {}.", wording::list(&said))
        }
    });
    let modes: Vec<&str> =
        found.dip.iter().filter(|dip| dip.p.value().is_some_and(|p| *p < 0.05)).map(|dip| dip.name.as_str()).collect();
    points.push(if modes.is_empty() {
        "Every feature is compatible with a single mode (dip test): no natural cut in any of them.".to_owned()
    } else {
        format!("More than one mode by the dip test: {}.", names(modes))
    });
    points
}

/// The behavioural features side by side.
fn glance(found: &FeatureFindings) -> Table {
    let mut table = Table::new("The behavioural features at a glance")
        .words("Feature")
        .numbers("Mean")
        .numbers("Standard deviation")
        .numbers("Skewness")
        .numbers("Outliers")
        .numbers("Missing")
        .numbers("Dip, p");
    for row in found.summary.iter().filter(|row| row.group == Group::Behavioural).chain(&found.corrected) {
        let own = row.group == Group::Behavioural;
        let outliers = found.outliers.iter().find(|outlier| own && outlier.name == row.name);
        let dip = found.dip.iter().find(|dip| own && dip.name == row.name);
        let share = |count: u64| figures::percent(count as f64 / found.customers.max(1) as f64);
        table.row([
            title(&row.name).into(),
            or_dash(&row.mean, figures::mean).into(),
            or_dash(&row.std, figures::mean).into(),
            or_dash(&row.skewness, |value| figures::decimal(value, 2)).into(),
            outliers.map_or_else(|| "–".to_owned(), |outlier| share(outlier.count)).into(),
            share(row.missing).into(),
            dip.map_or_else(|| "–".to_owned(), |dip| or_dash(&dip.p, figures::p_cell)).into(),
        ]);
    }
    table
}
