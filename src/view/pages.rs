//! The view as it travels: what stands on every page, and each page as a text of its own that is read when it is opened.
//! Reading all of them when a result comes would hold up a phone for half a second.

use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Clustering, Features, Overview, Section, Strip, View, segments::Segments};
use crate::stats::json;

/// All that the page gets of an outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pages {
    /// The strip under the masthead.
    pub strip: Strip,
    /// [`Segments::departed`], which other pages say as well.
    pub departed: String,
    /// The first screen.
    pub overview: Sealed<Overview>,
    /// The data page, below files and columns.
    pub data: Sealed<Vec<Section>>,
    /// The features page.
    pub features: Sealed<Features>,
    /// The clustering page.
    pub clustering: Sealed<Clustering>,
    /// The segments page.
    pub segments: Sealed<Segments>,
    /// The validation page.
    pub validation: Sealed<Vec<Section>>,
    /// The monitor page: the time within the extract.
    pub monitor: Sealed<Vec<Section>>,
}

impl From<View> for Pages {
    fn from(view: View) -> Self {
        Self {
            strip: view.strip,
            departed: view.segments.departed.clone(),
            overview: Sealed::of(&view.overview),
            data: Sealed::of(&view.data),
            features: Sealed::of(&view.features),
            clustering: Sealed::of(&view.clustering),
            segments: Sealed::of(&view.segments),
            validation: Sealed::of(&view.validation),
            monitor: Sealed::of(&view.monitor),
        }
    }
}

/// A value as JSON, read once, when it is needed.
#[derive(Clone, Debug)]
pub struct Sealed<T> {
    text: String,
    opened: OnceLock<T>,
}

impl<T: Serialize> Sealed<T> {
    /// Of this value. What cannot be written as JSON (a map whose keys are no texts: no page has one) is lost.
    pub fn of(value: &T) -> Self {
        Self { text: json::line(value).unwrap_or_default(), opened: OnceLock::new() }
    }
}

impl<T: Default> Sealed<T> {
    /// The value, by `read` the first time; an empty one where the text was none.
    pub fn open(&self, read: impl FnOnce(&str) -> Option<T>) -> &T {
        self.opened.get_or_init(|| read(&self.text).unwrap_or_default())
    }
}

impl<T> Default for Sealed<T> {
    fn default() -> Self {
        Self { text: String::new(), opened: OnceLock::new() }
    }
}

impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { text: String::deserialize(deserializer)?, opened: OnceLock::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_str, to_string};

    #[test]
    fn a_page_is_read_once_and_as_it_was() {
        let sections = vec![Section { title: "A \"title\" <b>".to_owned(), ..Section::default() }];
        let sealed: Sealed<Vec<Section>> = from_str(&to_string(&Sealed::of(&sections)).unwrap()).unwrap();
        assert_eq!(sealed, Sealed::of(&sections));
        assert_eq!(*sealed.open(|text| from_str(text).ok()), sections);
        assert_eq!(*sealed.open(|_| panic!("read twice")), sections);
    }

    #[test]
    fn what_cannot_be_read_is_empty() {
        assert_eq!(*Sealed::<Vec<Section>>::default().open(|text| from_str(text).ok()), []);
    }
}
