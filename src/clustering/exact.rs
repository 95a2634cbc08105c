//! One solution on all customers, with the exact silhouette: on demand, since it takes minutes at full scale.

use serde::{Deserialize, Serialize};

use super::findings::GridCell;
use super::grid::cell;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::prepare::components::CategoryComponents;
use crate::prepare::matrix::prepare;
use crate::prepare::sets::FeatureSet;
use crate::stats::kmeans::{KMeansError, KMeansParams, kmeans};
use crate::stats::measured::Measured;
use crate::stats::rng::Rng;

/// Which solution is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// Id of the feature set.
    pub set: String,
    /// Number of clusters.
    pub k: u32,
}

/// Most clusters that can be asked for.
pub const MOST_CLUSTERS: u32 = 50;

/// k-means with k clusters on every customer of the table, every measure exact: n^2 / 2 distances.
///
/// Absent where the set cannot be prepared or has fewer than k distinct rows.
pub async fn all_customers(
    table: &FeatureTable,
    components: &Measured<CategoryComponents>,
    set: &FeatureSet,
    params: KMeansParams,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<GridCell>, Cancelled> {
    let rows: Vec<u32> = (0..table.rows() as u32).collect();
    let prepared = match prepare(table, set, components, &rows, &pace.part(0, 1, 20)).await? {
        Measured::Value(prepared) => prepared,
        Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
    };
    let mut rng = Rng::substream(seed, "kmeans", params.k as u64);
    let found = match kmeans(&prepared.x, params, &mut rng, &pace.part(1, 3, 20)).await {
        Ok(found) => found,
        Err(KMeansError::Cancelled(cancelled)) => return Err(cancelled),
        Err(error) => return Ok(Measured::absent(error.to_string(), "more distinct customers")),
    };
    let pace = pace.part(3, 20, 20);
    Ok(Measured::Value(cell(&prepared.x, params.k as u32, found.inertia, &found.labels, &rows, &pace).await?))
}
