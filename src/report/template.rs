//! Templates to documents: Markdown with typed fields and variants that declare when they may be said.
//!
//! A template holds, one to a line: `# title`, `## heading`, `### smaller heading`, `- point`, `1. step`,
//! `> decision: ...`, `> caution: ...`, `{{block}}` (a table, a chart, a list of points after `- ` or `1. `) and
//! paragraphs. Within a line `**weight**`, `` `name` `` and `{field}`.
//!
//! ```text
//! [[when verdict=go,go_with_caveats recommend=rule has=auc not=refused]]
//! [[or verdict=any]]
//! [[end]]
//! ```
//! The first variant whose conditions hold is written. Each names the verdicts that allow it. A field without a value is
//! a gap: it is listed, never papered over, and tests fail on it.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Block, Document, Span, Table, Text, Tone};
use super::figure::Figure;

/// What stands for a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// A number.
    Figure(Figure),
    /// Words without numbers.
    Words(String),
    /// A sentence of another room, its numbers set there; where it stands in `results.json`.
    Quoted(String, String),
    /// Running text.
    Text(Text),
    /// Points or steps.
    List(Vec<Text>),
    /// A table.
    Table(Table),
    /// A chart by its name.
    Chart(&'static str),
    /// Blocks made elsewhere.
    Blocks(Vec<Block>),
}

/// Everything a template may refer to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    values: BTreeMap<String, Field>,
    flags: BTreeSet<String>,
    /// `go`, `go_with_caveats` or `no_go`.
    pub verdict: &'static str,
    /// `rule`, `clusters` or `refuse`.
    pub recommend: &'static str,
}

impl Fields {
    /// No fields yet, under this verdict and recommendation (results.json's words).
    pub fn new(verdict: &'static str, recommend: &'static str) -> Self {
        Self { verdict, recommend, ..Self::default() }
    }

    /// Sets a field; its name is a flag from then on.
    pub fn set(&mut self, name: impl Into<String>, field: Field) {
        self.values.insert(name.into(), field);
    }

    /// Sets a number if there is one.
    pub fn figure(&mut self, name: &str, figure: Option<Figure>) {
        if let Some(figure) = figure {
            self.set(name, Field::Figure(figure));
        }
    }

    /// Sets words.
    pub fn words(&mut self, name: &str, words: impl Into<String>) {
        self.set(name, Field::Words(words.into()));
    }

    /// Raises a flag if `on`.
    pub fn flag(&mut self, name: &str, on: bool) {
        if on {
            self.flags.insert(name.to_owned());
        }
    }

    /// Is there such a field or flag?
    pub fn has(&self, name: &str) -> bool {
        self.flags.contains(name) || self.values.contains_key(name)
    }

    /// The field of that name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.values.get(name)
    }
}

/// A document and what its template asked for in vain.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The document.
    pub document: Document,
    /// Names of fields without a value, and lines that mean nothing.
    pub gaps: Vec<String>,
}

/// Writes a template; `name` is the document's file name without extension.
pub fn write(name: &'static str, template: &str, fields: &Fields, byline: &str) -> Written {
    let mut writer = Writer { fields, title: String::new(), blocks: Vec::new(), gaps: Vec::new() };
    writer.lines(template);
    let document = Document { name, title: writer.title, byline: byline.to_owned(), blocks: writer.blocks };
    Written { document, gaps: writer.gaps }
}

/// One level of `[[when]]`.
struct Level {
    /// Has a variant of this choice been written?
    taken: bool,
    /// Is the present one being written?
    open: bool,
}

struct Writer<'a> {
    fields: &'a Fields,
    title: String,
    blocks: Vec<Block>,
    gaps: Vec<String>,
}

