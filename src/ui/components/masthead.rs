//! The top of the page: name, pages, files, theme.

use leptos::prelude::*;

use super::glyph::house_mark;
use super::picker::Picker;
use crate::ui::route::Page;
use crate::ui::theme;

/// The masthead.
#[component]
pub fn Masthead(
    /// The page now.
    page: ReadSignal<Page>,
) -> impl IntoView {
    let (dark, set_dark) = signal(theme::is_dark());
    let link = move |target: Page| {
        view! {
            <li>
                <a href=target.href() data-testid=format!("nav-{}", target.slug())
                    aria-current=move || (page.get() == target).then_some("page")>{target.title()}</a>
            </li>
        }
    };
    view! {
        <header class="masthead">
            <a class="wordmark" href="#/" aria-label="Quadrant, overview">{house_mark()}"Quadrant"</a>
            <nav aria-label="Pages"><ul>{Page::ALL.map(link).into_iter().collect_view()}</ul></nav>
            <div class="tools">
                <Picker label="Open files" class="button small"/>
                <button type="button" class="quiet theme" on:click=move |_| set_dark.set(theme::toggle())
                    aria-pressed=move || dark.get().to_string() aria-label="Dark theme" title="Dark or light">
                    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
                        <circle class="theme-ring" cx="10" cy="10" r="7.5"/>
                        <path class="theme-half" d="M10 2.5a7.5 7.5 0 0 1 0 15z"/>
                    </svg>
                </button>
            </div>
        </header>
    }
}
