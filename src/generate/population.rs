//! Who the customers are: latent types, and how a scenario bends them. This is the planted truth.

use serde::{Deserialize, Serialize};

use super::spec::Scenario;

/// A latent type of customer: the distribution from which its members' lasting habits are drawn.
///
/// `*_spread` is a standard deviation between members, on the scale named with the parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatentType {
    /// Name.
    pub name: String,
    /// Share of the customers, 0..1.
    pub share: f64,
    /// Median over members of the mean gap between orders, days, before the cap at 30.
    pub gap_days: f64,
    /// Spread of its logarithm.
    pub gap_spread: f64,
    /// Median shape of the gamma-distributed gaps: 1 / cv².
    pub regularity: f64,
    /// Spread of its logarithm.
    pub regularity_spread: f64,
    /// Spread of the logarithm of the change in pace from a member's first day to the last.
    pub drift: f64,
    /// Probability that an order waits for (or is brought forward to) the member's favourite weekday.
    pub weekday_habit: f64,
    /// Mean log odds that a line is bought again, once there is something to buy again.
    pub repeat: f64,
    /// Its spread.
    pub repeat_spread: f64,
    /// What every doubling of a member's orders adds to it: habits form.
    pub repeat_growth: f64,
    /// Spread of the log odds from order to order of one member.
    pub repeat_mood: f64,
    /// Median lines per order.
    pub basket: f64,
    /// Spread of its logarithm.
    pub basket_spread: f64,
    /// Median coefficient of variation of a member's baskets.
    pub basket_variation: f64,
    /// Spread of its logarithm.
    pub basket_variation_spread: f64,
    /// Mean hour of day.
    pub hour: f64,
    /// Its spread, hours.
    pub hour_spread: f64,
    /// Median standard deviation of a member's hours.
    pub hour_variation: f64,
    /// Spread of its logarithm.
    pub hour_variation_spread: f64,
    /// Concentration of the tastes over aisles: high = everybody shops like the shop, low = a few aisles each.
    pub taste_breadth: f64,
    /// Spread of its logarithm.
    pub taste_breadth_spread: f64,
    /// Scale of the shared taste factors (fresh, cooking, family) and of department likings.
    pub taste_factors: f64,
    /// Aisles that this type shops in, as (first, count); all when `None`.
    pub only_aisles: Option<(u32, u32)>,
}

/// Everything about the population that is not a type's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Population {
    /// The types.
    pub types: Vec<LatentType>,
    /// Within a type: correlation of a short gap with a high propensity to buy again.
    pub axis_correlation: f64,
    /// Within a type: correlation of large baskets with a high propensity to buy again.
    pub basket_correlation: f64,
    /// Length of the window that the extract covers, days.
    pub window_days: f64,
    /// Mean share of the window for which a customer has been one.
    pub tenure: f64,
    /// Concentration of that share's beta distribution.
    pub tenure_concentration: f64,
    /// Whom the window gives fewer orders than a number drawn from [`FEWEST_ORDERS`] to this gets that many, as extracts
    /// of active customers have it.
    pub active_orders: u32,
    /// Every gap is multiplied by this (1 unless the scenario says otherwise).
    pub gap_factor: f64,
    /// Added to everybody's log odds to buy again (0 unless the scenario says otherwise).
    pub repeat_shift: f64,
}

/// Fewest orders of a customer.
pub const FEWEST_ORDERS: usize = 3;
/// Most orders of a customer.
pub const MOST_ORDERS: usize = 100;
/// Days between orders are capped here in the star layout, as Instacart's are.
pub const GAP_CAP_DAYS: f64 = 30.0;

impl Population {
    /// The population of a scenario.
    pub fn of(scenario: Scenario) -> Self {
        let mut population = Self {
            types: grocery_types(),
            axis_correlation: 0.22,
            basket_correlation: 0.15,
            window_days: 365.0,
            tenure: 0.56,
            tenure_concentration: 2.3,
            active_orders: 6,
            gap_factor: 1.0,
            repeat_shift: 0.0,
        };
        match scenario {
            Scenario::Typical | Scenario::BrokenColumn | Scenario::StringIds => {}
            Scenario::NoStructure => {
                // Marginals without long tails: a tail of heavy shoppers is what looks most like a cluster.
                population.types = vec![LatentType {
                    gap_spread: 0.5,
                    basket: 12.0,
                    basket_spread: 0.22,
                    basket_variation: 0.4,
                    basket_variation_spread: 0.15,
                    repeat_growth: 0.15,
                    repeat: -0.1,
                    drift: 0.4,
                    ..one_cloud()
                }];
                population.tenure = 0.8;
                population.tenure_concentration = 30.0;
                population.axis_correlation = 0.0;
                population.basket_correlation = 0.0;
            }
            Scenario::Clusters => {
                population.types = separated_groups();
                population.axis_correlation = 0.0;
                population.basket_correlation = 0.0;
                population.tenure = 0.985;
                population.tenure_concentration = 400.0;
            }
            Scenario::Thin => {
                population.active_orders = FEWEST_ORDERS as u32 + 1;
                population.tenure = 0.10;
                population.tenure_concentration = 6.0;
            }
            Scenario::Slower => population.gap_factor = 1.2,
            Scenario::MixShift => {
                for (kind, share) in population.types.iter_mut().zip([0.14, 0.13, 0.31, 0.42]) {
                    kind.share = share;
                }
            }
            Scenario::LoyaltyDrop => population.repeat_shift = -0.6,
            Scenario::LoyaltyDropOneType => {
                for kind in population.types.iter_mut().take(1) {
                    kind.repeat -= 1.2;
                }
            }
        }
        population
    }
}

