//! Lines over an axis, with bands, reference levels and points: one geometry for every curve of the house.
//!
//! What a curve means is said where it is made; here it only finds its place.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Frame, fit, text_width};
use super::said::Said;
use super::scale::{Scale, spread};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::ordered::order_by;
use crate::segments::findings::Segment;

/// Which curve it is: names the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// Predicted beside observed.
    Calibration,
    /// Chance of finding an effect, by its size.
    Power,
    /// Variance along each component.
    Scree,
    /// Reliability by length of history.
    Reliability,
    /// Customers who change segment, by threshold.
    Thresholds,
}

impl Subject {
    /// Name of the scene.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calibration => "calibration",
            Self::Power => "power",
            Self::Scree => "scree",
            Self::Reliability => "reliability",
            Self::Thresholds => "thresholds",
        }
    }
}

/// What lines are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// Which curve it is.
    pub subject: Subject,
    /// Words and numbers.
    pub said: Said,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// Names of the places along x, instead of numbers; place `i` is at x = i.
    pub places: Vec<String>,
    /// Bands behind the lines.
    pub bands: Vec<Band>,
    /// Levels that matter.
    pub levels: Vec<Level>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// An area between two curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// x, low, high; x ascending.
    pub points: Vec<(f64, f64, f64)>,
    /// What it is; may be empty.
    pub words: String,
    /// Of structureless data or chance, rather than the uncertainty of a line?
    pub null: bool,
}

/// A straight line that matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Level {
    /// At a value of y, with words.
    Across(f64, String),
    /// At a value of x, with words.
    Up(f64, String),
    /// Where x equals y, with words.
    Diagonal(String),
}

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// The one that the chart is about.
    Accent,
    /// Beside it.
    Ink,
    /// Context.
    Grey,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its name at its end (untrusted text); may be empty.
    pub name: String,
    /// The segment that it is of, with its glyph.
    pub segment: Option<Segment>,
    /// How much it matters.
    pub tone: Tone,
    /// x, y, and what the point says; a point without words is not marked. x ascending.
    pub points: Vec<(f64, f64, String)>,
    /// Are only the points drawn?
    pub loose: bool,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Accent => "best",
            Self::Ink => "plain",
            Self::Grey => "grey",
        }
    }
}

/// The lines; `None` where there is no point.
pub fn draw(input: &Lines, frame: Frame) -> Option<Scene> {
    let Lines { subject, said, x, y, lines, .. } = input;
    lines.iter().find(|line| !line.points.is_empty())?;
    let narrow = frame.is_narrow();
    // Loose points are named where they stand.
    let named = lines.iter().any(|line| !line.name.is_empty() && !line.loose);
    let height: f64 = if narrow { 300.0 } else { 340.0 };
    let top = if y.label.is_empty() { 14.0 } else { 34.0 };
    // Names at the ends of lines; on a phone they stand under the chart.
    let below = if narrow && named {
        22.0 * lines.iter().filter(|line| !line.name.is_empty() && !line.loose).count() as f64
    } else {
        0.0
    };
    let right = frame.width - if named && !narrow { 180.0 } else { 14.0 };
    let (left, floor) = (48.0, height - 46.0);
    let mut scene = said.scene(subject.name(), frame.width, height + below);
    y.beside(&mut scene, (left, right), (top, floor));
    let (across, up) = (x.scale(left + 6.0, right - 6.0), y.scale(floor, top));
    if input.places.is_empty() {
        x.below(&mut scene, (left + 6.0, right - 6.0), (floor, floor));
    } else {
        places(&mut scene, input, &across, (left, right, floor));
    }
    for band in &input.bands {
        self::band(&mut scene, band, (&across, &up));
    }
    let mut words = Vec::new();
    for level in &input.levels {
        let edges = (left, right, top, floor);
        words.push(self::level(&mut scene, level, input, (&across, &up), edges));
    }
    // What matters most is drawn last, on top.
    for tone in [Tone::Grey, Tone::Ink, Tone::Accent] {
        for line in lines.iter().filter(|line| line.tone == tone) {
            self::line(&mut scene, line, (&across, &up));
        }
    }
    // Words of levels lie over the lines, or the lines would strike them out.
    scene.marks.extend(words);
    let loose = lines.iter().filter(|line| line.loose && !line.name.is_empty());
    names_of_points(&mut scene, loose, (&across, &up), (left, right, top, floor));
    if narrow {
        names_below(&mut scene, lines, height);
    } else {
        names_beside(&mut scene, lines, right, (&up, top, floor));
    }
    Some(scene)
}

