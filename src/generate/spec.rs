//! What to generate: unchecked from outside, checked before anything is drawn.

use serde::{Deserialize, Serialize};

use crate::extract::findings::Layout;

/// What is planted in the extract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Grocery customers: overlapping habits, no clusters, both scores persistent.
    #[default]
    Typical,
    /// One cloud: every customer from the same distribution, the two axes independent, no shared tastes.
    NoStructure,
    /// Four well-separated behavioural groups that cuts at the two medians run right through.
    Clusters,
    /// Most customers have ordered three or four times.
    Thin,
    /// `Typical` a season later: every gap 20% longer.
    Slower,
    /// `Typical` with more of the occasional and fewer of the frequent types.
    MixShift,
    /// `Typical` with everybody's propensity to buy again lowered.
    LoyaltyDrop,
    /// `Typical` with that propensity lowered for one type only: the one that orders often and buys again most.
    LoyaltyDropOneType,
    /// `Typical` with the order timing damaged: gaps (or timestamps) missing, negative or infinite.
    BrokenColumn,
    /// `Typical` with all ids as text.
    StringIds,
}

impl Scenario {
    /// All scenarios, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Typical,
        Self::NoStructure,
        Self::Clusters,
        Self::Thin,
        Self::Slower,
        Self::MixShift,
        Self::LoyaltyDrop,
        Self::LoyaltyDropOneType,
        Self::BrokenColumn,
        Self::StringIds,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typical => "typical",
            Self::NoStructure => "no-structure",
            Self::Clusters => "clusters",
            Self::Thin => "thin",
            Self::Slower => "slower",
            Self::MixShift => "mix-shift",
            Self::LoyaltyDrop => "loyalty-drop",
            Self::LoyaltyDropOneType => "loyalty-drop-one-type",
            Self::BrokenColumn => "broken-column",
            Self::StringIds => "string-ids",
        }
    }

    /// The scenario of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }
}

/// An extract to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Number of customers, 1 ..= [`Spec::MOST_CUSTOMERS`].
    pub customers: u32,
    /// Shape of the files.
    pub layout: Layout,
    /// What is planted.
    pub scenario: Scenario,
    /// Seed of every draw.
    pub seed: u64,
}

impl Spec {
    /// The most customers: above it order ids would outgrow 32 bits.
    pub const MOST_CUSTOMERS: u32 = 20_000_000;

    /// Checks every field.
    pub fn check(self) -> Result<CheckedSpec, SpecError> {
        if self.customers == 0 || self.customers > Self::MOST_CUSTOMERS {
            return Err(SpecError::Customers { given: self.customers });
        }
        Ok(CheckedSpec(self))
    }
}

/// A spec that can be generated. Only [`Spec::check`] makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedSpec(Spec);

impl CheckedSpec {
    /// The spec.
    pub fn get(&self) -> &Spec {
        &self.0
    }

    /// Are the ids of this extract text?
    pub(super) fn text_ids(&self) -> bool {
        self.0.scenario == Scenario::StringIds
    }

    /// Products in the catalogue: four per customer, as many as a small shop at least and Instacart's 49,688 at most.
    pub(super) fn products(&self) -> u32 {
        self.0.customers.saturating_mul(4).clamp(4_000, 49_688)
    }
}

/// A spec that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// No customers, or more than fit.
    #[error("{given} customers were asked for; it must be between 1 and {}", Spec::MOST_CUSTOMERS)]
    Customers {
        /// What was asked for.
        given: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_found_by_their_own_names() {
        for scenario in Scenario::ALL {
            assert_eq!(Scenario::named(scenario.name()), Some(scenario));
            assert_eq!(serde_json::to_string(&scenario).unwrap(), format!("\"{}\"", scenario.name()));
        }
        assert_eq!(Scenario::named("nonsense"), None);
    }

    #[test]
    fn nobody_and_too_many_are_refused() {
        let spec = |customers| Spec { customers, layout: Layout::Star, scenario: Scenario::Typical, seed: 1 };
        assert_eq!(spec(0).check(), Err(SpecError::Customers { given: 0 }));
        assert!(spec(u32::MAX).check().is_err());
        assert!(spec(1).check().is_ok());
    }
}
