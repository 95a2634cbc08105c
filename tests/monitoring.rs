//! Planted drift, simulated at the level of the drivers: the right call each time, and no call without drift.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use quadrant::extract::findings::Layout;
use quadrant::extract::history::CustomerTable;
use quadrant::extract::ids::Ids;
use quadrant::features::customers::from_customers;
use quadrant::features::table::FeatureTable;
use quadrant::pace::{Pace, block_on};
use quadrant::planning::baseline::{Baseline, Overlap, Reference};
use quadrant::planning::cohort::{Previous, Standing, movement};
use quadrant::planning::drivers::{Sample, samples};
use quadrant::planning::monitoring::{Call, Cause, Drift, FALSE_ALARM, Level, Now, in_order, monitor};
use quadrant::planning::window::{Period, Quality, Window};
use quadrant::segments::findings::Segment;
use quadrant::segments::rule::{Segmentation, counts, segment};
use quadrant::segments::thresholds::TypedThresholds;
use quadrant::stats::measured::Measured;
use quadrant::stats::rng::Rng;

/// Lasting habits of one customer.
#[derive(Clone, Copy)]
struct Habits {
    log_gap: f64,
    loyalty: f64,
    regularity: f64,
    basket: f64,
    hour: f64,
}

fn habits(rng: &mut Rng, occasional: f64) -> Habits {
    // Two types that overlap: who orders often and buys again, and who does neither so much.
    let seldom = rng.chance(occasional);
    let (gap, loyalty) = if seldom { (3.0, -0.6) } else { (2.2, 0.3) };
    let shared = rng.normal();
    Habits {
        log_gap: gap + 0.45 * rng.normal() - 0.1 * shared,
        loyalty: loyalty + 0.8 * rng.normal() + 0.2 * shared,
        regularity: 0.55 + 0.2 * rng.normal(),
        basket: 2.1 + 0.5 * rng.normal(),
        hour: 13.5 + 2.0 * rng.normal(),
    }
}

/// What a window of such customers shows: means of a few orders, with the ties of whole days and lines.
fn observe(people: &[Habits], seed: u64) -> CustomerTable {
    let mut rng = Rng::stream(seed, "observe");
    let mut columns: [Vec<f64>; 5] = Default::default();
    for person in people {
        let orders = 5 + rng.below(30);
        let n = orders as f64;
        let gap = libm::exp(person.log_gap + 0.5 * person.regularity.abs() * rng.normal() / n.sqrt());
        let lines = (n * libm::exp(person.basket)).max(n);
        let share = 1.0 / (1.0 + libm::exp(-person.loyalty - 2.0 * rng.normal() / lines.sqrt()));
        columns[0].push((gap * n).round() / n);
        columns[1].push((share * lines).round() / lines.round());
        columns[2].push(person.regularity.abs() + 0.5 * rng.normal().abs() / n.sqrt());
        columns[3].push((lines / n * 100.0).round() / 100.0);
        columns[4].push(person.hour + 3.0 * rng.normal() / n.sqrt());
    }
    let names =
        ["mean_days_between_orders", "reorder_ratio", "cv_days_between_orders", "avg_basket_size", "mean_order_hour"];
    CustomerTable {
        customers: Ids::from_i64((1..=people.len() as i64).collect()),
        behavioural: names.into_iter().map(str::to_owned).zip(columns).collect(),
        ..CustomerTable::default()
    }
}

fn window(table: &FeatureTable) -> Window {
    let rows = table.rows() as u64;
    let quality = Quality {
        customers: rows,
        qualified: rows,
        orders_per_customer: 19.0,
        lines_per_order: 9.0,
        ..Quality::default()
    };
    Window {
        layout: Layout::Star,
        columns: Vec::new(),
        orders: rows * 19,
        order_lines: rows * 170,
        period: None,
        quality,
    }
}

fn segmented(table: &FeatureTable, cuts: Option<(f64, f64)>) -> Segmentation {
    let typed = TypedThresholds { frequency: cuts.map(|c| c.0), loyalty: cuts.map(|c| c.1) };
    block_on(segment(table, typed, &Pace::unhurried())).unwrap().unwrap()
}

fn baseline(table: &CustomerTable) -> Baseline {
    let table = from_customers(table, 5);
    let found = segmented(&table, None);
    Baseline::of(&Reference {
        build: "test",
        receipt: "0",
        seed: 1,
        min_orders: 5,
        as_of: None,
        id_name: "id",
        window: &window(&table),
        table: &table,
        segmentation: Some(&found),
        migration: Measured::absent("not measured", ""),
    })
    .unwrap()
}

