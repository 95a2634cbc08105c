//! Every case of the statistical reference (scipy, scikit-learn, statsmodels, pingouin, diptest, ...) is a
//! test of ours at its own tolerance, natively and in a browser (as a part of `tests/web.rs`: linking is what takes time).
//!
//! Each topic has one arm that computes with the project's functions whatever the case expects, under the
//! same names; one comparison then holds all of it to the expected values.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

mod clusters;
mod compare;
mod customers;
mod groups;
mod monitoring;
mod planning;
mod univariate;

use serde_json::Value;

use compare::differences;

/// The cases: inputs, expected values, tolerance.
const CASES: &str = include_str!("../fixtures/stat_cases.json");

/// Topics whose functions do not exist yet. Must stay empty.
const PENDING: [&str; 0] = [];

/// One case.
pub(crate) struct Case {
    /// `S001` and so on.
    pub(crate) id: String,
    /// What is computed.
    pub(crate) topic: String,
    /// The outside function that gave the expected values.
    pub(crate) reference: String,
    /// Its inputs.
    pub(crate) inputs: Value,
    /// Its results.
    pub(crate) expected: Value,
    /// Relative tolerance.
    pub(crate) rtol: f64,
}

fn cases() -> Vec<Case> {
    let json: Value = serde_json::from_str(CASES).unwrap();
    let text = |case: &Value, key: &str| case[key].as_str().unwrap().to_owned();
    let cases = json["cases"].as_array().unwrap();
    assert_eq!(cases.len() as u64, json["n_cases"].as_u64().unwrap());
    cases
        .iter()
        .map(|case| Case {
            id: text(case, "id"),
            topic: text(case, "topic"),
            reference: text(case, "reference"),
            inputs: case["inputs"].clone(),
            expected: case["expected"].clone(),
            rtol: case["rtol"].as_f64().unwrap(),
        })
        .collect()
}

/// What the project computes for a case, under the names that it expects; `None` for an unknown topic.
fn computed(case: &Case) -> Option<Value> {
    univariate::computed(case)
        .or_else(|| groups::computed(case))
        .or_else(|| clusters::computed(case))
        .or_else(|| customers::computed(case))
        .or_else(|| planning::computed(case))
        .or_else(|| monitoring::computed(case))
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn every_case_of_the_reference_holds() {
    let cases = cases();
    let (mut passed, mut pending, mut failures) = (0, 0, Vec::new());
    for case in &cases {
        if PENDING.contains(&case.topic.as_str()) {
            pending += 1;
            continue;
        }
        let different = match computed(case) {
            Some(found) => differences(case, &found),
            None => vec!["unknown topic".to_owned()],
        };
        if different.is_empty() {
            passed += 1;
        }
        failures.extend(different.iter().map(|what| format!("{} {}: {what}", case.id, case.topic)));
    }
    println!("{passed} cases hold, {pending} pending: {PENDING:?}");
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
    assert_eq!((passed, pending), (117, 0));
}
