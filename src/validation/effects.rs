//! How far the segments differ in each metric: effect sizes with intervals, the right test, Holm, coupling.
//!
//! Every metric is sorted once. Ranks, ties, group medians and from them Kruskal-Wallis and
//! Brown-Forsythe come out of that order; all other tests need only moments per segment.
#![allow(clippy::float_cmp, reason = "ties are values with the same bits")]

use crate::crew::each;
use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::segments::rule::Segmentation;
use crate::stats::anova::{self, Anova, GroupsError};
use crate::stats::kruskal::Kruskal;
use crate::stats::measured::Measured;
use crate::stats::moments::{self, Moments};
use crate::stats::multiple::{Adjustment, adjust};
use crate::stats::rng::Rng;
use crate::stats::{games_howell, kruskal, levene, quantile, radix, ranks, welch};

use super::findings::{Effect, EffectSize, PairContrast};

/// The metrics of the canonical case, in its order; they stand first.
pub const CANONICAL: [Behavioural; 7] = [
    Behavioural::MeanDaysBetweenOrders,
    Behavioural::CvDaysBetweenOrders,
    Behavioural::UniqueProducts,
    Behavioural::UniqueAisles,
    Behavioural::ReorderConsistency,
    Behavioural::AvgBasketSize,
    Behavioural::MeanOrderHour,
];

/// Brown-Forsythe p below which variances count as different. A judgement (STATISTICS.md section 2).
const VARIANCE_P: f64 = 0.01;
/// Ratio of standard deviations above which they do. A judgement.
const SD_RATIO: f64 = 2.0;
/// Below this many customers the interval is also bootstrapped. A judgement.
const BOOTSTRAP_BELOW: usize = 500;
/// Resamples of the bootstrap. A judgement.
const RESAMPLES: usize = 2000;
/// Confidence level of all intervals.
const LEVEL: f64 = 0.95;
/// Label of a row that a metric has no value for: in no group.
const NO_GROUP: u8 = u8::MAX;

/// One column to compare between the segments.
#[derive(Clone, Copy, Debug)]
pub struct Metric<'a> {
    /// Name: a feature or a score.
    pub name: &'a str,
    /// Why it is tied to the rule, `None` if free.
    pub coupled: Option<&'a str>,
    /// One value per customer; NaN where there is none.
    pub values: &'a [f64],
}

