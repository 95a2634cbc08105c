//! A document as HTML: a part of the page, a file of its own, or one of several in a report. Untrusted words are escaped.
//!
//! No script anywhere: a number opens its working by the browser's own `popover`, and prints as plain text. Charts are
//! embedded as SVG by the caller, who knows how to draw them.

use super::document::{Align, Block, Document, Span, Table, Text, Tone};
use super::wording;
use crate::segments::findings::Segment;

/// A chart, drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The `<svg>` element.
    pub svg: String,
    /// What it shows.
    pub title: String,
    /// One sentence for those who do not see it, its numbers open.
    pub sentence: Text,
}

/// Draws charts by name; `None` where there is nothing to draw.
pub type Draw<'a> = &'a dyn Fn(&str) -> Option<Drawn>;

/// Where references to other documents lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// To files beside this one.
    Files,
    /// To another part of the same file; other files are named only.
    Anchors,
    /// Nowhere: words only.
    None,
}

/// What stands in the head of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Title of the file.
    pub title: String,
    /// The running header of every printed page (untrusted text).
    pub running: String,
    /// Style sheets, trusted.
    pub style: String,
}

/// The `<article>` of a document, its title as a heading of `level` (1 or 2).
pub fn article(document: &Document, level: u8, links: Links, draw: Draw<'_>) -> String {
    let mut writer = Writer { name: document.name, level, links, draw, next: 0, out: String::new() };
    writer.document(document);
    writer.out
}

/// A whole file around articles.
pub fn file(sheet: &Sheet, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"Quadrant\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{}\n@page {{ @top-left {{ content: \"{}\"; }} }}\n</style>\n</head>\n\
         <body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
        escape(&sheet.title),
        sheet.style,
        css_string(&sheet.running)
    )
}

struct Writer<'a> {
    name: &'static str,
    level: u8,
    links: Links,
    draw: Draw<'a>,
    next: u32,
    out: String,
}

