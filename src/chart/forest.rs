//! Effects of the segments as a forest plot: eta squared with its interval, the rank effect beside it, and a hollow
//! mark where a metric is tied to the rule by its own arithmetic.

use super::frame::{Frame, fit, text_width};
use super::scale::{Bend, Scale};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::ordered::order_by;
use crate::report::document::Table;
use crate::report::{figures, tables, wording};
use crate::validation::findings::Effect;
use serde::{Deserialize, Serialize};

/// Lower ends of small, medium, large.
const BANDS: [(f64, &str); 3] = [(0.01, "small"), (0.06, "medium"), (0.14, "large")];
/// Ticks beyond the bands.
const TICKS: [f64; 7] = [0.0, 0.01, 0.06, 0.14, 0.3, 0.5, 0.8];

/// What the plot is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// Effects from top to bottom: first those free of the rule.
    pub rows: Vec<Row>,
    /// What it says.
    pub sentence: String,
    /// The numbers behind it.
    pub table: Table,
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The metric's name for people.
    pub name: String,
    /// Eta squared.
    pub size: f64,
    /// Its 95% interval.
    pub interval: Option<(f64, f64)>,
    /// Upper end of the interval, where only that is known.
    pub high: Option<f64>,
    /// The same on ranks.
    pub rank: Option<f64>,
    /// Why it is tied to the rule.
    pub tied: Option<String>,
}

impl Forest {
    /// Of these effects; `None` where none was measured.
    pub fn of(effects: &[Effect]) -> Option<Self> {
        let mut rows: Vec<Row> = effects
            .iter()
            .filter_map(|effect| {
                let high = effect.eta_squared_high.value().copied();
                Some(Row {
                    name: wording::metric(&effect.metric),
                    size: *effect.eta_squared.value()?,
                    interval: effect.eta_squared_low.value().copied().zip(high),
                    high,
                    rank: effect.rank_epsilon_squared.value().copied(),
                    tied: effect.coupled.clone(),
                })
            })
            .collect();
        // Free metrics first: they are the evidence. Within both, the largest first.
        order_by(&mut rows, |a, b| a.tied.is_some().cmp(&b.tied.is_some()).then(b.size.total_cmp(&a.size)));
        let sentence = sentence(rows.first()?);
        Some(Self { rows, sentence, table: tables::effects_table(effects) })
    }
}

/// The plot; `None` where there is nothing to draw.
pub fn draw(input: &Forest, frame: Frame) -> Option<Scene> {
    let rows = &input.rows;
    if rows.is_empty() {
        return None;
    }
    let narrow = frame.is_narrow();
    let (left, right, top) = (if narrow { 2.0 } else { 204.0 }, frame.width - 52.0, 44.0);
    let step = if narrow { 46.0 } else { 32.0 };
    let free = rows.iter().filter(|row| row.tied.is_none()).count();
    let break_height = 34.0;
    let groups = f64::from(u8::from(free > 0)) + f64::from(u8::from(free < rows.len()));
    let floor = top + step * rows.len() as f64 + break_height * groups;
    let most = rows.iter().flat_map(|row| [Some(row.size), row.high, row.rank]).flatten().fold(0.2, f64::max);
    let x = Scale::new(Bend::SquareRoot, (0.0, most), (left, right));
    let mut scene = Scene {
        name: "forest",
        title: "How far the segments differ".to_owned(),
        sentence: input.sentence.clone(),
        width: frame.width,
        height: floor + 30.0,
        marks: Vec::new(),
        table: input.table.clone(),
    };
    for (i, (low, name)) in BANDS.into_iter().enumerate() {
        let at = x.at(low);
        // A name that would run into the next stands above it.
        let next = BANDS.get(i + 1).map_or(right, |(low, _)| x.at(*low));
        let raised = if at + 8.0 + text_width(name, 12.5) > next { 14.0 } else { 0.0 };
        scene.line((at, top - 14.0 - raised), (at, floor), "band");
        scene.text((at + 4.0, top - 18.0 - raised), Anchor::Start, name, "band-label");
    }
    let mut y = top;
    for (group, rows) in [(false, &rows[..free]), (true, &rows[free..])] {
        if rows.is_empty() {
            continue;
        }
        let title = match (group, narrow) {
            (true, true) => "Tied to the rule: proves nothing",
            (true, false) => "Tied to the rule: describes, proves nothing",
            (false, _) => "Free of the rule: evidence",
        };
        scene.text((0.0, y + 20.0), Anchor::Start, title, "group-label halo");
        y += break_height;
        for one in rows {
            row(&mut scene, one, &x, (y, step, left), narrow);
            y += step;
        }
    }
    scene.line((left, floor), (right, floor), "axis");
    let mut free_from = 0.0;
    for tick in TICKS.into_iter().filter(|tick| *tick <= most) {
        let at = x.at(tick);
        scene.line((at, floor), (at, floor + 5.0), "tick");
        let words = figures::significant(tick, 2);
        let half = text_width(&words, 13.0) / 2.0;
        // A number that would run into the one before it is left to its tick.
        if tick == 0.0 || at - half > free_from {
            scene.text(
                (at, floor + 19.0),
                if tick == 0.0 { Anchor::Start } else { Anchor::Middle },
                words,
                "tick-label",
            );
            free_from = at + half + 8.0;
        }
    }
    Some(scene)
}

fn row(scene: &mut Scene, row: &Row, x: &Scale, (y, step, left): (f64, f64, f64), narrow: bool) {
    let centre = y + if narrow { step - 14.0 } else { step / 2.0 };
    let Row { name, size, interval, rank, tied, .. } = row;
    let class = if tied.is_some() { "tied" } else { "free" };
    let label = if narrow { (0.0, y + 16.0) } else { (0.0, centre + 4.5) };
    let room = if narrow { scene.width } else { left - 14.0 };
    scene.text(label, Anchor::Start, fit(name, 14.0, room), &format!("row-label {class}"));
    if let Some((low, high)) = interval {
        scene.line((x.at(*low), centre), (x.at(*high), centre), &format!("interval {class}"));
    }
    if let Some(rank) = rank {
        let at = x.at(*rank);
        scene.line((at, centre - 6.0), (at, centre + 6.0), &format!("rank {class}"));
    }
    let interval = match interval {
        Some((low, high)) => format!(", 95% interval {}", figures::interval(*low, *high)),
        None => String::new(),
    };
    let why = tied.as_ref().map(|why| format!(". Tied to the rule: {why}")).unwrap_or_default();
    scene.marks.push(
        Mark::new(Shape::Circle { at: (x.at(*size), centre), radius: 5.0 }, format!("dot {class}")).saying(format!(
            "{name}: eta squared {}{interval}{}{why}",
            figures::coefficient(*size),
            rank.map(|rank| format!(", rank epsilon squared {}", figures::coefficient(rank))).unwrap_or_default()
        )),
    );
    scene.text((scene.width, centre + 4.5), Anchor::End, figures::coefficient(*size), &format!("row-value {class}"));
}

fn sentence(first: &Row) -> String {
    let (name, size) = (wording::inside(&first.name), &first.size);
    let band = BANDS.iter().rev().find(|(low, _)| size >= low).map_or("negligible", |(_, name)| name);
    if first.tied.is_some() {
        format!("Every metric shown is tied to the rule; the largest difference is in {name}.")
    } else {
        format!(
            "Of what is not tied to the rule, {name} differs most between segments: eta squared {}, a {band} effect. \
             Dot and bar: eta squared with its 95% interval; upright tick: the same on ranks. Square-root axis.",
            figures::coefficient(*size)
        )
    }
}
