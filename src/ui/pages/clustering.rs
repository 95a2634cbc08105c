//! The clustering tribunal: are there clusters, or would structureless data look the same?

use leptos::prelude::*;

use crate::ui::components::depth::DepthOffer;
use crate::ui::components::section::absent;
use crate::ui::json;
use crate::ui::state::Shown;

/// The page.
pub fn clustering() -> AnyView {
    view! {
        {super::over_outcome("Are there clusters?", head, || ().into_any())}
        <DepthOffer/>
        {super::sections_of(|pages| &json::open(&pages.clustering).sections)}
    }
    .into_any()
}

fn head(shown: &Shown) -> AnyView {
    let found = json::open(&shown.view.clustering);
    let why = if found.absent.is_empty() { ().into_any() } else { absent(found.absent.clone()) };
    view! {
        <header class="page-head">
            <p class="kicker">"The clustering tribunal"</p>
            <h1>{found.title.clone()}</h1>
            <p class="standfirst">{found.standfirst.clone()}</p>
        </header>
        {why}
    }
    .into_any()
}
