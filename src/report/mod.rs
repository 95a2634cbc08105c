//! Outcome to documents.
//!
//! - [`figures`]: the only number formatting; percent exists only there. [`figure`]: a number with its working.
//! - [`wording`]: names of segments, metrics, sets and verdicts as documents say them.
//! - [`brief`]: the first screen: headline, standfirst, recommendation, three facts, three caveats.
//! - [`document`]: headings, paragraphs, lists, tables, charts, callouts; [`markdown`] and [`html`] write them down.
//! - [`template`]: Markdown with fields and variants that declare which verdicts allow them; the templates lie in
//!   `templates/`.
//! - [`evidence`]: sentences of other rooms, their numbers made to open.
//! - [`facts`], [`portrait`], [`trials`], [`watch`], [`published`]: what templates may refer to.
//! - [`documents`]: the six documents; [`identity`]: which run they belong to.
//! - [`tables`]: findings as tables; [`naming`]: the reader's names put in place of the published ones.

pub mod brief;
pub mod document;
pub mod documents;
pub mod drift;
pub mod evidence;
pub mod facts;
pub mod figure;
pub mod figures;
pub mod html;
pub mod identity;
pub mod markdown;
pub mod naming;
pub mod portrait;
pub mod published;
pub mod tables;
pub mod template;
pub mod trials;
pub mod watch;
pub mod wording;