impl Writer<'_> {
    fn document(&mut self, document: &Document) {
        let level = self.level;
        self.push(&format!(
            "<article class=\"paper\" id=\"doc-{name}\" data-testid=\"document-{name}\">\n<h{level}>{}</h{level}>\n\
             <p class=\"byline\">{}</p>\n",
            escape(&document.title),
            escape(&document.byline),
            name = document.name,
        ));
        for block in &document.blocks {
            self.block(block);
        }
        self.push("</article>\n");
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn block(&mut self, block: &Block) {
        let (section, part) = (self.level + 1, self.level + 2);
        match block {
            Block::Heading(title) => self.push(&format!("<h{section}>{}</h{section}>\n", escape(title))),
            Block::SubHeading(text) => self.wrapped(&format!("h{part}"), "", text),
            Block::Paragraph(text) => self.wrapped("p", "", text),
            Block::Bullets(points) => self.list("ul", points),
            Block::Steps(steps) => self.list("ol", steps),
            Block::Table(table) => self.table(table),
            Block::Chart(name) => self.chart(name),
            Block::Callout(tone, text) => {
                let class = match tone {
                    Tone::Decision => " class=\"callout decision\"",
                    Tone::Caution => " class=\"callout caution\"",
                };
                self.wrapped("p", class, text);
            }
        }
    }

    fn wrapped(&mut self, tag: &str, attributes: &str, text: &Text) {
        self.push(&format!("<{tag}{attributes}>"));
        self.text(text);
        self.push(&format!("</{tag}>\n"));
    }

    fn list(&mut self, tag: &str, points: &[Text]) {
        self.push(&format!("<{tag}>\n"));
        for point in points {
            self.wrapped("li", "", point);
        }
        self.push(&format!("</{tag}>\n"));
    }

    fn table(&mut self, table: &Table) {
        let class = |align| if align == Align::End { " class=\"number\"" } else { "" };
        let long = if table.rows.len() > 12 { " long" } else { "" };
        let label = escape(&table.caption);
        self.push(&format!(
            "<div class=\"table{long}\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\">\n<table>\n\
             <caption>{label}</caption>\n<thead>\n<tr>"
        ));
        for column in &table.columns {
            self.push(&format!("<th scope=\"col\"{}>{}</th>", class(column.align), escape(&column.title)));
        }
        self.push("</tr>\n</thead>\n<tbody>\n");
        for row in &table.rows {
            self.push("<tr>");
            for (index, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                let (open, close) = if index == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
                self.push(&format!("<{open}{}>", class(column.align)));
                self.text(cell);
                self.push(&format!("</{close}>"));
            }
            self.push("</tr>\n");
        }
        self.push("</tbody>\n</table>\n</div>\n");
        if !table.source.is_empty() {
            self.push(&format!("<p class=\"source\">results.json: <code>{}</code></p>\n", escape(&table.source)));
        }
    }

    fn chart(&mut self, name: &str) {
        if let Some(drawn) = (self.draw)(name) {
            // A chart may stand in several documents of one file, and the browser wants every id once.
            let svg = drawn.svg.replace(&format!("{name}-title"), &format!("{}-{name}-title", self.name));
            let svg = svg.replace(&format!("{name}-desc"), &format!("{}-{name}-desc", self.name));
            self.push(&format!("<figure class=\"figure\">\n<figcaption><strong>{}</strong> ", escape(&drawn.title)));
            self.text(&drawn.sentence);
            self.push(&format!("</figcaption>\n<div class=\"ink\">{svg}</div>\n</figure>\n"));
        }
    }

    fn text(&mut self, text: &Text) {
        let words = |at: Option<usize>| match at.and_then(|at| text.0.get(at)) {
            Some(Span::Plain(words) | Span::Quoted(words, _)) => words.as_str(),
            _ => "",
        };
        let number =
            |at: Option<usize>| at.and_then(|at| text.0.get(at)).is_some_and(|span| matches!(span, Span::Figure(_)));
        // How much of the words after a number stands beside it already.
        let mut told = 0;
        for (at, span) in text.0.iter().enumerate() {
            let (before, after) = (at.checked_sub(1), at.checked_add(1));
            let written = match span {
                Span::Plain(words) | Span::Quoted(words, _) => {
                    let rest = &words[std::mem::take(&mut told)..];
                    escape(if number(after) { rest.trim_end_matches(OPENING) } else { rest })
                }
                Span::Strong(words) => format!("<strong>{}</strong>", escape(words)),
                Span::Code(name) => format!("<code>{}</code>", escape(name)),
                Span::Segment(segment) => marked(*segment, segment.name()),
                Span::Named(segment, name) => marked(*segment, name),
                Span::Reference(name, words) => match self.links {
                    Links::Files => format!("<a href=\"{}.html\">{}</a>", escape(name), escape(words)),
                    Links::Anchors => format!("<a href=\"#doc-{}\">{}</a>", escape(name), escape(words)),
                    Links::None => format!("<strong>{}</strong>", escape(words)),
                },
                Span::File(path, words) => match self.links {
                    Links::Files => format!("<a href=\"../{path}\">{}</a>", escape(words)),
                    Links::Anchors | Links::None => format!("<code>{}</code>", escape(words)),
                },
                Span::Figure(figure) => {
                    self.next += 1;
                    let id = format!("{}-w{}", self.name, self.next);
                    let button = format!(
                        "<button type=\"button\" class=\"num\" popovertarget=\"{id}\">{}</button>\
                         <span class=\"working\" id=\"{id}\" popover>{}</span>",
                        escape(&figure.text),
                        escape(&figure.explained())
                    );
                    // A line may break beside a button: brackets and stops are kept with their number.
                    let lead = words(before);
                    let lead = &lead[lead.trim_end_matches(OPENING).len()..];
                    let tail = words(after);
                    let tail = &tail[..tail.len() - tail.trim_start_matches(CLOSING).len()];
                    told = tail.len();
                    if lead.is_empty() && tail.is_empty() {
                        button
                    } else {
                        format!("<span class=\"whole\">{}{button}{}</span>", escape(lead), escape(tail))
                    }
                }
            };
            self.push(&written);
        }
    }
}

/// Marks that stand before a number without a blank.
const OPENING: [char; 1] = ['('];
/// Marks that stand after one.
const CLOSING: [char; 5] = [')', '.', ',', ';', ':'];

