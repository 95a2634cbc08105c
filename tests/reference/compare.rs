//! Comparing what was computed with what a case expects.

use quadrant::stats::measured::Measured;
use serde_json::Value;

use super::Case;

/// Absolute tolerance near zero, by the convention of the cases.
const NEAR_ZERO: f64 = 1e-12;

/// Expected values that are another program's quirk, with what we do instead.
const NOT_OURS: [(&str, &str, &str); 4] = [
    ("circular_wrap", "circmean_scipy_raw", "scipy answers the period itself; we wrap to 0"),
    ("circular_all_same", "circstd_scipy_raw", "scipy may answer rounding noise; we answer 0"),
    ("circular_undefined", "circstd_scipy_raw", "scipy answers rounding noise; we cap at half the period"),
    ("skewness_edge", "scipy_bias_false", "scipy answers 0 at n = 2; we call it undefined, as pandas"),
];

/// Absolute tolerances that a case's note allows in place of its relative one.
const ABSOLUTE: [(&str, &str, f64); 2] = [("dip", "p", 1e-3), ("circular_all_same", "circstd_canonical", 1e-6)];

/// A number as the cases write it: null for NaN, `"inf"` for infinity.
pub(crate) fn number(value: f64) -> Value {
    if value.is_infinite() { Value::from(if value > 0.0 { "inf" } else { "-inf" }) } else { Value::from(value) }
}

/// A number or null.
pub(crate) fn option(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// A number or null.
pub(crate) fn measured(value: &Measured<f64>) -> Value {
    option(value.value().copied())
}

/// Every place where `found` is not what the case expects.
pub(crate) fn differences(case: &Case, found: &Value) -> Vec<String> {
    let expected = case.expected.as_object().unwrap();
    let mut different = Vec::new();
    let mut compared = 0;
    for (key, value) in expected {
        if NOT_OURS.iter().any(|&(topic, name, _)| topic == case.topic && name == key) {
            continue;
        }
        compared += 1;
        let absolute = ABSOLUTE.iter().find(|&&(topic, name, _)| topic == case.topic && name == key);
        let tolerance = match absolute {
            Some(&(_, _, absolute)) => Tolerance { relative: 0.0, absolute },
            None => Tolerance { relative: case.rtol, absolute: NEAR_ZERO },
        };
        match found.get(key) {
            Some(found) => compare(key, value, found, tolerance, &mut different),
            None => different.push(format!("{key} was not computed")),
        }
    }
    if compared == 0 {
        different.push("nothing was compared".to_owned());
    }
    different
}

#[derive(Clone, Copy)]
struct Tolerance {
    relative: f64,
    absolute: f64,
}

fn compare(path: &str, expected: &Value, found: &Value, tolerance: Tolerance, different: &mut Vec<String>) {
    let same = match (expected, found) {
        (Value::Number(e), Value::Number(f)) => {
            let (e, f) = (e.as_f64().unwrap(), f.as_f64().unwrap());
            (e - f).abs() <= tolerance.absolute.max(tolerance.relative * e.abs())
        }
        (Value::Array(e), Value::Array(f)) if e.len() == f.len() => {
            for (i, (e, f)) in e.iter().zip(f).enumerate() {
                compare(&format!("{path}[{i}]"), e, f, tolerance, different);
            }
            true
        }
        (Value::Object(e), Value::Object(f)) => {
            for (key, e) in e {
                compare(&format!("{path}.{key}"), e, f.get(key).unwrap_or(&Value::Null), tolerance, different);
            }
            true
        }
        (expected, found) => expected == found,
    };
    if !same {
        different.push(format!("{path} is {found}, expected {expected}"));
    }
}

/// Reading a case's inputs.
impl Case {
    /// A number.
    pub(crate) fn f64(&self, key: &str) -> f64 {
        self.inputs[key].as_f64().unwrap()
    }

    /// A number that may be left out.
    pub(crate) fn f64_or(&self, key: &str, default: f64) -> f64 {
        self.inputs.get(key).map_or(default, |value| value.as_f64().unwrap())
    }

    /// A count.
    pub(crate) fn u64(&self, key: &str) -> u64 {
        self.inputs[key].as_u64().unwrap()
    }

    /// A list of numbers.
    pub(crate) fn list(&self, key: &str) -> Vec<f64> {
        list(&self.inputs[key])
    }

    /// A list of labels or counts.
    pub(crate) fn whole(&self, key: &str) -> Vec<u32> {
        whole(&self.inputs[key])
    }

    /// Lists of numbers: groups, rows.
    pub(crate) fn lists(&self, key: &str) -> Vec<Vec<f64>> {
        self.inputs[key].as_array().unwrap().iter().map(list).collect()
    }
}

/// A JSON array as numbers.
pub(crate) fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// A JSON array as whole numbers.
pub(crate) fn whole(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|v| u32::try_from(v.as_u64().unwrap()).unwrap()).collect()
}
