//! How many customers would change segment if the cuts stood elsewhere.

use super::axis::Axis;
use super::line::{Level, Line, Lines, Subject, Tone};
use super::said::Said;
use crate::ordered::order_by;
use crate::report::{figures, tables};
use crate::segments::findings::SensitivityPoint;

/// Movers over the percentile at which both cuts stand; `None` without two such points.
pub fn thresholds(found: &[SensitivityPoint]) -> Option<Lines> {
    let mut moved: Vec<&SensitivityPoint> = found.iter().filter(|point| point.kind == "percentile").collect();
    order_by(&mut moved, |a, b| a.at.total_cmp(&b.at));
    let (first, last) = (moved.first()?, moved.last()?);
    if moved.len() < 2 {
        return None;
    }
    let points = moved.iter().map(|point| {
        let at = figures::decimal(point.at * 100.0, 0);
        let words = format!("Both cuts at percentile {at}: {} change segment", figures::percent(point.moved_share));
        (point.at * 100.0, point.moved_share, words)
    });
    let worst = if first.moved_share > last.moved_share { first } else { last };
    let sentence = format!(
        "With both cuts at percentile {} instead of the median, {} of the customers would be in another segment.",
        figures::decimal(worst.at * 100.0, 0),
        figures::percent_whole(worst.moved_share)
    );
    Some(Lines {
        subject: Subject::Thresholds,
        said: Said::new("If the cuts stood elsewhere", sentence, tables::sensitivity(found)),
        x: Axis::new(first.at * 100.0, last.at * 100.0, "Percentile at which both scores are cut"),
        y: Axis::shares(0.0, 0.05, "Customers who change segment").with(moved.iter().map(|point| point.moved_share)),
        places: Vec::new(),
        bands: Vec::new(),
        levels: vec![Level::Up(50.0, "the medians".to_owned())],
        lines: vec![Line {
            name: String::new(),
            segment: None,
            tone: Tone::Accent,
            points: points.collect(),
            loose: false,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at: f64, kind: &str, moved_share: f64) -> SensitivityPoint {
        SensitivityPoint { at, kind: kind.into(), moved_share, moved_share_p95: moved_share, ari: 1.0 }
    }

    #[test]
    fn only_percentiles_are_a_curve() {
        let found = [
            point(0.6, "percentile", 0.2),
            point(0.4, "percentile", 0.3),
            point(0.5, "percentile", 0.0),
            point(500.0, "re_estimated", 0.1),
        ];
        let lines = thresholds(&found).unwrap();
        let at: Vec<f64> = lines.lines[0].points.iter().map(|point| point.0).collect();
        assert_eq!(at, [40.0, 50.0, 60.0]);
        assert!(lines.said.sentence.starts_with("With both cuts at percentile 40 instead of the median, 30%"));
        assert!(thresholds(&found[3..]).is_none() && thresholds(&[]).is_none());
    }
}