fn places(scene: &mut Scene, input: &Lines, across: &Scale, (left, right, floor): (f64, f64, f64)) {
    let room = (right - left) / input.places.len() as f64;
    let widest = input.places.iter().map(|place| text_width(place, 13.0)).fold(0.0, f64::max).min(120.0) + 8.0;
    // Every second or third place is named where all do not fit.
    let every = (widest / room).ceil().max(1.0) as usize;
    for (index, place) in input.places.iter().enumerate().step_by(every) {
        let words = fit(place, 13.0, 120.0);
        let half = text_width(&words, 13.0) / 2.0;
        let at = across.at(index as f64).min(scene.width - half).max(half);
        scene.text((at, floor + 19.0), Anchor::Middle, words, "tick-label");
    }
    scene.line((left, floor), (right, floor), "axis");
    scene.text((left, floor + 38.0), Anchor::Start, fit(&input.x.label, 13.0, scene.width - left), "axis-label");
}

fn band(scene: &mut Scene, band: &Band, (across, up): (&Scale, &Scale)) {
    let mut area: Vec<(f64, f64)> = band.points.iter().map(|(x, _, high)| (across.at(*x), up.at(*high))).collect();
    area.extend(band.points.iter().rev().map(|(x, low, _)| (across.at(*x), up.at(*low))));
    scene.marks.push(Mark::new(Shape::Area(area), if band.null { "null-band" } else { "interval-band" }));
    if let Some((x, low, _)) = band.points.last().filter(|_| !band.words.is_empty()) {
        let at = (across.at(*x), up.at(*low) + 16.0);
        scene.text(at, Anchor::End, band.words.clone(), "null-label halo");
    }
}

/// Draws the level's line; its words are handed back.
fn level(
    scene: &mut Scene,
    level: &Level,
    input: &Lines,
    (across, up): (&Scale, &Scale),
    (left, right, top, floor): (f64, f64, f64, f64),
) -> Mark {
    let text = |at, anchor, words, class: &str| Mark::new(Shape::Text { at, anchor, words }, class);
    match level {
        Level::Across(value, words) => {
            let at = up.at(*value);
            scene.line((left, at), (right, at), "band strong");
            text((left + 6.0, at - 6.0), Anchor::Start, fit(words, 12.5, right - left), "band-label halo")
        }
        Level::Up(value, words) => {
            let at = across.at(*value);
            scene.line((at, top), (at, floor), "threshold");
            let (anchor, shift) =
                if at > f64::midpoint(left, right) { (Anchor::End, -6.0) } else { (Anchor::Start, 6.0) };
            let room = if shift > 0.0 { right - at } else { at - left } - 6.0;
            text((at + shift, top + 12.0), anchor, fit(words, 13.0, room), "threshold-label halo")
        }
        Level::Diagonal(words) => {
            let (low, high) = (input.x.low.max(input.y.low), input.x.high.min(input.y.high));
            let (from, to) = ((across.at(low), up.at(low)), (across.at(high), up.at(high)));
            scene.marks.push(Mark::new(Shape::Path(vec![from, to]), "diagonal"));
            let said = |share: f64| {
                let at = (from.0 + share * (to.0 - from.0) + 10.0, from.1 + share * (to.1 - from.1) + 16.0);
                text(at, Anchor::Start, fit(words, 12.5, right - at.0), "band-label halo")
            };
            let points = input.lines.iter().flat_map(|line| &line.points);
            let dots: Vec<Area> = points.map(|(x, y, _)| Area::dot((across.at(*x), up.at(*y)), 4.0)).collect();
            let clear = |mark: &Mark| area(mark).is_some_and(|words| !dots.iter().any(|dot| dot.meets(&words)));
            // In the middle, or as near to it as no dot is.
            [0.5, 0.4, 0.6, 0.3, 0.7, 0.2].map(said).into_iter().find(clear).unwrap_or_else(|| said(0.5))
        }
    }
}

fn line(scene: &mut Scene, line: &Line, (across, up): (&Scale, &Scale)) {
    let class = line.tone.class();
    let at = |point: &(f64, f64, String)| (across.at(point.0), up.at(point.1));
    if !line.loose {
        scene.marks.push(Mark::new(Shape::Path(line.points.iter().map(at).collect()), format!("curve {class}")));
    }
    for point in line.points.iter().filter(|point| !point.2.is_empty()) {
        let radius = if line.tone == Tone::Grey { 3.0 } else { 4.0 };
        scene
            .marks
            .push(Mark::new(Shape::Circle { at: at(point), radius }, format!("dot {class}")).saying(point.2.clone()));
    }
}

fn name(scene: &mut Scene, line: &Line, at: (f64, f64), room: f64) {
    let mut start = at.0;
    if let Some(segment) = line.segment {
        scene.glyph((start, at.1 - 11.0), 12.0, segment, &format!("glyph ink-{}", segment.slug()));
        start += 18.0;
    }
    let class = format!("curve-label {}", line.tone.class());
    scene.text((start, at.1), Anchor::Start, fit(&line.name, 13.0, room - (start - at.0)), &class);
}

