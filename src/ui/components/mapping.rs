//! The mapping editor: which column plays which role, with values, how sure we are and why.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::section::behind;
use super::table::table_view;
use crate::extract::findings::{ColumnRef, Layout};
use crate::extract::schema::{ColumnClass, ColumnInspection, FileInspection, Inspection, Mapping, ReadAs, Role};
use crate::pipeline::params::Depth;
use crate::report::document::Table;
use crate::report::figures;
use crate::ui::place;
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
    let seen = inspection.clone();
    view! {
        {move || roles(state, &inspection)}
        {seen.files.iter().map(|file| first_rows(state, &seen, file)).collect::<Vec<AnyView>>()}
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
                <button type="button" class="button plain" on:click=move |_| {
                    state.draft.set(None);
                    state.remembered.set(false);
                }>"Back to what was detected"</button>
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
        {inspection.files.iter().filter(|file| file.held_out).map(|file| held_out(state, inspection, &mapping, file)).collect_view()}
    }
    .into_any()
}

/// Lines that the extract keeps apart: left out, unless somebody wants them counted.
fn held_out(state: State, inspection: &Arc<Inspection>, mapping: &Mapping, file: &FileInspection) -> AnyView {
    let counts = mapping.uses(&file.name);
    let words = format!("Count the lines of {} too", file.name);
    let (inspection, file) = (inspection.clone(), file.clone());
    let toggle = move |_| {
        state.draft.update(|draft| {
            let mapping = draft.get_or_insert_with(|| inspection.mapping.clone());
            if counts {
                mapping.leave_out(&file.name);
            } else {
                let columns: Vec<String> = file.columns.iter().map(|column| column.name.clone()).collect();
                mapping.count_lines_of(&file.name, &columns);
            }
        });
    };
    view! {
        <label class="held-out">
            <input type="checkbox" data-testid="count-lines" prop:checked=counts on:change=toggle/>
            <span>
                <strong>{words}</strong>
                " They are of orders that the extract keeps apart (eval_set); the canonical definitions leave them out."
            </span>
        </label>
    }
    .into_any()
}

/// Above so many columns a table of first rows helps nobody.
const COLUMNS_SHOWN: usize = 40;

/// The first rows of a file, each column under its name and what it is taken for.
fn first_rows(state: State, inspection: &Arc<Inspection>, file: &FileInspection) -> AnyView {
    let (detected, file) = (inspection.mapping.clone(), file.clone());
    let summary = format!("First rows of {}", file.name);
    let table = move || {
        let mapping = state.draft.get();
        let mapping = mapping.as_ref().unwrap_or(&detected);
        let more = file.columns.len().saturating_sub(COLUMNS_SHOWN);
        let caption = if more > 0 {
            format!("{}, without its last {}", file.name, figures::counted(more as u64, "column", "columns"))
        } else {
            file.name.clone()
        };
        let mut table = Table::new(caption);
        let columns = &file.columns[..file.columns.len() - more];
        for column in columns {
            let plays = mapping
                .roles
                .iter()
                .find(|(_, places)| places.iter().any(|place| place.file == file.name && place.column == column.name));
            let title = match plays {
                Some((role, _)) => format!("{}: {}", column.name, prose::role(*role)),
                None => column.name.clone(),
            };
            let number = matches!(column.class, ColumnClass::Integer | ColumnClass::Float);
            table = if number { table.numbers(title) } else { table.words(title) };
        }
        let rows = columns.iter().map(|column| column.preview.len()).max().unwrap_or_default();
        for row in 0..rows {
            table.row(columns.iter().map(|column| column.preview.get(row).cloned().unwrap_or_default().into()));
        }
        table_view(table)
    };
    behind(summary, table.into_any())
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
    let seen = place.as_ref().and_then(|place| column(inspection, place));
    let values = seen.map(preview).unwrap_or_default();
    let reading = place.as_ref().zip(seen).and_then(|(place, seen)| read_as(state, inspection, place, seen, role));
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
        // The rows are drawn anew: the focus stays on this one.
        place::keep(|| {
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
        });
    };
    view! {
        <div class="role" class:wanting=wanting>
            <label for=id.clone()>{prose::role(role)}</label>
            <div class="role-choice">
                <select id=id data-testid=testid on:change=change>
                    <option value="" selected=nobody>"no column"</option>
                    {options}
                </select>
                {reading}
            </div>
            <p class="role-values">{values}</p>
            <p class="role-why"><strong>{sure}</strong>" "{why}</p>
        </div>
    }
    .into_any()
}

/// How the values of a CSV column are read; nothing for a column whose format says it.
fn read_as(
    state: State,
    inspection: &Arc<Inspection>,
    place: &ColumnRef,
    seen: &ColumnInspection,
    role: Role,
) -> Option<AnyView> {
    let inferred = seen.read_as?;
    let chosen = state.draft.with(|draft| draft.as_ref().and_then(|m| m.reading_of(&place.file, &place.column)));
    let current = chosen.unwrap_or(inferred);
    let undecided = (current == ReadAs::TimeUndecided).then_some(current);
    let options = undecided
        .into_iter()
        .chain(ReadAs::CHOICES)
        .map(|choice| view! { <option value=choice.name() selected=choice == current>{choice.title()}</option> })
        .collect_view();
    let (inspection, place) = (inspection.clone(), place.clone());
    let change = move |event: ev::Event| {
        let value = event_target_value(&event);
        let Some(choice) = ReadAs::CHOICES.into_iter().find(|choice| choice.name() == value) else { return };
        state.draft.update(|draft| {
            let mapping = draft.get_or_insert_with(|| inspection.mapping.clone());
            mapping.read_column(&place.file, &place.column, choice);
        });
    };
    let label = format!("{}: read as", prose::role(role));
    let testid = format!("read-as-{}", role.name());
    Some(view! { <select aria-label=label data-testid=testid on:change=change>{options}</select> }.into_any())
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
