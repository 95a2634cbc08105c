//! What the reader calls the segments, and in which money the amounts are: presentation, never a finding.

use serde::{Deserialize, Serialize};

use crate::segments::findings::Segment;

/// Longest name, in characters.
pub const LONGEST: usize = 80;

/// The reader's words. Findings, files and SQL keep the published names whatever stands here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Labels {
    /// Names of the segments (untrusted), in the order of the contracts; empty: the published one.
    pub segments: [String; 4],
    /// Unit of money (untrusted), `EUR` or `$`; empty: not said.
    pub money: String,
}

impl Labels {
    /// Nothing but published names?
    pub fn is_plain(&self) -> bool {
        self.money.is_empty() && self.segments.iter().all(String::is_empty)
    }

    /// What the reader calls a segment.
    pub fn name(&self, segment: Segment) -> &str {
        match self.segments.get(segment as usize).map(String::as_str) {
            None | Some("") => segment.name(),
            Some(own) => own,
        }
    }

    /// Has a segment a name of the reader's own?
    pub fn is_own(&self, segment: Segment) -> bool {
        self.name(segment) != segment.name()
    }

    /// The same without what no name needs: blanks around it, characters that are not seen or turn the direction,
    /// more than [`LONGEST`] characters; a published name typed in is no name of one's own.
    pub fn cleaned(&self) -> Self {
        let clean = |words: &str, longest: usize| -> String {
            let seen = words.chars().filter(|letter| !unseen(*letter)).take(longest).collect::<String>();
            seen.trim().to_owned()
        };
        let mut labels = Self { money: clean(&self.money, 12), ..Self::default() };
        for (segment, own) in Segment::ALL.into_iter().zip(&self.segments) {
            let own = clean(own, LONGEST);
            if own != segment.name() {
                labels.segments[segment as usize] = own;
            }
        }
        labels
    }

    /// Do two segments have one name, in small letters as `lower` writes them? (The page asks the browser.)
    pub fn ambiguous(&self, lower: fn(&str) -> String) -> bool {
        let names = Segment::ALL.map(|segment| lower(self.name(segment)));
        (0..4).any(|i| names[i + 1..].contains(&names[i]))
    }
}

fn unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_told_apart() {
        let own = |names: [&str; 4]| Labels { segments: names.map(str::to_owned), money: String::new() };
        let labels = own(["  Regulars\u{202e}\n ", "", "Loyal Occasionals", &"x".repeat(200)]).cleaned();
        assert_eq!(labels.name(Segment::Champions), "Regulars");
        assert_eq!(labels.name(Segment::FrequentExplorers), "Frequent Explorers");
        assert!(!labels.is_own(Segment::LoyalOccasionals) && labels.segments[3].len() == LONGEST);
        assert!(own(["a", "A", "", ""]).ambiguous(str::to_lowercase));
        // The published name of another segment is taken.
        assert!(own(["At Risk", "", "", ""]).ambiguous(str::to_lowercase));
        assert!(!own(["At Risk", "", "", "Champions"]).ambiguous(str::to_lowercase));
        assert!(own(["", "", "", ""]).is_plain() && !labels.is_plain());
    }
}
