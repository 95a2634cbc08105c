//! What must not matter to a statistic: order of the rows, names of the labels, unit and origin of the scale.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use proptest::collection::vec;
use proptest::prelude::*;
use quadrant::stats::ari::adjusted_rand_index;
use quadrant::stats::levene::Centre;
use quadrant::stats::multiple::{Adjustment, adjust};
use quadrant::stats::{anova, auc, correlation, dip, games_howell, kruskal, ks, levene, psi, quantile, ranks, welch};

/// Three to five groups of 2..20 values on a coarse lattice, so that ties occur.
fn groups() -> impl Strategy<Value = Vec<Vec<f64>>> {
    vec(vec((-40_i32..40).prop_map(|v| f64::from(v) * 0.25), 2..20), 3..6)
}

/// One statistic of all kinds, NaN where it is undefined.
fn statistics(groups: &[Vec<f64>]) -> [f64; 6] {
    let f = anova::one_way(groups);
    [
        f.map_or(f64::NAN, |a| a.f),
        f.map_or(f64::NAN, |a| a.effect.omega_squared),
        welch::one_way(groups).map_or(f64::NAN, |w| w.f),
        kruskal::one_way(groups).map_or(f64::NAN, |k| k.h),
        levene::test(groups, Centre::Median).map_or(f64::NAN, |l| l.w),
        games_howell::pairs(groups).map_or(f64::NAN, |p| p.iter().map(|p| p.p).sum()),
    ]
}

