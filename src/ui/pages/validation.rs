//! Do the segments mean anything? Effects, reliability, later orders, rivals.

use std::sync::Arc;

use leptos::prelude::*;

use crate::chart::forest;
use crate::report::{figures, tables};
use crate::segments::findings::GivenSegmentAgreement;
use crate::stats::measured::Measured;
use crate::ui::components::depth::DepthOffer;
use crate::ui::components::section::{absent, measured, section, table};
use crate::ui::figure::Figure;
use crate::ui::state::Shown;
use crate::validation::findings::{ConfidenceFindings, CouplingFindings, Migration, ValidationFindings};

/// The page.
#[component]
pub fn Validation() -> impl IntoView {
    view! {
        <header class="page-head">
            <h1>"Do the segments mean anything?"</h1>
            <p class="standfirst">
                "What the segments tell apart, what is only arithmetic, how steady a customer’s place is, and what the \
                 segments foretell."
            </p>
        </header>
        <DepthOffer/>
        {super::over_outcome(|shown| match &shown.outcome.results.validation {
            Measured::Value(validation) => findings(shown, validation),
            missing @ Measured::NotMeasured(_) => absent(tables::why_absent(missing).unwrap_or_default()),
        })}
    }
}

fn findings(shown: &Arc<Shown>, validation: &ValidationFindings) -> AnyView {
    view! {
        {effects(shown, validation)}
        {section(
            "later",
            "What happened afterwards",
            "Segments fixed before the cut, outcomes after it: the only evidence that cannot be arithmetic.",
            measured(&validation.out_of_time, |later| view! {
                <p>{later.description.clone()}</p>
                {table(tables::out_of_time(later))}
            }.into_any()),
        )}
        {section("reliability", "Reliability", "Would other orders of the same customer give the same score?", view! {
            {table(tables::reliability(&validation.reliability))}
            {confidence(&validation.confidence)}
        }.into_any())}
        {section("migration", "Who stays", "", measured(&validation.migration, migration))}
        {section(
            "rivals",
            "The rule against its rivals",
            "A rival wins only if its advantage is more than a hundredth with 95% confidence.",
            measured(&validation.bake_off, |contenders| table(tables::bake_off(contenders))),
        )}
        {(!validation.threshold_sensitivity.is_empty()).then(|| section(
            "thresholds",
            "If the thresholds were others",
            "",
            table(tables::sensitivity(&validation.threshold_sensitivity)),
        ))}
        {section(
            "halves",
            "Random halves",
            "A check that cannot fail: shuffled labels pass it too. Shown because the original relied on it.",
            measured(&validation.split_stability, |split| table(tables::split_stability(split))),
        )}
        {section("axes", "How the two axes are tied", "", coupling(&validation.coupling))}
        {validation.given_segment.value().map(|given| section("given", "The segment column that came along", "", agreement(given)))}
    }
    .into_any()
}

fn effects(shown: &Arc<Shown>, validation: &ValidationFindings) -> AnyView {
    if validation.effects.is_empty() {
        return ().into_any();
    }
    let drawn = shown.clone();
    view! {
        <section class="section wide">
            <Figure draw=move |frame| forest::draw(&drawn.outcome.results.validation.value()?.effects, frame)/>
            <details class="behind">
                <summary>"Tests and segment means"</summary>
                {table(tables::tests("The tests behind the effects", &validation.effects))}
                {table(tables::tests("The two scores themselves: a check of the definition, never evidence", &validation.definition_check))}
            </details>
        </section>
    }
    .into_any()
}

fn migration(migration: &Migration) -> AnyView {
    let kappa = migration.kappa.value().map(|kappa| {
        let ceiling = migration.kappa_ceiling.value().map_or_else(String::new, |ceiling| {
            format!(", where reliability allows at most {}", figures::coefficient(*ceiling))
        });
        format!(" Agreement beyond chance (kappa): {}{ceiling}.", figures::coefficient(*kappa))
    });
    view! {
        <p>{migration.description.clone()}{kappa}</p>
        {table(tables::migration(migration))}
    }
    .into_any()
}

fn confidence(confidence: &ConfidenceFindings) -> AnyView {
    measured(&confidence.share_at_least_80, |share| {
        let median = confidence.median.value().map(|median| format!(" The median is {}.", figures::percent(*median)));
        let words = format!(
            "{} of customers are in their segment with a confidence of at least {}.{}",
            figures::percent(*share),
            figures::percent_whole(0.8),
            median.unwrap_or_default()
        );
        view! { <p>{words}</p> }.into_any()
    })
}

fn agreement(given: &GivenSegmentAgreement) -> AnyView {
    let share = if given.customers == 0 { 0.0 } else { given.agree as f64 / given.customers as f64 };
    let words = format!(
        "{} of {} customers have the same segment in the file as here ({}).",
        figures::integer(given.agree),
        figures::integer(given.customers),
        figures::percent_to(share, 2)
    );
    let unknown: Vec<String> =
        given.unknown.iter().map(|(name, count)| format!("{name} ({})", figures::integer(*count))).collect();
    let unknown = (!unknown.is_empty()).then(|| format!(" Names that are none of the four: {}.", unknown.join(", ")));
    view! { <p data-testid="given-agreement">{words}{unknown}</p> }.into_any()
}

fn coupling(coupling: &CouplingFindings) -> AnyView {
    let lines = [
        coupling.tetrachoric.value().map(|r| {
            format!(
                "The two axes correlate at {} (tetrachoric): they are partly one axis of activity.",
                figures::coefficient(*r)
            )
        }),
        coupling
            .concordant_share
            .value()
            .map(|share| format!("{} of customers are high on both or low on both.", figures::percent(*share))),
        coupling.loyalty_identity_share.value().map(|share| {
            format!(
                "For {} of customers loyalty is exactly one minus different products per line: those metrics are one.",
                figures::percent(*share)
            )
        }),
        coupling.cap_mass.value().map(|share| {
            format!("{} of gaps sit at the cap, which bends every figure made of gaps.", figures::percent(*share))
        }),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() {
        return absent("Not measured.".to_owned());
    }
    view! { <ul class="points">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul> }
        .into_any()
}
