//! A feature set that a person writes down: unchecked as it comes, checked before anything runs.
//!
//! ```json
//! [{ "id": "rhythm", "title": "when they order",
//!    "columns": ["mean_days_between_orders", "mean_order_hour_circular", "std_order_hour_circular"],
//!    "categories": "without", "winsorise": { "low": 0.005, "high": 0.995 } }]
//! ```
//! `columns` are names of the 15 canonical or the corrected features; `categories` is `"without"`, `"shares"`,
//! `{ "components": 20 }` or `{ "log_ratios": { "pseudo_count": 0.5 } }`. Only `id` is required, and one of the two.
//! On the command line `--sets FILE`, in the protocol `Params::sets`: the tribunal then hears these sets beside its
//! own, on the same rows and terms.

use serde::{Deserialize, Serialize};

use super::scale::Winsor;
use super::sets::{CategoryBlock, Column, FeatureSet};
use crate::features::catalogue::{Behavioural, Corrected};

/// Most sets that may be added: each is clustered dozens of times.
pub const MOST_SETS: usize = 10;
/// Longest id.
const LONGEST_ID: usize = 40;

/// A feature set as a person wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnSet {
    /// Name in the results: lower-case letters, digits and underscores.
    pub id: String,
    /// What it is, for the reader; the id if empty.
    #[serde(default)]
    pub title: String,
    /// Names of behavioural features, canonical or corrected.
    #[serde(default)]
    pub columns: Vec<String>,
    /// How the category block enters.
    #[serde(default)]
    pub categories: CategoryBlock,
    /// Quantiles at which features and shares are cut off; not at all if absent.
    #[serde(default)]
    pub winsorise: Option<Winsor>,
}

/// A feature set that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// Too many.
    #[error("{given} feature sets were added; at most {MOST_SETS} can be")]
    TooMany {
        /// How many.
        given: usize,
    },
    /// An id that is no name.
    #[error("\"{id}\" cannot name a feature set: use 1 to {LONGEST_ID} lower-case letters, digits and underscores")]
    Id {
        /// As given.
        id: String,
    },
    /// An id in use.
    #[error("there is already a feature set \"{id}\"")]
    Taken {
        /// As given.
        id: String,
    },
    /// A name that no feature has.
    #[error("feature set \"{id}\": no feature is called \"{column}\"")]
    Column {
        /// The set.
        id: String,
        /// As given.
        column: String,
    },
    /// A feature named twice would weigh double.
    #[error("feature set \"{id}\": \"{column}\" stands in it twice")]
    Twice {
        /// The set.
        id: String,
        /// The feature.
        column: String,
    },
    /// Neither features nor categories.
    #[error("feature set \"{id}\" holds nothing: give columns or categories")]
    Empty {
        /// The set.
        id: String,
    },
    /// A number that makes no sense.
    #[error("feature set \"{id}\": {what}")]
    Number {
        /// The set.
        id: String,
        /// Which and why.
        what: &'static str,
    },
}

impl OwnSet {
    /// The set that runs.
    pub fn check(&self) -> Result<FeatureSet, SetError> {
        let id = self.id.clone();
        let named = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if id.is_empty() || id.len() > LONGEST_ID || !named {
            return Err(SetError::Id { id });
        }
        let mut columns: Vec<Column> = Vec::new();
        for name in &self.columns {
            let canonical = Behavioural::named(name).map(Column::Canonical);
            let corrected = || Corrected::ALL.into_iter().find(|feature| feature.name() == name).map(Column::Corrected);
            let Some(column) = canonical.or_else(corrected) else {
                return Err(SetError::Column { id, column: name.clone() });
            };
            if columns.contains(&column) {
                return Err(SetError::Twice { id, column: name.clone() });
            }
            columns.push(column);
        }
        if columns.is_empty() && self.categories == CategoryBlock::Without {
            return Err(SetError::Empty { id });
        }
        let sound = match self.categories {
            CategoryBlock::Without | CategoryBlock::Shares => true,
            CategoryBlock::Components(count) => count > 0,
            CategoryBlock::LogRatios { pseudo_count } => pseudo_count.is_finite() && pseudo_count > 0.0,
        };
        if !sound {
            return Err(SetError::Number { id, what: "components and pseudo count must be above 0" });
        }
        if self.winsorise.is_some_and(|cut| !(0.0 <= cut.low && cut.low < cut.high && cut.high <= 1.0)) {
            return Err(SetError::Number { id, what: "the cut-off quantiles must satisfy 0 <= low < high <= 1" });
        }
        let title = if self.title.is_empty() { id.replace('_', " ") } else { self.title.clone() };
        Ok(FeatureSet { id, title, columns, categories: self.categories, winsorise: self.winsorise })
    }
}

