//! The chance of finding an effect, by its size, in each segment's experiment.

use super::axis::Axis;
use super::line::{Level, Line, Lines, Subject, Tone};
use super::said::Said;
use crate::planning::findings::PlanningFindings;
use crate::planning::power::{PowerCurve, curves};
use crate::report::document::Table;
use crate::report::{figures, wording};

/// Sizes of the effect that the table lists, in multiples of the planned one.
const LISTED: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 3.0];

/// The curves of a plan; `None` where no experiment could be measured.
pub fn power(found: &PlanningFindings) -> Option<Lines> {
    let curves = curves(found);
    let design = found.design;
    let widest = curves.iter().filter_map(|curve| curve.points.last()).map(|point| point.0).fold(0.0, f64::max);
    if curves.is_empty() {
        return None;
    }
    let mut table =
        Table::new("Chance of finding a change of that size with the whole segment").words("Segment").words("Measure");
    for times in LISTED {
        table = table.numbers(figures::percent_to(design.relative_effect * times, 1));
    }
    let mut lines = Vec::new();
    let mut short: Vec<String> = Vec::new();
    for curve in &curves {
        let at = |effect: f64| at(curve, effect).map_or_else(|| "–".to_owned(), figures::percent_whole);
        let cells = LISTED.map(|times| at(design.relative_effect * times).into());
        table.row([curve.segment.into(), wording::capital(&wording::kpi(&curve.kpi)).into()].into_iter().chain(cells));
        let enough = self::at(curve, design.relative_effect).is_some_and(|power| power >= design.power - 1e-9);
        if !enough {
            short.push(curve.segment.name().to_owned());
        }
        let points = curve.points.iter().enumerate().map(|(index, (effect, power))| {
            // A dozen points to stop at; the line goes through all.
            let words = if (index + 1).is_multiple_of(8) {
                format!(
                    "{}, {} more {}: found {} of the time",
                    curve.segment.name(),
                    figures::percent_to(*effect, 1),
                    wording::kpi(&curve.kpi),
                    figures::percent_whole(*power)
                )
            } else {
                String::new()
            };
            (*effect, *power, words)
        });
        lines.push(Line {
            name: curve.segment.name().to_owned(),
            segment: Some(curve.segment),
            tone: if enough { Tone::Ink } else { Tone::Accent },
            points: points.collect(),
            loose: false,
        });
    }
    let planned = figures::percent_to(design.relative_effect, 0);
    let asked = figures::percent_whole(design.power);
    let sentence = if short.is_empty() {
        format!("Every segment that could be measured finds a change of {planned} with a chance of {asked} or more.")
    } else {
        format!(
            "{} would find a change of {planned} less often than {asked} of the time, even with all {} customers.",
            wording::list(&short),
            if short.len() == 1 { "its" } else { "their" }
        )
    };
    Some(Lines {
        subject: Subject::Power,
        said: Said::new("How large a change must be to be found", sentence, table),
        x: Axis::shares(0.0, widest, "Change, as a share of the baseline"),
        y: Axis::shares(0.0, 1.0, "Chance of finding it"),
        places: Vec::new(),
        bands: Vec::new(),
        levels: vec![
            Level::Across(design.power, format!("{asked} asked for")),
            Level::Up(design.relative_effect, format!("{planned} planned for")),
        ],
        lines,
    })
}

/// Power at an effect: linear between the points of the curve.
fn at(curve: &PowerCurve, effect: f64) -> Option<f64> {
    let mut before: Option<(f64, f64)> = None;
    for &(x, y) in &curve.points {
        if (x - effect).abs() < 1e-9 {
            return Some(y);
        }
        if x > effect {
            return before.map(|(from, low)| low + (y - low) * (effect - from) / (x - from));
        }
        before = Some((x, y));
    }
    None
}
