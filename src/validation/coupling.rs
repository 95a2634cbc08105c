//! What ties the evidence to the rule by arithmetic, and the two axes to each other.

use super::findings::CouplingFindings;
use crate::extract::history::OrderHistory;
use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::segments::findings::Segment;
use crate::segments::rule::{Segmentation, counts};
use crate::stats::correlation::tetrachoric_from_median_split;
use crate::stats::measured::Measured;

/// Coupling of loyalty with product variety, mass of the gaps' cap, and association of the axes.
///
/// Without an order history (customer-level files) the first two are not measured.
pub fn coupling(history: Option<&OrderHistory>, table: &FeatureTable, segmentation: &Segmentation) -> CouplingFindings {
    let concordant = concordant_share(&segmentation.labels);
    CouplingFindings {
        loyalty_identity_share: match history {
            Some(history) => identity_share(history, table),
            None => Measured::absent("the file has no order lines", "order lines"),
        },
        cap_mass: match history {
            Some(history) => cap_mass(history, table.customers()),
            None => Measured::absent("the file has no single gaps", "orders with their dates or gaps"),
        },
        tetrachoric: match tetrachoric(&segmentation.labels) {
            Some(rho) => Measured::Value(rho),
            None => Measured::absent("one half of an axis is empty", "customers on both sides of both thresholds"),
        },
        concordant_share: match concordant {
            Some(share) => Measured::Value(share),
            None => Measured::absent("no customer was assigned", "customers with enough orders"),
        },
    }
}

/// Share of customers for whom `reordered lines = lines - distinct products`, exactly: for them
/// loyalty and product variety are one number.
fn identity_share(history: &OrderHistory, table: &FeatureTable) -> Measured<f64> {
    let (Some(unique), Some(ratio)) =
        (table.behavioural(Behavioural::UniqueProducts), table.behavioural(Behavioural::ReorderRatio))
    else {
        return Measured::absent("the extract has no products", "a product column in the order lines");
    };
    let (mut held, mut customers) = (0_u64, 0_u64);
    for ((&c, &unique), &ratio) in table.customers().iter().zip(unique).zip(ratio) {
        let orders = history.orders_of(c as usize);
        let lines = f64::from(history.line_start[orders.end] - history.line_start[orders.start]);
        customers += 1;
        // All three are whole numbers of lines; half a line tells them apart.
        held += u64::from((ratio * lines - (lines - unique)).abs() < 0.5);
    }
    if customers == 0 {
        return Measured::absent("no customer qualifies", "customers with enough orders");
    }
    Measured::Value(held as f64 / customers as f64)
}

/// Share of these customers' gaps that equal the largest gap: large where a cap hides longer ones.
fn cap_mass(history: &OrderHistory, customers: &[u32]) -> Measured<f64> {
    let (mut largest, mut at_largest, mut gaps) = (f64::NEG_INFINITY, 0_u64, 0_u64);
    for &c in customers {
        for &gap in history.days_since_prior[history.orders_of(c as usize)].iter().filter(|gap| gap.is_finite()) {
            gaps += 1;
            if gap > largest {
                (largest, at_largest) = (gap, 0);
            }
            at_largest += u64::from(gap >= largest);
        }
    }
    if gaps == 0 {
        return Measured::absent("no gap between orders is known", "order dates or days since the prior order");
    }
    Measured::Value(at_largest as f64 / gaps as f64)
}

/// Share of customers that are high on both axes or low on both.
fn concordant_share(labels: &[Segment]) -> Option<f64> {
    let counts = counts(labels);
    let total: u64 = counts.iter().sum();
    (total > 0).then(|| (counts[Segment::Champions as usize] + counts[Segment::AtRisk as usize]) as f64 / total as f64)
}

/// Tetrachoric correlation of two median splits, `sin(pi (c - 1/2))` with `c` the concordant share.
///
/// Exact for medians of a bivariate normal (Sheppard 1899); with other thresholds an approximation.
/// `None` when one half of an axis is empty.
pub fn tetrachoric(labels: &[Segment]) -> Option<f64> {
    let [champions, explorers, occasionals, at_risk] = counts(labels);
    let margins = [champions + explorers, occasionals + at_risk, champions + occasionals, explorers + at_risk];
    if margins.contains(&0) {
        return None;
    }
    let concordant = concordant_share(labels)?;
    Some(tetrachoric_from_median_split(concordant))
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::extract::history::Line;
    use crate::features::build::build;
    use crate::pace::{Pace, block_on};
    use crate::segments::rule::segment;
    use crate::segments::thresholds::TypedThresholds;

    fn found(history: &OrderHistory) -> CouplingFindings {
        let pace = Pace::unhurried();
        let table = block_on(build(history, 5, &pace)).unwrap();
        let segmentation = block_on(segment(&table, TypedThresholds::default(), &pace)).unwrap().unwrap();
        coupling(Some(history), &table, &segmentation)
    }

    #[test]
    fn the_published_tetrachoric_correlation() {
        // stat_cases S086.
        let mut labels = Vec::new();
        for (segment, n) in Segment::ALL.into_iter().zip([61_317, 30_055, 29_851, 61_000]) {
            labels.extend(std::iter::repeat_n(segment, n));
        }
        assert!((tetrachoric(&labels).unwrap() - 0.512_414_813_639_931_5).abs() < 1e-12);
        assert!((concordant_share(&labels).unwrap() - 0.671_248_964_181_250_5).abs() < 1e-12);
        assert_eq!(tetrachoric(&[Segment::Champions, Segment::FrequentExplorers]), None);
        assert_eq!(tetrachoric(&[]), None);
    }

    #[test]
    fn the_planted_correlation_of_the_traits_is_found() {
        let habits = Habits { rho: 0.6, orders: (40, 40), gap_within: 1.0, lines: 40, ..Habits::default() };
        let rho = *found(&simulate(4_000, 3, &habits)).tetrachoric.value().unwrap();
        assert!((rho - 0.6).abs() < 0.06, "{rho}");
    }

    #[test]
    fn full_histories_make_loyalty_an_identity_and_a_broken_flag_breaks_it() {
        let mut history = simulate(500, 5, &Habits::default());
        assert_eq!(found(&history).loyalty_identity_share, Measured::Value(1.0));
        // Turn one reorder of the first 100 customers into a first purchase.
        for c in 0..100 {
            let orders = history.orders_of(c);
            let lines = history.line_start[orders.start] as usize..history.line_start[orders.end] as usize;
            let at = lines.clone().find(|&i| history.lines[i].reordered()).unwrap();
            history.lines[at] = Line::new(history.lines[at].product(), false);
        }
        history.count();
        assert_eq!(found(&history).loyalty_identity_share, Measured::Value(0.8));
    }

    #[test]
    fn a_cap_shows_as_mass_at_the_largest_gap() {
        let mut history = simulate(500, 5, &Habits { gap_within: 10.0, ..Habits::default() });
        let free = *found(&history).cap_mass.value().unwrap();
        assert!(free < 0.001, "{free}");
        let over = history.days_since_prior.iter().filter(|gap| gap.is_finite()).filter(|&&gap| gap >= 20.0).count();
        let all = history.days_since_prior.iter().filter(|gap| gap.is_finite()).count();
        for gap in &mut history.days_since_prior {
            if *gap > 20.0 {
                *gap = 20.0;
            }
        }
        let capped = *found(&history).cap_mass.value().unwrap();
        assert!((capped - over as f64 / all as f64).abs() < 1e-12, "{capped}");
    }
}