/// A later window against the baseline; `stayers` customers at the beginning are the same ones as then.
struct Later<'a> {
    table: CustomerTable,
    before: Option<(&'a CustomerTable, usize)>,
    quality: fn(&mut Quality),
    earlier: &'a [Drift],
}

fn watched(baseline: &Baseline, later: &Later<'_>) -> Drift {
    let table = from_customers(&later.table, 5);
    let found = segmented(&table, Some(baseline.cuts()));
    let mut window = window(&table);
    (later.quality)(&mut window.quality);
    let movement = later.before.map_or_else(
        || Measured::absent("not given", ""),
        |(then, stayers)| {
            let then = from_customers(then, 5);
            let before = segmented(&then, Some(baseline.cuts()));
            let n = before.labels.len();
            let previous = Previous {
                ids: Ids::from_i64((1..=n as i64).collect()),
                segments: before.labels.iter().copied().map(Some).collect(),
                freq: before.freq,
                loyalty: before.loyalty,
            };
            let now = found.labels.len() as i64;
            // Stayers keep their id, the others have new ones.
            let ids = (1..=now).map(|id| if id <= stayers as i64 { id } else { id + 1_000_000 }).collect();
            let matched = previous.matched(&Ids::from_i64(ids)).unwrap();
            let standings: Vec<Standing> = matched
                .before
                .iter()
                .enumerate()
                .map(|(row, &before)| Standing {
                    before,
                    now: Some((found.labels[row], found.freq[row], found.loyalty[row])),
                })
                .collect();
            Measured::Value(movement(&previous, &matched, &standings))
        },
    );
    let samples = samples(&table, &found.labels);
    let now = Now {
        build: "test",
        window: &window,
        overlap: Overlap::Unknown,
        segmentation: &found,
        samples: &samples,
        movement,
        earlier: later.earlier,
    };
    monitor(baseline, &now)
}

fn people(n: usize, seed: u64) -> Vec<Habits> {
    let mut rng = Rng::stream(seed, "people");
    (0..n).map(|_| habits(&mut rng, 0.5)).collect()
}

fn fine(_: &mut Quality) {}

#[test]
fn without_drift_hardly_a_window_is_called() {
    for n in [300, 1_000, 10_000] {
        let mut called = Vec::new();
        for pair in 0..200_u64 {
            let reference = baseline(&observe(&people(n, 10_000 + pair), 2 * pair));
            let table = observe(&people(n, 20_000 + pair), 2 * pair + 1);
            let drift = watched(&reference, &Later { table, before: None, quality: fine, earlier: &[] });
            if drift.call > Call::Keep {
                called.push(drift.summary);
            }
        }
        let share = called.len() as f64 / 200.0;
        println!("n = {n}: {} of 200 windows called without drift", called.len());
        assert!(share <= FALSE_ALARM, "n = {n}: {share}\n{}", called.join("\n"));
    }
}

#[test]
fn the_same_customers_again_are_kept() {
    let people = people(3_000, 5);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let later = Later { table: observe(&people, 2), before: Some((&then, 3_000)), quality: fine, earlier: &[] };
    let drift = watched(&reference, &later);
    assert_eq!((drift.call, drift.exit_code), (Call::Keep, 0), "{}", drift.summary);
    let found = drift.movement.value().unwrap();
    assert_eq!((found.stayers, found.new, found.gone), (3_000, 0, 0));
    assert!(*found.kappa.value().unwrap() > 0.7);
}

#[test]
fn longer_gaps_are_watched_then_recalibrated() {
    let people = people(8_000, 6);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let slower: Vec<Habits> = people.iter().map(|h| Habits { log_gap: h.log_gap + libm::log(1.2), ..*h }).collect();
    let first = watched(
        &reference,
        &Later { table: observe(&slower, 2), before: Some((&then, 8_000)), quality: fine, earlier: &[] },
    );
    assert_eq!((first.call, first.exit_code, first.cause), (Call::Watch, 3, Cause::Behaviour), "{}", first.summary);
    assert!(first.signals.iter().any(|s| s.id == "share:At Risk" && s.level == Level::Alert), "{:?}", first.signals);
    assert!(first.warnings.iter().any(|w| w.contains("give this drift.json along")));

    let earlier = [first];
    let alone = Later { table: observe(&slower, 3), before: None, quality: fine, earlier: &earlier };
    let second = watched(&reference, &alone);
    assert_eq!((second.call, second.exit_code, second.cause), (Call::Alert, 4, Cause::Unknown), "{}", second.summary);
    let second = watched(
        &reference,
        &Later { table: observe(&slower, 3), before: Some((&then, 8_000)), quality: fine, earlier: &earlier },
    );
    assert_eq!((second.call, second.exit_code), (Call::Recalibrate, 4), "{}", second.summary);
    assert!(second.signals[0].persistent);
    assert!(second.shadow.moved_share > 0.05);

    // It was a passing thing: the next window is as the baseline.
    let back = watched(
        &reference,
        &Later { table: observe(&people, 4), before: Some((&then, 8_000)), quality: fine, earlier: &[second] },
    );
    assert_eq!(back.call, Call::Keep, "{}", back.summary);
}