/// Beside its point, in the first place that is inside the picture and clear of all dots and words already there; where
/// none is, on the side with more room.
fn names_of_points<'a>(
    scene: &mut Scene,
    lines: impl Iterator<Item = &'a Line>,
    (across, up): (&Scale, &Scale),
    (left, right, top, floor): (f64, f64, f64, f64),
) {
    let mut taken: Vec<Area> = scene.marks.iter().filter_map(area).collect();
    let mut points: Vec<(&Line, f64, f64)> =
        lines.filter_map(|line| line.points.first().map(|point| (line, across.at(point.0), up.at(point.1)))).collect();
    order_by(&mut points, |a, b| a.2.total_cmp(&b.2));
    for (line, x, y) in points {
        let glyph = if line.segment.is_some() { 18.0 } else { 0.0 };
        let roomier = right - x >= x - left;
        let room = if roomier { right - x } else { x - left } - BESIDE - glyph;
        let words = fit(&line.name, 13.0, room / WIDER);
        let width = text_width(&words, 13.0) * WIDER + glyph;
        let on = |after: bool, y: f64| {
            let start = if after { x + BESIDE } else { x - BESIDE - width };
            Area { left: start, right: start + width, top: y - 8.0, floor: y + 8.0 }
        };
        let inside = Area { left, right, top: top - 2.0, floor: floor + 2.0 };
        let free = |place: &Area| inside.holds(place) && !taken.iter().any(|other| other.meets(place));
        // As near to its own height as it goes.
        let heights = (0..12).flat_map(|step| [-1.0, 1.0].map(|sign| y + sign * 5.0 * f64::from(step)));
        let mut places = heights.flat_map(|at| [(true, at), (false, at)]);
        let (after, at) = places.find(|(after, at)| free(&on(*after, *at))).unwrap_or((roomier, y));
        taken.push(on(after, at));
        let (side, anchor) = if after { (1.0, Anchor::Start) } else { (-1.0, Anchor::End) };
        let start = x + side * BESIDE;
        if (at - y).abs() > 10.0 {
            scene.line((x + side * 5.0, y), (start, at), "leader");
        }
        if let Some(segment) = line.segment {
            let glyph_at = if after { start } else { start - 12.0 };
            scene.glyph((glyph_at, at - 6.5), 12.0, segment, &format!("glyph ink-{}", segment.slug()));
        }
        let class = format!("curve-label {} halo", line.tone.class());
        scene.text((start + side * glyph, at + 4.5), anchor, words, &class);
    }
}

/// From a dot to its name.
const BESIDE: f64 = 10.0;

/// How much wider than estimated a name may be in a reader's own face.
const WIDER: f64 = 1.15;

/// What a dot or words take of the picture.
struct Area {
    left: f64,
    right: f64,
    top: f64,
    floor: f64,
}

impl Area {
    /// Sideways nearly as much as a dot is away from its own name, or it would seem to have the name that ends there.
    fn dot((x, y): (f64, f64), radius: f64) -> Self {
        let (across, up) = (BESIDE - 1.0, radius + 1.0);
        Self { left: x - across, right: x + across, top: y - up, floor: y + up }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.floor && other.top < self.floor
    }

    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.floor <= self.floor
    }
}

/// What of a mark no name may cover; a line may run behind one, since names have halos.
fn area(mark: &Mark) -> Option<Area> {
    match &mark.shape {
        Shape::Circle { at, radius } => Some(Area::dot(*at, *radius)),
        Shape::Text { at, anchor, words } => {
            let width = text_width(words, 13.0) * WIDER;
            let before = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => width / 2.0,
                Anchor::End => width,
            };
            let left = at.0 - before;
            Some(Area { left, right: left + width, top: at.1 - 12.5, floor: at.1 + 3.5 })
        }
        _ => None,
    }
}

