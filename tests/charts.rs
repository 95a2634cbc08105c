//! Charts of what no ordinary extract shows: names of 80 letters, from right to left, emoji and markup; 500 categories;
//! segments of nobody, and one customer. And pictures of what takes full depth, as goldens.
//!
//! `QUADRANT_UPDATE=1 cargo test --test charts` writes the goldens anew; look at the difference before committing it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]

use std::fs;
use std::path::PathBuf;

use quadrant::chart::drawing::Drawing;
use quadrant::chart::frame::Frame;
use quadrant::chart::scene::Scene;
use quadrant::chart::{axis, calibration, dots, power, reliability, silhouette, split, stability, svg, thresholds};
use quadrant::chart::{
    boxes, clock, correlations, dendrogram, flow, heatmap, line, loadings, nulls, rivals, said, scree,
};
use quadrant::clustering::findings::{
    Agreement, DendrogramMerge, NullBenchmark, SilhouetteCluster, SilhouettePlot, Stability, WardFindings,
};
use quadrant::features::findings::Correlations;
use quadrant::pipeline::outcome::{FiveNumbers, MetricBoxes, OrderClock};
use quadrant::planning::findings::{Experiment, PlanningFindings, Scale};
use quadrant::prepare::findings::{ComponentLoadings, PcaFindings};
use quadrant::report::document::Table;
use quadrant::segments::findings::{Segment, SensitivityPoint};
use quadrant::stats::measured::Measured;
use quadrant::validation::findings::{
    Contender, Migration, OutcomeFindings, Reliabilities, Reliability, ReliabilityBand, SplitStability,
};

#[path = "support/scenes.rs"]
mod support;

const WIDTHS: [f64; 5] = [240.0, 288.0, 320.0, 680.0, 1_100.0];

/// Names that a file may bring.
fn hostile() -> Vec<String> {
    vec![
        "x".repeat(80),
        "قهوة وشاي ومشروبات ساخنة من جميع أنحاء العالم".repeat(2),
        "🧀🥖🍷👩‍👩‍👧‍👦".repeat(10),
        "<b>bold</b><script>alert(1)</script>".to_owned(),
        "\"><img src=x onerror=\"alert(1)\">".to_owned(),
        "\u{202e}desrever\u{0}".to_owned(),
        String::new(),
        "a b\tc\nd".to_owned(),
    ]
}

fn none<T>() -> Measured<T> {
    Measured::absent("test", "")
}

fn v<T>(value: T) -> Measured<T> {
    Measured::Value(value)
}

fn golden(name: &str, scene: &Scene) {
    let found = svg::write(scene).replace("><", ">\n<");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name);
    if std::env::var_os("QUADRANT_UPDATE").is_some() {
        fs::write(&path, found).unwrap();
        return;
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    let line = wanted.lines().zip(found.lines()).position(|(a, b)| a != b);
    assert!(wanted == found, "{} differs (first at line {line:?}); QUADRANT_UPDATE=1 writes it anew", path.display());
}

/// Holds at every width, and is drawn.
fn holds(drawing: &Drawing) {
    for width in WIDTHS {
        let scene = drawing.draw(Frame::wide(width)).unwrap_or_else(|| panic!("{drawing:?} is not drawn"));
        support::inside(&scene);
        support::harmless(&scene);
    }
}

fn table() -> Table {
    let mut table = Table::new("t").words("a");
    table.row(["b".into()]);
    table
}

fn pca(names: &[String], categories: usize) -> PcaFindings {
    let component = |component| ComponentLoadings {
        component,
        top: names.iter().enumerate().map(|(i, name)| (format!("category_{name}"), 0.4 - 0.11 * i as f64)).collect(),
    };
    let share = 1.0 / categories as f64;
    PcaFindings {
        features: categories as u64,
        explained_variance_ratio: vec![share; categories],
        explained_variance: vec![1.0; categories],
        loadings: (1..=4).map(component).collect(),
        importance: Vec::new(),
    }
}

fn contender(id: &str, outcome: &str, delta: f64, beats_rule: bool) -> Contender {
    Contender {
        id: id.into(),
        levels: 4,
        outcome: outcome.into(),
        customers: 900,
        r2: v(0.4 + delta),
        auc: none(),
        delta_r2: v(delta),
        delta_r2_low: v(delta - 0.02),
        delta_r2_high: v(delta + 0.02),
        delta_auc: none(),
        delta_auc_low: none(),
        delta_auc_high: none(),
        beats_rule,
    }
}

fn bake_off() -> Vec<Contender> {
    let mut found = Vec::new();
    for outcome in ["next_gap_days", "reorder_share"] {
        for (id, delta, wins) in
            [("rule", 0.0, false), ("terciles", 0.004, false), ("continuous", 0.09, true), ("order_count", -0.3, false)]
        {
            found.push(contender(id, outcome, delta, wins));
        }
    }
    found
}

