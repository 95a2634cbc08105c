//! Names of segments, metrics, feature sets and verdicts, as documents and charts say them.

use super::figures;
use crate::clustering::findings::Structure;
use crate::decision::findings::{Recommendation, Verdict};
use crate::segments::card::Change;
use crate::segments::findings::Segment;
use crate::validation::findings::EffectSize;

/// A segment's glyph: the quadrant it takes in the plane of frequency (to the right) and loyalty (upwards).
pub fn glyph(segment: Segment) -> char {
    match segment {
        Segment::Champions => '◳',
        Segment::FrequentExplorers => '◲',
        Segment::LoyalOccasionals => '◰',
        Segment::AtRisk => '◱',
    }
}

/// What a segment is, by the rule.
pub fn definition(segment: Segment) -> &'static str {
    match segment {
        Segment::Champions => "order often, and repeat much of it",
        Segment::FrequentExplorers => "order often, and repeat little of it",
        Segment::LoyalOccasionals => "order seldom, but repeat much of it",
        Segment::AtRisk => "order seldom, and repeat little of it",
    }
}

/// The verdict's label.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Go => "GO",
        Verdict::GoWithCaveats => "GO WITH CAVEATS",
        Verdict::NoGo => "NO-GO",
    }
}

/// The recommendation, in a few words.
pub fn recommendation(recommendation: Recommendation) -> &'static str {
    match recommendation {
        Recommendation::Rule => "Ship the four-segment rule",
        Recommendation::Clusters => "Use the clusters, not the rule",
        Recommendation::Refuse => "Do not segment on this extract",
    }
}

/// What to collect where a blocking gate fails, by the gate's id.
pub fn remedy(gate: &str) -> &'static str {
    match gate {
        "volume" => "More customers",
        "depth" => "A longer period",
        "reliability" => "Longer histories",
        "out_of_time" => "More customers with later orders",
        _ => "Files whose keys and joins hold",
    }
}

/// Strength of cluster structure, in a few words.
pub fn structure(structure: Structure) -> &'static str {
    match structure {
        Structure::None => "no structure",
        Structure::Weak => "weak structure",
        Structure::Reasonable => "reasonable structure",
        Structure::Strong => "strong structure",
    }
}

/// Size of an effect.
pub fn effect(effect: EffectSize) -> &'static str {
    match effect {
        EffectSize::Negligible => "Negligible",
        EffectSize::Small => "Small",
        EffectSize::Medium => "Medium",
        EffectSize::Large => "Large",
    }
}

/// A feature set of the clustering tribunal.
pub fn feature_set(id: &str) -> String {
    match id {
        "canonical_behavioural" => "Behaviour, canonical".to_owned(),
        "canonical_all" => "All features".to_owned(),
        "canonical_pruned" => "Components + 11 behavioural".to_owned(),
        "canonical_full" => "Components + 14 behavioural".to_owned(),
        "behavioural" => "Behaviour, corrected".to_owned(),
        "clr_shares" => "Category shares, log-ratio".to_owned(),
        other => sentence_case(other),
    }
}

/// A metric (a feature, a score or an outcome), as a chart's label says it.
pub fn metric(name: &str) -> String {
    match name {
        "freq_score" => "Frequency score",
        "loyalty_score" => "Loyalty score",
        "reorder_ratio" => "Reorder ratio",
        "reorder_consistency" => "Spread of reordering",
        "pct_reordered_products" => "Products reordered",
        "mean_days_between_orders" => "Days between orders",
        "cv_days_between_orders" | "cv_days" => "Irregularity of gaps",
        "mean_order_hour" => "Hour of ordering",
        "std_order_hour" => "Spread of the hour",
        "avg_basket_size" => "Basket size",
        "std_basket_size" => "Spread of basket size",
        "min_basket_size" => "Smallest basket",
        "max_basket_size" => "Largest basket",
        "basket_size_cv" => "Irregularity of baskets",
        "unique_products" => "Different products",
        "unique_aisles" => "Different categories",
        "aisle_entropy" => "Variety of categories",
        "num_orders" | "total_orders" | "order_count" => "Number of orders",
        "total_items" => "Number of lines",
        other => return sentence_case(other),
    }
    .to_owned()
}

