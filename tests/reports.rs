//! Six documents for every kind of extract: readable goldens, and what no document may ever say.
//!
//! `QUADRANT_UPDATE=1 cargo test --test reports` writes the goldens anew; look at the difference before committing it.
//! `QUADRANT_WRITE=folder` leaves every document as HTML, Markdown and results.json for the tools of `tests/e2e`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use quadrant::decision::findings::Recommendation;
use quadrant::export::documents::{Form, alone, document, replanned, report};
use quadrant::extract::findings::Layout;
use quadrant::extract::source::{BytesSource, FileSource, Source};
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::{Scenario, Spec, generate};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::labels::Labels;
use quadrant::pipeline::outcome::{Outcome, Results};
use quadrant::pipeline::params::{Depth, Params};
use quadrant::pipeline::run::run;
use quadrant::planning::findings::PlanDesign;
use quadrant::report::document::{Block, Document, Span, Text};
use quadrant::report::documents::{Title, write};
use quadrant::report::figure::{Figure, Working};
use quadrant::report::figures;
use quadrant::report::wording;
use quadrant::segments::findings::Segment;
use quadrant::stats::measured::Measured;
use quadrant::validation::findings::Contender;
use quadrant::view::view;

/// Name, scenario, layout, customers, depth.
const EXTRACTS: [(&str, Scenario, Layout, u32, Depth); 5] = [
    ("typical", Scenario::Typical, Layout::Wide, 2_000, Depth::Quick),
    ("no-structure", Scenario::NoStructure, Layout::Star, 1_500, Depth::Quick),
    ("clusters", Scenario::Clusters, Layout::Star, 1_500, Depth::Quick),
    ("thin", Scenario::Thin, Layout::Star, 1_200, Depth::Quick),
    ("customer-level", Scenario::Typical, Layout::Customers, 1_500, Depth::Quick),
];

fn analyse(sources: Vec<Arc<dyn Source>>, depth: Depth) -> Outcome {
    analyse_with(sources, Params { depth, ..Params::default() })
}

fn analyse_with(sources: Vec<Arc<dyn Source>>, params: Params) -> Outcome {
    block_on(run(sources, None, &params.check().unwrap(), &Pace::unhurried(), &|_| {})).unwrap().outcome
}

fn generated(scenario: Scenario, layout: Layout, customers: u32, depth: Depth) -> Outcome {
    analyse(files(scenario, layout, customers), depth)
}

fn files(scenario: Scenario, layout: Layout, customers: u32) -> Vec<Arc<dyn Source>> {
    let mut folder = MemoryFolder::default();
    let spec = Spec { customers, layout, scenario, seed: 11 }.check().unwrap();
    generate(&spec, &mut folder, &Pace::unhurried()).unwrap();
    folder
        .files
        .into_iter()
        .filter(|(name, _)| name.ends_with(".parquet"))
        .map(|(name, bytes)| Arc::new(BytesSource::new(name, bytes)) as Arc<dyn Source>)
        .collect()
}

