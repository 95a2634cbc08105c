//! Sentences of other rooms with their numbers made to open: each number is matched with the finding that it states.
//!
//! What opens is every *measured number*: one that another extract, seed or parameter would change, and every bar that
//! one is held against. What does not is part of a name: dates and ids, the fixed window or level of a measure ("within
//! 30 days", "95% interval"), the title of a gate or of a feature set. `tests/reports.rs` lists these names, and fails on
//! any other digit that does not open, wherever in a document it stands.

use super::document::Text;
use super::figure::{Figure, Style};
use crate::clustering::findings::NullBenchmark;
use crate::decision::prophecy::{customers_needed, orders_needed};
use crate::extract::schema::Role;
use crate::pipeline::outcome::Results;
use crate::readiness::gates::{Bounds, spec};
use crate::stats::measured::Measured;

/// The sentence, each number that one of `shown` states in its place; of equal ones the first not used yet.
pub fn traced(words: &str, path: &str, shown: &[Figure]) -> Text {
    let mut text = Text::new();
    let mut used = vec![false; shown.len()];
    let (mut from, mut at) = (0, 0);
    while at < words.len() {
        let rest = &words[at..];
        let inside = words[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        if let Some(which) = next(rest, shown, &used).filter(|_| !inside) {
            if from < at {
                text = text.quoted(&words[from..at], path);
            }
            used[which] = true;
            text = text.figure(shown[which].clone());
            at += shown[which].text.len();
            from = at;
        } else {
            // A number that nobody states is passed over whole: its last digits are no number.
            let whole = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || ".,%-".contains(c)).len();
            let letter = rest.chars().next().map_or(1, char::len_utf8);
            at += if rest.starts_with(|c: char| c.is_ascii_digit()) { whole } else { letter };
        }
    }
    if from < words.len() {
        text = text.quoted(&words[from..], path);
    }
    text
}

/// The longest of `shown` that the text starts with as a whole number, an unused one first.
fn next(rest: &str, shown: &[Figure], used: &[bool]) -> Option<usize> {
    let ends = |text: &str| {
        let after = &rest[text.len()..];
        let more = |c: char| c.is_alphanumeric() || c == '%';
        let decimals =
            |mark| after.strip_prefix(mark).is_some_and(|rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()));
        !after.starts_with(more) && !decimals('.') && !decimals(',')
    };
    shown
        .iter()
        .enumerate()
        .filter(|(_, figure)| !figure.text.is_empty() && rest.starts_with(&figure.text) && ends(&figure.text))
        .max_by_key(|(at, figure)| (figure.text.len(), !used[*at], std::cmp::Reverse(*at)))
        .map(|(at, _)| at)
}

/// A reason or warning: what `shown` does not explain of its numbers stands in it alone, and each says so.
pub fn stated(words: &str, path: &str, mut shown: Vec<Figure>) -> Text {
    shown.extend(numbers(words).into_iter().map(|token| bare(token, path, "as the sentence at this place states it")));
    traced(words, path, &shown)
}

/// Where histories were cut, in words: the day, the window, and how many customers were in a segment then.
pub fn cut(words: &str, path: &str, customers: u64) -> Text {
    let shown: Vec<Figure> = numbers(words)
        .into_iter()
        .map(|token| {
            let formula = if token.contains('-') {
                "last day with the whole window of the outcomes after it"
            } else if token == super::figures::integer(customers) {
                "customers in a segment before the cut"
            } else {
                "width of the window in days or orders, set by the length of the histories (a judgement)"
            };
            bare(token, path, formula).over(customers)
        })
        .collect();
    traced(words, path, &shown)
}

