//! `experiment_assignments.csv`: who is treated, drawn by hash inside segment and activity band.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use crate::extract::ids::Ids;
use crate::features::table::FeatureTable;
use crate::planning::assignment::{Arm, fixed_list, stratum_seed};
use crate::segments::findings::Segment;
use crate::segments::rule::Segmentation;

use super::ExportError;
use super::assignments::{is_text, text_cell};

/// Its name.
pub const FILE: &str = "experiment_assignments.csv";
/// Name of the experiment in every seed: another name is another draw.
pub const EXPERIMENT: &str = "quadrant";

/// Bands of activity, by orders.
const BANDS: [(u32, &str); 4] = [(50, "50+"), (20, "20-49"), (10, "10-19"), (0, "under 10")];
/// The band of customers whose number of orders is not known.
const UNKNOWN: &str = "all";

/// The band of a number of orders.
fn band(orders: u32) -> &'static str {
    BANDS.into_iter().find(|(from, _)| orders >= *from).map_or(UNKNOWN, |(_, name)| name)
}

/// Arms of all rows: inside each stratum (segment and band), the list sorted by hash is cut at the allocation.
pub fn arms(
    ids: &Ids,
    segmentation: &Segmentation,
    orders: Option<&[u32]>,
    treatment_share: f64,
) -> Vec<(&'static str, Arm)> {
    let band_of = |row: usize| orders.and_then(|orders| orders.get(row)).map_or(UNKNOWN, |&orders| band(orders));
    let mut drawn: Vec<(&'static str, Arm)> =
        (0..segmentation.labels.len()).map(|row| (band_of(row), Arm::Control)).collect();
    let mut strata: BTreeMap<(&str, Segment), Vec<usize>> = BTreeMap::new();
    for (row, (&segment, (name, _))) in segmentation.labels.iter().zip(&drawn).enumerate() {
        strata.entry((name, segment)).or_default().push(row);
    }
    for ((name, segment), rows) in strata {
        let texts: Vec<String> = rows.iter().map(|&row| ids.text(row)).collect();
        let seed = stratum_seed(EXPERIMENT, segment.name(), Some(name));
        for (row, arm) in rows.into_iter().zip(fixed_list(&seed, &texts, 1.0 - treatment_share)) {
            drawn[row].1 = arm;
        }
    }
    drawn
}

/// Writes the list: the customer id under its own name, `segment`, `band`, `arm`; escaped as `assignments.csv`.
///
/// # Errors
/// [`ExportError`]: `out` failed, or `ids` and `segmentation` differ in length.
pub fn csv(
    id_name: &str,
    ids: &Ids,
    segmentation: Option<&Segmentation>,
    table: &FeatureTable,
    treatment_share: f64,
    out: impl Write,
) -> Result<(), ExportError> {
    let rows = segmentation.map_or(0, |found| found.labels.len());
    if ids.len() != rows {
        return Err(ExportError::Rows { file: FILE, ids: ids.len(), rows });
    }
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        let text_ids = is_text(ids.array().data_type());
        write!(out, "{},segment,band,arm\r\n", text_cell(id_name))?;
        let Some(found) = segmentation else { return out.flush() };
        for (row, (band, arm)) in arms(ids, found, table.orders(), treatment_share).into_iter().enumerate() {
            let id = ids.text(row);
            let id = if text_ids { text_cell(&id) } else { id };
            let arm = if arm == Arm::Treatment { "treatment" } else { "control" };
            write!(out, "{id},{},{band},{arm}\r\n", found.labels[row].name())?;
        }
        out.flush()
    };
    write().map_err(|source| ExportError::Io { file: FILE, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::findings::{ScoreThresholds, Thresholds};

    fn segmentation(labels: Vec<Segment>) -> Segmentation {
        let one = ScoreThresholds { p20: 0.1, p50: 0.2, p80: 0.3, used: 0.2, ties: 0, tie_share: 0.0 };
        let zeros = vec![0.0; labels.len()];
        Segmentation {
            freq: zeros.clone(),
            loyalty: zeros.clone(),
            labels,
            thresholds: Thresholds { frequency: one.clone(), loyalty: one, departure: None },
            freq_percentile: zeros.clone(),
            loyalty_percentile: zeros,
            confidence: None,
        }
    }

    #[test]
    fn every_stratum_is_balanced_to_one_customer() {
        let labels: Vec<Segment> = (0..1_000).map(|i| Segment::ALL[i % 4]).collect();
        let orders: Vec<u32> = (0..1_000).map(|i| (i % 70) as u32).collect();
        let ids = Ids::from_i64((0..1_000).collect());
        let drawn = arms(&ids, &segmentation(labels.clone()), Some(&orders), 0.5);
        for segment in Segment::ALL {
            for (_, name) in BANDS {
                let own = |arm| {
                    drawn.iter().zip(&labels).filter(|((b, a), s)| *b == name && *a == arm && **s == segment).count()
                };
                assert!(own(Arm::Control).abs_diff(own(Arm::Treatment)) <= 1, "{segment:?} {name}");
            }
        }
        assert_eq!(drawn, arms(&ids, &segmentation(labels), Some(&orders), 0.5));
    }

    #[test]
    fn hostile_ids_are_disarmed_and_unknown_activity_is_one_band() {
        let ids = Ids::new(std::sync::Arc::new(arrow_array::StringArray::from(vec!["=1+1", "a,\"b\""])));
        let found = segmentation(vec![Segment::AtRisk; 2]);
        let drawn = arms(&ids, &found, None, 0.5);
        assert!(drawn.iter().all(|(band, _)| *band == UNKNOWN));
        assert_eq!(drawn.iter().filter(|(_, arm)| *arm == Arm::Treatment).count(), 1);
        assert_eq!((text_cell("=1+1"), text_cell(&ids.text(1))), ("'=1+1".to_owned(), "\"a,\"\"b\"\"\"".to_owned()));
    }

    #[test]
    fn bands_cover_every_number_of_orders() {
        for (orders, name) in
            [(0, "under 10"), (9, "under 10"), (10, "10-19"), (49, "20-49"), (50, "50+"), (u32::MAX, "50+")]
        {
            assert_eq!(band(orders), name);
        }
    }
}
