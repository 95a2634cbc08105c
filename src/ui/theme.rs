//! Light, dark, or as the system says (`public/theme.js` sets that before first paint). The choice is kept.

use leptos::prelude::*;

use super::storage;

/// Is the page dark now?
pub fn is_dark() -> bool {
    document().document_element().and_then(|root| root.get_attribute("data-theme")).as_deref() == Some("dark")
}

/// Turns light to dark and back, and remembers it where storage allows. Says whether it is dark now.
pub fn toggle() -> bool {
    let dark = !is_dark();
    let name = if dark { "dark" } else { "light" };
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", name);
    }
    storage::keep(storage::THEME, name);
    dark
}
