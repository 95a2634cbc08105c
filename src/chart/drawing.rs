//! Any chart, with what it is drawn from: small enough to travel to the page, which draws it at the width it has.

use serde::{Deserialize, Serialize};

use super::boxes::{self, Boxes};
use super::clock::{self, Clock};
use super::dendrogram::{self, Dendrogram};
use super::dots::{self, Dots};
use super::flow::{self, Flow};
use super::forest::{self, Forest};
use super::frame::Frame;
use super::heatmap::{self, Heatmap};
use super::histogram::{self, Counted};
use super::k_curve::{self, Curves};
use super::line::{self, Lines};
use super::loadings::{self, Loadings};
use super::mosaic::{self, Segments};
use super::scene::Scene;
use super::segment_map::{self, SegmentMap};
use super::shares_over_time::{self, SharesOverTime};
use super::silhouette::{self, Silhouettes};
use crate::pipeline::labels::Labels;
use crate::report::naming::Naming;

/// A chart to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Drawing {
    /// The four segments.
    Segments(Segments),
    /// Customers over the two scores.
    SegmentMap(SegmentMap),
    /// Effects.
    Forest(Forest),
    /// Silhouettes over k.
    Curves(Curves),
    /// One metric.
    Counted(Counted),
    /// The four shares from step to step.
    SharesOverTime(SharesOverTime),
    /// One metric in several groups.
    Boxes(Boxes),
    /// Curves with bands.
    Lines(Lines),
    /// Rows of dots with intervals.
    Dots(Dots),
    /// Numbers between -1 and 1, by pairs.
    Heatmap(Heatmap),
    /// Who stays and who moves.
    Flow(Flow),
    /// Hours and weekdays.
    Clock(Clock),
    /// Silhouette widths.
    Silhouettes(Silhouettes),
    /// The top of Ward's tree.
    Dendrogram(Dendrogram),
    /// What components are made of.
    Loadings(Loadings),
}

impl Drawing {
    /// Draws it with the reader's names; `None` where there is nothing to draw.
    pub fn draw_named(&self, frame: Frame, labels: &Labels) -> Option<Scene> {
        let mut scene = self.draw(frame)?;
        match (self, Naming::of(labels)) {
            // These two are made with the names, which have their room in them.
            (Self::Segments(_) | Self::SegmentMap(_), _) | (_, None) => {}
            (_, Some(naming)) => scene.name(naming),
        }
        Some(scene)
    }

    /// Draws it; `None` where there is nothing to draw.
    pub fn draw(&self, frame: Frame) -> Option<Scene> {
        match self {
            Self::Segments(input) => Some(mosaic::draw(input, frame)),
            Self::SegmentMap(input) => segment_map::draw(input, frame),
            Self::Forest(input) => forest::draw(input, frame),
            Self::Curves(input) => k_curve::draw(input, frame),
            Self::Counted(input) => histogram::draw(input, frame),
            Self::SharesOverTime(input) => shares_over_time::draw(input, frame),
            Self::Boxes(input) => boxes::draw(input, frame),
            Self::Lines(input) => line::draw(input, frame),
            Self::Dots(input) => dots::draw(input, frame),
            Self::Heatmap(input) => heatmap::draw(input, frame),
            Self::Flow(input) => flow::draw(input, frame),
            Self::Clock(input) => clock::draw(input, frame),
            Self::Silhouettes(input) => silhouette::draw(input, frame),
            Self::Dendrogram(input) => dendrogram::draw(input, frame),
            Self::Loadings(input) => loadings::draw(input, frame),
        }
    }
}
