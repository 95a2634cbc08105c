//! The clustering tribunal.

use super::{Clustering, Piece, Section, figure_or, tabled};
use crate::chart::correlations::agreement;
use crate::chart::dendrogram::Dendrogram;
use crate::chart::drawing::Drawing;
use crate::chart::k_curve::Curves;
use crate::chart::loadings::Loadings;
use crate::chart::nulls::nulls;
use crate::chart::scree::scree;
use crate::chart::silhouette::Silhouettes;
use crate::chart::stability::stability;
use crate::clustering::findings::ClusteringFindings;
use crate::pipeline::outcome::Results;
use crate::prepare::findings::PcaFindings;
use crate::report::tables::why_absent;
use crate::report::{tables, wording};
use crate::stats::measured::Measured;

pub(super) fn page(results: &Results) -> Clustering {
    let clustering = &results.clustering;
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
    let mut sections = sections(found);
    sections.extend(components(&results.prepare.pca));
    sections.extend(last(found));
    Clustering { title, standfirst: found.sentence.clone(), absent: String::new(), sections }
}

fn sections(found: &ClusteringFindings) -> Vec<Section> {
    let alone = |drawing: Option<Drawing>| drawing.map(|drawing| Section::wide(vec![Piece::figure(drawing)]));
    let mut sections: Vec<Section> = alone(Curves::of(found).map(Drawing::Curves)).into_iter().collect();
    if !found.reasons.is_empty() {
        sections.push(Section::new("evidence", "The evidence", "", vec![Piece::Points(found.reasons.clone())]));
    }
    let deeper = || vec![Piece::Absent("Not measured at this depth.".to_owned())];
    sections.push(figure_or(nulls(&found.null_benchmark).map(Drawing::Dots), || {
        Section::new("null", "Would structureless data score the same?", "", deeper())
    }));
    let plot = found.silhouette_plot.value().and_then(Silhouettes::of);
    sections.extend(alone(plot.map(Drawing::Silhouettes)));
    sections.push(figure_or(stability(&found.stability).map(Drawing::Dots), || {
        Section::new("stability", "Does the same partition come back?", "", deeper())
    }));
    sections.extend(alone(agreement(&found.agreement).map(Drawing::Heatmap)));
    let tree = found.ward.value().and_then(Dendrogram::of).map(Drawing::Dendrogram);
    let mut others: Vec<Piece> = tree.map(Piece::figure).into_iter().collect();
    let each = [
        tabled(&found.ward, tables::ward),
        tabled(&found.dbscan, tables::dbscan),
        tabled(&found.mixture, |cells| tables::mixture(cells)),
    ];
    for piece in each.into_iter().flatten() {
        // What several lack for the same reason is said once.
        if !others.contains(&piece) {
            others.push(piece);
        }
    }
    let lead = "A Ward tree, DBSCAN and Gaussian mixtures, on samples, beside k-means.";
    sections.push(Section::new("others", "Other methods", lead, others));
    sections
}

/// The components of the category block.
fn components(pca: &Measured<PcaFindings>) -> Vec<Section> {
    let Some(found) = pca.value() else {
        let why = why_absent(pca).map(Piece::Absent);
        return vec![Section::new("components", "Components of the categories", "", why.into_iter().collect())];
    };
    let figures = [scree(found).map(Drawing::Lines), Loadings::of(found).map(Drawing::Loadings)];
    figures.into_iter().flatten().map(|drawing| Section::wide(vec![Piece::figure(drawing)])).collect()
}

fn last(found: &ClusteringFindings) -> Vec<Section> {
    let mut sections = vec![Section::new(
        "exact",
        "On every customer",
        "The grid above is measured on a sample. This is one solution on all customers, every pair of them: minutes for \
         hundreds of thousands.",
        exact(found),
    )];
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