/// The numbers that a sentence states, as it states them.
#[inline(never)]
fn numbers(words: &str) -> Vec<&str> {
    words
        .split(|c: char| !(c.is_ascii_digit() || ".,%-".contains(c)))
        .map(|token| token.trim_matches(|c: char| ".,-".contains(c)))
        .filter(|token| token.starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

#[inline(never)]
fn bare(token: &str, path: &str, formula: &str) -> Figure {
    Figure { text: token.to_owned(), ..Figure::new(0.0, Style::Integer, path, formula).valued(token) }
}

/// Where a chart's numbers stand, and those that its sentence may state.
pub fn caption(results: &Results, chart: &str) -> (&'static str, Vec<Figure>) {
    let whole = |count: u64, path: &str, formula: &str| Figure::new(count as f64, Style::Integer, path, formula);
    match chart {
        "segments" => {
            let n = results.segmented();
            let mut all = Vec::new();
            for (i, segment) in results.segments.iter().enumerate() {
                let path = |name: &str| format!("segments[{i}].{name}");
                all.push(whole(segment.count, &path("count"), "customers that the rule puts here").over(n));
                let formula = "count / segmented customers";
                all.push(Figure::new(segment.share, Style::Percent(2), path("share"), formula).over(n));
            }
            ("segments", all)
        }
        "null-benchmark" => {
            let path = "clustering.null_benchmark";
            let nulls = results.clustering.value().map(|found| found.null_benchmark.as_slice()).unwrap_or_default();
            let (explained, solutions) = explained(nulls);
            let all = [
                whole(explained, path, "solutions whose larger p, over both kinds of draws, is 0.05 or more"),
                whole(solutions, path, "feature sets at the k compared"),
            ];
            (path, all.into())
        }
        _ => {
            let design = results.planning.design;
            let path = "planning.design.relative_effect";
            let effect = Figure::new(design.relative_effect, Style::Percent(0), path, "change planned for");
            let path = "planning.design.power";
            let power = Figure::new(design.power, Style::PercentWhole, path, "chance of finding it, planned for");
            ("planning.experiments", vec![effect, power])
        }
    }
}

/// Where a bar stands that no extract and no parameter changes: a place in words, since results.json holds it in none.
pub const BARS: &str = "fixed bars of the method";

/// From this p on structureless data explain a silhouette.
pub const NULL_EXPLAINS: f64 = 0.05;

/// Solutions that structureless data of one kind or the other explain, of how many.
pub fn explained(nulls: &[NullBenchmark]) -> (u64, u64) {
    let first = |at: usize| nulls[..at].iter().all(|one| (&one.set, one.k) != (&nulls[at].set, nulls[at].k));
    let solutions: Vec<usize> = (0..nulls.len()).filter(|at| first(*at)).collect();
    let weak = |at: &&usize| {
        let one = &nulls[**at];
        nulls.iter().any(|other| other.set == one.set && other.k == one.k && other.p >= NULL_EXPLAINS)
    };
    (solutions.iter().filter(weak).count() as u64, solutions.len() as u64)
}

/// The source columns behind a number, by its place in `results.json`: those of the axis that it names, else of both.
pub fn columns(results: &Results, path: &str) -> String {
    const CUSTOMER: [Role; 1] = [Role::Customer];
    const FREQUENCY: [Role; 6] = [
        Role::Order,
        Role::OrderSequence,
        Role::OrderTimestamp,
        Role::DaysSincePrior,
        Role::FreqScore,
        Role::MeanDaysBetweenOrders,
    ];
    const LOYALTY: [Role; 5] =
        [Role::LineOrder, Role::Product, Role::Reordered, Role::LoyaltyScore, Role::ReorderRatio];
    const MONEY: [Role; 1] = [Role::Amount];
    let own = ["params", "seed", "planning.design", "extract"].iter().any(|place| path.starts_with(place));
    if own || path.contains(' ') || path.rsplit('.').next() == Some("pass") {
        return String::new();
    }
    let axes: &[&[Role]] = match (path.contains("frequency"), path.contains("loyalty")) {
        _ if ["clustering", "features"].iter().any(|room| path.starts_with(room)) => {
            return "the columns of every feature".to_owned();
        }
        (true, false) => &[&CUSTOMER, &FREQUENCY],
        (false, true) => &[&CUSTOMER, &LOYALTY],
        _ if path.starts_with("planning") => &[&CUSTOMER, &FREQUENCY, &LOYALTY, &MONEY],
        _ => &[&CUSTOMER, &FREQUENCY, &LOYALTY],
    };
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    for at in axes.iter().copied().flatten().filter_map(|role| super::facts::mapped(results, *role)) {
        match files.iter_mut().find(|(file, _)| *file == at.file) {
            Some((_, names)) if names.contains(&at.column.as_str()) => {}
            Some((_, names)) => names.push(&at.column),
            None => files.push((&at.file, vec![&at.column])),
        }
    }
    let named: Vec<String> = files.iter().map(|(file, names)| format!("{} of {file}", names.join(", "))).collect();
    named.join("; ")
}

/// Numbers that a reason, a caveat or the tribunal's sentence may state, by the evidence that it names.
pub fn of(results: &Results, evidence: &str) -> Vec<Figure> {
    if let Some(id) = evidence.strip_prefix("gates.") {
        return gate(results, id);
    }
    match evidence.split('.').next() {
        Some("thresholds") => {
            let n = results.segmented();
            vec![Figure::new(n as f64, Style::Integer, "segments[].count", "sum over the four segments")]
        }
        Some("clustering") => clustering(results),
        Some("validation") => validation(results),
        _ => Vec::new(),
    }
}

/// How the value of a gate is set: as `decision::sentences::quantity` does.
fn style(id: &str) -> Style {
    match id {
        "volume" => Style::Integer,
        "stability_b_prime" | "reliability" | "migration" => Style::Decimal(2),
        "out_of_time" => Style::Coefficient,
        "sparsity" => Style::Percent(2),
        _ => Style::Percent(1),
    }
}

fn gate(results: &Results, id: &str) -> Vec<Figure> {
    let Some((at, gate)) = results.readiness.gates.iter().enumerate().find(|(_, gate)| gate.id == id) else {
        return Vec::new();
    };
    let Some(&value) = gate.value.value() else { return Vec::new() };
    let path = |name: &str| format!("readiness.gates[{at}].{name}");
    let what = if gate.note.is_empty() { gate.title.clone() } else { format!("{}: {}", gate.title, gate.note) };
    let mut found = Figure::new(value, style(id), path("value"), what);
    found.working.n = judged(results, id);
    let mut all = vec![found];
    let Some(spec) = spec(id) else { return all };
    let (pass, caveat) = match spec.bounds {
        Bounds::AtLeast(pass, caveat) | Bounds::AtMost(pass, caveat) => (pass, Some(caveat)),
        Bounds::Descriptive(pass) => (pass, None),
        Bounds::Information => return all,
    };
    all.push(Figure::new(pass, style(id), path("pass"), format!("bar to pass ({})", spec.basis)));
    if let Some(caveat) = caveat.filter(|_| ["volume", "depth"].contains(&id)) {
        for (bar, which) in [(caveat, "to be usable"), (pass, "to pass")] {
            let formula = format!("bar {which} less the value");
            let short = Figure::new((bar - value).max(0.0), style(id), path("value"), formula);
            all.push(short.over(results.extract.customers));
        }
    }
    match id {
        "reliability" => all.extend(longer(results, value, pass)),
        "out_of_time" => all.extend(larger(results)),
        _ => {}
    }
    all
}

/// Over how many a gate judges: customers, unless its note says what else.
fn judged(results: &Results, id: &str) -> Option<u64> {
    let validation = results.validation.value();
    let summary = results.readiness.summary.value();
    match id {
        "integrity" => Some(results.extract.files.iter().map(|file| file.rows).sum()),
        "volume" | "depth" => Some(results.extract.customers),
        "stability_b" | "stability_b_prime" => Some(summary?.early_late.customers),
        "reliability" => {
            let both = &validation?.reliability;
            let scores = [both.frequency.value(), both.loyalty.value()].into_iter().flatten();
            scores.min_by(|a, b| a.value.total_cmp(&b.value)).map(|score| score.customers)
        }
        "out_of_time" => validation?.out_of_time.value()?.outcomes.first().map(|outcome| outcome.customers),
        "migration" => validation?.migration.value().map(|found| found.customers),
        _ => Some(results.segmented()),
    }
}

/// How long histories would have to be.
fn longer(results: &Results, rho: f64, target: f64) -> Vec<Figure> {
    let Some(summary) = results.readiness.summary.value() else { return Vec::new() };
    let Some(&orders) = summary.median_orders.value() else { return Vec::new() };
    let path = "readiness.summary.median_orders";
    let needed = orders_needed(orders, rho, target).map(|needed| {
        let formula = "1 + (median orders - 1) × target (1 - rho) / (rho (1 - target)), Spearman-Brown turned round";
        Figure::new(needed as f64, Style::Integer, path, formula)
    });
    needed.into_iter().chain([Figure::new(orders, Style::Decimal(0), path, "median over customers")]).collect()
}

/// How many customers would show an effect of the size estimated.
fn larger(results: &Results) -> Vec<Figure> {
    let Some(later) = results.validation.value().and_then(|found| found.out_of_time.value()) else { return Vec::new() };
    let path = "validation.out_of_time.customers";
    let mut all =
        vec![Figure::new(later.customers as f64, Style::Integer, path, "customers with orders after the cut")];
    let Some(first) = later.outcomes.first() else { return all };
    if let (Some(&omega), Some(&low)) = (first.omega_squared.value(), first.omega_squared_low.value())
        && let Some(needed) = customers_needed(later.customers, omega, low, 0.01)
    {
        let formula = "n ((estimate - lower limit) / (estimate - bar))²";
        all.push(Figure::new(needed as f64, Style::Integer, path, formula));
    }
    all
}

fn clustering(results: &Results) -> Vec<Figure> {
    let Some(found) = results.clustering.value() else { return Vec::new() };
    let Some(best) = found.headline.value() else { return Vec::new() };
    let mut all = Vec::new();
    let k = Figure::new(f64::from(best.k), Style::Integer, "clustering.headline.k", "clusters of the best solution");
    for text in [format!("k = {}", best.k), format!("{} clusters", best.k)] {
        all.push(Figure { text, ..k.clone() });
    }
    let own = |set: &str, k: u32| set == best.set && k == best.k;
    let rows = found.sets.iter().find(|set| set.id == best.set).map_or(0, |set| set.rows);
    if let Some((i, set)) = found.sets.iter().enumerate().find(|(_, set)| set.id == best.set) {
        let path = format!("clustering.sets[{i}].features");
        let features =
            Figure::new(set.features as f64, Style::Integer, path, "features of the set that the extract has");
        all.push(Figure { text: format!("{} of the", features.text), ..features });
        if let Some(cell) = set.grid.iter().find(|cell| cell.k == best.k) {
            let path = format!("clustering.sets[{i}].grid");
            let formula = "customers of the smallest cluster / all";
            all.push(Figure::new(cell.smallest_cluster_share, Style::Percent(1), path, formula).over(set.rows));
        }
    }
    let hardest = found.null_benchmark.iter().enumerate().filter(|(_, row)| own(&row.set, row.k));
    if let Some((i, null)) = hardest.max_by(|a, b| a.1.p.total_cmp(&b.1.p)) {
        let path = |name: &str| format!("clustering.null_benchmark[{i}].{name}");
        let draws = u64::from(null.draws);
        let formula = "mean of (b - a) / max(a, b) over the rows that structureless data were drawn for";
        all.push(Figure::new(null.observed, Style::Coefficient, path("observed"), formula).over(null.rows));
        all.push(Figure::new(
            null.rows as f64,
            Style::Integer,
            path("rows"),
            "customers compared, and rows of each draw",
        ));
        let formula = "mean silhouette over draws of structureless data with the same spread";
        all.push(Figure::new(null.null_mean, Style::Coefficient, path("null_mean"), formula).over(draws));
        all.push(Figure::new(null.p, Style::P, path("p"), "(1 + draws that score as high) / (draws + 1)").over(draws));
        let draws = Figure::new(draws as f64, Style::Integer, path("draws"), "draws of structureless data");
        all.push(Figure { text: format!("{} draws", draws.text), ..draws });
    } else {
        let formula = "mean of (b - a) / max(a, b) over customers";
        let path = "clustering.headline.silhouette";
        all.push(Figure::new(best.silhouette, Style::Coefficient, path, formula).over(rows));
    }
    let formula = "up to here no structure (Kaufman and Rousseeuw)";
    all.push(Figure::new(0.25, Style::Decimal(2), BARS, formula));
    if let Some((i, row)) = found.stability.iter().enumerate().find(|(_, row)| own(&row.set, row.k)) {
        let draws = u64::from(row.jaccard_draws);
        if let Some(&ari) = row.bootstrap_ari.value() {
            let path = format!("clustering.stability[{i}].bootstrap_ari");
            let formula = "mean adjusted Rand index of refits on resamples";
            all.push(Figure::new(ari, Style::Decimal(2), path, formula).over(rows));
        }
        if let Some(least) = row.jaccard.iter().copied().min_by(f64::total_cmp) {
            let path = format!("clustering.stability[{i}].jaccard");
            let formula = "smallest mean bootstrap Jaccard similarity of a cluster";
            all.push(Figure::new(least, Style::Percent(1), path, formula).over(draws));
        }
    }
    for (i, row) in found.agreement.iter().enumerate().filter(|(_, row)| row.k == best.k) {
        let path = format!("clustering.agreement[{i}].ari");
        let formula = "adjusted Rand index of the rule's segments and the clusters";
        all.push(Figure::new(row.ari, Style::Decimal(2), path, formula).over(rows));
    }
    all
}

fn validation(results: &Results) -> Vec<Figure> {
    let Some(found) = results.validation.value() else { return Vec::new() };
    let mut all = Vec::new();
    let mut put = |value: &Measured<f64>, style: Style, path: String, formula: &str, n: Option<u64>| {
        if let Some(&value) = value.value() {
            let figure = Figure::new(value, style, path, formula);
            all.push(match n {
                Some(n) => figure.over(n),
                None => figure,
            });
        }
    };
    if let Some(later) = found.out_of_time.value() {
        if let Some(first) = later.outcomes.first() {
            let path = |name: &str| format!("validation.out_of_time.outcomes[0].{name}");
            let n = Some(first.customers);
            let omega = "((F - 1) df1) / ((F - 1) df1 + N), segments fixed before the cut";
            let limit = "95% limit by noncentral F";
            put(
                &Measured::Value(first.customers as f64),
                Style::Integer,
                path("customers"),
                "customers with the outcome",
                None,
            );
            put(&first.omega_squared, Style::Percent(1), path("omega_squared"), omega, n);
            put(&first.omega_squared_low, Style::Percent(1), path("omega_squared_low"), limit, n);
            put(&first.omega_squared_high, Style::Percent(1), path("omega_squared_high"), limit, n);
            put(&first.auc, Style::Decimal(2), path("auc"), "area under the curve on customers held out", n);
        }
        let path = "validation.out_of_time.rule_share_of_score_r2".to_owned();
        let formula = "R² of the segments / R² of the two scores";
        put(&later.rule_share_of_score_r2, Style::Percent(1), path, formula, Some(later.customers));
    }
    for (name, score) in [("frequency", &found.reliability.frequency), ("loyalty", &found.reliability.loyalty)] {
        let Some(score) = score.value() else { continue };
        let path = |field: &str| format!("validation.reliability.{name}.{field}");
        let n = Some(score.customers);
        let formula = "2r / (1 + r), r between odd and even orders of the same customers";
        put(&Measured::Value(score.value), Style::Decimal(2), path("value"), formula, n);
        let formula = "1/2 + asin(rho) / pi, rho the reliability of the ranks";
        put(&Measured::Value(score.repeat_probability), Style::Percent(1), path("repeat_probability"), formula, n);
        let formula = "customers with both halves";
        put(&Measured::Value(score.customers as f64), Style::Integer, path("customers"), formula, None);
    }
    for (i, row) in found.bake_off.value().into_iter().flatten().enumerate().filter(|(_, row)| row.beats_rule) {
        let limit = "95% limit of the paired bootstrap over customers held out, in points";
        for (value, name, formula) in [
            (&row.delta_r2, "delta_r2", "R² of the contender less R² of the rule, on customers held out, in points"),
            (&row.delta_r2_low, "delta_r2_low", limit),
            (&row.delta_r2_high, "delta_r2_high", limit),
        ] {
            let points = value.value().map_or_else(|| value.clone(), |value| Measured::Value(value * 100.0));
            put(&points, Style::Decimal(1), format!("validation.bake_off[{i}].{name}"), formula, Some(row.customers));
        }
    }
    let path = |name: &str| format!("validation.coupling.{name}");
    let formula = "customers for whom loyalty = 1 - distinct products / lines / all";
    let n = Some(results.segmented());
    put(&found.coupling.loyalty_identity_share, Style::Percent(1), path("loyalty_identity_share"), formula, n);
    let formula = "tetrachoric correlation of the two cuts";
    put(&found.coupling.tetrachoric, Style::Decimal(2), path("tetrachoric"), formula, n);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Span;

    fn figure(value: f64, style: Style) -> Figure {
        Figure::new(value, style, "a.b", "c")
    }

    #[test]
    fn numbers_become_figures_and_the_words_stay_as_they_were() {
        let shown = [
            figure(0.86, Style::Decimal(2)),
            figure(0.5, Style::Decimal(2)),
            figure(824.0, Style::Integer),
            figure(0.765, Style::P),
        ];
        let words = "It is 0.86, not 0.864 or 1,824: 0.50 (p\u{a0}=\u{a0}0.765 in 824).";
        let text = traced(words, "here", &shown);
        assert_eq!(text.words(), words);
        let found: Vec<&str> = text
            .0
            .iter()
            .filter_map(|span| match span {
                Span::Figure(figure) => Some(figure.text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(found, ["0.86", "0.50", "p\u{a0}=\u{a0}0.765", "824"]);
    }

    #[test]
    fn of_equal_numbers_each_is_used_once() {
        let shown = [Figure::new(0.8, Style::Decimal(1), "x", ""), Figure::new(0.8, Style::Decimal(1), "y", "")];
        let text = traced("0.8 and 0.8", "here", &shown);
        let paths: Vec<&str> = text
            .0
            .iter()
            .filter_map(|span| match span {
                Span::Figure(figure) => Some(figure.working.path.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(paths, ["x", "y"]);
    }

    #[test]
    fn descriptions_state_their_own_numbers() {
        let words = "Orders up to 2025-10-02, outcomes of 1,206 customers in the 90 days after.";
        for (text, first) in [
            (stated(words, "a.b", Vec::new()), "as the sentence"),
            (cut(words, "a.b", 1_206), "last day with the whole window"),
        ] {
            assert_eq!(text.words(), words);
            let figures =
                || text.0.iter().filter_map(|span| if let Span::Figure(found) = span { Some(found) } else { None });
            assert_eq!(figures().count(), 3);
            assert!(figures().next().is_some_and(|figure| figure.working.formula.starts_with(first)));
        }
    }

    #[test]
    fn letters_of_any_width_are_passed_over() {
        for words in ["", "é−1 ü 2", "ω² 0.1", "x1 1x"] {
            assert_eq!(traced(words, "p", &[figure(1.0, Style::Integer)]).words(), words);
        }
    }
}
