//! Picks files from the reader's disk. They are read here; none leaves.

use leptos::html::Input;
use leptos::prelude::*;

use crate::ui::dom;
use crate::ui::session::Session;

/// What the dialogue offers; what a file is, its content says.
const ACCEPT: &str = ".parquet,.pq,.parq,.json,application/vnd.apache.parquet,application/json,.csv,.tsv,.txt,.gz,.csv.gz,.tsv.gz,text/csv,\
                      text/tab-separated-values";

/// A button that opens the file dialogue.
#[component]
pub fn Picker(
    /// What the button says.
    label: &'static str,
    /// Adds to the files in hand instead of replacing them.
    #[prop(default = false)]
    adding: bool,
    /// Files for the monitor page.
    #[prop(default = false)]
    later: bool,
    /// Replaces the files in hand without asking: they cannot be used.
    #[prop(default = false)]
    replacing: bool,
    /// `data-testid` of the input.
    #[prop(default = "file-input")]
    testid: &'static str,
    /// Class of the button.
    #[prop(default = "button")]
    class: &'static str,
) -> impl IntoView {
    let session = StoredValue::new_local(Session::expect());
    let input: NodeRef<Input> = NodeRef::new();
    let picked = move |_| {
        let Some(input) = input.get() else { return };
        let files = dom::files_of(input.files());
        // The same file may be picked again.
        input.set_value("");
        session.with_value(|session| match (later, adding, replacing) {
            (true, ..) => session.receive(files),
            (_, true, _) => session.add_files(files),
            (_, _, true) => session.replace_files(files),
            _ => session.open(files),
        });
    };
    view! {
        <label class=format!("{class} picker")>
            {label}
            <input type="file" multiple=true accept=ACCEPT data-testid=testid
                node_ref=input on:change=picked/>
        </label>
    }
}
