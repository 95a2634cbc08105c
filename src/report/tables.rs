//! Findings as tables, for the page and the documents.

use super::document::{Table, Text};
use super::figure::{Figure, Style};
use super::{figures, wording};
use crate::clustering::findings::{
    Agreement, CanonicalComparison, ClusteringFindings, DbscanFindings, ExactFindings, GridCell, MixtureCell,
    NullBenchmark, Stability, WardFindings,
};
use crate::decision::sentences;
use crate::decision::sentences::quantity;
use crate::extract::findings::Warning;
use crate::features::catalogue::Behavioural;
use crate::ordered::order_by;
use crate::pipeline::outcome::Results;
use crate::readiness::findings::{Gate, OrderCountThreshold, Status};
use crate::readiness::gates::{Bounds, spec};
use crate::segments::findings::{Segment, SegmentFindings, SensitivityPoint};
use crate::stats::measured::Measured;
use crate::validation::findings::{
    Contender, Effect, Migration, OutOfTime, Reliabilities, Reliability, SplitStability,
};

/// All gates, in the order given.
pub fn gates(gates: &[Gate]) -> Table {
    let mut table = Table::new("The gates behind the verdict")
        .words("Gate")
        .words("Status")
        .numbers("Value")
        .words("To pass")
        .words("With a caveat")
        .words("Basis");
    for gate in gates {
        let (pass, caveat) = gate_bar(gate);
        table.row([
            gate.title.clone().into(),
            status(gate.status).into(),
            gate_value(gate).into(),
            pass.into(),
            caveat.into(),
            gate.basis.clone().into(),
        ]);
    }
    table
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Pass => "Pass",
        Status::Caveat => "Caveat",
        Status::Fail => "Fail",
        Status::NotMeasured => "Not measured",
    }
}

/// What other minimum order counts would keep.
pub fn order_counts(rows: &[OrderCountThreshold], chosen: u32) -> Table {
    let mut table = Table::new("What a minimum number of orders keeps")
        .words("At least")
        .numbers("Customers")
        .numbers("of all customers")
        .numbers("of all orders");
    for row in rows {
        let words = figures::counted(u64::from(row.min_orders), "order", "orders");
        let name = if row.min_orders == chosen { Text::new().strong(format!("{words} (used)")) } else { words.into() };
        table.row([
            name,
            figures::integer(row.customers).into(),
            figures::percent(row.customers_share).into(),
            figures::percent(row.orders_share).into(),
        ]);
    }
    table
}

/// What was dropped, merged, derived or disagreed.
pub fn warnings(warnings: &[Warning]) -> Table {
    let mut table = Table::new("What was dropped, merged, derived, or disagreed").words("What").numbers("How many");
    table = table.words("What to do").words("Code");
    for warning in warnings {
        table.row([
            warning.message.clone().into(),
            figures::integer(warning.count).into(),
            warning.action.clone().into(),
            Text::new().code(warning.code.clone()),
        ]);
    }
    table
}

/// Mean of each behavioural feature per segment.
pub fn profiles(segments: &[SegmentFindings]) -> Table {
    let mut table = Table::new("Means of the behavioural features").words("Feature");
    for segment in segments {
        table = table.numbers(segment.name.name());
    }
    let names: std::collections::BTreeSet<&String> =
        segments.iter().flat_map(|segment| segment.profile.keys()).collect();
    for name in names {
        let means = segments.iter().map(|segment| {
            segment.profile.get(name).map_or_else(|| "–".to_owned(), |mean| or_dash(mean, figures::mean))
        });
        table.row(std::iter::once(wording::metric(name).into()).chain(means.map(Text::from)));
    }
    table
}

/// The same with what ties a feature to the rule.
pub fn segment_profiles(segments: &[SegmentFindings]) -> Table {
    let mut table = profiles(segments).words("Tied to the rule");
    let names: std::collections::BTreeSet<&String> =
        segments.iter().flat_map(|segment| segment.profile.keys()).collect();
    for (row, name) in table.rows.iter_mut().zip(names) {
        let coupling = Behavioural::named(name).and_then(|feature| feature.entry().coupling);
        row.push(coupling.unwrap_or("free").into());
    }
    table
}

