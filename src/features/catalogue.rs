//! The dictionary: what each feature is called, measured in, made of, and how it is tied to the rule.

use crate::extract::history::Category;
use crate::extract::schema::Role;

use super::findings::{DictionaryEntry, Group};

/// The 15 behavioural features, in matrix order (after the category shares).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Behavioural {
    /// Reordered lines / lines.
    ReorderRatio,
    /// Standard deviation over orders with lines of the order's reordered share.
    ReorderConsistency,
    /// Distinct products with a reordered line / distinct products.
    PctReorderedProducts,
    /// Mean of the known days since the prior order.
    MeanDaysBetweenOrders,
    /// Standard deviation / mean of the days since the prior order.
    CvDaysBetweenOrders,
    /// Linear mean of the hour.
    MeanOrderHour,
    /// Linear standard deviation of the hour.
    StdOrderHour,
    /// Lines / all orders.
    AvgBasketSize,
    /// Standard deviation of lines over orders with lines.
    StdBasketSize,
    /// Fewest lines over orders with lines.
    MinBasketSize,
    /// Most lines over orders with lines.
    MaxBasketSize,
    /// `std_basket_size` / `avg_basket_size`.
    BasketSizeCv,
    /// Distinct products.
    UniqueProducts,
    /// Distinct categories, whatever the categories are called.
    UniqueAisles,
    /// Shannon entropy, base 2, of the lines over categories.
    AisleEntropy,
}

/// What stands in for a missing value of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imputation {
    /// The median over the customers who have a value.
    Median,
    /// Zero.
    Zero,
}

impl Behavioural {
    /// All 15, in matrix order.
    pub const ALL: [Self; 15] = [
        Self::ReorderRatio,
        Self::ReorderConsistency,
        Self::PctReorderedProducts,
        Self::MeanDaysBetweenOrders,
        Self::CvDaysBetweenOrders,
        Self::MeanOrderHour,
        Self::StdOrderHour,
        Self::AvgBasketSize,
        Self::StdBasketSize,
        Self::MinBasketSize,
        Self::MaxBasketSize,
        Self::BasketSizeCv,
        Self::UniqueProducts,
        Self::UniqueAisles,
        Self::AisleEntropy,
    ];

    /// Position in [`Behavioural::ALL`], and the feature's bit in the imputed mask.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The published name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The feature of this published name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// What stands in for a missing value: the canonical project's choice, its median for the rest.
    pub fn imputation(self) -> Imputation {
        if self == Self::StdBasketSize { Imputation::Zero } else { Imputation::Median }
    }

    /// The feature's full entry.
    pub fn entry(self) -> &'static Entry {
        &BEHAVIOURAL[self.index()]
    }
}

/// One line of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Published name.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Formula.
    pub formula: &'static str,
    /// The roles that it is computed from.
    pub roles: &'static [Role],
    /// How the feature is tied to the two scores by algebra or by construction; `None` if free.
    pub coupling: Option<&'static str>,
}

/// Entries in the order of [`Behavioural::ALL`].
static BEHAVIOURAL: [Entry; 15] = [
    Entry {
        name: "reorder_ratio",
        unit: "share",
        formula: "reordered lines / lines",
        roles: &[Role::Reordered, Role::Product],
        coupling: Some("is the loyalty score"),
    },
    Entry {
        name: "reorder_consistency",
        unit: "share",
        formula: "standard deviation (n - 1) over orders with lines of the order's reordered share",
        roles: &[Role::Reordered, Role::Product],
        coupling: Some("spread of the per-order shares whose weighted mean is the loyalty score"),
    },
    Entry {
        name: "pct_reordered_products",
        unit: "share",
        formula: "distinct products with a reordered line / distinct products",
        roles: &[Role::Reordered, Role::Product],
        coupling: Some("near-algebraic: counts the same reordered lines as the loyalty score, by product"),
    },
    Entry {
        name: "mean_days_between_orders",
        unit: "days",
        formula: "mean of the known days since the prior order",
        roles: &[Role::DaysSincePrior],
        coupling: Some("the frequency score is 1 / (it + 1)"),
    },
    Entry {
        name: "cv_days_between_orders",
        unit: "ratio",
        formula: "standard deviation (n - 1) / mean of the known days since the prior order",
        roles: &[Role::DaysSincePrior],
        coupling: Some(
            "has the mean gap in its denominator, and a cap on gaps bounds it: cv <= sqrt((cap - mean) / mean)",
        ),
    },
    Entry {
        name: "mean_order_hour",
        unit: "hour",
        formula: "linear mean of the hour of day over all orders",
        roles: &[Role::Hour],
        coupling: None,
    },
    Entry {
        name: "std_order_hour",
        unit: "hours",
        formula: "linear standard deviation (n - 1) of the hour of day over all orders",
        roles: &[Role::Hour],
        coupling: None,
    },
    Entry {
        name: "avg_basket_size",
        unit: "lines",
        formula: "lines / all orders, those without lines included",
        roles: &[Role::Product],
        coupling: None,
    },
    Entry {
        name: "std_basket_size",
        unit: "lines",
        formula: "standard deviation (n - 1) of lines per order with lines",
        roles: &[Role::Product],
        coupling: None,
    },
    Entry {
        name: "min_basket_size",
        unit: "lines",
        formula: "fewest lines of an order with lines",
        roles: &[Role::Product],
        coupling: None,
    },
    Entry {
        name: "max_basket_size",
        unit: "lines",
        formula: "most lines of an order",
        roles: &[Role::Product],
        coupling: None,
    },
    Entry {
        name: "basket_size_cv",
        unit: "ratio",
        formula: "std_basket_size / avg_basket_size",
        roles: &[Role::Product],
        coupling: None,
    },
    Entry {
        name: "unique_products",
        unit: "products",
        formula: "distinct products",
        roles: &[Role::Product],
        coupling: Some("with full histories the loyalty score is 1 - unique products / lines"),
    },
    Entry {
        name: "unique_aisles",
        unit: "categories",
        formula: "distinct categories",
        roles: &[Role::Product, Role::Category],
        coupling: Some("near-algebraic: follows unique_products, which makes the loyalty score"),
    },
    Entry {
        name: "aisle_entropy",
        unit: "bits",
        formula: "-sum of p log2 p, p = the customer's lines in a category / lines",
        roles: &[Role::Product, Role::Category],
        coupling: None,
    },
];

