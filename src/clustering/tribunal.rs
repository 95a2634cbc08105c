//! The tribunal: every feature set on the same rows, with the same seed, grid and optimiser; then the verdict.

use super::canonical;
use super::density::density;
use super::effort::Effort;
use super::findings::{Agreement, ClusteringFindings, NullBenchmark, PerK};
use super::grid::{self, SetRun};
use super::mixture::mixtures;
use super::null_benchmark::{Reference, Trial, benchmark};
use super::sample;
use super::silhouette_plot;
use super::stability;
use super::verdict::judge;
use super::ward::hierarchy;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::prepare::components::CategoryComponents;
use crate::prepare::matrix::{Prepared, prepare};
use crate::stats::ari::adjusted_rand_index;
use crate::stats::gap::gap_statistic;
use crate::stats::measured::{Measured, NotMeasured};
use crate::stats::prediction_strength::{largest_supported, prediction_strengths};

/// What the tribunal is asked about.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The features of all qualified customers.
    pub table: &'a FeatureTable,
    /// Components of the category block; absent is fine, the sets that need them are then absent too.
    pub components: &'a Measured<CategoryComponents>,
    /// The rule's segment (0..4) of every row of the table, for the agreement with the clusters.
    pub rule: Option<&'a [u32]>,
    /// Seed of all sampling.
    pub seed: u64,
}

/// The k at which the rule itself stands.
const RULE_K: u32 = 4;

/// Hears all evidence. Absent without customers; a set that cannot be clustered says why in its findings.
pub async fn tribunal(
    question: Question<'_>,
    effort: &Effort,
    pace: &Pace,
) -> Result<Measured<ClusteringFindings>, Cancelled> {
    let effort = &effort.fitted(question.table.share_count());
    let rows = sample::rows(question.table.rows(), effort.grid_rows, question.seed, "clustering rows");
    if rows.is_empty() {
        return Ok(Measured::absent("no customer qualifies", "customers with enough orders"));
    }
    let plan = Plan::new(effort, question.table.share_count());
    let mut sets = Vec::new();
    let mut runs: Vec<SetRun> = Vec::new();
    let mut null_benchmark = Vec::new();
    let mut stable = Vec::new();
    for (index, set) in effort.sets.iter().enumerate() {
        let pace = plan.part(pace, index);
        let prepared = prepare(question.table, set, question.components, &rows, &pace.part(0, 1, 20)).await?;
        let prepared = match prepared {
            Measured::Value(prepared) => prepared,
            Measured::NotMeasured(missing) => {
                sets.push(grid::unprepared(set, &missing));
                continue;
            }
        };
        if let Some(twin) = runs.iter().map(|run| &run.prepared).find(|known| same_matrix(known, &prepared)) {
            let reason = format!("on this extract it is the same matrix as the set {}", twin.id);
            sets.push(grid::unprepared(set, &NotMeasured::new(reason, prepared.left_out.join(", "))));
            continue;
        }
        let mut run = grid::run(prepared, set, effort, question.seed, &pace.part(1, 10, 20)).await?;
        counts(&mut run, effort, question.seed, &pace.part(10, 14, 20)).await?;
        null_benchmark.extend(nulls(&run, effort, question.seed, &pace.part(14, 17, 20)).await?);
        stable.extend(stability::of(&run, effort, question.seed, &pace.part(17, 20, 20)).await?);
        sets.push(run.findings.clone());
        runs.push(run);
    }
    let other = |id: &str| runs.iter().find(|run| run.prepared.id == id).or(runs.first()).map(|run| &run.prepared);
    let rest = plan.rest(pace);
    let [first, second, third, fourth, fifth] = [0, 1, 2, 3, 4].map(|part| rest.part(part, part + 1, 5));
    let seed = question.seed;
    let ward = one(other("canonical_pruned"), |prepared| hierarchy(prepared, effort, seed, &first)).await?;
    let dbscan = one(other("canonical_pruned"), |prepared| density(prepared, effort, seed, &second)).await?;
    let mixture = one(other("behavioural"), |prepared| mixtures(prepared, effort, seed, &third)).await?;
    let verdict = judge(&sets, &null_benchmark, &stable);
    let headline = verdict.headline.value();
    let run = headline.and_then(|best| Some((runs.iter().find(|run| run.findings.id == best.set)?, best.k)));
    let silhouette_plot = match run {
        Some((run, k)) => silhouette_plot::of(run, k, seed, &fourth).await?,
        None => Measured::absent("no solution has a silhouette", "more distinct customers"),
    };
    let headline_k = verdict.headline.value().map(|headline| headline.k);
    let null_band = match run {
        Some((run, _)) => band(run, effort, seed, &fifth).await?,
        None => Vec::new(),
    };
    let agreement = agreements(&runs, question.rule, &rows, headline_k);
    let canonical = canonical::compare(canonical::Ours {
        sets: &sets,
        ward: &ward,
        dbscan: &dbscan,
        stability: &stable,
        components: question.components,
    });
    Ok(Measured::Value(ClusteringFindings {
        sets,
        ward,
        dbscan,
        mixture,
        stability: stable,
        null_benchmark,
        null_band,
        agreement,
        canonical,
        exact: Vec::new(),
        headline: verdict.headline,
        silhouette_plot,
        verdict: verdict.structure,
        reasons: verdict.reasons,
        sentence: verdict.sentence,
    }))
}

