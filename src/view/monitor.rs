//! A later window beside its baseline, and the time within one extract: the monitor page.

use serde::{Deserialize, Serialize};

use super::{Piece, Section, naming};
use crate::chart::drawing::Drawing;
use crate::chart::flow::Flow;
use crate::chart::said::Said;
use crate::chart::shares_over_time::{ShareStep, SharesOverTime};
use crate::pipeline::error::{Error, Failure};
use crate::pipeline::labels::Labels;
use crate::pipeline::later::{Comparison, Scored, Status};
use crate::planning::cohort::Movement;
use crate::planning::monitoring::{Call, Drift};
use crate::report::document::Table;
use crate::report::{drift, figures, tables, wording};
use crate::stats::measured::Measured;
use crate::validation::findings::ValidationFindings;
use crate::validation::time_machine::{Hysteresis, Recovery, TimeMachine};

/// What can be done with the files put down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ready {
    /// Nothing: a file cannot be used.
    #[default]
    Nothing,
    /// A baseline is wanted, of a file or of the result on screen.
    NeedsBaseline,
    /// The later extract is wanted.
    NeedsExtract,
    /// A receipt is there, its files are wanted.
    NeedsFiles,
    /// Compare the extract with the baseline.
    Compare,
    /// Verify the files with the receipt.
    Verify,
    /// Either.
    Both,
}

/// The files put down.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrayView {
    /// One row per file.
    pub files: Vec<TrayFile>,
    /// What can be done.
    pub ready: Ready,
    /// The baseline among them, in words.
    pub baseline: Option<String>,
    /// The files that the receipt names.
    pub wanted: String,
    /// A file that cannot be used.
    pub failure: Option<Failure>,
}

/// One of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrayFile {
    /// Its name (untrusted).
    pub name: String,
    /// What it was taken for.
    pub kind: String,
    /// What is in it, or what is wrong with it.
    pub note: String,
}

/// A later window, scored and compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// The call's code: `keep`, `watch`, `alert`, `recalibrate`; `scored` where the windows cannot be compared.
    pub call: String,
    /// Class of the call in the style sheet.
    pub class: String,
    /// The call in a word or two.
    pub verdict: String,
    /// Headline.
    pub title: String,
    /// What to do.
    pub standfirst: String,
    /// What is compared with what.
    pub byline: String,
    /// Said where the later window is made up; else empty.
    pub synthetic: String,
    /// The windows overlap, and someone may say that this is meant.
    pub overlapping: bool,
    /// What was found.
    pub sections: Vec<Section>,
}

/// A receipt, verified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// Is everything the same?
    pub identical: bool,
    /// In words.
    pub words: String,
    /// What differs.
    pub differences: Vec<String>,
}

/// The comparison, ready to be shown, with the reader's names. `synthetic`: what is made up about it, if anything.
pub fn watched(found: &Comparison, synthetic: &str, labels: &Labels) -> Watched {
    let mut view = compared(found, synthetic);
    naming::sections(&mut view.sections, labels);
    // Last: warnings quote files.
    if let (Ok(drift), Some(first)) = (&found.drift, view.sections.first_mut()) {
        first.pieces.extend((!drift.warnings.is_empty()).then(|| Piece::Points(drift.warnings.clone())));
    }
    view
}

fn compared(found: &Comparison, synthetic: &str) -> Watched {
    let scored = &found.scored;
    let mut sections = Vec::new();
    let synthetic = synthetic.to_owned();
    match &found.drift {
        Ok(drift) => {
            let (class, verdict) = match drift.call {
                Call::Keep => ("pass", "Keep"),
                Call::Watch => ("caveat", "Watch"),
                Call::Alert => ("fail", "Alert"),
                Call::Recalibrate => ("fail", "Recalibrate"),
            };
            sections.extend(moved(drift));
            sections.push(shares(found, drift));
            sections.push(drivers(drift));
            sections.push(people(scored, &drift.movement));
            sections.push(shadow(drift));
            sections.push(completeness(drift));
            Watched {
                call: drift.call.name().to_owned(),
                class: class.to_owned(),
                verdict: verdict.to_owned(),
                title: headline(drift),
                standfirst: drift::advice(drift.call).trim_start().to_owned(),
                byline: drift::byline(drift),
                synthetic,
                overlapping: false,
                sections,
            }
        }
        Err(error) => {
            let failure = Error::from(error.clone()).failure();
            sections.push(people(scored, &Measured::absent("", "")));
            Watched {
                call: "scored".to_owned(),
                class: "caveat".to_owned(),
                verdict: "Scored".to_owned(),
                title: "Scored, but not compared".to_owned(),
                standfirst: format!("{}.", wording::capital(&failure.message)),
                byline: failure.hint,
                synthetic,
                overlapping: failure.code == "overlapping_time",
                sections,
            }
        }
    }
}

