//! Effects of the segments as a forest plot: eta squared with its interval, the rank effect beside it, and a hollow
//! mark where a metric is tied to the rule by its own arithmetic.

use super::frame::{Frame, fit};
use super::scale::{Bend, Scale};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::report::{figures, tables, wording};
use crate::validation::findings::Effect;

/// Lower ends of small, medium, large.
const BANDS: [(f64, &str); 3] = [(0.01, "small"), (0.06, "medium"), (0.14, "large")];
/// Ticks beyond the bands.
const TICKS: [f64; 7] = [0.0, 0.01, 0.06, 0.14, 0.3, 0.5, 0.8];

/// The plot; `None` where no effect was measured.
pub fn draw(effects: &[Effect], frame: Frame) -> Option<Scene> {
    let mut rows: Vec<(&Effect, f64)> =
        effects.iter().filter_map(|effect| effect.eta_squared.value().map(|size| (effect, *size))).collect();
    if rows.is_empty() {
        return None;
    }
    // Free metrics first: they are the evidence. Within both, the largest first.
    rows.sort_by(|a, b| a.0.coupled.is_some().cmp(&b.0.coupled.is_some()).then(b.1.total_cmp(&a.1)));
    let narrow = frame.is_narrow();
    let (left, right, top) = (if narrow { 2.0 } else { 204.0 }, frame.width - 52.0, 44.0);
    let step = if narrow { 46.0 } else { 32.0 };
    let free = rows.iter().filter(|(effect, _)| effect.coupled.is_none()).count();
    let break_height = 34.0;
    let groups = f64::from(u8::from(free > 0)) + f64::from(u8::from(free < rows.len()));
    let floor = top + step * rows.len() as f64 + break_height * groups;
    let most = rows
        .iter()
        .flat_map(|(effect, size)| {
            [Some(*size), effect.eta_squared_high.value().copied(), effect.rank_epsilon_squared.value().copied()]
        })
        .flatten()
        .fold(0.2, f64::max);
    let x = Scale::new(Bend::SquareRoot, (0.0, most), (left, right));
    let mut scene = Scene {
        name: "forest",
        title: "How far the segments differ".to_owned(),
        sentence: sentence(&rows),
        width: frame.width,
        height: floor + 30.0,
        marks: Vec::new(),
        table: tables::effects_table(effects),
    };
    for (low, name) in BANDS {
        let at = x.at(low);
        scene.line((at, top - 14.0), (at, floor), "band");
        scene.text((at + 4.0, top - 18.0), Anchor::Start, name, "band-label");
    }
    let mut y = top;
    for (group, rows) in [(false, &rows[..free]), (true, &rows[free..])] {
        if rows.is_empty() {
            continue;
        }
        let title = if group { "Tied to the rule: describes, proves nothing" } else { "Free of the rule: evidence" };
        scene.text((0.0, y + 20.0), Anchor::Start, title, "group-label halo");
        y += break_height;
        for (effect, size) in rows {
            row(&mut scene, effect, *size, &x, (y, step, left), narrow);
            y += step;
        }
    }
    scene.line((left, floor), (right, floor), "axis");
    for tick in TICKS.into_iter().filter(|tick| *tick <= most) {
        let at = x.at(tick);
        scene.line((at, floor), (at, floor + 5.0), "tick");
        if !(narrow && tick == 0.01) {
            scene.text(
                (at, floor + 19.0),
                if tick == 0.0 { Anchor::Start } else { Anchor::Middle },
                figures::significant(tick, 2),
                "tick-label",
            );
        }
    }
    Some(scene)
}

fn row(scene: &mut Scene, effect: &Effect, size: f64, x: &Scale, (y, step, left): (f64, f64, f64), narrow: bool) {
    let centre = y + if narrow { step - 14.0 } else { step / 2.0 };
    let name = wording::metric(&effect.metric);
    let tied = effect.coupled.is_some();
    let class = if tied { "tied" } else { "free" };
    let label = if narrow { (0.0, y + 16.0) } else { (0.0, centre + 4.5) };
    let room = if narrow { scene.width } else { left - 14.0 };
    scene.text(label, Anchor::Start, fit(&name, 14.0, room), &format!("row-label {class}"));
    if let (Some(low), Some(high)) = (effect.eta_squared_low.value(), effect.eta_squared_high.value()) {
        scene.line((x.at(*low), centre), (x.at(*high), centre), &format!("interval {class}"));
    }
    let rank = effect.rank_epsilon_squared.value().copied();
    if let Some(rank) = rank {
        let at = x.at(rank);
        scene.line((at, centre - 6.0), (at, centre + 6.0), &format!("rank {class}"));
    }
    let interval = match (effect.eta_squared_low.value(), effect.eta_squared_high.value()) {
        (Some(low), Some(high)) => format!(", 95% interval {}", figures::interval(*low, *high)),
        _ => String::new(),
    };
    let why = effect.coupled.as_ref().map(|why| format!(". Tied to the rule: {why}")).unwrap_or_default();
    scene.marks.push(
        Mark::new(Shape::Circle { at: (x.at(size), centre), radius: 5.0 }, format!("dot {class}")).saying(format!(
            "{name}: eta squared {}{interval}{}{why}",
            figures::coefficient(size),
            rank.map(|rank| format!(", rank epsilon squared {}", figures::coefficient(rank))).unwrap_or_default()
        )),
    );
    scene.text((scene.width, centre + 4.5), Anchor::End, figures::coefficient(size), &format!("row-value {class}"));
}

fn sentence(rows: &[(&Effect, f64)]) -> String {
    let Some((effect, size)) = rows.first() else { return String::new() };
    let name = wording::inside(&wording::metric(&effect.metric));
    let band = BANDS.iter().rev().find(|(low, _)| size >= low).map_or("negligible", |(_, name)| name);
    if effect.coupled.is_some() {
        format!("Every metric shown is tied to the rule; the largest difference is in {name}.")
    } else {
        format!(
            "Of what is not tied to the rule, {name} differs most between segments: eta squared {}, a {band} effect. \
             Dot and bar: eta squared with its 95% interval; upright tick: the same on ranks. Square-root axis.",
            figures::coefficient(*size)
        )
    }
}
