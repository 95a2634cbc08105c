//! The rule, its firmness and the customer card on hand-made and random histories.
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "floats are compared for the same bits; a test may unwrap")]

use proptest::prelude::*;

use super::bootstrap::bootstrap;
use super::card::{Change, CustomerCard, Move, card, find};
use super::confidence::{confidence, share_at_least};
use super::findings::Segment;
use super::profile::profiles;
use super::rule::{Segmentation, counts, label, segment};
use super::sensitivity::sensitivity;
use super::thresholds::TypedThresholds;
use crate::extract::history::OrderHistory;
use crate::features::build::build;
use crate::features::table::FeatureTable;
use crate::pace::{Pace, block_on};
use crate::readiness::testing::{Order, customers, history, order};

const PRODUCTS: u32 = 100_000;

fn pace() -> Pace {
    Pace::unhurried()
}

fn run(history: &OrderHistory, typed: TypedThresholds) -> (FeatureTable, Option<Segmentation>) {
    let table = block_on(build(history, 2, &pace())).unwrap();
    let found = block_on(segment(&table, typed, &pace())).unwrap();
    (table, found)
}

/// The card of customer 1 (id) of these customers, at the medians of all or typed thresholds.
fn card_of(customers: &[Vec<Order>], typed: TypedThresholds) -> Option<(CustomerCard, Segmentation)> {
    let history = history(customers, PRODUCTS, 1);
    let (table, found) = run(&history, typed);
    let found = found?;
    let ids = history.customers.gather(table.customers());
    let row = find(&ids, " 1 ")?;
    Some((card(ids.text(row), Some(&history), &table, &found, row, 42)?, found))
}

/// The segment of customer 1 after a change to his history, thresholds kept.
fn after(customers: &[Vec<Order>], found: &Segmentation, change: impl FnOnce(&mut Vec<Order>)) -> Segment {
    let mut changed = customers.to_vec();
    change(&mut changed[0]);
    let typed = TypedThresholds {
        frequency: Some(found.thresholds.frequency.used),
        loyalty: Some(found.thresholds.loyalty.used),
    };
    card_of(&changed, typed).unwrap().0.segment
}

/// Adds lines to the last order that has any.
fn add_lines(orders: &mut [Order], lines: u32, reordered: bool) {
    let last = orders.iter_mut().rev().find(|order| !order.lines.is_empty()).unwrap();
    // Products above 20 are new to every customer of the random histories.
    last.lines.extend((0..lines).map(|i| (1_000 + i, reordered)));
}

fn add_orders(orders: &mut Vec<Order>, count: u32, days: u32) {
    orders.extend((0..count).map(|_| order(f64::from(days), &[])));
}

