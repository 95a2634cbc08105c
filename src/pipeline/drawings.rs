//! Binned data for the charts: never per customer, so that the page stays light at any size.

use crate::features::table::FeatureTable;
use crate::stats::measured::Measured;

use super::outcome::{Drawings, Histogram, ScoreDensity};

/// Bins along each axis of the segment map.
const MAP_BINS: usize = 40;
/// Bins of a feature's histogram.
const HISTOGRAM_BINS: usize = 40;
/// The slowest customers beyond this share sit in the map's first column instead of stretching the axis.
const MAP_TAIL: f64 = 0.995;

/// Bins everything that the charts draw.
///
/// `freq` and `loyalty` are the scores of the table's rows, empty when nobody qualified.
pub fn draw(table: &FeatureTable, freq: &[f64], loyalty: &[f64]) -> Drawings {
    let feature_histograms = table
        .present()
        .filter_map(|feature| histogram(feature.name(), table.behavioural(feature)?, HISTOGRAM_BINS))
        .collect();
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
    Drawings { score_density: score_density(freq, loyalty), feature_histograms, order_counts }
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
    days.sort_by(f64::total_cmp);
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