#[test]
fn another_mix_of_customers_is_no_behaviour() {
    let people = people(8_000, 7);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let mut rng = Rng::new(70);
    // A campaign: half of the customers now are new, and most of those order seldom; nobody changed.
    let mut mixed: Vec<Habits> = people[..4_000].to_vec();
    mixed.extend((0..4_000).map(|_| habits(&mut rng, 0.85)));
    let earlier: Vec<Drift> = Vec::new();
    let one = watched(
        &reference,
        &Later { table: observe(&mixed, 2), before: Some((&then, 4_000)), quality: fine, earlier: &earlier },
    );
    assert_eq!((one.call, one.cause), (Call::Watch, Cause::Mix), "{}", one.summary);
    let two = watched(
        &reference,
        &Later { table: observe(&mixed, 3), before: Some((&then, 4_000)), quality: fine, earlier: &[one] },
    );
    assert_eq!((two.call, two.cause), (Call::Alert, Cause::Mix), "thresholds stay: {}", two.summary);
}

#[test]
fn a_loyalty_drop_in_one_segment_is_found_there() {
    let people = people(8_000, 8);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let before = segmented(&from_customers(&then, 5), None);
    let dropped: Vec<Habits> = people
        .iter()
        .zip(&before.labels)
        .map(|(h, &label)| if label == Segment::Champions { Habits { loyalty: h.loyalty - 0.8, ..*h } } else { *h })
        .collect();
    let drift = watched(
        &reference,
        &Later { table: observe(&dropped, 2), before: Some((&then, 8_000)), quality: fine, earlier: &[] },
    );
    assert_eq!((drift.call, drift.cause), (Call::Watch, Cause::Behaviour), "{}", drift.summary);
    assert!(drift.signals.iter().any(|s| s.id == "share:Champions"), "{:?}", drift.signals);
    assert!(drift.drivers.iter().any(|d| d.name == "reorder_ratio" && d.level > Level::Quiet));
    assert!(drift.drivers.iter().all(|d| d.name == "reorder_ratio" || d.level == Level::Quiet));
    let axis = &drift.movement.value().unwrap().axes[1];
    let by: Vec<f64> = axis.by_segment.iter().map(|m| *m.value().unwrap()).collect();
    assert!(by[0] < -0.1 && by[1..].iter().all(|&change| change > by[0] / 2.0), "{by:?}");
}

#[test]
fn histories_of_another_length_are_no_behaviour() {
    let people = people(4_000, 12);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let loyal: Vec<Habits> = people.iter().map(|h| Habits { loyalty: h.loyalty + 0.5, ..*h }).collect();
    let longer = |quality: &mut Quality| quality.orders_per_customer = 40.0;
    let later = Later { table: observe(&loyal, 2), before: Some((&then, 4_000)), quality: longer, earlier: &[] };
    let drift = watched(&reference, &later);
    assert_eq!((drift.call, drift.cause), (Call::Watch, Cause::Unknown), "{}", drift.summary);
    assert!(drift.cause_text.contains("same length"), "{}", drift.cause_text);
}

