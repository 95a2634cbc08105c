//! Who stayed and who moved: segments before on the left, after on the right, bands as wide as the customers they carry.

use serde::{Deserialize, Serialize};

use super::frame::{Frame, fit};
use super::said::Said;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::ordered::order_by;
use crate::report::{figures, tables};
use crate::segments::findings::Segment;
use crate::validation::findings::Migration;

/// What a flow is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Words and numbers.
    pub said: Said,
    /// What the left side is, and the right.
    pub sides: (String, String),
    /// Customers, rows = before, columns = after, contract order.
    pub matrix: [[u64; 4]; 4],
}

/// Room between two segments: their labels stand in it.
const GAP: f64 = 34.0;
/// Width of a segment's bar.
const BAR: f64 = 16.0;
/// Points of a band's curve.
const SMOOTH: usize = 14;

impl Flow {
    /// Of these movements; `None` where nobody is seen twice.
    pub fn of(found: &Migration) -> Option<Self> {
        let mut matrix = [[0; 4]; 4];
        for (into, row) in matrix.iter_mut().zip(&found.matrix) {
            for (count, own) in into.iter_mut().zip(row) {
                *count = *own;
            }
        }
        let total: u64 = matrix.iter().flatten().sum();
        let mut moves: Vec<(u64, Segment, Segment)> = Vec::new();
        for (from, row) in Segment::ALL.into_iter().zip(&matrix) {
            moves.extend(Segment::ALL.into_iter().zip(row).filter(|(to, _)| *to != from).map(|(to, n)| (*n, from, to)));
        }
        let stayed = total - moves.iter().map(|(count, _, _)| count).sum::<u64>();
        let (most, from, to) = moves.into_iter().max_by_key(|(count, from, to)| (*count, *from, *to))?;
        if total == 0 {
            return None;
        }
        let share = |count: u64| figures::percent_whole(count as f64 / total as f64);
        let strongest = if most == 0 {
            String::new()
        } else {
            format!(
                " The widest move goes from {} to {}: {} customers.",
                from.name(),
                to.name(),
                figures::integer(most)
            )
        };
        let sentence = format!(
            "{} of {} keep their segment.{strongest}",
            share(stayed),
            figures::counted(total, "customer", "customers")
        );
        Some(Self {
            said: Said::new("Who stays and who moves", sentence, tables::migration(found)),
            sides: ("Earlier".to_owned(), "Later".to_owned()),
            matrix,
        })
    }
}

/// The flow; `None` where nobody moves or stays.
pub fn draw(input: &Flow, frame: Frame) -> Option<Scene> {
    let matrix = &input.matrix;
    let total: u64 = matrix.iter().flatten().sum();
    if total == 0 {
        return None;
    }
    let body: f64 = if frame.is_narrow() { 240.0 } else { 300.0 };
    let top = 20.0;
    let mut scene = input.said.scene("flow", frame.width, top + body + GAP * 4.0 + 6.0);
    let (left, right) = (BAR, scene.width - BAR);
    let tall = |count: u64| body * count as f64 / total as f64;
    let before: Vec<u64> = matrix.iter().map(|row| row.iter().sum()).collect();
    let after: Vec<u64> = (0..4).map(|column| matrix.iter().filter_map(|row| row.get(column)).sum()).collect();
    let starts = |counts: &[u64]| {
        let mut at = top;
        let mut starts = Vec::with_capacity(4);
        for count in counts {
            at += GAP;
            starts.push(at);
            at += tall(*count);
        }
        starts
    };
    let (from, mut to) = (starts(&before), starts(&after));
    scene.text((0.0, 13.0), Anchor::Start, input.sides.0.clone(), "axis-label strong");
    scene.text((scene.width, 13.0), Anchor::End, input.sides.1.clone(), "axis-label strong");
    let most = widest_move(matrix);
    // Movers first, those who stay on top of them; the widest move last.
    let mut bands = Vec::new();
    for (i, (origin, row)) in Segment::ALL.into_iter().zip(matrix).enumerate() {
        let mut y = from.get(i).copied().unwrap_or(top);
        for ((j, goal), count) in Segment::ALL.into_iter().enumerate().zip(row) {
            let Some(end) = to.get_mut(j) else { continue };
            let height = tall(*count);
            if *count > 0 {
                let class = if i == j {
                    format!("flow stays {}", origin.slug())
                } else if most == Some((i, j)) {
                    "flow widest".to_owned()
                } else {
                    "flow moves".to_owned()
                };
                let share = figures::percent(*count as f64 / before.get(i).copied().unwrap_or(1).max(1) as f64);
                let said = if i == j {
                    format!("{} stay {}: {share} of them", figures::integer(*count), origin.name())
                } else {
                    format!(
                        "{} from {} to {}: {share} of those who were {}",
                        figures::integer(*count),
                        origin.name(),
                        goal.name(),
                        origin.name()
                    )
                };
                let mark = Mark::new(Shape::Area(ribbon((left, y), (right, *end), height)), class).saying(said);
                bands.push((if i == j { 1 } else { u8::from(most == Some((i, j))) * 2 }, mark));
            }
            y += height;
            *end += height;
        }
    }
    order_by(&mut bands, |a, b| a.0.cmp(&b.0));
    scene.marks.extend(bands.into_iter().map(|(_, mark)| mark));
    side(&mut scene, &before, &from, total, Anchor::Start, tall);
    side(&mut scene, &after, &starts(&after), total, Anchor::End, tall);
    Some(scene)
}

