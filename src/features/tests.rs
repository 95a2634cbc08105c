//! The feature table on hand-made and random histories.
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "floats are compared for the same bits; a test may unwrap")]

use proptest::prelude::*;

use super::build::build;
use super::catalogue::{Behavioural as B, Corrected as C};
use super::customers::from_customers;
use super::quality::review;
use super::table::{FeatureTable, Shares};
use crate::extract::history::{CustomerTable, NO_CLOCK, OrderHistory};
use crate::extract::ids::Ids;
use crate::pace::{Pace, block_on};
use crate::readiness::testing::{Order, customers, history, order};
use crate::stats::describe;

fn table(history: &OrderHistory, min_orders: u32) -> FeatureTable {
    block_on(build(history, min_orders, &Pace::unhurried())).unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{found} instead of {expected}");
}

#[test]
fn the_reference_customer() {
    // Case S013 of the statistical reference (pandas, scipy). Products A.. = 0.., aisles 1.. = 0..:
    // A B in aisle 0, C D in 1, E F in 2, G H I in 3.
    let item =
        |gap: f64, hour: u8, weekday: u8, lines: &[(u32, bool)]| Order { gap, hour, weekday, lines: lines.to_vec() };
    let mut found = history(
        &[vec![
            item(0.0, 9, 6, &[(0, false), (1, false), (2, false)]),
            item(7.0, 22, 0, &[(0, true), (3, false)]),
            item(14.0, 23, 6, &[(0, true), (1, true), (4, false), (5, false)]),
            item(0.0, 0, 0, &[(0, true)]),
            item(30.0, 1, 1, &[(1, true), (4, true), (6, false), (7, false), (8, false)]),
            item(9.0, 10, 6, &[]),
        ]],
        9,
        4,
    );
    found.product_category = vec![0, 0, 1, 1, 2, 2, 3, 3, 3];
    let found = table(&found, 5);
    for (feature, expected) in [
        (B::ReorderRatio, 0.4),
        (B::ReorderConsistency, 0.3563705936241092),
        (B::PctReorderedProducts, 0.3333333333333333),
        (B::MeanDaysBetweenOrders, 12.0),
        (B::CvDaysBetweenOrders, 0.9372684899334994),
        (B::MeanOrderHour, 10.833333333333334),
        (B::StdOrderHour, 9.9079092984679),
        (B::AvgBasketSize, 2.5),
        (B::StdBasketSize, 1.5811388300841898),
        (B::MinBasketSize, 1.0),
        (B::MaxBasketSize, 5.0),
        (B::BasketSizeCv, 0.6324555320336759),
        (B::UniqueProducts, 9.0),
        (B::UniqueAisles, 4.0),
        (B::AisleEntropy, 1.8294732983598412),
    ] {
        near(found.behavioural(feature).unwrap()[0], expected);
    }
    for (feature, expected) in [
        (C::MeanHourCircular, 1.1754796560918204),
        (C::StdHourCircular, 5.248461534129801),
        (C::AvgBasketOrdersWithLines, 3.0),
        (C::ReorderConsistencyAfterFirst, 0.27080128015453203),
    ] {
        near(found.corrected(feature).unwrap()[0], expected);
    }
    assert_eq!(found.dictionary().len(), 4 + 15 + 6);
    assert_eq!(found.lines(), Some(&[15][..]));
}

