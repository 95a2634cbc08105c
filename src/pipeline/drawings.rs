//! Binned data for the charts: never per customer, so that the page stays light at any size.

use crate::crew::each;
use crate::extract::history::OrderHistory;
use crate::features::catalogue::Corrected;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::segments::parted::parted;
use crate::stats::circular::from_sums;
use crate::stats::measured::Measured;
use crate::stats::{quantile, radix};

use super::outcome::{Drawings, FiveNumbers, Histogram, MetricBoxes, OrderClock, ScoreDensity};

/// Bins along each axis of the segment map.
const MAP_BINS: usize = 40;
/// Bins of a feature's histogram.
const HISTOGRAM_BINS: usize = 40;
/// The slowest customers beyond this share sit in the map's first column instead of stretching the axis.
const MAP_TAIL: f64 = 0.995;

/// Bins everything that the charts draw.
///
/// `freq`, `loyalty` and `confidence` belong to the table's rows; the scores are empty when nobody qualified. The boxes come later: they
/// need a sort of every column, which the first screen does not wait for ([`boxes`]).
pub fn draw(
    history: Option<&OrderHistory>,
    table: &FeatureTable,
    freq: &[f64],
    loyalty: &[f64],
    confidence: Option<&[f64]>,
) -> Drawings {
    let behavioural = table.present().map(|feature| (feature.name(), table.behavioural(feature)));
    let corrected = Corrected::ALL.into_iter().map(|feature| (feature.name(), table.corrected(feature)));
    let feature_histograms =
        behavioural.chain(corrected).filter_map(|(name, column)| histogram(name, column?, HISTOGRAM_BINS)).collect();
    let order_counts = match table.orders() {
        Some(orders) => {
            let orders: Vec<f64> = orders.iter().map(|&n| f64::from(n)).collect();
            histogram("orders", &orders, HISTOGRAM_BINS)
                .map_or_else(|| Measured::absent("no customer qualifies", ""), Measured::Value)
        }
        None => Measured::absent(
            "the file does not say how many orders a customer has",
            "a column with the number of orders",
        ),
    };
    Drawings {
        score_density: score_density(freq, loyalty),
        feature_histograms,
        order_counts,
        boxes: Vec::new(),
        clock: clock(history, table),
        confidence: confidence.map_or_else(
            || Measured::absent("no spread of single gaps and orders is known", "the order history"),
            |values| Measured::Value(certainty(values)),
        ),
    }
}

/// Quantiles of every behavioural feature in the four segments; `labels` has one per row of the table.
pub async fn boxes(table: &FeatureTable, labels: &[Segment], pace: &Pace) -> Result<Vec<MetricBoxes>, Cancelled> {
    let present: Vec<_> = table.present().collect();
    let of_one = async |index: usize, pace: &Pace| {
        pace.tick(0, 1).await?;
        let feature = present[index];
        let Some(column) = table.behavioural(feature) else { return Ok(None) };
        let boxes = parted(column.iter().copied(), labels).map(|own| five_numbers(&own));
        Ok(Some(MetricBoxes { name: feature.name().to_owned(), boxes }))
    };
    Ok(each(present.len(), of_one, pace).await?.into_iter().flatten().collect())
}

fn five_numbers(values: &[f64]) -> Option<FiveNumbers> {
    match quantile::quantiles(values, &[0.05, 0.25, 0.5, 0.75, 0.95])?.as_slice() {
        &[p05, q25, median, q75, p95] if p05.is_finite() && p95.is_finite() => {
            Some(FiveNumbers { customers: values.len() as u64, p05, q25, median, q75, p95 })
        }
        _ => None,
    }
}

/// Orders of the table's customers by hour and weekday, with their circular means.
fn clock(history: Option<&OrderHistory>, table: &FeatureTable) -> OrderClock {
    fn of<const N: usize>(
        history: Option<&OrderHistory>,
        steps: Option<&Vec<u8>>,
        table: &FeatureTable,
        needs: &str,
    ) -> (Measured<[u64; N]>, Measured<f64>) {
        let (Some(history), Some(steps)) = (history, steps) else {
            let absent = |reason: &str| (Measured::absent(reason, needs), Measured::absent(reason, needs));
            return absent("the extract does not say when orders were placed");
        };
        let mut counts = [0_u64; N];
        for customer in table.customers() {
            for step in steps.get(history.orders_of(*customer as usize)).unwrap_or_default() {
                if let Some(count) = counts.get_mut(usize::from(*step)) {
                    *count += 1;
                }
            }
        }
        let total: u64 = counts.iter().sum();
        if total == 0 {
            let reason = "no order of a qualified customer says when it was placed";
            return (Measured::absent(reason, needs), Measured::absent(reason, needs));
        }
        let (mut sines, mut cosines) = (0.0, 0.0);
        for (step, count) in counts.iter().enumerate() {
            let (sine, cosine) = libm::sincos(step as f64 * std::f64::consts::TAU / N as f64);
            sines += sine * *count as f64;
            cosines += cosine * *count as f64;
        }
        let mean = from_sums(sines, cosines, total as f64, N as f64).and_then(|found| found.mean);
        let mean =
            mean.map_or_else(|| Measured::absent("the orders lie evenly around the circle", ""), Measured::Value);
        (Measured::Value(counts), mean)
    }
    let hour = history.and_then(|history| history.hour.as_ref());
    let weekday = history.and_then(|history| history.weekday.as_ref());
    let (hours, mean_hour) = of(history, hour, table, "an hour or a timestamp of each order");
    let (weekdays, mean_weekday) = of(history, weekday, table, "a weekday or a timestamp of each order");
    OrderClock { hours, mean_hour, weekdays, mean_weekday }
}

