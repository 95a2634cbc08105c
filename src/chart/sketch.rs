//! A chart on its way to the page: what is said of it, and what it is drawn from as a text that the page does not read.
//! It hands the text back to be drawn at the width it has (`Request::Draw`), so no geometry is part of the page.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::drawing::Drawing;
use super::frame::Frame;
use super::said::Said;
use crate::report::document::Table;
use crate::report::naming::Naming;

/// Widths whose heights are told beforehand: a phone, a document, a wide window.
const WIDTHS: [f64; 3] = [320.0, 680.0, 960.0];

/// A chart to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// Its words and numbers; no title where there is nothing to draw.
    pub said: Said,
    /// The [`Drawing`] as JSON, without the table.
    pub drawing: String,
    /// Widths and how high it is about there, so that nothing jumps when it comes.
    pub heights: Vec<(u32, u32)>,
}

impl Sketch {
    /// Of this drawing.
    pub fn of(drawing: &Drawing) -> Self {
        let Some(scene) = drawing.draw(Frame::DOCUMENT) else { return Self::default() };
        let heights = WIDTHS.into_iter().filter_map(|width| {
            let scene = drawing.draw(Frame::wide(width))?;
            Some((width as u32, scene.height.ceil() as u32))
        });
        let mut value = serde_json::to_value(drawing).unwrap_or_default();
        let table = serde_json::to_value(Table::default()).unwrap_or_default();
        for place in ["/table", "/said/table"] {
            let inner = value.as_object_mut().and_then(|variant| variant.values_mut().next());
            if let Some(told) = inner.and_then(|inner| inner.pointer_mut(place)) {
                told.clone_from(&table);
            }
        }
        Self {
            said: Said { title: scene.title, sentence: scene.sentence, table: scene.table },
            drawing: value.to_string(),
            heights: heights.collect(),
        }
    }

    /// What it is drawn from, without the table; `None` where there is nothing to draw.
    pub fn drawing(&self) -> Option<Drawing> {
        read(&self.drawing)
    }

    /// Puts the reader's names in its words.
    pub fn name(&mut self, naming: Naming<'_>) {
        naming.put(&mut self.said.title);
        naming.put(&mut self.said.sentence);
        naming.table(&mut self.said.table);
    }

    /// About how high it is at this width.
    pub fn height(&self, width: f64) -> Option<u32> {
        let far = |at: u32| (f64::from(at) - width).abs();
        let nearest = |a: &&(u32, u32), b: &&(u32, u32)| far(a.0).total_cmp(&far(b.0));
        self.heights.iter().min_by(nearest).map(|(_, height)| *height)
    }
}

/// The drawing of a [`Sketch::drawing`] that comes back.
pub fn read(drawing: &str) -> Option<Drawing> {
    serde_json::from_str::<Value>(drawing).ok().and_then(|value| Drawing::deserialize(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::svg;

    #[test]
    fn a_sketch_is_drawn_as_what_it_was_made_of() {
        let counted = crate::pipeline::outcome::Histogram {
            name: "x".to_owned(),
            edges: vec![0.0, 0.1 + 0.2, 1.0],
            counts: vec![3, 4],
        };
        let words = crate::chart::histogram::Words { title: "T <b>".to_owned(), ..Default::default() };
        let drawing = Drawing::Counted(crate::chart::histogram::Counted::of(&counted, words));
        let sketch = Sketch::of(&drawing);
        assert_eq!(sketch.said.title, "T <b>");
        assert!(!sketch.said.table.rows.is_empty() && sketch.heights.len() == WIDTHS.len());
        let back = sketch.drawing().unwrap();
        for width in WIDTHS {
            let (one, other) = (drawing.draw(Frame::wide(width)).unwrap(), back.draw(Frame::wide(width)).unwrap());
            assert_eq!(svg::write(&one), svg::write(&other));
            assert_eq!(sketch.height(width), Some(one.height.ceil() as u32));
        }
        assert_eq!(read("{}"), None);
        assert_eq!(read(""), None);
    }
}