fn headline(drift: &Drift) -> String {
    match drift.call {
        Call::Keep => "Nothing moved beyond chance".to_owned(),
        Call::Watch => "Something moved: look again at the next window".to_owned(),
        Call::Alert => "It moved: find out why before anything else".to_owned(),
        Call::Recalibrate => format!(
            "It moved and stayed: new cuts would move {} of the customers",
            figures::percent_whole(drift.shadow.moved_share)
        ),
    }
}

fn moved(drift: &Drift) -> Vec<Section> {
    let points: Vec<String> = drift.signals.iter().map(drift::told).map(|text| text.words()).collect();
    let mut pieces = Vec::new();
    if points.is_empty() {
        pieces.push(Piece::words("No signal left its band."));
    } else {
        pieces.push(Piece::Points(points));
        pieces.push(Piece::words(drift::cause_words(drift).words()));
    }
    vec![Section::new("moved", "Why this call", "", pieces)]
}

fn shares(found: &Comparison, now: &Drift) -> Section {
    let windows = windows(found, now);
    let mut pieces = vec![Piece::figure(Drawing::SharesOverTime(SharesOverTime {
        title: "Shares at the baseline’s thresholds".to_owned(),
        sentence: match windows.len() {
            2 => "The baseline and this window.".to_owned(),
            more => format!("The baseline and the {} windows since.", figures::integer(more as u64 - 1)),
        },
        steps: windows,
        windows: true,
    }))];
    pieces.extend(Piece::table(drift::shares(now)));
    pieces.extend(Piece::table(history(found, now)));
    Section::new(
        "drift-shares",
        "The four shares",
        "Thresholds stay where the baseline froze them; re-estimated medians would hide the change that is looked for.",
        pieces,
    )
}

/// The baseline, the windows between and this one.
fn windows(found: &Comparison, now: &Drift) -> Vec<ShareStep> {
    let shares = |drift: &Drift| {
        let mut shares = [0.0; 4];
        for (share, change) in shares.iter_mut().zip(&drift.shares) {
            *share = change.share_now;
        }
        shares
    };
    let mut before = [0.0; 4];
    for (share, segment) in before.iter_mut().zip(&found.baseline.segments) {
        *share = segment.share;
    }
    let mut steps =
        vec![ShareStep { label: "Baseline".to_owned(), customers: found.baseline.customers, shares: before }];
    let all = found.earlier.iter().chain(std::iter::once(now));
    steps.extend(all.enumerate().map(|(index, drift)| ShareStep {
        label: window_name(index, drift),
        customers: drift.compared.customers_now,
        shares: shares(drift),
    }));
    steps
}

fn window_name(index: usize, drift: &Drift) -> String {
    drift.compared.period_now.map_or_else(
        || format!("Window {}", figures::integer(index as u64 + 1)),
        |period| format!("to {}", crate::validation::timeline::iso_date(period.last)),
    )
}

fn history(found: &Comparison, now: &Drift) -> Table {
    let mut table = Table::new("Calls so far: an alert needs two windows in a row")
        .words("Window")
        .words("Call")
        .numbers("Customers")
        .numbers("Signals")
        .words("First of them");
    if found.earlier.is_empty() {
        return table;
    }
    for (index, drift) in found.earlier.iter().chain(std::iter::once(now)).enumerate() {
        table.row([
            window_name(index, drift).into(),
            wording::capital(drift.call.name()).into(),
            figures::integer(drift.compared.customers_now).into(),
            figures::integer(drift.signals.len() as u64).into(),
            drift.signals.first().map_or_else(|| "–".into(), |signal| drift::signal_words(signal).into()),
        ]);
    }
    table
}

