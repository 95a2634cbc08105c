//! What templates may refer to, from the results of a run: every number with its working.
//!
//! A measurement that is absent leaves its field out, and the variants that need it are not written.

use super::document::Text;
use super::figure::{Figure, Style};
use super::template::{Field, Fields};
use super::{evidence, tables, wording};
use crate::clustering::findings::{ClusteringFindings, Structure};
use crate::decision::findings::{Reason, Recommendation, Verdict};
use crate::decision::sentences;
use crate::extract::findings::{ColumnRef, Layout};
use crate::extract::schema::Role;
use crate::pipeline::outcome::Results;
use crate::readiness::findings::Status;
use crate::segments::findings::{ScoreThresholds, Segment, Thresholds};
use crate::stats::json;
use crate::stats::measured::Measured;
use crate::validation::findings::{Effect, ValidationFindings};

/// Caveats that fit a memo of two pages.
const SHOWN_CAVEATS: usize = 6;

/// Warnings that do.
const SHOWN_WARNINGS: usize = 3;

/// All facts of a run.
pub fn facts(results: &Results) -> Fields {
    let mut fields = Fields::new(verdict(results), recommend(results));
    extract(results, &mut fields);
    rule(results, &mut fields);
    segments(results, &mut fields);
    clustering(results, &mut fields);
    validation(results, &mut fields);
    gates(results, &mut fields);
    decision(results, &mut fields);
    judgements(&mut fields);
    fields
}

fn verdict(results: &Results) -> &'static str {
    match results.readiness.verdict {
        Verdict::Go => "go",
        Verdict::GoWithCaveats => "go_with_caveats",
        Verdict::NoGo => "no_go",
    }
}

fn recommend(results: &Results) -> &'static str {
    match results.decision.recommendation {
        Recommendation::Rule => "rule",
        Recommendation::Clusters => "clusters",
        Recommendation::Refuse => "refuse",
    }
}

/// A measurement as a figure, if it is one.
pub(super) fn measured(value: &Measured<f64>, style: Style, path: &str, formula: &str) -> Option<Figure> {
    value.value().map(|value| Figure::new(*value, style, path, formula))
}

/// Why something is absent, for use inside a sentence.
pub(super) fn why(words: &str, path: impl AsRef<str>) -> Field {
    Field::Text(evidence::stated(words.trim_end_matches('.'), path.as_ref(), Vec::new()))
}

/// The column that plays a role, as the file calls it.
fn column(results: &Results, role: Role) -> String {
    mapped(results, role).map(|at| format!("{} of {}", at.column, at.file)).unwrap_or_default()
}

/// The same, apart.
pub(super) fn mapped(results: &Results, role: Role) -> Option<&ColumnRef> {
    let name = json::value(&role).ok().and_then(|name| name.as_str().map(str::to_owned))?;
    results.extract.mapping.get(&name)
}

fn extract(results: &Results, fields: &mut Fields) {
    let extract = &results.extract;
    let segmented = results.segmented();
    let customer = column(results, Role::Customer);
    let count = |value: u64, path: &str, formula: &str, from: &str| {
        Some(Figure::new(value as f64, Style::Integer, format!("extract.{path}"), formula).from(from))
    };
    fields.figure("customers", count(extract.customers, "customers", "distinct customers in the files", &customer));
    if extract.layout != Layout::Customers {
        let order = column(results, Role::Order);
        fields.flag("history", true);
        fields.figure("orders", count(extract.orders, "orders", "distinct orders", &order));
        fields.figure("order_lines", count(extract.order_lines, "order_lines", "distinct products per order", &order));
    }
    let min = f64::from(results.params.min_orders);
    fields.figure("min_orders", Some(Figure::new(min, Style::Integer, "params.min_orders", "parameter of the run")));
    if segmented > 0 {
        let all = Figure::new(segmented as f64, Style::Integer, "segments[].count", "sum over the four segments");
        fields.figure("segmented", Some(all.from(&customer)));
        let left = extract.customers.saturating_sub(segmented) as f64;
        let left = Figure::new(left, Style::Integer, "extract.customers", "customers less segmented ones");
        fields.figure("left_out", Some(left.over(extract.customers)).filter(|_| segmented < extract.customers));
        let share = segmented as f64 / (extract.customers.max(1)) as f64;
        let share = Figure::new(share, Style::Percent(1), "segments[].count", "segmented / customers");
        fields.figure("kept_share", Some(share.over(extract.customers)));
    }
    if let Some(found) = results.features.value() {
        let features =
            Figure::new(found.count as f64, Style::Integer, "features.count", "columns of the feature matrix");
        fields.figure("features", Some(features.over(found.customers)));
    }
    let warnings: Vec<Text> = extract
        .warnings
        .iter()
        .enumerate()
        .take(SHOWN_WARNINGS)
        .map(|(i, warning)| {
            let count =
                Figure::new(warning.count as f64, Style::Integer, format!("extract.warnings[{i}].count"), "counted");
            let path = format!("extract.warnings[{i}].message");
            evidence::stated(&wording::sentence(&warning.message), &path, vec![count])
        })
        .collect();
    fields.flag("has_warnings", !warnings.is_empty());
    fields.set("warnings_top", Field::List(warnings));
}

