//! Method, privacy, licence, build.

use leptos::prelude::*;

use crate::pipeline::outcome::{Build, SCHEMA_VERSION};
use crate::report::{figures, wording};
use crate::segments::findings::Segment;
use crate::ui::components::glyph::glyph_markup;
use crate::ui::shell::{self, Shell};
use crate::ui::{engine, storage};

/// The page.
#[component]
pub fn About() -> impl IntoView {
    let mut segments = String::new();
    for segment in Segment::ALL {
        let (name, means) = (segment.name(), wording::definition(segment));
        let glyph = glyph_markup(segment);
        segments.push_str(&format!("<li><span class=\"segment\">{glyph}<strong>{name}</strong></span> {means}.</li>"));
    }
    view! {
        <article class="paper">
            <h1>"How it works, and what it keeps"</h1>
            <h2>"The rule"</h2>
            <p>
                "Two scores per customer: how often they order (from the mean days between orders) and how much of what they \
                 order they have bought before. Each is cut at the median of the extract, and a score on the line counts as high."
            </p>
            <ul class="points" inner_html=segments></ul>
            <h2>"The order of work"</h2>
            <p>
                "Read the extract and check it; ask whether its customers can be segmented at all; build features; test whether \
                 clustering finds more than structureless data would show; apply the rule; validate it on what is not tied to it, \
                 and on later orders where there are any; weigh the evidence once, and let every sentence follow from that."
            </p>
            <h2>"Privacy"</h2>
            <p>
                "Your files are read by this browser tab and nowhere else. The page is a handful of static files; its content \
                 security policy forbids any connection but to its own address, for the page and for the engine alike. Load it, \
                 go offline, and drop your files: it works just the same."
            </p>
            {network()}
            <h2 id="kept">"What is kept on this device"</h2>
            <Keeping/>
            <h2>"Build"</h2>
            <p>
                {format!("Version {}{}, results schema {SCHEMA_VERSION}.", Build::current().version, build())}
            </p>
            <h2>"Licences"</h2>
            <p>
                "Quadrant is under the MIT licence. Its typefaces, Source Serif 4 and Source Sans 3, are Adobe’s, under the SIL \
                 Open Font License 1.1 ("<a href="./fonts/OFL.txt">"text"</a>"). It is built with Leptos, Apache Arrow and \
                 Parquet for Rust, serde, statrs and others, all under MIT, Apache 2.0, BSD, Zlib or Unicode licences; zstd is \
                 under BSD. The demo extract is made up by a program and belongs to nobody."
            </p>
        </article>
    }
}

/// The build, where the page has one.
fn build() -> String {
    engine::build().map(|build| format!(", build {build}")).unwrap_or_default()
}

/// The count of requests, and how to see for oneself.
fn network() -> impl IntoView {
    let shell: Shell = expect_context();
    let count = move || match shell.requests.get() {
        None => "The page is still loading.".to_owned(),
        Some(0) => "Since page, engine and demo have loaded, no request has left this page.".to_owned(),
        Some(count) => format!(
            "Since page, engine and demo have loaded, {} left this page; your browser’s developer tools name them.",
            figures::counted(u64::from(count), "request has", "requests have")
        ),
    };
    let offline = move || match shell.offline.get().as_str() {
        "kept" => {
            "This page, its engine and the demo are kept on this device: your next visit works with the network off, too."
        }
        "keeping" => "This page is being kept on this device for visits without a network.",
        _ => "This browser does not keep the page for visits without a network.",
    };
    view! {
        <p role="status"><strong>{count}</strong>" Try it: go offline, then drop your files."</p>
        <p data-testid="offline">{offline}</p>
    }
}

/// What stands in storage, and a way to erase it.
#[component]
fn Keeping() -> impl IntoView {
    let (listed, list) = signal(0_u32);
    let erased = RwSignal::new(false);
    let erase = move |_| {
        storage::erase();
        shell::tell("forget");
        list.update(|times| *times += 1);
        erased.set(true);
    };
    let kept = move || {
        listed.track();
        match storage::kept() {
            None => view! { <p>"This browser denies storage to this page: nothing is kept, and everything works."</p> }
                .into_any(),
            Some(all) if all.is_empty() => view! { <p>"No setting and no mapping is kept."</p> }.into_any(),
            Some(all) => {
                let rows = all.into_iter().map(|kept| {
                    view! { <div><dt>{kept.what}</dt><dd><code>{kept.name}</code>" "<code>{kept.value}</code></dd></div> }
                });
                view! { <dl class="kept" data-testid="stored">{rows.collect_view()}</dl> }.into_any()
            }
        }
    };
    view! {
        <p>
            "Preferences that you set and the columns that you chose for files of one shape (their names, never a value), so \
             that you need not choose twice; and the page’s own files. No row of your data."
        </p>
        {kept}
        <p>
            <button type="button" class="button plain" data-testid="erase" on:click=erase>"Erase all of it"</button>
        </p>
        <p role="status">{move || erased.get().then_some("Erased. What is on screen goes when you close the tab.")}</p>
    }
}
