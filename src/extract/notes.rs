//! What happened to rows on the way: counted while reading, told once at the end.

use std::collections::BTreeMap;

use super::findings::Warning;
use super::remedy::remedy;
use super::schema::Mapping;

/// Counts per warning code, with the place of the first occurrence.
#[derive(Debug, Default)]
pub(super) struct Notes {
    notes: BTreeMap<&'static str, Note>,
}

#[derive(Debug)]
struct Note {
    count: u64,
    first: String,
    sentence: String,
}

impl Notes {
    /// Counts `count` occurrences under `code`.
    ///
    /// `sentence` says what was done; `first` says where it first happened ("first: row 3 of ..."), may be
    /// empty, and is asked for only once per code.
    pub(super) fn add(&mut self, code: &'static str, count: u64, sentence: &str, first: impl FnOnce() -> String) {
        if count == 0 {
            return;
        }
        self.notes.entry(code).and_modify(|note| note.count += count).or_insert_with(|| Note {
            count,
            first: first(),
            sentence: sentence.to_owned(),
        });
    }

    /// Counts occurrences that have no particular first place.
    pub(super) fn say(&mut self, code: &'static str, count: u64, sentence: &str) {
        self.add(code, count, sentence, String::new);
    }

    /// The warnings in order of code, each with its place (or at least the column of its role) and what to do.
    pub(super) fn warnings(self, mapping: &Mapping) -> Vec<Warning> {
        self.notes
            .into_iter()
            .map(|(code, note)| {
                let (role, action) = remedy(code);
                debug_assert!(!action.is_empty(), "what to do about {code}?");
                let columns = role.and_then(|role| mapping.roles.get(&role)).map_or(&[][..], Vec::as_slice);
                let place = match columns {
                    _ if !note.first.is_empty() => format!(" (first: {})", note.first),
                    [] => String::new(),
                    [at] => format!(" (column \"{}\" of \"{}\")", at.column, at.file),
                    [at, more @ ..] => {
                        let more = more.len();
                        format!(" (column \"{}\" of \"{}\" or of {more} further files)", at.column, at.file)
                    }
                };
                Warning {
                    code: code.to_owned(),
                    message: format!("{}{place}.", note.sentence),
                    count: note.count,
                    action: action.to_owned(),
                }
            })
            .collect()
    }
}

/// "row 3 of column "x" in "file"": where something first happened; `row` counts from 0.
pub(super) fn place(file: &str, column: &str, row: u64) -> String {
    format!("row {} of column \"{column}\" in \"{file}\"", row + 1)
}
