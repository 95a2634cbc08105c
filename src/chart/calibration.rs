//! What each segment promised beside what came: on the diagonal the promise was kept.

use super::axis::Axis;
use super::line::{Level, Line, Lines, Subject, Tone};
use super::said::Said;
use crate::decision::sentences;
use crate::report::document::Table;
use crate::report::{figures, wording};
use crate::segments::findings::Segment;
use crate::validation::findings::OutcomeFindings;

/// Calibration of one outcome; `None` without two segments to compare.
pub fn calibration(found: &OutcomeFindings) -> Option<Lines> {
    let name = sentences::outcome(&found.outcome);
    let share = found.outcome.contains("share") || found.outcome.starts_with("returned");
    let say = |value: f64| if share { figures::percent(value) } else { figures::mean(value) };
    let mut table =
        Table::new(format!("{}: foretold on one half of the customers, observed on the other", wording::capital(name)))
            .words("Segment before")
            .numbers("Foretold")
            .numbers("Observed")
            .numbers("Customers");
    // One level per segment; where a segment was empty the levels cannot be told apart and stay nameless.
    let named = found.calibration.len() == Segment::ALL.len();
    let mut lines = Vec::new();
    let mut farthest = (0.0_f64, String::new());
    for (index, (expected, observed, customers)) in found.calibration.iter().enumerate() {
        let segment = Segment::ALL.get(index).copied().filter(|_| named);
        let label = segment.map_or_else(|| format!("Level {}", index + 1), |segment| segment.name().to_owned());
        table.row([
            segment.map_or_else(|| label.clone().into(), Into::into),
            say(*expected).into(),
            say(*observed).into(),
            figures::integer(*customers).into(),
        ]);
        let gap = if *expected == 0.0 { 0.0 } else { (observed - expected).abs() / expected.abs() };
        if gap >= farthest.0 {
            farthest = (gap, label.clone());
        }
        let words = format!(
            "{label}: foretold {}, observed {} ({})",
            say(*expected),
            say(*observed),
            figures::counted(*customers, "customer", "customers")
        );
        lines.push(Line {
            name: label,
            segment,
            tone: Tone::Accent,
            points: vec![(*expected, *observed, words)],
            loose: true,
        });
    }
    if lines.len() < 2 {
        return None;
    }
    let values = || found.calibration.iter().flat_map(|(expected, observed, _)| [*expected, *observed]);
    let axis = |label: &str| {
        let bare = Axis::new(f64::INFINITY, f64::NEG_INFINITY, label).with(values());
        let room = (bare.high - bare.low) * 0.08;
        Axis { low: bare.low - room, high: bare.high + room, percent: share, ..bare }
    };
    let sentence = format!(
        "What each segment foretold of {name} on one half of the customers, beside what the other half did. {} misses by \
         most: {}.",
        farthest.1,
        figures::percent_whole(farthest.0)
    );
    Some(Lines {
        subject: Subject::Calibration,
        said: Said::new(format!("Foretold and observed: {}", wording::inside(name)), sentence, table),
        x: axis("Foretold"),
        y: axis("Observed"),
        places: Vec::new(),
        bands: Vec::new(),
        levels: vec![Level::Diagonal("as foretold".to_owned())],
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::measured::Measured;

    fn outcome(calibration: Vec<(f64, f64, u64)>) -> OutcomeFindings {
        let none = || Measured::absent("test", "");
        OutcomeFindings {
            outcome: "reorder_share".into(),
            customers: 10,
            means: Vec::new(),
            omega_squared: none(),
            omega_squared_low: none(),
            omega_squared_high: none(),
            auc: none(),
            lift: none(),
            calibration,
            binary: String::new(),
        }
    }

    #[test]
    fn the_worst_promise_is_named() {
        let four = vec![(0.8, 0.8, 10), (0.5, 0.4, 10), (0.6, 0.61, 10), (0.3, 0.3, 10)];
        let lines = calibration(&outcome(four)).unwrap();
        assert!(lines.said.sentence.ends_with("Frequent Explorers misses by most: 20%."), "{}", lines.said.sentence);
        assert_eq!(lines.lines[0].segment, Some(Segment::Champions));
        assert_eq!((lines.x.low, lines.x.high), (lines.y.low, lines.y.high), "equal axes, or the diagonal lies");
    }

    #[test]
    fn fewer_levels_than_segments_have_no_name_to_go_by() {
        let lines = calibration(&outcome(vec![(0.8, 0.8, 10), (0.5, 0.4, 10)])).unwrap();
        assert!(lines.lines.iter().all(|line| line.segment.is_none()));
        assert!(calibration(&outcome(vec![(0.5, 0.5, 1)])).is_none());
    }
}
