//! All gates: those that readiness answered, and those that need scores, segments and later orders.
//!
//! Lines and titles come from the one table in `readiness::gates`. A gate that nobody could answer stands in the list as
//! *not measured*, never as a pass and never left out.

use super::Evidence;
use crate::planning::findings::Experiment;
use crate::readiness::findings::{Gate, Status};
use crate::readiness::gates::{SPECS, Spec};
use crate::report::figures::{decimal, percent};
use crate::segments::findings::{Segment, SegmentFindings};
use crate::stats::measured::{Measured, NotMeasured};
use crate::validation::findings::{OutOfTime, Reliability, ValidationFindings};

/// Gates that inform and never weigh on the verdict.
///
/// STATISTICS.md gives *sparsity* no status at all (it chooses the category level), and *A* neither a
/// caveat nor a fail: most users pass it by arithmetic. *B* is descriptive too, but its row names a
/// caveat, so a caveat of B does count.
pub const INFORMATION: [&str; 2] = ["stability_a", "sparsity"];

/// Does the gate weigh on the verdict?
pub fn counts(gate: &Gate) -> bool {
    !INFORMATION.contains(&gate.id.as_str())
}

/// The gate of that id, if there is one.
pub fn find<'a>(gates: &'a [Gate], id: &str) -> Option<&'a Gate> {
    gates.iter().find(|gate| gate.id == id)
}

/// All gates of all rooms, each id once, in the order of [`SPECS`].
///
/// What readiness answered stands; the rest is answered here by the same table.
pub fn all(evidence: &Evidence<'_>) -> Vec<Gate> {
    let validation = evidence.validation;
    let answer = |spec: &Spec| match spec.id {
        "reliability" => reliability(spec, validation),
        "confidence" => confidence(spec, validation),
        "cap_mass" => cap_mass(spec, validation),
        "tie_mass" => tie_mass(spec, evidence),
        "smallest_segment" => smallest_segment(spec, evidence),
        "out_of_time" => out_of_time(spec, validation),
        "migration" => migration(spec, validation),
        _ => absent(spec, &NotMeasured::new("the extract holds no order history", "orders with their dates or gaps")),
    };
    let mut gates: Vec<Gate> = SPECS
        .iter()
        .map(|spec| find(evidence.readiness_gates, spec.id).cloned().unwrap_or_else(|| answer(spec)))
        .collect();
    let unknown = |gate: &&Gate| SPECS.iter().all(|spec| spec.id != gate.id);
    gates.extend(evidence.readiness_gates.iter().filter(unknown).cloned());
    gates
}

fn absent(spec: &Spec, missing: &NotMeasured) -> Gate {
    spec.judge(Measured::NotMeasured(missing.clone()), missing.reason.clone())
}

/// The part of validation that a gate needs, or why there is none.
fn part<'a, T>(
    validation: &'a Measured<ValidationFindings>,
    of: impl Fn(&'a ValidationFindings) -> &'a Measured<T>,
) -> Result<&'a T, &'a NotMeasured> {
    match validation {
        Measured::NotMeasured(missing) => Err(missing),
        Measured::Value(findings) => match of(findings) {
            Measured::NotMeasured(missing) => Err(missing),
            Measured::Value(value) => Ok(value),
        },
    }
}

fn reliability(spec: &Spec, validation: &Measured<ValidationFindings>) -> Gate {
    let frequency = part(validation, |v| &v.reliability.frequency);
    let loyalty = part(validation, |v| &v.reliability.loyalty);
    let judge = |value: f64, note: String| spec.judge(Measured::Value(value), note);
    match (frequency, loyalty) {
        (Ok(f), Ok(l)) => {
            let note = format!(
                "Odd and even orders of the same customers agree at {} (frequency) and {} (loyalty); the lower one counts.",
                decimal(f.value, 2),
                decimal(l.value, 2)
            );
            judge(f.value.min(l.value), note)
        }
        // One score that fails is enough to fail; one that passes is not enough to pass.
        (Ok(one), Err(missing)) | (Err(missing), Ok(one)) => one_score(spec, one, missing),
        (Err(missing), Err(_)) => absent(spec, missing),
    }
}

fn one_score(spec: &Spec, one: &Reliability, missing: &NotMeasured) -> Gate {
    if spec.bounds.status(one.value) == Status::Fail {
        let note = format!(
            "One score reaches {}; the other could not be measured: {}.",
            decimal(one.value, 2),
            missing.reason
        );
        spec.judge(Measured::Value(one.value), note)
    } else {
        absent(spec, missing)
    }
}