/// Tests of one family of effects: what the forest plot leaves out.
pub fn tests(caption: &str, effects: &[Effect]) -> Table {
    let mut table = Table::new(caption)
        .words("Metric")
        .numbers("Kruskal-Wallis H")
        .numbers("p (Holm)")
        .numbers("ANOVA F")
        .numbers("Welch F")
        .numbers("Brown-Forsythe W")
        .numbers("ω²");
    for segment in Segment::ALL {
        table = table.numbers(format!("Mean, {}", segment.name()));
    }
    for effect in effects {
        let fixed = [
            wording::metric(&effect.metric),
            or_dash(&effect.kruskal_h, figures::mean),
            or_dash(&effect.p_holm, figures::p_cell),
            or_dash(&effect.f_statistic, figures::mean),
            or_dash(&effect.welch_f, figures::mean),
            or_dash(&effect.brown_forsythe_w, figures::mean),
            or_dash(&effect.omega_squared, figures::coefficient),
        ];
        let means = effect.means.iter().map(|mean| or_dash(mean, figures::mean));
        table.row(fixed.into_iter().chain(means).map(Text::from));
    }
    table
}

/// Reliability of both scores, all customers and by history length.
pub fn reliability(both: &Reliabilities) -> Table {
    let mut table = Table::new("Reliability: half of a customer's orders against the other half")
        .words("Orders")
        .numbers("Customers")
        .numbers("Frequency")
        .numbers("Loyalty");
    let (frequency, loyalty) = (both.frequency.value(), both.loyalty.value());
    let value =
        |score: Option<&Reliability>| score.map_or_else(|| "–".to_owned(), |score| figures::coefficient(score.value));
    let customers = frequency.or(loyalty).map_or(0, |score| score.customers);
    table.row([
        Text::new().strong("All"),
        figures::integer(customers).into(),
        Text::new().strong(value(frequency)),
        Text::new().strong(value(loyalty)),
    ]);
    let other = |score: Option<&Reliability>, pick: fn(&Reliability) -> &Measured<f64>| {
        score.map_or_else(|| "–".to_owned(), |score| or_dash(pick(score), figures::coefficient))
    };
    let mut also = |name: &str, pick: fn(&Reliability) -> &Measured<f64>| {
        table.row([
            name.into(),
            figures::integer(customers).into(),
            other(frequency, pick).into(),
            other(loyalty, pick).into(),
        ]);
    };
    also("All, by ranks", |score| &score.by_ranks);
    also("All, mean gap instead of its score", |score| &score.mean_gap);
    let bands = frequency.or(loyalty).map(|score| score.by_history.as_slice()).unwrap_or_default();
    for band in bands {
        let of = |score: Option<&Reliability>| {
            score
                .and_then(|score| score.by_history.iter().find(|other| other.orders == band.orders))
                .map_or_else(|| "–".to_owned(), |band| or_dash(&band.value, figures::coefficient))
        };
        table.row([
            band.orders.clone().into(),
            figures::integer(band.customers).into(),
            of(frequency).into(),
            of(loyalty).into(),
        ]);
    }
    table
}

/// What other thresholds would move.
pub fn sensitivity(points: &[SensitivityPoint]) -> Table {
    let mut table = Table::new("What other thresholds would move")
        .words("Thresholds")
        .numbers("Customers who change segment")
        .numbers("at worst (95%)")
        .numbers("Agreement (ARI)");
    for point in points {
        let name = if point.kind == "re_estimated" {
            format!("from a sample of {}", figures::integer(point.at as u64))
        } else {
            format!("both at percentile {}", figures::decimal(point.at * 100.0, 0))
        };
        table.row([
            name.into(),
            figures::percent(point.moved_share).into(),
            figures::percent(point.moved_share_p95).into(),
            figures::coefficient(point.ari).into(),
        ]);
    }
    table
}

/// Split stability beside the same on permuted labels.
pub fn split_stability(split: &SplitStability) -> Table {
    let mut table = Table::new("Random halves: relative gap of segment means")
        .words("Metric")
        .numbers("These segments")
        .numbers("Shuffled labels");
    for (metric, observed) in &split.observed {
        let permuted = split.permuted.get(metric);
        table.row([
            wording::metric(metric).into(),
            or_dash(observed, |gap| figures::percent_to(gap, 2)).into(),
            permuted.map_or_else(|| "–".to_owned(), |gap| or_dash(gap, |gap| figures::percent_to(gap, 2))).into(),
        ]);
    }
    table
}

