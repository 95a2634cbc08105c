//! Orders around the clock and around the week: wedges whose area is their share, and the circular mean.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::said::Said;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::pipeline::outcome::OrderClock;
use crate::report::document::Table;
use crate::report::figures;

/// Names of the days, 0 = Sunday.
const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// What the dials are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Words and numbers.
    pub said: Said,
    /// One or two dials.
    pub dials: Vec<Dial>,
}

/// One dial: its wedges begin at the top and go round with the clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dial {
    /// What goes round.
    pub title: String,
    /// Orders per wedge.
    pub counts: Vec<u64>,
    /// Names of the wedges; an empty one is not written.
    pub names: Vec<String>,
    /// Names for details, one per wedge.
    pub long: Vec<String>,
    /// Circular mean in wedges, and in words.
    pub mean: Option<(f64, String)>,
}

impl Clock {
    /// Of these orders; `None` without hours and without weekdays.
    pub fn of(found: &OrderClock) -> Option<Self> {
        let mut table = Table::new("Orders by hour and weekday").words("When").numbers("Orders").numbers("Share");
        let mut dials = Vec::new();
        let mut sentences = Vec::new();
        if let Some(hours) = found.hours.value() {
            let mean = found.mean_hour.value().map(|hour| (*hour, clock_time(*hour)));
            let peak = (0..24).max_by_key(|hour| hours[*hour]).unwrap_or(0);
            sentences.push(format!(
                "The busiest hour is {peak}:00 to {}:00{}.",
                (peak + 1) % 24,
                mean.as_ref().map_or_else(String::new, |(_, words)| format!(", the circular mean {words}"))
            ));
            let name = |hour: usize| if hour.is_multiple_of(6) { hour.to_string() } else { String::new() };
            dials.push(Dial {
                title: "Hour".to_owned(),
                counts: hours.to_vec(),
                names: (0..24).map(name).collect(),
                long: (0..24).map(|hour| format!("{hour}:00 to {}:00", (hour + 1) % 24)).collect(),
                mean,
            });
        }
        if let Some(days) = found.weekdays.value() {
            let least = (0..7).min_by_key(|day| days[*day]).unwrap_or(0);
            let most = (0..7).max_by_key(|day| days[*day]).unwrap_or(0);
            if days[least] == days[most] {
                sentences.push("Every weekday has the same number of orders.".to_owned());
            } else {
                sentences.push(format!("Most orders come on {}, fewest on {}.", long_day(most), long_day(least)));
            }
            dials.push(Dial {
                title: "Weekday".to_owned(),
                counts: days.to_vec(),
                names: DAYS.map(str::to_owned).to_vec(),
                long: (0..7).map(long_day).map(str::to_owned).collect(),
                mean: None,
            });
        }
        for dial in &dials {
            let total: u64 = dial.counts.iter().sum();
            for (name, count) in dial.long.iter().zip(&dial.counts) {
                let share = figures::percent(*count as f64 / total as f64);
                table.row([name.clone().into(), figures::integer(*count).into(), share.into()]);
            }
        }
        dials.first()?;
        sentences.push("A wedge’s area is its share.".to_owned());
        Some(Self { said: Said::new("When they order", sentences.join(" "), table), dials })
    }
}

fn long_day(day: usize) -> &'static str {
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"].get(day).copied().unwrap_or("–")
}

