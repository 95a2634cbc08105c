//! The contenders of the bake-off: each puts customers into levels it learned on the training customers.

use super::prefix_features::PrefixFeatures;
use super::timeline::{Cut, Timeline};
use super::window_scores::WindowScores;
use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::segments::thresholds::TypedThresholds;
use crate::stats::kmeans::{KMeansError, KMeansParams, assign, kmeans};
use crate::stats::matrix::Matrix;
use crate::stats::quantile::quantiles;
use crate::stats::rng::Rng;

/// What a contender may know of some customers: their orders before a cut.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// Scores, orders, mean gaps.
    pub(super) scores: WindowScores,
    /// Days since the last order at the cut; without dates, the last gap before it.
    pub(super) recency: Vec<f64>,
    /// Behavioural features, aligned with `scores`.
    pub(super) behaviour: PrefixFeatures,
}

impl Sample {
    /// Rows.
    pub(super) fn len(&self) -> usize {
        self.scores.len()
    }
}

/// Recency of customers at the cut, in days.
pub(super) fn recency(history: &OrderHistory, timeline: &Timeline, customers: &[u32]) -> Vec<f64> {
    let last = |c: u32| timeline.before.orders_of(c as usize).next_back();
    let value = |c: u32| match (timeline.cut, &history.day) {
        (Cut::Calendar { last_day, .. }, Some(days)) => last(c).map_or(f64::NAN, |o| f64::from(last_day - days[o])),
        _ => last(c).map_or(f64::NAN, |o| history.days_since_prior[o]),
    };
    customers.iter().map(|&c| value(c)).collect()
}

/// A segmentation in the ring: the level of every training and test customer, or why it cannot compete.
pub(super) struct Entrant {
    pub(super) id: &'static str,
    pub(super) levels: usize,
    pub(super) placed: Result<Placed, &'static str>,
}

/// Levels of the two samples.
pub(super) struct Placed {
    pub(super) train: Vec<u32>,
    pub(super) test: Vec<u32>,
}

/// All contenders that work by levels; the first is the rule. Cuts, centers and edges come from `train` alone.
pub(super) async fn entrants(
    train: &Sample,
    test: &Sample,
    typed: TypedThresholds,
    seed: u64,
    pace: &Pace,
) -> Result<Vec<Entrant>, Cancelled> {
    let mut out = vec![
        Entrant { id: "rule", levels: Segment::ALL.len(), placed: rule(train, test, typed) },
        Entrant { id: "terciles", levels: 9, placed: grid(&axes(train), &axes(test), 3) },
        Entrant {
            id: "rfm_quintiles",
            levels: 25,
            placed: grid(&recency_frequency(train), &recency_frequency(test), 5),
        },
        Entrant { id: "order_count", levels: 4, placed: grid(&order_count(train), &order_count(test), 4) },
    ];
    let scores = |sample: &Sample| vec![sample.scores.freq.clone(), sample.scores.loyalty.clone()];
    let placed = clusters(&scores(train), &scores(test), seed, &pace.part(0, 1, 2)).await?;
    out.insert(1, Entrant { id: "kmeans_scores", levels: CLUSTERS, placed });
    let placed = if train.behaviour.features == test.behaviour.features {
        clusters(&train.behaviour.columns, &test.behaviour.columns, seed, &pace.part(1, 2, 2)).await?
    } else {
        Err("a behavioural feature could be computed for one period only")
    };
    out.insert(2, Entrant { id: "kmeans_behaviour", levels: CLUSTERS, placed });
    Ok(out)
}

const NOBODY: &str = "no customer qualifies";

fn rule(train: &Sample, test: &Sample, typed: TypedThresholds) -> Result<Placed, &'static str> {
    let (labels, used) = train.scores.segment(typed).ok_or(NOBODY)?;
    let number = |labels: Vec<Segment>| labels.into_iter().map(|label| label as u32).collect();
    Ok(Placed { train: number(labels), test: number(test.scores.segment_at(used)) })
}

fn axes(sample: &Sample) -> Vec<Vec<f64>> {
    vec![sample.scores.freq.clone(), sample.scores.loyalty.clone()]
}

fn recency_frequency(sample: &Sample) -> Vec<Vec<f64>> {
    let orders = sample.scores.orders.iter().map(|&n| f64::from(n)).collect();
    vec![sample.recency.clone(), orders]
}

fn order_count(sample: &Sample) -> Vec<Vec<f64>> {
    vec![sample.scores.orders.iter().map(|&n| f64::from(n)).collect()]
}

