//! The canonical case's published clustering figures beside ours, each with the reason for the difference.

use super::findings::{CanonicalComparison, DbscanFindings, GridCell, SetFindings, Stability, WardFindings};
use crate::prepare::components::CategoryComponents;
use crate::stats::measured::Measured;

/// What the comparison reads.
#[derive(Clone, Copy)]
pub(super) struct Ours<'a> {
    pub(super) sets: &'a [SetFindings],
    pub(super) ward: &'a Measured<WardFindings>,
    pub(super) dbscan: &'a Measured<DbscanFindings>,
    pub(super) stability: &'a [Stability],
    pub(super) components: &'a Measured<CategoryComponents>,
}

const EXTRACT: &str = "another extract, or the same customers with other products";
const MINI_BATCH: &str = "published from mini-batch k-means, which runs once however many starts it is given; \
                          here Lloyd's iteration runs to convergence, best of the starts";
const SAME_METHOD: &str = "the same optimiser; rows and extract differ";
const GROWS: &str = "the index grows with the number of rows, so only solutions on the same rows compare";

/// Claims in the order of the canonical documents.
pub(super) fn compare(ours: Ours<'_>) -> Vec<CanonicalComparison> {
    let mut rows = vec![
        // The baseline: 50 components and 11 behavioural features, k = 3.
        silhouette(ours, "canonical_pruned", 3, 0.10491023678859918, SAME_METHOD),
        silhouette(ours, "canonical_pruned", 2, 0.130164, "k = 2 was computed and left out of the published choice"),
        silhouette(ours, "canonical_full", 2, 0.099096, "k = 2 was computed and left out of the published choice"),
        cell(ours, "canonical_pruned", 3, "Calinski-Harabasz", 6113.3522530786995, GROWS, |c| {
            c.calinski_harabasz.clone()
        }),
        cell(ours, "canonical_pruned", 3, "Davies-Bouldin", 3.8376521980822336, SAME_METHOD, |c| {
            c.davies_bouldin.clone()
        }),
        cell(ours, "canonical_pruned", 3, "Smallest cluster", 0.05504244798955126, SAME_METHOD, smallest),
        stability(ours, "Seed stability (ARI)", 0.997038949449534, |s| s.seed_ari.clone()),
        stability(ours, "Bootstrap stability (ARI)", 0.9856946777142385, |s| s.bootstrap_ari.clone()),
        // The ablations, winsorised.
        silhouette(ours, "canonical_all", 3, -0.008004617287349396, MINI_BATCH),
        silhouette(
            ours,
            "canonical_all",
            2,
            0.06507458192861384,
            "k = 2 was computed and skipped in the published choice",
        ),
        silhouette(ours, "canonical_behavioural", 2, 0.190982828055301, MINI_BATCH),
        cell(ours, "canonical_behavioural", 2, "Calinski-Harabasz", 6641.889228072072, GROWS, |c| {
            c.calinski_harabasz.clone()
        }),
        cell(ours, "canonical_behavioural", 2, "Davies-Bouldin", 1.8219969457137744, MINI_BATCH, |c| {
            c.davies_bouldin.clone()
        }),
        cell(ours, "canonical_behavioural", 2, "Smallest cluster", 0.405_552_537_275_755_5, MINI_BATCH, smallest),
    ];
    for (what, published, reason, pick) in WARD {
        rows.push(CanonicalComparison {
            claim: format!("{what}, Ward on the pruned features, k = 3"),
            published,
            found: ours.ward.value().map_or_else(
                || absent(ours.ward),
                |found| {
                    found
                        .grid
                        .iter()
                        .find(|cell| cell.k == 3)
                        .map_or_else(|| Measured::absent("no cut at k = 3", ""), pick)
                },
            ),
            reason: reason.to_owned(),
        });
    }
    rows.push(CanonicalComparison {
        claim: "Least noise of DBSCAN at eps 1.0 to 3.0, 50 neighbours".to_owned(),
        published: 1.0,
        found: ours.dbscan.value().map_or_else(
            || absent(ours.dbscan),
            |found| {
                let least = found.cells.iter().filter(|cell| cell.choice == "canonical").map(|cell| cell.noise_share);
                Measured::finite(least.fold(f64::INFINITY, f64::min), "no canonical radius was tried")
            },
        ),
        reason: "these radii lie far below the typical distance in 61 dimensions and could only return noise"
            .to_owned(),
    });
    rows.push(CanonicalComparison {
        claim: "Variance of the category block in 50 components".to_owned(),
        published: 0.4668,
        found: ours.components.value().map_or_else(
            || absent(ours.components),
            |found| Measured::Value(found.pca.explained_variance_ratio.iter().take(50).sum()),
        ),
        reason: EXTRACT.to_owned(),
    });
    rows
}

