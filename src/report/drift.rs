//! The drift report: what moved since the baseline, why as far as that can be told, and what to do.

use crate::planning::monitoring::{Call, Cause, Drift, Level};
use crate::segments::findings::Segment;
use crate::stats::measured::Measured;

use super::document::{Block, Document, Table, Text, Tone};
use super::figures::{coefficient, integer, mean, p_cell, percent, score};
use super::wording;

/// The report of one window.
pub fn drift(drift: &Drift) -> Document {
    let mut blocks =
        vec![Block::Callout(Tone::Decision, Text::new().strong(title(drift.call)).plain(advice(drift.call)))];
    blocks.push(Block::Heading("What moved".into()));
    if drift.signals.is_empty() {
        blocks.push(Block::Paragraph("Nothing moved beyond chance.".into()));
    } else {
        let told = drift.signals.iter().map(|signal| {
            let band = match (signal.level, signal.persistent) {
                (Level::Alert, true) => "Alert, second window:",
                (Level::Alert, false) => "Alert band:",
                _ => "Watch:",
            };
            Text::new().strong(band).plain(format!(" {}", signal.text))
        });
        blocks.push(Block::Bullets(told.collect()));
    }
    blocks.push(Block::Heading("Why".into()));
    blocks.push(Block::Paragraph(Text::new().strong(cause(drift.cause)).plain(format!(" {}", drift.cause_text))));
    blocks.push(Block::Heading("Shares at frozen thresholds".into()));
    blocks.push(Block::Table(shares(drift)));
    blocks.push(Block::Heading("Drivers".into()));
    blocks.push(Block::Table(drivers(drift)));
    blocks.push(Block::Table(means(drift)));
    if let Measured::Value(found) = &drift.movement {
        blocks.push(Block::Heading("The same customers".into()));
        let agreement = found.agreement.value().map_or_else(|| "–".to_owned(), |&share| percent(share));
        let kappa = found.kappa.value().map_or_else(|| "–".to_owned(), |&kappa| coefficient(kappa));
        blocks.push(Block::Paragraph(
            format!(
                "{} customers are in a segment both times; {agreement} keep it (kappa {kappa}). {} are new, {} have \
                 enough orders by now, {} no longer have, {} are gone.",
                integer(found.stayers),
                integer(found.new),
                integer(found.qualified),
                integer(found.unqualified),
                integer(found.gone)
            )
            .into(),
        ));
        blocks.push(Block::Table(matrix("Stayers: rows before, columns now", &found.matrix)));
    }
    blocks.push(Block::Heading("Recalibration in the shadow".into()));
    blocks.push(Block::Paragraph(shadow(drift)));
    blocks.push(Block::Table(matrix("Rows at frozen thresholds, columns at new ones", &drift.shadow.matrix)));
    blocks.push(Block::Heading("Completeness".into()));
    blocks.push(Block::Table(quality(drift)));
    for warning in &drift.warnings {
        blocks.push(Block::Callout(Tone::Caution, warning.clone().into()));
    }
    let compared = &drift.compared;
    let period = |period: Option<crate::planning::window::Period>| {
        period.map_or_else(|| "no dates".to_owned(), crate::planning::window::Period::words)
    };
    Document {
        name: "drift",
        title: format!("Drift report: {}", drift.call.name()),
        byline: format!(
            "{} customers ({}) against a baseline of {} ({}); receipt {}; quadrant {}",
            integer(compared.customers_now),
            period(compared.period_now),
            integer(compared.customers_before),
            period(compared.period_before),
            compared.receipt,
            drift.build
        ),
        blocks,
    }
}

fn title(call: Call) -> &'static str {
    match call {
        Call::Keep => "Keep the thresholds.",
        Call::Watch => "Watch.",
        Call::Alert => "Alert: find out why.",
        Call::Recalibrate => "Recalibration is due: approve it or not.",
    }
}

fn advice(call: Call) -> &'static str {
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

fn shares(drift: &Drift) -> Table {
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
            percent(share.difference).into(),
            number(&share.p, p_cell),
            level(share.level).into(),
        ]);
    }
    table
}

fn drivers(drift: &Drift) -> Table {
    let mut table =
        Table::new("Core drivers over the baseline's bins: stability index and distance of the distributions")
            .words("Driver")
            .numbers("Mean then")
            .numbers("Mean now")
            .numbers("PSI")
            .numbers("Noise up to")
            .numbers("KS")
            .words("Band");
    for driver in &drift.drivers {
        table.row([
            wording::metric(&driver.name).into(),
            mean(driver.mean_before).into(),
            mean(driver.mean_now).into(),
            number(&driver.psi, coefficient),
            number(&driver.psi_critical, coefficient),
            number(&driver.ks, coefficient),
            level(driver.level).into(),
        ]);
    }
    table
}

fn means(drift: &Drift) -> Table {
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

fn matrix(caption: &str, counts: &[Vec<u64>]) -> Table {
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

fn shadow(drift: &Drift) -> Text {
    let shadow = &drift.shadow;
    let shares: Vec<String> =
        shadow.shares.iter().map(|s| format!("{} {}", s.segment.name(), percent(s.now))).collect();
    format!(
        "Medians of this window would be {} for frequency (in force: {}) and {} for loyalty (in force: {}). {} customers \
         ({}) would change segment, and the shares would be {}: re-estimated medians put half of the customers on each \
         side whatever happened, which is why they are not used to watch.",
        score(shadow.frequency.now),
        score(shadow.frequency.frozen),
        score(shadow.loyalty.now),
        score(shadow.loyalty.frozen),
        integer(shadow.moved),
        percent(shadow.moved_share),
        wording::list(&shares)
    )
    .into()
}

fn quality(drift: &Drift) -> Table {
    let mut table = Table::new("Completeness of the extract, then and now").words("What").words("Band");
    for change in &drift.quality {
        table.row([change.text.clone().into(), level(change.level).into()]);
    }
    table
}