fn names_beside(scene: &mut Scene, lines: &[Line], right: f64, (up, top, floor): (&Scale, f64, f64)) {
    let mut ends: Vec<(f64, &Line)> = lines
        .iter()
        .filter(|line| !line.name.is_empty() && !line.loose)
        .filter_map(|line| line.points.last().map(|point| (up.at(point.1), line)))
        .collect();
    order_by(&mut ends, |a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
    for (at, (end, line)) in spread(&wanted, 18.0, top, floor).into_iter().zip(ends) {
        scene.line((right - 2.0, end), (right + 10.0, at), "leader");
        name(scene, line, (right + 14.0, at + 4.5), 164.0);
    }
}

/// On a phone: the names from the highest end of a line to the lowest, each with the kind of its line.
fn names_below(scene: &mut Scene, lines: &[Line], height: f64) {
    let mut named: Vec<&Line> = lines.iter().filter(|line| !line.name.is_empty() && !line.loose).collect();
    let end = |line: &Line| line.points.last().map_or(f64::NEG_INFINITY, |point| point.1);
    order_by(&mut named, |a, b| end(b).total_cmp(&end(a)));
    for (index, line) in named.into_iter().enumerate() {
        let at = height + 14.0 + 22.0 * index as f64;
        let class = line.tone.class();
        scene.marks.push(Mark::new(Shape::Path(vec![(0.0, at - 4.5), (18.0, at - 4.5)]), format!("curve {class}")));
        name(scene, line, (26.0, at), scene.width - 26.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(points: &[(f64, f64)]) -> Lines {
        Lines {
            subject: Subject::Thresholds,
            said: Said::default(),
            x: Axis::new(0.0, 10.0, "Orders"),
            y: Axis::shares(0.0, 1.0, "Share"),
            places: Vec::new(),
            bands: vec![Band { points: vec![(0.0, 0.2, 0.4), (10.0, 0.3, 0.5)], words: "chance".into(), null: true }],
            levels: vec![
                Level::Across(0.8, "goal".into()),
                Level::Up(5.0, "here".into()),
                Level::Diagonal("as foretold".into()),
            ],
            lines: vec![Line {
                name: "one".into(),
                segment: None,
                tone: Tone::Accent,
                points: points.iter().map(|(x, y)| (*x, *y, format!("{x}"))).collect(),
                loose: false,
            }],
        }
    }

    #[test]
    fn points_stand_where_the_axes_say() {
        let scene = draw(&lines(&[(0.0, 0.0), (5.0, 0.5), (10.0, 1.0)]), Frame::DOCUMENT).unwrap();
        let dots: Vec<(f64, f64)> = scene
            .marks
            .iter()
            .filter_map(|mark| if let Shape::Circle { at, .. } = mark.shape { Some(at) } else { None })
            .collect();
        assert_eq!(dots, [(54.0, 294.0), (274.0, 164.0), (494.0, 34.0)]);
        let band = scene.marks.iter().find(|mark| mark.class == "null-band").unwrap();
        let Shape::Area(area) = &band.shape else { panic!("a band is an area") };
        assert_eq!((area.len(), area[0]), (4, (54.0, 190.0)));
    }

    #[test]
    fn names_of_points_cover_no_dot_and_no_name() {
        let cloud = |points: [(f64, f64); 4]| {
            let mut input = lines(&[]);
            input.bands.clear();
            input.x = Axis::shares(0.0, 1.0, "Foretold");
            input.levels = vec![Level::Diagonal("as foretold".to_owned())];
            input.lines = Segment::ALL
                .into_iter()
                .zip(points)
                .map(|(segment, (x, y))| Line {
                    name: segment.name().to_owned(),
                    segment: Some(segment),
                    tone: Tone::Accent,
                    points: vec![(x, y, "here".to_owned())],
                    loose: true,
                })
                .collect();
            input
        };
        let clouds = [
            [(0.1, 0.1), (0.55, 0.45), (0.85, 0.8), (0.95, 0.9)],
            // The names of the two on the right have room on the left only, where the first dot lies.
            [(0.5, 0.9), (0.84, 0.91), (0.94, 0.92), (0.95, 0.1)],
            // A name ends where the next dot begins.
            [(0.1, 0.2), (0.24, 0.19), (0.7, 0.7), (0.8, 0.8)],
            [(0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5)],
            [(1.0, 1.0), (1.0, 1.0), (0.0, 0.0), (0.0, 0.0)],
        ];
        for width in [320.0, 680.0, 1_100.0] {
            for points in clouds {
                let scene = draw(&cloud(points), Frame::wide(width)).unwrap();
                let dots = scene.marks.iter().filter(|mark| mark.class.starts_with("dot"));
                let names = scene.marks.iter().filter(|mark| mark.class.ends_with("halo"));
                let dots: Vec<Area> = dots.filter_map(area).collect();
                let names: Vec<Area> = names.filter_map(area).collect();
                assert_eq!((dots.len(), names.len()), (4, 5));
                for (at, name) in names.iter().enumerate() {
                    let clear = dots.iter().chain(&names[..at]).all(|other| !other.meets(name));
                    assert!(clear, "{points:?} at {width}: name {at}");
                }
            }
        }
    }

    #[test]
    fn names_go_below_on_a_phone_and_nothing_is_nothing() {
        let wide = draw(&lines(&[(1.0, 0.2)]), Frame::DOCUMENT).unwrap();
        let narrow = draw(&lines(&[(1.0, 0.2)]), Frame::wide(320.0)).unwrap();
        assert!(wide.height > 330.0 && narrow.height > 300.0 && narrow.height < 330.0);
        assert!(draw(&lines(&[]), Frame::DOCUMENT).is_none());
    }
}