/// A segment's name behind its glyph.
fn marked(segment: Segment, name: &str) -> String {
    format!(
        "<span class=\"segment\"><span class=\"mark mark-{}\" aria-hidden=\"true\">{}</span>{}</span>",
        segment.slug(),
        wording::glyph(segment),
        escape(name)
    )
}

/// Untrusted text for an element or a quoted attribute: no markup, no control characters, no reversal of direction.
pub fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            _ if unseen(letter) => {}
            _ => out.push(letter),
        }
    }
    out
}

/// Control characters, and marks that turn the direction of the text after them.
pub(super) fn unseen(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Untrusted text within a quoted CSS string inside `<style>`: everything but letters, digits and blanks is written as a
/// code point.
fn css_string(words: &str) -> String {
    words
        .chars()
        .filter(|letter| !unseen(*letter))
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || letter == ' ' {
                letter.to_string()
            } else {
                // The blank ends the escape and is not part of the text.
                format!("\\{:06x} ", u32::from(letter))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figure::{Figure, Style};

    const EVIL: &str = "\"><script>alert('1')</script>&\u{202e}\u{0}</style>";

    fn hostile() -> Document {
        let mut table = Table::new(EVIL).words(EVIL).numbers("n").from(EVIL);
        table.row([EVIL.into(), Figure::new(1.0, Style::Integer, EVIL, EVIL).into()]);
        Document {
            name: "x",
            title: EVIL.into(),
            byline: EVIL.into(),
            blocks: vec![
                Block::Heading(EVIL.into()),
                Block::SubHeading(Segment::Champions.into()),
                Block::Paragraph(Text::new().strong(EVIL).code(EVIL).quoted(EVIL, EVIL)),
                Block::Paragraph(Text(vec![Span::Named(Segment::AtRisk, EVIL.into())])),
                Block::Paragraph(Text(vec![Span::Reference(EVIL.into(), EVIL.into())])),
                Block::Bullets(vec![EVIL.into()]),
                Block::Table(table),
                Block::Callout(Tone::Caution, EVIL.into()),
            ],
        }
    }

    #[test]
    fn untrusted_words_are_words_everywhere() {
        let body = article(&hostile(), 1, Links::Files, &|_| None);
        let sheet = Sheet { title: EVIL.into(), running: EVIL.into(), style: String::new() };
        let file = file(&sheet, &body);
        assert!(!file.contains("<script") && !file.contains('\u{202e}') && !file.contains('\0'), "{file}");
        assert_eq!(file.matches("</style>").count(), 1);
        assert_eq!(file.matches('<').count(), file.matches('>').count());
        assert!(css_string("a\"; } x").starts_with("a\\000022 \\00003b  "));
    }

    #[test]
    fn a_line_breaks_beside_no_bracket_and_no_stop() {
        let one = || Figure::new(1.0, Style::Integer, "a", "b");
        let text = Text::new().plain("x (").figure(one()).quoted("), ", "p").figure(one()).plain(".");
        let document =
            Document { name: "m", title: "T".into(), byline: "b".into(), blocks: vec![Block::Paragraph(text)] };
        let html = article(&document, 2, Links::None, &|_| None);
        assert!(html.contains("<p>x <span class=\"whole\">(<button"), "{html}");
        assert_eq!(
            (html.matches("</span>),</span> <span").count(), html.matches("</span>.</span></p>").count()),
            (1, 1),
            "{html}"
        );
    }

    #[test]
    fn numbers_open_and_references_lead() {
        let text = Text::new().figure(Figure::new(0.5, Style::Percent(1), "a.b", "c / d").over(10));
        let document = Document {
            name: "memo",
            title: "T".into(),
            byline: "b".into(),
            blocks: vec![Block::Paragraph(text), Block::Paragraph(Text(vec![Span::Reference("x".into(), "X".into())]))],
        };
        let html = article(&document, 2, Links::Anchors, &|_| None);
        assert!(html.contains("popovertarget=\"memo-w1\">50.0%</button>"), "{html}");
        assert!(html.contains("0.5 · c / d · n = 10 · results.json: a.b</span>") && html.contains("<h2>T</h2>"));
        assert!(html.contains("<a href=\"#doc-x\">X</a>"));
    }
}
