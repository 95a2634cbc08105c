//! The files to hand on, made by the engine from the outcome on screen.

use leptos::prelude::*;

use crate::protocol::{Artifact, Dialect, Form, Title};
use crate::ui::session::Session;
use crate::ui::state::State;

/// What can be had: artifact, test id, file name, what it is for.
fn offers() -> [(Artifact, &'static str, &'static str, &'static str); 14] {
    [
        (
            Artifact::AssignmentsParquet,
            "download-assignments-parquet",
            "assignments.parquet",
            "every customer with segment, scores, percentiles and confidence; ids as they came",
        ),
        (Artifact::AssignmentsCsv, "download-assignments-csv", "assignments.csv", "the same for a spreadsheet"),
        (
            Artifact::FeaturesParquet,
            "download-features-parquet",
            "features.parquet",
            "every customer with all features, for a model of your own",
        ),
        (
            Artifact::Document { title: Title::DecisionMemo, form: Form::Markdown, plan: None },
            "download-memo",
            "decision_memo.md",
            "the decision memo with these numbers",
        ),
        (Artifact::ReportHtml, "download-report", "report.html", "all six documents in one file that opens offline"),
        (
            Artifact::ExperimentCsv,
            "download-experiment",
            "experiment_assignments.csv",
            "who is treated: customer, segment, band and arm, drawn by hash",
        ),
        (
            Artifact::Receipt,
            "download-receipt",
            "receipt.json",
            "what went in and what came out, to verify a repeat by",
        ),
        (
            Artifact::ResultsJson,
            "download-results",
            "results.json",
            "every number on these pages, under names that do not change",
        ),
        (
            Artifact::BaselineJson,
            "download-baseline",
            "baseline.json",
            "thresholds and distributions, frozen: score and compare later extracts with it",
        ),
        (
            Artifact::Sql(Dialect::DuckDb),
            "download-sql-duckdb",
            "duckdb.sql",
            "the rule for your own tables, in DuckDB",
        ),
        (Artifact::Sql(Dialect::Spark), "download-sql-spark", "spark.sql", "in Spark SQL or Databricks"),
        (Artifact::Sql(Dialect::BigQuery), "download-sql-bigquery", "bigquery.sql", "in BigQuery"),
        (Artifact::Sql(Dialect::Snowflake), "download-sql-snowflake", "snowflake.sql", "in Snowflake"),
        (Artifact::Sql(Dialect::Postgres), "download-sql-postgres", "postgres.sql", "in PostgreSQL"),
    ]
}

/// The list of files.
#[component]
pub fn Downloads() -> impl IntoView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let rows = offers()
        .into_iter()
        .map(|(artifact, testid, name, what)| {
            let (mine, wanted) = (artifact.clone(), artifact);
            let making = Memo::new(move |_| state.making.with(|making| making.as_ref() == Some(&mine)));
            view! {
                <li>
                    <button type="button" class="file" data-testid=testid disabled=move || state.under_way()
                        on:click=move |_| session.with_value(|session| session.download(wanted.clone()))>
                        <span class="file-name">{name}</span>
                        <span class="file-what">{move || if making.get() { "being made…" } else { what }}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section downloads" aria-labelledby="hand-over">
            <h2 id="hand-over">"Take it with you"</h2>
            <ul>{rows}</ul>
        </section>
    }
}
