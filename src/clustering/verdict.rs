//! The tribunal's verdict from all of the evidence, and the sentence that says why.
//!
//! 1. Bands of the mean silhouette at a set's best k (Kaufman and Rousseeuw): up to 0.25 none, 0.50 weak,
//!    0.70 reasonable, above strong.
//! 2. If structureless data score as much (p above 0.05 for any reference drawn): none, whatever the band.
//! 3. Clusters that do not come back, that are a handful of outliers, that both the gap statistic and prediction
//!    strength count as one, or that were not tested against the null, are weak at most.
//! 4. A weak silhouette is raised to reasonable where everything else speaks for the clusters: in many dimensions
//!    features without structure dilute the silhouette of groups that are really there \[J\].
//! 5. The headline is the set with the strongest structure; among equals the one furthest above its null, and where
//!    there is no structure at all the one with the highest silhouette.

use super::findings::{GridCell, Headline, NullBenchmark, SetFindings, Stability, Structure};
use crate::report::figures::{decimal, integer, p_value, percent};
use crate::stats::measured::Measured;
use crate::stats::prediction_strength::SUPPORTED;

/// Upper ends of the silhouette bands none, weak and reasonable.
pub const BANDS: [f64; 3] = [0.25, 0.50, 0.70];
/// Largest p of the null benchmark that counts as more than structureless data would show.
pub const NULL_P: f64 = 0.05;
/// Mean bootstrap Jaccard from which a cluster is valid, and from which it is highly stable (Hennig).
pub const JACCARD: [f64; 2] = [0.75, 0.85];
/// Bootstrap ARI of the whole solution that goes with either \[J\].
pub const BOOTSTRAP_ARI: [f64; 2] = [0.8, 0.9];
/// A smaller cluster is a handful of outliers, not a segment \[J\].
pub const SMALLEST_SHARE: f64 = 0.01;

/// What the verdict says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) headline: Measured<Headline>,
    pub(super) structure: Measured<Structure>,
    pub(super) reasons: Vec<String>,
    pub(super) sentence: String,
}

/// All evidence about the best solution of one set.
struct Evidence<'a> {
    set: &'a SetFindings,
    cell: &'a GridCell,
    silhouette: f64,
    /// The reference that is hardest to beat.
    null: Option<&'a NullBenchmark>,
    stability: Option<&'a Stability>,
}

/// Judges every set and reports the one whose evidence is strongest.
pub(super) fn judge(sets: &[SetFindings], nulls: &[NullBenchmark], stability: &[Stability]) -> Verdict {
    let mut best: Option<(Structure, f64, Evidence<'_>)> = None;
    for evidence in sets.iter().filter_map(|set| gather(set, nulls, stability)) {
        let structure = evidence.structure();
        // Among sets without structure the excess over the null is noise; the best of them is the one that comes
        // closest to clusters.
        let excess = match (structure, evidence.null) {
            (Structure::None, _) | (_, None) => evidence.silhouette,
            (_, Some(null)) => null.observed - null.null_mean,
        };
        let stronger = best.as_ref().is_none_or(|(held, own, _)| {
            rank(structure) > rank(*held) || (rank(structure) == rank(*held) && excess > *own)
        });
        if stronger {
            best = Some((structure, excess, evidence));
        }
    }
    let Some((structure, _, evidence)) = best else {
        let why = sets.iter().map(|set| set.note.as_str()).find(|note| !note.is_empty());
        let why = why.unwrap_or("no feature set could be clustered");
        return Verdict {
            headline: Measured::absent(why, "more distinct customers"),
            structure: Measured::absent(why, "more distinct customers"),
            reasons: Vec::new(),
            sentence: format!("Clustering could not be tested: {why}."),
        };
    };
    Verdict {
        headline: Measured::Value(Headline {
            set: evidence.set.id.clone(),
            k: evidence.cell.k,
            silhouette: evidence.silhouette,
        }),
        structure: Measured::Value(structure),
        reasons: evidence.reasons(),
        sentence: evidence.sentence(structure),
    }
}

fn gather<'a>(set: &'a SetFindings, nulls: &'a [NullBenchmark], stability: &'a [Stability]) -> Option<Evidence<'a>> {
    let k = *set.best_k.value()?;
    let cell = set.grid.iter().find(|cell| cell.k == k)?;
    let silhouette = *cell.silhouette.value()?;
    let null = nulls.iter().filter(|row| row.set == set.id && row.k == k).max_by(|a, b| a.p.total_cmp(&b.p));
    let stability = stability.iter().find(|row| row.set == set.id && row.k == k);
    Some(Evidence { set, cell, silhouette, null, stability })
}

