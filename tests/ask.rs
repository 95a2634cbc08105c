//! Questions about a finished run: one customer explained, one solution on all customers; sets of a person's own.
#![allow(clippy::float_cmp, clippy::unwrap_used, reason = "the same bits are meant; a test may unwrap")]

use std::sync::Arc;

use quadrant::clustering::exact::Solution;
use quadrant::extract::findings::Layout;
use quadrant::extract::source::{BytesSource, Source};
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::{Scenario, Spec, generate};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::ask::{explain, measure_exactly};
use quadrant::pipeline::params::Params;
use quadrant::pipeline::run::{Finished, run};
use quadrant::pipeline::trial::{Bench, Trial, Weighed};
use quadrant::prepare::own::OwnSet;
use quadrant::prepare::sets::CategoryBlock;
use quadrant::segments::findings::Segment;
use quadrant::segments::thresholds::TypedThresholds;
use quadrant::stats::measured::Measured;

fn finished(layout: Layout, params: Params) -> Finished {
    let mut folder = MemoryFolder::default();
    let spec = Spec { customers: 400, layout, scenario: Scenario::Typical, seed: 3 }.check().unwrap();
    generate(&spec, &mut folder, &Pace::unhurried()).unwrap();
    let parquet = folder.files.into_iter().filter(|(name, _)| name.ends_with(".parquet"));
    let sources = parquet.map(|(name, bytes)| Arc::new(BytesSource::new(name, bytes)) as Arc<dyn Source>).collect();
    block_on(run(sources, None, &params.check().unwrap(), &Pace::unhurried(), &|_| {})).unwrap()
}

#[test]
fn every_customer_can_be_explained_by_id() {
    let finished = finished(Layout::Star, Params::default());
    let tables = &finished.tables;
    let found = tables.segmentation.as_ref().unwrap();
    for row in (0..tables.ids.len()).step_by(17) {
        let id = tables.ids.text(row);
        let card = explain(&finished, &format!(" {id} ")).unwrap();
        assert_eq!((card.id.as_str(), card.segment), (id.as_str(), found.labels[row]));
        assert_eq!((card.freq_score, card.loyalty_score), (found.freq[row], found.loyalty[row]));
        assert_eq!(card.confidence.value(), Some(&found.confidence.as_ref().unwrap()[row]));
        assert!(card.bootstrap_confidence.value().is_some());
        // A move changes its own side of the rule and leaves the other.
        let high =
            [card.freq_score >= found.thresholds.frequency.used, card.loyalty_score >= found.thresholds.loyalty.used];
        if let Some(step) = card.frequency_move.value() {
            assert_eq!(step.to, Segment::of(!high[0], high[1]));
        }
        if let Some(step) = card.loyalty_move.value() {
            assert_eq!(step.to, Segment::of(high[0], !high[1]));
        }
        assert!(card.frequency_move.value().is_some() || card.loyalty_move.value().is_some(), "{card:?}");
    }
    assert_eq!(explain(&finished, "nobody"), None);
    assert_eq!(explain(&finished, ""), None);
}

#[test]
fn without_a_history_the_card_says_what_it_lacks() {
    let finished = finished(Layout::Customers, Params::default());
    let card = explain(&finished, &finished.tables.ids.text(0)).unwrap();
    let missing = card.frequency_move.missing().unwrap();
    assert!(missing.reason.contains("history") && missing.needs.contains("orders"), "{missing:?}");
}

#[test]
fn a_solution_on_all_customers_agrees_with_the_grid_where_that_is_exact_too() {
    let asked = Solution { set: "behavioural".to_owned(), k: 3 };
    let finished = finished(Layout::Star, Params { exact: vec![asked.clone()], ..Params::default() });
    let clustering = finished.outcome.results.clustering.value().unwrap();
    let set = clustering.sets.iter().find(|set| set.id == "behavioural").unwrap();
    let sampled = set.grid.iter().find(|cell| cell.k == 3).unwrap();
    // No more customers than rows of the grid and of its silhouette: both looked at everybody, this one with more starts.
    let exact = clustering.exact[0].found.value().unwrap();
    assert_eq!((clustering.exact[0].set.as_str(), clustering.exact[0].k, exact.k), ("behavioural", 3, 3));
    assert_eq!((exact.silhouette_rows, set.rows), (finished.tables.ids.len() as u64, finished.tables.ids.len() as u64));
    assert!(exact.inertia <= sampled.inertia * (1.0 + 1e-9), "{exact:?} {sampled:?}");
    assert!((exact.silhouette.value().unwrap() - sampled.silhouette.value().unwrap()).abs() < 0.02);
    // Asked afterwards, the answer is the same bit for bit.
    let again = block_on(measure_exactly(&finished, &asked, &Pace::unhurried())).unwrap();
    assert_eq!(again.value(), Some(exact));
    let pruned = Solution { set: "canonical_pruned".to_owned(), k: 2 };
    assert!(block_on(measure_exactly(&finished, &pruned, &Pace::unhurried())).unwrap().value().is_some());
    for (set, k) in [("nobody_s", 2), ("behavioural", 500)] {
        let answer = block_on(measure_exactly(&finished, &Solution { set: set.to_owned(), k }, &Pace::unhurried()));
        assert!(answer.unwrap().missing().is_some(), "{set} {k}");
    }
}