/// All five, run once for all tests.
fn outcomes() -> &'static [(&'static str, Outcome)] {
    static ALL: OnceLock<Vec<(&'static str, Outcome)>> = OnceLock::new();
    ALL.get_or_init(|| {
        EXTRACTS.into_iter().map(|(name, s, layout, n, depth)| (name, generated(s, layout, n, depth))).collect()
    })
}

fn golden(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name);
    if std::env::var_os("QUADRANT_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
        return;
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    let pair = wanted.lines().zip(found.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(wanted == found, "{} differs, first at {pair:?}; QUADRANT_UPDATE=1 writes it anew", path.display());
}

fn markdown(outcome: &Outcome) -> String {
    Title::ALL.map(|title| document(outcome, title, Form::Markdown)).join("\n---\n\n")
}

#[test]
fn documents_read_as_they_should() {
    for (name, outcome) in outcomes() {
        if let Some(folder) = std::env::var_os("QUADRANT_WRITE") {
            leave(&PathBuf::from(folder).join(name), outcome);
        }
        golden(&format!("reports/{name}.md"), &markdown(outcome));
    }
}

/// Files as a reader gets them.
fn leave(folder: &std::path::Path, outcome: &Outcome) {
    fs::create_dir_all(folder).unwrap();
    for title in Title::ALL {
        for (form, ending) in [(Form::Html, "html"), (Form::Markdown, "md")] {
            fs::write(folder.join(format!("{}.{ending}", title.name())), document(outcome, title, form)).unwrap();
        }
    }
    fs::write(folder.join("report.html"), report(outcome)).unwrap();
    fs::write(folder.join("results.json"), serde_json::to_vec_pretty(&outcome.results).unwrap()).unwrap();
}

#[test]
fn the_real_user_scores_have_documents_without_a_gap() {
    let shared = std::env::var_os("QUADRANT_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("data/instacart_user_scores.parquet");
    if !path.exists() {
        println!("SKIPPED: {} is absent", path.display());
        return;
    }
    let outcome = analyse(vec![Arc::new(FileSource::open(&path).unwrap())], Depth::Quick);
    if let Some(folder) = std::env::var_os("QUADRANT_WRITE") {
        leave(&PathBuf::from(folder).join("real-scores"), &outcome);
    }
    check("real-scores", &outcome.results);
    // Shares and thresholds only: nothing of any one customer.
    golden("reports/real-scores.md", &markdown(&outcome));
    let memo = document(&outcome, Title::DecisionMemo, Form::Markdown);
    let plan = document(&outcome, Title::MonitoringPlan, Form::Markdown);
    for figure in ["182,223", "33.65%", "16.49%", "16.38%", "33.48%"] {
        assert!(memo.contains(figure), "{figure} in the memo of the canonical scores");
    }
    for figure in ["0.06522", "0.4634"] {
        assert!(plan.contains(figure), "{figure} in the plan that freezes the canonical cuts");
    }
}

#[test]
fn no_document_says_what_the_evidence_does_not() {
    for (name, outcome) in outcomes() {
        check(name, &outcome.results);
    }
    let verdicts: BTreeSet<String> =
        outcomes().iter().map(|(_, outcome)| format!("{:?}", outcome.results.decision.recommendation)).collect();
    assert!(verdicts.len() >= 2, "the five extracts should not all be decided alike: {verdicts:?}");
}

/// Words that only one kind of verdict allows: (recommendation, forbidden in its documents).
const CONTRADICTIONS: [(&str, &[&str]); 3] = [
    (
        "rule",
        &[
            "Do not segment",
            "cannot carry a segmentation",
            "Use the clusters, not the rule",
            "Refusal memo",
            "No playbook",
        ],
    ),
    (
        "clusters",
        &[
            "Ship the four-segment rule",
            "Freeze both cuts",
            "cannot carry a segmentation",
            "clustering was tested first and rejected",
        ],
    ),
    (
        "refuse",
        &[
            "Ship the four-segment rule",
            "Use the clusters, not the rule",
            "Freeze both cuts",
            "can be tested now",
            "are assigned to four segments",
            "Primary measure.",
        ],
    ),
];

/// Claims that rest on a measurement: (its place, what may not be said without it).
const UNMEASURED: [(&str, &[&str]); 4] = [
    (
        "validation.out_of_time",
        &[
            "whether segments predict anything later",
            "had to foretell",
            "tested the segments on later orders",
            "The segments predict ",
        ],
    ),
    ("validation.reliability.frequency", &["how often a label would flip", "Both scores can be repeated"]),
    (
        "planning.summaries",
        &["Every segment has an experiment plan", "formulas below", "where a segment is too small, it says so"],
    ),
    ("clustering", &["I started with clustering", "I tested clustering first", "tested first and rejected"]),
];

/// The value at a dotted path.
fn at<'a>(json: &'a serde_json::Value, path: &str) -> Option<&'a serde_json::Value> {
    path.split('.').try_fold(json, |at, step| at.get(step))
}

fn spans(document: &Document) -> Vec<(&Span, bool)> {
    let mut all = Vec::new();
    for block in &document.blocks {
        let texts: Vec<(&Text, bool)> = match block {
            Block::Paragraph(text) | Block::SubHeading(text) | Block::Callout(_, text) => vec![(text, false)],
            Block::Bullets(points) | Block::Steps(points) => points.iter().map(|text| (text, false)).collect(),
            Block::Table(table) => table.rows.iter().flatten().map(|text| (text, true)).collect(),
            Block::Heading(_) | Block::Chart(_) => Vec::new(),
        };
        all.extend(texts.into_iter().flat_map(|(text, table)| text.0.iter().map(move |span| (span, table))));
    }
    all
}

/// Digits that are part of a name and open nothing (`report::evidence` says why): what stands in the text, and what it is.
/// A value, a count, a bar or a parameter has no place here.
const NAMES: [(&str, &str); 21] = [
    ("95% interval", "level of an interval"),
    ("90% limit", "level of a limit"),
    ("within 30 days", "window in a measure's name"),
    ("within 60 days", "window in a measure's name"),
    ("within 90 days", "window in a measure's name"),
    ("order in 30 days", "window in a measure's name"),
    ("stay within 25% of their early ones", "title of a gate"),
    ("is at least 80% certain", "title of a gate"),
    ("(cv &lt; 1)", "title of a gate"),
    ("omponents + 11 behavioural", "name of a feature set"),
    ("omponents + 14 behavioural", "name of a feature set"),
    ("Silhouette, components and pruned features, k = 3", "a published claim"),
    ("Silhouette, all features, k = 3", "a published claim"),
    ("Silhouette, behaviour, k = 2", "a published claim"),
    (">1 week<", "head of a column"),
    (">2 weeks<", "head of a column"),
    (">4 weeks<", "head of a column"),
    (">8 weeks<", "head of a column"),
    (">12 weeks<", "head of a column"),
    ("exactly 1 − distinct products / lines", "a formula"),
    ("order_products__prior", "name of a file"),
];

/// The text without what stands between two marks, as often as it stands there.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        rest = after.split_once(close).expect("what opens closes").1;
    }
    out + rest
}

