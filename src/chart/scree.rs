//! Variance along each component, and how many components it takes to hold most of it.

use super::axis::Axis;
use super::line::{Level, Line, Lines, Subject, Tone};
use super::said::Said;
use crate::prepare::findings::PcaFindings;
use crate::report::document::Table;
use crate::report::figures;

/// Components that are drawn.
const DRAWN: usize = 50;
/// Components that are listed one by one.
const LISTED: usize = 12;
/// The share of variance that is asked about.
const MOST: f64 = 0.8;

/// The scree of these components; `None` without any.
pub fn scree(found: &PcaFindings) -> Option<Lines> {
    let shares = &found.explained_variance_ratio;
    let first = *shares.first()?;
    let mut sum = 0.0;
    let cumulative: Vec<f64> = shares
        .iter()
        .map(|share| {
            sum += share;
            sum
        })
        .collect();
    let enough = cumulative.iter().position(|sum| *sum >= MOST).map(|index| index + 1);
    let mut table =
        Table::new(format!("Principal components of {} standardised features", figures::integer(found.features)))
            .numbers("Component")
            .numbers("Share of variance")
            .numbers("So far");
    for (index, (share, sum)) in shares.iter().zip(&cumulative).enumerate() {
        let number = index + 1;
        if number <= LISTED || number.is_multiple_of(10) || Some(number) == enough || number == shares.len() {
            table.row([number.to_string().into(), figures::percent(*share).into(), figures::percent(*sum).into()]);
        }
    }
    let said = |index: usize, share: f64| {
        let sum = cumulative.get(index).copied().unwrap_or(share);
        format!(
            "Component {}: {} of the variance, {} so far",
            index + 1,
            figures::percent(share),
            figures::percent(sum)
        )
    };
    let points = shares.iter().take(DRAWN).enumerate().map(|(index, share)| {
        let words = if index < LISTED { said(index, *share) } else { String::new() };
        ((index + 1) as f64, *share, words)
    });
    let even = 1.0 / shares.len() as f64;
    let sentence = format!(
        "The first component holds {} of the variance; {}. A steep fall would mean few directions; a flat line means that \
         every category goes its own way.",
        figures::percent(first),
        enough.map_or_else(
            || format!("all {} together do not reach {}", shares.len(), figures::percent_whole(MOST)),
            |count| format!("it takes {count} of {} to hold {}", shares.len(), figures::percent_whole(MOST))
        )
    );
    Some(Lines {
        subject: Subject::Scree,
        said: Said::new("How many directions there are", sentence, table),
        x: Axis::new(1.0, shares.len().clamp(2, DRAWN) as f64, "Component"),
        y: Axis::shares(0.0, first, "Share of variance"),
        places: Vec::new(),
        bands: Vec::new(),
        levels: vec![Level::Across(even, format!("{}: every feature alone", figures::percent(even)))],
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

    fn found(ratio: Vec<f64>) -> PcaFindings {
        PcaFindings {
            features: ratio.len() as u64,
            explained_variance: ratio.clone(),
            explained_variance_ratio: ratio,
            loadings: Vec::new(),
            importance: Vec::new(),
        }
    }

    #[test]
    fn components_are_counted_until_most_is_held() {
        let lines = scree(&found(vec![0.5, 0.25, 0.125, 0.125])).unwrap();
        assert!(lines.said.sentence.contains("it takes 3 of 4 to hold 80%"), "{}", lines.said.sentence);
        assert_eq!(lines.lines[0].points.len(), 4);
        assert_eq!(lines.said.table.rows.len(), 4);
        assert!(scree(&found(Vec::new())).is_none());
    }

    #[test]
    fn hundreds_of_components_stay_a_short_table() {
        let lines = scree(&found(vec![1.0 / 500.0; 500])).unwrap();
        assert!(lines.said.table.rows.len() < 70 && lines.lines[0].points.len() == DRAWN);
    }
}