fn rule(results: &Results, fields: &mut Fields) {
    let Some(thresholds) = results.thresholds.value() else { return };
    let (f, l) = (&thresholds.frequency, &thresholds.loyalty);
    let n = results.segmented();
    let gap = column(results, Role::DaysSincePrior);
    let bought = column(results, Role::Reordered);
    let figure = |value: f64, style, path: &str, formula: &str, from: &str| {
        Some(Figure::new(value, style, path, formula).over(n).from(from))
    };
    fields.figure(
        "gap_days",
        figure(1.0 / f.used - 1.0, Style::Decimal(1), "thresholds.frequency.used", "1 / threshold - 1", &gap),
    );
    let by_hand = |cut: &ScoreThresholds, median: &'static str| {
        if cut.used.to_bits() == cut.p50.to_bits() { median } else { "set by hand, not the median" }
    };
    let formula = by_hand(f, "median of 1 / (mean gap in days + 1)");
    fields.figure("freq_cut", figure(f.used, Style::Score, "thresholds.frequency.used", formula, &gap));
    let formula = by_hand(l, "median of reordered lines / lines");
    fields.figure("loyalty_share", figure(l.used, Style::Percent(1), "thresholds.loyalty.used", formula, &bought));
    fields.figure("loyalty_cut", figure(l.used, Style::Score, "thresholds.loyalty.used", formula, &bought));
    by_hand_thresholds(thresholds, n, fields);
}

/// Thresholds that are not the medians: from what to what, and how many customers move.
fn by_hand_thresholds(thresholds: &Thresholds, n: u64, fields: &mut Fields) {
    let Some(departure) = &thresholds.departure else { return };
    let (f, l) = (&thresholds.frequency, &thresholds.loyalty);
    let days = |score: f64, path: &str, what: &str| {
        Figure::new(1.0 / score - 1.0, Style::Decimal(1), format!("thresholds.frequency.{path}"), what).over(n)
    };
    let share = |score: f64, path: &str, what: &str| {
        Figure::new(score, Style::Percent(1), format!("thresholds.loyalty.{path}"), what).over(n)
    };
    let mut cuts = Text::new();
    let frequency = f.used.to_bits() != f.p50.to_bits();
    if frequency {
        cuts = cuts
            .plain("frequency is cut at ")
            .figure(days(f.used, "used", "1 / threshold - 1, set by hand"))
            .plain(" days between orders, not at ")
            .figure(days(f.p50, "p50", "1 / median - 1"));
    }
    if l.used.to_bits() != l.p50.to_bits() {
        cuts = cuts
            .plain(if frequency { "; loyalty" } else { "loyalty is cut" })
            .plain(" at ")
            .figure(share(l.used, "used", "set by hand"))
            .plain(" bought before, not at ")
            .figure(share(l.p50, "p50", "median of reordered lines / lines"));
    }
    fields.set("hand_cuts", Field::Text(cuts));
    let path = "thresholds.departure";
    let moved = Figure::new(departure.moved as f64, Style::Integer, format!("{path}.moved"), "customers elsewhere");
    fields.figure("hand_moved", Some(moved.over(n)));
    let share = Figure::new(departure.moved_share, Style::Percent(1), format!("{path}.moved_share"), "moved / all");
    fields.figure("hand_moved_share", Some(share.over(n)));
}

