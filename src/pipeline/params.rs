//! What a run can be told: unchecked from outside, checked before anything runs.

use serde::{Deserialize, Serialize};

use super::labels::Labels;
use crate::clustering::exact::{MOST_CLUSTERS, Solution};
use crate::planning::findings::PlanDesign;
use crate::prepare::own::{OwnSet, SetError, check_all};
use crate::prepare::sets::FeatureSet;
use crate::segments::thresholds::TypedThresholds;

/// How much to compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// Seconds: features, rule, effects, gates.
    #[default]
    Quick,
    /// Everything.
    Full,
}

/// Parameters as they come from the page or the command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    /// Customers with fewer orders are left out.
    pub min_orders: u32,
    /// How much to compute.
    pub depth: Depth,
    /// Seed of the one generator.
    pub seed: u64,
    /// Orders after this date (YYYY-MM-DD) are left out; needs timestamps.
    pub as_of: Option<String>,
    /// Frequency threshold typed in instead of the median.
    pub frequency_threshold: Option<f64>,
    /// Loyalty threshold typed in instead of the median.
    pub loyalty_threshold: Option<f64>,
    /// Feature sets added to those of the tribunal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<OwnSet>,
    /// Solutions to measure exactly on all customers: minutes each at full scale.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exact: Vec<Solution>,
    /// What experiments are planned for.
    pub plan: PlanDesign,
    /// What the reader calls the segments, and the unit of money.
    #[serde(skip_serializing_if = "Labels::is_plain")]
    pub labels: Labels,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            min_orders: 5,
            depth: Depth::Quick,
            seed: 42,
            as_of: None,
            frequency_threshold: None,
            loyalty_threshold: None,
            sets: Vec::new(),
            exact: Vec::new(),
            plan: PlanDesign::default(),
            labels: Labels::default(),
        }
    }
}

/// A parameter that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamError {
    /// `min_orders` below 2: no gap exists.
    #[error("the minimum number of orders is {given}; it must be 2 or more, since one order has no gap")]
    MinOrders {
        /// What was asked for.
        given: u32,
    },
    /// A threshold outside (0, 1].
    #[error("the {score} threshold is {given}; it must lie between 0 and 1")]
    Threshold {
        /// `frequency` or `loyalty`.
        score: &'static str,
        /// What was asked for.
        given: f64,
    },
    /// A feature set that cannot be.
    #[error(transparent)]
    Set(#[from] SetError),
    /// A solution that cannot be.
    #[error("an exact solution was asked for at {}={}: name a feature set, and 2 to {MOST_CLUSTERS} clusters", .given.set, .given.k)]
    Exact {
        /// What was asked for.
        given: Solution,
    },
    /// Two segments of one name.
    #[error("two segments would have the same name; give each its own")]
    Labels,
    /// A plan that cannot be made.
    #[error(
        "alpha, power, the treated share or the effect of the plan is out of range (alpha {}, power {}, treated {}, \
         effect {})",
        given.alpha, given.power, given.treatment_share, given.relative_effect
    )]
    Plan {
        /// What was asked for.
        given: PlanDesign,
    },
    /// A date that is none.
    #[error("the as-of date \"{given}\" is not a date; write it as YYYY-MM-DD")]
    AsOf {
        /// What was asked for.
        given: String,
    },
}

/// Parameters that can run. Only [`Params::check`] makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedParams {
    inner: Params,
    as_of_day: Option<i32>,
    sets: Vec<FeatureSet>,
}

impl CheckedParams {
    /// The parameters.
    pub fn get(&self) -> &Params {
        &self.inner
    }

    /// The feature sets added.
    pub fn sets(&self) -> &[FeatureSet] {
        &self.sets
    }

    /// The as-of date as days since 1970-01-01.
    pub fn as_of_day(&self) -> Option<i32> {
        self.as_of_day
    }
}

impl Params {
    /// Both thresholds as the rule takes them.
    pub fn typed(&self) -> TypedThresholds {
        TypedThresholds { frequency: self.frequency_threshold, loyalty: self.loyalty_threshold }
    }

    /// Checks every parameter.
    pub fn check(self) -> Result<CheckedParams, ParamError> {
        if self.min_orders < 2 {
            return Err(ParamError::MinOrders { given: self.min_orders });
        }
        for (score, threshold) in [("frequency", self.frequency_threshold), ("loyalty", self.loyalty_threshold)] {
            if let Some(given) = threshold
                && !(0.0..=1.0).contains(&given)
            {
                return Err(ParamError::Threshold { score, given });
            }
        }
        if self.labels.ambiguous(str::to_lowercase) {
            return Err(ParamError::Labels);
        }
        if !self.plan.valid() {
            return Err(ParamError::Plan { given: self.plan });
        }
        let as_of_day = match &self.as_of {
            None => None,
            Some(text) => Some(parse_day(text).ok_or_else(|| ParamError::AsOf { given: text.clone() })?),
        };
        let sets = check_all(&self.sets)?;
        let known = |id: &str| FeatureSet::all().iter().chain(&sets).any(|set| set.id == id);
        let possible = |asked: &&Solution| known(&asked.set) && (2..=MOST_CLUSTERS).contains(&asked.k);
        if let Some(given) = self.exact.iter().find(|asked| !possible(asked)) {
            return Err(ParamError::Exact { given: given.clone() });
        }
        Ok(CheckedParams { inner: Self { labels: self.labels.cleaned(), ..self }, as_of_day, sets })
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian YYYY-MM-DD (Hinnant's civil-from-days, inverted).
fn parse_day(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || y.len() != 4 || m.len() != 2 || d.len() != 2 {
        return None;
    }
    let (y, m, d): (i32, i32, i32) = (y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
    let leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let last = match m {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => return None,
    };
    if !(1..=last).contains(&d) {
        return None;
    }
    let year = if m <= 2 { y - 1 } else { y };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(parse_day("1970-01-01"), Some(0));
        assert_eq!(parse_day("2000-03-01"), Some(11_017));
        assert_eq!(parse_day("1969-12-31"), Some(-1));
        assert_eq!(parse_day("2024-02-29"), Some(19_782));
        for bad in ["2023-02-29", "2023-13-01", "23-01-01", "2023-1-1", "2023-01-01-", "", "yesterday"] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Params { min_orders: 1, ..Params::default() }.check().is_err());
        assert!(Params { loyalty_threshold: Some(f64::NAN), ..Params::default() }.check().is_err());
        assert!(Params { as_of: Some("soon".into()), ..Params::default() }.check().is_err());
        assert!(Params::default().check().is_ok());
        let exact = |set: &str, k| Params { exact: vec![Solution { set: set.to_owned(), k }], ..Params::default() };
        assert!(exact("behavioural", 2).check().is_ok());
        for nonsense in [exact("behavioural", 1), exact("behavioural", 51), exact("nobody_s", 2)] {
            assert!(matches!(nonsense.check(), Err(ParamError::Exact { .. })));
        }
    }
}
