//! A value, or the reason why there is none.

use serde::{Deserialize, Deserializer, Serialize};

use super::json::Json;

/// A measurement that may be absent: absence always says why and what would mend it.
///
/// In JSON a present value is the value itself; an absent one is
/// `{"status": "not_measured", "reason": "...", "needs": "..."}`. `NaN` and infinities never
/// reach the results: build with [`Measured::finite`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measured<T> {
    /// Nothing could be measured.
    NotMeasured(NotMeasured),
    /// The value.
    Value(T),
}

/// Why a measurement is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMeasured {
    status: Status,
    /// Why, in words for the reader ("no customer has 6 gaps").
    pub reason: String,
    /// What would make it measurable ("order timestamps or a sequence column"); may be empty.
    pub needs: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    NotMeasured,
}

// Not derived: serde's own buffering would be compiled once more for every type that is measured (see `json`).
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Measured<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let read = if value.get("status").and_then(serde_json::Value::as_str) == Some("not_measured") {
            NotMeasured::deserialize(Json(value)).map(Self::NotMeasured)
        } else {
            T::deserialize(Json(value)).map(Self::Value)
        };
        read.map_err(serde::de::Error::custom)
    }
}

impl NotMeasured {
    /// An absent measurement with its reason and what it needs.
    pub fn new(reason: impl Into<String>, needs: impl Into<String>) -> Self {
        Self { status: Status::NotMeasured, reason: reason.into(), needs: needs.into() }
    }
}

impl<T> Measured<T> {
    /// An absent measurement.
    pub fn absent(reason: impl Into<String>, needs: impl Into<String>) -> Self {
        Self::NotMeasured(NotMeasured::new(reason, needs))
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotMeasured(_) => None,
        }
    }

    /// Why there is no value, if there is none.
    pub fn missing(&self) -> Option<&NotMeasured> {
        match self {
            Self::Value(_) => None,
            Self::NotMeasured(missing) => Some(missing),
        }
    }

    /// The measurement by reference.
    pub fn as_ref(&self) -> Measured<&T> {
        match self {
            Self::Value(value) => Measured::Value(value),
            Self::NotMeasured(missing) => Measured::NotMeasured(missing.clone()),
        }
    }

    /// Applies `f` to a present value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Measured<U> {
        match self {
            Self::Value(value) => Measured::Value(f(value)),
            Self::NotMeasured(missing) => Measured::NotMeasured(missing),
        }
    }
}

impl Measured<f64> {
    /// `value` if it is finite, else an absent measurement with `reason`.
    pub fn finite(value: f64, reason: &str) -> Self {
        if value.is_finite() { Self::Value(value) } else { Self::absent(reason, "") }
    }
}