/// Sets that an extract leaves with the same columns (one row per customer, say) are one set, heard once.
fn same_matrix(a: &Prepared, b: &Prepared) -> bool {
    a.names == b.names && a.x == b.x
}

/// Shares of the progress bar: sets by their width, the rest as wide as the canonical pruned set.
struct Plan {
    ends: Vec<u64>,
    rest: u64,
}

impl Plan {
    fn new(effort: &Effort, categories: usize) -> Self {
        let mut ends = Vec::new();
        let mut total = 0;
        for set in &effort.sets {
            total += (set.columns.len() + set.categories.width(categories)) as u64;
            ends.push(total);
        }
        let deeper = effort.ward_rows + effort.dbscan_rows + effort.mixture_rows > 0;
        Self { ends, rest: if deeper { total / 5 } else { 0 } }
    }

    fn total(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0) + self.rest
    }

    fn part(&self, pace: &Pace, index: usize) -> Pace {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        pace.part(start, self.ends[index], self.total())
    }

    fn rest(&self, pace: &Pace) -> Pace {
        pace.part(self.total() - self.rest, self.total(), self.total())
    }
}

/// Runs a part on a prepared set, if any set could be prepared.
async fn one<'a, T, F>(
    prepared: Option<&'a Prepared>,
    part: impl FnOnce(&'a Prepared) -> F,
) -> Result<Measured<T>, Cancelled>
where
    F: Future<Output = Result<Measured<T>, Cancelled>>,
{
    match prepared {
        Some(prepared) => part(prepared).await,
        None => Ok(Measured::absent("no feature set could be prepared", "")),
    }
}

/// Gap statistic and prediction strength: how many clusters are there?
async fn counts(run: &mut SetRun, effort: &Effort, seed: u64, pace: &Pace) -> Result<(), Cancelled> {
    if effort.gap_rows == 0 {
        return Ok(());
    }
    let x = sample::of(&run.prepared.x, effort.gap_rows, seed, "gap rows");
    let starts = effort.null_starts;
    let gap = gap_statistic(&x, effort.max_k, effort.gap_draws, starts, seed, &pace.part(0, 2, 3)).await?;
    if let Measured::Value(found) = &gap {
        run.findings.gap = found
            .gap
            .iter()
            .zip(&found.s)
            .enumerate()
            .map(|(index, (&value, &s))| PerK { k: index as u32 + 1, value, error: Measured::Value(s) })
            .collect();
    }
    run.findings.gap_k = gap.map(|found| found.k as u32);
    let strengths =
        prediction_strengths(&x, effort.max_k, effort.strength_splits, starts, seed, &pace.part(2, 3, 3)).await?;
    run.findings.prediction_strength_k = largest_supported(&strengths);
    run.findings.prediction_strength = strengths
        .iter()
        .enumerate()
        .filter_map(|(index, strength)| {
            let error = Measured::absent("the splits share their rows", "");
            strength.value().map(|&value| PerK { k: index as u32 + 2, value, error })
        })
        .collect();
    Ok(())
}