/// Effects of the segments on a declared family of metrics, Holm-adjusted within it.
///
/// `labels[i]` is the segment of row i of every metric; `seed` feeds the bootstrap of small extracts.
pub async fn family(
    metrics: &[Metric<'_>],
    labels: &[Segment],
    seed: u64,
    pace: &Pace,
) -> Result<Vec<Effect>, Cancelled> {
    let groups: Vec<u8> = labels.iter().map(|&segment| segment as u8).collect();
    let of_one = async |i: usize, pace: &Pace| {
        pace.tick(0, 1).await?;
        let metric = &metrics[i];
        let mut effect = compare(metric, &groups);
        if metric.values.len() < BOOTSTRAP_BELOW && effect.eta_squared.value().is_some() {
            effect.eta_squared_bootstrap = bootstrap(metric, &groups, seed, pace).await?;
        }
        Ok(effect)
    };
    let mut effects = each(metrics.len(), of_one, pace).await?;
    holm(&mut effects, |e| &e.p_value, |e, p| e.p_holm = p);
    holm(&mut effects, |e| &e.kruskal_p, |e, p| e.kruskal_p_holm = p);
    Ok(effects)
}

/// Effects on the behavioural features: the canonical seven first, then the others in matrix order.
pub async fn effects(
    table: &FeatureTable,
    segmentation: &Segmentation,
    seed: u64,
    pace: &Pace,
) -> Result<Vec<Effect>, Cancelled> {
    let rest = Behavioural::ALL.into_iter().filter(|feature| !CANONICAL.contains(feature));
    let metrics: Vec<Metric<'_>> = CANONICAL
        .into_iter()
        .chain(rest)
        .filter_map(|feature| {
            let values = table.behavioural(feature)?;
            Some(Metric { name: feature.name(), coupled: feature.entry().coupling, values })
        })
        .collect();
    family(&metrics, &segmentation.labels, seed, pace).await
}

/// The same on the two scores that define the segments: a check of the definition, never evidence.
pub async fn definition_check(segmentation: &Segmentation, seed: u64, pace: &Pace) -> Result<Vec<Effect>, Cancelled> {
    let coupled = Some("defines the segments");
    let metrics = [
        Metric { name: "loyalty_score", coupled, values: &segmentation.loyalty },
        Metric { name: "freq_score", coupled, values: &segmentation.freq },
    ];
    family(&metrics, &segmentation.labels, seed, pace).await
}

/// Band of an effect size by .01 / .06 / .14.
pub fn band(effect: f64) -> EffectSize {
    match effect {
        e if e < 0.01 => EffectSize::Negligible,
        e if e < 0.06 => EffectSize::Small,
        e if e < 0.14 => EffectSize::Medium,
        _ => EffectSize::Large,
    }
}

/// One metric, without the adjustments that need the whole family.
fn compare(metric: &Metric<'_>, groups: &[u8]) -> Effect {
    let k = Segment::ALL.len();
    let labels: Vec<u8> =
        metric.values.iter().zip(groups).map(|(v, &g)| if v.is_finite() { g } else { NO_GROUP }).collect();
    let by_segment = moments::by_label(metric.values, &labels, k);
    let filled: Vec<Moments> = by_segment.iter().flatten().copied().collect();
    let order = Order::of(metric.values, &labels);
    let counts: Vec<u64> = by_segment.iter().map(|m| m.map_or(0, |m| m.count)).collect();

    let f_test = anova::from_moments(&filled);
    let ranked = order.kruskal(&counts);
    let spread = levene::from_deviations(&order.deviations(metric.values, &labels, &counts));
    let welch = welch::from_moments(&filled);
    let unequal = unequal_variances(&filled, spread);
    let interval = f_test.ok().and_then(|a| anova::effect_interval(a.f, a.df1, a.df2, LEVEL));
    let pairs = if unequal == Measured::Value(true) { contrasts(&filled, &by_segment) } else { Vec::new() };

    let of_anova = |get: fn(&Anova) -> f64| measured(f_test.map(|a| get(&a)));
    let of_ranks = |get: fn(&Kruskal) -> f64| measured(ranked.map(|h| get(&h)));
    let end = |value: Option<f64>| match (f_test, value) {
        (Err(error), _) => measured(Err(error)),
        (_, Some(value)) => Measured::Value(value),
        (_, None) => Measured::absent("the interval needs a finite, positive F", ""),
    };
    let eta = of_anova(|a| a.effect.eta_squared);
    let rank_epsilon = of_ranks(|h| h.epsilon_squared);
    let headline = if rank_epsilon.value().is_some() { rank_epsilon.clone() } else { eta.clone() };
    Effect {
        metric: metric.name.to_owned(),
        coupled: metric.coupled.map(str::to_owned),
        f_statistic: of_anova(|a| a.f),
        df1: filled.len().saturating_sub(1) as f64,
        df2: counts.iter().sum::<u64>().saturating_sub(filled.len() as u64) as f64,
        p_value: of_anova(|a| a.p),
        p_holm: of_anova(|a| a.p),
        eta_squared: eta.clone(),
        eta_squared_low: end(interval.map(|i| i.eta_low)),
        eta_squared_high: end(interval.map(|i| i.eta_high)),
        eta_squared_bootstrap: None,
        omega_squared: of_anova(|a| a.effect.omega_squared),
        rank_epsilon_squared: rank_epsilon,
        kruskal_h: of_ranks(|h| h.h),
        kruskal_p: of_ranks(|h| h.p),
        kruskal_p_holm: of_ranks(|h| h.p),
        brown_forsythe_w: measured(spread.map(|s| s.w)),
        brown_forsythe_p: measured(spread.map(|s| s.p)),
        welch_f: measured(welch.map(|w| w.f)),
        welch_p: measured(welch.map(|w| w.p)),
        unequal_variances: unequal,
        games_howell: pairs,
        effect: headline.map(band),
        effect_eta: eta.map(band),
        means: by_segment
            .iter()
            .map(|m| {
                m.map_or_else(
                    || Measured::absent("no customer of the segment has a value", ""),
                    |m| Measured::finite(m.mean, "the values are too large"),
                )
            })
            .collect(),
        counts,
    }
}

/// A statistic, or in words why the groups do not give one.
pub(super) fn measured(value: Result<f64, GroupsError>) -> Measured<f64> {
    let reason = match value {
        Ok(value) if value.is_finite() => return Measured::Value(value),
        Ok(_) => "the metric does not vary inside the segments",
        Err(GroupsError::TooFewGroups) => "fewer than two segments have customers with a value",
        Err(GroupsError::TooFewValues) => "a segment has too few customers with a value",
        Err(GroupsError::Constant) => "all customers have the same value",
        Err(GroupsError::ConstantGroup) => "the metric does not vary inside one of the segments",
        Err(GroupsError::Overflow) => "the values are too large",
    };
    Measured::absent(reason, "")
}

fn unequal_variances(groups: &[Moments], spread: Result<levene::Levene, GroupsError>) -> Measured<bool> {
    let ratio = levene::sd_ratio(groups);
    match (spread, ratio) {
        (Err(_), None) => Measured::absent("no two segments have a variance to compare", ""),
        (spread, ratio) => {
            let by_test = spread.is_ok_and(|s| s.p < VARIANCE_P);
            Measured::Value(by_test || ratio.is_some_and(|r| r > SD_RATIO))
        }
    }
}

/// Games-Howell with the segments' names; empty when one of them does not allow it.
fn contrasts(filled: &[Moments], by_segment: &[Option<Moments>]) -> Vec<PairContrast> {
    let names: Vec<&str> =
        Segment::ALL.into_iter().zip(by_segment).filter(|(_, m)| m.is_some()).map(|(s, _)| s.name()).collect();
    let name = |i: usize| names.get(i).copied().unwrap_or_default().to_owned();
    games_howell::from_moments(filled)
        .unwrap_or_default()
        .into_iter()
        .map(|pair| PairContrast {
            a: name(pair.a),
            b: name(pair.b),
            difference: pair.difference,
            p: pair.p,
            hedges_g: pair.hedges_g,
        })
        .collect()
}

/// The values in ascending order with their groups.
struct Order(Vec<(f64, u8)>);

impl Order {
    fn of(values: &[f64], labels: &[u8]) -> Self {
        let pairs = radix::sorted(values).into_iter().map(|(value, row)| (value, labels[row as usize]));
        let pairs = pairs.filter(|&(_, group)| group != NO_GROUP).collect();
        Self(pairs)
    }

    fn kruskal(&self, counts: &[u64]) -> Result<Kruskal, GroupsError> {
        let mut sums = vec![0.0; counts.len()];
        let (mut ties, mut start) = (0.0, 0);
        for run in self.0.chunk_by(|a, b| a.0 == b.0) {
            let rank = ranks::mid_rank(start, run.len());
            for &(_, group) in run {
                sums[group as usize] += rank;
            }
            ties += ranks::tie_term(run.len());
            start += run.len();
        }
        let filled: Vec<(f64, u64)> = sums.into_iter().zip(counts.iter().copied()).filter(|&(_, n)| n > 0).collect();
        kruskal::from_rank_sums(&filled, ties)
    }

    /// Median of each group: its middle values met on the way up.
    fn medians(&self, counts: &[u64]) -> Vec<f64> {
        let mut seen = vec![0_u64; counts.len()];
        let mut medians = vec![0.0; counts.len()];
        for &(value, group) in &self.0 {
            let g = group as usize;
            let n = counts[g];
            if seen[g] == (n - 1) / 2 {
                medians[g] = value;
            }
            if n.is_multiple_of(2) && seen[g] == n / 2 {
                medians[g] = 0.5 * (medians[g] + value);
            }
            seen[g] += 1;
        }
        medians
    }

    /// Moments of the absolute deviations from the group's median, groups without values left out.
    fn deviations(&self, values: &[f64], labels: &[u8], counts: &[u64]) -> Vec<Moments> {
        let medians = self.medians(counts);
        let deviations: Vec<f64> =
            values.iter().zip(labels).map(|(v, &g)| (v - medians.get(g as usize).unwrap_or(v)).abs()).collect();
        moments::by_label(&deviations, labels, counts.len()).into_iter().flatten().collect()
    }
}

/// Percentile interval of eta squared over resampled customers; `None` when too few resamples have one.
async fn bootstrap(
    metric: &Metric<'_>,
    groups: &[u8],
    seed: u64,
    pace: &Pace,
) -> Result<Option<(f64, f64)>, Cancelled> {
    let rows: Vec<(f64, u8)> =
        metric.values.iter().zip(groups).filter(|(v, _)| v.is_finite()).map(|(&v, &g)| (v, g)).collect();
    let mut rng = Rng::stream(seed, "effects");
    let mut found = Vec::with_capacity(RESAMPLES);
    let (mut values, mut labels) = (vec![0.0; rows.len()], vec![0; rows.len()]);
    for draw in 0..RESAMPLES {
        if draw % 50 == 0 {
            pace.tick(draw as u64, RESAMPLES as u64).await?;
        }
        for (v, g) in values.iter_mut().zip(&mut labels) {
            (*v, *g) = rows[rng.index(rows.len())];
        }
        let drawn: Vec<Moments> =
            moments::by_label(&values, &labels, Segment::ALL.len()).into_iter().flatten().collect();
        if let Ok(a) = anova::from_moments(&drawn) {
            found.push(a.effect.eta_squared);
        }
    }
    // Resamples that lose all but one segment say nothing; an interval from the few others would mislead.
    if found.len() < RESAMPLES / 2 {
        return Ok(None);
    }
    let tail = 0.5 * (1.0 - LEVEL);
    Ok(match quantile::quantiles(&found, &[tail, 1.0 - tail]).as_deref() {
        Some([low, high]) => Some((*low, *high)),
        _ => None,
    })
}

/// Holm over the metrics that have a p.
fn holm(effects: &mut [Effect], p: fn(&Effect) -> &Measured<f64>, set: fn(&mut Effect, Measured<f64>)) {
    let raw: Vec<f64> = effects.iter().filter_map(|e| p(e).value().copied()).collect();
    let mut adjusted = adjust(&raw, Adjustment::Holm).into_iter();
    for effect in effects {
        if p(effect).value().is_some()
            && let Some(value) = adjusted.next()
        {
            set(effect, Measured::Value(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    fn run(columns: &[(&str, Vec<f64>)], labels: &[Segment]) -> Vec<Effect> {
        let metrics: Vec<Metric<'_>> =
            columns.iter().map(|(name, values)| Metric { name, coupled: None, values }).collect();
        block_on(family(&metrics, labels, 42, &Pace::unhurried())).unwrap()
    }

    fn four(n: usize) -> Vec<Segment> {
        (0..n).map(|i| Segment::ALL[i % 4]).collect()
    }

    /// No number of an effect may be NaN or infinite, however poor the data.
    fn assert_finite(effect: &Effect) {
        let json = serde_json::to_string(effect).unwrap();
        // JSON writes NaN as null; of the fields only these two may be null.
        let nulls = usize::from(effect.coupled.is_none()) + usize::from(effect.eta_squared_bootstrap.is_none());
        assert_eq!(json.matches("null").count(), nulls, "{json}");
        let numbers = [
            &effect.f_statistic,
            &effect.p_value,
            &effect.p_holm,
            &effect.eta_squared,
            &effect.eta_squared_low,
            &effect.eta_squared_high,
            &effect.omega_squared,
            &effect.rank_epsilon_squared,
            &effect.kruskal_h,
            &effect.kruskal_p,
            &effect.brown_forsythe_w,
            &effect.brown_forsythe_p,
            &effect.welch_f,
            &effect.welch_p,
        ];
        for number in numbers.into_iter().chain(&effect.means) {
            assert!(number.value().is_none_or(|v| v.is_finite()), "{json}");
            assert!(number.missing().is_none_or(|m| !m.reason.is_empty()), "{json}");
        }
    }

    #[test]
    fn poor_data_give_reasons() {
        let n = 40;
        let varied: Vec<f64> = (0..n).map(|i| (i * 7 % 13) as f64).collect();
        let by_group: Vec<f64> = (0..n).map(|i| (i % 4) as f64).collect();
        let mut gaps = varied.clone();
        for (i, v) in gaps.iter_mut().enumerate() {
            if i % 4 == 2 {
                *v = f64::NAN;
            }
        }
        let columns = [
            ("constant", vec![0.1; n]),
            ("constant inside", by_group),
            ("absent", vec![f64::NAN; n]),
            ("one segment without", gaps),
            ("infinite", vec![f64::INFINITY; n]),
            ("huge", varied.iter().map(|v| v * 1e300).collect()),
            ("fine", varied),
        ];
        let found = run(&columns, &four(n));
        found.iter().for_each(assert_finite);
        assert_eq!(found[0].f_statistic.missing().unwrap().reason, "all customers have the same value");
        assert_eq!(found[1].f_statistic.missing().unwrap().reason, "the metric does not vary inside the segments");
        assert!((found[1].rank_epsilon_squared.value().unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(found[2].counts, [0; 4]);
        assert_eq!(found[3].counts, [10, 10, 0, 10]);
        assert!(found[3].means[2].value().is_none() && found[3].f_statistic.value().is_some());
        assert_eq!(found[3].df1, 2.0);
        assert!(found[6].welch_f.value().is_some());
    }

    #[test]
    fn one_segment_or_nobody_gives_reasons() {
        let one = run(&[("x", vec![1.0, 2.0, 3.0])], &[Segment::AtRisk; 3]);
        assert_finite(&one[0]);
        assert_eq!(one[0].kruskal_h.missing().unwrap().reason, "fewer than two segments have customers with a value");
        let nobody = run(&[("x", vec![])], &[]);
        assert_finite(&nobody[0]);
        assert_eq!((nobody[0].df1, nobody[0].df2), (0.0, 0.0));
        let single = run(&[("x", vec![1.0, 5.0])], &[Segment::AtRisk, Segment::Champions]);
        assert_finite(&single[0]);
        assert!(run(&[], &four(4)).is_empty());
    }

    #[test]
    fn brown_forsythe_by_order_equals_the_definition() {
        let n = 103;
        let values: Vec<f64> = (0..n).map(|i| ((i * i) % 31) as f64 + 0.25 * (i % 4) as f64).collect();
        let labels = four(n);
        let found = &run(&[("x", values.clone())], &labels)[0];
        let groups: Vec<Vec<f64>> = Segment::ALL
            .iter()
            .map(|s| values.iter().zip(&labels).filter(|(_, l)| *l == s).map(|(v, _)| *v).collect())
            .collect();
        let near = |a: &Measured<f64>, b: f64| assert!((a.value().unwrap() - b).abs() < 1e-11 * b.abs(), "{a:?} {b}");
        near(&found.brown_forsythe_w, levene::test(&groups, levene::Centre::Median).unwrap().w);
        near(&found.kruskal_h, kruskal::one_way(&groups).unwrap().h);
        near(&found.f_statistic, anova::one_way(&groups).unwrap().f);
        near(&found.welch_f, welch::one_way(&groups).unwrap().f);
        let (low, high) = found.eta_squared_bootstrap.unwrap();
        let eta = *found.eta_squared.value().unwrap();
        assert!(low < eta + 0.05 && eta < high && low < high, "{low} {eta} {high}");
    }

    #[test]
    fn holm_counts_only_what_was_tested() {
        let n = 80;
        let x: Vec<f64> = (0..n).map(|i| (i * 7 % 13) as f64 + (i % 4) as f64).collect();
        let y: Vec<f64> = (0..n).map(|i| (i * 5 % 17) as f64).collect();
        let found = run(&[("x", x), ("constant", vec![1.0; n]), ("y", y)], &four(n));
        let (p, q) = (found[0].p_value.value().unwrap(), found[2].p_value.value().unwrap());
        let smaller = if p < q { &found[0] } else { &found[2] };
        assert_eq!(*smaller.p_holm.value().unwrap(), (2.0 * p.min(*q)).min(1.0));
        assert!(found[1].p_holm.value().is_none());
    }

    #[test]
    fn bands_are_closed_below() {
        assert_eq!(band(0.0), EffectSize::Negligible);
        assert_eq!(band(0.01), EffectSize::Small);
        assert_eq!(band(0.06), EffectSize::Medium);
        assert_eq!(band(0.14), EffectSize::Large);
    }
}
