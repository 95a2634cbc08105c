//! Which orders count for the next run: up to a date, and how many a customer must have.

use leptos::prelude::*;

use crate::ui::state::State;

/// Both fields, beside the button that runs.
pub fn period() -> AnyView {
    let state: State = expect_context();
    view! {
        <fieldset class="depth period">
            <legend>"Which orders"</legend>
            <label>
                <span>"Customers with at least"</span>
                <input type="number" min="2" max="1000" step="1" data-testid="min-orders"
                    prop:value=move || state.min_orders.get().to_string()
                    on:change:target=move |event| {
                        let typed = event.target().value().parse::<u32>().unwrap_or(0);
                        state.min_orders.set(typed.clamp(2, 1_000));
                        event.target().set_value(&state.min_orders.get_untracked().to_string());
                    }/>
                <span>"orders"</span>
            </label>
            <label>
                <span>"As of"</span>
                <input type="date" data-testid="as-of" prop:value=move || state.as_of.get()
                    on:change:target=move |event| state.as_of.set(event.target().value())/>
                <span>"(needs order dates)"</span>
            </label>
        </fieldset>
    }
    .into_any()
}
