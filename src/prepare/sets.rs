//! Feature sets as data: which columns, cut off where, the category block as shares, components or log-ratios.

use serde::{Deserialize, Serialize};

use crate::features::catalogue::{Behavioural, Corrected};

use super::scale::Winsor;

/// How the category block enters a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CategoryBlock {
    /// Not at all.
    #[default]
    Without,
    /// One share per category, scaled like the other features.
    Shares,
    /// Scores on the first components of the standardised block, unscaled.
    Components(usize),
    /// Centred log-ratios ln(lines + pseudo count) minus their mean over the categories, centred but not
    /// scaled: distances are Aitchison's. Shares given without lines are taken as `pseudo_count` per 100 lines.
    LogRatios {
        /// Lines added to every category, bought or not.
        pseudo_count: f64,
    },
}

impl CategoryBlock {
    /// Columns it gives on an extract with this many categories.
    pub fn width(self, categories: usize) -> usize {
        match self {
            Self::Without => 0,
            Self::Shares | Self::LogRatios { .. } => categories,
            Self::Components(count) => count.min(categories + 1),
        }
    }
}

/// A feature of a set: a canonical one or its corrected twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// As the canonical case defines it.
    Canonical(Behavioural),
    /// The corrected one; the median stands in where a customer has no value.
    Corrected(Corrected),
}

impl Column {
    /// The feature's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canonical(feature) => feature.name(),
            Self::Corrected(feature) => feature.name(),
        }
    }
}

/// A recipe for a matrix of prepared features: the category block first, then `columns`.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureSet {
    /// Stable name in the results.
    pub id: String,
    /// What it is, for the reader.
    pub title: String,
    /// Behavioural features, standardised.
    pub columns: Vec<Column>,
    /// The category block.
    pub categories: CategoryBlock,
    /// Quantiles at which `columns` and shares are cut off before they are standardised.
    pub winsorise: Option<Winsor>,
}

/// Components of the canonical *full* and *pruned* sets.
pub const CANONICAL_COMPONENTS: usize = 50;
/// Half a line is added to every category, the usual choice for counts with zeros (Jeffreys' prior) \[J\].
pub const PSEUDO_COUNT: f64 = 0.5;

/// The 14 features that the canonical case ran as behavioural: all but `aisle_entropy`.
fn canonical_14() -> Vec<Column> {
    let behavioural = Behavioural::ALL.into_iter().filter(|feature| *feature != Behavioural::AisleEntropy);
    behavioural.map(Column::Canonical).collect()
}

impl FeatureSet {
    /// The canonical behavioural ablation: 14 features, winsorised.
    pub fn canonical_behavioural() -> Self {
        Self {
            id: "canonical_behavioural".to_owned(),
            title: "14 behavioural features, winsorised, as the canonical case ran them".to_owned(),
            columns: canonical_14(),
            categories: CategoryBlock::Without,
            winsorise: Some(Winsor::CANONICAL),
        }
    }

    /// The canonical all-features ablation: all shares and 15 behavioural features, winsorised.
    pub fn canonical_all() -> Self {
        Self {
            id: "canonical_all".to_owned(),
            title: "all features, winsorised".to_owned(),
            columns: Behavioural::ALL.into_iter().map(Column::Canonical).collect(),
            categories: CategoryBlock::Shares,
            winsorise: Some(Winsor::CANONICAL),
        }
    }

    /// The canonical full set: 50 components of the category block and 14 behavioural features.
    pub fn canonical_full() -> Self {
        Self {
            id: "canonical_full".to_owned(),
            title: "50 components of the category block and 14 behavioural features".to_owned(),
            columns: canonical_14(),
            categories: CategoryBlock::Components(CANONICAL_COMPONENTS),
            winsorise: None,
        }
    }

    /// The canonical baseline: the full set without three near-duplicates.
    pub fn canonical_pruned() -> Self {
        let dropped = [Behavioural::PctReorderedProducts, Behavioural::MaxBasketSize, Behavioural::UniqueAisles];
        let mut columns = canonical_14();
        columns.retain(|column| !dropped.iter().any(|feature| *column == Column::Canonical(*feature)));
        Self {
            id: "canonical_pruned".to_owned(),
            title: "50 components of the category block and 11 behavioural features, near-duplicates left out"
                .to_owned(),
            columns,
            ..Self::canonical_full()
        }
    }

    /// The corrected behavioural set: all 15, hours on the circle, baskets over orders that have lines.
    pub fn behavioural() -> Self {
        let columns = Behavioural::ALL.into_iter().map(|feature| match feature {
            Behavioural::MeanOrderHour => Column::Corrected(Corrected::MeanHourCircular),
            Behavioural::StdOrderHour => Column::Corrected(Corrected::StdHourCircular),
            Behavioural::AvgBasketSize => Column::Corrected(Corrected::AvgBasketOrdersWithLines),
            Behavioural::ReorderConsistency => Column::Corrected(Corrected::ReorderConsistencyAfterFirst),
            same => Column::Canonical(same),
        });
        Self {
            id: "behavioural".to_owned(),
            title: "15 behavioural features with the corrected definitions, winsorised".to_owned(),
            columns: columns.collect(),
            categories: CategoryBlock::Without,
            winsorise: Some(Winsor::CANONICAL),
        }
    }

    /// What customers buy, as a composition: centred log-ratios of the category shares.
    pub fn clr_shares() -> Self {
        Self {
            id: "clr_shares".to_owned(),
            title: "centred log-ratios of the category shares".to_owned(),
            columns: Vec::new(),
            categories: CategoryBlock::LogRatios { pseudo_count: PSEUDO_COUNT },
            winsorise: None,
        }
    }

    /// Every set of the tribunal, in the order of the results.
    pub fn all() -> Vec<Self> {
        vec![
            Self::canonical_behavioural(),
            Self::behavioural(),
            Self::canonical_pruned(),
            Self::canonical_full(),
            Self::canonical_all(),
            Self::clr_shares(),
        ]
    }

    /// Does it need the components of the category block?
    pub fn needs_components(&self) -> bool {
        matches!(self.categories, CategoryBlock::Components(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_sets_have_the_published_sizes() {
        assert_eq!(FeatureSet::canonical_behavioural().columns.len(), 14);
        assert_eq!(FeatureSet::behavioural().columns.len(), 15);
        assert_eq!(FeatureSet::canonical_all().columns.len() + 134, 149);
        assert_eq!(FeatureSet::canonical_full().columns.len() + CANONICAL_COMPONENTS, 64);
        assert_eq!(FeatureSet::canonical_pruned().columns.len() + CANONICAL_COMPONENTS, 61);
        let mut ids: Vec<String> = FeatureSet::all().into_iter().map(|set| set.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), FeatureSet::all().len());
    }
}