/// What a reader of a document's file sees and cannot open: its text without numbers that open, pictures, names in code and
/// the line that says which run it is.
fn closed(html: &str) -> String {
    let mut body = html.split_once("</h1>").unwrap().1.replace("&#39;", "'");
    for (open, close) in [
        ("<p class=\"byline\">", "</p>"),
        ("<svg", "</svg>"),
        ("<button", "</button>"),
        ("<span class=\"working\"", "</span>"),
        ("<code>", "</code>"),
        (" aria-label=\"", "\""),
    ] {
        body = without(&body, open, close);
    }
    for (name, _) in NAMES {
        body = body.replace(name, "");
    }
    // A day, and the id of a receipt.
    let mut words: Vec<&str> = body.split(' ').collect();
    let months = ["January", "February", "March", "April", "May", "June", "July", "August", "September"];
    let months: Vec<&str> = months.into_iter().chain(["October", "November", "December"]).collect();
    let dated = |at: usize| words.get(at).is_some_and(|word| months.contains(word));
    let named: BTreeSet<usize> = (0..words.len())
        .filter(|&at| dated(at + 1) || (at > 0 && dated(at - 1)) || (at > 0 && words[at - 1] == "receipt"))
        .collect();
    let mut at = 0;
    words.retain(|_| {
        at += 1;
        !named.contains(&(at - 1))
    });
    without(&words.join(" "), "<", ">")
}

#[test]
fn every_number_in_a_document_opens() {
    let mut dated = outcomes()[0].1.clone();
    dated.date = Some("2027-02-25".to_owned());
    let mut seen = Vec::new();
    for (name, outcome) in outcomes().iter().map(|(name, outcome)| (*name, outcome)).chain([("dated", &dated)]) {
        for title in Title::ALL {
            let text = closed(&document(outcome, title, Form::Html));
            let lines = text.lines().filter(|line| line.contains(|c: char| c.is_ascii_digit()));
            seen.extend(lines.map(|line| format!("{name}/{}: {line}", title.name())));
        }
    }
    assert!(seen.is_empty(), "numbers that do not open:\n{}", seen.join("\n"));
    // The net itself holds: what does not open is seen, in a heading, a caption or a sentence.
    let caught = |body: &str| closed(&format!("<h1>x</h1>{body}")).contains(|c: char| c.is_ascii_digit());
    assert!(caught("<h2>The 4</h2>") && caught("<figcaption><strong>x</strong> of 608 customers</figcaption>"));
    assert!(caught("<p>p = 0.05</p>") && caught("<th>3 weeks</th>"));
    assert!(!caught("<p><button class=\"num\">3</button><span class=\"working\" popover>3 of 4</span> left</p>"));
    assert!(!caught("<p>By 2 March 2027. receipt 0ab1</p>"));
}

/// What is fixed by the method, whoever is in the extract: the formula says so.
fn is_bar(figure: &Figure) -> bool {
    let Working { path, formula, .. } = &figure.working;
    path.contains(' ')
        || path.rsplit('.').next() == Some("pass")
        || path.starts_with("planning.design")
        || formula.contains("judgement")
}

