//! Questions about a finished run, answered from its tables without running it again.

use crate::clustering::exact::{Solution, all_customers};
use crate::clustering::findings::{ExactFindings, GridCell};
use crate::pace::{Cancelled, Pace};
use crate::prepare::components::category_components;
use crate::prepare::own::check_all;
use crate::prepare::sets::FeatureSet;
use crate::segments::card::{CustomerCard, card, find};
use crate::stats::kmeans::KMeansParams;
use crate::stats::measured::Measured;

use super::outcome::Outcome;
use super::run::Finished;

/// The card of the customer whose id reads `customer`; `None` if nobody of that id has a segment.
pub fn explain(finished: &Finished, customer: &str) -> Option<CustomerCard> {
    let tables = &finished.tables;
    let found = tables.segmentation.as_ref()?;
    let row = find(&tables.ids, customer)?;
    let id = tables.ids.text(row);
    card(id, tables.history.as_deref(), &tables.features, found, row, finished.outcome.results.seed)
}

/// One solution on all customers, every measure exact. Absent where the set is unknown or cannot be clustered so.
pub async fn measure_exactly(
    finished: &Finished,
    solution: &Solution,
    pace: &Pace,
) -> Result<Measured<GridCell>, Cancelled> {
    let results = &finished.outcome.results;
    let own = check_all(&results.params.sets).unwrap_or_default();
    let Some(set) = FeatureSet::all().into_iter().chain(own).find(|set| set.id == solution.set) else {
        return Ok(Measured::absent(format!("there is no feature set \"{}\"", solution.set), "the id of a set"));
    };
    let table = &finished.tables.features;
    let components = if set.needs_components() {
        category_components(table, &pace.part(0, 1, 20)).await?
    } else {
        Measured::absent("not needed", "")
    };
    let params = KMeansParams::new(solution.k as usize);
    all_customers(table, &components, &set, params, results.seed, &pace.part(1, 20, 20)).await
}

/// Keeps what was measured exactly, as if the run had been asked for it from the start.
pub fn keep(outcome: &mut Outcome, solution: &Solution, found: Measured<GridCell>) {
    let results = &mut outcome.results;
    if let Measured::Value(clustering) = &mut results.clustering {
        clustering.exact.retain(|row| row.set != solution.set || row.k != solution.k);
        clustering.exact.push(ExactFindings { set: solution.set.clone(), k: solution.k, found });
    }
    results.params.exact.retain(|asked| asked != solution);
    results.params.exact.push(solution.clone());
}
