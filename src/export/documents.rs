//! The six documents as files, and all of them in one.

use serde::{Deserialize, Serialize};

use crate::chart::frame::Frame;
use crate::chart::mosaic::Segments;
use crate::chart::nulls::nulls;
use crate::chart::power::power;
use crate::chart::scene::Scene;
use crate::chart::{dots, line, mosaic, svg};
use crate::pipeline::outcome::Outcome;
use crate::planning::findings::PlanDesign;
use crate::planning::plan::plan;
use crate::report::documents::{Title, caption, write};
use crate::report::html::{self, Drawn, Links, Sheet};
use crate::report::naming::Naming;
use crate::report::{identity, markdown};
use crate::segments::findings::Segment;

/// Style sheets of a file of its own: the page's colours and charts, and paper.
const STYLE: [&str; 4] = [
    include_str!("../../style/tokens.css"),
    include_str!("../../style/charts.css"),
    include_str!("../../style/paper.css"),
    include_str!("../../style/document.css"),
];

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A file of its own, no script, opens offline.
    Html,
    /// Markdown.
    Markdown,
    /// The article alone, for the page.
    Part,
}

/// One document beside the others and the lists that it refers to, as a run's folder holds them.
pub fn document(outcome: &Outcome, title: Title, form: Form) -> String {
    linked(outcome, title, form, Links::Files)
}

/// One document alone: it leads to no file that it does not bring.
pub fn alone(outcome: &Outcome, title: Title, form: Form) -> String {
    linked(outcome, title, form, Links::None)
}

fn linked(outcome: &Outcome, title: Title, form: Form, links: Links) -> String {
    let written = write(title, &outcome.results, outcome.date.as_deref()).document;
    let draw = |name: &str| draw(outcome, name);
    match form {
        Form::Markdown => markdown::write(&written, links, &draw),
        Form::Part => {
            // The page puts this into the head of each sheet that it prints (public/boot.js).
            let running = identity::running(&outcome.results, outcome.date.as_deref());
            let article = html::article(&written, 1, Links::None, &draw);
            format!("<p class=\"running\" hidden>{}</p>\n{article}", html::escape(&running))
        }
        Form::Html => {
            let body = html::article(&written, 1, links, &draw);
            html::file(&sheet(outcome, written.title), &body)
        }
    }
}

/// `report.html`: all six documents in one file.
pub fn report(outcome: &Outcome) -> String {
    let draw = |name: &str| draw(outcome, name);
    let mut body = format!(
        "<header class=\"report-head\">\n<h1>Customer segmentation: the report</h1>\n<p class=\"byline\">{}</p>\n<nav aria-label=\"Documents\">\n<ol>\n",
        html::escape(&identity::byline(&outcome.results))
    );
    for title in Title::ALL {
        body.push_str(&format!("<li><a href=\"#doc-{}\">{}</a></li>\n", title.name(), title.words()));
    }
    body.push_str("</ol>\n</nav>\n</header>\n");
    for title in Title::ALL {
        body.push_str(&html::article(
            &write(title, &outcome.results, outcome.date.as_deref()).document,
            2,
            Links::Anchors,
            &draw,
        ));
    }
    html::file(&sheet(outcome, "Customer segmentation: the report".to_owned()), &body)
}

/// The same outcome with experiments planned to another design.
pub fn replanned(outcome: &Outcome, design: PlanDesign) -> Outcome {
    let mut outcome = outcome.clone();
    let mut counts = [0; 4];
    for (count, segment) in counts.iter_mut().zip(Segment::ALL) {
        let own = outcome.results.segments.iter().find(|found| found.name == segment);
        *count = own.map_or(0, |found| found.count);
    }
    outcome.results.planning = plan(&outcome.results.planning.summaries, design, counts);
    outcome
}

/// The drift report as a file of its own.
pub fn drift_html(drift: &crate::planning::monitoring::Drift) -> String {
    let document = crate::report::drift::drift(drift);
    let sheet = Sheet { title: document.title.clone(), running: document.byline.clone(), style: STYLE.join("\n") };
    html::file(&sheet, &html::article(&document, 1, Links::None, &|_| None))
}

fn sheet(outcome: &Outcome, title: String) -> Sheet {
    Sheet { title, running: identity::running(&outcome.results, outcome.date.as_deref()), style: STYLE.join("\n") }
}

fn draw(outcome: &Outcome, name: &str) -> Option<Drawn> {
    let results = &outcome.results;
    let frame = Frame::DOCUMENT;
    let mut scene: Scene = match name {
        "segments" if !results.segments.is_empty() => Some(mosaic::draw(&Segments::of(results), frame)),
        "power" => line::draw(&power(&results.planning)?, frame),
        "null-benchmark" => dots::draw(&nulls(&results.clustering.value()?.null_benchmark)?, frame),
        _ => None,
    }?;
    // The segments themselves are made with the names, which have their room in them.
    if let Some(naming) = Naming::of(&results.params.labels).filter(|_| name != "segments") {
        scene.name(naming);
    }
    Some(Drawn { svg: svg::write(&scene), title: scene.title, sentence: caption(results, name, &scene.sentence) })
}
