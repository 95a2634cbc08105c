//! The mapping editor: which column plays which role, with values, how sure we are and why.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use crate::extract::findings::{ColumnRef, Layout};
use crate::extract::schema::{ColumnInspection, Inspection, Mapping, Role};
use crate::pipeline::params::Depth;
use crate::report::figures;
use crate::ui::prose;
use crate::ui::session::Session;
use crate::ui::state::State;

/// Roles of order data, in the order in which people think of them.
const ORDERS: [Role; 17] = [
    Role::Customer,
    Role::Order,
    Role::OrderSequence,
    Role::OrderTimestamp,
    Role::DaysSincePrior,
    Role::Weekday,
    Role::Hour,
    Role::LineOrder,
    Role::Product,
    Role::Reordered,
    Role::Quantity,
    Role::Amount,
    Role::ProductKey,
    Role::ProductName,
    Role::Category,
    Role::CategoryKey,
    Role::CategoryName,
];

/// Roles of an extract with one row per customer.
const CUSTOMERS: [Role; 7] = [
    Role::Customer,
    Role::MeanDaysBetweenOrders,
    Role::FreqScore,
    Role::ReorderRatio,
    Role::LoyaltyScore,
    Role::OrderCount,
    Role::Segment,
];

/// The editor with its run button.
#[component]
pub fn MappingEditor(
    /// What the engine saw in the files.
    inspection: Arc<Inspection>,
) -> impl IntoView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let full = move || state.depth.get() == Depth::Full;
    let choose = move |event: ev::Event| {
        state.depth.set(if event_target_value(&event) == "full" { Depth::Full } else { Depth::Quick });
    };
    let changed = move || state.draft.with(Option::is_some);
    view! {
        {move || roles(state, &inspection)}
        <div class="run-row">
            <fieldset class="depth">
                <legend>"Depth"</legend>
                <label>
                    <input type="radio" name="depth" value="quick" data-testid="depth-quick" prop:checked=move || !full() on:change=choose/>
                    <span><strong>"Quick"</strong>" features, rule, effects, gates"</span>
                </label>
                <label>
                    <input type="radio" name="depth" value="full" data-testid="depth-full" prop:checked=full on:change=choose/>
                    <span><strong>"Full"</strong>" also clustering, resampling, rivals"</span>
                </label>
            </fieldset>
            {super::period::period()}
            <button type="button" class="button" data-testid="run" disabled=move || state.under_way()
                on:click=move |_| session.with_value(Session::run)>
                {move || if changed() { "Run with these columns" } else { "Run again" }}
            </button>
            {move || changed().then(|| view! {
                <button type="button" class="button plain" on:click=move |_| state.draft.set(None)>"Back to what was detected"</button>
            })}
        </div>
    }
}

fn roles(state: State, inspection: &Arc<Inspection>) -> AnyView {
    let mapping = state.draft.get().unwrap_or_else(|| inspection.mapping.clone());
    let all: &[Role] = if mapping.layout == Layout::Customers { &CUSTOMERS } else { &ORDERS };
    let missing =
        |role: Role| inspection.missing.iter().find(|missing| missing.role == role).map(|missing| missing.hint.clone());
    let (played, idle): (Vec<Role>, Vec<Role>) = all.iter().copied().partition(|role| {
        mapping.roles.get(role).is_some_and(|columns| !columns.is_empty()) || missing(*role).is_some()
    });
    let row = |role: Role| rows(state, inspection, &mapping, role, missing(role));
    let count = figures::counted(idle.len() as u64, "role that no column plays", "roles that no column plays");
    view! {
        <div class="mapping">{played.into_iter().map(row).collect_view()}</div>
        {(!idle.is_empty()).then(|| view! {
            <details class="behind">
                <summary>{count}</summary>
                <div class="mapping">{idle.into_iter().map(row).collect_view()}</div>
            </details>
        })}
    }
    .into_any()
}

