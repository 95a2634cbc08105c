//! The decision memo: context, decision, why, evidence, distribution, risks and caveats, use, next actions.

use super::document::{Block, Document, Table, Text, Tone};
use super::{brief, figures, wording};
use crate::decision::findings::{Recommendation, Verdict};
use crate::decision::sentences::quantity;
use crate::extract::findings::{ExtractFindings, Layout};
use crate::pipeline::outcome::Results;
use crate::readiness::findings::{Gate, Status};
use crate::readiness::gates::{Bounds, spec};
use crate::segments::findings::{Segment, Thresholds};
use crate::stats::measured::Measured;
use crate::validation::findings::{Effect, ValidationFindings};

/// The memo of a finished run.
pub fn memo(results: &Results) -> Document {
    let mut blocks = Vec::new();
    context(results, &mut blocks);
    decision(results, &mut blocks);
    evidence(results, &mut blocks);
    distribution(results, &mut blocks);
    risks(results, &mut blocks);
    expected_use(results, &mut blocks);
    next(results, &mut blocks);
    Document {
        name: "decision_memo",
        title: "Decision memo: customer segmentation".to_owned(),
        byline: byline(results),
        blocks,
    }
}

/// Which extract, which build, which seed: enough to make the same result again.
pub fn byline(results: &Results) -> String {
    format!(
        "{} · {} · Quadrant {} · seed {}",
        file_names(&results.extract),
        figures::counted(results.extract.customers, "customer", "customers"),
        results.build.version,
        results.seed
    )
}

fn file_names(extract: &ExtractFindings) -> String {
    match extract.files.as_slice() {
        [] => "No files".to_owned(),
        [one] => one.name.clone(),
        [first, rest @ ..] => {
            format!("{} and {}", first.name, figures::counted(rest.len() as u64, "more file", "more files"))
        }
    }
}

fn heading(blocks: &mut Vec<Block>, title: &str) {
    blocks.push(Block::Heading(title.to_owned()));
}

fn paragraph(blocks: &mut Vec<Block>, text: impl Into<Text>) {
    blocks.push(Block::Paragraph(text.into()));
}

fn context(results: &Results, blocks: &mut Vec<Block>) {
    let extract = &results.extract;
    heading(blocks, "Context");
    paragraph(
        blocks,
        "Can these customers be divided into groups that are statistically defensible and that a campaign can act on?",
    );
    let what = match extract.layout {
        Layout::Customers => format!(
            "The extract has one row for each of {}; orders and order lines were not in it.",
            figures::counted(extract.customers, "customer", "customers")
        ),
        Layout::Star | Layout::Wide => format!(
            "The extract holds {} with {} and {}, over {} in {}.",
            figures::counted(extract.customers, "customer", "customers"),
            figures::counted(extract.orders, "order", "orders"),
            figures::counted(extract.order_lines, "order line", "order lines"),
            figures::counted(extract.products, "product", "products"),
            figures::counted(extract.categories, "category", "categories")
        ),
    };
    let kept: u64 = results.segments.iter().map(|segment| segment.count).sum();
    let filter = if extract.layout == Layout::Customers || kept == 0 {
        String::new()
    } else {
        format!(
            " Customers with at least {} orders are segmented: {} of them.",
            results.params.min_orders,
            figures::integer(kept)
        )
    };
    paragraph(blocks, format!("{what}{filter}"));
}

fn decision(results: &Results, blocks: &mut Vec<Block>) {
    let recommendation = results.decision.recommendation;
    heading(blocks, "Decision");
    blocks.push(Block::Callout(
        Tone::Decision,
        Text::new()
            .strong(format!("{}.", wording::recommendation(recommendation)))
            .plain(format!(" Verdict of the gates: {}.", wording::verdict(results.readiness.verdict))),
    ));
    if recommendation == Recommendation::Rule
        && let Some(thresholds) = results.thresholds.value()
    {
        paragraph(blocks, rule(thresholds, results));
    }
    heading(blocks, "Why");
    let reasons: Vec<Text> = results.decision.reasons.iter().map(|reason| reason.text.clone().into()).collect();
    if reasons.is_empty() {
        paragraph(blocks, "No reason was recorded.");
    } else {
        blocks.push(Block::Bullets(reasons));
    }
}

