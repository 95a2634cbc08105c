//! Shares of the segments as time goes by.

use super::axis::Axis;
use super::line::{Line, Lines, Subject, Tone};
use super::said::Said;
use crate::report::document::Table;
use crate::report::figures;
use crate::segments::findings::Segment;
use crate::validation::time_machine::TimeMachine;

/// Shares at every step; `None` below two steps.
pub fn course(found: &TimeMachine) -> Option<Lines> {
    let (first, last) = (found.steps.first()?, found.steps.last()?);
    if found.steps.len() < 2 {
        return None;
    }
    let mut table = Table::new("Shares of the segments, step by step").words("Step").numbers("Customers");
    for segment in Segment::ALL {
        table = table.numbers(segment.name());
    }
    for step in &found.steps {
        let shares = step.shares.iter().map(|share| figures::percent(*share).into());
        table.row([step.label.clone().into(), figures::integer(step.customers).into()].into_iter().chain(shares));
    }
    let change = |segment: Segment| {
        let of = |shares: &[f64]| shares.get(segment as usize).copied().unwrap_or(0.0);
        of(&last.shares) - of(&first.shares)
    };
    let most = Segment::ALL.into_iter().max_by(|a, b| change(*a).abs().total_cmp(&change(*b).abs()))?;
    let lines = Segment::ALL.into_iter().map(|segment| {
        let points = found.steps.iter().enumerate().filter_map(|(index, step)| {
            let share = *step.shares.get(segment as usize)?;
            Some((index as f64, share, format!("{}, {}: {}", segment.name(), step.label, figures::percent(share))))
        });
        Line {
            name: segment.name().to_owned(),
            segment: Some(segment),
            tone: if segment == most { Tone::Accent } else { Tone::Grey },
            points: points.collect(),
            loose: false,
        }
    });
    let sentence = format!(
        "From {} to {}, at frozen thresholds, {} changed most: by {}.",
        first.label,
        last.label,
        most.name(),
        figures::points(change(most))
    );
    Some(Lines {
        subject: Subject::Course,
        said: Said::new("What scoring would have said as time went by", sentence, table),
        x: Axis::new(0.0, (found.steps.len() - 1) as f64, ""),
        y: Axis::shares(0.0, 0.4, "Share of the customers")
            .with(found.steps.iter().flat_map(|step| step.shares.clone())),
        places: found.steps.iter().map(|step| step.label.clone()).collect(),
        bands: Vec::new(),
        levels: Vec::new(),
        lines: lines.collect(),
    })
}
