//! Pieces that several pages use.

pub mod card;
pub mod departed;
pub mod depth;
pub mod downloads;
pub mod glyph;
pub mod mapping;
pub mod masthead;
pub mod names;
pub mod notices;
pub mod period;
pub mod picker;
pub mod piecewise;
pub mod plane;
pub mod problem;
pub mod section;
pub mod strip;
pub mod table;