/// What the segments foretell.
pub fn out_of_time(later: &OutOfTime) -> Table {
    let mut table = Table::new("Later outcomes by the segment before")
        .words("Outcome")
        .numbers("Customers")
        .numbers("ω²")
        .numbers("95% interval")
        .numbers("AUC")
        .numbers("Lift");
    for segment in Segment::ALL {
        table = table.numbers(format!("Mean, {}", segment.name()));
    }
    for outcome in &later.outcomes {
        let interval = match (outcome.omega_squared_low.value(), outcome.omega_squared_high.value()) {
            (Some(low), Some(high)) => figures::interval(*low, *high),
            _ => "–".to_owned(),
        };
        let fixed = [
            wording::capital(sentences::outcome(&outcome.outcome)),
            figures::integer(outcome.customers),
            or_dash(&outcome.omega_squared, figures::coefficient),
            interval,
            or_dash(&outcome.auc, figures::coefficient),
            or_dash(&outcome.lift, |lift| figures::decimal(lift, 2)),
        ];
        let means = outcome.means.iter().map(|mean| or_dash(mean, figures::mean));
        table.row(fixed.into_iter().chain(means).map(Text::from));
    }
    table
}

/// Who stayed and who moved, rows = before, as shares of the row.
pub fn migration(migration: &Migration) -> Table {
    let mut table = Table::new("From the earlier segment (rows) to the later").words("Before");
    for segment in Segment::ALL {
        table = table.numbers(segment.name());
    }
    table = table.numbers("Customers");
    for (segment, row) in Segment::ALL.into_iter().zip(&migration.matrix) {
        let total: u64 = row.iter().sum();
        let shares = row.iter().enumerate().map(|(column, count)| {
            let share = if total == 0 { "–".to_owned() } else { figures::percent(*count as f64 / total as f64) };
            if Segment::ALL.get(column) == Some(&segment) { Text::new().strong(share) } else { share.into() }
        });
        table.row(std::iter::once(segment.into()).chain(shares).chain(std::iter::once(figures::integer(total).into())));
    }
    table
}

/// The rule against its rivals.
pub fn bake_off(contenders: &[Contender]) -> Table {
    let mut table = Table::new("The rule against its rivals, on customers and orders held out")
        .words("Contender")
        .words("Outcome")
        .numbers("Customers")
        .numbers("R²")
        .numbers("R² minus the rule's")
        .numbers("95% interval")
        .numbers("AUC")
        .words("Beats the rule");
    for contender in contenders {
        let interval = match (contender.delta_r2_low.value(), contender.delta_r2_high.value()) {
            (Some(low), Some(high)) => figures::interval(*low, *high),
            _ => "–".to_owned(),
        };
        table.row([
            wording::capital(sentences::contender(&contender.id)).into(),
            sentences::outcome(&contender.outcome).into(),
            figures::integer(contender.customers).into(),
            or_dash(&contender.r2, figures::coefficient).into(),
            or_dash(&contender.delta_r2, figures::coefficient).into(),
            interval.into(),
            or_dash(&contender.auc, figures::coefficient).into(),
            if contender.beats_rule { "yes" } else { "no" }.into(),
        ]);
    }
    table
}

/// What structureless data would score.
pub fn null_benchmark(nulls: &[NullBenchmark]) -> Table {
    let mut table = Table::new("Observed silhouette beside structureless data of the same shape")
        .words("Feature set")
        .words("Reference")
        .numbers("k")
        .numbers("Observed")
        .numbers("Structureless")
        .numbers("± sd")
        .numbers("p")
        .numbers("Draws");
    for null in nulls {
        table.row([
            wording::feature_set(&null.set).into(),
            if null.reference == "copula" { "same margins and ranks" } else { "same means and covariance" }.into(),
            null.k.to_string().into(),
            figures::coefficient(null.observed).into(),
            figures::coefficient(null.null_mean).into(),
            figures::coefficient(null.null_sd).into(),
            figures::p_cell(null.p).into(),
            figures::integer(u64::from(null.draws)).into(),
        ]);
    }
    table
}