fn assert_same(a: &[f64], b: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
    for (x, y) in a.iter().zip(b) {
        let same = (x.is_nan() && y.is_nan()) || x.to_bits() == y.to_bits();
        prop_assert!(same || (x - y).abs() <= tolerance * (1.0 + x.abs()), "{a:?} {b:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn order_of_rows_and_of_groups(groups in groups()) {
        let mut turned: Vec<Vec<f64>> = groups.iter().map(|g| g.iter().rev().copied().collect()).collect();
        turned.reverse();
        assert_same(&statistics(&groups), &statistics(&turned), 1e-9)?;
    }

    #[test]
    fn unit_and_origin(groups in groups(), power in -8_i32..8, shift in -64_i32..64) {
        // Powers of two and small shifts are exact, so that a constant group stays constant.
        let unit = libm::exp2(f64::from(power));
        let moved: Vec<Vec<f64>> =
            groups.iter().map(|g| g.iter().map(|v| v * unit + f64::from(shift) * unit).collect()).collect();
        assert_same(&statistics(&groups), &statistics(&moved), 1e-9)?;
    }

    #[test]
    fn ranks_ignore_monotone_changes(groups in groups()) {
        let bent: Vec<Vec<f64>> = groups.iter().map(|g| g.iter().map(|v| v * v * v + v).collect()).collect();
        let h = |g: &[Vec<f64>]| kruskal::one_way(g).map_or(f64::NAN, |k| k.h);
        assert_same(&[h(&groups)], &[h(&bent)], 1e-12)?;
    }

    #[test]
    fn effects_and_p_stay_in_bounds(groups in groups()) {
        if let Ok(a) = anova::one_way(&groups) {
            let e = a.effect;
            prop_assert!((0.0..=1.0).contains(&a.p));
            prop_assert!(e.omega_squared <= e.epsilon_squared + 1e-12 && e.epsilon_squared <= e.eta_squared + 1e-12);
            if let Some(i) = anova::effect_interval(a.f, a.df1, a.df2, 0.95) {
                prop_assert!(0.0 <= i.eta_low && i.eta_low <= i.eta_high && i.eta_high <= 1.0);
                prop_assert!(i.eta_low <= e.eta_squared + 1e-9);
            }
        }
        if let Ok(k) = kruskal::one_way(&groups) {
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&k.epsilon_squared) && (0.0..=1.0).contains(&k.p));
        }
    }

    #[test]
    fn names_of_labels(a in vec(0_u8..4, 2..60), b in vec(0_u8..4, 2..60)) {
        let n = a.len().min(b.len());
        let (a, b) = (&a[..n], &b[..n]);
        let renamed: Vec<u8> = b.iter().map(|v| [7, 3, 250, 0][*v as usize]).collect();
        let ari = adjusted_rand_index(a, b).unwrap();
        prop_assert_eq!(ari.to_bits(), adjusted_rand_index(a, &renamed).unwrap().to_bits());
        prop_assert!((ari - adjusted_rand_index(b, a).unwrap()).abs() < 1e-12);
        prop_assert!((-0.5..=1.0).contains(&ari));
    }

    #[test]
    fn correlations(x in vec(-1e3_f64..1e3, 3..50), factor in 0.1_f64..10.0, shift in -100.0_f64..100.0) {
        let y: Vec<f64> = x.iter().rev().copied().collect();
        let moved: Vec<f64> = y.iter().map(|v| factor * v + shift).collect();
        if let (Some(r), Some(s)) = (correlation::pearson(&x, &y), correlation::pearson(&x, &moved)) {
            prop_assert!((r - s).abs() < 1e-9 && r.abs() <= 1.0);
        }
        let rho = correlation::spearman(&x, &y);
        prop_assert!(rho.is_none_or(|rho| rho.abs() <= 1.0));
    }

    #[test]
    fn ranks_sum_to_what_they_must(x in vec((-9_i32..9).prop_map(f64::from), 0..80)) {
        let n = x.len() as f64;
        let sum: f64 = ranks::mid_ranks(&x).ranks.iter().sum();
        prop_assert!((sum - n * (n + 1.0) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn quantiles_are_monotone(x in vec(-1e6_f64..1e6, 1..50), p in 0.0_f64..1.0, q in 0.0_f64..1.0) {
        let (p, q) = (p.min(q), p.max(q));
        let found = quantile::quantiles(&x, &[p, q]).unwrap();
        prop_assert!(found[0] <= found[1]);
        prop_assert_eq!(Some(found[0]), quantile::quantile(&x, p));
    }

    #[test]
    fn drift_figures(a in vec(-5.0_f64..5.0, 1..40), b in vec(-5.0_f64..5.0, 1..40)) {
        let found = ks::two_sample(&a, &b).unwrap();
        prop_assert!((0.0..=1.0).contains(&found.d) && (0.0..=1.0).contains(&found.p()));
        let bent = |x: &[f64]| x.iter().map(|v| libm::exp(*v)).collect::<Vec<_>>();
        prop_assert_eq!(found.d.to_bits(), ks::two_sample(&bent(&a), &bent(&b)).unwrap().d.to_bits());
        let mut sorted = a.clone();
        sorted.sort_by(f64::total_cmp);
        let edges = psi::quantile_edges(&sorted, 5).unwrap();
        let (before, after) = (psi::histogram(&a, &edges), psi::histogram(&b, &edges));
        prop_assert_eq!(&before, &psi::histogram_of_sorted(&sorted, &edges));
        prop_assert_eq!(before.iter().sum::<u64>() as usize, a.len());
        if let Some(found) = psi::from_counts(&before, &after) {
            prop_assert!(found.psi >= 0.0 && (0.0..=1.0).contains(&found.p));
        }
    }

    #[test]
    fn dips(x in vec((-30_i32..30).prop_map(|v| f64::from(v) * 0.5), 4..60), power in -4_i32..4) {
        let d = dip::dip_test(&x).unwrap();
        prop_assert!((0.0..=0.25).contains(&d.d) && (0.0..=1.0).contains(&d.p));
        let unit = libm::exp2(f64::from(power));
        let moved: Vec<f64> = x.iter().rev().map(|v| v * unit + 3.0 * unit).collect();
        prop_assert!((dip::dip_test(&moved).unwrap().d - d.d).abs() < 1e-12);
    }

    #[test]
    fn adjustments(p in vec(0.0_f64..1.0, 1..20)) {
        let holm = adjust(&p, Adjustment::Holm);
        let bonferroni = adjust(&p, Adjustment::Bonferroni);
        let bh = adjust(&p, Adjustment::BenjaminiHochberg);
        for i in 0..p.len() {
            prop_assert!(p[i] <= bh[i] + 1e-15 && bh[i] <= holm[i] + 1e-15 && holm[i] <= bonferroni[i] + 1e-15);
        }
    }

    #[test]
    fn auc_is_symmetric(score in vec((-9_i32..9).prop_map(f64::from), 2..50), flips in vec(any::<bool>(), 50)) {
        let outcome = &flips[..score.len()];
        let opposite: Vec<bool> = outcome.iter().map(|y| !y).collect();
        if let (Some(a), Some(b)) = (auc::auc(&score, outcome), auc::auc(&score, &opposite)) {
            prop_assert!((a + b - 1.0).abs() < 1e-12);
        }
    }
}