/// Typical grocery customers: four habits that overlap so far that no method should find four clusters.
fn grocery_types() -> Vec<LatentType> {
    let base = one_cloud();
    vec![
        LatentType {
            name: "weekly family shop".into(),
            share: 0.24,
            gap_days: 12.0,
            gap_spread: 0.58,
            regularity: 2.2,
            weekday_habit: 0.25,
            repeat: -0.4,
            basket: 11.0,
            ..base.clone()
        },
        LatentType {
            name: "quick top-up".into(),
            share: 0.18,
            gap_days: 10.5,
            gap_spread: 0.65,
            repeat: -0.5,
            basket: 5.8,
            hour: 14.6,
            ..base.clone()
        },
        LatentType {
            name: "monthly stock-up".into(),
            share: 0.25,
            gap_days: 25.0,
            gap_spread: 0.45,
            repeat: -0.95,
            basket: 10.5,
            ..base.clone()
        },
        LatentType {
            name: "occasional explorer".into(),
            share: 0.33,
            gap_days: 22.0,
            repeat: -1.25,
            basket: 7.8,
            hour: 13.9,
            ..base
        },
    ]
}

/// One distribution for everybody.
fn one_cloud() -> LatentType {
    LatentType {
        name: "everybody".into(),
        share: 1.0,
        gap_days: 15.0,
        gap_spread: 0.65,
        regularity: 1.75,
        regularity_spread: 0.45,
        drift: 0.62,
        weekday_habit: 0.12,
        repeat: -0.8,
        repeat_spread: 0.85,
        repeat_growth: 0.35,
        repeat_mood: 0.7,
        basket: 8.6,
        basket_spread: 0.48,
        basket_variation: 0.46,
        basket_variation_spread: 0.28,
        hour: 13.7,
        hour_spread: 1.75,
        hour_variation: 3.45,
        hour_variation_spread: 0.30,
        taste_breadth: 1.0,
        taste_breadth_spread: 0.8,
        taste_factors: 1.0,
        only_aisles: None,
    }
}

/// Four tight groups on a diamond: two differ in pace only, two in loyalty only, and the medians of both scores fall
/// inside a pair of them. The rule's cuts therefore halve groups instead of telling them apart.
fn separated_groups() -> Vec<LatentType> {
    let base = LatentType {
        gap_spread: 0.03,
        regularity: 12.0,
        regularity_spread: 0.05,
        drift: 0.0,
        weekday_habit: 0.0,
        repeat_spread: 0.08,
        repeat_growth: 0.0,
        repeat_mood: 0.0,
        basket_spread: 0.05,
        basket_variation: 0.2,
        basket_variation_spread: 0.05,
        hour_spread: 0.2,
        hour_variation: 0.8,
        hour_variation_spread: 0.05,
        taste_breadth: 30.0,
        taste_breadth_spread: 0.1,
        taste_factors: 0.0,
        ..one_cloud()
    };
    vec![
        LatentType {
            name: "daily bread".into(),
            share: 0.25,
            gap_days: 5.0,
            regularity: 40.0,
            repeat: 0.2,
            basket: 5.0,
            basket_variation: 0.35,
            hour: 8.0,
            hour_variation: 0.5,
            only_aisles: Some((0, 16)),
            ..base.clone()
        },
        LatentType {
            name: "evening curious".into(),
            share: 0.25,
            gap_days: 10.5,
            regularity: 6.0,
            repeat: -2.0,
            basket: 10.0,
            basket_variation: 0.1,
            hour: 20.0,
            hour_variation: 1.5,
            ..base.clone()
        },
        LatentType {
            name: "noon regulars".into(),
            share: 0.25,
            gap_days: 10.5,
            regularity: 40.0,
            repeat: 2.2,
            basket: 10.0,
            basket_variation: 0.1,
            hour: 12.0,
            hour_variation: 1.5,
            only_aisles: Some((16, 24)),
            ..base.clone()
        },
        LatentType {
            name: "bulk afternoon".into(),
            share: 0.25,
            gap_days: 21.0,
            regularity: 6.0,
            repeat: 0.2,
            basket: 26.0,
            basket_variation: 0.35,
            hour: 16.0,
            hour_variation: 0.5,
            ..base
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_in_every_scenario() {
        for scenario in Scenario::ALL {
            let total: f64 = Population::of(scenario).types.iter().map(|kind| kind.share).sum();
            assert!((total - 1.0).abs() < 1e-12, "{scenario:?}: {total}");
        }
    }
}