fn confidence(spec: &Spec, validation: &Measured<ValidationFindings>) -> Gate {
    match part(validation, |v| &v.confidence.share_at_least_80) {
        Err(missing) => absent(spec, missing),
        Ok(&share) => {
            let note =
                format!("{} of the customers hold their segment with a probability of at least 0.8.", percent(share));
            spec.judge(Measured::Value(share), note)
        }
    }
}

fn cap_mass(spec: &Spec, validation: &Measured<ValidationFindings>) -> Gate {
    match part(validation, |v| &v.coupling.cap_mass) {
        Err(missing) => absent(spec, missing),
        Ok(&share) => {
            let note =
                format!("{} of all gaps equal the largest gap; a cap hides how long they really were.", percent(share));
            spec.judge(Measured::Value(share), note)
        }
    }
}

fn tie_mass(spec: &Spec, evidence: &Evidence<'_>) -> Gate {
    match evidence.thresholds {
        Measured::NotMeasured(missing) => absent(spec, missing),
        Measured::Value(thresholds) => {
            let (f, l) = (thresholds.frequency.tie_share, thresholds.loyalty.tie_share);
            let note = format!(
                "{} of the customers stand exactly at the frequency threshold, {} at the loyalty threshold; all of them count as high.",
                percent(f),
                percent(l)
            );
            spec.judge(Measured::Value(f.max(l)), note)
        }
    }
}

fn smallest_segment(spec: &Spec, evidence: &Evidence<'_>) -> Gate {
    let total: u64 = evidence.segments.iter().map(|segment| segment.count).sum();
    let smallest = evidence.segments.iter().min_by_key(|segment| segment.count);
    let (Some(smallest), true) = (smallest, total > 0) else {
        let reason = "no customer was assigned to a segment";
        return absent(spec, &NotMeasured::new(reason, "customers with enough orders and order lines"));
    };
    // A segment that is missing from the list has nobody in it.
    let share = if evidence.segments.len() < Segment::ALL.len() { 0.0 } else { smallest.share };
    let large_enough = share >= 0.05;
    let planned = planned(evidence, smallest);
    let status = match (large_enough, planned) {
        (true, Planned::Enough) => Status::Pass,
        (false, Planned::TooFew | Planned::Unknown) => Status::Fail,
        _ => Status::Caveat,
    };
    let about_plan = match planned {
        Planned::Enough => "it is large enough for its experiment",
        Planned::TooFew => "it is too small for its experiment",
        Planned::Unknown => "its experiment could not be planned, so whether it is large enough is open",
    };
    let note = format!("{} holds {} of the customers; {about_plan}.", smallest.name.name(), percent(share));
    Gate {
        status,
        pass: ">= 0.05 and enough for its experiment".to_owned(),
        caveat: "one of the two".to_owned(),
        ..spec.judge(Measured::Value(share), note)
    }
}

#[derive(Clone, Copy)]
enum Planned {
    Enough,
    TooFew,
    Unknown,
}

fn planned(evidence: &Evidence<'_>, smallest: &SegmentFindings) -> Planned {
    let is_its = |experiment: &&Experiment| experiment.segment == smallest.name.name();
    match evidence.planning.experiments.iter().find(is_its).map(|experiment| experiment.status.as_str()) {
        Some("powered") => Planned::Enough,
        Some("pool_or_wait") => Planned::TooFew,
        _ => Planned::Unknown,
    }
}

fn out_of_time(spec: &Spec, validation: &Measured<ValidationFindings>) -> Gate {
    let found: &OutOfTime = match part(validation, |v| &v.out_of_time) {
        Err(missing) => return absent(spec, missing),
        Ok(found) => found,
    };
    let Some(primary) = found.outcomes.first() else {
        return absent(spec, &NotMeasured::new("no outcome lies after the cut", "longer histories"));
    };
    match &primary.omega_squared_low {
        Measured::NotMeasured(missing) => absent(spec, missing),
        Measured::Value(low) => {
            let note = format!(
                "Judged on {} of {} customers. {}",
                super::sentences::outcome(&primary.outcome),
                found.customers,
                found.description
            );
            spec.judge(Measured::Value(*low), note)
        }
    }
}