fn segments(results: &Results, fields: &mut Fields) {
    for (i, segment) in results.segments.iter().enumerate() {
        let slug = segment.name.slug();
        let path = |name: &str| format!("segments[{i}].{name}");
        let total = results.segmented();
        let count =
            Figure::new(segment.count as f64, Style::Integer, path("count"), "customers that the rule puts here");
        fields.figure(&format!("{slug}.count"), Some(count.over(total)));
        let share = Figure::new(segment.share, Style::Percent(1), path("share"), "count / segmented customers");
        fields.figure(&format!("{slug}.share"), Some(share.over(total)));
    }
    fields.flag("segments", !results.segments.is_empty());
    fields.set("shares", Field::Text(shares(results)));
    fields.set("segments_short", Field::Table(tables::segments_short(results)));
    fields.set("segments_chart", Field::Chart("segments"));
    fields.set("null_chart", Field::Chart("null-benchmark"));
    fields.set("power_chart", Field::Chart("power"));
    for (i, segment) in Segment::ALL.into_iter().enumerate() {
        fields.set(["s1", "s2", "s3", "s4"][i], Field::Text(segment.into()));
    }
}

/// The shares that a later extract is held against.
fn shares(results: &Results) -> Text {
    let total = results.segmented();
    let mut text = Text::new().plain("Reference shares: ");
    for (i, segment) in results.segments.iter().enumerate() {
        let path = format!("segments[{i}].share");
        let share = Figure::new(segment.share, Style::Percent(2), path, "count / segmented customers").over(total);
        let stop = if i + 1 == results.segments.len() { "." } else { ", " };
        text = text.segment(segment.name).plain(" ").figure(share).plain(stop);
    }
    text
}

fn clustering(results: &Results, fields: &mut Fields) {
    let found = match &results.clustering {
        Measured::Value(found) => found,
        Measured::NotMeasured(missing) => {
            fields.set("no_clustering", why(&missing.reason, "clustering.reason"));
            return;
        }
    };
    fields.flag("clustering", true);
    let sentence = evidence::traced(&found.sentence, "clustering.sentence", &evidence::of(results, "clustering"));
    fields.set("clustering_sentence", Field::Text(sentence));
    if let Some(structure) = found.verdict.value() {
        fields.flag("no_structure", *structure == Structure::None);
    }
    let heard = found.sets.iter().filter(|set| set.best_k.value().is_some()).count();
    let sets = Figure::new(heard as f64, Style::Integer, "clustering.sets", "feature sets compared");
    fields.figure("sets", Some(sets));
    fields.flag("one_set", heard == 1);
    fields.set(
        "clustering_table",
        Field::Table(tables::clustering(found).from("clustering.sets, clustering.null_benchmark")),
    );
    headline(found, fields);
}

fn headline(found: &ClusteringFindings, fields: &mut Fields) {
    let Some(headline) = found.headline.value() else { return };
    let set = wording::inside(&wording::feature_set(&headline.set));
    fields.set("best_set", Field::Quoted(set, "clustering.headline.set".to_owned()));
    let k =
        Figure::new(f64::from(headline.k), Style::Integer, "clustering.headline.k", "clusters of the best solution");
    fields.figure("best_k", Some(k));
    let rows = found.sets.iter().find(|set| set.id == headline.set).map_or(0, |set| set.rows);
    let formula = "mean of (b - a) / max(a, b) over customers";
    let silhouette =
        Figure::new(headline.silhouette, Style::Coefficient, "clustering.headline.silhouette", formula).over(rows);
    fields.figure("best_silhouette", Some(silhouette));
    let own = |set: &str, k: u32| set == headline.set && k == headline.k;
    let hardest = found.null_benchmark.iter().filter(|row| own(&row.set, row.k)).max_by(|a, b| a.p.total_cmp(&b.p));
    if let Some(null) = hardest {
        let path = "clustering.null_benchmark";
        let same = "mean silhouette on the rows that structureless data were drawn for";
        fields
            .figure("null_observed", Some(Figure::new(null.observed, Style::Coefficient, path, same).over(null.rows)));
        let mean = "mean silhouette of structureless data of the same shape";
        fields.figure(
            "null_mean",
            Some(Figure::new(null.null_mean, Style::Coefficient, path, mean).over(u64::from(null.draws))),
        );
    }
}

