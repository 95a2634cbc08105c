//! An error, in place: what is wrong, what to do, the next step. Earlier results stay below it.

use leptos::prelude::*;

use super::picker::Picker;
use crate::protocol::Failure;
use crate::ui::route::Page;
use crate::ui::session::Session;
use crate::ui::state::{Phase, State};

/// The error of the last thing asked for, if it failed.
#[component]
pub fn Problem() -> impl IntoView {
    let state: State = expect_context();
    let failure = Memo::new(move |_| {
        state.phase.with(|phase| if let Phase::Failed(failure) = phase { Some(failure.clone()) } else { None })
    });
    move || failure.get().map(|failure| show(&failure, state))
}

fn show(failure: &Failure, state: State) -> AnyView {
    let session = StoredValue::new_local(Session::expect());
    // The engine is not there and does not come by itself.
    let engine =
        matches!(failure.code.as_str(), "engine_failed" | "engine_slow" | "engine_other_build" | "worker_blocked");
    let runnable = state.files.with_untracked(|files| {
        files.as_ref().is_some_and(|files| files.inspection.as_ref().is_some_and(|seen| seen.missing.is_empty()))
    });
    let columns = failure.code == "missing_role" || failure.code.contains("mapping") || failure.code.contains("column");
    let earlier = state.shown.with_untracked(Option::is_some);
    let title = match failure.stage.as_str() {
        "engine" if engine => "The engine did not start",
        "engine" => "The engine stopped",
        "demo" => "The demo did not arrive",
        _ => "These files cannot be analysed as they are",
    };
    view! {
        <section class="problem" role="alert" data-testid="error" data-code=failure.code.clone()>
            <h2>{title}</h2>
            <p class="problem-message">{failure.message.clone()}</p>
            {(!failure.hint.is_empty()).then(|| view! { <p>{failure.hint.clone()}</p> })}
            <div class="problem-steps">
                {if engine {
                    view! {
                        <button type="button" class="button" data-testid="restart"
                            on:click=move |_| session.with_value(Session::restart)>"Start the engine again"</button>
                    }.into_any()
                } else {
                    view! { <Picker label="Choose other files" replacing=true testid="file-input-problem"/> }.into_any()
                }}
                {(runnable && !engine).then(|| view! {
                    <button type="button" class="button plain" data-testid="run" on:click=move |_| session.with_value(Session::run)>
                        {if failure.stage == "inspect" { "Run the earlier files again" } else { "Run again" }}
                    </button>
                })}
                {columns.then(|| view! { <a class="button plain" href=Page::Data.href()>"Look at the columns"</a> })}
                {earlier.then(|| view! {
                    <button type="button" class="button plain" on:click=move |_| session.with_value(Session::dismiss)>
                        "Back to the earlier result"
                    </button>
                })}
            </div>
            <p class="problem-code"><code>{failure.code.clone()}</code></p>
        </section>
    }
    .into_any()
}
