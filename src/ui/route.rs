//! The page named in the URL's fragment: `#/`, `#/data`, ... Deep links and the back button work on any static host.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// One page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Verdict, recommendation, the four segments.
    Overview,
    /// Files, mapping, readiness.
    Data,
    /// The dictionary of features.
    Features,
    /// The clustering tribunal.
    Clustering,
    /// The thresholds as an instrument.
    Segments,
    /// Effects, reliability, out-of-time.
    Validation,
    /// The six documents.
    Documents,
    /// A later extract beside its baseline; receipts.
    Monitor,
    /// Method, privacy, licence.
    About,
}

impl Page {
    /// All, in the order of the navigation.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Data,
        Self::Features,
        Self::Clustering,
        Self::Segments,
        Self::Validation,
        Self::Documents,
        Self::Monitor,
        Self::About,
    ];

    /// Name in the fragment and in `nav-<page>`.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Data => "data",
            Self::Features => "features",
            Self::Clustering => "clustering",
            Self::Segments => "segments",
            Self::Validation => "validation",
            Self::Documents => "documents",
            Self::Monitor => "monitor",
            Self::About => "about",
        }
    }

    /// Title for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Data => "Data",
            Self::Features => "Features",
            Self::Clustering => "Clustering",
            Self::Segments => "Segments",
            Self::Validation => "Validation",
            Self::Documents => "Documents",
            Self::Monitor => "Monitor",
            Self::About => "About",
        }
    }

    /// The link.
    pub fn href(self) -> &'static str {
        match self {
            Self::Overview => "#/",
            Self::Data => "#/data",
            Self::Features => "#/features",
            Self::Clustering => "#/clustering",
            Self::Segments => "#/segments",
            Self::Validation => "#/validation",
            Self::Documents => "#/documents",
            Self::Monitor => "#/monitor",
            Self::About => "#/about",
        }
    }

    /// Goes there.
    pub fn open(self) {
        let _ = window().location().set_hash(self.href());
    }

    fn of(hash: &str) -> Self {
        let name = hash.trim_start_matches('#').trim_start_matches('/').split('/').next().unwrap_or_default();
        // The memo has an address of its own.
        if name == "memo" {
            return Self::Documents;
        }
        Self::ALL.into_iter().find(|page| page.slug() == name).unwrap_or(Self::Overview)
    }
}

/// The page now, without following it.
pub fn here() -> Page {
    Page::of(&window().location().hash().unwrap_or_default())
}

/// The page now, following the address.
pub fn follow() -> ReadSignal<Page> {
    let (page, set_page) = signal(here());
    let listener = Closure::<dyn FnMut()>::new(move || {
        let next = here();
        if page.get_untracked() != next {
            set_page.set(next);
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    let _ = window().add_event_listener_with_callback("hashchange", listener.as_ref().unchecked_ref());
    // Lives as long as the tab.
    listener.forget();
    page
}