type WardRow = (&'static str, f64, &'static str, fn(&GridCell) -> Measured<f64>);

const WARD: [WardRow; 4] = [
    ("Silhouette", 0.0879863971038245, SAME_METHOD, |cell| cell.silhouette.clone()),
    ("Calinski-Harabasz", 423.11700963307504, GROWS, |cell| cell.calinski_harabasz.clone()),
    ("Davies-Bouldin", 4.222643444353211, SAME_METHOD, |cell| cell.davies_bouldin.clone()),
    ("Smallest cluster", 0.0951, SAME_METHOD, smallest),
];

fn smallest(cell: &GridCell) -> Measured<f64> {
    Measured::Value(cell.smallest_cluster_share)
}

fn absent<T>(from: &Measured<T>) -> Measured<f64> {
    from.missing()
        .map_or_else(|| Measured::absent("not computed", ""), |missing| Measured::NotMeasured(missing.clone()))
}

fn silhouette(ours: Ours<'_>, set: &str, k: u32, published: f64, reason: &str) -> CanonicalComparison {
    cell(ours, set, k, "Silhouette", published, reason, |cell| cell.silhouette.clone())
}

fn cell(
    ours: Ours<'_>,
    set: &str,
    k: u32,
    what: &str,
    published: f64,
    reason: &str,
    pick: fn(&GridCell) -> Measured<f64>,
) -> CanonicalComparison {
    let found = ours.sets.iter().find(|own| own.id == set).and_then(|own| own.grid.iter().find(|cell| cell.k == k));
    CanonicalComparison {
        claim: format!("{what}, {}, k = {k}", set.replace('_', " ")),
        published,
        found: found.map_or_else(|| Measured::absent("this solution was not computed", "full depth"), pick),
        reason: reason.to_owned(),
    }
}

fn stability(ours: Ours<'_>, what: &str, published: f64, pick: fn(&Stability) -> Measured<f64>) -> CanonicalComparison {
    let found = ours.stability.iter().find(|row| row.set == "canonical_pruned");
    let k = found.map_or(3, |row| row.k);
    CanonicalComparison {
        claim: format!("{what}, canonical pruned, k = 3"),
        published,
        found: found.map_or_else(|| Measured::absent("this solution was not computed", "full depth"), pick),
        reason: if k == 3 { SAME_METHOD.to_owned() } else { format!("ours is measured at its best k = {k}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> Option<serde_json::Value> {
        let path = std::env::var_os("QUADRANT_SHARED")
            .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into(), std::path::PathBuf::from)
            .join("reference/canonical.json");
        let Ok(text) = std::fs::read(&path) else {
            eprintln!("SKIPPED: {} absent", path.display());
            return None;
        };
        Some(serde_json::from_slice(&text).unwrap())
    }

    #[test]
    fn the_published_figures_are_quoted_exactly() {
        let nothing = Measured::absent("", "");
        let ours = Ours {
            sets: &[],
            ward: &Measured::absent("", ""),
            dbscan: &Measured::absent("", ""),
            stability: &[],
            components: &nothing,
        };
        let rows = compare(ours);
        assert!(rows.iter().all(|row| row.found.value().is_none() && !row.reason.is_empty()));
        let Some(json) = published() else { return };
        let c = &json["clustering"];
        let (base, all, own) = (&c["baseline"], &c["all_features"], &c["behavioural"]);
        let share = |value: &serde_json::Value| value.as_f64().unwrap() / 100.0;
        let plain = |value: &serde_json::Value| value.as_f64().unwrap();
        let expected = [
            plain(&base["silhouette"]),
            plain(&base["k2"]["pruned"]),
            plain(&base["k2"]["full"]),
            plain(&base["calinski_harabasz"]),
            plain(&base["davies_bouldin"]),
            share(&base["smallest_cluster_pct"]),
            plain(&base["seed_ari"]),
            plain(&base["bootstrap_ari"]),
            plain(&all["silhouette"]),
            plain(&all["grid"][0]["silhouette"]),
            plain(&own["silhouette"]),
            plain(&own["calinski_harabasz"]),
            plain(&own["davies_bouldin"]),
            share(&own["smallest_cluster_pct"]),
            plain(&c["hierarchical"]["silhouette"]),
            plain(&c["hierarchical"]["calinski_harabasz"]),
            plain(&c["hierarchical"]["davies_bouldin"]),
            share(&c["hierarchical"]["smallest_cluster_pct"]),
            plain(&c["dbscan"]["noise_share"]),
            plain(&c["pca"]["explained"]["cum50"]),
        ];
        assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(expected) {
            assert!((row.published - expected).abs() < 1e-12, "{}: {} {expected}", row.claim, row.published);
        }
    }
}