fn drivers(drift: &Drift) -> Section {
    let mut pieces: Vec<Piece> = Piece::table(drift::drivers(drift)).into_iter().collect();
    pieces.push(Piece::Details("Means within the segments".to_owned(), vec![drift::means(drift)]));
    Section::new(
        "drivers",
        "What the segments rest on",
        "Each driver over the baseline’s own bins. \u{201c}Noise up to\u{201d} is what chance alone exceeds once in a thousand \
         times with this many customers.",
        pieces,
    )
}

/// Everybody in the later extract, and the same customers before and now.
fn people(scored: &Scored, movement: &Measured<Movement>) -> Section {
    let mut pieces: Vec<Piece> = Piece::table(statuses(scored)).into_iter().collect();
    match movement {
        Measured::Value(found) => {
            pieces.extend(flow_of(found));
        }
        Measured::NotMeasured(missing) if !missing.reason.is_empty() => {
            pieces.extend(tables::why_absent(movement).map(Piece::Absent));
        }
        Measured::NotMeasured(_) => {}
    }
    Section::new(
        "scored",
        "Everybody, scored",
        "Every customer of the later extract has a status; who cannot be scored gets no segment, never a guess.",
        pieces,
    )
}

/// Who stayed and who moved.
fn flow_of(found: &Movement) -> Vec<Piece> {
    let words = drift::movement_words(found);
    let table = drift::matrix("Customers in a segment both times: rows before, columns now", &found.matrix);
    if found.stayers == 0 {
        return vec![Piece::words(words)];
    }
    let mut matrix = [[0; 4]; 4];
    for (into, row) in matrix.iter_mut().zip(&found.matrix) {
        for (count, own) in into.iter_mut().zip(row) {
            *count = *own;
        }
    }
    let said = Said::new("The same customers, before and now", words, table);
    vec![Piece::figure(Drawing::Flow(Flow { said, sides: ("Before".to_owned(), "Now".to_owned()), matrix }))]
}

fn statuses(scored: &Scored) -> Table {
    let mut table =
        Table::new("Customers of the later extract by status").words("Status").numbers("Customers").words("Meaning");
    for (status, meaning) in [
        (Status::Assigned, "in a segment at the frozen thresholds"),
        (Status::BelowMinimum, "fewer orders than the baseline’s minimum"),
        (Status::NoGap, "enough orders, but no known days between them"),
        (Status::NoLines, "enough orders, but no order line"),
        (Status::InvalidScore, "a score that is missing or cannot be"),
    ] {
        let count = scored.count(status);
        if count > 0 || status == Status::Assigned {
            table.row([status.name().into(), figures::integer(count).into(), meaning.into()]);
        }
    }
    let gone = scored.previous.as_ref().map_or(0, |(_, matched)| matched.gone.len() as u64);
    if gone > 0 {
        let meaning = "in the earlier assignments, not in this extract";
        table.row([Status::Gone.name().into(), figures::integer(gone).into(), meaning.into()]);
    }
    table
}

fn shadow(drift: &Drift) -> Section {
    Section::new(
        "shadow",
        "Recalibration, in the shadow",
        "What new medians would be and whom they would move. Nothing changes until somebody approves it.",
        vec![
            Piece::Table(drift::thresholds(drift)),
            Piece::Table(drift::shadow_shares(drift)),
            Piece::words(drift::shadow_words(drift)),
            Piece::Details(
                "Who would move".to_owned(),
                vec![drift::matrix("Rows at frozen thresholds, columns at new ones", &drift.shadow.matrix)],
            ),
        ],
    )
}

fn completeness(drift: &Drift) -> Section {
    Section::new(
        "completeness",
        "Is the extract complete?",
        "Broken data look like drift and are none; they are an alert at once.",
        vec![Piece::Table(drift::quality(drift))],
    )
}