fn check(customers: &[Vec<Order>], found: &Segmentation, given: Move) -> Result<(), TestCaseError> {
    let to = given.to;
    let now = |change: &dyn Fn(&mut Vec<Order>)| after(customers, found, |orders| change(orders));
    match given.change {
        Change::OrdersWithin { orders, days } => {
            prop_assert_eq!(now(&|o| add_orders(o, orders, days)), to);
            prop_assert_ne!(now(&|o| add_orders(o, orders, days + 1)), to);
            if orders > 1 {
                prop_assert_ne!(now(&|o| add_orders(o, orders - 1, 1)), to);
            }
        }
        Change::NextOrderAfter { days } => {
            prop_assert_eq!(now(&|o| add_orders(o, 1, days)), to);
            if days > 0 {
                prop_assert_ne!(now(&|o| add_orders(o, 1, days - 1)), to);
            }
        }
        Change::MoreReorderedLines { lines } => {
            prop_assert_eq!(now(&|o| add_lines(o, lines, true)), to);
            prop_assert_ne!(now(&|o| add_lines(o, lines - 1, true)), to);
        }
        Change::MoreNewLines { lines } => {
            prop_assert_eq!(now(&|o| add_lines(o, lines, false)), to);
            prop_assert_ne!(now(&|o| add_lines(o, lines - 1, false)), to);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn moves_do_what_they_say_and_nothing_less_does(customers in customers(8)) {
        let Some((card, found)) = card_of(&customers, TypedThresholds::default()) else { return Ok(()) };
        for given in [&card.frequency_move, &card.loyalty_move] {
            if let Some(&given) = given.value() {
                prop_assert_ne!(given.to, card.segment);
                check(&customers, &found, given)?;
            }
        }
    }

    #[test]
    fn everyone_is_in_the_segment_of_the_rule(customers in customers(30)) {
        let history = history(&customers, 20, 3);
        let (table, found) = run(&history, TypedThresholds::default());
        prop_assert_eq!(found.is_none(), table.rows() == 0);
        let Some(mut found) = found else { return Ok(()) };
        let t = &found.thresholds;
        for r in 0..table.rows() {
            let expected = Segment::of(found.freq[r] >= t.frequency.used, found.loyalty[r] >= t.loyalty.used);
            prop_assert_eq!(found.labels[r], expected);
        }
        prop_assert_eq!(counts(&found.labels).iter().sum::<u64>(), table.rows() as u64);
        // A median leaves at least half at or above it.
        let high = found.freq.iter().filter(|&&f| f >= t.frequency.used).count();
        prop_assert!(2 * high >= table.rows());
        found.confidence = block_on(confidence(&history, &table, &found, &pace())).unwrap();
        if let Some(confidence) = &found.confidence {
            prop_assert!(confidence.iter().all(|c| (0.25..=1.0).contains(c)));
            prop_assert!(share_at_least(confidence, 0.25) == Some(1.0));
        }
        let shares: f64 = profiles(&table, &found).iter().map(|segment| segment.share).sum();
        prop_assert!((shares - 1.0).abs() < 1e-12);
        let kept = block_on(bootstrap(&history, &table, &found, 42, &pace())).unwrap();
        prop_assert!(kept.iter().all(|k| (0.0..=1.0).contains(k)));
    }
}

#[test]
fn one_more_order_within_reach() {
    // Gaps 10 and 10 (mean 10); the threshold is a mean of 9: (20 + d) / 3 <= 9 up to d = 7.
    let line = &[(0, true)][..];
    let customers = [vec![order(0.0, &[(0, false)]), order(10.0, line), order(10.0, line)]];
    let typed = TypedThresholds { frequency: Some(0.1), loyalty: Some(0.9) };
    let (card, _) = card_of(&customers, typed).unwrap();
    assert_eq!(card.segment, Segment::AtRisk);
    assert_eq!(
        card.frequency_move.value(),
        Some(&Move { to: Segment::FrequentExplorers, change: Change::OrdersWithin { orders: 1, days: 7 } })
    );
    // 2 of 3 lines are reorders; (2 + r) / (3 + r) >= 0.9 from r = 7 on.
    assert_eq!(
        card.loyalty_move.value(),
        Some(&Move { to: Segment::LoyalOccasionals, change: Change::MoreReorderedLines { lines: 7 } })
    );
    assert_eq!(card.orders.value(), Some(&3));
}

#[test]
fn what_cannot_be_moved_is_said() {
    let customers = [vec![order(0.0, &[(0, false)]), order(10.0, &[])]];
    // Loyalty of 1 is out of reach for whoever ever bought something new; frequency 0 is met by everyone.
    let typed = TypedThresholds { frequency: Some(0.0), loyalty: Some(1.0) };
    let (card, _) = card_of(&customers, typed).unwrap();
    assert_eq!(card.segment, Segment::FrequentExplorers);
    assert!(card.frequency_move.missing().is_some());
    assert!(card.loyalty_move.missing().is_some());
    // One gap and one order with lines: nobody's spread is known.
    assert!(card.confidence.missing().is_some());
    // cv, consistency, basket cv: given up, since nobody has them; the basket's spread is filled with 0? No one has it.
    assert!(card.imputed.is_empty());
}

#[test]
fn the_card_and_the_batch_agree() {
    let line = |p: u32, again: bool| vec![(p, again)];
    let customers: Vec<Vec<Order>> = (0..6_u32)
        .map(|c| (0..8_u32).map(|i| order(f64::from((c * 7 + i * 3) % 11), &line(i % (c + 1), i > c))).collect())
        .collect();
    let history = history(&customers, PRODUCTS, 1);
    let (table, found) = run(&history, TypedThresholds::default());
    let mut found = found.unwrap();
    found.confidence = block_on(confidence(&history, &table, &found, &pace())).unwrap();
    let batch = block_on(bootstrap(&history, &table, &found, 7, &pace())).unwrap();
    for (row, kept) in batch.iter().enumerate() {
        let card = card(row.to_string(), Some(&history), &table, &found, row, 7).unwrap();
        assert_eq!(card.bootstrap_confidence.value(), Some(kept));
        assert_eq!(card.confidence.value(), Some(&found.confidence.as_ref().unwrap()[row]));
        let json = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<CustomerCard>(&json).unwrap(), card);
    }
    assert!(card("99".to_owned(), Some(&history), &table, &found, 99, 7).is_none());
    assert!(find(&history.customers, "nobody").is_none());
}

#[test]
fn sensitivity_is_nothing_at_the_median() {
    let customers: Vec<Vec<Order>> = (0..40_u32)
        .map(|c| (0..6_u32).map(|i| order(f64::from((c * 5 + i) % 29), &[(i % 3, i > 2 && c % 3 > 0)])).collect())
        .collect();
    let (_, found) = run(&history(&customers, 3, 1), TypedThresholds::default());
    let points = block_on(sensitivity(&found.unwrap(), 42, &pace())).unwrap();
    assert_eq!(points.iter().filter(|point| point.kind == "percentile").count(), 11);
    let middle = points.iter().find(|point| point.at == 0.5).unwrap();
    assert_eq!((middle.moved_share, middle.ari), (0.0, 1.0));
    // 200, 1,000 and 5,000 all shrink to the 40 customers there are.
    assert_eq!(points.iter().filter(|point| point.kind == "re_estimated").count(), 1);
    assert!(points.iter().all(|point| point.moved_share <= point.moved_share_p95));
}

#[test]
fn at_the_threshold_is_high() {
    assert_eq!(label(0.1, 0.5, 0.1, 0.5), Segment::Champions);
    assert_eq!(label(0.1_f64.next_down(), 0.5_f64.next_down(), 0.1, 0.5), Segment::AtRisk);
}