#[test]
fn a_working_says_over_how_many_and_from_which_columns() {
    let mut wanting = BTreeSet::new();
    let with_rivals = with_rivals();
    for (name, outcome) in outcomes().iter().map(|(name, outcome)| (*name, outcome)).chain([("rivals", &with_rivals)]) {
        for title in Title::ALL {
            let document = write(title, &outcome.results, None).document;
            for (span, _) in spans(&document) {
                let Span::Figure(figure) = span else { continue };
                let Working { formula, n, columns, path, .. } = &figure.working;
                let what = format!("{name}/{}: {} · {}", title.name(), figure.text, figure.explained());
                if is_bar(figure) {
                    continue;
                }
                if formula.starts_with("as the sentence at this place") {
                    // Only a reason or a warning may hold a number that stands nowhere else.
                    let alone = [".reason", ".needs", ".message"].iter().any(|end| path.ends_with(end));
                    if !alone {
                        wanting.insert(format!("no formula: {what}"));
                    }
                    continue;
                }
                // A share or a coefficient means nothing without what it was taken over.
                let share = figure.text.contains(['%', '.']) && !path.starts_with("thresholds");
                if share && n.is_none() {
                    wanting.insert(format!("no n: {what}"));
                }
                let own = ["params", "extract", "seed"].iter().any(|place| path.starts_with(place));
                if !own && columns.is_empty() {
                    wanting.insert(format!("no columns: {what}"));
                }
            }
        }
    }
    let wanting: Vec<String> = wanting.into_iter().collect();
    assert!(wanting.is_empty(), "{}", wanting.join("\n"));
}

/// Everything that must hold of the six documents of any results.
fn check(name: &str, results: &Results) {
    let recommend = serde_json::to_value(results.decision.recommendation).unwrap();
    let json = serde_json::to_value(results).unwrap();
    for title in Title::ALL {
        let written = write(title, results, None);
        let what = format!("{name}/{}", title.name());
        assert!(written.gaps.is_empty(), "{what}: no value for {:?}", written.gaps);
        let document = &written.document;
        assert!(!document.title.is_empty() && document.blocks.len() > 3, "{what}");
        let mut text = String::new();
        for (span, in_table) in spans(document) {
            match span {
                Span::Plain(words) | Span::Strong(words) => {
                    // A number of a sentence is a figure; level and names of methods are words.
                    let bare = words.replace("95% interval", "").replace("90% limit", "").replace("A/A", "");
                    // Names of feature sets head their rows.
                    let named =
                        in_table && ["Components + 1", "Silhouette, "].iter().any(|name| bare.starts_with(name));
                    assert!(
                        named || !bare.contains(|c: char| c.is_ascii_digit()),
                        "{what}: a number that did not pass figures, or does not open: {words:?}"
                    );
                }
                Span::Figure(figure) => {
                    assert!(
                        !figure.working.formula.is_empty() && !figure.working.path.is_empty(),
                        "{what}: {figure:?}"
                    );
                    assert!(figure.text != "–" && !figure.working.value.contains("NaN"), "{what}: {figure:?}");
                    resolves(&json, &figure.working.path, &what);
                }
                Span::Quoted(words, path) => {
                    assert!(!words.is_empty() && !path.is_empty(), "{what}: {words:?} from {path:?}");
                    let judged = ["decision.", "clustering.", "readiness.gates"];
                    if judged.iter().any(|room| path.starts_with(room)) {
                        let gates = &results.readiness.gates;
                        let bare = gates.iter().fold(words.clone(), |bare, gate| {
                            bare.replace(&gate.title, "").replace(&wording::inside(&gate.title), "")
                        });
                        let bare = bare.replace("95% interval", "").replace("1 − distinct products", "");
                        assert!(
                            !bare.contains(|c: char| c.is_ascii_digit()),
                            "{what}: a number that does not open: {words:?}"
                        );
                    }
                }
                Span::Code(_) | Span::Segment(_) | Span::Named(..) => {}
                Span::File(path, _) => {
                    assert!(Segment::ALL.iter().any(|segment| wording::list_file(*segment) == path), "{what}: {path}");
                }
                Span::Reference(to, _) => assert!(Title::named(to).is_some(), "{what}: {to}"),
            }
            text.push_str(&Text(vec![span.clone()]).words());
        }
        for slip in
            ["NaN", "inf ", "{", "}", "[[", "]]", "..", " ,", " .", "None", "Some(", "not measured: not measured"]
        {
            assert!(!text.contains(slip), "{what}: {slip:?} in {text}");
        }
        for (path, claims) in UNMEASURED {
            if at(&json, path).is_none_or(|found| found["status"] == "not_measured") {
                for words in claims {
                    assert!(!text.contains(words), "{what}: {path} is not measured, which does not allow {words:?}");
                }
            }
        }
        let seen = results.decision.reasons.iter().any(|reason| reason.code == "rule_sees_clusters");
        for words in ["not firm enough", "tested first and rejected", "did not hold up", "Evidence against"] {
            assert!(
                !seen || !text.contains(words),
                "{what}: the rule draws the clusters, which does not allow {words:?}"
            );
        }
        for (decided, forbidden) in CONTRADICTIONS {
            if recommend == decided {
                for words in forbidden {
                    assert!(!text.contains(words), "{what}: {decided} does not allow {words:?}");
                }
            }
        }
    }
}

