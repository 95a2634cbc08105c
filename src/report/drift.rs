//! The drift report: what moved since the baseline, why as far as that can be told, and what to do.

use crate::planning::cohort::Movement;
use crate::planning::monitoring::{Call, Cause, Drift, Level, Signal};
use crate::planning::window::Period;
use crate::segments::findings::Segment;
use crate::stats::measured::Measured;

use super::document::{Block, Document, Table, Text, Tone};
use super::figures::{coefficient, counted, decimal, integer, mean, p_cell, percent, points, score};
use super::wording;

/// The report of one window.
pub fn drift(drift: &Drift) -> Document {
    let mut blocks =
        vec![Block::Callout(Tone::Decision, Text::new().strong(title(drift.call)).plain(advice(drift.call)))];
    blocks.push(Block::Heading("What moved".into()));
    if drift.signals.is_empty() {
        blocks.push(Block::Paragraph("Nothing moved beyond chance.".into()));
    } else {
        blocks.push(Block::Bullets(drift.signals.iter().map(told).collect()));
    }
    blocks.push(Block::Heading("Why".into()));
    blocks.push(Block::Paragraph(cause_words(drift)));
    blocks.push(Block::Heading("Shares at frozen thresholds".into()));
    blocks.push(Block::Table(shares(drift)));
    blocks.push(Block::Heading("Drivers".into()));
    blocks.push(Block::Table(drivers(drift)));
    blocks.push(Block::Table(means(drift)));
    if let Measured::Value(found) = &drift.movement {
        blocks.push(Block::Heading("The same customers".into()));
        blocks.push(Block::Paragraph(movement_words(found).into()));
        blocks.push(Block::Table(matrix("Customers in a segment both times: rows before, columns now", &found.matrix)));
    }
    blocks.push(Block::Heading("Recalibration in the shadow".into()));
    blocks.push(Block::Table(thresholds(drift)));
    blocks.push(Block::Table(shadow_shares(drift)));
    blocks.push(Block::Paragraph(shadow_words(drift).into()));
    blocks.push(Block::Table(matrix("Rows at frozen thresholds, columns at new ones", &drift.shadow.matrix)));
    blocks.push(Block::Heading("Completeness".into()));
    blocks.push(Block::Table(quality(drift)));
    for warning in &drift.warnings {
        blocks.push(Block::Callout(Tone::Caution, warning.clone().into()));
    }
    Document { name: "drift", title: format!("Drift report: {}", drift.call.name()), byline: byline(drift), blocks }
}

/// What is compared with what.
pub(crate) fn byline(drift: &Drift) -> String {
    let compared = &drift.compared;
    let period = |period: Option<Period>| period.map_or_else(|| "no dates".to_owned(), Period::words);
    format!(
        "{} ({}) against a baseline of {} ({}); receipt {}; Quadrant {}",
        counted(compared.customers_now, "customer", "customers"),
        period(compared.period_now),
        integer(compared.customers_before),
        period(compared.period_before),
        compared.receipt,
        drift.build
    )
}

/// A signal with its band.
pub(crate) fn told(signal: &Signal) -> Text {
    let band = match (signal.level, signal.persistent) {
        (Level::Alert, true) => "Alert, second window:",
        (Level::Alert, false) => "Alert band:",
        _ => "Watch:",
    };
    Text::new().strong(band).plain(format!(" {}", signal_words(signal)))
}

/// A signal in a reader's words: drivers under their names for people.
pub(crate) fn signal_words(signal: &Signal) -> String {
    let driver = ["psi:", "ks:", "mean:"].into_iter().find_map(|kind| signal.id.strip_prefix(kind));
    let driver = driver.and_then(|rest| rest.split(':').next());
    match driver.and_then(|name| Some((name, signal.text.strip_prefix(name)?))) {
        Some((name, rest)) => format!("{}{rest}", wording::metric(name)),
        None => wording::capital(&signal.text),
    }
}

/// Why it moved, as far as that can be told.
pub(crate) fn cause_words(drift: &Drift) -> Text {
    let mut words = drift.cause_text.clone();
    for driver in &drift.drivers {
        words = words.replace(&driver.name, &wording::metric(&driver.name));
    }
    Text::new().strong(cause(drift.cause)).plain(format!(" {words}"))
}

/// The customers who are in a segment both times, and those who are not.
pub(crate) fn movement_words(found: &Movement) -> String {
    let kept = match (found.agreement.value(), found.kappa.value()) {
        (Some(&share), Some(&kappa)) => format!("; {} of them keep it (kappa {})", percent(share), coefficient(kappa)),
        (Some(&share), None) => format!("; {} of them keep it", percent(share)),
        _ => String::new(),
    };
    let others: Vec<String> = [
        (found.new, "are new"),
        (found.qualified, "have enough orders by now"),
        (found.unqualified, "have a segment no longer"),
        (found.gone, "are gone from the extract"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", integer(count)))
    .collect();
    let others = if others.is_empty() { String::new() } else { format!(" Of the others, {}.", wording::list(&others)) };
    format!("{} in a segment both times{kept}.{others}", counted(found.stayers, "customer is", "customers are"))
}

fn title(call: Call) -> &'static str {
    match call {
        Call::Keep => "Keep the thresholds.",
        Call::Watch => "Watch.",
        Call::Alert => "Alert: find out why.",
        Call::Recalibrate => "Recalibration is due: approve it or not.",
    }
}

pub(crate) fn advice(call: Call) -> &'static str {
    match call {
        Call::Keep => " Scoring can go on as it is.",
        Call::Watch => " Change nothing; look again at the next window, with this window's drift.json beside it.",
        Call::Alert => " Data first, then mix, then behaviour. Thresholds stay until that is known.",
        Call::Recalibrate => {
            " The change lasted two windows and is the customers' own. See below who would move at new thresholds; nothing \
             changes until the owner approves."
        }
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::None => "No cause is needed.",
        Cause::Data => "The data.",
        Cause::Mix => "Other customers, same behaviour.",
        Cause::Behaviour => "The same customers behave otherwise.",
        Cause::Unknown => "Not known.",
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Quiet => "quiet",
        Level::Watch => "watch",
        Level::Alert => "alert",
    }
}