/// Does the same partition come back?
pub fn stability(rows: &[Stability]) -> Table {
    let mut table = Table::new("Does the same partition come back?")
        .words("Feature set")
        .numbers("k")
        .numbers("Other seeds (ARI)")
        .numbers("Resamples (ARI)")
        .numbers("Jaccard per cluster");
    for row in rows {
        let jaccard: Vec<String> = row.jaccard.iter().map(|value| figures::decimal(*value, 2)).collect();
        table.row([
            wording::feature_set(&row.set).into(),
            row.k.to_string().into(),
            or_dash(&row.seed_ari, figures::coefficient).into(),
            or_dash(&row.bootstrap_ari, figures::coefficient).into(),
            if jaccard.is_empty() { "–".to_owned() } else { jaccard.join(", ") }.into(),
        ]);
    }
    table
}

/// Ward's clustering on a sample.
pub fn ward(ward: &WardFindings) -> Table {
    let mut table = Table::new(format!(
        "Ward's hierarchical clustering, {} sampled",
        figures::counted(ward.rows, "customer", "customers")
    ))
    .numbers("k")
    .numbers("Silhouette")
    .numbers("Calinski-Harabasz")
    .numbers("Davies-Bouldin")
    .numbers("Smallest cluster");
    for cell in &ward.grid {
        table.row([
            cell.k.to_string().into(),
            or_dash(&cell.silhouette, figures::coefficient).into(),
            or_dash(&cell.calinski_harabasz, figures::mean).into(),
            or_dash(&cell.davies_bouldin, figures::coefficient).into(),
            figures::percent(cell.smallest_cluster_share).into(),
        ]);
    }
    table
}

/// DBSCAN on a sample.
pub fn dbscan(dbscan: &DbscanFindings) -> Table {
    let mut table = Table::new(format!("DBSCAN, {} sampled", figures::counted(dbscan.rows, "customer", "customers")))
        .numbers("eps")
        .words("Chosen")
        .numbers("Clusters")
        .numbers("Noise");
    for cell in &dbscan.cells {
        table.row([
            figures::mean(cell.eps).into(),
            if cell.choice == "knee" { "from the distance curve" } else { "canonical list" }.into(),
            cell.clusters.to_string().into(),
            figures::percent(cell.noise_share).into(),
        ]);
    }
    table
}

/// Gaussian mixtures.
pub fn mixture(cells: &[MixtureCell]) -> Table {
    let mut table = Table::new("Gaussian mixtures (lower BIC is better)").numbers("Components").numbers("BIC");
    for cell in cells {
        table.row([cell.k.to_string().into(), figures::decimal(cell.bic, 0).into()]);
    }
    table
}

/// Do feature sets agree on who belongs together?
pub fn agreement(rows: &[Agreement]) -> Table {
    let mut table = Table::new("Do feature sets agree on who belongs together?")
        .words("One set")
        .words("Another")
        .numbers("k")
        .numbers("ARI");
    for row in rows {
        table.row([
            wording::feature_set(&row.a).into(),
            wording::feature_set(&row.b).into(),
            row.k.to_string().into(),
            figures::coefficient(row.ari).into(),
        ]);
    }
    table
}

/// Published figures beside ours.
pub fn canonical(rows: &[CanonicalComparison]) -> Table {
    let mut table = Table::new("The canonical case beside this extract")
        .words("Figure")
        .numbers("Published")
        .numbers("Here")
        .words("Why they differ");
    for row in rows {
        table.row([
            row.claim.clone().into(),
            figures::coefficient(row.published).into(),
            or_dash(&row.found, figures::coefficient).into(),
            row.reason.clone().into(),
        ]);
    }
    table
}

/// Solutions measured on all customers.
pub fn exact(rows: &[ExactFindings]) -> Table {
    let mut table = Table::new("k-means on every customer, all pairs")
        .words("Features")
        .numbers("k")
        .numbers("Customers")
        .numbers("Silhouette")
        .numbers("Calinski-Harabasz")
        .numbers("Davies-Bouldin")
        .numbers("Smallest cluster");
    for row in rows {
        let cell = row.found.value();
        let of = |pick: fn(&GridCell) -> String| cell.map_or_else(|| "–".to_owned(), pick);
        let cells = [
            wording::feature_set(&row.set),
            row.k.to_string(),
            of(|cell| figures::integer(cell.silhouette_rows)),
            of(|cell| or_dash(&cell.silhouette, figures::coefficient)),
            of(|cell| or_dash(&cell.calinski_harabasz, figures::mean)),
            of(|cell| or_dash(&cell.davies_bouldin, figures::coefficient)),
            of(|cell| figures::percent(cell.smallest_cluster_share)),
        ];
        table.row(cells.map(Text::from));
    }
    table
}