#[test]
fn a_broken_column_is_an_alert_at_once() {
    let people = people(2_000, 9);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let broken = |quality: &mut Quality| quality.missing_gap_share = 0.09;
    let drift = watched(&reference, &Later { table: observe(&people, 2), before: None, quality: broken, earlier: &[] });
    assert_eq!((drift.call, drift.exit_code, drift.cause), (Call::Alert, 4, Cause::Data), "{}", drift.summary);
    let mut flagged = reference.clone();
    flagged.extract.quality.unknown_flag_share = Some(0.02);
    let known = |quality: &mut Quality| quality.unknown_flag_share = Some(0.025);
    let drift = watched(&flagged, &Later { table: observe(&people, 2), before: None, quality: known, earlier: &[] });
    assert_eq!(drift.call, Call::Keep, "as many as ever: {}", drift.summary);
    let unknown = |quality: &mut Quality| quality.unknown_flag_share = Some(0.05);
    let drift = watched(&flagged, &Later { table: observe(&people, 2), before: None, quality: unknown, earlier: &[] });
    assert_eq!((drift.call, drift.exit_code, drift.cause), (Call::Alert, 4, Cause::Data), "{}", drift.summary);
    let mut lost = observe(&people, 2);
    lost.behaviour_lost("avg_basket_size");
    let drift = watched(&reference, &Later { table: lost, before: None, quality: fine, earlier: &[] });
    assert_eq!((drift.call, drift.cause), (Call::Alert, Cause::Data), "{}", drift.summary);
}

trait Lost {
    fn behaviour_lost(&mut self, name: &str);
}

impl Lost for CustomerTable {
    fn behaviour_lost(&mut self, name: &str) {
        self.behavioural.retain(|(other, _)| other != name);
    }
}

#[test]
fn re_estimated_medians_hide_a_slowdown_that_frozen_ones_show() {
    let then = observe(&people(20_000, 3), 1);
    let mut later = then.clone();
    for (name, column) in &mut later.behavioural {
        if name == "mean_days_between_orders" {
            column.iter_mut().for_each(|days| *days *= 1.2);
        }
    }
    let (table, slower) = (from_customers(&then, 5), from_customers(&later, 5));
    let before = segmented(&table, None);
    let re_estimated = segmented(&slower, None);
    let frozen = segmented(&slower, Some((before.thresholds.frequency.used, before.thresholds.loyalty.used)));
    assert_eq!(counts(&re_estimated.labels), counts(&before.labels), "re-estimated: as if nothing had happened");
    let share = |found: &Segmentation| counts(&found.labels)[3] as f64 / 20_000.0;
    assert!(share(&frozen) > share(&before) + 0.04, "{} to {}", share(&before), share(&frozen));
    let drift = watched(&baseline(&then), &Later { table: later, before: None, quality: fine, earlier: &[] });
    assert_eq!(drift.call, Call::Watch);
    let shadow: Vec<f64> = drift.shadow.shares.iter().map(|s| s.now).collect();
    let expected: Vec<f64> = counts(&before.labels).iter().map(|&c| c as f64 / 20_000.0).collect();
    assert_eq!(shadow, expected, "and the shadow says what re-estimating would have shown");
}

#[test]
fn a_drift_file_reads_back_and_belongs_to_its_baseline() {
    let then = observe(&people(600, 3), 1);
    let reference = baseline(&then);
    let drift = watched(&reference, &Later { table: then.clone(), before: None, quality: fine, earlier: &[] });
    let bytes = serde_json::to_vec(&drift).unwrap();
    assert_eq!(Drift::read(&bytes, &reference).unwrap(), drift);
    let other = baseline(&observe(&people(600, 4), 1));
    assert_eq!(Drift::read(&bytes, &other).unwrap_err().code(), "earlier_drift");
    assert_eq!(Drift::read(b"{}", &reference).unwrap_err().code(), "earlier_drift");
    let newer = String::from_utf8(bytes).unwrap().replacen("\"schema_version\":1", "\"schema_version\":2", 1);
    assert_eq!(Drift::read(newer.as_bytes(), &reference).unwrap_err().code(), "earlier_drift");
}

#[test]
fn a_window_is_not_its_own_confirmation() {
    let people = people(2_000, 14);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    let at = |seed: u64, last: Option<i32>| {
        let table = observe(&people, seed);
        let mut drift = watched(&reference, &Later { table, before: None, quality: fine, earlier: &[] });
        drift.compared.period_now = last.map(|last| Period { first: last - 89, last });
        drift
    };
    let refused = |drift: &Drift, earlier: &Drift| drift.comes_after(earlier).unwrap_err().to_string();
    let (one, two) = (at(2, None), at(3, None));
    assert!(two.comes_after(&one).is_ok());
    assert!(refused(&one, &one).contains("this very extract"));
    let (march, april) = (at(2, Some(20_178)), at(3, Some(20_208)));
    assert!(april.comes_after(&march).is_ok());
    assert!(refused(&march, &april).contains("ends on 2025-04-30, this one on 2025-03-31"));
    let revised = at(4, Some(20_208));
    assert!(refused(&revised, &april).contains("it is not the window before"), "April once more, with other orders");
    assert_eq!(in_order(vec![april.clone(), march.clone(), april.clone()]), [march, april]);
}