/// The rule in one sentence, with its thresholds in days and percent.
fn rule(thresholds: &Thresholds, results: &Results) -> Text {
    let gap = 1.0 / thresholds.frequency.used - 1.0;
    let typed = results.params.frequency_threshold.is_some() || results.params.loyalty_threshold.is_some();
    Text::new()
        .plain("A customer who orders every ")
        .strong(format!("{} days", figures::decimal(gap, 1)))
        .plain(" or more often, on average, is frequent; one with at least ")
        .strong(figures::percent(thresholds.loyalty.used))
        .plain(" of order lines bought before is loyal. ")
        .plain(if typed {
            "At least one of these thresholds was typed in and departs from the median. "
        } else {
            "Both thresholds are the medians of this extract. "
        })
        .plain("As scores: ")
        .code(format!("freq_score >= {}", figures::score(thresholds.frequency.used)))
        .plain(" and ")
        .code(format!("loyalty_score >= {}", figures::score(thresholds.loyalty.used)))
        .plain(".")
}

fn evidence(results: &Results, blocks: &mut Vec<Block>) {
    heading(blocks, "Evidence");
    match (&results.clustering, results.clustering.value()) {
        (_, Some(clustering)) if !clustering.sentence.is_empty() => paragraph(blocks, clustering.sentence.clone()),
        (Measured::NotMeasured(missing), _) => {
            paragraph(blocks, format!("Clustering was not tested: {}.", missing.reason.trim_end_matches('.')));
        }
        _ => {}
    }
    let Some(validation) = results.validation.value() else {
        if let Some(missing) = results.validation.missing() {
            paragraph(blocks, format!("The segments were not validated: {}.", missing.reason.trim_end_matches('.')));
        }
        return;
    };
    for fact in brief::brief(results).facts {
        let stop = if fact.text.starts_with(char::is_uppercase) { "." } else { "" };
        blocks.push(Block::Paragraph(
            Text::new().strong(format!("{} {}{stop}", fact.figure, fact.title)).plain(format!(" {}", fact.text)),
        ));
    }
    if !validation.effects.is_empty() {
        blocks.push(Block::Table(effects_table(&validation.effects)));
        paragraph(
            blocks,
            "A metric that is tied to the rule by its own arithmetic differs between segments by definition. It \
             describes them; it is no evidence for them.",
        );
    }
    later(validation, blocks);
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

fn later(validation: &ValidationFindings, blocks: &mut Vec<Block>) {
    match &validation.out_of_time {
        Measured::Value(later) => {
            paragraph(blocks, format!("Out of time: {}", sentence(&later.description)));
        }
        Measured::NotMeasured(missing) => blocks.push(Block::Callout(
            Tone::Caution,
            format!("Nothing here was tested on later orders: {}.", missing.reason.trim_end_matches('.')).into(),
        )),
    }
}

fn distribution(results: &Results, blocks: &mut Vec<Block>) {
    if results.segments.is_empty() {
        return;
    }
    heading(blocks, "Distribution");
    blocks.push(Block::Table(segments_table(results)));
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

fn risks(results: &Results, blocks: &mut Vec<Block>) {
    heading(blocks, "Risks and caveats");
    let mut points: Vec<Text> = results.decision.caveats.iter().map(|caveat| caveat.text.clone().into()).collect();
    if points.is_empty() {
        points = results.readiness.reasons.iter().map(|reason| reason.clone().into()).collect();
    }
    if results.segments.iter().any(|segment| segment.name == Segment::AtRisk && segment.count > 0) {
        points.push(Text::new().segment(Segment::AtRisk).plain(
            " names the corner of low frequency and low loyalty. It says nothing about how long ago a customer last \
             ordered, so it does not predict who leaves.",
        ));
    }
    for warning in &results.extract.warnings {
        points.push(sentence(&warning.message).into());
    }
    blocks.push(Block::Bullets(points));
    let open: Vec<&Gate> = results.readiness.gates.iter().filter(|gate| gate.status != Status::Pass).collect();
    if !open.is_empty() {
        let mut table =
            Table::new("Gates that did not pass").words("Gate").words("Status").numbers("Value").words("To pass");
        for gate in open {
            table.row([
                gate.title.clone().into(),
                gate_status(gate).into(),
                gate_value(gate).into(),
                gate_bar(gate).0.into(),
            ]);
        }
        blocks.push(Block::Table(table));
    }
}

/// A gate's status in words, with its weight.
fn gate_status(gate: &Gate) -> String {
    let word = match gate.status {
        Status::Pass => "pass",
        Status::Caveat => "caveat",
        Status::Fail => "fail",
        Status::NotMeasured => "not measured",
    };
    if gate.blocking && gate.status == Status::Fail { format!("{word}, blocking") } else { word.to_owned() }
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

fn expected_use(results: &Results, blocks: &mut Vec<Block>) {
    if results.decision.recommendation != Recommendation::Rule || results.readiness.verdict == Verdict::NoGo {
        return;
    }
    heading(blocks, "Expected use and value");
    let mut table = Table::new("What each segment is for, and what must not get worse")
        .words("Segment")
        .words("Aim")
        .words("Primary measure")
        .words("Guardrail");
    for segment in Segment::ALL {
        let (aim, measure, guardrail) = purpose(segment);
        table.row([segment.into(), aim.into(), measure.into(), guardrail.into()]);
    }
    blocks.push(Block::Table(table));
    paragraph(
        blocks,
        "What an action is worth is not in these data: it takes an experiment with a control group in each segment.",
    );
}

/// Aim, primary measure and guardrail of a segment.
fn purpose(segment: Segment) -> (&'static str, &'static str, &'static str) {
    match segment {
        Segment::Champions => ("keep, without discounts", "incremental revenue per user", "discount burn"),
        Segment::FrequentExplorers => {
            ("turn trials into repeats", "30-day reorder rate", "decline in category concentration")
        }
        Segment::LoyalOccasionals => ("shorten the gap", "order-frequency uplift", "opt-out rate"),
        Segment::AtRisk => {
            ("win a next order cheaply", "reactivation rate at 30, 60 and 90 days", "negative-margin order share")
        }
    }
}

fn next(results: &Results, blocks: &mut Vec<Block>) {
    heading(blocks, "Next actions");
    let mut steps: Vec<Text> = Vec::new();
    match (results.decision.recommendation, results.readiness.verdict) {
        (Recommendation::Refuse, _) | (_, Verdict::NoGo) => {
            for gate in results.readiness.gates.iter().filter(|gate| gate.blocking && gate.status == Status::Fail) {
                steps.push(format!("Mend {}: needs {}.", wording::inside(&gate.title), gate_bar(gate).0).into());
            }
            steps.push(
                "Run again on the mended extract. Until then, send nobody a message because of a segment.".into(),
            );
        }
        (recommendation, _) => {
            steps.push(match recommendation {
                Recommendation::Clusters => {
                    "Name the clusters with the people who will use them, and freeze the model.".into()
                }
                _ => "Freeze the thresholds above; do not re-estimate them with each extract.".into(),
            });
            steps.push("Draw a control group inside each segment before the first message goes out.".into());
            steps.extend(to_measure(results));
            steps.push("Score next month's extract with the frozen thresholds and compare the shares.".into());
        }
    }
    blocks.push(Block::Steps(steps));
}

/// What would measure the gates that were not: one step for all that need no more than the full depth.
fn to_measure(results: &Results) -> Vec<Text> {
    let mut deeper = Vec::new();
    let mut steps = Vec::new();
    for gate in results.readiness.gates.iter().filter(|gate| gate.status == Status::NotMeasured) {
        let title = wording::inside(&gate.title);
        match gate.value.missing().map(|missing| missing.needs.trim_end_matches('.')) {
            Some("depth full") => deeper.push(title),
            Some(needs) if !needs.is_empty() => steps.push(format!("To measure {title}: {needs}.").into()),
            _ => {}
        }
    }
    if !deeper.is_empty() {
        steps.insert(0, format!("Run at full depth, to measure {}.", wording::list(&deeper)).into());
    }
    steps
}

/// A formatted measurement, or a dash.
pub fn or_dash(value: &Measured<f64>, format: impl Fn(f64) -> String) -> String {
    value.value().map_or_else(|| "–".to_owned(), |value| format(*value))
}

/// Ends in a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