/// One row per column that plays `role`; one empty row if none does.
fn rows(state: State, inspection: &Arc<Inspection>, mapping: &Mapping, role: Role, missing: Option<String>) -> AnyView {
    let columns = mapping.roles.get(&role).cloned().unwrap_or_default();
    let places: Vec<Option<ColumnRef>> =
        if columns.is_empty() { vec![None] } else { columns.into_iter().map(Some).collect() };
    places
        .into_iter()
        .enumerate()
        .map(|(index, place)| one(state, inspection, role, index, place, missing.clone()))
        .collect_view()
        .into_any()
}

fn one(
    state: State,
    inspection: &Arc<Inspection>,
    role: Role,
    index: usize,
    place: Option<ColumnRef>,
    missing: Option<String>,
) -> AnyView {
    let slug = role.name();
    let testid = if index == 0 { format!("mapping-{slug}") } else { format!("mapping-{slug}-{}", index + 1) };
    let id = format!("role-{slug}-{index}");
    let wanting = missing.is_some() && place.is_none();
    let proposal = place.as_ref().and_then(|place| {
        inspection.proposals.iter().find(|proposal| proposal.role == role && &proposal.column == place)
    });
    let (sure, why) = match (&place, proposal) {
        (None, _) => (if wanting { "Needed" } else { "" }.to_owned(), missing.unwrap_or_default()),
        (Some(_), Some(proposal)) => {
            (format!("{} sure", figures::percent_whole(proposal.confidence)), proposal.reason.clone())
        }
        (Some(_), None) => ("Chosen by you".to_owned(), String::new()),
    };
    let values = place.as_ref().and_then(|place| column(inspection, place)).map(preview).unwrap_or_default();
    let chosen = place.as_ref().map_or_else(String::new, key);
    let options = inspection
        .files
        .iter()
        .map(|file| {
            let options = file
                .columns
                .iter()
                .map(|column| {
                    let this = key(&ColumnRef { file: file.name.clone(), column: column.name.clone() });
                    let selected = this == chosen;
                    view! {
                        <option value=this selected=selected disabled=!column.usable>
                            {format!("{} ({})", column.name, column.kind)}
                        </option>
                    }
                })
                .collect_view();
            view! { <optgroup label=file.name.clone()>{options}</optgroup> }
        })
        .collect_view();
    let nobody = place.is_none();
    let inspection = inspection.clone();
    let change = move |event: ev::Event| {
        let next = find(&inspection, &event_target_value(&event));
        state.draft.update(|draft| {
            let mapping = draft.get_or_insert_with(|| inspection.mapping.clone());
            let columns = mapping.roles.entry(role).or_default();
            if index < columns.len() {
                columns.remove(index);
            }
            if let Some(next) = next {
                // One column per file and role.
                columns.retain(|column| column.file != next.file);
                columns.insert(index.min(columns.len()), next);
            }
            if columns.is_empty() {
                mapping.roles.remove(&role);
            }
        });
    };
    view! {
        <div class="role" class:wanting=wanting>
            <label for=id.clone()>{prose::role(role)}</label>
            <select id=id data-testid=testid on:change=change>
                <option value="" selected=nobody>"no column"</option>
                {options}
            </select>
            <p class="role-values">{values}</p>
            <p class="role-why"><strong>{sure}</strong>" "{why}</p>
        </div>
    }
    .into_any()
}

/// The first values, so that a person can tell.
fn preview(column: &ColumnInspection) -> String {
    column.preview.join(", ")
}

/// Names a column in a select: file and column, apart by a character that no file name holds.
fn key(column: &ColumnRef) -> String {
    format!("{}\u{1f}{}", column.file, column.column)
}

fn find(inspection: &Inspection, chosen: &str) -> Option<ColumnRef> {
    inspection
        .files
        .iter()
        .flat_map(|file| {
            file.columns.iter().map(|column| ColumnRef { file: file.name.clone(), column: column.name.clone() })
        })
        .find(|column| key(column) == chosen)
}

fn column<'a>(inspection: &'a Inspection, place: &ColumnRef) -> Option<&'a ColumnInspection> {
    inspection
        .files
        .iter()
        .filter(|file| file.name == place.file)
        .flat_map(|file| &file.columns)
        .find(|column| column.name == place.column)
}