/// A working's place exists in results.json and holds a measurement: no claim rests on what is not measured.
fn resolves(json: &serde_json::Value, path: &str, what: &str) {
    const ELSEWHERE: [&str; 4] =
        ["the canonical case", "receipt.json", "fixed bands of quadrant monitor", "fixed bars of the method"];
    if ELSEWHERE.iter().any(|other| path.starts_with(other)) {
        assert!(path.contains(' '), "{what}: {path} reads like a place in results.json");
        return;
    }
    // Why something is absent, and what it needs, stand where it is absent.
    let (path, absent) = match path.strip_suffix(".reason").or_else(|| path.strip_suffix(".needs")) {
        Some(absent) => (absent, true),
        None => (path, false),
    };
    let mut at = json;
    for step in path.split('.') {
        let (name, index) =
            step.split_once('[').map_or((step, None), |(name, rest)| (name, Some(rest.trim_end_matches(']'))));
        let Some(next) = at.get(name) else {
            assert!(["guardrails", "srm"].contains(&name), "{what}: results.json has no {path}");
            return;
        };
        at = match index {
            None => next,
            Some(index) => match index.parse::<usize>() {
                Ok(index) => next.get(index).unwrap_or_else(|| panic!("{what}: results.json has no {path}")),
                // By name, or all of them.
                Err(_) => return,
            },
        };
        let missing = at.get("status").and_then(|status| status.as_str()) == Some("not_measured");
        assert!(!missing || absent, "{what}: {path} is not measured");
    }
}

#[test]
fn every_template_is_written_out_by_some_extract_and_names_its_verdicts() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report/templates");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let template = fs::read_to_string(&path).unwrap();
        for line in template.lines().filter(|line| line.starts_with("[[when") || line.starts_with("[[or")) {
            assert!(line.contains("verdict="), "{}: {line}", path.display());
        }
        let count = |mark: &str| template.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!(count("[[when"), count("[[end]]"), "{}", path.display());
        let prose: String =
            template.lines().filter(|line| !line.starts_with("[[") && !line.starts_with("1. ")).collect();
        let mut bare = prose.replace("95% interval", "").replace("90% limit", "").replace("{{", "{").replace("}}", "}");
        while let (Some(open), Some(close)) = (bare.find('{'), bare.find('}')) {
            bare.replace_range(open..=close.max(open), "");
        }
        assert!(!bare.contains(|c: char| c.is_ascii_digit()), "{}: a number of its own", path.display());
    }
}

