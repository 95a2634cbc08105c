//! What was read: files, columns, gates, orders per customer, warnings.

use std::sync::Arc;

use leptos::prelude::*;

use crate::extract::findings::Layout;
use crate::extract::schema::Inspection;
use crate::report::document::Table;
use crate::report::figures;
use crate::ui::components::mapping::MappingEditor;
use crate::ui::components::picker::Picker;
use crate::ui::components::section::{section, table};
use crate::ui::json;
use crate::ui::state::{Source, State};

/// The page.
pub fn data() -> AnyView {
    let state: State = expect_context();
    let seen = Memo::new(move |_| {
        state.files.with(|files| files.as_ref().and_then(|files| Some((files.source, files.inspection.clone()?))))
    });
    view! {
        <header class="page-head">
            <h1>"What was read"</h1>
            <p class="standfirst">"The files, the columns taken from them, and whether these customers can be segmented at all."</p>
        </header>
        {move || seen.get().map(|(source, inspection)| inspected(source, &inspection))}
        {super::sections_of(|pages| json::open(&pages.data).as_slice())}
    }
    .into_any()
}

fn inspected(source: Source, inspection: &Arc<Inspection>) -> AnyView {
    let layout = match inspection.mapping.layout {
        Layout::Star => "Orders and order lines in files of their own.",
        Layout::Wide => "Order lines that carry everything about their order.",
        Layout::Customers => "One row per customer, already summarised.",
    };
    let add = (source == Source::Own).then(|| {
        view! {
            <p><Picker label="Add files to these" adding=true class="button plain" testid="file-input-add"/></p>
        }
    });
    let inspection = inspection.clone();
    view! {
        {section("files", "Files", layout, view! { {table(files(&inspection))}{add} }.into_any())}
        {section(
            "columns",
            "Columns",
            "What each column was taken for. Correct what is wrong and run again; the files need not be dropped twice.",
            view! { <MappingEditor inspection=inspection/> }.into_any(),
        )}
    }
    .into_any()
}

fn files(inspection: &Inspection) -> Table {
    let mut table = Table::new("Files in hand")
        .words("File")
        .words("Taken for")
        .words("Written as")
        .numbers("Rows")
        .numbers("Size");
    for file in &inspection.files {
        table.row([
            file.name.clone().into(),
            file.part.clone().into(),
            file.format.clone().into(),
            format!("{}{}", if file.rows_estimated { "about " } else { "" }, figures::integer(file.rows)).into(),
            figures::bytes(file.bytes).into(),
        ]);
    }
    table
}