impl Writer<'_> {
    fn lines(&mut self, template: &str) {
        let mut levels: Vec<Level> = Vec::new();
        let mut paragraph = String::new();
        for line in template.lines().map(str::trim).chain(std::iter::once("")) {
            if let Some(mark) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
                self.flush(&mut paragraph);
                self.turn(mark, &mut levels);
                continue;
            }
            if levels.iter().any(|level| !level.open) {
                continue;
            }
            let own_line = ["#", "- ", "1. ", "> ", "{{"].iter().any(|start| line.starts_with(start));
            if line.is_empty() || own_line {
                self.flush(&mut paragraph);
            }
            if own_line {
                self.block(line);
            } else if !line.is_empty() {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
        }
        if !levels.is_empty() {
            self.gaps.push("a [[when]] without its [[end]]".to_owned());
        }
    }

    fn turn(&mut self, mark: &str, levels: &mut Vec<Level>) {
        let (word, conditions) = mark.split_once(' ').unwrap_or((mark, ""));
        match word {
            "when" => {
                let open = self.holds(conditions);
                levels.push(Level { taken: open, open });
            }
            "or" => {
                let holds = self.holds(conditions);
                match levels.last_mut() {
                    Some(level) => {
                        level.open = !level.taken && holds;
                        level.taken |= holds;
                    }
                    None => self.gaps.push("an [[or]] without its [[when]]".to_owned()),
                }
            }
            "end" => {
                if levels.pop().is_none() {
                    self.gaps.push("an [[end]] without its [[when]]".to_owned());
                }
            }
            other => self.gaps.push(format!("[[{other}]] means nothing")),
        }
    }

    fn holds(&mut self, conditions: &str) -> bool {
        let mut says_verdict = false;
        let mut holds = true;
        for condition in conditions.split_whitespace() {
            let Some((key, wanted)) = condition.split_once('=') else {
                self.gaps.push(format!("the condition {condition} means nothing"));
                return false;
            };
            let mut wanted = wanted.split(',');
            holds &= match key {
                "verdict" => {
                    says_verdict = true;
                    wanted.any(|verdict| verdict == "any" || verdict == self.fields.verdict)
                }
                "recommend" => wanted.any(|recommend| recommend == self.fields.recommend),
                "has" => wanted.all(|name| self.fields.has(name)),
                "not" => wanted.all(|name| !self.fields.has(name)),
                _ => {
                    self.gaps.push(format!("the condition {condition} means nothing"));
                    false
                }
            };
        }
        if !says_verdict {
            self.gaps.push(format!("the variant \"{conditions}\" names no verdict that allows it"));
        }
        holds
    }

    fn flush(&mut self, paragraph: &mut String) {
        if !paragraph.is_empty() {
            let text = self.text(paragraph);
            self.blocks.push(Block::Paragraph(text));
            paragraph.clear();
        }
    }

    fn block(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("### ") {
            let title = self.text(rest);
            self.blocks.push(Block::SubHeading(title));
        } else if let Some(rest) = line.strip_prefix("## ") {
            let title = self.text(rest).words();
            self.blocks.push(Block::Heading(title));
        } else if let Some(rest) = line.strip_prefix("# ") {
            self.title = self.text(rest).words();
        } else if let Some(rest) = line.strip_prefix("- ") {
            let points = self.points(rest);
            if let Some(Block::Bullets(bullets)) = self.blocks.last_mut() {
                bullets.extend(points);
            } else if !points.is_empty() {
                self.blocks.push(Block::Bullets(points));
            }
        } else if let Some(rest) = line.strip_prefix("1. ") {
            let points = self.points(rest);
            if let Some(Block::Steps(steps)) = self.blocks.last_mut() {
                steps.extend(points);
            } else if !points.is_empty() {
                self.blocks.push(Block::Steps(points));
            }
        } else if let Some(rest) = line.strip_prefix("> decision: ") {
            let text = self.text(rest);
            self.blocks.push(Block::Callout(Tone::Decision, text));
        } else if let Some(rest) = line.strip_prefix("> caution: ") {
            let text = self.text(rest);
            self.blocks.push(Block::Callout(Tone::Caution, text));
        } else if let Some(name) = line.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            match self.fields.get(name).cloned() {
                Some(Field::Table(table)) => self.blocks.push(Block::Table(table)),
                Some(Field::Chart(chart)) => self.blocks.push(Block::Chart(chart)),
                Some(Field::Blocks(blocks)) => self.blocks.extend(blocks),
                Some(Field::Text(text)) => self.blocks.push(Block::Paragraph(text)),
                _ => self.gaps.push(name.to_owned()),
            }
        } else {
            self.gaps.push(format!("the line \"{line}\" means nothing"));
        }
    }

    /// One point, or all of a list.
    fn points(&mut self, line: &str) -> Vec<Text> {
        match line.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            None => vec![self.text(line)],
            Some(name) => {
                if let Some(Field::List(points)) = self.fields.get(name) {
                    return points.clone();
                }
                self.gaps.push(name.to_owned());
                Vec::new()
            }
        }
    }

    fn text(&mut self, line: &str) -> Text {
        let mut text = Text::new();
        for (i, part) in line.split("**").enumerate() {
            for (j, part) in part.split('`').enumerate() {
                self.spans(part, i % 2 == 1, j % 2 == 1, &mut text);
            }
        }
        text
    }

    fn spans(&mut self, part: &str, strong: bool, code: bool, text: &mut Text) {
        let words = |words: &str| match (code, strong) {
            (true, _) => Span::Code(words.to_owned()),
            (_, true) => Span::Strong(words.to_owned()),
            _ => Span::Plain(words.to_owned()),
        };
        let mut rest = part;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                add(text, words(before));
            }
            let Some((name, after)) = after.split_once('}') else {
                self.gaps.push(format!("the field {{{after} is not closed"));
                return;
            };
            match self.fields.get(name).cloned() {
                Some(Field::Figure(figure)) => text.0.push(Span::Figure(Box::new(figure))),
                Some(Field::Words(found)) => add(text, words(&found)),
                Some(Field::Quoted(found, path)) => text.0.push(Span::Quoted(found, path)),
                Some(Field::Text(found)) => text.0.extend(found.0),
                _ => {
                    self.gaps.push(name.to_owned());
                    text.0.push(Span::Strong("not measured".to_owned()));
                }
            }
            rest = after;
        }
        if !rest.is_empty() {
            add(text, words(rest));
        }
    }
}

