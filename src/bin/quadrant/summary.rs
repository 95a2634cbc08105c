//! What a person reads on stdout when an analysis is done.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use quadrant::decision::findings::{Recommendation, Verdict};
use quadrant::export::receipt::Hashed;
use quadrant::pipeline::outcome::Results;
use quadrant::report::figures::{integer, percent};

/// Reasons and caveats shown at most; results.json has all of them.
const SHOWN: usize = 5;

/// Prints the summary; a closed stdout is nobody's fault.
pub(crate) fn print(results: &Results, outputs: &[Hashed], out: &Path) {
    let _ = std::io::stdout().lock().write_all(text(results, outputs, out).as_bytes());
}

fn text(results: &Results, outputs: &[Hashed], out: &Path) -> String {
    let mut text = String::new();
    let verdict = match results.readiness.verdict {
        Verdict::Go => "GO",
        Verdict::GoWithCaveats => "GO WITH CAVEATS",
        Verdict::NoGo => "NO-GO",
    };
    let recommendation = match results.decision.recommendation {
        Recommendation::Rule => "ship the four-segment rule",
        Recommendation::Clusters => "ship the clusters",
        Recommendation::Refuse => "do not segment these customers yet",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{verdict}: {recommendation}\n");
    let qualified = results.segmented();
    let _ = writeln!(text, "{} of {} customers in a segment", integer(qualified), integer(results.extract.customers));
    for segment in &results.segments {
        let share = percent(segment.share);
        let _ = writeln!(text, "  {:<18} {:>11} {share:>7}", segment.name.name(), integer(segment.count));
    }
    for (title, reasons) in [("Why", &results.decision.reasons), ("Caveats", &results.decision.caveats)] {
        if reasons.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for reason in reasons.iter().take(SHOWN) {
            let _ = writeln!(text, "  - {}", reason.text);
        }
        if reasons.len() > SHOWN {
            let _ = writeln!(text, "  - {} more in results.json", reasons.len() - SHOWN);
        }
    }
    if !results.extract.warnings.is_empty() {
        let _ = writeln!(text, "\nWarnings");
        for warning in results.extract.warnings.iter().take(SHOWN) {
            let _ = writeln!(text, "  - {} ({})", warning.message, integer(warning.count));
        }
        if results.extract.warnings.len() > SHOWN {
            let _ = writeln!(text, "  - {} more in results.json", results.extract.warnings.len() - SHOWN);
        }
    }
    let names: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
    let _ = writeln!(text, "\nWritten to {}: {}", out.display(), names.join(", "));
    text
}