fn migration(spec: &Spec, validation: &Measured<ValidationFindings>) -> Gate {
    let found = match part(validation, |v| &v.migration) {
        Err(missing) => return absent(spec, missing),
        Ok(found) => found,
    };
    match &found.kappa {
        Measured::NotMeasured(missing) => absent(spec, missing),
        Measured::Value(kappa) => {
            let ceiling = match found.kappa_ceiling.value() {
                Some(ceiling) => format!(" The scores' reliability would allow {} at best.", decimal(*ceiling, 2)),
                None => String::new(),
            };
            spec.judge(Measured::Value(*kappa), format!("{}{ceiling}", found.description))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{reliability as score, world};
    use super::*;

    fn status(world: &super::super::fixture::World, id: &str) -> Status {
        find(&all(&world.evidence()), id).unwrap().status
    }

    #[test]
    fn every_threshold_of_the_table_is_met_exactly_at_its_value() {
        let mut w = world();
        for (value, expected) in
            [(0.8, Status::Pass), (0.799, Status::Caveat), (0.7, Status::Caveat), (0.699, Status::Fail)]
        {
            w.validation().reliability.loyalty = Measured::Value(score(value));
            assert_eq!(status(&w, "reliability"), expected, "{value}");
        }
        for (value, expected) in
            [(0.6, Status::Pass), (0.599, Status::Caveat), (0.4, Status::Caveat), (0.399, Status::Fail)]
        {
            w.validation().confidence.share_at_least_80 = Measured::Value(value);
            assert_eq!(status(&w, "confidence"), expected, "{value}");
            if let Measured::Value(migration) = &mut w.validation().migration {
                migration.kappa = Measured::Value(value);
            }
            assert_eq!(status(&w, "migration"), expected, "{value}");
        }
        for (value, expected) in
            [(0.1, Status::Pass), (0.11, Status::Caveat), (0.3, Status::Caveat), (0.31, Status::Fail)]
        {
            w.validation().coupling.cap_mass = Measured::Value(value);
            assert_eq!(status(&w, "cap_mass"), expected, "{value}");
        }
        for (value, expected) in
            [(0.01, Status::Pass), (0.011, Status::Caveat), (0.05, Status::Caveat), (0.051, Status::Fail)]
        {
            if let Measured::Value(thresholds) = &mut w.thresholds {
                thresholds.loyalty.tie_share = value;
            }
            assert_eq!(status(&w, "tie_mass"), expected, "{value}");
        }
        for (value, expected) in
            [(0.06, Status::Pass), (0.059, Status::Caveat), (0.01, Status::Caveat), (0.009, Status::Fail)]
        {
            if let Measured::Value(found) = &mut w.validation().out_of_time {
                found.outcomes[0].omega_squared_low = Measured::Value(value);
            }
            assert_eq!(status(&w, "out_of_time"), expected, "{value}");
        }
    }

    #[test]
    fn the_smallest_segment_needs_both_halves() {
        let mut w = world();
        assert_eq!(status(&w, "smallest_segment"), Status::Pass);
        w.planning.experiments[1].status = "pool_or_wait".to_owned();
        assert_eq!(status(&w, "smallest_segment"), Status::Caveat);
        w.planning.experiments.clear();
        assert_eq!(status(&w, "smallest_segment"), Status::Caveat);
        w.segments[1].count = 10;
        w.segments[1].share = 0.005;
        assert_eq!(status(&w, "smallest_segment"), Status::Fail);
        w.segments.pop();
        assert_eq!(status(&w, "smallest_segment"), Status::Fail);
        w.segments.clear();
        assert_eq!(status(&w, "smallest_segment"), Status::NotMeasured);
    }

    #[test]
    fn one_score_alone_can_fail_but_never_pass() {
        let mut w = world();
        w.validation().reliability.loyalty = Measured::absent("no lines", "order lines");
        assert_eq!(status(&w, "reliability"), Status::NotMeasured);
        w.validation().reliability.frequency = Measured::Value(score(0.5));
        assert_eq!(status(&w, "reliability"), Status::Fail);
    }

    #[test]
    fn blocking_is_as_the_table_says() {
        let gates = all(&world().evidence());
        let blocking: Vec<&str> = gates.iter().filter(|gate| gate.blocking).map(|gate| gate.id.as_str()).collect();
        assert_eq!(blocking, ["integrity", "volume", "depth", "reliability", "out_of_time"]);
    }
}