/// `13:07`; hours beyond the day wrap around.
fn clock_time(hour: f64) -> String {
    let minutes = (hour * 60.0).round().rem_euclid(24.0 * 60.0) as u32;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// The dials, side by side or, on a phone, one below the other; `None` without an order.
pub fn draw(input: &Clock, frame: Frame) -> Option<Scene> {
    let dials: Vec<&Dial> = input.dials.iter().filter(|dial| dial.counts.iter().any(|count| *count > 0)).collect();
    dials.first()?;
    let narrow = frame.is_narrow();
    let across = if narrow { 1.0 } else { dials.len() as f64 };
    let room = (frame.width / across).min(340.0);
    let radius = room / 2.0 - 44.0;
    let high = 2.0 * radius + 76.0;
    let rows = if narrow { dials.len() as f64 } else { 1.0 };
    let mut scene = input.said.scene("clock", frame.width, high * rows);
    for (index, dial) in dials.into_iter().enumerate() {
        let (column, row) = if narrow { (0.0, index as f64) } else { (index as f64, 0.0) };
        let left = if narrow { (frame.width - room) / 2.0 } else { room * column };
        one(&mut scene, dial, (left + room / 2.0, high * row + 46.0 + radius), radius);
    }
    Some(scene)
}

fn one(scene: &mut Scene, dial: &Dial, centre: (f64, f64), radius: f64) {
    let inner = radius * 0.22;
    let steps = dial.counts.len() as f64;
    let total: u64 = dial.counts.iter().sum();
    let most = dial.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    scene.text((centre.0 - radius, centre.1 - radius - 32.0), Anchor::Start, dial.title.clone(), "group-label");
    scene.marks.push(Mark::new(Shape::Circle { at: centre, radius }, "dial"));
    scene.marks.push(Mark::new(Shape::Circle { at: centre, radius: inner }, "dial"));
    let peak = dial.counts.iter().position(|count| *count as f64 == most);
    for (index, (count, name)) in dial.counts.iter().zip(&dial.long).enumerate() {
        // Equal areas for equal shares: the radius goes with the root.
        let outer = (inner * inner + (radius * radius - inner * inner) * *count as f64 / most).sqrt();
        let (from, to) = (index as f64 / steps * TAU, (index as f64 + 1.0) / steps * TAU);
        let class = if peak == Some(index) { "wedge most" } else { "wedge" };
        let share = figures::percent(*count as f64 / total.max(1) as f64);
        let said = format!("{name}: {}, {share}", figures::counted(*count, "order", "orders"));
        scene.marks.push(Mark::new(Shape::Area(wedge(centre, (inner, outer), (from, to))), class).saying(said));
    }
    // A whole number stands where it begins on a clock face, a name in the middle of its wedge.
    let shift = if dial.counts.len() == 24 { 0.0 } else { 0.5 };
    for (index, name) in dial.names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let (x, y) = around(centre, radius + 13.0, (index as f64 + shift) / steps * TAU);
        let anchor = if (x - centre.0).abs() < radius * 0.3 {
            Anchor::Middle
        } else if x > centre.0 {
            Anchor::Start
        } else {
            Anchor::End
        };
        scene.text((x, y + 4.5), anchor, name.clone(), "tick-label");
    }
    if let Some((mean, words)) = &dial.mean {
        let angle = mean / steps * TAU;
        scene.line(around(centre, inner, angle), around(centre, radius + 2.0, angle), "threshold accent");
        scene.text((centre.0, centre.1 + 4.5), Anchor::Middle, words.clone(), "threshold-label accent");
    }
}

/// A point at an angle from the top, with the clock.
fn around((x, y): (f64, f64), radius: f64, angle: f64) -> (f64, f64) {
    let (sine, cosine) = libm::sincos(angle);
    (x + radius * sine, y - radius * cosine)
}

fn wedge(centre: (f64, f64), (inner, outer): (f64, f64), (from, to): (f64, f64)) -> Vec<(f64, f64)> {
    let steps = (((to - from) / 0.12) as usize).max(2);
    let angle = |step: usize| from + (to - from) * step as f64 / steps as f64;
    let mut points: Vec<(f64, f64)> = (0..=steps).map(|step| around(centre, outer, angle(step))).collect();
    points.extend((0..=steps).rev().map(|step| around(centre, inner, angle(step))));
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::measured::Measured;

    fn orders(hours: [u64; 24]) -> OrderClock {
        OrderClock {
            hours: Measured::Value(hours),
            mean_hour: Measured::Value(13.123),
            weekdays: Measured::absent("no weekdays", ""),
            mean_weekday: Measured::absent("no weekdays", ""),
        }
    }

    #[test]
    fn areas_are_shares() {
        let mut hours = [0; 24];
        (hours[6], hours[12]) = (100, 50);
        let input = Clock::of(&orders(hours)).unwrap();
        assert!(input.said.sentence.starts_with("The busiest hour is 6:00 to 7:00, the circular mean 13:07."));
        let scene = draw(&input, Frame::wide(320.0)).unwrap();
        let area = |points: &[(f64, f64)]| -> f64 {
            let next = points.iter().cycle().skip(1);
            points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
        };
        let areas: Vec<f64> = scene
            .marks
            .iter()
            .filter_map(|mark| if let Shape::Area(points) = &mark.shape { Some(area(points)) } else { None })
            .collect();
        assert!((areas[6] / areas[12] - 2.0).abs() < 1e-9 && areas[0] < 1e-9, "{areas:?}");
        assert_eq!(input.said.table.rows.len(), 24);
    }

    #[test]
    fn the_mean_is_a_time_of_day() {
        for (hour, words) in [(0.0, "0:00"), (13.5, "13:30"), (23.9999, "0:00"), (9.051, "9:03")] {
            assert_eq!(clock_time(hour), words);
        }
    }

    #[test]
    fn without_orders_there_is_no_clock() {
        assert!(draw(&Clock::of(&orders([0; 24])).unwrap(), Frame::DOCUMENT).is_none());
        let mut none = orders([1; 24]);
        none.hours = Measured::absent("no hours", "");
        assert!(Clock::of(&none).is_none());
    }
}