/// A tree of `leaves` that joins the nearest neighbours first, like a tournament.
fn tree(leaves: u32) -> WardFindings {
    let mut open: Vec<(u32, u64)> = (0..leaves).map(|leaf| (leaf, 10 + u64::from(leaf))).collect();
    let mut dendrogram = Vec::new();
    while open.len() > 1 {
        let (a, b) = (open.remove(0), open.remove(0));
        let made = leaves + dendrogram.len() as u32;
        let height = 1.0 + 1.5 * dendrogram.len() as f64;
        dendrogram.push(DendrogramMerge { a: a.0, b: b.0, height, rows: a.1 + b.1 });
        open.push((made, a.1 + b.1));
    }
    WardFindings { set: "canonical_pruned".into(), rows: 10_000, grid: Vec::new(), last_merges: Vec::new(), dendrogram }
}

#[test]
fn what_takes_full_depth_is_drawn_as_it_should_be() {
    let tree = Drawing::Dendrogram(dendrogram::Dendrogram::of(&tree(30)).unwrap());
    let rivals = Drawing::Dots(rivals::rivals(&bake_off()).unwrap());
    for (name, drawing) in [("dendrogram.svg", tree), ("bake-off.svg", rivals)] {
        golden(name, &drawing.draw(Frame::DOCUMENT).unwrap());
        holds(&drawing);
    }
}

#[test]
fn names_from_files_are_cut_and_harmless() {
    let names = hostile();
    holds(&Drawing::Loadings(loadings::Loadings::of(&pca(&names, 8)).unwrap()));
    let cells = (0..names.len()).map(|row| (0..row).map(|column| Some(0.1 * column as f64 - 0.3)).collect()).collect();
    let said = said::Said::new("t", "s", table());
    holds(&Drawing::Heatmap(heatmap::Heatmap {
        subject: heatmap::Subject::Agreement,
        said: said.clone(),
        names: names.clone(),
        cells,
        marked: 0.2,
    }));
    let sets = |name: &String| Stability {
        set: name.clone(),
        k: 10,
        seed_ari: v(1.0),
        bootstrap_ari: v(-0.01),
        jaccard: vec![0.2, 1.0],
        rows: 1,
        seeds: 1,
        resamples: 1,
        jaccard_draws: 1,
    };
    holds(&Drawing::Dots(stability::stability(&names.iter().map(sets).collect::<Vec<_>>()).unwrap()));
    let null = |name: &String| NullBenchmark {
        set: name.clone(),
        reference: "copula".into(),
        k: 4,
        observed: 0.2,
        null_mean: 0.3,
        null_sd: 0.0,
        p: 1.0,
        draws: 1,
        rows: 1,
        z: none(),
    };
    holds(&Drawing::Dots(nulls::nulls(&names.iter().map(null).collect::<Vec<_>>()).unwrap()));
    let pairs: Vec<Agreement> =
        names.iter().map(|name| Agreement { a: "rule".into(), b: name.clone(), k: 4, ari: 0.5 }).collect();
    holds(&Drawing::Heatmap(correlations::agreement(&pairs).unwrap()));
    let row = |name: &String| boxes::Row {
        name: name.clone(),
        segment: None,
        five: Some(FiveNumbers { customers: 1, p05: 0.0, q25: 0.0, median: 0.0, q75: 0.0, p95: 1e12 }),
    };
    holds(&Drawing::Boxes(boxes::Boxes {
        said: said.clone(),
        axis: axis::Axis::new(0.0, 1e12, names[0].clone()),
        rows: names.iter().map(row).collect(),
    }));
    let line = |(index, name): (usize, &String)| line::Line {
        name: name.clone(),
        segment: None,
        tone: line::Tone::Accent,
        points: vec![(0.0, index as f64, name.clone()), (1.0, index as f64, name.clone())],
        loose: index.is_multiple_of(2),
    };
    holds(&Drawing::Lines(line::Lines {
        subject: line::Subject::Reliability,
        said: said.clone(),
        x: axis::Axis::new(0.0, 1.0, names[1].clone()),
        y: axis::Axis::new(0.0, 8.0, names[2].clone()),
        places: names.clone(),
        bands: vec![line::Band { points: vec![(0.0, 1.0, 2.0), (1.0, 2.0, 3.0)], words: String::new(), null: true }],
        levels: vec![line::Level::Across(1.0, names[0].clone()), line::Level::Up(0.4, names[1].clone())],
        lines: names.iter().enumerate().map(line).collect(),
    }));
    holds(&Drawing::Dots(dots::Dots {
        subject: dots::Subject::BakeOff,
        said,
        axis: axis::Axis::new(0.0, 1.0, names[0].clone()),
        levels: names.iter().enumerate().map(|(i, name)| (0.1 * i as f64, name.clone())).collect(),
        rows: names
            .iter()
            .map(|name| dots::Row {
                name: name.clone(),
                group: name.clone(),
                dots: vec![dots::Dot { at: 0.5, tone: line::Tone::Grey, said: name.clone() }],
                ..dots::Row::default()
            })
            .collect(),
    }));
}

