//! Files put down together, each recognised by its content: baseline, receipt, earlier drift files, earlier assignments,
//! and the later extract itself.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::extract::inspect;
use crate::extract::source::Source;
use crate::pace::Pace;
use crate::pipeline::error::{Error, Failure};
use crate::pipeline::later::{Comparison, Question, score_and_compare};
use crate::pipeline::outcome::SCHEMA_VERSION;
use crate::planning::baseline::{self, Baseline};
use crate::planning::error::PlanningError;
use crate::planning::monitoring::{self, Call, Drift};
use crate::report::figures::{bytes as size, counted, integer};
use crate::stats::json::Json;
use crate::view::monitor::{Ready, TrayFile, TrayView};

use super::receipt::Receipt;

/// The largest JSON file that is read whole: a baseline has some hundred kilobytes.
const LARGEST: u64 = 16 << 20;
/// Columns that only assignments of ours have, beside the scores.
const OURS: [&str; 3] = ["segment", "freq_percentile", "loyalty_percentile"];

/// What was put down.
#[derive(Clone, Default)]
pub struct Tray {
    /// The baseline.
    pub baseline: Option<Baseline>,
    /// The receipt.
    pub receipt: Option<Receipt>,
    /// Earlier drift files, with their names.
    drifts: Vec<(String, Vec<u8>)>,
    /// Earlier assignments.
    previous: Option<Arc<dyn Source>>,
    /// The files of the extract.
    extract: Vec<Arc<dyn Source>>,
    files: Vec<TrayFile>,
    failure: Option<Failure>,
}

impl Tray {
    /// Looks at every file once.
    pub fn of(sources: &[Arc<dyn Source>]) -> Self {
        let mut tray = Self::default();
        for source in sources {
            let (kind, note) = match tray.put(source) {
                Ok(seen) => seen,
                Err(failure) => {
                    let note = failure.message.clone();
                    tray.failure.get_or_insert(failure);
                    ("cannot be used".to_owned(), note)
                }
            };
            tray.files.push(TrayFile { name: source.name().to_owned(), kind, note });
        }
        tray.lone_assignments();
        tray
    }

    fn put(&mut self, source: &Arc<dyn Source>) -> Result<(String, String), Failure> {
        let seen = |kind: &str, note: String| Ok((kind.to_owned(), note));
        if !source.name().to_lowercase().ends_with(".json") {
            if is_assignments(source) {
                self.previous = Some(Arc::clone(source));
                return seen("earlier assignments", "says who moved, who is new and who is gone".to_owned());
            }
            self.extract.push(Arc::clone(source));
            return seen("later extract", size(source.len()));
        }
        let text = whole(source.as_ref())?;
        let value: Value = serde_json::from_slice(&text).map_err(|error| unknown(source.name(), &error.to_string()))?;
        let format = value.get("format").and_then(Value::as_str).unwrap_or_default();
        if format == monitoring::FORMAT {
            let call = value.get("call").and_then(|call| Call::deserialize(Json(call.clone())).ok());
            let note = call.map_or_else(String::new, |call| format!("called {} then", call.name()));
            self.drifts.push((source.name().to_owned(), text));
            return seen("earlier drift", note);
        }
        if format == baseline::FORMAT {
            let baseline = Baseline::read(&text).map_err(|error| Error::from(error).failure())?;
            let note =
                format!("{}, receipt {}", counted(baseline.customers, "customer", "customers"), baseline.receipt);
            self.baseline = Some(baseline);
            return seen("baseline", note);
        }
        let has = |name: &str| value.get(name).is_some();
        // One that lost a field is still meant as one, and is told which.
        if has("params") && (has("inputs") || has("outputs")) && !has("readiness") {
            let receipt = Receipt::read(&text).map_err(|detail| Failure {
                stage: "decision".to_owned(),
                code: "not_a_receipt".to_owned(),
                message: format!("{} is not a receipt that this build can read: {detail}", source.name()),
                hint: "Take the receipt.json that an analysis wrote.".to_owned(),
            })?;
            let note =
                format!("{} of {}", receipt.id, counted(receipt.inputs.len() as u64, "input file", "input files"));
            self.receipt = Some(receipt);
            return seen("receipt", note);
        }
        let detail = if has("readiness") && has("segments") {
            "it is a results.json, which no later extract can be held against".to_owned()
        } else {
            format!("it is none of baseline.json, receipt.json and drift.json (schema version {SCHEMA_VERSION})")
        };
        Err(unknown(source.name(), &detail))
    }