/// The null benchmark of a set's best k, for each reference.
async fn nulls(run: &SetRun, effort: &Effort, seed: u64, pace: &Pace) -> Result<Vec<NullBenchmark>, Cancelled> {
    let Some((k, _)) = run.best() else { return Ok(Vec::new()) };
    let x = sample::of(&run.prepared.x, effort.null_rows, seed, "null rows");
    let trial = Trial { set: &run.findings.id, x: &x, k, starts: effort.null_starts, draws: effort.null_draws, seed };
    let references: &[Reference] =
        if effort.copula { &[Reference::Gaussian, Reference::Copula] } else { &[Reference::Gaussian] };
    let mut found = Vec::new();
    for (index, &reference) in references.iter().enumerate() {
        let part = pace.part(index as u64, index as u64 + 1, references.len() as u64);
        found.extend(benchmark(trial, reference, &part).await?.value().cloned());
    }
    Ok(found)
}

/// What structureless data with this set's own margins score at every k of its grid.
async fn band(run: &SetRun, effort: &Effort, seed: u64, pace: &Pace) -> Result<Vec<NullBenchmark>, Cancelled> {
    if effort.band_draws == 0 {
        return Ok(Vec::new());
    }
    let x = sample::of(&run.prepared.x, effort.band_rows, seed, "null rows");
    let set = &run.findings.id;
    let mut found = Vec::new();
    let cells = run.findings.grid.len() as u64;
    for (index, cell) in run.findings.grid.iter().enumerate() {
        let part = pace.part(index as u64, index as u64 + 1, cells);
        let trial = Trial { set, x: &x, k: cell.k, starts: effort.null_starts, draws: effort.band_draws, seed };
        found.extend(benchmark(trial, Reference::Copula, &part).await?.value().cloned());
    }
    Ok(found)
}

/// ARI between the sets at the headline's k, and between each set and the rule at the set's best k and at 4.
fn agreements(runs: &[SetRun], rule: Option<&[u32]>, rows: &[u32], headline_k: Option<u32>) -> Vec<Agreement> {
    let mut found = Vec::new();
    let mut add = |a: &str, b: &str, k: u32, left: &[u32], right: &[u32]| {
        if let Some(ari) = adjusted_rand_index(left, right) {
            found.push(Agreement { a: a.to_owned(), b: b.to_owned(), k, ari });
        }
    };
    if let Some(rule) = rule {
        let rule: Vec<u32> = rows.iter().filter_map(|&row| rule.get(row as usize).copied()).collect();
        for run in runs {
            let best = run.findings.best_k.value().copied();
            let mut ks: Vec<u32> = best.into_iter().chain([RULE_K]).collect();
            ks.dedup();
            for k in ks {
                if let Some(labels) = run.labels(k)
                    && labels.len() == rule.len()
                {
                    add("rule", &run.findings.id, k, &rule, labels);
                }
            }
        }
    }
    if let Some(k) = headline_k {
        for (index, a) in runs.iter().enumerate() {
            for b in &runs[index + 1..] {
                if let (Some(left), Some(right)) = (a.labels(k), b.labels(k)) {
                    add(&a.findings.id, &b.findings.id, k, left, right);
                }
            }
        }
    }
    found
}