#[test]
fn every_field_has_its_place_in_a_template() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let templates: String = fs::read_dir(root.join("templates"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let asked = |name: &str| {
        let alone = |(at, _): (usize, &str)| {
            let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
            !word(templates[..at].chars().next_back()) && !word(templates[at + name.len()..].chars().next())
        };
        templates.match_indices(name).any(alone)
    };
    // Names that are made of a segment's or another part.
    let made = ["count", "share", "part"];
    for file in ["facts", "trials", "watch", "published", "portrait", "documents"] {
        let source = fs::read_to_string(root.join(format!("{file}.rs"))).unwrap();
        for call in ["fields.set(", "fields.figure(", "fields.words(", "fields.flag(", "put(fields, "] {
            for (at, _) in source.match_indices(call) {
                let rest = source[at + call.len()..].trim_start();
                let Some(name) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
                assert!(made.contains(&name) || asked(name), "{file}: no template asks for {name}");
            }
        }
    }
}

#[test]
fn another_design_changes_the_plan_and_nothing_else() {
    let (_, outcome) = &outcomes()[0];
    let loose = replanned(outcome, PlanDesign { relative_effect: 0.5, alpha: 0.1, ..PlanDesign::default() });
    let plan = |outcome: &Outcome| document(outcome, Title::ExperimentPlan, Form::Markdown);
    assert_ne!(plan(&loose), plan(outcome));
    assert!(plan(&loose).contains("a change of 50% of the baseline"));
    let memo = |outcome: &Outcome| {
        let text = document(outcome, Title::DecisionMemo, Form::Markdown);
        text.split("## Next actions").next().unwrap().to_owned()
    };
    assert_eq!(memo(&loose), memo(outcome));
    check("replanned", &loose.results);
}

#[test]
fn a_rule_that_draws_the_clusters_does_not_call_them_weak() {
    let (_, outcome) = outcomes().iter().find(|(name, _)| *name == "clusters").unwrap();
    let mut results = outcome.results.clone();
    results.decision.recommendation = Recommendation::Rule;
    let reason = &mut results.decision.reasons[0];
    reason.code = "rule_sees_clusters".to_owned();
    reason.evidence = "clustering.agreement".to_owned();
    reason.text = "The data do fall into clusters, and the rule already draws them.".to_owned();
    check("rule-sees-clusters", &results);
    let memo = write(Title::DecisionMemo, &results, None).document;
    let words: String = spans(&memo).iter().map(|(span, _)| Text(vec![(*span).clone()]).words()).collect();
    assert!(words.contains("the rule already draws them"), "{words}");
}

#[test]
fn two_scores_alone_are_no_portrait_and_no_fourteen_features() {
    let mut outcome = outcomes().iter().find(|(name, _)| *name == "customer-level").unwrap().1.clone();
    let results = &mut outcome.results;
    if let Measured::Value(validation) = &mut results.validation {
        validation.effects.retain(|effect| effect.coupled.is_some());
    }
    if let Measured::Value(clustering) = &mut results.clustering {
        clustering.sets.retain(|set| set.id == "canonical_behavioural");
        clustering.sets[0].features = 2;
    }
    let playbook = document(&outcome, Title::ActionPlaybook, Form::Markdown);
    assert!(!playbook.contains("Nothing that the rule does not already contain"), "{playbook}");
    assert!(playbook.contains("no measure beside the two scores"));
    let story = document(&outcome, Title::CaseStory, Form::Markdown);
    let row = story.lines().find(|line| line.starts_with("| Silhouette, behaviour, k = 2")).unwrap();
    assert!(row.contains("2 of its 14 features"), "{row}");
    let summary = document(&outcome, Title::ExecutiveSummary, Form::Markdown);
    assert!(!summary.contains("(1 in all)"), "{summary}");
}

/// A contender of the bake-off, as a run at full depth would find it.
fn contender(id: &str, r2: f64, delta: f64, low: f64, high: f64) -> Contender {
    let absent = || Measured::absent("not needed here", "");
    Contender {
        id: id.to_owned(),
        levels: 4,
        outcome: "next_gap_days".to_owned(),
        customers: 1_071,
        r2: Measured::Value(r2),
        auc: absent(),
        delta_r2: Measured::Value(delta),
        delta_r2_low: Measured::Value(low),
        delta_r2_high: Measured::Value(high),
        delta_auc: absent(),
        delta_auc_low: absent(),
        delta_auc_high: absent(),
        beats_rule: false,
    }
}

/// A run as at full depth, where the rule had rivals.
fn with_rivals() -> Outcome {
    let mut outcome = outcomes()[0].1.clone();
    let Measured::Value(validation) = &mut outcome.results.validation else { panic!("validated") };
    validation.bake_off = Measured::Value(vec![
        contender("rule", 0.19, 0.0, 0.0, 0.0),
        contender("kmeans_scores", 0.152, -0.038, -0.071, -0.003),
        contender("terciles", 0.215, 0.025, -0.006, 0.053),
    ]);
    outcome
}

#[test]
fn the_memo_names_the_rivals_that_were_rejected_with_their_intervals() {
    let mut outcome = with_rivals();
    check("rivals", &outcome.results);
    let memo = document(&outcome, Title::DecisionMemo, Form::Markdown);
    let wanted = "the rule explains 19.0% of the variance among 1,071 customers held out; beside it, in points more or less \
                  with the 95% interval: terciles of the two scores 2.5 (−0.6 to 5.3), k-means on the two scores −3.8 \
                  (−7.1 to −0.3).";
    assert!(memo.contains(wanted), "{memo}");
    // The floor is named only where the rule is not above it.
    let floor = "not shown to predict it better than the number of orders alone";
    for (high, said) in [(0.012, true), (-0.002, false)] {
        let Measured::Value(validation) = &mut outcome.results.validation else { panic!("validated") };
        let Measured::Value(rows) = &mut validation.bake_off else { panic!("baked") };
        rows.retain(|row| row.id != "order_count");
        rows.push(contender("order_count", 0.18, -0.01, -0.03, high));
        assert_eq!(document(&outcome, Title::DecisionMemo, Form::Markdown).contains(floor), said);
    }
}

#[test]
fn only_the_published_mini_batch_figure_is_said_to_be_one() {
    let story = document(&outcomes()[0].1, Title::CaseStory, Form::Markdown);
    assert!(story.contains("| Silhouette, behaviour, k = 2"));
    for line in story.lines().filter(|line| line.contains("mini-batch")) {
        assert!(line.starts_with("| Silhouette, all features"), "{line}");
    }
}

#[test]
fn next_actions_have_dates_from_the_day_of_the_run() {
    let mut outcome = outcomes()[0].1.clone();
    outcome.date = Some("2027-02-25".to_owned());
    let memo = document(&outcome, Title::DecisionMemo, Form::Markdown);
    let actions = memo.split("## Next actions").nth(1).unwrap();
    for wanted in ["25 February 2027", "By 2 March 2027", "By 7 March 2027", "By 27 March 2027"] {
        assert!(actions.contains(wanted), "{wanted} in {actions}");
    }
    assert!(!actions.contains("day five"), "{actions}");
}

#[test]
fn hostile_names_are_words_in_every_document() {
    let evil = "</td><script>alert('1')</script>|`*[x](javascript:1)\"\n# =HYPERLINK(1)\u{202e}\u{0}";
    let mut outcome = outcomes()[0].1.clone();
    let results = &mut outcome.results;
    results.extract.files[0].name = evil.to_owned();
    for column in results.extract.mapping.values_mut() {
        column.file = evil.to_owned();
        column.column = evil.to_owned();
    }
    for warning in &mut results.extract.warnings {
        warning.message = evil.to_owned();
    }
    for reason in results.decision.reasons.iter_mut().chain(&mut results.decision.caveats) {
        reason.text = evil.to_owned();
    }
    if let Measured::Value(validation) = &mut results.validation {
        for effect in &mut validation.effects {
            effect.metric = evil.to_owned();
        }
    }
    for title in Title::ALL {
        for form in [Form::Html, Form::Part, Form::Markdown] {
            let text = document(&outcome, title, form);
            let text = text.replace("\\]", "");
            for raw in ["<script", "\u{202e}", "\u{0}", "](javascript"] {
                // A Markdown link is only words in HTML.
                let means_nothing = form != Form::Markdown && raw.starts_with(']');
                assert!(means_nothing || !text.contains(raw), "{title:?} {form:?}: {raw:?}");
            }
            if form == Form::Markdown {
                assert_eq!(text.lines().filter(|line| line.starts_with("# ")).count(), 1, "{title:?}");
                let cells = |line: &str| line.replace("\\|", "").matches('|').count();
                let mut width = 0;
                for line in text.lines() {
                    width = if line.starts_with('|') { if width == 0 { cells(line) } else { width } } else { 0 };
                    assert!(width == 0 || cells(line) == width, "{title:?}: {line}");
                }
            } else if form == Form::Part {
                assert_eq!(text.matches('<').count(), text.matches('>').count(), "{title:?}");
            }
        }
    }
}

#[test]
fn cuts_set_by_hand_are_said_where_they_are_decided_on_and_watched() {
    let told = [Title::ExecutiveSummary, Title::DecisionMemo, Title::MonitoringPlan];
    let recommended = &outcomes()[0].1;
    for (frequency, loyalty) in [(Some(1.0 / 10.0), None), (None, Some(0.35)), (Some(1.0 / 10.0), Some(0.35))] {
        let params = Params { frequency_threshold: frequency, loyalty_threshold: loyalty, ..Params::default() };
        let outcome = analyse_with(files(Scenario::Typical, Layout::Wide, 2_000), params);
        check("by-hand", &outcome.results);
        let thresholds = outcome.results.thresholds.value().unwrap();
        let moved = thresholds.departure.as_ref().unwrap().moved;
        assert!(moved > 0);
        for title in told {
            let text = document(&outcome, title, Form::Markdown);
            assert!(text.to_lowercase().contains("set by hand"), "{title:?}: {text}");
            assert!(text.contains(&format!("{} customers (", figures::integer(moved))), "{title:?}");
            assert_eq!(text.contains("9.0 days between orders, not at"), frequency.is_some(), "{title:?}");
            assert_eq!(text.contains("35.0% bought before, not at"), loyalty.is_some(), "{title:?}");
        }
        assert!(view(&outcome).segments.departed.contains(&figures::integer(moved)));
    }
    for title in Title::ALL {
        assert!(!document(recommended, title, Form::Markdown).to_lowercase().contains("by hand"), "{title:?}");
    }
    assert!(view(recommended).segments.departed.is_empty());
}

#[test]
fn the_reader_s_names_stand_in_documents_and_view_and_nowhere_else() {
    let (_, plain) = &outcomes()[0];
    let mut outcome = plain.clone();
    let own = ["Stammkunden <b>|", "", "At Risk", "Schl\u{e4}fer"].map(str::to_owned);
    outcome.results.params.labels = Labels { segments: own, money: "EUR".to_owned() };
    // The warning of a file that is called like a segment stays as it is.
    let warning = "Champions.parquet holds a line twice";
    outcome.results.extract.warnings[0].message = warning.to_owned();
    for title in Title::ALL {
        let text = document(&outcome, title, Form::Markdown).replace(warning, "");
        let (body, last) = text.rsplit_once("Names of segments are the reader").expect("which name is which is said");
        assert!(last.contains("is Champions") && last.contains("At Risk is Loyal Occasionals"), "{title:?}: {last}");
        let bare = body.replace("`Champions`", "").replace("`At Risk`", "").replace("`Loyal Occasionals`", "");
        assert!(!bare.contains("Champions") && !bare.contains("Loyal Occasionals"), "{title:?}: {bare}");
        assert!(!document(&outcome, title, Form::Html).contains("<b>"));
    }
    assert!(document(&outcome, Title::ActionPlaybook, Form::Markdown).contains("Stammkunden &lt;b>"));
    assert!(document(&outcome, Title::ExperimentPlan, Form::Markdown).contains("spend (EUR) per customer"));
    let shown = view(&outcome);
    assert_eq!(shown.segments.names[3], "Schl\u{e4}fer");
    let words = format!("{:?} {}", shown.overview.brief, shown.overview.who.tab_separated());
    assert!(words.contains("Stammkunden") && !words.contains("Loyal Occasionals"), "{words}");
    // Contracts keep the published names.
    assert_eq!(outcome.results.segments[0].name, Segment::Champions);
    assert_eq!(serde_json::to_value(outcome.results.segments[3].name).unwrap(), "At Risk");
    assert!(!serde_json::to_string(&plain.results.params).unwrap().contains("labels"));
}

#[test]
fn a_document_alone_leads_to_no_file_that_it_does_not_bring() {
    for (name, outcome) in outcomes() {
        for title in Title::ALL {
            for form in [Form::Html, Form::Part, Form::Markdown] {
                let text = alone(outcome, title, form);
                assert!(!text.contains("href=") && !text.contains("]("), "{name}/{} {form:?}", title.name());
            }
        }
        // The report brings all documents and no list.
        for (at, _) in report(outcome).match_indices("href=\"") {
            assert!(report(outcome)[at + 6..].starts_with('#'), "{name}");
        }
        let beside = document(outcome, Title::ExecutiveSummary, Form::Html);
        assert!(beside.contains("href=\"decision_memo.html\""), "{name}");
    }
}

#[test]
fn files_open_offline_without_script_and_hold_every_number() {
    for (name, outcome) in outcomes() {
        let all = report(outcome);
        for wrong in ["<script", "javascript:", "src=\"http", "href=\"http", "@import", "url("] {
            assert!(!all.contains(wrong), "{name}: {wrong}");
        }
        let mut ids = BTreeSet::new();
        for (at, _) in all.match_indices(" id=\"") {
            let id: String = all[at + 5..].chars().take_while(|c| *c != '"').collect();
            assert!(ids.insert(id.clone()), "{name}: id {id} twice");
        }
        for title in Title::ALL {
            assert!(all.contains(&format!("data-testid=\"document-{}\"", title.name())), "{name}");
        }
        assert_eq!(all.matches("popovertarget=").count(), all.matches(" popover>").count(), "{name}");
    }
}