/// Every column cut at its training quantiles into `parts`; the level numbers the cell. NaN counts as low.
fn grid(train: &[Vec<f64>], test: &[Vec<f64>], parts: u32) -> Result<Placed, &'static str> {
    let mut edges = Vec::with_capacity(train.len());
    let at: Vec<f64> = (1..parts).map(|i| f64::from(i) / f64::from(parts)).collect();
    for column in train {
        let known: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
        edges.push(quantiles(&known, &at).ok_or(NOBODY)?);
    }
    let place = |columns: &[Vec<f64>]| -> Vec<u32> {
        let rows = columns.first().map_or(0, Vec::len);
        let cell = |row: usize| {
            columns.iter().zip(&edges).fold(0, |cell, (column, edges)| {
                cell * parts + edges.iter().filter(|&&edge| column[row] >= edge).count() as u32
            })
        };
        (0..rows).map(cell).collect()
    };
    Ok(Placed { train: place(train), test: place(test) })
}

/// Clusters of the k-means contenders.
const CLUSTERS: usize = 4;

/// Starts of each: fewer than the tribunal's ten, since the best of five hardly predicts less.
const STARTS: usize = 5;

async fn clusters(
    train: &[Vec<f64>],
    test: &[Vec<f64>],
    seed: u64,
    pace: &Pace,
) -> Result<Result<Placed, &'static str>, Cancelled> {
    let Some(scaler) = Scaler::fit(train) else { return Ok(Err("no feature varies between customers")) };
    let (Some(x), Some(later)) = (scaler.apply(train), scaler.apply(test)) else { return Ok(Err(NOBODY)) };
    let mut rng = Rng::stream(seed, "bake_off_kmeans");
    match kmeans(&x, KMeansParams::new(CLUSTERS).starts(STARTS), &mut rng, pace).await {
        Ok(found) => {
            let test = assign(&later, &found.centers);
            Ok(Ok(Placed { train: found.labels, test }))
        }
        Err(KMeansError::Cancelled(cancelled)) => Err(cancelled),
        Err(_) => Ok(Err("the training customers cannot be divided into four clusters")),
    }
}

/// Winsorises at 0.5% and 99.5%, then standardises (ddof 0), both by the training customers.
struct Scaler {
    /// Column, low, high, mean, scale.
    columns: Vec<(usize, f64, f64, f64, f64)>,
}

impl Scaler {
    fn fit(train: &[Vec<f64>]) -> Option<Self> {
        let mut columns = Vec::with_capacity(train.len());
        for (j, column) in train.iter().enumerate() {
            let edges = quantiles(column, &[0.005, 0.995])?;
            let (low, high) = (edges[0], edges[1]);
            let n = column.len() as f64;
            let mean = column.iter().map(|x| x.clamp(low, high)).sum::<f64>() / n;
            let square = |x: &f64| (x.clamp(low, high) - mean) * (x.clamp(low, high) - mean);
            let scale = (column.iter().map(square).sum::<f64>() / n).sqrt();
            if scale > 1e-12 * mean.abs() && scale > 0.0 {
                columns.push((j, low, high, mean, scale));
            }
        }
        (!columns.is_empty()).then_some(Self { columns })
    }

    fn apply(&self, data: &[Vec<f64>]) -> Option<Matrix<f32>> {
        let rows = data.first()?.len();
        let mut values = Vec::with_capacity(rows * self.columns.len());
        for i in 0..rows {
            for &(j, low, high, mean, scale) in &self.columns {
                values.push(((data.get(j)?[i].clamp(low, high) - mean) / scale) as f32);
            }
        }
        Matrix::new(values, rows, self.columns.len())
    }
}

/// Predictors of the continuous contender: both scores with their curvature, and the behavioural features.
///
/// Frequency enters as `-ln(freq_score) = ln(1 + mean gap)`, which orders customers just as the score does.
pub(super) fn continuous(scores: &WindowScores, behaviour: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let u: Vec<f64> = scores.freq.iter().map(|&f| -libm::log(f)).collect();
    let v = &scores.loyalty;
    let product = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    let mut out = vec![product(&u, &u), product(v, v), product(&u, v), v.clone(), u];
    out.extend(behaviour.iter().cloned());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_numbered_by_training_quantiles() {
        let train = vec![(0..9).map(f64::from).collect::<Vec<_>>(), vec![1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0]];
        let test = vec![vec![-5.0, 100.0, f64::NAN], vec![0.0, 100.0, 2.0]];
        let placed = grid(&train, &test, 3).ok().unwrap();
        assert_eq!(placed.test, [0, 8, 1]);
        assert!(placed.train.iter().all(|&level| level < 9));
        assert!(grid(&[vec![f64::NAN]], &[vec![1.0]], 3).is_err());
    }

    #[test]
    fn scaling_is_learned_and_clips() {
        let column: Vec<f64> = (0..1_000).map(f64::from).collect();
        let scaler = Scaler::fit(&[column.clone(), vec![3.0; 1_000]]).unwrap();
        let x = scaler.apply(&[vec![1e9, -1e9, 499.5], vec![3.0; 3]]).unwrap();
        assert_eq!(x.columns(), 1);
        assert!(x.row(0)[0] < 1.8 && x.row(1)[0] > -1.8 && x.row(2)[0].abs() < 1e-6);
        assert!(Scaler::fit(&[vec![1.0, 1.0]]).is_none());
        assert!(Scaler::fit(&[Vec::new()]).is_none());
    }
}