fn widest_move(matrix: &[[u64; 4]; 4]) -> Option<(usize, usize)> {
    let cells = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).filter(|(i, j)| i != j);
    cells.max_by_key(|(i, j)| matrix[*i][*j]).filter(|(i, j)| matrix[*i][*j] > 0)
}

/// The bars of one side with their names.
fn side(scene: &mut Scene, counts: &[u64], starts: &[f64], total: u64, anchor: Anchor, tall: impl Fn(u64) -> f64) {
    let x = if anchor == Anchor::Start { 0.0 } else { scene.width - BAR };
    for ((segment, count), y) in Segment::ALL.into_iter().zip(counts).zip(starts) {
        let share = figures::percent_whole(*count as f64 / total as f64);
        let shape = Shape::Rect { x, y: *y, width: BAR, height: tall(*count).max(1.0) };
        let said = format!("{}: {}, {share}", segment.name(), figures::counted(*count, "customer", "customers"));
        scene.marks.push(Mark::new(shape, format!("tile {}", segment.slug())).saying(said));
        let narrow = scene.width < 420.0;
        // A share needs room that two names across from one another do not leave on a phone.
        let words = if narrow { segment.name().to_owned() } else { format!("{} {share}", segment.name()) };
        let words = fit(&words, 13.0, scene.width / 2.0 - 22.0);
        let at = if anchor == Anchor::Start { 18.0 } else { scene.width - 18.0 };
        let glyph = if anchor == Anchor::Start { 0.0 } else { scene.width - 13.0 };
        scene.glyph((glyph, y - 18.0), 13.0, segment, &format!("glyph ink-{}", segment.slug()));
        scene.text((at, y - 7.0), anchor, words, "flow-label halo");
    }
}

/// A band from one side to the other with level ends.
fn ribbon(from: (f64, f64), to: (f64, f64), height: f64) -> Vec<(f64, f64)> {
    let at = |step: usize| {
        let t = step as f64 / SMOOTH as f64;
        let eased = t * t * (3.0 - 2.0 * t);
        (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * eased)
    };
    let mut points: Vec<(f64, f64)> = (0..=SMOOTH).map(at).collect();
    points.extend((0..=SMOOTH).rev().map(|step| {
        let (x, y) = at(step);
        (x, y + height)
    }));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(matrix: [[u64; 4]; 4]) -> Flow {
        Flow { said: Said::default(), sides: ("Before".into(), "After".into()), matrix }
    }

    #[test]
    fn bands_are_as_wide_as_customers() {
        let scene = draw(&flow([[50, 0, 0, 25], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 25]]), Frame::DOCUMENT).unwrap();
        let widths: Vec<(String, f64)> = scene
            .marks
            .iter()
            .filter_map(|mark| match &mark.shape {
                Shape::Area(points) => Some((mark.class.clone(), points.last()?.1 - points.first()?.1)),
                _ => None,
            })
            .collect();
        let wanted = [("flow stays champions", 150.0), ("flow stays at-risk", 75.0), ("flow widest", 75.0)];
        assert_eq!(widths, wanted.map(|(class, width)| (class.to_owned(), width)));
        // Nobody before and after: a hair line and 0%.
        let words = |words: &str| {
            scene.marks.iter().any(|mark| matches!(&mark.shape, Shape::Text { words: w, .. } if w == words))
        };
        assert!(words("Frequent Explorers 0%") && words("Champions 75%") && words("At Risk 50%"));
    }

    #[test]
    fn nobody_is_nothing_and_one_customer_is_a_flow() {
        assert!(draw(&flow([[0; 4]; 4]), Frame::DOCUMENT).is_none());
        let mut one = [[0; 4]; 4];
        one[3][0] = 1;
        assert!(draw(&flow(one), Frame::wide(320.0)).is_some());
    }
}
