//! The reader's names put in place of the published ones, at the very end: in a finished document or table.
//!
//! Findings, files and SQL keep the published names. Only our own words are renamed; what came from a file (its name,
//! a column, a warning that quotes it) stays as it is.

use super::document::{Block, Document, Span, Table, Text};
use super::html::unseen;
use crate::pipeline::labels::Labels;
use crate::segments::findings::Segment;

/// Puts names in place.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'a>(&'a Labels);

impl<'a> Naming<'a> {
    /// With these names; `None` where there is nothing to rename.
    pub fn of(labels: &'a Labels) -> Option<Self> {
        (!labels.is_plain()).then_some(Self(labels))
    }

    /// Words of ours as the reader of these labels should see them.
    pub fn told(labels: &'a Labels, words: String) -> String {
        Self::of(labels).map_or_else(|| words.clone(), |naming| naming.words(&words))
    }

    /// The same for a table.
    pub fn tabled(labels: &'a Labels, mut table: Table) -> Table {
        if let Some(naming) = Self::of(labels) {
            naming.table(&mut table);
        }
        table
    }

    /// Our own words with the reader's names, each put in once: a name that reads like another segment's stays.
    pub fn words(self, words: &str) -> String {
        let mut out = String::with_capacity(words.len());
        let mut rest = words;
        let mut before = ' ';
        while let Some(letter) = rest.chars().next() {
            let found = Segment::ALL.into_iter().find(|segment| {
                !before.is_alphanumeric()
                    && rest.strip_prefix(segment.name()).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
            });
            let taken = if let Some(segment) = found {
                out.extend(self.0.name(segment).chars().filter(|letter| !unseen(*letter)));
                before = 'x';
                segment.name().len()
            } else if !self.0.money.is_empty()
                && !before.is_alphanumeric()
                && let Some(phrase) = MONEY.into_iter().find(|phrase| rest.starts_with(phrase.0))
            {
                out.push_str(phrase.1);
                out.push_str(&self.0.money);
                out.push_str(phrase.2);
                before = 'x';
                phrase.0.len()
            } else {
                out.push(letter);
                before = letter;
                letter.len_utf8()
            };
            rest = &rest[taken..];
        }
        out
    }

    /// As [`Naming::words`], in place.
    pub fn put(self, words: &mut String) {
        *words = self.words(words);
    }

    /// Running text.
    pub fn text(self, text: &mut Text) {
        for span in &mut text.0 {
            match span {
                Span::Plain(words) | Span::Strong(words) => self.put(words),
                // Sentences of our rooms, not those that quote a file.
                Span::Quoted(words, path) if !path.starts_with("extract") && !path.starts_with("receipt") => {
                    self.put(words);
                }
                Span::Segment(segment) if self.0.is_own(*segment) => {
                    *span = Span::Named(*segment, self.0.name(*segment).to_owned());
                }
                _ => {}
            }
        }
    }

    /// A table of ours.
    pub fn table(self, table: &mut Table) {
        self.put(&mut table.caption);
        table.columns.iter_mut().for_each(|column| self.put(&mut column.title));
        table.rows.iter_mut().flatten().for_each(|cell| self.text(cell));
    }

    /// A document, and at its end which published name each of the reader's stands for.
    pub fn document(self, document: &mut Document) {
        for block in &mut document.blocks {
            match block {
                Block::Heading(words) => self.put(words),
                Block::SubHeading(text) | Block::Paragraph(text) | Block::Callout(_, text) => self.text(text),
                Block::Bullets(points) | Block::Steps(points) => points.iter_mut().for_each(|point| self.text(point)),
                Block::Table(table) => self.table(table),
                Block::Chart(_) => {}
            }
        }
        let own: Vec<String> = Segment::ALL
            .into_iter()
            .filter(|segment| self.0.is_own(*segment))
            .map(|segment| format!("{} is {}", self.0.name(segment), segment.name()))
            .collect();
        if !own.is_empty() {
            let told = super::wording::list(&own);
            let words = format!("Names of segments are the reader’s. In results, assignments and SQL {told}.");
            document.blocks.push(Block::Paragraph(words.into()));
        }
    }
}

/// Phrases that speak of money: as they stand, and what stands before and after its unit.
const MONEY: [(&str, &str, &str); 3] = [
    ("spend per customer", "spend (", ") per customer"),
    ("money per customer", "", " per customer"),
    ("in extra spend", "in extra spend (", ")"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let names = ["At Risk <b>", "", "Champions", ""].map(str::to_owned);
        Labels { segments: names, money: "EUR".to_owned() }
    }

    #[test]
    fn every_name_is_put_in_once_and_whole() {
        let labels = labels();
        let naming = Naming::of(&labels).unwrap();
        assert_eq!(naming.words("Champions and Loyal Occasionals."), "At Risk <b> and Champions.");
        assert_eq!(
            naming.words("Championship, xAt Risk, Mean, Champions"),
            "Championship, xAt Risk, Mean, At Risk <b>"
        );
        assert_eq!(
            naming.words("the spend per customer within 30 days"),
            "the spend (EUR) per customer within 30 days"
        );
        assert!(Naming::of(&Labels::default()).is_none());
    }

    #[test]
    fn what_came_from_a_file_keeps_its_name() {
        let labels = labels();
        let naming = Naming::of(&labels).unwrap();
        let mut text = Text::new()
            .code("Champions.parquet")
            .quoted("Champions.parquet has 3 lines twice", "extract.warnings[0].message")
            .quoted("Champions holds 5%", "decision.caveats[0]: gate")
            .segment(Segment::Champions)
            .segment(Segment::AtRisk);
        naming.text(&mut text);
        assert_eq!(
            text.words(),
            "Champions.parquetChampions.parquet has 3 lines twiceAt Risk <b> holds 5%At Risk <b>At Risk"
        );
    }
}