/// Confidence runs from a quarter to one, in steps of a twentieth.
fn certainty(values: &[f64]) -> Histogram {
    const STEPS: usize = 15;
    let mut counts = vec![0_u64; STEPS];
    for value in values {
        counts[(((value - 0.25) * 20.0).max(0.0) as usize).min(STEPS - 1)] += 1;
    }
    let edges = (0..=STEPS).map(|step| (5 + step) as f64 / 20.0).collect();
    Histogram { name: "confidence".to_owned(), edges, counts }
}

/// Equal-width bins from the smallest to the largest finite value; `None` without any.
///
/// A constant column gets one bin of width 1 around its value.
pub fn histogram(name: &str, values: &[f64], bins: usize) -> Option<Histogram> {
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    for &value in values.iter().filter(|value| value.is_finite()) {
        low = low.min(value);
        high = high.max(value);
    }
    if low > high || bins == 0 {
        return None;
    }
    if low == high {
        let count = values.iter().filter(|value| value.is_finite()).count() as u64;
        return Some(Histogram { name: name.to_owned(), edges: vec![low - 0.5, low + 0.5], counts: vec![count] });
    }
    let width = (high - low) / bins as f64;
    let edges: Vec<f64> = (0..=bins).map(|i| if i == bins { high } else { low + width * i as f64 }).collect();
    let mut counts = vec![0_u64; bins];
    for &value in values.iter().filter(|value| value.is_finite()) {
        let bin = ((value - low) / width) as usize;
        counts[bin.min(bins - 1)] += 1;
    }
    Some(Histogram { name: name.to_owned(), edges, counts })
}

/// Customers over the two scores. The frequency axis has equal steps in *days between orders*
/// (1 / score − 1), which is how people think of it; its edges are handed on as scores, ascending.
fn score_density(freq: &[f64], loyalty: &[f64]) -> Measured<ScoreDensity> {
    let mut days: Vec<f64> = freq.iter().map(|score| 1.0 / score - 1.0).collect();
    radix::sort(&mut days);
    let Some(&slowest) = days.get(((days.len() as f64 * MAP_TAIL) as usize).min(days.len().saturating_sub(1))) else {
        return Measured::absent("no customer qualifies", "customers with enough orders");
    };
    // Whole days per bin where the range allows, so that integer gaps do not alias with the bins.
    let step = (slowest / MAP_BINS as f64).max(0.25);
    let step = if step > 0.5 { libm::ceil(step) } else { step };
    let columns = (libm::ceil(slowest / step) as usize).clamp(1, MAP_BINS);
    let frequency_edges: Vec<f64> = (0..=columns).rev().map(|i| 1.0 / (step * i as f64 + 1.0)).collect();
    let loyalty_edges: Vec<f64> = (0..=MAP_BINS).map(|i| i as f64 / MAP_BINS as f64).collect();
    let mut counts = vec![0_u32; columns * MAP_BINS];
    for (f, l) in freq.iter().zip(loyalty) {
        let day_bin = (((1.0 / f - 1.0) / step) as usize).min(columns - 1);
        let row = ((l * MAP_BINS as f64) as usize).min(MAP_BINS - 1);
        counts[row * columns + (columns - 1 - day_bin)] += 1;
    }
    Measured::Value(ScoreDensity { frequency_edges, loyalty_edges, counts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_falls_into_one_bin() {
        let values = [0.0, 1.0, 2.0, 3.0, 10.0, f64::NAN];
        let drawn = histogram("x", &values, 5).unwrap();
        assert_eq!(drawn.edges, vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(drawn.counts, vec![2, 2, 0, 0, 1]);
    }

    #[test]
    fn constant_and_empty_columns_are_drawn_or_left_out() {
        assert_eq!(histogram("x", &[4.0, 4.0], 5).unwrap().counts, vec![2]);
        assert!(histogram("x", &[f64::NAN], 5).is_none());
        assert!(histogram("x", &[], 5).is_none());
    }

    #[test]
    fn the_map_holds_every_customer() {
        let days = [0.0, 1.5, 7.0, 14.0, 29.9, 30.0, 400.0];
        let freq: Vec<f64> = days.iter().map(|d| 1.0 / (d + 1.0)).collect();
        let loyalty = [0.0, 0.1, 0.25, 0.5, 0.75, 0.999, 1.0];
        let Measured::Value(map) = score_density(&freq, &loyalty) else { panic!("seven customers qualify") };
        assert_eq!(map.counts.iter().sum::<u32>(), 7);
        assert!(map.frequency_edges.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(map.counts.len(), (map.frequency_edges.len() - 1) * (map.loyalty_edges.len() - 1));
        assert!(score_density(&[], &[]).value().is_none());
    }
}
