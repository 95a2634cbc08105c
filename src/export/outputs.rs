//! Every file of a run by its name: what `analyze` writes, and what verifying writes again.

use std::io::{self, Write};

use crate::decision::findings::Recommendation;
use crate::pipeline::error::Error;
use crate::pipeline::run::Finished;
use crate::planning::baseline::Baseline;
use crate::report::documents::Title;
use crate::report::wording;
use crate::segments::findings::Segment;

use super::documents::{Form, document, report};
use super::receipt::{Hashed, Hashing};
use super::sql::{Dialect, check, query};
use super::{ExportError, assignments, baseline, experiment, features, operations, results};

/// The feature matrix: as large as all other files together, so that a host with threads writes it during the run.
pub const MATRIX: &str = "features.parquet";

const FORMS: [(Form, &str); 2] = [(Form::Markdown, "md"), (Form::Html, "html")];

/// The files of a run, made one at a time.
#[derive(Clone, Debug)]
pub struct Outputs<'a> {
    finished: &'a Finished,
    /// `None` when nobody has a segment: nothing is handed over then.
    baseline: Option<Baseline>,
}

impl<'a> Outputs<'a> {
    /// Those of this run.
    pub fn of(finished: &'a Finished) -> Self {
        Self { finished, baseline: baseline::baseline(finished).ok() }
    }

    /// Their names, in the order in which they are written; the receipt is not among them, since it lists them.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            ["results.json", "assignments.parquet", "assignments.csv", MATRIX].map(str::to_owned).into();
        if let Some(baseline) = &self.baseline {
            names.push("baseline.json".to_owned());
            for dialect in Dialect::ALL {
                names.extend([dialect.file().to_owned(), dialect.check_file().to_owned()]);
            }
            if self.finished.outcome.results.decision.recommendation == Recommendation::Rule {
                names.extend(Segment::ALL.map(|segment| wording::list_file(segment).to_owned()));
            }
            names.extend(operations::files(baseline).into_iter().map(|(name, _)| name.to_owned()));
        }
        for title in Title::ALL {
            names.extend(FORMS.map(|(_, ending)| format!("documents/{}.{ending}", title.name())));
        }
        names.extend(["report.html", experiment::FILE].map(str::to_owned));
        names
    }

    /// Writes the file of this name; `None` if this run has none of it.
    ///
    /// # Errors
    /// [`ExportError`]: `out` failed.
    pub fn write(&self, name: &str, mut out: impl Write + Send) -> Option<Result<(), ExportError>> {
        let (outcome, tables) = (&self.finished.outcome, &self.finished.tables);
        let (id, ids, segmentation) = (tables.id_name.as_str(), &tables.ids, tables.segmentation.as_ref());
        Some(match name {
            "results.json" => results::json(&outcome.results, out),
            "assignments.parquet" => assignments::parquet(id, ids, segmentation, out),
            "assignments.csv" => assignments::csv(id, ids, segmentation, out),
            MATRIX => features::parquet(id, ids, &tables.features, out),
            "baseline.json" => baseline::json(self.baseline.as_ref()?, out),
            "report.html" => put(&mut out, "report.html", &report(outcome)),
            experiment::FILE => {
                let share = outcome.results.planning.design.treatment_share;
                experiment::csv(id, ids, segmentation, &tables.features, share, out)
            }
            name if name.starts_with("lists/") => {
                let segment = Segment::ALL.into_iter().find(|segment| wording::list_file(*segment) == name)?;
                assignments::list(id, ids, segmentation?, segment, out)
            }
            _ => put(&mut out, "a document or a query", &self.text(name)?),
        })
    }

    /// A document, a query or an example of operations.
    fn text(&self, name: &str) -> Option<String> {
        if let Some(rest) = name.strip_prefix("documents/")
            && let Some((title, ending)) = rest.split_once('.')
            && let Some(title) = Title::ALL.into_iter().find(|known| known.name() == title)
        {
            let (form, _) = FORMS.into_iter().find(|(_, known)| *known == ending)?;
            return Some(document(&self.finished.outcome, title, form));
        }
        let baseline = self.baseline.as_ref()?;
        for dialect in Dialect::ALL {
            if name == dialect.file() {
                return Some(query::scoring(baseline, dialect));
            }
            if name == dialect.check_file() {
                return Some(check::self_check(baseline, dialect));
            }
        }
        operations::files(baseline).into_iter().find(|(known, _)| *known == name).map(|(_, content)| content)
    }

    /// The file of this name as a receipt lists it.
    ///
    /// # Errors
    /// [`Error::Write`]: it could not be made.
    pub fn hashed(&self, name: &str) -> Option<Result<Hashed, Error>> {
        let mut out = Hashing::new(io::sink());
        let written = self.write(name, &mut out)?;
        Some(written.map(|()| out.finish(name).1).map_err(Error::from))
    }
}

fn put(out: &mut impl Write, file: &'static str, content: &str) -> Result<(), ExportError> {
    out.write_all(content.as_bytes()).map_err(|source| ExportError::Io { file, source })
}
