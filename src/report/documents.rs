//! The six documents of a run.

use serde::{Deserialize, Serialize};

use super::document::{Block, Span, Text};
use super::facts::facts;
use super::figure::Figure;
use super::naming::Naming;
use super::portrait::portrait;
use super::template::{Field, Fields, Written, write as fill};
use super::{evidence, identity, published, trials, watch, wording};
use crate::pipeline::outcome::Results;
use crate::segments::findings::Segment;

/// A document by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Title {
    /// The whole case on a page.
    ExecutiveSummary,
    /// What is decided and why.
    DecisionMemo,
    /// What to do per segment.
    ActionPlaybook,
    /// How to find out whether it works.
    ExperimentPlan,
    /// What to watch afterwards.
    MonitoringPlan,
    /// The case beside the canonical one.
    CaseStory,
}

impl Title {
    /// All six, in the order of reading.
    pub const ALL: [Self; 6] = [
        Self::ExecutiveSummary,
        Self::DecisionMemo,
        Self::ActionPlaybook,
        Self::ExperimentPlan,
        Self::MonitoringPlan,
        Self::CaseStory,
    ];

    /// File name without extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExecutiveSummary => "executive_summary",
            Self::DecisionMemo => "decision_memo",
            Self::ActionPlaybook => "action_playbook",
            Self::ExperimentPlan => "experiment_plan",
            Self::MonitoringPlan => "monitoring_plan",
            Self::CaseStory => "case_story",
        }
    }

    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::ExecutiveSummary => "Executive summary",
            Self::DecisionMemo => "Decision memo",
            Self::ActionPlaybook => "Action playbook",
            Self::ExperimentPlan => "Experiment plan",
            Self::MonitoringPlan => "Monitoring and retraining plan",
            Self::CaseStory => "Case story",
        }
    }

    /// The document of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|title| title.name() == name)
    }

    /// Its template.
    fn template(self) -> &'static str {
        match self {
            Self::ExecutiveSummary => include_str!("templates/executive_summary.md"),
            Self::DecisionMemo => include_str!("templates/decision_memo.md"),
            Self::ActionPlaybook => include_str!("templates/action_playbook.md"),
            Self::ExperimentPlan => include_str!("templates/experiment_plan.md"),
            Self::MonitoringPlan => include_str!("templates/monitoring_plan.md"),
            Self::CaseStory => include_str!("templates/case_story.md"),
        }
    }
}

const PLAY: &str = include_str!("templates/segment_play.md");
const TRIAL: &str = include_str!("templates/segment_trial.md");

/// One document of a run; `date` is its day, where the host knew it. A run that was refused has documents too.
pub fn write(title: Title, results: &Results, date: Option<&str>) -> Written {
    let mut fields = facts(results);
    due(date, &mut fields);
    trials::plan(results, &mut fields);
    watch::watch(results, &mut fields);
    published::published(results, &mut fields);
    for title in Title::ALL {
        let reference = Span::Reference(title.name().to_owned(), title.words().to_owned());
        fields.set(format!("to_{}", title.name()), Field::Text(Text(vec![reference])));
    }
    let mut gaps = Vec::new();
    let part = match title {
        Title::ActionPlaybook => Some(PLAY),
        Title::ExperimentPlan => Some(TRIAL),
        _ => None,
    };
    if let Some(part) = part {
        let blocks = per_segment(results, &fields, part, &mut gaps);
        fields.set("per_segment", Field::Blocks(blocks));
    }
    let mut written = fill(title.name(), title.template(), &fields, &identity::byline(results));
    written.gaps.extend(gaps);
    written.document.each_figure(&mut |figure| sourced(results, figure));
    if let Some(naming) = Naming::of(&results.params.labels) {
        naming.document(&mut written.document);
    }
    written
}

/// A chart's sentence with its numbers made to open; `words` may have the reader's names in them.
pub fn caption(results: &Results, chart: &str, words: &str) -> Text {
    let (path, shown) = evidence::caption(results, chart);
    let mut text = evidence::traced(words, path, &shown);
    text.each_figure(&mut |figure| sourced(results, figure));
    text
}

/// Names the columns behind a number that does not name its own.
fn sourced(results: &Results, figure: &mut Figure) {
    if figure.working.columns.is_empty() {
        figure.working.columns = evidence::columns(results, &figure.working.path);
    }
}

/// By when to act: days of the calendar from the day of the run, else days counted from the approval.
fn due(date: Option<&str>, fields: &mut Fields) {
    for (name, lead, later, counted) in [
        ("today", "", 0, None),
        ("from_today", "From ", 0, Some("From day zero")),
        ("by_five", "By ", 5, Some("By day five")),
        ("by_ten", "By ", 10, Some("By day ten")),
        ("by_twenty", "By ", 20, Some("By day twenty")),
        ("by_thirty", "By ", 30, Some("By day thirty")),
    ] {
        match (date.and_then(|date| identity::day(date, later)), counted) {
            (Some(day), _) => fields.set(name, Field::Quoted(format!("{lead}{day}"), "receipt.json: date".to_owned())),
            (None, Some(words)) => fields.words(name, words),
            (None, None) => {}
        }
    }
}

fn per_segment(results: &Results, fields: &Fields, template: &str, gaps: &mut Vec<String>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for found in &results.segments {
        let segment: Segment = found.name;
        if found.count == 0 {
            continue;
        }
        let mut own = fields.clone();
        portrait(results, segment, &mut own);
        trials::trial(results, segment, &mut own);
        // As the file says it, whatever the reader calls the segment.
        own.set("published", Field::Text(Text::new().code(segment.name())));
        for name in ["count", "share"] {
            if let Some(field) = fields.get(&format!("{}.{name}", segment.slug())).cloned() {
                own.set(name, field);
            }
        }
        let list = wording::list_file(segment);
        own.set("own_list", Field::Text(Text(vec![Span::File(list.to_owned(), list.to_owned())])));
        let path = format!("segments[{}].median_confidence", segment as usize);
        let formula = "median over its customers of the probability that the label is the true one";
        own.figure(
            "own_confidence",
            super::facts::measured(&found.median_confidence, super::figure::Style::PercentWhole, &path, formula)
                .map(|figure| figure.over(found.count)),
        );
        let written = fill("part", template, &own, "");
        blocks.extend(written.document.blocks);
        gaps.extend(written.gaps);
    }
    blocks
}