/// Why something was not measured, in one sentence; `None` if it was.
pub fn why_absent<T>(value: &Measured<T>) -> Option<String> {
    let missing = value.missing()?;
    let reason = missing.reason.trim_end_matches('.');
    let needs = missing.needs.trim_end_matches('.');
    Some(match (reason.is_empty(), needs.is_empty()) {
        (true, true) => "Not measured.".to_owned(),
        (false, true) => format!("Not measured: {reason}."),
        (true, false) => format!("Not measured; it needs {needs}."),
        (false, false) => format!("Not measured: {reason}. It needs {needs}."),
    })
}

/// Effects as the memo and the page's figure list them.
pub fn effects_table(effects: &[Effect]) -> Table {
    let mut table = Table::new("How far the segments differ, by metric")
        .words("Metric")
        .numbers("Rank ε²")
        .numbers("η²")
        .numbers("95% interval of η²")
        .words("Size")
        .words("Tied to the rule");
    for effect in effects {
        let interval = match (effect.eta_squared_low.value(), effect.eta_squared_high.value()) {
            (Some(low), Some(high)) => figures::interval(*low, *high),
            _ => "–".to_owned(),
        };
        table.row([
            wording::metric(&effect.metric).into(),
            or_dash(&effect.rank_epsilon_squared, figures::coefficient).into(),
            or_dash(&effect.eta_squared, figures::coefficient).into(),
            interval.into(),
            effect.effect.value().map_or("–", |size| wording::effect(*size)).into(),
            effect.coupled.clone().unwrap_or_else(|| "free".to_owned()).into(),
        ]);
    }
    table
}

/// The four segments with counts, shares and mean scores.
pub fn segments_table(results: &Results) -> Table {
    let mut table = Table::new("The four segments")
        .words("Segment")
        .words("Customers who")
        .numbers("Customers")
        .numbers("Share")
        .numbers("Mean frequency score")
        .numbers("Mean loyalty score")
        .numbers("Median confidence");
    for segment in &results.segments {
        table.row([
            segment.name.into(),
            wording::definition(segment.name).into(),
            figures::integer(segment.count).into(),
            figures::percent_to(segment.share, 2).into(),
            or_dash(&segment.mean_freq_score, figures::score).into(),
            or_dash(&segment.mean_loyalty_score, figures::score).into(),
            or_dash(&segment.median_confidence, figures::percent_whole).into(),
        ]);
    }
    table
}

/// A gate's value in its own unit: counts whole, shares in percent, ratios and coefficients with decimals.
pub fn gate_value(gate: &Gate) -> String {
    or_dash(&gate.value, |value| quantity(&gate.id, value))
}

/// What a gate asks for, in the unit of its value: to pass, and to be usable with a caveat (may be empty).
pub fn gate_bar(gate: &Gate) -> (String, String) {
    let bar = |value: f64| quantity(&gate.id, value);
    match spec(&gate.id).map(|spec| spec.bounds) {
        Some(Bounds::AtLeast(pass, caveat)) => (format!("at least {}", bar(pass)), bar(caveat)),
        Some(Bounds::AtMost(pass, caveat)) => (format!("at most {}", bar(pass)), bar(caveat)),
        Some(Bounds::Descriptive(pass)) => (format!("at least {}", bar(pass)), "anything less".to_owned()),
        Some(Bounds::Information) => ("nothing: for information".to_owned(), String::new()),
        None => (gate.pass.clone(), gate.caveat.clone()),
    }
}

/// A formatted measurement, or a dash.
pub fn or_dash(value: &Measured<f64>, format: impl Fn(f64) -> String) -> String {
    value.value().map_or_else(|| "–".to_owned(), |value| format(*value))
}

/// A measurement that opens, or a dash.
pub fn cell(value: &Measured<f64>, style: Style, path: impl Into<String>, formula: &str, n: Option<u64>) -> Text {
    let Some(&value) = value.value() else { return "–".into() };
    let figure = Figure::new(value, style, path, formula);
    match n {
        Some(n) => figure.over(n).into(),
        None => figure.into(),
    }
}

