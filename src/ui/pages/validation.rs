//! Do the segments mean anything? Effects, reliability, later orders, rivals.

use leptos::prelude::*;

use crate::ui::components::depth::DepthOffer;
use crate::ui::json;

/// The page.
pub fn validation() -> AnyView {
    view! {
        <header class="page-head">
            <h1>"Do the segments mean anything?"</h1>
            <p class="standfirst">
                "What the segments tell apart, what is only arithmetic, how steady a customer’s place is, and what the \
                 segments foretell."
            </p>
        </header>
        <DepthOffer/>
        {super::sections_of(|pages| json::open(&pages.validation).as_slice())}
    }
    .into_any()
}