fn number(value: &Measured<f64>, write: impl Fn(f64) -> String) -> Text {
    value.value().map_or_else(|| Text::from("–"), |&value| write(value).into())
}

pub(crate) fn shares(drift: &Drift) -> Table {
    let mut table = Table::new("Share of the customers in a segment")
        .words("Segment")
        .numbers("Baseline")
        .numbers("Now")
        .numbers("Change")
        .numbers("p")
        .words("Band");
    for share in &drift.shares {
        table.row([
            share.segment.into(),
            percent(share.share_before).into(),
            percent(share.share_now).into(),
            points(share.difference).into(),
            number(&share.p, p_cell),
            level(share.level).into(),
        ]);
    }
    table
}

pub(crate) fn drivers(drift: &Drift) -> Table {
    let mut table =
        Table::new("Core drivers over the baseline's bins: stability index and distance of the distributions")
            .words("Driver")
            .numbers("Mean then")
            .numbers("Mean now")
            .numbers("PSI")
            .numbers("Noise up to")
            .numbers("KS")
            .numbers("Noise up to")
            .words("Band");
    for driver in &drift.drivers {
        table.row([
            wording::metric(&driver.name).into(),
            mean(driver.mean_before).into(),
            mean(driver.mean_now).into(),
            number(&driver.psi, coefficient),
            number(&driver.psi_critical, coefficient),
            number(&driver.ks, coefficient),
            number(&driver.ks_critical, coefficient),
            level(driver.level).into(),
        ]);
    }
    table
}

pub(crate) fn means(drift: &Drift) -> Table {
    let mut table = Table::new("Mean of each driver within the segments, then and now").words("Driver");
    for segment in Segment::ALL {
        table = table.numbers(segment.name());
    }
    for driver in &drift.drivers {
        let mut row = vec![Text::from(wording::metric(&driver.name))];
        row.extend(driver.segments.iter().map(|s| Text::from(format!("{} → {}", mean(s.before), mean(s.now)))));
        table.row(row);
    }
    table
}

pub(crate) fn matrix(caption: &str, counts: &[Vec<u64>]) -> Table {
    let mut table = Table::new(caption).words("Segment");
    for segment in Segment::ALL {
        table = table.numbers(segment.name());
    }
    for (segment, row) in Segment::ALL.into_iter().zip(counts) {
        let mut cells = vec![Text::from(segment)];
        cells.extend(row.iter().map(|&count| Text::from(integer(count))));
        table.row(cells);
    }
    table
}

/// Both thresholds, in force and as this window's medians would have them, in the reader's units too.
pub(crate) fn thresholds(drift: &Drift) -> Table {
    let shadow = &drift.shadow;
    let mut table = Table::new("Thresholds: in force, and as the medians of this window would have them")
        .words("Score")
        .numbers("In force")
        .numbers("Would be")
        .words("In other words");
    let days = |score: f64| if score > 0.0 { decimal(1.0 / score - 1.0, 1) } else { "–".to_owned() };
    table.row([
        "Frequency".into(),
        score(shadow.frequency.frozen).into(),
        score(shadow.frequency.now).into(),
        format!("{} days between orders, would be {}", days(shadow.frequency.frozen), days(shadow.frequency.now))
            .into(),
    ]);
    table.row([
        "Loyalty".into(),
        score(shadow.loyalty.frozen).into(),
        score(shadow.loyalty.now).into(),
        format!("{} of lines bought before, would be {}", percent(shadow.loyalty.frozen), percent(shadow.loyalty.now))
            .into(),
    ]);
    table
}

/// The four shares at both.
pub(crate) fn shadow_shares(drift: &Drift) -> Table {
    let mut table =
        Table::new("Shares of this window").words("Segment").numbers("At frozen thresholds").numbers("At new ones");
    for share in &drift.shadow.shares {
        table.row([share.segment.into(), percent(share.frozen).into(), percent(share.now).into()]);
    }
    table
}

/// Who would move.
pub(crate) fn shadow_words(drift: &Drift) -> String {
    let shadow = &drift.shadow;
    format!(
        "{} ({}) would change segment. Re-estimated medians put half of the customers on each side whatever happened, \
         which is why they are not used to watch.",
        counted(shadow.moved, "customer", "customers"),
        percent(shadow.moved_share)
    )
}

pub(crate) fn quality(drift: &Drift) -> Table {
    let mut table = Table::new("Completeness of the extract, then and now")
        .words("What")
        .numbers("Baseline")
        .numbers("Now")
        .words("Band");
    for change in &drift.quality {
        let what = change.text.split(": ").next().unwrap_or_default();
        let what = match change.name.strip_prefix("measured:") {
            Some(driver) => format!("Customers with a value: {}", wording::inside(&wording::metric(driver))),
            None => match change.name.strip_prefix("spread:") {
                Some(driver) => format!("Spread over customers: {}", wording::inside(&wording::metric(driver))),
                None => wording::capital(what),
            },
        };
        let plain = change.name == "orders_per_customer" || change.name.starts_with("spread:");
        let write = if plain { |value| decimal(value, 1) } else { percent };
        table.row([what.into(), write(change.before).into(), write(change.now).into(), level(change.level).into()]);
    }
    table
}
