//! How long the full-scale extract takes; run by hand:
//! `cargo test --release --test extract scale -- --ignored --nocapture`.

use std::time::Instant;

use crate::support::{data, files, history, read_detected};

#[test]
#[ignore = "a measurement, not a test: needs the full-scale extract and a release build"]
fn full_scale() {
    let Some(folder) = data("full") else { return };
    let names = [
        "orders.parquet",
        "order_products__prior.parquet",
        "products.parquet",
        "aisles.parquet",
        "departments.parquet",
    ];
    let sources = files(&folder, &names);
    for _ in 0..3 {
        let start = Instant::now();
        let (_, extract, findings) = read_detected(&sources);
        let took = start.elapsed();
        let history = history(extract);
        println!(
            "{} customers, {} orders, {} lines in {:.2} s",
            findings.customers,
            findings.orders,
            findings.order_lines,
            took.as_secs_f64()
        );
        assert_eq!((findings.customers, findings.orders, findings.order_lines), (206_209, 3_421_083, 32_434_489));
        assert_eq!(history.lines.len(), 32_434_489);
    }
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status")
            .unwrap_or_default()
            .lines()
            .filter(|l| l.starts_with("VmHWM"))
            .collect::<String>()
    );
}