fn rank(structure: Structure) -> u8 {
    match structure {
        Structure::None => 0,
        Structure::Weak => 1,
        Structure::Reasonable => 2,
        Structure::Strong => 3,
    }
}

impl Evidence<'_> {
    fn structure(&self) -> Structure {
        let [none, weak, reasonable] = BANDS;
        if self.silhouette <= none || self.beats_null() == Some(false) {
            return Structure::None;
        }
        let band = if self.silhouette <= weak {
            Structure::Weak
        } else if self.silhouette <= reasonable {
            Structure::Reasonable
        } else {
            Structure::Strong
        };
        let capped = self.beats_null().is_none()
            || self.stable(0) != Some(true)
            || self.cell.smallest_cluster_share < SMALLEST_SHARE
            || self.counted_as_one();
        if capped {
            Structure::Weak
        } else if band == Structure::Weak && self.stable(1) == Some(true) && self.supported() {
            Structure::Reasonable
        } else {
            band
        }
    }

    /// `None` if it was not measured.
    fn beats_null(&self) -> Option<bool> {
        self.null.map(|null| null.p <= NULL_P)
    }

    /// At level 0 (valid) or 1 (highly stable); `None` if it was not measured.
    fn stable(&self, level: usize) -> Option<bool> {
        let found = self.stability?;
        let ari = found.bootstrap_ari.value()?;
        let least = self.least_jaccard()?;
        Some(least >= JACCARD[level] && *ari >= BOOTSTRAP_ARI[level])
    }

    fn least_jaccard(&self) -> Option<f64> {
        let jaccard = &self.stability?.jaccard;
        (!jaccard.is_empty()).then(|| jaccard.iter().copied().fold(1.0, f64::min))
    }

    /// Do gap statistic and prediction strength both say one?
    fn counted_as_one(&self) -> bool {
        self.set.gap_k.value() == Some(&1) && self.set.prediction_strength_k.value() == Some(&1)
    }

    /// Does prediction strength, where it was computed, support this k?
    fn supported(&self) -> bool {
        let own = self.set.prediction_strength.iter().find(|row| row.k == self.cell.k);
        own.is_none_or(|row| row.value >= SUPPORTED)
    }

    /// Where the extract has only some of the set's features (one row per customer, say), that is said.
    fn name(&self) -> String {
        let set = self.set.id.replace('_', " ");
        if self.set.left_out.is_empty() {
            format!("{set} features, k = {}", self.cell.k)
        } else {
            format!("{} of the {set} features, k = {}", integer(self.set.features), self.cell.k)
        }
    }

    /// The solution's silhouette: beside a null, the one on the very rows that the null was drawn for.
    fn compared(&self) -> f64 {
        self.null.map_or(self.silhouette, |null| null.observed)
    }

    fn sentence(&self, structure: Structure) -> String {
        let silhouette = decimal(self.compared(), 3);
        let null = self.null.map(|null| {
            format!(
                "as many rows of structureless data with the same spread score {} ({} in {} draws)",
                decimal(null.null_mean, 3),
                p_value(null.p),
                integer(null.draws.into())
            )
        });
        let null = null.unwrap_or_else(|| "what structureless data would score was not measured".to_owned());
        let rows = self.null.map(|null| format!(" on {} customers", integer(null.rows))).unwrap_or_default();
        let best = format!("the best solution ({}) has a silhouette of {silhouette}{rows}, and {null}", self.name());
        match structure {
            Structure::None if self.beats_null() == Some(false) => {
                format!("There are no clusters beyond what structureless data would show: {best}.")
            }
            Structure::None => {
                format!(
                    "There is no cluster structure to speak of: {best}; up to {} the groups overlap too much to assign anyone.",
                    decimal(BANDS[0], 2)
                )
            }
            Structure::Weak => format!("There is weak cluster structure: {best}; {}.", self.weakness()),
            Structure::Reasonable => format!(
                "There is reasonable cluster structure: {best}; the clusters come back when the customers are resampled."
            ),
            Structure::Strong => format!(
                "There is strong cluster structure: {best}; the clusters come back when the customers are resampled."
            ),
        }
    }

    /// Why a solution that is not nothing is no more than weak.
    fn weakness(&self) -> String {
        if self.beats_null().is_none() {
            "without the null benchmark no more can be said".to_owned()
        } else if self.cell.smallest_cluster_share < SMALLEST_SHARE {
            format!(
                "its smallest cluster holds {} of the customers, which is a handful of outliers",
                percent(self.cell.smallest_cluster_share)
            )
        } else if self.stable(0) == Some(false) {
            match self.least_jaccard() {
                Some(least) => format!("resampled, its least stable cluster keeps {} of its members", percent(least)),
                None => "it does not come back when the customers are resampled".to_owned(),
            }
        } else if self.stable(0).is_none() {
            "whether the clusters come back was not measured".to_owned()
        } else if self.counted_as_one() {
            "gap statistic and prediction strength both count one cluster".to_owned()
        } else {
            "the clusters overlap".to_owned()
        }
    }

    fn reasons(&self) -> Vec<String> {
        let mut reasons = vec![format!(
            "Silhouette {} on the {}: {}.",
            decimal(self.silhouette, 3),
            self.name(),
            if self.silhouette <= BANDS[0] {
                "no structure (up to 0.25)"
            } else if self.silhouette <= BANDS[1] {
                "weak (0.25 to 0.50)"
            } else if self.silhouette <= BANDS[2] {
                "reasonable (0.50 to 0.70)"
            } else {
                "strong (above 0.70)"
            }
        )];
        if let Some(null) = self.null {
            reasons.push(format!(
                "Structureless data ({}) score {} on the same pipeline, the extract {} on as many rows: {} in {} draws.",
                null.reference,
                decimal(null.null_mean, 3),
                decimal(null.observed, 3),
                p_value(null.p),
                integer(null.draws.into())
            ));
        }
        if let Some(stability) = self.stability {
            if let Some(ari) = stability.bootstrap_ari.value() {
                reasons.push(format!(
                    "Refits on 90% of the rows agree at an adjusted Rand index of {}; stability alone is no evidence of \
                     clusters, since one cloud is cut in the same place every time.",
                    decimal(*ari, 2)
                ));
            }
            if let Some(least) = self.least_jaccard() {
                reasons.push(format!(
                    "The least stable cluster has a mean bootstrap Jaccard similarity of {}.",
                    decimal(least, 2)
                ));
            }
        }
        if let Some(k) = self.set.gap_k.value() {
            reasons.push(format!("The gap statistic counts {k}."));
        }
        if let Some(k) = self.set.prediction_strength_k.value() {
            reasons.push(format!("Prediction strength supports {k}."));
        }
        reasons.push(format!(
            "The smallest cluster holds {} of the customers.",
            percent(self.cell.smallest_cluster_share)
        ));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spoil = fn(&mut World);

    struct World {
        set: SetFindings,
        null: NullBenchmark,
        stability: Stability,
    }

    /// Clusters on which all evidence agrees, at this silhouette.
    fn world(silhouette: f64) -> World {
        let v = Measured::Value;
        let cell = GridCell {
            k: 4,
            inertia: 10.0,
            silhouette: v(silhouette),
            silhouette_low: v(silhouette - 0.01),
            silhouette_high: v(silhouette + 0.01),
            silhouette_rows: 500,
            calinski_harabasz: v(100.0),
            davies_bouldin: v(0.8),
            smallest_cluster_share: 0.2,
            cluster_silhouettes: vec![silhouette; 4],
        };
        World {
            set: SetFindings {
                id: "behavioural".to_owned(),
                title: String::new(),
                features: 15,
                left_out: Vec::new(),
                rows: 500,
                grid: vec![cell],
                best_k: Measured::Value(4),
                gap_k: Measured::Value(4),
                prediction_strength_k: Measured::Value(4),
                gap: Vec::new(),
                prediction_strength: Vec::new(),
                note: String::new(),
            },
            null: NullBenchmark {
                set: "behavioural".to_owned(),
                reference: "gaussian".to_owned(),
                k: 4,
                observed: silhouette,
                null_mean: 0.15,
                null_sd: 0.01,
                p: 1.0 / 51.0,
                draws: 50,
                rows: 500,
                z: v(20.0),
            },
            stability: Stability {
                set: "behavioural".to_owned(),
                k: 4,
                seed_ari: v(1.0),
                bootstrap_ari: v(0.97),
                jaccard: vec![0.9, 0.95, 0.96, 0.99],
                rows: 500,
                seeds: 10,
                resamples: 5,
                jaccard_draws: 100,
            },
        }
    }

    fn verdict(world: &World) -> Structure {
        let found = judge(
            std::slice::from_ref(&world.set),
            std::slice::from_ref(&world.null),
            std::slice::from_ref(&world.stability),
        );
        assert!(!found.sentence.is_empty() && !found.reasons.is_empty());
        *found.structure.value().unwrap()
    }

    #[test]
    fn the_bands_rule_where_all_else_agrees() {
        assert_eq!(verdict(&world(0.8)), Structure::Strong);
        assert_eq!(verdict(&world(0.6)), Structure::Reasonable);
        assert_eq!(verdict(&world(0.4)), Structure::Reasonable, "raised: everything else speaks for it");
        assert_eq!(verdict(&world(0.25)), Structure::None);
        assert_eq!(verdict(&world(-0.1)), Structure::None);
    }

    #[test]
    fn every_piece_of_evidence_can_lower_it() {
        let spoil: [(Spoil, Structure); 7] = [
            (|w| w.null.p = 0.2, Structure::None),
            (|w| w.null.set = "another".to_owned(), Structure::Weak),
            (|w| w.stability.jaccard[2] = 0.6, Structure::Weak),
            (|w| w.stability.bootstrap_ari = Measured::absent("quick", "full"), Structure::Weak),
            (|w| w.stability.jaccard.clear(), Structure::Weak),
            (|w| w.set.grid[0].smallest_cluster_share = 0.001, Structure::Weak),
            (
                |w| {
                    w.set.gap_k = Measured::Value(1);
                    w.set.prediction_strength_k = Measured::Value(1);
                },
                Structure::Weak,
            ),
        ];
        for (spoil, expected) in spoil {
            let mut world = world(0.8);
            spoil(&mut world);
            assert_eq!(verdict(&world), expected);
        }
        let mut shaky = world(0.4);
        shaky.stability.jaccard[0] = 0.8;
        assert_eq!(verdict(&shaky), Structure::Weak, "valid but not highly stable: not raised");
    }

    #[test]
    fn without_any_solution_it_says_so() {
        let mut world = world(0.5);
        world.set.best_k = Measured::absent("one row", "");
        world.set.note = "2 clusters cannot be made of 1 distinct rows".to_owned();
        let found = judge(&[world.set], &[], &[]);
        assert!(found.structure.missing().is_some() && found.headline.missing().is_some());
        assert!(found.sentence.contains("1 distinct"));
        assert!(judge(&[], &[], &[]).structure.missing().is_some());
    }

    #[test]
    fn the_strongest_set_is_reported() {
        let (weak, mut strong) = (world(0.3), world(0.8));
        strong.set.id = "other".to_owned();
        strong.null.set = "other".to_owned();
        strong.stability.set = "other".to_owned();
        let found = judge(&[weak.set, strong.set], &[weak.null, strong.null], &[weak.stability, strong.stability]);
        assert_eq!(found.headline.value().unwrap().set, "other");
        assert_eq!(found.structure, Measured::Value(Structure::Strong));
    }
}
