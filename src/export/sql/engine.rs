//! What engines write differently. Everything else is the SQL that all five share.

/// The largest float.
const LARGEST: &str = "1.7976931348623157e308";

/// One engine's words. Expressions go in and out as SQL text.
pub(super) trait Engine {
    /// As people call it.
    fn title(&self) -> &'static str;

    /// A name as an identifier, whatever stands in it.
    fn identifier(&self, name: &str) -> String {
        standard_identifier(name)
    }

    /// The 64-bit float type.
    fn double(&self) -> &'static str {
        "DOUBLE"
    }

    /// The 64-bit integer type.
    fn integer(&self) -> &'static str {
        "BIGINT"
    }

    /// The text type.
    fn text(&self) -> &'static str {
        "VARCHAR"
    }

    /// Keeps a step that is read twice from being computed twice.
    fn once(&self) -> &'static str {
        ""
    }

    /// Is the float neither NaN nor infinite? NaN sorts above infinity where it can be compared at all.
    fn is_finite(&self, float: &str) -> String {
        format!("{float} BETWEEN -{LARGEST} AND {LARGEST}")
    }

    /// Does the text match the regular expression as a whole?
    fn matches(&self, text: &str, pattern: &str) -> String;

    /// Text that matched a number, as a float; null where it is none after all.
    fn parsed_double(&self, text: &str) -> String;

    /// Text that matched `YYYY-MM-DD`, as a date; null where there is no such day.
    fn parsed_date(&self, text: &str) -> String;

    /// Whole days since 1970-01-01 of a date.
    fn day_of_date(&self, date: &str) -> String;

    /// Seconds since 1970 of an instant.
    fn epoch_seconds(&self, instant: &str) -> String;

    /// Whole days since 1970-01-01 of an instant on the clock of a zone that the IANA database knows.
    fn day_in_zone(&self, instant: &str, zone: &str) -> String;
}

/// `"name"` with quotes doubled (SQL-92); characters that no engine takes are left out.
pub(super) fn standard_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// The float with exactly these bits: through text, which every engine reads correctly rounded.
pub(super) fn exact(engine: &dyn Engine, value: f64) -> String {
    format!("CAST('{value:?}' AS {})", engine.double())
}

/// `expression` as a float.
pub(super) fn as_double(engine: &dyn Engine, expression: &str) -> String {
    format!("CAST({expression} AS {})", engine.double())
}

/// Lines of `--` comments.
pub(super) fn comments(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str("-- ");
        text.push_str(&comment(line));
        text.push('\n');
    }
    text
}

/// Words for a `--` comment: one line, whatever stands in them.
pub(super) fn comment(words: &str) -> String {
    let line: String = words
        .chars()
        .map(|c| match c {
            '\u{2028}' | '\u{2029}' => ' ',
            c if c.is_control() => ' ',
            // Some runners cut a file at every semicolon, in comments too.
            ';' => ',',
            c => c,
        })
        .collect();
    // dbt would take these for its own marks, in comments too.
    line.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")
}