#[test]
fn windows_that_share_days_are_said_to() {
    let people = people(2_000, 15);
    let reference = baseline(&observe(&people, 1));
    let table = from_customers(&observe(&people, 2), 5);
    let found = segmented(&table, Some(reference.cuts()));
    let samples = samples(&table, &found.labels);
    let warned = |first: i32, earlier: &[Drift]| {
        let mut window = window(&table);
        window.period = Some(Period { first, last: first + 89 });
        let movement = Measured::absent("not given", "");
        let (overlap, segmentation) = (Overlap::None, &found);
        let now = Now { build: "test", window: &window, overlap, segmentation, samples: &samples, movement, earlier };
        monitor(&reference, &now)
    };
    let march = warned(20_089, &[]);
    let says =
        |drift: &Drift| drift.warnings.iter().any(|w| w.contains("share the days from 2025-01-31 to 2025-03-31"));
    assert!(!says(&march));
    assert!(says(&warned(20_119, std::slice::from_ref(&march))), "the last 90 days, a month later");
    assert!(!says(&warned(20_179, &[march])), "the next 90 days");
}

#[test]
fn completeness_knows_how_many_customers_there_are() {
    // Three customers in a hundred have orders without a line, and a fifth has too few orders; nothing changes in that.
    let drawn = |n: u64, seed: u64, share: f64| {
        let mut rng = Rng::stream(seed, "faults");
        (0..n).filter(|_| rng.chance(share)).count() as u64
    };
    let mut called = Vec::new();
    for pair in 0..200_u64 {
        let n = 300;
        let mut reference = baseline(&observe(&people(n, 30_000 + pair), 2 * pair));
        let then = &mut reference.extract.quality;
        then.customers = 400;
        (then.no_lines, then.below_minimum) = (drawn(400, 4 * pair, 0.03), drawn(400, 4 * pair + 1, 0.2));
        let table = from_customers(&observe(&people(n, 40_000 + pair), 2 * pair + 1), 5);
        let found = segmented(&table, Some(reference.cuts()));
        let mut window = window(&table);
        window.quality.customers = 400;
        window.quality.no_lines = drawn(400, 4 * pair + 2, 0.03);
        window.quality.below_minimum = drawn(400, 4 * pair + 3, 0.2);
        let drift = later(&reference, &window, &found, &samples(&table, &found.labels));
        called.extend(drift.signals.into_iter().filter(|s| s.id.starts_with("quality:")).map(|s| s.text));
    }
    assert!(called.len() <= 4, "{} of 200: {}", called.len(), called.join("\n"));
    // What is far beyond chance is broken with few customers too, and a small fault with many.
    for (n, before, now) in [(300, 0, 30), (300, 9, 60), (20_000, 200, 500)] {
        let mut reference = baseline(&observe(&people(n, 1), 1));
        reference.extract.quality.no_lines = before;
        let table = from_customers(&observe(&people(n, 2), 2), 5);
        let found = segmented(&table, Some(reference.cuts()));
        let mut window = window(&table);
        window.quality.no_lines = now;
        let drift = later(&reference, &window, &found, &samples(&table, &found.labels));
        assert_eq!((drift.call, drift.cause), (Call::Alert, Cause::Data), "{n}: {}", drift.summary);
    }
}

/// A later window without earlier ones.
fn later(reference: &Baseline, window: &Window, found: &Segmentation, samples: &[Sample]) -> Drift {
    let movement = Measured::absent("not given", "");
    let overlap = Overlap::Unknown;
    monitor(reference, &Now { build: "test", window, overlap, segmentation: found, samples, movement, earlier: &[] })
}

#[test]
fn a_column_that_is_the_same_for_everybody_is_broken() {
    let people = people(2_000, 16);
    let then = observe(&people, 1);
    let reference = baseline(&then);
    // A flag that arrives as all 0, and times without a clock.
    for driver in ["reorder_ratio", "mean_order_hour"] {
        let mut table = observe(&people, 2);
        for (name, column) in &mut table.behavioural {
            if name == driver {
                column.fill(0.0);
            }
        }
        let drift = watched(&reference, &Later { table, before: Some((&then, 2_000)), quality: fine, earlier: &[] });
        assert_eq!((drift.call, drift.exit_code, drift.cause), (Call::Alert, 4, Cause::Data), "{}", drift.summary);
        assert!(drift.summary.contains(driver), "{}", drift.summary);
    }
}