#[test]
fn a_set_of_one_s_own_is_heard_like_the_others() {
    let own = OwnSet {
        id: "rhythm".to_owned(),
        title: "when they order".to_owned(),
        columns: ["mean_days_between_orders", "cv_days_between_orders", "mean_order_hour_circular"]
            .map(String::from)
            .to_vec(),
        categories: CategoryBlock::Without,
        winsorise: None,
    };
    let asked = Solution { set: "rhythm".to_owned(), k: 2 };
    let params = Params { sets: vec![own.clone()], exact: vec![asked.clone()], ..Params::default() };
    let finished = finished(Layout::Star, params);
    let results = &finished.outcome.results;
    assert_eq!(results.params.sets, [own]);
    let clustering = results.clustering.value().unwrap();
    let set = clustering.sets.iter().find(|set| set.id == "rhythm").unwrap();
    assert_eq!((set.features, set.title.as_str(), set.grid.len()), (3, "when they order", 9));
    assert_eq!(set.rows, clustering.sets[0].rows, "the same rows");
    assert!(clustering.null_benchmark.iter().any(|null| null.set == "rhythm"));
    assert!(clustering.stability.iter().any(|row| row.set == "rhythm"));
    assert!(clustering.agreement.iter().any(|row| row.a == "rhythm" || row.b == "rhythm"));
    let exact = clustering.exact[0].found.value();
    assert!(exact.is_some());
    assert_eq!(block_on(measure_exactly(&finished, &asked, &Pace::unhurried())).unwrap().value(), exact);
}

/// Thresholds typed in, per axis: none, near the median, extreme, and one that leaves a segment empty.
fn typed() -> Vec<TypedThresholds> {
    let at = |frequency, loyalty| TypedThresholds { frequency, loyalty };
    vec![
        at(None, None),
        at(Some(1.0 / 12.0), None),
        at(None, Some(0.5)),
        at(Some(1.0 / 20.5), Some(0.31)),
        at(Some(0.0), Some(0.4)),
        at(Some(1.0), Some(1.0)),
    ]
}

#[test]
fn a_trial_says_what_a_run_with_these_thresholds_says() {
    for layout in [Layout::Star, Layout::Wide, Layout::Customers] {
        let base = finished(layout, Params::default());
        let bench = block_on(Bench::of(&base, &Pace::unhurried())).unwrap().unwrap();
        let segmentation = base.tables.segmentation.as_ref().unwrap();
        for typed in typed() {
            let params =
                Params { frequency_threshold: typed.frequency, loyalty_threshold: typed.loyalty, ..Params::default() };
            let whole = finished(layout, params);
            let results = &whole.outcome.results;
            let (trial, labels) = bench.trial(segmentation, typed).unwrap();
            assert_eq!(Trial::of(results).as_ref(), Some(&trial), "{layout:?} {typed:?}");
            assert_eq!(labels, whole.tables.segmentation.as_ref().unwrap().labels);
            assert_eq!(trial.counts.iter().sum::<u64>(), labels.len() as u64);
            // Twice, so that the probabilities kept of one axis are used.
            for _ in 0..2 {
                let (found, expected) = (bench.weigh(&trial, &labels), Weighed::of(results));
                assert_eq!(found.sure_share.value(), expected.sure_share.value());
                let values = |all: &[Measured<f64>]| all.iter().map(|one| one.value().copied()).collect::<Vec<_>>();
                assert_eq!(values(&found.median_confidence), values(&expected.median_confidence));
                assert_eq!(found.effects, expected.effects);
                for (ours, theirs) in found.experiments.iter().zip(&expected.experiments) {
                    assert_eq!(
                        (&ours.segment, &ours.kpi, ours.customers, &ours.status, &ours.baseline, &ours.sd),
                        (&theirs.segment, &theirs.kpi, theirs.customers, &theirs.status, &theirs.baseline, &theirs.sd)
                    );
                    assert_eq!(
                        (&ours.per_arm, &ours.control_arm, &ours.mde),
                        (&theirs.per_arm, &theirs.control_arm, &theirs.mde)
                    );
                }
            }
        }
    }
}

#[test]
fn thresholds_set_by_hand_say_how_many_move() {
    let base = finished(Layout::Star, Params::default());
    let thresholds = base.outcome.results.thresholds.value().unwrap();
    assert_eq!(thresholds.departure, None);
    // The medians typed in are the recommended thresholds.
    let same = Params {
        frequency_threshold: Some(thresholds.frequency.p50),
        loyalty_threshold: Some(thresholds.loyalty.p50),
        ..Params::default()
    };
    assert_eq!(finished(Layout::Star, same).outcome.results.thresholds.value().unwrap().departure, None);
    let moved = finished(Layout::Star, Params { loyalty_threshold: Some(0.6), ..Params::default() });
    let departure = moved.outcome.results.thresholds.value().unwrap().departure.clone().unwrap();
    let (then, now) =
        (&base.tables.segmentation.as_ref().unwrap().labels, &moved.tables.segmentation.as_ref().unwrap().labels);
    let differ = then.iter().zip(now).filter(|(a, b)| a != b).count() as u64;
    assert!(differ > 0);
    assert_eq!(departure.moved, differ);
    assert_eq!(
        departure.recommended.to_vec(),
        base.outcome.results.segments.iter().map(|s| s.count).collect::<Vec<_>>()
    );
}