/// Checks sets that are added to those of the tribunal.
pub fn check_all(sets: &[OwnSet]) -> Result<Vec<FeatureSet>, SetError> {
    if sets.len() > MOST_SETS {
        return Err(SetError::TooMany { given: sets.len() });
    }
    let mut taken: Vec<String> = FeatureSet::all().into_iter().map(|set| set.id).collect();
    let mut checked = Vec::new();
    for set in sets {
        let set = set.check()?;
        if taken.contains(&set.id) {
            return Err(SetError::Taken { id: set.id });
        }
        taken.push(set.id.clone());
        checked.push(set);
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<FeatureSet, SetError> {
        serde_json::from_str::<OwnSet>(text).unwrap().check()
    }

    #[test]
    fn the_documented_example_is_a_set() {
        let text = r#"{ "id": "rhythm", "title": "when they order",
            "columns": ["mean_days_between_orders", "mean_order_hour_circular", "std_order_hour_circular"],
            "categories": "without", "winsorise": { "low": 0.005, "high": 0.995 } }"#;
        let set = parse(text).unwrap();
        assert_eq!((set.id.as_str(), set.columns.len(), set.winsorise), ("rhythm", 3, Some(Winsor::CANONICAL)));
        assert_eq!(
            parse(r#"{"id":"c","categories":{"components":20}}"#).unwrap().categories,
            CategoryBlock::Components(20)
        );
        let ratios = parse(r#"{"id":"c","categories":{"log_ratios":{"pseudo_count":0.5}}}"#).unwrap();
        assert_eq!(ratios.categories, CategoryBlock::LogRatios { pseudo_count: 0.5 });
        assert_eq!(ratios.title, "c");
    }

    #[test]
    fn every_built_in_set_can_be_written_down() {
        for set in FeatureSet::all() {
            let own = OwnSet {
                id: format!("own_{}", set.id),
                title: set.title.clone(),
                columns: set.columns.iter().map(|column| column.name().to_owned()).collect(),
                categories: set.categories,
                winsorise: set.winsorise,
            };
            let text = serde_json::to_string(&own).unwrap();
            let read = serde_json::from_str::<OwnSet>(&text).unwrap().check().unwrap();
            assert_eq!(FeatureSet { id: set.id.clone(), ..read }, set);
        }
    }

    #[test]
    fn what_cannot_be_says_why() {
        let refused = [
            (r#"{"id":""}"#, "cannot name"),
            (r#"{"id":"A b","columns":["reorder_ratio"]}"#, "cannot name"),
            (r#"{"id":"a"}"#, "holds nothing"),
            (r#"{"id":"a","columns":["loyalty"]}"#, "no feature is called \"loyalty\""),
            (r#"{"id":"a","columns":["reorder_ratio","reorder_ratio"]}"#, "twice"),
            (r#"{"id":"a","categories":{"components":0}}"#, "above 0"),
            (r#"{"id":"a","categories":"shares","winsorise":{"low":0.9,"high":0.1}}"#, "low < high"),
        ];
        for (text, why) in refused {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert!(serde_json::from_str::<OwnSet>(r#"{"id":"a","colums":[]}"#).is_err(), "a slip of the pen is no set");
        let own = |id: &str| OwnSet {
            id: id.to_owned(),
            title: String::new(),
            columns: vec!["reorder_ratio".to_owned()],
            categories: CategoryBlock::Without,
            winsorise: None,
        };
        assert_eq!(check_all(&[own("behavioural")]), Err(SetError::Taken { id: "behavioural".to_owned() }));
        assert_eq!(check_all(&[own("a"), own("a")]), Err(SetError::Taken { id: "a".to_owned() }));
        assert_eq!(check_all(&vec![own("a"); 11]), Err(SetError::TooMany { given: 11 }));
        assert_eq!(check_all(&[own("a"), own("b")]).unwrap().len(), 2);
    }
}