/// The four segments with counts and shares only, for a page that must be short.
pub fn segments_short(results: &Results) -> Table {
    let total = results.segmented();
    let mut table =
        Table::new("The four segments").words("Segment").words("Customers who").numbers("Customers").numbers("Share");
    // A customer-level file has no confidence to show.
    if results.segments.iter().any(|segment| segment.median_confidence.value().is_some()) {
        table = table.numbers("Median confidence");
    }
    table = table.from("segments");
    for (i, segment) in results.segments.iter().enumerate() {
        let count = Figure::new(segment.count as f64, Style::Integer, format!("segments[{i}].count"), "customers");
        let share = Figure::new(
            segment.share,
            Style::Percent(2),
            format!("segments[{i}].share"),
            "count / segmented customers",
        );
        let confidence = segment.median_confidence.value().map_or_else(
            || "–".into(),
            |value| {
                let path = format!("segments[{i}].median_confidence");
                let formula = "median over its customers of the probability that the label is the true one";
                Figure::new(*value, Style::PercentWhole, path, formula).over(segment.count).into()
            },
        );
        table.row([
            segment.name.into(),
            wording::definition(segment.name).into(),
            count.over(total).into(),
            share.over(total).into(),
            confidence,
        ]);
    }
    table
}

/// What was tried and rejected: the best solution of each feature set beside structureless data.
pub fn clustering(found: &ClusteringFindings) -> Table {
    let mut table = Table::new("Clustering: each feature set at its best k")
        .words("Feature set")
        .numbers("Features")
        .numbers("Customers")
        .numbers("k")
        .numbers("Silhouette")
        .numbers("On the drawn rows")
        .numbers("Structureless data")
        .numbers("p");
    for (i, set) in found.sets.iter().enumerate() {
        let Some(&k) = set.best_k.value() else { continue };
        let Some((at, best)) = set.grid.iter().enumerate().find(|(_, cell)| cell.k == k) else { continue };
        let null = found
            .null_benchmark
            .iter()
            .enumerate()
            .filter(|(_, row)| row.set == set.id && row.k == k)
            .max_by(|a, b| a.1.p.total_cmp(&b.1.p));
        let own = |name: &str| format!("clustering.sets[{i}].{name}");
        let whole = |value: u64, name: &str, what: &str| Figure::new(value as f64, Style::Integer, own(name), what);
        let drawn = |value: f64, style: Style, at: usize, name: &str, formula: &str, n: u64| {
            Figure::new(value, style, format!("clustering.null_benchmark[{at}].{name}"), formula).over(n)
        };
        let silhouette = "mean of (b - a) / max(a, b) over customers";
        table.row([
            wording::feature_set(&set.id).into(),
            whole(set.features, "features", "features of the set that the extract has").into(),
            whole(set.rows, "rows", "customers clustered").into(),
            whole(u64::from(k), "best_k", "k of the highest silhouette").into(),
            cell(
                &best.silhouette,
                Style::Coefficient,
                own(&format!("grid[{at}].silhouette")),
                silhouette,
                Some(set.rows),
            ),
            null.map_or_else(
                || "–".into(),
                |(at, null)| drawn(null.observed, Style::Coefficient, at, "observed", silhouette, null.rows).into(),
            ),
            null.map_or_else(
                || "not drawn".into(),
                |(at, null)| {
                    let formula = "mean silhouette over draws of structureless data";
                    drawn(null.null_mean, Style::Coefficient, at, "null_mean", formula, u64::from(null.draws)).into()
                },
            ),
            null.map_or_else(
                || "–".into(),
                |(at, null)| {
                    let formula = "(1 + draws that score as high) / (draws + 1)";
                    let p = drawn(null.p, Style::P, at, "p", formula, u64::from(null.draws));
                    Figure { text: figures::p_cell(null.p), ..p }.into()
                },
            ),
        ]);
    }
    table
}