/// Corrected twins of canonical features; beside the matrix, never in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Corrected {
    /// Circular mean of the hour, period 24.
    MeanHourCircular,
    /// Circular standard deviation of the hour, period 24.
    StdHourCircular,
    /// Circular mean of the weekday, period 7.
    MeanWeekdayCircular,
    /// Circular standard deviation of the weekday, period 7.
    StdWeekdayCircular,
    /// Lines / orders with lines.
    AvgBasketOrdersWithLines,
    /// Reorder consistency without each customer's first order with lines, whose share is 0 by definition.
    ReorderConsistencyAfterFirst,
}

impl Corrected {
    /// All, in column order.
    pub const ALL: [Self; 6] = [
        Self::MeanHourCircular,
        Self::StdHourCircular,
        Self::MeanWeekdayCircular,
        Self::StdWeekdayCircular,
        Self::AvgBasketOrdersWithLines,
        Self::ReorderConsistencyAfterFirst,
    ];

    /// Position in [`Corrected::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The full entry.
    pub fn entry(self) -> &'static Entry {
        &CORRECTED[self.index()]
    }
}

/// Entries in the order of [`Corrected::ALL`].
static CORRECTED: [Entry; 6] = [
    Entry {
        name: "mean_order_hour_circular",
        unit: "hour",
        formula: "circular mean of the hour, period 24 (23 and 1 average to 0, not 12)",
        roles: &[Role::Hour],
        coupling: None,
    },
    Entry {
        name: "std_order_hour_circular",
        unit: "hours",
        formula: "sqrt(-2 ln R) 24 / 2 pi, at most 12; R = length of the mean unit vector",
        roles: &[Role::Hour],
        coupling: None,
    },
    Entry {
        name: "mean_order_weekday_circular",
        unit: "weekday (0 = Sunday)",
        formula: "circular mean of the weekday, period 7",
        roles: &[Role::Weekday],
        coupling: None,
    },
    Entry {
        name: "std_order_weekday_circular",
        unit: "days",
        formula: "sqrt(-2 ln R) 7 / 2 pi, at most 3.5",
        roles: &[Role::Weekday],
        coupling: None,
    },
    Entry {
        name: "avg_basket_size_orders_with_lines",
        unit: "lines",
        formula: "lines / orders with lines",
        roles: &[Role::Product],
        coupling: None,
    },
    Entry {
        name: "reorder_consistency_after_first",
        unit: "share",
        formula: "reorder_consistency without the first order with lines, whose reordered share is 0 by definition",
        roles: &[Role::Reordered, Role::Product],
        coupling: Some("spread of the per-order shares whose weighted mean is the loyalty score"),
    },
];

impl Entry {
    /// The entry as results.json shows it.
    pub fn to_dictionary(self, group: Group) -> DictionaryEntry {
        DictionaryEntry {
            name: self.name.to_owned(),
            group,
            unit: self.unit.to_owned(),
            formula: self.formula.to_owned(),
            source: self.roles.iter().map(|role| role_name(*role)).collect::<Vec<_>>().join(", "),
            coupling: self.coupling.map(str::to_owned),
        }
    }
}

/// The generated entry of one category's share.
pub fn share_entry(category: &Category) -> DictionaryEntry {
    given_share_entry(&category.feature_name(), &format!("lines in \"{}\" / lines", category.name))
}

/// The entry of a share that came as a column of its own.
pub(crate) fn given_share_entry(name: &str, formula: &str) -> DictionaryEntry {
    DictionaryEntry {
        name: name.to_owned(),
        group: Group::Category,
        unit: "share".to_owned(),
        formula: formula.to_owned(),
        source: format!("{}, {}", role_name(Role::Product), role_name(Role::Category)),
        coupling: None,
    }
}

/// A role's serialised name, for the roles that features are made of.
fn role_name(role: Role) -> &'static str {
    match role {
        Role::Reordered => "reordered",
        Role::Product => "product",
        Role::Category => "category",
        Role::DaysSincePrior => "days_since_prior",
        Role::Hour => "hour",
        Role::Weekday => "weekday",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_again() {
        for (i, feature) in Behavioural::ALL.into_iter().enumerate() {
            assert_eq!(feature.index(), i);
            assert_eq!(Behavioural::named(feature.name()), Some(feature));
        }
        for (i, feature) in Corrected::ALL.into_iter().enumerate() {
            assert_eq!(feature.index(), i);
            assert_eq!(Behavioural::named(feature.name()), None);
        }
    }

    #[test]
    fn every_source_role_has_its_serialised_name() {
        let entries = BEHAVIOURAL.iter().chain(&CORRECTED);
        for role in entries.flat_map(|entry| entry.roles) {
            assert_eq!(serde_json::to_string(role).unwrap(), format!("\"{}\"", role_name(*role)));
        }
    }
}
