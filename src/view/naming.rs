//! The reader's names in a finished view: our own words only, never what came from a file.

use super::{Piece, Section, View};
use crate::pipeline::labels::Labels;
use crate::report::naming::Naming;

/// Puts the names in place.
pub(super) fn name(view: &mut View, labels: &Labels) {
    let Some(naming) = Naming::of(labels) else { return };
    let brief = &mut view.overview.brief;
    let facts = brief.facts.iter_mut().flat_map(|fact| [&mut fact.title, &mut fact.text]);
    for words in [&mut brief.headline, &mut brief.standfirst, &mut brief.recommendation, &mut brief.because]
        .into_iter()
        .chain(&mut brief.caveats)
        .chain(facts)
    {
        naming.put(words);
    }
    naming.table(&mut view.overview.who);
    let View { data, features, clustering, segments, validation, monitor, .. } = view;
    for sections in [&mut segments.sections, validation, monitor] {
        self::sections(sections, labels);
    }
    for sections in [data, &mut features.sections, &mut clustering.sections] {
        figures(sections, labels);
    }
    // Of the data page the gates alone: its warnings quote files and columns.
    for gate in view.data.iter_mut().flat_map(|section| &mut section.pieces).filter_map(|piece| match piece {
        Piece::Gates(rows) => Some(rows),
        _ => None,
    }) {
        gate.iter_mut().for_each(|row| naming.put(&mut row.note));
    }
}

/// Puts the names in all words of these sections.
pub(super) fn sections(sections: &mut [Section], labels: &Labels) {
    let Some(naming) = Naming::of(labels) else { return };
    sections.iter_mut().for_each(|section| self::section(section, naming));
    figures(sections, labels);
}

/// Puts the names in the words of figures; the pages' other words may quote files.
fn figures(sections: &mut [Section], labels: &Labels) {
    let Some(naming) = Naming::of(labels) else { return };
    for piece in sections.iter_mut().flat_map(|section| &mut section.pieces) {
        if let Piece::Figure(sketch) = piece {
            sketch.name(naming);
        }
    }
}

fn section(section: &mut Section, naming: Naming<'_>) {
    // A segment column that came along has names of its own.
    if section.id == "given" {
        return;
    }
    naming.put(&mut section.title);
    naming.put(&mut section.lead);
    for piece in &mut section.pieces {
        match piece {
            Piece::Words(words, _) => naming.put(words),
            Piece::Points(points) => points.iter_mut().for_each(|words| naming.put(words)),
            Piece::Table(table) => naming.table(table),
            Piece::Details(_, tables) => tables.iter_mut().for_each(|table| naming.table(table)),
            _ => {}
        }
    }
}
