//! Any chart, with what it is drawn from: small enough to travel to the page, which draws it at the width it has.

use serde::{Deserialize, Serialize};

use super::forest::{self, Forest};
use super::frame::Frame;
use super::histogram::{self, Counted};
use super::k_curve::{self, Curves};
use super::mosaic::{self, Segments};
use super::scene::Scene;
use super::segment_map::{self, SegmentMap};
use super::shares_over_time::{self, SharesOverTime};

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
}

impl Drawing {
    /// Draws it; `None` where there is nothing to draw.
    pub fn draw(&self, frame: Frame) -> Option<Scene> {
        match self {
            Self::Segments(input) => Some(mosaic::draw(input, frame)),
            Self::SegmentMap(input) => segment_map::draw(input, frame),
            Self::Forest(input) => forest::draw(input, frame),
            Self::Curves(input) => k_curve::draw(input, frame),
            Self::Counted(input) => histogram::draw(input, frame),
            Self::SharesOverTime(input) => shares_over_time::draw(input, frame),
        }
    }
}