fn validation(results: &Results, fields: &mut Fields) {
    let found = match &results.validation {
        Measured::Value(found) => found,
        Measured::NotMeasured(_) => return,
    };
    reliability(found, fields);
    later(found, fields);
    let n = results.segmented();
    movement(found, n, fields);
    let path = "validation.confidence.share_at_least_80";
    let formula = "customers whose segment is at least 80% certain / all";
    let sure = measured(&found.confidence.share_at_least_80, Style::Percent(1), path, formula);
    fields.figure("sure_share", sure.map(|figure| figure.over(n)));
    let unsure = found.confidence.share_at_least_80.value().map(|share| {
        Figure::new(n as f64 * (1.0 - share), Style::Integer, path, "customers less certain than 80%").over(n)
    });
    fields.figure("unsure", unsure);
    let identity = &found.coupling.loyalty_identity_share;
    let path = "validation.coupling.loyalty_identity_share";
    let formula = "customers for whom loyalty = 1 - distinct products / lines / all";
    fields
        .figure("identity_share", measured(identity, Style::PercentWhole, path, formula).map(|figure| figure.over(n)));
    if !found.effects.is_empty() {
        let free = found
            .effects
            .iter()
            .enumerate()
            .filter(|(_, effect)| effect.coupled.is_none())
            .filter_map(|(i, effect)| effect.rank_epsilon_squared.value().map(|size| (i, effect, *size)))
            .max_by(|a, b| a.2.total_cmp(&b.2));
        if let Some((i, effect, size)) = free {
            fields.words("free_metric", wording::inside(&wording::metric(&effect.metric)));
            let path = format!("validation.effects[{i}].rank_epsilon_squared");
            let figure = Figure::new(size, Style::Coefficient, path, "H (n + 1) / (n² - 1), H of Kruskal-Wallis");
            let n: u64 = effect.counts.iter().sum();
            fields.figure("free_effect", Some(figure.over(n)));
            fields.set("free_interval", Field::Text(free_interval(effect, i, n)));
            if let Some(band) = effect.effect.value() {
                fields.words("free_band", wording::inside(wording::effect(*band)));
            }
        }
    }
}

/// The interval that goes with an effect, and its denominator.
fn free_interval(effect: &Effect, i: usize, n: u64) -> Text {
    let path = |name: &str| format!("validation.effects[{i}].{name}");
    let customers = Figure::new(n as f64, Style::Integer, path("counts"), "customers with a value");
    let figure =
        |value: f64, name: &str, formula: &str| Figure::new(value, Style::Coefficient, path(name), formula).over(n);
    let eta = "sum of squares between segments / all";
    let limit = "95% limit by noncentral F";
    let Some(((eta_squared, low), high)) =
        effect.eta_squared.value().zip(effect.eta_squared_low.value()).zip(effect.eta_squared_high.value())
    else {
        return Text::new().plain(" (").figure(customers).plain(" customers)");
    };
    Text::new()
        .plain(" (η² ")
        .figure(figure(*eta_squared, "eta_squared", eta))
        .plain(", 95% interval ")
        .figure(figure(*low, "eta_squared_low", limit))
        .plain(" to ")
        .figure(figure(*high, "eta_squared_high", limit))
        .plain(", ")
        .figure(customers)
        .plain(" customers)")
}

fn reliability(found: &ValidationFindings, fields: &mut Fields) {
    let both = [("frequency", &found.reliability.frequency), ("loyalty", &found.reliability.loyalty)];
    let mut weakest: Option<(&str, Figure, f64)> = None;
    for (name, score) in both {
        let Some(score) = score.value() else { continue };
        let path = format!("validation.reliability.{name}.value");
        let formula = "2r / (1 + r), r between odd and even orders of the same customers";
        let figure = Figure::new(score.value, Style::Decimal(2), path, formula).over(score.customers);
        fields.figure(&format!("reliability_{name}"), Some(figure.clone()));
        let path = format!("validation.reliability.{name}.repeat_probability");
        let repeat = Figure::new(
            score.repeat_probability,
            Style::PercentWhole,
            path,
            "1/2 + asin(rho) / pi, rho the reliability of the ranks",
        );
        fields.figure(&format!("repeat_{name}"), Some(repeat.over(score.customers)));
        if weakest.as_ref().is_none_or(|(_, _, least)| score.value < *least) {
            weakest = Some((name, figure, score.value));
        }
    }
    if let Some((name, figure, _)) = weakest {
        fields.words("weaker_score", name);
        fields.figure("reliability_weaker", Some(figure));
    }
}