/// The time machine of the outcome on screen.
pub(super) fn time_machine(validation: &Measured<ValidationFindings>) -> Vec<Section> {
    let Measured::Value(found) = validation else { return Vec::new() };
    const LEAD: &str = "Every customer scored anew at each step, at the thresholds of the whole extract.";
    match &found.time_machine {
        Measured::Value(found) => vec![
            Section::new("time-machine", "Looking back within this extract", LEAD, story(found)),
            Section::new("flow", "From one step to the next", "", flow(found)),
            Section::new(
                "hysteresis",
                "A band against flapping",
                "Near a threshold a label changes for next to nothing. The band keeps a customer’s side until the other is \
                 likely.",
                band(&found.hysteresis),
            ),
        ],
        absent @ Measured::NotMeasured(_) => {
            let why = tables::why_absent(absent).unwrap_or_default();
            vec![Section::new("time-machine", "Looking back within this extract", LEAD, vec![Piece::Absent(why)])]
        }
    }
}

fn story(found: &TimeMachine) -> Vec<Piece> {
    let steps = found.steps.iter().map(|step| {
        let mut shares = [0.0; 4];
        for (share, value) in shares.iter_mut().zip(&step.shares) {
            *share = *value;
        }
        ShareStep { label: step.label.clone(), customers: step.customers, shares }
    });
    let drawing = SharesOverTime {
        title: "Shares over time".to_owned(),
        sentence: found.description.clone(),
        steps: steps.collect(),
        windows: false,
    };
    vec![Piece::figure(Drawing::SharesOverTime(drawing)), Piece::words(recovery(&found.at_risk))]
}

fn recovery(found: &Recovery) -> String {
    let (Some(share), true) = (found.share.value(), found.customers > 0) else {
        return "Nobody was At Risk at a step with a later one to be seen at.".to_owned();
    };
    let after = found.median_steps.value().map_or_else(String::new, |steps| {
        format!(
            ", half of them within {} {}",
            figures::decimal(*steps, 0),
            if *steps <= 1.0 { "step" } else { "steps" }
        )
    });
    format!(
        "Of {} who were At Risk at some step, {} ({}) were in another segment later{after}.",
        figures::counted(found.customers, "customer", "customers"),
        figures::integer(found.came_back),
        figures::percent(*share)
    )
}

fn flow(found: &TimeMachine) -> Vec<Piece> {
    let mut stays =
        Table::new("Time in segment").words("Segment").numbers("Stay until the next step").numbers("Mean stay, steps");
    for stay in &found.stays {
        stays.row([
            stay.segment.into(),
            tables::or_dash(&stay.stays, figures::percent).into(),
            tables::or_dash(&stay.mean_steps, |steps| figures::decimal(steps, 1)).into(),
        ]);
    }
    vec![
        Piece::Table(drift::matrix(
            "Customers from one step to the next, all steps together: rows before, columns after",
            &found.flow,
        )),
        Piece::Table(stays),
    ]
}

fn band(found: &Hysteresis) -> Vec<Piece> {
    let mut rates = Table::new("Per customer and step").words("").numbers("As the rule says").numbers("With the band");
    for (what, without, with) in [
        ("Moves", found.move_rate, found.move_rate_with),
        ("Moves undone within two steps (flaps)", found.flap_rate, found.flap_rate_with),
    ] {
        rates.row([what.into(), figures::percent_to(without, 2).into(), figures::percent_to(with, 2).into()]);
    }
    let width = match (found.band_days.value(), found.band_loyalty.value()) {
        (Some(days), Some(loyalty)) => format!(
            " Half of the customers have a band narrower than {} days and {} of lines on either side of a threshold.",
            figures::decimal(*days, 1),
            figures::percent(*loyalty)
        ),
        _ => String::new(),
    };
    vec![
        Piece::Table(rates),
        Piece::words(format!(
            "A side changes when the new one is at least {} likely by the customer’s own gaps and orders.{width} At the last \
             step the band holds back {} of the labels.",
            figures::percent_whole(found.probability),
            figures::percent(found.held_share)
        )),
    ]
}
