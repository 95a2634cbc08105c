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
use quadrant::prepare::own::OwnSet;
use quadrant::prepare::sets::CategoryBlock;
use quadrant::segments::findings::Segment;

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
