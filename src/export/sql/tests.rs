//! What can be said of the text alone; `tests/engines` runs it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use crate::extract::columns::{MappedColumn, TimeWriting};
use crate::extract::findings::Layout;
use crate::extract::history::CustomerTable;
use crate::extract::ids::Ids;
use crate::extract::schema::{ColumnClass, Role};
use crate::features::customers::from_customers;
use crate::pace::{Pace, block_on};
use crate::planning::baseline::{Baseline, Reference};
use crate::planning::window::{Quality, Window};
use crate::segments::rule::segment;
use crate::segments::thresholds::TypedThresholds;
use crate::stats::measured::Measured;

use super::engine::comment;
use super::{Dialect, check, query};

fn column(role: Role, file: &str, column: &str, class: ColumnClass) -> MappedColumn {
    let writing = (role == Role::OrderTimestamp).then_some(TimeWriting::WallClock);
    MappedColumn { role, file: file.into(), column: column.into(), kind: "x".into(), class, read_as: None, writing }
}

fn baseline(layout: Layout, columns: Vec<MappedColumn>) -> Baseline {
    let scores: Vec<f64> = (1..=60).map(|i| f64::from(i) / 61.0).collect();
    let table = CustomerTable {
        customers: Ids::from_i64((1..=60).collect()),
        behavioural: vec![("freq_score".into(), scores.clone()), ("loyalty_score".into(), scores)],
        ..CustomerTable::default()
    };
    let table = from_customers(&table, 5);
    let found = block_on(segment(&table, TypedThresholds::default(), &Pace::unhurried())).unwrap();
    let window = Window { layout, columns, orders: 0, order_lines: 0, period: None, quality: Quality::default() };
    Baseline::of(&Reference {
        build: "0.0.0",
        receipt: "0123456789abcdef",
        seed: 1,
        min_orders: 5,
        as_of: None,
        id_name: "cust\"omer",
        window: &window,
        table: &table,
        segmentation: found.as_ref(),
        migration: Measured::absent("none", ""),
    })
    .unwrap()
}

fn star() -> Baseline {
    use ColumnClass::{Float, Integer};
    baseline(
        Layout::Star,
        vec![
            column(Role::Customer, "or\"d`ers\n.parquet", "cust\"omer", Integer),
            column(Role::Order, "or\"d`ers\n.parquet", "id", Integer),
            column(Role::DaysSincePrior, "or\"d`ers\n.parquet", "{{ gap }}", Float),
            column(Role::LineOrder, "lines.parquet", "id", Integer),
            column(Role::Product, "lines.parquet", "sku\\", Integer),
            column(Role::Quantity, "lines.parquet", "n", Float),
        ],
    )
}

fn wide() -> Baseline {
    use ColumnClass::{Integer, Text, Timestamp};
    baseline(
        Layout::Wide,
        ["a.parquet", "b.PARQUET"]
            .into_iter()
            .flat_map(|file| {
                [
                    column(Role::Customer, file, "client", Text),
                    column(Role::Order, file, "order", Integer),
                    column(Role::OrderTimestamp, file, "at", Timestamp),
                    column(Role::Product, file, "sku", Integer),
                ]
            })
            .collect(),
    )
}

#[test]
fn every_table_is_named_once_and_the_query_is_one_plain_select() {
    for dialect in Dialect::ALL {
        let text = query::scoring(&star(), dialect);
        assert_eq!(text.matches(" FROM ").count() + text.matches("\nFROM ").count(), text.matches("FROM").count());
        let (one, two) = match dialect {
            Dialect::Spark => ("`or\"d``ers\n`", "`lines`"),
            Dialect::BigQuery => ("`or\"d\\`ers\\n`", "`lines`"),
            _ => ("\"or\"\"d`ers\n\"", "\"lines\""),
        };
        assert_eq!(text.matches(&format!("FROM {one}")).count(), 1, "{dialect:?}\n{text}");
        assert_eq!(text.matches(&format!("FROM {two}")).count(), 1, "{dialect:?}");
        assert!(!text.contains(';') && text.ends_with('\n'));
        let wide = query::scoring(&wide(), dialect);
        assert_eq!(wide.matches("UNION ALL").count(), 1);
        assert!(wide.contains("MAX(day) - MIN(day)") && wide.contains("SUM(line_count) - COUNT(product)"));
        assert!(!wide.contains("OVER ("), "dates alone need no window");
    }
}

#[test]
fn hostile_names_stay_names() {
    let star = star();
    for dialect in Dialect::ALL {
        for text in [query::scoring(&star, dialect), check::self_check(&star, dialect)] {
            let quoted = match dialect {
                Dialect::Spark => "`cust\"omer`",
                Dialect::BigQuery => "`cust\"omer`",
                _ => "\"cust\"\"omer\"",
            };
            assert!(text.contains(quoted), "{dialect:?}");
            let backslash = if dialect == Dialect::BigQuery { "`sku\\\\`" } else { "sku\\" };
            assert!(text.contains(backslash), "{dialect:?}");
            assert!(text.lines().filter(|l| l.starts_with("--")).all(|l| !l.contains("{{")), "{dialect:?}");
        }
        assert!(query::scoring(&star, dialect).contains("rename it before using dbt"));
        assert!(!query::scoring(&wide(), dialect).contains("rename it before using dbt"));
    }
}

