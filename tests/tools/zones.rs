//! Writes `src/extract/zones.txt`, the rules of all named time zones between 1980 and 2100, from the IANA time zone
//! database that the crate `jiff` brings along:
//!
//! ```sh
//! cargo run --example zones > src/extract/zones.txt
//! ```
#![allow(clippy::unwrap_used, reason = "a tool that cannot go on should panic")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;

fn main() {
    let database = TimeZoneDatabase::bundled();
    let second = |text: &str| text.parse::<Timestamp>().unwrap();
    let (first, last) = (second("1980-01-01T00:00:00Z"), second("2100-01-01T00:00:00Z"));
    let mut zones: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in database.available() {
        let zone = database.get(name.as_str()).unwrap();
        let minutes = |seconds: i64| {
            assert_eq!(seconds % 60, 0, "{name} changes between two minutes");
            seconds / 60
        };
        let offset = |at: Timestamp| minutes(zone.to_offset(at).seconds().into());
        let (mut at, mut east) = (first, offset(first));
        let mut rules = east.to_string();
        for change in zone.following(first).take_while(|change| change.timestamp() < last) {
            let (next, now) = (change.timestamp(), minutes(change.offset().seconds().into()));
            // Many changes are of the name only.
            if now != east {
                rules += &format!(" {} {now}", minutes(next.as_second() - at.as_second()));
                (at, east) = (next, now);
            }
        }
        zones.entry(rules).or_default().push(name.to_string());
    }
    let mut lines: Vec<String> =
        zones.into_iter().map(|(rules, names)| format!("{}|{rules}", names.join(" "))).collect();
    lines.sort();
    for line in lines {
        println!("{line}");
    }
}
