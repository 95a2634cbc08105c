//! Outcome to documents.
//!
//! - [`figures`]: the only number formatting; percent exists only there.
//! - [`wording`]: names of segments, metrics, sets and verdicts as documents say them.
//! - [`brief`]: the first screen: headline, standfirst, recommendation, three facts, three caveats.
//! - [`document`]: headings, paragraphs, lists, tables, callouts; [`markdown`] writes them down.
//! - [`tables`]: findings as tables; [`memo`]: the decision memo.

pub mod brief;
pub mod document;
pub mod drift;
pub mod figures;
pub mod markdown;
pub mod memo;
pub mod tables;
pub mod wording;