/// Adds a span; words of the same weight grow together.
fn add(text: &mut Text, span: Span) {
    match (text.0.last_mut(), span) {
        (Some(Span::Plain(before)), Span::Plain(words)) | (Some(Span::Strong(before)), Span::Strong(words)) => {
            before.push_str(&words);
        }
        (_, span) => text.0.push(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figure::Style;

    fn fields() -> Fields {
        let mut fields = Fields::new("go", "rule");
        fields.figure("n", Some(Figure::new(12.0, Style::Integer, "n", "")));
        fields.words("who", "customers");
        fields.set("points", Field::List(vec!["a".into(), "b".into()]));
        fields
    }

    #[test]
    fn lines_become_blocks() {
        let written = write(
            "x",
            "# T {who}\n\n## H\nOne {n}\nand **{who}** `c`.\n- {{points}}\n- c\n\n> caution: mind\n",
            &fields(),
            "by",
        );
        assert_eq!(written.gaps, Vec::<String>::new());
        assert_eq!(written.document.title, "T customers");
        let [Block::Heading(h), Block::Paragraph(p), Block::Bullets(b), Block::Callout(Tone::Caution, c)] =
            written.document.blocks.as_slice()
        else {
            panic!("{:?}", written.document.blocks)
        };
        assert_eq!(
            (h.as_str(), p.words().as_str(), b.len(), c.words().as_str()),
            ("H", "One 12 and customers c.", 3, "mind")
        );
        assert!(matches!(&p.0[1], Span::Figure(_)) && matches!(&p.0[3], Span::Strong(_)));
    }

    #[test]
    fn the_first_variant_that_may_be_said_is_said() {
        let template = "[[when verdict=no_go]]\nno\n[[or verdict=go recommend=rule has=n not=who]]\nsecond\n\
                        [[or verdict=any has=n]]\nthird\n[[or verdict=any]]\nlast\n[[end]]";
        let written = write("x", template, &fields(), "");
        assert_eq!(written.document.blocks, vec![Block::Paragraph("third".into())]);
        assert!(written.gaps.is_empty());
    }

    #[test]
    fn variants_nest() {
        let template = "[[when verdict=no_go]]\n[[when verdict=any]]\na\n[[end]]\nb\n[[or verdict=any]]\nc\n[[end]]";
        assert_eq!(write("x", template, &fields(), "").document.blocks, vec![Block::Paragraph("c".into())]);
    }

    #[test]
    fn whatever_is_missing_is_a_gap() {
        for template in [
            "{absent}",
            "{{absent}}",
            "- {{absent}}",
            "{open",
            "[[when recommend=rule]]\n[[end]]",
            "[[when verdict=any]]",
            "[[end]]",
            "[[perhaps]]",
            "[[when verdict=any mood=good]]\n[[end]]",
            "> a quotation",
        ] {
            assert!(!write("x", template, &fields(), "").gaps.is_empty(), "{template}");
        }
    }
}