fn later(found: &ValidationFindings, fields: &mut Fields) {
    let later = match &found.out_of_time {
        Measured::Value(later) => later,
        Measured::NotMeasured(missing) => {
            fields.set("no_later", why(&missing.reason, "validation.out_of_time.reason"));
            return;
        }
    };
    fields.set(
        "later_description",
        Field::Text(evidence::cut(&later.description, "validation.out_of_time.description", later.customers)),
    );
    fields.set("later_table", Field::Table(tables::later_short(later)));
    let Some((i, outcome)) = later.outcomes.iter().enumerate().find(|(_, one)| one.omega_squared.value().is_some())
    else {
        return;
    };
    let path = |name: &str| format!("validation.out_of_time.outcomes[{i}].{name}");
    fields.words("later_outcome", sentences::outcome(&outcome.outcome));
    let omega = "((F - 1) df1) / ((F - 1) df1 + N), segments fixed before the cut";
    for (name, value, style, field, formula) in [
        ("later_omega", &outcome.omega_squared, Style::Percent(1), "omega_squared", omega),
        ("later_low", &outcome.omega_squared_low, Style::Percent(1), "omega_squared_low", "95% limit by noncentral F"),
        (
            "later_high",
            &outcome.omega_squared_high,
            Style::Percent(1),
            "omega_squared_high",
            "95% limit by noncentral F",
        ),
    ] {
        fields.figure(name, measured(value, style, &path(field), formula).map(|figure| figure.over(outcome.customers)));
    }
    let kept = &later.rule_share_of_score_r2;
    let path = "validation.out_of_time.rule_share_of_score_r2";
    let formula = "R² of the segments / R² of the two scores";
    let kept = measured(kept, Style::PercentWhole, path, formula);
    fields.figure("kept_r2", kept.map(|figure| figure.over(later.customers)));
}

fn movement(found: &ValidationFindings, n: u64, fields: &mut Fields) {
    if let Some(moved) = found.migration.value() {
        let path = "validation.migration";
        let n = moved.customers;
        for (name, value, style, formula) in [
            ("kappa", &moved.kappa, Style::Decimal(2), "(observed - chance agreement) / (1 - chance agreement)"),
            ("stay_share", &moved.agreement, Style::PercentWhole, "customers with the same segment twice / all"),
        ] {
            fields.figure(name, measured(value, style, path, formula).map(|figure| figure.over(n)));
        }
    }
    let nearest = found.threshold_sensitivity.iter().filter(|point| point.kind == "percentile" && point.at < 0.5);
    if let Some(point) = nearest.max_by(|a, b| a.at.total_cmp(&b.at)) {
        let path = "validation.threshold_sensitivity";
        let moved = Figure::new(point.moved_share, Style::Percent(1), path, "customers who change segment / all");
        fields.figure("moved_share", Some(moved.over(n)));
        let at = Figure::new(point.at * 100.0, Style::Integer, path, "percentile of both cuts");
        fields.figure("moved_at", Some(at));
    }
    if let Some(rivals) = found.bake_off.value().and_then(|contenders| tables::rivals(contenders)) {
        fields.set("rivals", Field::Text(rivals));
    }
}

