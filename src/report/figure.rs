//! A number in a document, with its working: value, formula, denominator, columns, place in `results.json`.

use super::figures;

/// How a number is set; every one of them is a function of [`figures`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    /// `61,317`.
    Integer,
    /// `33.6%`, with so many decimals.
    Percent(usize),
    /// `34%`.
    PercentWhole,
    /// `0.191`.
    Coefficient,
    /// So many decimals.
    Decimal(usize),
    /// Four significant digits.
    Score,
    /// Three significant digits.
    Mean,
    /// `8.2 points`: a difference of shares.
    Points,
    /// `p = 0.023`.
    P,
}

impl Style {
    fn set(self, value: f64) -> String {
        match self {
            Self::Integer if value.is_finite() && value >= 0.0 => figures::integer(value.round() as u64),
            Self::Integer => figures::decimal(value, 0),
            Self::Percent(decimals) => figures::percent_to(value, decimals),
            Self::PercentWhole => figures::percent_whole(value),
            Self::Coefficient => figures::coefficient(value),
            Self::Decimal(decimals) => figures::decimal(value, decimals),
            Self::Score => figures::score(value),
            Self::Mean => figures::mean(value),
            Self::Points => figures::points(value),
            Self::P => figures::p_value(value),
        }
    }
}

/// Where a number comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Working {
    /// The value unrounded.
    pub value: String,
    /// How it is computed, in words and symbols.
    pub formula: String,
    /// Over how many customers (or what else the formula says).
    pub n: Option<u64>,
    /// Source columns or roles.
    pub columns: String,
    /// Place in `results.json`.
    pub path: String,
}

/// A number in a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// As it is shown.
    pub text: String,
    /// Where it comes from.
    pub working: Working,
}

impl Figure {
    /// `value` set in `style`; `path` is its place in results.json.
    pub fn new(value: f64, style: Style, path: impl Into<String>, formula: impl Into<String>) -> Self {
        Self::made(value, style, path.into(), formula.into())
    }

    // Hundreds of places make figures: one copy of this in the engine, which every visitor loads.
    #[inline(never)]
    fn made(value: f64, style: Style, path: String, formula: String) -> Self {
        let working = Working { value: format!("{value}"), formula, path, ..Working::default() };
        Self { text: style.set(value), working }
    }

    /// Over so many.
    #[inline(never)]
    pub fn over(mut self, n: u64) -> Self {
        self.working.n = Some(n);
        self
    }

    /// From these columns.
    pub fn from(mut self, columns: &str) -> Self {
        columns.clone_into(&mut self.working.columns);
        self
    }

    /// The value as it was found, where it is no number of the machine's (a date, a size in words).
    pub fn valued(mut self, value: &str) -> Self {
        value.clone_into(&mut self.working.value);
        self
    }

    /// The working in one line.
    pub fn explained(&self) -> String {
        let Working { value, formula, n, columns, path } = &self.working;
        let mut parts = vec![value.clone()];
        if !formula.is_empty() {
            parts.push(formula.clone());
        }
        parts.extend(n.map(|n| format!("n = {}", figures::integer(n))));
        if !columns.is_empty() {
            parts.push(format!("from {columns}"));
        }
        if !path.is_empty() {
            // A place in words is one outside (the canonical case, the receipt); one in results.json has no blank.
            let outside = path.contains(' ');
            parts.push(if outside { path.clone() } else { format!("results.json: {path}") });
        }
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_carries_its_working() {
        let found = Figure::new(0.342_836, Style::Percent(1), "segments[0].share", "customers / all")
            .over(2_771)
            .from("order_id");
        assert_eq!(found.text, "34.3%");
        assert_eq!(
            found.explained(),
            "0.342836 · customers / all · n = 2,771 · from order_id · results.json: segments[0].share"
        );
    }

    #[test]
    fn styles_are_those_of_figures() {
        for (style, text) in [
            (Style::Integer, "1,235"),
            (Style::Decimal(1), "1,234.6"),
            (Style::Score, "1,235"),
            (Style::Mean, "1,235"),
            (Style::Percent(0), "123,456%"),
        ] {
            assert_eq!(style.set(1_234.56), text);
        }
        assert_eq!(Style::Integer.set(-2.0), "−2");
        assert_eq!(Style::Integer.set(f64::NAN), "–");
        assert_eq!((Style::P.set(0.0), Style::PercentWhole.set(0.999)), ("p\u{a0}<\u{a0}0.001".into(), ">99%".into()));
    }
}
