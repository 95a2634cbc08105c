//! A document: what is said, in order, apart from how it looks. Markdown and HTML (the page's too) draw the same one.

use serde::{Deserialize, Serialize};

use super::figure::Figure;
use crate::segments::findings::Segment;

/// A piece of running text. It travels to the page without workings and references.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Shown", from = "Shown")]
pub enum Span {
    /// As it is.
    Plain(String),
    /// Of weight.
    Strong(String),
    /// A name as it stands in files and SQL.
    Code(String),
    /// A segment's name, with its glyph.
    Segment(Segment),
    /// A segment by the reader's name for it (untrusted), with its glyph.
    Named(Segment, String),
    /// A number that can be opened.
    Figure(Box<Figure>),
    /// A sentence of another room, and where it stands in `results.json`.
    Quoted(String, String),
    /// Another document of the set, by its file name without extension, and the words of the reference.
    Reference(String, String),
    /// Another file of the run, by its path in the output folder, and the words of the reference.
    File(String, String),
}

/// A [`Span`] as the page shows it.
#[derive(Serialize, Deserialize)]
enum Shown {
    Plain(String),
    Strong(String),
    Code(String),
    Segment(Segment),
    Named(Segment, String),
}

impl From<Span> for Shown {
    fn from(span: Span) -> Self {
        match span {
            Span::Plain(words) | Span::Quoted(words, _) | Span::Reference(_, words) | Span::File(_, words) => {
                Self::Plain(words)
            }
            Span::Figure(figure) => Self::Plain(figure.text),
            Span::Strong(words) => Self::Strong(words),
            Span::Code(name) => Self::Code(name),
            Span::Segment(segment) => Self::Segment(segment),
            Span::Named(segment, name) => Self::Named(segment, name),
        }
    }
}

impl From<Shown> for Span {
    fn from(shown: Shown) -> Self {
        match shown {
            Shown::Plain(words) => Self::Plain(words),
            Shown::Strong(words) => Self::Strong(words),
            Shown::Code(name) => Self::Code(name),
            Shown::Segment(segment) => Self::Segment(segment),
            Shown::Named(segment, name) => Self::Named(segment, name),
        }
    }
}

/// Running text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text(pub Vec<Span>);

impl Text {
    /// No words yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds plain words.
    pub fn plain(self, words: impl Into<String>) -> Self {
        self.and(Span::Plain(words.into()))
    }

    #[inline(never)]
    fn and(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    /// Adds words of weight.
    pub fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Strong(words.into()));
        self
    }

    /// Adds a name as it stands in files.
    pub fn code(mut self, name: impl Into<String>) -> Self {
        self.0.push(Span::Code(name.into()));
        self
    }

    /// Adds a segment's name.
    pub fn segment(mut self, segment: Segment) -> Self {
        self.0.push(Span::Segment(segment));
        self
    }

    /// Adds a number.
    #[inline(never)]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.0.push(Span::Figure(Box::new(figure)));
        self
    }

    /// Adds a sentence of another room.
    pub fn quoted(self, words: impl Into<String>, path: impl Into<String>) -> Self {
        self.and(Span::Quoted(words.into(), path.into()))
    }

    /// Goes once over every number.
    pub fn each_figure(&mut self, with: &mut dyn FnMut(&mut Figure)) {
        for span in &mut self.0 {
            if let Span::Figure(figure) = span {
                with(figure);
            }
        }
    }

    /// The words alone.
    pub fn words(&self) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Plain(words) | Span::Strong(words) | Span::Code(words) | Span::Named(_, words) => words.as_str(),
                Span::Quoted(words, _) | Span::Reference(_, words) | Span::File(_, words) => words.as_str(),
                Span::Figure(figure) => figure.text.as_str(),
                Span::Segment(segment) => segment.name(),
            })
            .collect()
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::new().plain(words)
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::new().plain(words)
    }
}

impl From<Figure> for Text {
    fn from(figure: Figure) -> Self {
        Self::new().figure(figure)
    }
}

impl From<Segment> for Text {
    fn from(segment: Segment) -> Self {
        Self::new().segment(segment)
    }
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// Words.
    Start,
    /// Numbers.
    End,
}

/// A column's heading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// How it is set.
    pub align: Align,
}

/// A table: every row has one cell per column; the first cell of a row names it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Text>>,
    /// Where its numbers stand in `results.json`; may be empty.
    #[serde(skip)]
    pub source: String,
}

impl Table {
    /// A table without columns yet.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..Self::default() }
    }

    /// Adds a column of words.
    pub fn words(mut self, title: impl Into<String>) -> Self {
        self.columns.push(Column { title: title.into(), align: Align::Start });
        self
    }

    /// Adds a column of numbers.
    pub fn numbers(mut self, title: impl Into<String>) -> Self {
        self.columns.push(Column { title: title.into(), align: Align::End });
        self
    }

    /// Says where in `results.json` its numbers stand.
    pub fn from(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// Adds a row; it is cut or filled to the columns.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Text>) {
        let mut row: Vec<Text> = cells.into_iter().collect();
        row.resize(self.columns.len(), Text::new());
        self.rows.push(row);
    }

    /// As tab-separated text, for the clipboard.
    pub fn tab_separated(&self) -> String {
        let line = |cells: Vec<String>| {
            cells.iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect::<Vec<_>>().join("\t")
        };
        let mut text = line(self.columns.iter().map(|column| column.title.clone()).collect());
        for row in &self.rows {
            text.push('\n');
            text.push_str(&line(row.iter().map(Text::words).collect()));
        }
        text
    }
}

/// How weighty a callout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The decision.
    Decision,
    /// Something to keep in mind.
    Caution,
}

/// One block.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A section's heading.
    Heading(String),
    /// A heading within a section.
    SubHeading(Text),
    /// A paragraph.
    Paragraph(Text),
    /// Points in no order.
    Bullets(Vec<Text>),
    /// Steps in order.
    Steps(Vec<Text>),
    /// A table.
    Table(Table),
    /// A chart by its name; the exporter draws it.
    Chart(&'static str),
    /// Set apart from the rest.
    Callout(Tone, Text),
}

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// File name without extension, `document-<name>` in the page.
    pub name: &'static str,
    /// Title.
    pub title: String,
    /// What it is about, in one line: extract, date of nothing, build.
    pub byline: String,
    /// The blocks.
    pub blocks: Vec<Block>,
}

impl Document {
    /// Goes once over every number.
    pub fn each_figure(&mut self, with: &mut dyn FnMut(&mut Figure)) {
        for block in &mut self.blocks {
            match block {
                Block::SubHeading(text) | Block::Paragraph(text) | Block::Callout(_, text) => text.each_figure(with),
                Block::Bullets(points) | Block::Steps(points) => {
                    points.iter_mut().for_each(|one| one.each_figure(with));
                }
                Block::Table(table) => table.rows.iter_mut().flatten().for_each(|one| one.each_figure(with)),
                Block::Heading(_) | Block::Chart(_) => {}
            }
        }
    }
}
