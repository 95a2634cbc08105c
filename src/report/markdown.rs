//! A document as Markdown (`CommonMark` with pipe tables). Untrusted words are escaped.

use super::document::{Align, Block, Document, Span, Table, Text, Tone};
use super::html::{Draw, Links, unseen};
use super::wording;

/// The whole document, ending in one newline. Of a chart the words and the numbers are written.
pub fn write(document: &Document, links: Links, draw: Draw<'_>) -> String {
    let inline = |text: &Text| inline(text, links, false);
    let mut out = format!("# {}\n\n*{}*\n", escape(&document.title), escape(&document.byline));
    for block in &document.blocks {
        out.push('\n');
        match block {
            Block::Heading(title) => out.push_str(&format!("## {}\n", escape(title))),
            Block::SubHeading(text) => out.push_str(&format!("### {}\n", inline(text))),
            Block::Paragraph(text) => out.push_str(&format!("{}\n", opening(&inline(text)))),
            Block::Bullets(points) => {
                points.iter().for_each(|point| out.push_str(&format!("- {}\n", opening(&inline(point)))));
            }
            Block::Steps(steps) => {
                for (index, step) in steps.iter().enumerate() {
                    out.push_str(&format!("{}. {}\n", index + 1, opening(&inline(step))));
                }
            }
            Block::Table(table) => out.push_str(&pipes(table, links)),
            Block::Chart(name) => match draw(name) {
                Some(drawn) => out.push_str(&format!("{}\n", opening(&inline(&drawn.sentence)))),
                None => out.truncate(out.len() - 1),
            },
            Block::Callout(tone, text) => {
                let lead = match tone {
                    Tone::Decision => "Decision",
                    Tone::Caution => "Keep in mind",
                };
                out.push_str(&format!("> **{lead}.** {}\n", inline(text)));
            }
        }
    }
    out
}

fn pipes(table: &Table, links: Links) -> String {
    let mut out = format!("*{}*\n\n|", escape(&table.caption));
    for column in &table.columns {
        out.push_str(&format!(" {} |", escape(&column.title)));
    }
    out.push_str("\n|");
    for column in &table.columns {
        out.push_str(if column.align == Align::End { "---:|" } else { "---|" });
    }
    out.push('\n');
    for row in &table.rows {
        out.push('|');
        for cell in row {
            out.push_str(&format!(" {} |", inline(cell, links, true)));
        }
        out.push('\n');
    }
    out
}

/// Running text; within a table even code may hold no bare pipe.
fn inline(text: &Text, links: Links, table: bool) -> String {
    text.0
        .iter()
        .map(|span| match span {
            Span::Plain(words) => escape(words),
            Span::Strong(words) => format!("**{}**", escape(words)),
            Span::Code(name) => {
                let name = name.replace('`', "'").replace(['\n', '\r'], " ");
                format!("`{}`", if table { name.replace('|', "\\|") } else { name })
            }
            Span::Segment(segment) => format!("{} {}", wording::glyph(*segment), segment.name()),
            Span::Named(segment, name) => format!("{} {}", wording::glyph(*segment), escape(name)),
            Span::Figure(figure) => escape(&figure.text),
            Span::Quoted(words, _) => escape(words),
            Span::File(path, words) if links == Links::Files => format!("[{}](../{path})", escape(words)),
            Span::File(_, words) => format!("`{words}`"),
            Span::Reference(name, words) if links == Links::Files => format!("[{}]({name}.md)", escape(words)),
            Span::Reference(_, words) => format!("**{}**", escape(words)),
        })
        .collect()
}

/// Keeps Markdown's marks, line breaks and HTML in untrusted words from meaning anything.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' | '\t' => out.push(' '),
            _ if unseen(letter) => {}
            _ => out.push(letter),
        }
    }
    out
}

/// Keeps the beginning of a paragraph or point from making it a list, a quotation or a rule.
fn opening(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0 && (line[digits..].starts_with(". ") || line[digits..].starts_with(") "));
    if numbered {
        format!("{}\\{}", &line[..digits], &line[digits..])
    } else if line.starts_with(['-', '+', '>', '=']) {
        format!("\\{line}")
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::findings::Segment;

    #[test]
    fn blocks_are_written() {
        let mut table = Table::new("Shares").words("Segment").numbers("Share");
        table.row([Segment::Champions.into(), "33.65%".into()]);
        let document = Document {
            name: "x",
            title: "Title".into(),
            byline: "By line".into(),
            blocks: vec![
                Block::Heading("Why".into()),
                Block::Paragraph(Text::new().plain("Use ").strong("it").plain(": ").code("a|b")),
                Block::Steps(vec!["one".into(), "two".into()]),
                Block::Table(table),
                Block::Callout(Tone::Caution, "mind".into()),
            ],
        };
        assert_eq!(
            write(&document, Links::Files, &|_| None),
            "# Title\n\n*By line*\n\n## Why\n\nUse **it**: `a|b`\n\n1. one\n2. two\n\n*Shares*\n\n| Segment | Share |\n\
             |---|---:|\n| ◳ Champions | 33.65% |\n\n> **Keep in mind.** mind\n"
        );
    }

    #[test]
    fn untrusted_words_mean_nothing() {
        assert_eq!(escape("<b>*x*</b> | [a](b)\n# c"), "&lt;b>\\*x\\*&lt;/b> \\| \\[a\\](b) \\# c");
        for (words, line) in [("- x", "\\- x"), ("12. x", "12\\. x"), ("> x", "\\> x"), ("1.5 x", "1.5 x"), ("x", "x")]
        {
            assert_eq!(opening(words), line);
        }
    }
}