fn gates(results: &Results, fields: &mut Fields) {
    let gates = &results.readiness.gates;
    let count = |status: Status| gates.iter().filter(|gate| gate.status == status).count() as f64;
    for (name, value, formula) in [
        ("gates_passed", count(Status::Pass), "gates with status pass"),
        ("gates_open", count(Status::NotMeasured), "gates with status not_measured"),
        ("gates_total", gates.len() as f64, "all gates"),
    ] {
        let figure = Figure::new(value, Style::Integer, "readiness.gates", formula);
        fields.figure(name, Some(figure).filter(|_| value > 0.0 || name == "gates_passed"));
    }
    let mend: Vec<Text> = gates
        .iter()
        .filter(|gate| gate.blocking && gate.status == Status::Fail)
        .map(|gate| {
            let (bar, now) = (wording::inside(&tables::gate_bar(gate).0), tables::gate_value(gate));
            let title = wording::inside(&gate.title);
            let text = format!("{}: {title} {bar}, now {now}.", wording::remedy(&gate.id));
            let shown = evidence::of(results, &format!("gates.{}", gate.id));
            evidence::traced(&text, &format!("readiness.gates[{}]", gate.id), &shown)
        })
        .collect();
    fields.flag("blocked", !mend.is_empty());
    fields.set("mend", Field::List(mend));
    let mut needs: Vec<(String, Vec<String>)> = Vec::new();
    for gate in gates.iter().filter(|gate| gate.status == Status::NotMeasured) {
        let Some(missing) = gate.value.missing().filter(|missing| !missing.needs.is_empty()) else { continue };
        let words = match missing.needs.trim_end_matches('.') {
            "depth full" => "a run at full depth".to_owned(),
            other => other.to_owned(),
        };
        let title = wording::inside(&gate.title);
        match needs.iter_mut().find(|(known, _)| *known == words) {
            Some((_, titles)) => titles.push(title),
            None => needs.push((words, vec![title])),
        }
    }
    let collect: Vec<Text> = needs
        .iter()
        .map(|(words, titles)| {
            let path = "readiness.gates[].value.needs";
            evidence::stated(&wording::capital(words), path, Vec::new())
                .quoted(format!(". Would measure: {}.", titles.join("; ")), path)
        })
        .collect();
    fields.flag("collectable", !collect.is_empty());
    fields.set("collect", Field::List(collect));
}

fn quoted(results: &Results, reasons: &[Reason], list: &str) -> Vec<Text> {
    reasons
        .iter()
        .enumerate()
        .map(|(i, reason)| {
            let path = format!("decision.{list}[{i}]: {}", reason.evidence);
            evidence::traced(&reason.text, &path, &evidence::of(results, &reason.evidence))
        })
        .collect()
}

fn decision(results: &Results, fields: &mut Fields) {
    fields.words("verdict", wording::verdict(results.readiness.verdict));
    fields.words("recommendation", wording::recommendation(results.decision.recommendation));
    let reasons = quoted(results, &results.decision.reasons, "reasons");
    let caveats = quoted(results, &results.decision.caveats, "caveats");
    if let Some(first) = reasons.first() {
        fields.set("first_reason", Field::Text(first.clone()));
    }
    fields.flag("reasons_more", reasons.len() > 1);
    let seen = results.decision.reasons.iter().any(|reason| reason.code == "rule_sees_clusters");
    fields.flag("rule_sees_clusters", seen);
    fields.set("other_reasons", Field::List(reasons.iter().skip(1).cloned().collect()));
    fields.set("reasons", Field::List(reasons));
    fields.flag("caveats_any", !caveats.is_empty());
    let more = caveats.len().saturating_sub(SHOWN_CAVEATS);
    let path = "decision.caveats";
    fields.figure(
        "more_caveats",
        (more > 0).then(|| Figure::new(more as f64, Style::Integer, path, "caveats beyond the six heaviest")),
    );
    fields.set("caveats_top", Field::List(caveats.iter().take(SHOWN_CAVEATS).cloned().collect()));
    fields.set("caveats_three", Field::List(caveats.iter().take(3).cloned().collect()));
}

/// Bars that are judgements of ours, so that a template needs no number of its own.
fn judgements(fields: &mut Fields) {
    for (name, value, style, why) in [
        ("bar_silhouette", 0.5, Style::Decimal(2), "reasonable structure (Kaufman and Rousseeuw)"),
        ("bar_jaccard", 0.75, Style::Decimal(2), "valid cluster (Hennig)"),
        ("bar_reliability", 0.7, Style::Decimal(2), "the gate on reliability fails below"),
        ("bar_later", 0.01, Style::Percent(0), "the gate on later orders fails below (Field's bands)"),
        ("bar_sure", 0.8, Style::Percent(0), "a label counts as certain from here (judgement)"),
    ] {
        fields.figure(name, Some(Figure::new(value, style, evidence::BARS, why)));
    }
}
