//! The first screen, and the strip above every page.

use serde::{Deserialize, Serialize};

use crate::chart::drawing::Drawing;
use crate::chart::mosaic::Segments;
use crate::chart::segment_map::SegmentMap;
use crate::chart::sketch::Sketch;
use crate::decision::findings::{Recommendation, Verdict};
use crate::extract::findings::ExtractFindings;
use crate::pipeline::outcome::Outcome;
use crate::readiness::findings::Status;
use crate::report::brief::{Brief, brief};
use crate::report::document::Table;
use crate::report::{figures, tables};

/// The first screen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Its words.
    pub brief: Brief,
    /// The verdict's code: `go`, `go_with_caveats`, `no_go`.
    pub verdict_code: String,
    /// The verdict's class in the style sheet.
    pub verdict_class: String,
    /// How many gates pass, in words.
    pub gates: String,
    /// The recommendation's code: `rule`, `clusters`, `refuse`.
    pub recommendation_code: String,
    /// The four segments; `None` if nobody is in one.
    pub segments: Option<Sketch>,
    /// The segment map.
    pub map: Option<Sketch>,
    /// Who is in the segments; without rows if there are none.
    pub who: Table,
}

/// The extract in a few words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Strip {
    /// Customers and orders.
    pub size: String,
    /// The first file, and how many more.
    pub files: String,
}

pub(super) fn overview(outcome: &Outcome) -> Overview {
    let results = &outcome.results;
    let (code, class) = match results.readiness.verdict {
        Verdict::Go => ("go", "pass"),
        Verdict::GoWithCaveats => ("go_with_caveats", "caveat"),
        Verdict::NoGo => ("no_go", "fail"),
    };
    let recommendation = match results.decision.recommendation {
        Recommendation::Rule => "rule",
        Recommendation::Clusters => "clusters",
        Recommendation::Refuse => "refuse",
    };
    let passed = results.readiness.gates.iter().filter(|gate| gate.status == Status::Pass).count();
    let anyone = results.segments.iter().any(|segment| segment.count > 0);
    let map = outcome.drawings.score_density.value().and_then(|density| SegmentMap::of(results, density));
    Overview {
        brief: brief(results),
        verdict_code: code.to_owned(),
        verdict_class: class.to_owned(),
        gates: format!("{passed} of {} gates pass", results.readiness.gates.len()),
        recommendation_code: recommendation.to_owned(),
        segments: anyone.then(|| Sketch::of(Drawing::Segments(Segments::of(results)))),
        map: map.map(|map| Sketch::of(Drawing::SegmentMap(map))),
        who: tables::segments_table(results),
    }
}

pub(super) fn strip(extract: &ExtractFindings) -> Strip {
    let customers = figures::counted(extract.customers, "customer", "customers");
    let size = if extract.orders > 0 {
        format!("{customers} and {}", figures::counted(extract.orders, "order", "orders"))
    } else {
        customers
    };
    let first = extract.files.first().map(|file| file.name.clone()).unwrap_or_default();
    let files = match extract.files.len().saturating_sub(1) as u64 {
        0 => first,
        more => format!("{first} and {}", figures::counted(more, "more file", "more files")),
    };
    Strip { size, files }
}
