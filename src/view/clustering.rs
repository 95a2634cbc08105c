//! The clustering tribunal.

use super::{Clustering, Piece, Section, tabled};
use crate::chart::drawing::Drawing;
use crate::chart::k_curve::Curves;
use crate::clustering::findings::ClusteringFindings;
use crate::report::document::Table;
use crate::report::tables::why_absent;
use crate::report::{tables, wording};
use crate::stats::measured::Measured;

pub(super) fn page(clustering: &Measured<ClusteringFindings>) -> Clustering {
    let Measured::Value(found) = clustering else {
        return Clustering {
            title: "Not tested yet".to_owned(),
            standfirst: "Whether these customers fall into clusters by themselves.".to_owned(),
            absent: why_absent(clustering).unwrap_or_default(),
            sections: Vec::new(),
        };
    };
    let title = found.verdict.value().map_or_else(
        || "No verdict yet".to_owned(),
        |structure| format!("Verdict: {}", wording::structure(*structure)),
    );
    Clustering { title, standfirst: found.sentence.clone(), absent: String::new(), sections: sections(found) }
}

fn sections(found: &ClusteringFindings) -> Vec<Section> {
    let or_not = |table: Table| {
        vec![Piece::table(table).unwrap_or_else(|| Piece::Absent("Not measured at this depth.".to_owned()))]
    };
    let figure = Curves::of(found).map(|curves| Piece::figure(Drawing::Curves(curves)));
    let mut others = tabled(&found.ward, tables::ward);
    others.extend(tabled(&found.dbscan, tables::dbscan));
    others.extend(tabled(&found.mixture, |cells| tables::mixture(cells)));
    others.extend(Piece::table(tables::agreement(&found.agreement)));
    let mut sections: Vec<Section> = figure.map(|figure| Section::wide(vec![figure])).into_iter().collect();
    sections.extend([
        Section::new(
            "null",
            "What would structureless data score?",
            "The same pipeline on data of the same shape with no groups in it. A clustering that does not beat it has \
             found nothing.",
            or_not(tables::null_benchmark(&found.null_benchmark)),
        ),
        Section::new(
            "stability",
            "Does it come back?",
            "A stable partition is not yet a true one: one broad cloud can be cut the same way every time.",
            or_not(tables::stability(&found.stability)),
        ),
        Section::new("others", "Other methods", "On samples, beside k-means.", others),
        Section::new(
            "exact",
            "On every customer",
            "The grid above is measured on a sample. This is one solution on all customers, every pair of them: minutes \
             for hundreds of thousands.",
            exact(found),
        ),
    ]);
    let published = Piece::table(tables::canonical(&found.canonical));
    sections.extend(published.map(|table| Section::new("published", "Beside the published case", "", vec![table])));
    sections
}

/// What was measured on all customers, and the offer to measure the headline's solution so.
fn exact(found: &ClusteringFindings) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Piece::table(tables::exact(&found.exact)).into_iter().collect();
    let open =
        found.headline.value().filter(|best| !found.exact.iter().any(|row| row.set == best.set && row.k == best.k));
    pieces.extend(open.map(|best| Piece::MeasureExactly {
        set: best.set.clone(),
        k: best.k,
        words: format!("Measure {} at k = {} exactly", wording::feature_set(&best.set), best.k),
    }));
    pieces
}
