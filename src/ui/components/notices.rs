//! What the page has to say between the strip and the result: a new version, columns taken from an earlier visit, a
//! question about files just dropped.

use leptos::html::Section;
use leptos::prelude::*;

use crate::report::figures;
use crate::ui::dom;
use crate::ui::session::{Answer, Session};
use crate::ui::shell::{self, Shell};
use crate::ui::state::State;

/// All notices, each only when there is cause.
#[component]
pub fn Notices() -> impl IntoView {
    let (state, shell): (State, Shell) = (expect_context(), expect_context());
    let session = StoredValue::new_local(Session::expect());
    let names = Memo::new(move |_| state.question.get());
    view! {
        <div class="notices">
            <div role="status">
                {move || shell.update.get().then(|| view! {
                    <p class="notice" data-testid="update-ready">
                        <span>"A new version of Quadrant is ready. The one on screen goes on until you reload."</span>
                        <button type="button" class="button small plain" data-testid="update-reload"
                            on:click=move |_| shell::tell("update")>"Reload"</button>
                    </p>
                })}
                {move || state.remembered.get().then(|| view! {
                    <p class="notice" data-testid="mapping-remembered">
                        <span>"The columns are those that you chose for files of this shape before."</span>
                        <button type="button" class="button small plain" data-testid="mapping-detected" disabled=move || state.under_way()
                            on:click=move |_| session.with_value(Session::use_detected)>"Use what was detected"</button>
                    </p>
                })}
            </div>
            {move || names.get().map(|names| question(&names))}
        </div>
    }
}

/// Another set of files, while a result of the reader's own is on screen.
fn question(names: &[String]) -> AnyView {
    let session = StoredValue::new_local(Session::expect());
    let at: NodeRef<Section> = NodeRef::new();
    // The question comes to the reader, wherever on the page they are.
    Effect::new(move || {
        if let Some(section) = at.get() {
            let _ = section.focus();
        }
    });
    let choice = move |answer: Answer, class: &'static str, testid: &'static str, words: &'static str| {
        view! {
            <button type="button" class=class data-testid=testid
                on:click=move |_| {
                    session.with_value(|session| session.answer(answer));
                    // The question is gone, and the focus with it: on to where the answer shows.
                    dom::focus("strip");
                }>{words}</button>
        }
    };
    let title = match names {
        [one] => format!("What is {one} for?"),
        _ => format!("What are these {} for?", figures::counted(names.len() as u64, "file", "files")),
    };
    view! {
        <section class="notice question" data-testid="question" tabindex="-1" node_ref=at aria-labelledby="question-title"
            on:keydown=move |event| if event.key() == "Escape" { session.with_value(|session| session.answer(Answer::Never)) }>
            <h2 id="question-title">{title}</h2>
            <p>"A result of your own is on screen."</p>
            <div class="choices">
                {choice(Answer::Replace, "button", "replace-files", "Analyse in its place")}
                {choice(Answer::Compare, "button plain", "compare-files", "Compare as a later extract")}
                {choice(Answer::Add, "button plain", "add-files", "Add to the files in hand")}
                {choice(Answer::Never, "button plain", "ignore-files", "Leave things as they are")}
            </div>
        </section>
    }
    .into_any()
}
