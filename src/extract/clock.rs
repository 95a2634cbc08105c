//! The clocks of named time zones: what a clock on the wall showed at an instant.
//!
//! Parquet keeps instants, and beside them the name of the zone that they were written for. Its rules come from the IANA
//! time zone database (2026f) by way of `zones.txt`: a browser's own would differ from browser to browser.

use super::time::{MICROS, fixed_offset};

/// A line per set of rules: the names of the zones that follow it, then the offset from UTC at the start of 1980 and
/// each change until 2100, as minutes since the one before it and the offset from then on. Written by
/// `tests/tools/zones.rs`.
const ZONES: &str = include_str!("zones.txt");
/// Start of 1980 in UTC, in seconds since 1970.
const FIRST: i64 = 315_532_800;
const MINUTE: i64 = 60;

/// The clock of one zone; by default that of UTC. Before 1980 and after 2099 it keeps the offset that it has there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Name of the zone as the database writes it, or its offset.
    pub(crate) zone: String,
    /// From which microsecond since 1970 on it is how many microseconds east of UTC; ascending.
    changes: Vec<(i64, i64)>,
}

impl Clock {
    /// That of the zone of this name (`Europe/Berlin`, whatever its capitals) or offset (`+02:00`); `None` if there is no
    /// such zone.
    pub(crate) fn of(zone: &str) -> Option<Self> {
        match fixed_offset(zone) {
            Some(east) => Some(Self { zone: zone.to_owned(), changes: vec![(i64::MIN, east * MICROS)] }),
            None => Self::named(zone),
        }
    }

    /// That of the zone of this name, whatever its capitals, and of no offset.
    pub(crate) fn named(zone: &str) -> Option<Self> {
        ZONES.lines().find_map(|line| {
            let (names, rules) = line.split_once('|')?;
            let zone = names.split(' ').find(|name| name.eq_ignore_ascii_case(zone))?;
            let mut minutes = rules.split(' ').filter_map(|minutes| minutes.parse::<i64>().ok());
            let mut changes = vec![(i64::MIN, minutes.next()? * MINUTE * MICROS)];
            let mut at = FIRST;
            while let (Some(after), Some(east)) = (minutes.next(), minutes.next()) {
                at += after * MINUTE;
                changes.push((at * MICROS, east * MINUTE * MICROS));
            }
            Some(Self { zone: zone.to_owned(), changes })
        })
    }

    /// The time on the clock at an instant; both in microseconds, the clock's since its own 1970-01-01 00:00. The hour
    /// that a clock shows twice in autumn is read twice.
    pub(crate) fn at(&self, instant: i64) -> Option<i64> {
        let past = &self.changes[..self.changes.partition_point(|&(from, _)| from <= instant)];
        instant.checked_add(past.last().map_or(0, |change| change.1))
    }

    /// Does it always show UTC?
    pub(crate) fn is_utc(&self) -> bool {
        self.changes.iter().all(|change| change.1 == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * MICROS;

    #[test]
    fn summer_time_comes_and_goes() {
        let berlin = Clock::of("europe/berlin").unwrap();
        assert_eq!(berlin.zone, "Europe/Berlin");
        // 2024-03-31 01:00 UTC and 2024-10-27 01:00 UTC.
        for (change, before, after) in [(1_711_846_800 * MICROS, 1, 2), (1_729_990_800 * MICROS, 2, 1)] {
            assert_eq!(berlin.at(change - 1), Some(change - 1 + before * HOUR));
            assert_eq!(berlin.at(change), Some(change + after * HOUR));
        }
        let kathmandu = Clock::of("Asia/Kathmandu").unwrap();
        assert_eq!(kathmandu.at(1_711_846_800 * MICROS), Some((1_711_846_800 + 20_700) * MICROS));
    }

    #[test]
    fn offsets_are_clocks_too() {
        let india = Clock::of("+05:30").unwrap();
        assert_eq!(india.at(0), Some(19_800 * MICROS));
        assert!(!india.is_utc() && Clock::of("Etc/UTC").unwrap().is_utc() && Clock::of("Etc/UCT").unwrap().is_utc());
    }

    /// Every zone of the database, at instants over all years of the table.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn the_table_is_the_database() {
        let database = jiff::tz::TimeZoneDatabase::bundled();
        let mut rng = crate::stats::rng::Rng::new(1);
        let mut zones = 0;
        for name in database.available() {
            let zone = database.get(name.as_str()).unwrap();
            let clock = Clock::named(name.as_str()).unwrap();
            assert_eq!(clock.zone, name.as_str());
            for _ in 0..500 {
                let second = FIRST + rng.below(120 * 31_556_952) as i64;
                let east = i64::from(zone.to_offset(jiff::Timestamp::from_second(second).unwrap()).seconds());
                assert_eq!(clock.at(second * MICROS), Some((second + east) * MICROS), "{name} at {second}");
            }
            zones += 1;
        }
        assert!(zones > 590, "{zones} zones");
        assert_eq!(ZONES.lines().map(|line| line.split('|').next().unwrap().split(' ').count()).sum::<usize>(), zones);
    }

    #[test]
    fn nothing_overflows_and_no_other_name_is_known() {
        let auckland = Clock::of("Pacific/Auckland").unwrap();
        assert_eq!(auckland.at(i64::MAX), None);
        assert_eq!(auckland.at(i64::MIN), Some(i64::MIN + 13 * HOUR));
        assert_eq!(Clock::default().at(i64::MAX), Some(i64::MAX));
        for name in
            ["", " ", "Mars/Olympus", "W. Europe Standard Time", "Europe/Berlin Europe/Vienna", "0", "Europe/Berlin|60"]
        {
            assert_eq!(Clock::of(name), None, "{name:?}");
        }
    }
}