    /// Assignments alone are an extract at customer level; beside an extract they are its past.
    fn lone_assignments(&mut self) {
        if self.extract.is_empty()
            && let Some(previous) = self.previous.take()
        {
            for file in &mut self.files {
                if file.name == previous.name() {
                    "later extract".clone_into(&mut file.kind);
                    "one row per customer".clone_into(&mut file.note);
                }
            }
            self.extract.push(previous);
        }
    }

    /// The files of the extract.
    pub fn extract(&self) -> Vec<Arc<dyn Source>> {
        self.extract.clone()
    }

    /// What there is and what is wanting, for the page. `own`: is there a finished run whose baseline can be taken?
    pub fn view(&self) -> TrayView {
        let (extract, baseline, receipt) = (!self.extract.is_empty(), self.baseline.is_some(), self.receipt.is_some());
        let ready = match (extract, baseline, receipt) {
            _ if self.failure.is_some() => Ready::Nothing,
            (true, true, true) => Ready::Both,
            (true, false, true) => Ready::Verify,
            (true, true, false) => Ready::Compare,
            (true, false, false) => Ready::NeedsBaseline,
            (false, _, true) => Ready::NeedsFiles,
            (false, ..) => Ready::NeedsExtract,
        };
        let wanted = self.receipt.as_ref().map(|receipt| {
            let names: Vec<String> = receipt.inputs.iter().take(8).map(|file| file.name.clone()).collect();
            let more = receipt.inputs.len().saturating_sub(names.len()) as u64;
            let more = if more > 0 { format!(" and {} more", integer(more)) } else { String::new() };
            format!("{}{more}", names.join(", "))
        });
        TrayView {
            files: self.files.clone(),
            ready,
            baseline: self
                .baseline
                .as_ref()
                .map(|b| format!("{} of receipt {}", counted(b.customers, "customer", "customers"), b.receipt)),
            wanted: wanted.unwrap_or_default(),
            failure: self.failure.clone(),
        }
    }

    /// Scores the extract at the baseline's thresholds (`own` where the tray has none) and compares.
    ///
    /// # Errors
    /// Unusable input; nothing is scored then.
    pub async fn compare(&self, own: Option<Baseline>, allow_overlap: bool, pace: &Pace) -> Result<Comparison, Error> {
        let baseline = self.baseline.clone().or(own).ok_or_else(|| PlanningError::NotBaseline {
            detail: "there is no baseline yet: add a baseline.json, or finish an analysis first".to_owned(),
        })?;
        let mut earlier = Vec::new();
        for (name, text) in &self.drifts {
            earlier.push(Drift::read(text, &baseline).map_err(|error| match error {
                PlanningError::Earlier { detail } => PlanningError::Earlier { detail: format!("{name}: {detail}") },
                other => other,
            })?);
        }
        let earlier = monitoring::in_order(earlier);
        let question = Question {
            sources: self.extract(),
            mapping: None,
            baseline: &baseline,
            previous: self.previous.clone(),
            as_of_day: None,
        };
        score_and_compare(question, earlier, allow_overlap, pace).await
    }
}

/// Has the file the columns of `assignments.parquet`?
fn is_assignments(source: &Arc<dyn Source>) -> bool {
    let Ok(seen) = inspect(std::slice::from_ref(source)) else { return false };
    let columns = seen.files.first().map(|file| file.columns.as_slice()).unwrap_or_default();
    OURS.iter().all(|name| columns.iter().any(|column| column.name == *name))
}

fn whole(source: &dyn Source) -> Result<Vec<u8>, Failure> {
    let refuse = |detail: String| unknown(source.name(), &detail);
    if source.len() > LARGEST {
        return Err(refuse(format!("it has {}, far more than any file of Quadrant", size(source.len()))));
    }
    let mut text = vec![0; source.len() as usize];
    source.read(0, &mut text).map_err(|error| refuse(error.to_string()))?;
    Ok(text)
}

fn unknown(name: &str, detail: &str) -> Failure {
    Failure {
        stage: "decision".to_owned(),
        code: "unknown_json".to_owned(),
        message: format!("{name} cannot be used here: {detail}."),
        hint: "Give the baseline.json or receipt.json of an analysis, or the drift.json of an earlier comparison."
            .to_owned(),
    }
}