#[test]
fn comments_are_one_line() {
    assert_eq!(comment("a\nb\r\u{2028}c\u{85}d {{ e }} {% f"), "a b  c d { { e }} { % f");
}

#[test]
fn comments_say_what_and_by_which_run() {
    let star = star();
    let text = query::scoring(&star, Dialect::DuckDb);
    let (frequency, loyalty) = star.cuts();
    for words in
        [star.receipt.as_str(), &star.sha256, &format!("{frequency:?}"), &format!("{loyalty:?}"), "60 customers"]
    {
        assert!(text.lines().take(6).any(|line| line.contains(words)), "{words}");
    }
}

#[test]
fn a_sequence_needs_a_window_over_orders_only() {
    let mut columns = wide().extract.columns;
    columns.push(column(Role::OrderSequence, "a.parquet", "n", ColumnClass::Integer));
    let text = query::scoring(&baseline(Layout::Wide, columns), Dialect::Postgres);
    assert!(text.contains("LAG(day) OVER") && text.contains("FROM q_orders_and_products"));
}

#[test]
fn only_zones_of_the_database_get_into_a_query() {
    let written = |zone: &str| {
        let mut columns = wide().extract.columns;
        let stamp = columns.iter_mut().find(|column| column.role == Role::OrderTimestamp).unwrap();
        stamp.writing = Some(TimeWriting::Zoned { zone: zone.into() });
        let baseline = baseline(Layout::Wide, columns);
        Dialect::ALL.map(|dialect| query::scoring(&baseline, dialect))
    };
    assert!(written("america/new_york").iter().all(|text| text.contains("'America/New_York'")));
    for zone in ["'; DROP TABLE orders; --", "Mars/Olympus", "+05:30"] {
        assert!(written(zone).iter().all(|text| !text.contains(zone) && text.contains("CAST(NULL AS")), "{zone}");
    }
}

/// How often the steps of a query are read by others; engines that keep no step compute it anew each time.
fn read_by_others(text: &str) -> Vec<(String, usize)> {
    let names = text.lines().filter_map(|line| line.split_once(" AS ").filter(|(_, rest)| rest.ends_with('(')));
    let reads = |name: &str| {
        let words = || text.split_whitespace().map(|word| word.trim_end_matches([')', ',']));
        words().zip(words().skip(1)).filter(|(word, next)| matches!(*word, "FROM" | "JOIN") && *next == name).count()
    };
    names.map(|(name, _)| (name.to_owned(), reads(name))).filter(|(name, _)| name.starts_with('q')).collect()
}

#[test]
fn what_comes_from_the_lines_is_read_once() {
    let every = |role: Role, class: ColumnClass| ["a.parquet", "b.PARQUET"].map(|file| column(role, file, "x", class));
    let given = [every(Role::Reordered, ColumnClass::Integer), every(Role::Quantity, ColumnClass::Float)].concat();
    let sequence = every(Role::OrderSequence, ColumnClass::Integer).to_vec();
    for more in [vec![], given.clone(), sequence.clone(), [given, sequence].concat()] {
        for as_of in [None, Some("2024-05-06".to_owned())] {
            let mut wide = baseline(Layout::Wide, [wide().extract.columns, more.clone()].concat());
            wide.as_of = as_of;
            for dialect in Dialect::ALL {
                let text = query::scoring(&wide, dialect);
                let reads = read_by_others(&text);
                assert!(reads.len() > 4 && reads.iter().all(|(_, reads)| *reads == 1), "{reads:?}\n{text}");
            }
        }
    }
    for dialect in Dialect::ALL {
        let text = query::scoring(&star(), dialect);
        let reads = read_by_others(&text);
        let twice: Vec<&str> = reads.iter().filter(|(_, reads)| *reads != 1).map(|(name, _)| name.as_str()).collect();
        assert_eq!(twice, ["q_orders_once"], "orders are a tenth of the lines\n{text}");
    }
}

#[test]
fn no_step_has_the_name_of_a_table() {
    for name in ["orders_in", "q_orders_in", "Q_LINES_IN", "qq_scored", "q_", "assignments", "ASSIGNMENTS"] {
        let mut star = star();
        for column in &mut star.extract.columns {
            if column.file == "lines.parquet" {
                column.file = format!("{name}.parquet");
            }
        }
        for dialect in Dialect::ALL {
            for text in [query::scoring(&star, dialect), check::self_check(&star, dialect)] {
                let steps: Vec<&str> =
                    text.lines().filter_map(|line| line.split_once(" AS ")).map(|(step, _)| step).collect();
                let steps = steps.into_iter().filter(|step| step.starts_with('q'));
                let shadows: Vec<&str> = steps.clone().filter(|step| step.eq_ignore_ascii_case(name)).collect();
                assert!(shadows.is_empty() && steps.count() > 5, "{dialect:?} {name}: {shadows:?}\n{text}");
            }
            let text = check::self_check(&star, dialect);
            let own = !name.eq_ignore_ascii_case("assignments");
            assert_eq!(text.contains("table named assignments,"), own, "{name}");
            assert_eq!(text.contains("table named quadrant_assignments,"), !own, "{name}");
        }
    }
}