#[test]
fn what_is_not_there_is_said() {
    let mut bare = history(&[vec![order(0.0, &[(0, false)]), order(3.0, &[(0, true), (1, false)])]], 2, 0);
    bare.hour = None;
    bare.weekday = None;
    let found = table(&bare, 2);
    let absent: Vec<B> = found.absent().iter().map(|(feature, _)| *feature).collect();
    assert_eq!(
        absent,
        [B::MeanOrderHour, B::StdOrderHour, B::CvDaysBetweenOrders, B::UniqueAisles, B::AisleEntropy]
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(found.feature_count(), 10);
    assert_eq!(found.names().len(), 10);
    assert!(matches!(found.shares(), Shares::Absent(_)));
    assert_eq!(found.corrected(C::MeanWeekdayCircular), None);
    assert!(found.absent().iter().all(|(_, why)| !why.reason.is_empty() && !why.needs.is_empty()));
}

#[test]
fn holes_are_filled_and_counted() {
    let line = &[(0, false)][..];
    let found = table(
        &history(
            &[
                // All gaps 0: the cv is undefined.
                vec![order(0.0, line), order(0.0, &[(0, true), (1, false)]), order(0.0, &[(1, true)])],
                // One order with lines: no spread of baskets or shares.
                vec![order(0.0, line), order(4.0, &[]), order(8.0, &[])],
                vec![order(0.0, line), order(2.0, &[(0, true), (1, false)]), order(4.0, &[(1, true)])],
            ],
            2,
            1,
        ),
        2,
    );
    let bit = |feature: B| 1_u16 << feature.index();
    assert_eq!(found.missing(B::CvDaysBetweenOrders), 1);
    assert_eq!(found.imputed_masks()[0], bit(B::CvDaysBetweenOrders));
    assert_eq!(found.imputed_masks()[1], bit(B::ReorderConsistency) | bit(B::StdBasketSize) | bit(B::BasketSizeCv));
    assert_eq!(found.imputed_masks()[2], 0);
    let cv = found.behavioural(B::CvDaysBetweenOrders).unwrap();
    assert_eq!(cv[0], f64::midpoint(cv[1], cv[2]));
    assert_eq!(found.behavioural(B::StdBasketSize).unwrap()[1], 0.0);
    assert_eq!(found.warnings().iter().map(|warning| warning.count).sum::<u64>(), 4);
}

#[test]
fn customers_without_a_score_have_no_row() {
    let line = &[(0, false)][..];
    let mut found = history(
        &[
            vec![order(0.0, line)],
            vec![order(0.0, line), order(f64::NAN, line)],
            vec![order(0.0, &[]), order(3.0, &[])],
            vec![order(0.0, line), order(3.0, &[])],
        ],
        1,
        1,
    );
    found.hour.as_mut().unwrap().fill(NO_CLOCK);
    let found = table(&found, 2);
    assert_eq!(found.customers(), [3]);
    assert_eq!((found.row_of(3), found.row_of(0)), (Some(0), None));
    let excluded = found.excluded();
    assert_eq!((excluded.too_few_orders, excluded.no_gap, excluded.no_lines), (1, 1, 1));
    // Nobody has an hour: the columns are given up, with the reason.
    assert_eq!(found.behavioural(B::MeanOrderHour), None);
}

#[test]
fn nobody_qualifies() {
    for empty in [OrderHistory::default(), history(&[vec![order(0.0, &[(0, false)])]], 1, 1)] {
        let found = table(&empty, 5);
        assert_eq!(found.rows(), 0);
        assert!(found.names().iter().all(|name| !name.is_empty()));
        assert!((0..found.feature_count()).all(|i| found.column(i).is_empty()));
    }
}

#[test]
fn a_customer_level_file_is_taken_as_it_is() {
    let freq = vec![0.05, 1.0 / 3.0, f64::NAN, 1.0, 0.1];
    let loyalty = vec![0.25, 0.5, 0.5, 1.5, 0.0];
    let given = CustomerTable {
        customers: Ids::from_i64(vec![1, 2, 3, 4, 5]),
        behavioural: vec![
            ("freq_score".into(), freq.clone()),
            ("loyalty_score".into(), loyalty.clone()),
            ("unique_products".into(), vec![1.0, f64::NAN, 3.0, 4.0, 5.0]),
        ],
        shares: vec![("category_a".into(), vec![0.5, f64::NAN, 0.0, 0.0, 1.0])],
        orders: None,
        segment: None,
    };
    let found = from_customers(&given, 5);
    assert_eq!(found.customers(), [0, 1, 4]);
    assert_eq!(found.excluded().invalid_score, 2);
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(found.given_freq_score().unwrap()), bits(&[freq[0], freq[1], freq[4]]));
    assert_eq!(bits(found.given_loyalty_score().unwrap()), bits(&[loyalty[0], loyalty[1], loyalty[4]]));
    assert_eq!(found.behavioural(B::MeanDaysBetweenOrders).unwrap(), [19.0, 2.0, 9.0]);
    assert_eq!(found.behavioural(B::UniqueProducts).unwrap(), [1.0, 3.0, 5.0]);
    assert_eq!(found.names(), ["category_a", "reorder_ratio", "mean_days_between_orders", "unique_products"]);
    assert_eq!(&*found.column(0), [0.5, 0.0, 1.0]);

    let by_days = CustomerTable {
        behavioural: vec![
            ("mean_days_between_orders".into(), vec![-1.0, 3.0, 4.0, f64::INFINITY, 2.0]),
            ("reorder_ratio".into(), vec![0.5; 5]),
        ],
        orders: Some(vec![5.0, 4.0, 9.0, 9.0, f64::NAN]),
        shares: Vec::new(),
        ..given
    };
    let found = from_customers(&by_days, 5);
    assert_eq!(found.customers(), [0, 2]);
    assert_eq!((found.excluded().too_few_orders, found.excluded().invalid_score), (2, 1));
    assert_eq!(found.orders(), Some(&[5, 9][..]));
}

#[test]
fn constant_features_are_reviewed_without_nan() {
    let same = || vec![order(0.0, &[(0, false)]), order(7.0, &[(0, true)]), order(7.0, &[(0, true)])];
    for n in [0, 1, 2, 30] {
        let customers: Vec<_> = (0..n).map(|_| same()).collect();
        let found = block_on(review(&table(&history(&customers, 1, 2), 2), &[], 42, &Pace::unhurried())).unwrap();
        let json = serde_json::to_value(&found).unwrap();
        // serde_json writes NaN and infinities as null.
        assert!(!json["summary"].to_string().contains("null"), "{n}: {}", json["summary"]);
        assert!(!json["dip"].to_string().contains("null") && !json["corrected"].to_string().contains("null"));
        assert!(found.high_correlations.is_empty());
        assert!(found.dip.iter().all(|dip| n == 0 || dip.d.missing().is_some()), "{:?}", found.dip);
        assert!(found.summary.iter().all(|row| row.skewness.missing().is_some()));
    }
}

