//! How much room a chart has.

/// The room a chart may take, in pixels of text size: a scene is drawn one to one, never scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Width.
    pub width: f64,
}

impl Frame {
    /// Width in documents and exports.
    pub const DOCUMENT: Self = Self { width: 680.0 };

    /// A frame of some width, at least 240.
    pub fn wide(width: f64) -> Self {
        Self { width: if width.is_finite() { width.max(240.0) } else { Self::DOCUMENT.width } }
    }

    /// Narrow as a phone: labels go above marks rather than beside them.
    pub fn is_narrow(self) -> bool {
        self.width < 520.0
    }
}

/// Estimated width of `text` at `size` pixels in a sans-serif face.
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '\u{a0}' => 0.3,
            'm' | 'w' | 'M' | 'W' | '%' => 0.87,
            'A'..='Z' => 0.67,
            _ if letter.is_ascii() => 0.55,
            // Pictures, and scripts whose letters fill a square; what joins them takes no room.
            '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
            '\u{1f000}'.. => 1.4,
            '\u{2e80}'..='\u{ffff}' => 1.0,
            _ => 0.8,
        })
        .sum();
    ems * size
}

/// `text` cut with an ellipsis so that it fits `width` at `size`.
pub fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for letter in text.chars() {
        cut.push(letter);
        if text_width(&cut, size) + 0.8 * size > width {
            cut.pop();
            break;
        }
    }
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_short_ones_kept() {
        assert_eq!(fit("Champions", 14.0, 200.0), "Champions");
        let cut = fit(&"x".repeat(200), 14.0, 100.0);
        assert!(cut.ends_with('…') && text_width(&cut, 14.0) <= 110.0);
        assert_eq!(fit("abc", 14.0, 0.0), "…");
    }

    #[test]
    fn nonsense_widths_become_usable() {
        assert!((Frame::wide(f64::NAN).width - 680.0).abs() < 1e-12);
        assert!((Frame::wide(10.0).width - 240.0).abs() < 1e-12);
    }
}
