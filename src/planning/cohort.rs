//! The same customers before and after: earlier assignments beside those of a later extract.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::error::PlanningError;
use crate::extract::ids::Ids;
use crate::segments::findings::Segment;
use crate::stats::kappa::transition;
use crate::stats::measured::Measured;
use crate::stats::{describe, normal};

/// Earlier assignments, one per customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Previous {
    /// The ids as they came.
    pub ids: Ids,
    /// The segment; `None` for a customer without one.
    pub segments: Vec<Option<Segment>>,
    /// Frequency score; NaN where there is none.
    pub freq: Vec<f64>,
    /// Loyalty score; NaN where there is none.
    pub loyalty: Vec<f64>,
}

/// Where each customer of the later extract stood before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matched {
    /// Per customer of the later extract: place in the earlier assignments.
    pub before: Vec<Option<u32>>,
    /// Places of the earlier customers who are not in the later extract, ascending.
    pub gone: Vec<u32>,
}

impl Previous {
    /// Finds the customers of `now` here.
    ///
    /// # Errors
    /// [`PlanningError::Previous`]: the ids are of another type, or no customer stands in both.
    pub fn matched(&self, now: &Ids) -> Result<Matched, PlanningError> {
        let (then_type, now_type) = (self.ids.array().data_type(), now.array().data_type());
        if then_type != now_type {
            let detail = format!("their ids are {then_type}, those of the extract are {now_type}");
            return Err(PlanningError::Previous { detail });
        }
        let mut places: HashMap<String, u32, foldhash::fast::FixedState> = HashMap::default();
        for place in 0..self.ids.len() {
            places.insert(self.ids.text(place), place as u32);
        }
        let mut seen = vec![false; self.ids.len()];
        let before: Vec<Option<u32>> = (0..now.len())
            .map(|customer| {
                let place = places.get(&now.text(customer)).copied();
                if let Some(seen) = place.and_then(|place| seen.get_mut(place as usize)) {
                    *seen = true;
                }
                place
            })
            .collect();
        if before.iter().all(Option::is_none) {
            let detail = "not one of their customers is in the extract".to_owned();
            return Err(PlanningError::Previous { detail });
        }
        let gone = (0..self.ids.len() as u32).filter(|&place| seen.get(place as usize) == Some(&false)).collect();
        Ok(Matched { before, gone })
    }

    /// The earlier segment of a place.
    pub fn segment(&self, place: Option<u32>) -> Option<Segment> {
        self.segments.get(place? as usize).copied().flatten()
    }
}

/// One axis of the customers who are in a segment both times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AxisChange {
    /// `mean_days_between_orders` or `reorder_ratio`.
    pub name: String,
    /// Mean before, over the customers in a segment then.
    pub mean_before: f64,
    /// Mean now, over the customers in a segment now.
    pub mean_now: f64,
    /// Of the difference: what those who are in both changed themselves.
    pub behaviour: f64,
    /// Of the difference: what who came and who left changed.
    pub mix: f64,
    /// Mean change of those who are in both, low end of its 95% interval.
    pub stayers_low: Measured<f64>,
    /// High end.
    pub stayers_high: Measured<f64>,
    /// The same mean change by earlier segment, in contract order.
    pub by_segment: Vec<Measured<f64>>,
}

/// Movement of the customers since the earlier assignments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// In a segment both times.
    pub stayers: u64,
    /// In a segment now, not known before.
    pub new: u64,
    /// In a segment now, known before without one.
    pub qualified: u64,
    /// In a segment before, known now without one.
    pub unqualified: u64,
    /// In a segment before, not in the extract now.
    pub gone: u64,
    /// Stayers, rows = before, columns = now, contract order.
    pub matrix: Vec<Vec<u64>>,
    /// Share of stayers who keep their segment.
    pub agreement: Measured<f64>,
    /// Cohen's kappa of the stayers.
    pub kappa: Measured<f64>,
    /// Its standard error (large sample, Fleiss, Cohen and Everitt's leading term).
    pub kappa_error: Measured<f64>,
    /// Both axes.
    pub axes: Vec<AxisChange>,
}

/// One customer of the later extract, as far as movement needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Place in the earlier assignments.
    pub before: Option<u32>,
    /// Segment and scores now; `None` for a customer without a segment.
    pub now: Option<(Segment, f64, f64)>,
}