#[test]
fn a_stored_share_and_an_absent_one_are_described_alike() {
    // Shares of category 0: 1, 1/2, 0, 0.
    let customers: Vec<_> = [&[(0, false), (2, false)][..], &[(0, false), (1, false)], &[(1, false)], &[(3, false)]]
        .into_iter()
        .map(|lines| vec![order(0.0, lines), order(3.0, &[])])
        .collect();
    let found = table(&history(&customers, 4, 2), 2);
    let dense = found.column(0).into_owned();
    let findings = block_on(review(&found, &[], 42, &Pace::unhurried())).unwrap();
    let row = &findings.summary[0];
    assert_eq!(row.mean.value(), describe::mean(&dense).as_ref());
    near(*row.variance.value().unwrap(), describe::variance(&dense, 1).unwrap());
    near(*row.skewness.value().unwrap(), describe::skewness(&dense).unwrap().adjusted);
    assert_eq!((row.min.value(), row.max.value()), (Some(&0.0), Some(&1.0)));
}

#[test]
fn cancel_ends_the_work() {
    struct Cancel;
    impl crate::pace::Pacer for Cancel {
        fn stage(&self, _: &'static str) {}
        fn report(&self, _: u64, _: u64) {}
        fn due(&self) -> bool {
            true
        }
        fn rest(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + '_>> {
            Box::pin(std::future::ready(()))
        }
        fn cancelled(&self) -> bool {
            true
        }
    }
    let found = history(&[vec![order(0.0, &[(0, false)]), order(1.0, &[])]], 1, 1);
    assert!(block_on(build(&found, 2, &Pace::new(Cancel))).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_customers_does_not_matter(customers in customers(12)) {
        let forward = table(&history(&customers, 20, 3), 2);
        let mut reversed = customers.clone();
        reversed.reverse();
        let backward = table(&history(&reversed, 20, 3), 2);
        prop_assert_eq!(forward.names(), backward.names());
        for i in 0..forward.feature_count() {
            let mut column = backward.column(i).into_owned();
            column.reverse();
            prop_assert_eq!(forward.column(i).into_owned(), column);
        }
    }

    #[test]
    fn every_value_is_finite_and_shares_sum_to_one(customers in customers(12)) {
        let found = table(&history(&customers, 20, 5), 2);
        for i in 0..found.feature_count() {
            prop_assert_eq!(found.column(i).len(), found.rows());
            prop_assert!(found.column(i).iter().all(|v| v.is_finite()));
        }
        let mut shares = vec![f64::NAN; found.share_count()];
        for r in 0..found.rows() {
            found.fill_shares(r, &mut shares);
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (c, share) in shares.iter().enumerate() {
                prop_assert_eq!(found.column(c)[r], *share);
            }
        }
    }

    #[test]
    fn columns_of_some_rows_are_parts_of_the_columns(customers in customers(12), cut in 0.0..1.0) {
        let found = table(&history(&customers, 20, 5), 2);
        let middle = (found.rows() as f64 * cut) as usize;
        for rows in [0..middle, middle..found.rows()] {
            let mut columns = found.share_columns(rows.clone());
            for c in 0..found.share_count() {
                prop_assert_eq!(columns.next().unwrap(), &found.column(c)[rows.clone()]);
            }
            prop_assert!(columns.next().is_none());
        }
    }

    #[test]
    fn with_full_histories_loyalty_is_the_algebra_of_unique_products(customers in customers(12)) {
        let found = table(&history(&customers, 20, 5), 2);
        let (ratio, unique) = (found.behavioural(B::ReorderRatio), found.behavioural(B::UniqueProducts));
        for r in 0..found.rows() {
            let expected = 1.0 - unique.unwrap()[r] / f64::from(found.lines().unwrap()[r]);
            prop_assert!((ratio.unwrap()[r] - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn doubling_the_gaps_doubles_the_mean_and_keeps_the_cv(customers in customers(12)) {
        let once = table(&history(&customers, 20, 5), 2);
        let mut slower = history(&customers, 20, 5);
        slower.days_since_prior.iter_mut().for_each(|gap| *gap *= 2.0);
        let twice = table(&slower, 2);
        if let (Some(a), Some(b)) = (once.behavioural(B::MeanDaysBetweenOrders), twice.behavioural(B::MeanDaysBetweenOrders)) {
            prop_assert!(a.iter().zip(b).all(|(a, b)| 2.0 * a == *b));
        }
        prop_assert_eq!(once.behavioural(B::CvDaysBetweenOrders), twice.behavioural(B::CvDaysBetweenOrders));
    }
}
