//! The clustering tribunal: are there clusters, or would structureless data look the same?

use std::sync::Arc;

use leptos::prelude::*;

use crate::chart::k_curve;
use crate::clustering::exact::Solution;
use crate::clustering::findings::ClusteringFindings;
use crate::report::document::Table;
use crate::report::{tables, wording};
use crate::stats::measured::Measured;
use crate::ui::components::depth::DepthOffer;
use crate::ui::components::section::{absent, measured, section, table};
use crate::ui::figure::Figure;
use crate::ui::session::Session;
use crate::ui::state::{Shown, State};

/// The page.
#[component]
pub fn Clustering() -> impl IntoView {
    super::over_outcome(|shown| match &shown.outcome.results.clustering {
        Measured::Value(findings) => tribunal(shown, findings),
        missing @ Measured::NotMeasured(_) => view! {
            {head("Not tested yet".to_owned(), "Whether these customers fall into clusters by themselves.".to_owned())}
            {absent(tables::why_absent(missing).unwrap_or_default())}
            <DepthOffer/>
        }
        .into_any(),
    })
}

fn head(title: String, standfirst: String) -> AnyView {
    view! {
        <header class="page-head">
            <p class="kicker">"The clustering tribunal"</p>
            <h1>{title}</h1>
            <p class="standfirst">{standfirst}</p>
        </header>
    }
    .into_any()
}

fn tribunal(shown: &Arc<Shown>, findings: &ClusteringFindings) -> AnyView {
    let verdict = findings.verdict.value().map_or_else(
        || "No verdict yet".to_owned(),
        |structure| format!("Verdict: {}", wording::structure(*structure)),
    );
    let or_not = |rows: Table| {
        if rows.rows.is_empty() { absent("Not measured at this depth.".to_owned()) } else { table(rows) }
    };
    let drawn = shown.clone();
    view! {
        {head(verdict, findings.sentence.clone())}
        <DepthOffer/>
        <section class="section wide">
            <Figure draw=move |frame| k_curve::draw(drawn.outcome.results.clustering.value()?, frame)/>
        </section>
        {section(
            "null",
            "What would structureless data score?",
            "The same pipeline on data of the same shape with no groups in it. A clustering that does not beat it has found nothing.",
            or_not(tables::null_benchmark(&findings.null_benchmark)),
        )}
        {section(
            "stability",
            "Does it come back?",
            "A stable partition is not yet a true one: one broad cloud can be cut the same way every time.",
            or_not(tables::stability(&findings.stability)),
        )}
        {section("others", "Other methods", "On samples, beside k-means.", view! {
            {measured(&findings.ward, |ward| table(tables::ward(ward)))}
            {measured(&findings.dbscan, |dbscan| table(tables::dbscan(dbscan)))}
            {measured(&findings.mixture, |cells| table(tables::mixture(cells)))}
            {table(tables::agreement(&findings.agreement))}
        }.into_any())}
        {section("exact", "On every customer", "The grid above is measured on a sample. This is one solution on all customers, every pair of them: minutes for hundreds of thousands.", exact(findings))}
        {(!findings.canonical.is_empty()).then(|| section("published", "Beside the published case", "", table(tables::canonical(&findings.canonical))))}
    }
    .into_any()
}

/// What was measured on all customers, and a button for the headline's solution.
fn exact(findings: &ClusteringFindings) -> AnyView {
    let asked = findings
        .headline
        .value()
        .filter(|headline| !findings.exact.iter().any(|row| row.set == headline.set && row.k == headline.k));
    let button = asked.map(|headline| {
        let solution = Solution { set: headline.set.clone(), k: headline.k };
        let words = format!("Measure {} at k = {} exactly", wording::feature_set(&headline.set), headline.k);
        let (session, state): (Session, State) = (Session::expect(), expect_context());
        view! {
            <button type="button" class="button small plain" data-testid="measure-exactly" disabled=move || state.busy()
                on:click=move |_| session.measure_exactly(solution.clone())>{words}</button>
        }
    });
    view! {
        {(!findings.exact.is_empty()).then(|| table(tables::exact(&findings.exact)))}
        {button}
    }
    .into_any()
}
