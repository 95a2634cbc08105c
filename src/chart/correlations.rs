//! Correlations of the behavioural features, and agreement of partitions: both as heatmaps.

use super::heatmap::{Heatmap, Subject};
use super::said::Said;
use crate::clustering::findings::Agreement;
use crate::features::findings::Correlations;
use crate::report::document::Table;
use crate::report::{figures, tables, wording};

/// From here on two features tell nearly the same (canonical).
const HIGH: f64 = 0.85;
/// From here on two partitions are practically the same \[judgement\].
const SAME: f64 = 0.9;
/// Pairs listed in the table.
const LISTED: usize = 30;

/// Correlations of the behavioural features; `None` below two of them.
pub fn correlations(found: &Correlations) -> Option<Heatmap> {
    let names: Vec<String> = found.features.iter().map(|name| wording::metric(name)).collect();
    let cells: Vec<Vec<Option<f64>>> =
        found.rows.iter().map(|row| row.iter().map(|r| r.value().copied()).collect()).collect();
    let mut pairs: Vec<(f64, &str, &str)> = Vec::new();
    for (name, row) in names.iter().zip(&cells) {
        pairs.extend(names.iter().zip(row).filter_map(|(other, r)| r.map(|r| (r, name.as_str(), other.as_str()))));
    }
    pairs.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let &(strongest, one, other) = pairs.first()?;
    let high = pairs.iter().filter(|pair| pair.0.abs() > HIGH).count() as u64;
    let mut table = Table::new("The strongest correlations").words("Feature").words("Another").numbers("r");
    for (r, one, other) in pairs.iter().take(LISTED) {
        table.row([(*one).into(), (*other).into(), figures::coefficient(*r).into()]);
    }
    let sentence = format!(
        "{} and {} go together most closely (r = {}). {} above {} in size, framed here: such features count twice in any \
         distance.",
        one,
        wording::inside(other),
        figures::decimal(strongest, 2),
        match high {
            0 => "No pair is".to_owned(),
            1 => "One pair is".to_owned(),
            high => format!("{} pairs are", figures::integer(high)),
        },
        figures::decimal(HIGH, 2)
    );
    Some(Heatmap {
        subject: Subject::Correlations,
        said: Said::new("Which features say the same", sentence, table),
        names,
        cells,
        marked: HIGH,
    })
}

/// Agreement between the partitions of feature sets, and with the rule, each at the k where most sets are compared.
/// `None` below two partitions.
pub fn agreement(found: &[Agreement]) -> Option<Heatmap> {
    // Sets are compared with one another at one k; the rule with each of them at several.
    let k = found.iter().find(|one| one.a != "rule").or(found.first())?.k;
    let mut ids: Vec<&str> = Vec::new();
    for one in found.iter().filter(|one| one.k == k) {
        for id in [one.a.as_str(), one.b.as_str()] {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let of = |a: &str, b: &str| {
        let same = |one: &&Agreement| one.k == k && (one.a == a && one.b == b || one.a == b && one.b == a);
        found.iter().find(same).map(|one| one.ari)
    };
    let cells: Vec<Vec<Option<f64>>> =
        ids.iter().enumerate().map(|(row, a)| ids.iter().take(row).map(|b| of(a, b)).collect()).collect();
    let name = |id: &str| if id == "rule" { "The rule (4 segments)".to_owned() } else { wording::feature_set(id) };
    let between: Vec<f64> = found.iter().filter(|one| one.k == k && one.a != "rule").map(|one| one.ari).collect();
    let rule =
        found.iter().filter(|one| one.a == "rule" && one.k == k).map(|one| one.ari).fold(f64::NEG_INFINITY, f64::max);
    let mut sentence = match between.iter().copied().min_by(f64::total_cmp) {
        Some(least) => format!(
            "At k = {k} the partitions of two feature sets agree with an adjusted Rand index of {} at least; 0 is chance, 1 \
             the same partition.",
            figures::decimal(least, 2)
        ),
        None => format!("One feature set at k = {k}, beside the rule."),
    };
    if rule.is_finite() {
        sentence.push_str(&format!(" The rule agrees with none by more than {}.", figures::decimal(rule, 2)));
    }
    (ids.len() > 1).then(|| Heatmap {
        subject: Subject::Agreement,
        said: Said::new("Do feature sets agree on who belongs together?", sentence, tables::agreement(found)),
        names: ids.iter().map(|id| name(id)).collect(),
        cells,
        marked: SAME,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::measured::Measured;

    #[test]
    fn the_strongest_pair_is_named() {
        let found = Correlations {
            features: vec!["reorder_ratio".into(), "unique_products".into(), "aisle_entropy".into()],
            rows: vec![vec![], vec![Measured::Value(-0.9)], vec![Measured::Value(0.1), Measured::absent("flat", "")]],
        };
        let map = correlations(&found).unwrap();
        assert!(
            map.said.sentence.starts_with(
                "Different products and reorder ratio go together most closely (r = −0.90). One pair is above 0.85"
            ),
            "{}",
            map.said.sentence
        );
        assert_eq!(map.said.table.rows.len(), 2);
        assert!(correlations(&Correlations::default()).is_none());
    }

    #[test]
    fn partitions_are_compared_at_one_k() {
        let one = |a: &str, b: &str, k: u32, ari: f64| Agreement { a: a.into(), b: b.into(), k, ari };
        let found =
            [one("rule", "x", 2, 0.1), one("rule", "x", 4, 0.3), one("rule", "y", 2, 0.2), one("x", "y", 2, 0.8)];
        let map = agreement(&found).unwrap();
        assert_eq!(map.names, ["The rule (4 segments)", "X", "Y"]);
        assert_eq!(map.cells, [vec![], vec![Some(0.1)], vec![Some(0.2), Some(0.8)]]);
        assert!(agreement(&[]).is_none());
    }
}