/// What moved between the earlier assignments and now.
pub fn movement(previous: &Previous, matched: &Matched, standings: &[Standing]) -> Movement {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut counts = (0, 0, 0);
    let mut days = Axis::default();
    let mut loyalty = Axis::default();
    for standing in standings {
        let then = previous.segment(standing.before);
        match (then, standing.now) {
            (Some(then), Some((now, f, l))) => {
                before.push(then as u8);
                after.push(now as u8);
                let place = standing.before.unwrap_or_default() as usize;
                let at = |column: &[f64]| column.get(place).copied().unwrap_or(f64::NAN);
                days.stayed(then, days_of(at(&previous.freq)), days_of(f));
                loyalty.stayed(then, at(&previous.loyalty), l);
            }
            (None, Some((_, f, l))) => {
                counts.0 += u64::from(standing.before.is_none());
                counts.1 += u64::from(standing.before.is_some());
                days.now.push(days_of(f));
                loyalty.now.push(l);
            }
            (Some(_), None) => counts.2 += 1,
            (None, None) => {}
        }
    }
    for (segment, (&f, &l)) in previous.segments.iter().zip(previous.freq.iter().zip(&previous.loyalty)) {
        if segment.is_some() {
            days.before.push(days_of(f));
            loyalty.before.push(l);
        }
    }
    let gone = matched.gone.iter().filter(|&&place| previous.segment(Some(place)).is_some()).count() as u64;
    let found = transition(&before, &after, Segment::ALL.len());
    let none = "no customer has a segment both times";
    let n = before.len() as f64;
    let agreement = found.as_ref().map_or(f64::NAN, |t| t.agreement);
    let kappa = found.as_ref().and_then(|t| t.kappa).unwrap_or(f64::NAN);
    // p_e from kappa's own definition.
    let chance = (agreement - kappa) / (1.0 - kappa);
    let error = (agreement * (1.0 - agreement) / n).sqrt() / (1.0 - chance);
    Movement {
        stayers: before.len() as u64,
        new: counts.0,
        qualified: counts.1,
        unqualified: counts.2,
        gone,
        matrix: found.map_or_else(|| vec![vec![0; 4]; 4], |t| t.matrix),
        agreement: Measured::finite(agreement, none),
        kappa: Measured::finite(kappa, none),
        kappa_error: Measured::finite(error, none),
        axes: [days.change("mean_days_between_orders"), loyalty.change("reorder_ratio")]
            .into_iter()
            .flatten()
            .collect(),
    }
}

fn days_of(freq_score: f64) -> f64 {
    1.0 / freq_score - 1.0
}

/// One axis while it is collected.
#[derive(Default)]
struct Axis {
    /// Change of each stayer, with the segment before.
    changes: Vec<(Segment, f64)>,
    /// Values of all in a segment before.
    before: Vec<f64>,
    /// Values of all in a segment now.
    now: Vec<f64>,
}

impl Axis {
    fn stayed(&mut self, segment: Segment, before: f64, now: f64) {
        self.now.push(now);
        if (now - before).is_finite() {
            self.changes.push((segment, now - before));
        }
    }

    /// Difference of the means = the stayers' own change, weighed by their share of those who are here now, and the
    /// rest, which came about by who came and who left.
    fn change(&self, name: &str) -> Option<AxisChange> {
        let (mean_before, mean_now) = (describe::mean(&self.before)?, describe::mean(&self.now)?);
        let changes: Vec<f64> = self.changes.iter().map(|(_, change)| *change).collect();
        let mean = describe::mean(&changes).unwrap_or(0.0);
        let behaviour = mean * changes.len() as f64 / self.now.len() as f64;
        let half = describe::std(&changes, 1)
            .map_or(f64::NAN, |std| normal::upper_quantile(0.025) * std / (changes.len() as f64).sqrt());
        let few = "fewer than two customers are in a segment both times";
        let by_segment = Segment::ALL
            .into_iter()
            .map(|segment| {
                let own: Vec<f64> = self.changes.iter().filter(|(s, _)| *s == segment).map(|(_, c)| *c).collect();
                Measured::finite(describe::mean(&own).unwrap_or(f64::NAN), "nobody of the segment is here both times")
            })
            .collect();
        Some(AxisChange {
            name: name.to_owned(),
            mean_before,
            mean_now,
            behaviour,
            mix: mean_now - mean_before - behaviour,
            stayers_low: Measured::finite(mean - half, few),
            stayers_high: Measured::finite(mean + half, few),
            by_segment,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn previous() -> Previous {
        Previous {
            ids: Ids::from_i64(vec![1, 2, 3, 4]),
            segments: vec![Some(Segment::Champions), Some(Segment::AtRisk), None, Some(Segment::AtRisk)],
            freq: vec![0.5, 0.1, f64::NAN, 0.1],
            loyalty: vec![0.8, 0.2, f64::NAN, 0.1],
        }
    }

    #[test]
    fn customers_are_matched_by_id() {
        let previous = previous();
        let found = previous.matched(&Ids::from_i64(vec![2, 3, 9])).unwrap();
        assert_eq!(found, Matched { before: vec![Some(1), Some(2), None], gone: vec![0, 3] });
        assert!(previous.matched(&Ids::from_i64(vec![7])).is_err());
        let other = Ids::new(std::sync::Arc::new(arrow_array::StringArray::from(vec!["1"])));
        assert!(matches!(previous.matched(&other), Err(PlanningError::Previous { .. })));
    }

    #[test]
    fn the_difference_of_means_is_behaviour_and_mix() {
        let previous = previous();
        let matched = previous.matched(&Ids::from_i64(vec![2, 3, 9])).unwrap();
        let standings = [
            Standing { before: Some(1), now: Some((Segment::FrequentExplorers, 0.25, 0.3)) },
            Standing { before: Some(2), now: Some((Segment::AtRisk, 0.1, 0.2)) },
            Standing { before: None, now: Some((Segment::Champions, 0.5, 0.9)) },
        ];
        let found = movement(&previous, &matched, &standings);
        assert_eq!((found.stayers, found.new, found.qualified, found.unqualified, found.gone), (1, 1, 1, 0, 2));
        assert_eq!(found.matrix[3][1], 1);
        let days = &found.axes[0];
        // Before (1 + 9 + 9) / 3 days, now (3 + 9 + 1) / 3; the one stayer went from 9 to 3.
        assert!((days.behaviour + 2.0).abs() < 1e-12, "{days:?}");
        assert!((days.behaviour + days.mix - (13.0 - 19.0) / 3.0).abs() < 1e-12);
    }
}
