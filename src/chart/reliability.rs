//! Reliability of both scores by the length of the history behind them.

use super::axis::Axis;
use super::line::{Level, Line, Lines, Subject, Tone};
use super::said::Said;
use crate::report::{figures, tables};
use crate::validation::findings::{Reliabilities, Reliability};

/// From here on a score is good enough for decisions about groups (the gate's bar).
const ENOUGH: f64 = 0.7;

/// Reliability over history length; `None` where it was measured in no band.
pub fn reliability(found: &Reliabilities) -> Option<Lines> {
    let (frequency, loyalty) = (found.frequency.value(), found.loyalty.value());
    let bands = &frequency.or(loyalty)?.by_history;
    let places: Vec<String> = bands.iter().map(|band| format!("{} orders", band.orders)).collect();
    let line = |name: &str, score: Option<&Reliability>, tone: Tone| {
        let points: Vec<(f64, f64, String)> = score
            .into_iter()
            .flat_map(|score| score.by_history.iter().enumerate())
            .filter_map(|(index, band)| {
                let value = *band.value.value()?;
                let words = format!(
                    "{name}, {} orders: {} ({})",
                    band.orders,
                    figures::coefficient(value),
                    figures::counted(band.customers, "customer", "customers")
                );
                Some((index as f64, value, words))
            })
            .collect();
        Line { name: name.to_owned(), segment: None, tone, points, loose: false }
    };
    let lines: Vec<Line> =
        [line("Frequency score", frequency, Tone::Accent), line("Loyalty score", loyalty, Tone::Ink)]
            .into_iter()
            .filter(|line| !line.points.is_empty())
            .collect();
    let lowest = lines
        .iter()
        .flat_map(|line| line.points.iter().map(move |point| (point.1, line.name.as_str(), point.0 as usize)))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let band = bands.get(lowest.2).map_or("", |band| band.orders.as_str());
    let sentence = format!(
        "One half of a customer’s orders against the other half: the {} of customers with {band} orders is the least \
         reliable ({}). More orders make a steadier score.",
        crate::report::wording::inside(lowest.1),
        figures::coefficient(lowest.0)
    );
    let y = Axis::new(0.0, 1.0, "Reliability").with(lines.iter().flat_map(|line| line.points.iter().map(|p| p.1)));
    Some(Lines {
        subject: Subject::Reliability,
        said: Said::new("The longer the history, the surer the score", sentence, tables::reliability(found)),
        x: Axis::new(-0.3, places.len().max(2) as f64 - 0.7, "Length of the history"),
        y,
        places,
        bands: Vec::new(),
        levels: vec![Level::Across(ENOUGH, format!("{} is asked for", figures::decimal(ENOUGH, 2)))],
        lines,
    })
}