/// Later outcomes, mean per segment.
pub fn later_short(later: &OutOfTime) -> Table {
    let mut table = Table::new("Later outcomes by the segment before").words("Outcome").numbers("Customers");
    for segment in Segment::ALL {
        table = table.numbers(segment.name());
    }
    table = table.numbers("ω²").numbers("95% interval").from("validation.out_of_time.outcomes");
    for (i, outcome) in later.outcomes.iter().enumerate() {
        let path = |name: &str| format!("validation.out_of_time.outcomes[{i}].{name}");
        let n = Some(outcome.customers);
        let limit = "95% limit by noncentral F";
        let customers =
            Figure::new(outcome.customers as f64, Style::Integer, path("customers"), "customers with the outcome");
        let name = wording::capital(sentences::outcome(&outcome.outcome));
        let mut row: Vec<Text> = vec![named(&name), customers.into()];
        row.extend(outcome.means.iter().enumerate().map(|(at, mean)| {
            cell(mean, Style::Mean, path(&format!("means[{at}]")), "mean over those of them in the segment", n)
        }));
        let omega = "((F - 1) df1) / ((F - 1) df1 + N), segments fixed before the cut";
        row.push(cell(&outcome.omega_squared, Style::Coefficient, path("omega_squared"), omega, n));
        row.push(between(
            cell(&outcome.omega_squared_low, Style::Coefficient, path("omega_squared_low"), limit, n),
            cell(&outcome.omega_squared_high, Style::Coefficient, path("omega_squared_high"), limit, n),
        ));
        table.row(row);
    }
    table
}

/// A row's name that holds a number: what is counted, not a finding.
fn named(words: &str) -> Text {
    Text::new().quoted(words, "validation.out_of_time.outcomes[].outcome")
}

/// An interval of two cells; a dash where an end is absent.
fn between(low: Text, high: Text) -> Text {
    let whole = [&low, &high].iter().all(|end| matches!(end.0.as_slice(), [super::document::Span::Figure(_)]));
    if whole { Text([low.0, Text::from(" to ").0, high.0].concat()) } else { "–".into() }
}

/// The rule's rivals on the outcome judged first, in a sentence: what each explains more or less than the rule.
pub fn rivals(contenders: &[Contender]) -> Option<Text> {
    let rule = contenders.iter().position(|row| row.id == "rule")?;
    let outcome = &contenders[rule].outcome;
    let n = contenders[rule].customers;
    let figure = |value: &Measured<f64>, scale: f64, style: Style, at: usize, name: &str, formula: &str| {
        let path = format!("validation.bake_off[{at}].{name}");
        value.value().map(|value| Figure::new(value * scale, style, path, formula).over(n))
    };
    let held_out = "R² on customers and orders held out";
    let own = figure(&contenders[rule].r2, 1.0, Style::Percent(1), rule, "r2", held_out)?;
    let mut rivals: Vec<(f64, Text)> = Vec::new();
    let mut no_better_than_floor = false;
    for (at, row) in contenders.iter().enumerate().filter(|(at, row)| *at != rule && row.outcome == *outcome) {
        let points = |value, name, formula| figure(value, 100.0, Style::Decimal(1), at, name, formula);
        let limit = "95% limit of the paired bootstrap over customers held out, in points";
        let less = "R² of the contender less R² of the rule, in points";
        if let (Some(&delta), Some(difference), Some(low), Some(high)) = (
            row.delta_r2.value(),
            points(&row.delta_r2, "delta_r2", less),
            points(&row.delta_r2_low, "delta_r2_low", limit),
            points(&row.delta_r2_high, "delta_r2_high", limit),
        ) {
            no_better_than_floor |= row.id == "order_count" && row.delta_r2_high.value() > Some(&0.0);
            let name = format!("{} ", sentences::contender(&row.id));
            let text = Text::new().plain(name).figure(difference).plain(" (").figure(low).plain(" to ");
            rivals.push((delta, text.figure(high).plain(")")));
        }
    }
    order_by(&mut rivals, |a, b| b.0.total_cmp(&a.0));
    let lead =
        format!("Rivals were put to the same test. In predicting {} the rule explains ", sentences::outcome(outcome));
    let path = format!("validation.bake_off[{rule}].customers");
    let held = Figure::new(n as f64, Style::Integer, path, "customers held out who have the outcome");
    let mut text = Text::new()
        .plain(lead)
        .figure(own)
        .plain(" of the variance among ")
        .figure(held)
        .plain(" customers held out; beside it, in points more or less with the 95% interval: ");
    let count = rivals.len();
    for (at, (_, rival)) in rivals.into_iter().enumerate() {
        text.0.extend(rival.0);
        text = text.plain(if at + 1 == count { "." } else { ", " });
    }
    if no_better_than_floor {
        text = text.plain(" The rule is not shown to predict it better than the number of orders alone does.");
    }
    (count > 0).then_some(text)
}