#[test]
fn five_hundred_categories_are_a_picture_and_not_a_wall() {
    let names: Vec<String> = (0..500).map(|i| format!("category {i}")).collect();
    let drawing = Drawing::Lines(scree::scree(&pca(&names, 500)).unwrap());
    holds(&drawing);
    holds(&Drawing::Loadings(loadings::Loadings::of(&pca(&names, 500)).unwrap()));
    let marks = |drawing: &Drawing| drawing.draw(Frame::DOCUMENT).unwrap().marks.len();
    assert!(marks(&drawing) < 120);
    let features: Vec<String> = names.clone();
    let rows = (0..500).map(|row| vec![v(0.5); row]).collect();
    let map = Drawing::Heatmap(correlations::correlations(&Correlations { features, rows }).unwrap());
    holds(&map);
    assert!(marks(&map) < 1_000);
}

#[test]
fn segments_of_nobody_and_one_customer_hold() {
    let one = FiveNumbers { customers: 1, p05: 3.0, q25: 3.0, median: 3.0, q75: 3.0, p95: 3.0 };
    let of =
        |boxes| Drawing::Boxes(boxes::Boxes::of(&MetricBoxes { name: "avg_basket_size".into(), boxes }, "").unwrap());
    holds(&of([None, None, None, Some(one)]));
    let mut matrix = vec![vec![0; 4]; 4];
    matrix[3][0] = 1;
    let moved = Migration {
        description: String::new(),
        customers: 1,
        matrix: matrix.clone(),
        kappa: none(),
        ari: none(),
        agreement: none(),
        kappa_ceiling: none(),
        kappa_frozen: none(),
        agreement_frozen: none(),
    };
    holds(&Drawing::Flow(flow::Flow::of(&moved).unwrap()));
    assert!(flow::Flow::of(&Migration { matrix: vec![vec![0; 4]; 4], ..moved.clone() }).is_none());
    assert!(flow::Flow::of(&Migration { matrix: Vec::new(), ..moved }).is_none());
    let mut hours = [0; 24];
    hours[23] = 1;
    let clock =
        OrderClock { hours: v(hours), mean_hour: v(23.0), weekdays: v([1, 0, 0, 0, 0, 0, 0]), mean_weekday: v(0.0) };
    holds(&Drawing::Clock(clock::Clock::of(&clock).unwrap()));
    let cluster =
        |rows, widths: &[f64]| SilhouetteCluster { rows, mean: 0.0, misplaced_share: 0.0, widths: widths.to_vec() };
    let plot = SilhouettePlot {
        set: "behavioural".into(),
        k: 3,
        mean: 0.0,
        clusters: vec![cluster(1, &[0.0]), cluster(0, &[]), cluster(1, &[-1.0])],
    };
    holds(&Drawing::Silhouettes(silhouette::Silhouettes::of(&plot).unwrap()));
    holds(&Drawing::Dendrogram(dendrogram::Dendrogram::of(&tree(2)).unwrap()));
    let outcome = OutcomeFindings {
        outcome: "next_gap_days".into(),
        customers: 2,
        means: Vec::new(),
        omega_squared: none(),
        omega_squared_low: none(),
        omega_squared_high: none(),
        auc: none(),
        lift: none(),
        calibration: vec![(1.0, 1.0, 1), (1.0, 1.0, 1)],
        binary: String::new(),
    };
    holds(&Drawing::Lines(calibration::calibration(&outcome).unwrap()));
    let band = |orders: &str, value| ReliabilityBand { orders: orders.into(), customers: 1, value };
    let reliable = Reliability {
        value: -0.2,
        by_ranks: none(),
        mean_gap: none(),
        customers: 1,
        by_history: vec![band("5-9", v(-0.4)), band("10-19", none())],
        repeat_probability: 0.5,
    };
    let both = Reliabilities { frequency: none(), loyalty: v(reliable) };
    holds(&Drawing::Lines(reliability::reliability(&both).unwrap()));
    let point =
        |at| SensitivityPoint { at, kind: "percentile".into(), moved_share: 0.0, moved_share_p95: 0.0, ari: 1.0 };
    holds(&Drawing::Lines(thresholds::thresholds(&[point(0.4), point(0.6)]).unwrap()));
    let halves = SplitStability {
        observed: [("avg_basket_size".to_owned(), v(0.0))].into(),
        permuted: [("avg_basket_size".to_owned(), none())].into(),
    };
    holds(&Drawing::Dots(split::split(&halves).unwrap()));
}

#[test]
fn power_curves_of_a_few_customers_lie_low_and_hold() {
    let experiment = |segment: Segment, customers| {
        let mut one = Experiment::unmeasured(segment.name(), customers, "test", "");
        one.kpi = "returned_30d".into();
        (one.scale, one.baseline, one.sd) = (v(Scale::Proportion), v(0.2), v(0.4));
        one
    };
    let experiments =
        Segment::ALL.into_iter().zip([1, 2, 40, 60_000]).map(|(segment, n)| experiment(segment, n)).collect();
    let plan = PlanningFindings { experiments, ..PlanningFindings::default() };
    let lines = power::power(&plan).unwrap();
    assert!(
        lines.said.sentence.starts_with("Champions, Frequent Explorers and Loyal Occasionals would find"),
        "{}",
        lines.said.sentence
    );
    holds(&Drawing::Lines(lines));
    assert!(power::power(&PlanningFindings::default()).is_none());
}