/// `returned_30d` as `Returned 30d`.
fn sentence_case(name: &str) -> String {
    capital(&name.replace('_', " "))
}

/// The first letter large, for the beginning of a sentence or a cell.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Where the list of a segment's customers stands in the output folder.
pub fn list_file(segment: Segment) -> &'static str {
    match segment {
        Segment::Champions => "lists/champions.csv",
        Segment::FrequentExplorers => "lists/frequent-explorers.csv",
        Segment::LoyalOccasionals => "lists/loyal-occasionals.csv",
        Segment::AtRisk => "lists/at-risk.csv",
    }
}

/// Words joined for a sentence: `a`, `a and b`, `a, b and c`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// What would change a customer's segment, as a sentence.
pub fn change(change: Change) -> String {
    let whole = |count: u32| figures::integer(count.into());
    let days = |count: u32| figures::counted(count.into(), "day", "days");
    match change {
        Change::OrdersWithin { orders: 1, days: 0 } => "one more order on the day of the last.".to_owned(),
        Change::OrdersWithin { orders, days: 0 } => format!("{} more orders on the day of the last.", whole(orders)),
        Change::OrdersWithin { orders: 1, days: most } => format!("the next order within {}.", days(most)),
        Change::OrdersWithin { orders, days: most } => {
            format!("the next {} orders, each within {} of the one before.", whole(orders), days(most))
        }
        Change::NextOrderAfter { days: fewest } => format!("the next order only after {} or later.", days(fewest)),
        Change::MoreReorderedLines { lines } => {
            format!("{} of products bought before.", figures::counted(lines.into(), "more line", "more lines"))
        }
        Change::MoreNewLines { lines } => {
            format!("{} of products new to the customer.", figures::counted(lines.into(), "more line", "more lines"))
        }
    }
}

/// The first letter small, for use inside a sentence.
pub fn inside(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Ends in a full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// A KPI of an experiment, inside a sentence.
pub fn kpi(id: &str) -> String {
    match id {
        "revenue_30d" => "spend per customer within 30 days",
        "lines_30d" => "order lines per customer within 30 days",
        "reordered_30d" => "share of customers who reorder a product within 30 days",
        "reordered_lines_30d" => "reordered lines per customer within 30 days",
        "orders_30d" => "orders per customer within 30 days",
        "returned_30d" => "share of customers who order within 30 days",
        "inactive_30d" => "share of customers without an order in 30 days",
        "revenue_next_orders" => "spend per customer in the next two orders",
        "lines_next_orders" => "order lines per customer in the next two orders",
        "reordered_next_orders" => "share of customers who reorder a product in the next two orders",
        "reordered_lines_next_orders" => "reordered lines per customer in the next two orders",
        "days_to_next_order" => "days until the next order",
        "opt_out" => "share of customers who opt out",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_has_its_own_glyph_and_definition() {
        let glyphs: std::collections::BTreeSet<char> = Segment::ALL.into_iter().map(glyph).collect();
        let words: std::collections::BTreeSet<&str> = Segment::ALL.into_iter().map(definition).collect();
        assert_eq!((glyphs.len(), words.len()), (4, 4));
    }

    #[test]
    fn unknown_names_are_still_readable() {
        assert_eq!(metric("returned_30d"), "Returned 30d");
        assert_eq!(metric(""), "");
        assert_eq!(feature_set("éclairs_x"), "Éclairs x");
    }

    #[test]
    fn changes_are_sentences() {
        let said = [
            (Change::OrdersWithin { orders: 1, days: 7 }, "the next order within 7 days."),
            (Change::OrdersWithin { orders: 3, days: 1 }, "the next 3 orders, each within 1 day of the one before."),
            (Change::OrdersWithin { orders: 2, days: 0 }, "2 more orders on the day of the last."),
            (Change::NextOrderAfter { days: 1_200 }, "the next order only after 1,200 days or later."),
            (Change::MoreReorderedLines { lines: 1 }, "1 more line of products bought before."),
            (Change::MoreNewLines { lines: 12 }, "12 more lines of products new to the customer."),
        ];
        for (given, words) in said {
            assert_eq!(change(given), words);
        }
    }

    #[test]
    fn lists() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(list(&words("a")), "a");
        assert_eq!(list(&words("a b c")), "a, b and c");
        assert_eq!(list(&[]), "");
    }
}
