//! A chart on its way to the page: what is said of it, and a name by which the page has it drawn at the width that it has
//! (`Request::Draw`). So no geometry is part of the page, and what a chart is drawn from never leaves the engine.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::drawing::Drawing;
use super::frame::Frame;
use super::said::Said;
use super::scene::Scene;
use super::svg;
use crate::pipeline::labels::Labels;
use crate::report::naming::Naming;
use crate::stats::rng::fnv1a;

/// Draws one chart at a width, with the reader's names; `None` where there is nothing to draw.
pub type Draws = Arc<dyn Fn(Frame, &Labels) -> Option<Scene> + Send + Sync>;

/// A chart to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// Its words and numbers; no title where there is nothing to draw.
    pub said: Said,
    /// Names the drawing by what it looks like: 16 hex digits over its SVG at the width of a document.
    pub drawing: String,
    /// Widths, and how high it is there, so that nothing jumps when it comes.
    pub heights: Vec<(u32, u32)>,
    /// Stays where it was made.
    #[serde(skip)]
    hand: Hand,
}

impl Sketch {
    /// Of this drawing.
    pub fn of(drawing: Drawing) -> Self {
        let Some(scene) = drawing.draw(Frame::DOCUMENT) else { return Self::default() };
        let narrow = drawing.draw(Frame::wide(320.0)).map(|scene| (320, scene.height.ceil() as u32));
        let wide = (Frame::DOCUMENT.width as u32, scene.height.ceil() as u32);
        Self {
            drawing: format!("{:016x}", fnv1a(svg::write(&scene).as_bytes())),
            said: Said { title: scene.title, sentence: scene.sentence, table: scene.table },
            heights: narrow.into_iter().chain([wide]).collect(),
            hand: Hand(Some(Arc::new(move |frame, labels| drawing.draw_named(frame, labels)))),
        }
    }

    /// What draws it, for whoever made it; `None` on the page, and where there is nothing to draw.
    pub fn draws(&self) -> Option<&Draws> {
        self.hand.0.as_ref()
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

/// What draws a sketch. A function and not the drawing: the page would carry the code for every chart's data.
#[derive(Clone, Default)]
struct Hand(Option<Draws>);

impl fmt::Debug for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "drawn here" } else { "drawn elsewhere" })
    }
}

/// Sketches are told apart by their names.
impl PartialEq for Hand {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(counts: Vec<u64>) -> Sketch {
        let counted =
            crate::pipeline::outcome::Histogram { name: "x".to_owned(), edges: vec![0.0, 0.1 + 0.2, 1.0], counts };
        let words = crate::chart::histogram::Words { title: "T <b>".to_owned(), ..Default::default() };
        Sketch::of(Drawing::Counted(crate::chart::histogram::Counted::of(&counted, words)))
    }

    #[test]
    fn a_sketch_says_what_its_drawing_says_and_draws_it() {
        let sketch = counted(vec![3, 4]);
        assert_eq!(sketch.said.title, "T <b>");
        assert!(!sketch.said.table.rows.is_empty());
        for width in [320.0, Frame::DOCUMENT.width] {
            let scene = sketch.draws().unwrap()(Frame::wide(width), &Labels::default()).unwrap();
            assert_eq!(sketch.height(width), Some(scene.height.ceil() as u32));
        }
    }

    #[test]
    fn its_name_is_that_of_its_looks() {
        assert_eq!(counted(vec![3, 4]).drawing, counted(vec![3, 4]).drawing);
        assert_ne!(counted(vec![3, 4]).drawing, counted(vec![4, 3]).drawing);
    }

    #[test]
    fn what_draws_it_stays_behind() {
        let sketch = counted(vec![3, 4]);
        let sent: Sketch = serde_json::from_str(&serde_json::to_string(&sketch).unwrap()).unwrap();
        assert_eq!(sent, sketch);
        assert!(sent.draws().is_none());
    }
}
