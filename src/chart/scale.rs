//! From data to pixels.

use crate::report::figures;

/// How values are bent before they become pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bend {
    /// Not at all.
    Linear,
    /// Square root: room for what is small, with an honest zero.
    SquareRoot,
    /// Logarithm: equal factors take equal room; needs positive values.
    Log,
}

/// Maps `low..=high` to `from..=to`; values outside are held at the ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    bend: Bend,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale; an empty or nonsensical domain is widened so that nothing becomes NaN.
    pub fn new(bend: Bend, (low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let bent = |value| bent(bend, value);
        let (mut low, mut high) = (bent(low), bent(high));
        if !low.is_finite() || !high.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        if high <= low {
            high = low + 1.0;
        }
        Self { bend, low, high, from, to }
    }

    /// Where `value` goes.
    pub fn at(&self, value: f64) -> f64 {
        let value = bent(self.bend, value);
        let part = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        let part = if part.is_nan() { 0.0 } else { part };
        self.from + part * (self.to - self.from)
    }
}

fn bent(bend: Bend, value: f64) -> f64 {
    match bend {
        Bend::Linear => value,
        Bend::SquareRoot => value.max(0.0).sqrt(),
        Bend::Log => libm::log(value.max(1e-12)),
    }
}

/// Round ticks within `low..=high`, about `wanted` of them, 1-2-5 steps.
pub fn ticks(low: f64, high: f64, wanted: u32) -> Vec<f64> {
    if !low.is_finite() || !high.is_finite() || high <= low || wanted == 0 {
        return Vec::new();
    }
    let rough = (high - low) / f64::from(wanted);
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough).unwrap_or(rough);
    let first = libm::ceil(low / step - 1e-9);
    let last = libm::floor(high / step + 1e-9);
    let count = (last - first).clamp(0.0, 1_000.0) as u32;
    (0..=count).map(|index| (first + f64::from(index)) * step).collect()
}

/// The words of `ticks`: as few decimals as tell them all.
pub fn tick_words(ticks: &[f64]) -> Vec<String> {
    let whole = |decimals: usize| {
        let factor = libm::pow(10.0, decimals as f64);
        ticks.iter().all(|tick| (tick * factor - (tick * factor).round()).abs() < 1e-6)
    };
    let decimals = (0..4).find(|decimals| whole(*decimals)).unwrap_or(4);
    ticks.iter().map(|tick| figures::decimal(*tick, decimals)).collect()
}

/// Moves labels that sit at `wanted` (ascending) apart to at least `gap`, within `low..=high` as far as they fit.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut placed: Vec<f64> = Vec::with_capacity(wanted.len());
    for &at in wanted {
        let floor = placed.last().map_or(low, |last| last + gap);
        placed.push(at.max(floor));
    }
    let mut ceiling = high;
    for at in placed.iter_mut().rev() {
        *at = at.min(ceiling);
        ceiling = *at - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle() {
        let scale = Scale::new(Bend::Linear, (0.0, 10.0), (100.0, 0.0));
        assert_eq!([scale.at(0.0), scale.at(5.0), scale.at(10.0), scale.at(99.0)], [100.0, 50.0, 0.0, 0.0]);
        let root = Scale::new(Bend::SquareRoot, (0.0, 1.0), (0.0, 100.0));
        assert!((root.at(0.25) - 50.0).abs() < 1e-9);
        let log = Scale::new(Bend::Log, (1.0, 100.0), (0.0, 100.0));
        assert!((log.at(10.0) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_becomes_nan() {
        for domain in [(0.0, 0.0), (f64::NAN, 1.0), (2.0, 1.0), (f64::NEG_INFINITY, f64::INFINITY)] {
            let scale = Scale::new(Bend::Linear, domain, (0.0, 10.0));
            for value in [0.0, f64::NAN, f64::INFINITY] {
                assert!(scale.at(value).is_finite(), "{domain:?} {value}");
            }
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 1.0, 5), vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(3.0, 27.0, 4), vec![10.0, 20.0]);
        assert!(ticks(1.0, 1.0, 4).is_empty());
        assert!(ticks(0.0, f64::NAN, 4).is_empty());
    }

    #[test]
    fn ticks_have_no_more_decimals_than_they_need() {
        assert_eq!(tick_words(&[0.0, 500.0, 1000.0]), ["0", "500", "1,000"]);
        assert_eq!(tick_words(&ticks(0.0, 0.3, 6)), ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]);
    }

    #[test]
    fn labels_keep_apart_and_inside() {
        assert_eq!(spread(&[10.0, 11.0, 40.0], 15.0, 0.0, 60.0), vec![10.0, 25.0, 40.0]);
        assert_eq!(spread(&[55.0, 58.0], 10.0, 0.0, 60.0), vec![50.0, 60.0]);
    }
}
