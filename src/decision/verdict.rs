//! The one verdict, from all gates.
//!
//! Any blocking fail: NO-GO. Else anything that failed, has a caveat or was not measured: GO WITH
//! CAVEATS. Else GO. Gates that only inform ([`super::gates::INFORMATION`]) are left out.

use super::findings::Verdict;
use super::gates::counts;
use super::sentences;
use crate::readiness::findings::{Gate, Status};

/// The verdict.
pub fn verdict(gates: &[Gate]) -> Verdict {
    let mut counted = gates.iter().filter(|gate| counts(gate));
    if counted.clone().any(blocks) {
        Verdict::NoGo
    } else if gates.is_empty() || counted.any(|gate| gate.status != Status::Pass) {
        // No gate at all means that nothing was measured.
        Verdict::GoWithCaveats
    } else {
        Verdict::Go
    }
}

/// The gates that did not pass, heaviest first, one sentence each; empty when all passed.
pub fn reasons(gates: &[Gate]) -> Vec<String> {
    open(gates).into_iter().map(sentences::gate).collect()
}

/// Is it a blocking gate that failed?
pub fn blocks(gate: &Gate) -> bool {
    gate.blocking && gate.status == Status::Fail
}

/// The counted gates that did not pass: blocking fails, other fails, caveats, not measured; blocking
/// ones first within each, then in the order given.
pub fn open(gates: &[Gate]) -> Vec<&Gate> {
    let mut open: Vec<&Gate> = gates.iter().filter(|gate| counts(gate) && gate.status != Status::Pass).collect();
    open.sort_by_key(|gate| {
        let heaviness = match gate.status {
            Status::Fail if gate.blocking => 0,
            Status::Fail => 1,
            Status::Caveat => 2,
            Status::NotMeasured => 3,
            Status::Pass => 4,
        };
        (heaviness, !gate.blocking)
    });
    open
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{passing, world};
    use super::super::gates;
    use super::*;
    use crate::stats::measured::Measured;

    fn with(id: &str, status: Status, blocking: bool) -> Vec<Gate> {
        let mut gates = vec![passing("volume", 1_000.0, true), passing(id, 0.5, blocking)];
        gates[1].status = status;
        gates
    }

    #[test]
    fn one_blocking_fail_is_no_go_whatever_else_passed() {
        assert_eq!(verdict(&with("reliability", Status::Fail, true)), Verdict::NoGo);
        assert_eq!(verdict(&with("confidence", Status::Fail, false)), Verdict::GoWithCaveats);
    }

    #[test]
    fn not_measured_is_never_a_pass() {
        for blocking in [true, false] {
            assert_eq!(verdict(&with("out_of_time", Status::NotMeasured, blocking)), Verdict::GoWithCaveats);
            assert_eq!(verdict(&with("out_of_time", Status::Caveat, blocking)), Verdict::GoWithCaveats);
            assert_eq!(verdict(&with("out_of_time", Status::Pass, blocking)), Verdict::Go);
        }
        assert_eq!(verdict(&[]), Verdict::GoWithCaveats);
    }

    #[test]
    fn information_does_not_weigh_but_b_does() {
        for status in [Status::Fail, Status::Caveat, Status::NotMeasured] {
            assert_eq!(verdict(&with("sparsity", status, false)), Verdict::Go);
            assert_eq!(verdict(&with("stability_a", status, false)), Verdict::Go);
            assert_eq!(verdict(&with("stability_b", status, false)), Verdict::GoWithCaveats);
        }
    }

    #[test]
    fn a_clean_extract_is_a_go_and_a_missing_part_is_not() {
        let mut world = world();
        let gates = gates::all(&world.evidence());
        assert_eq!(gates.len(), 14);
        assert_eq!(verdict(&gates), Verdict::Go, "{:?}", reasons(&gates));
        assert!(reasons(&gates).is_empty());
        world.validation = Measured::absent("quick", "full");
        let gates = gates::all(&world.evidence());
        assert_eq!(verdict(&gates), Verdict::GoWithCaveats);
        assert!(gates::find(&gates, "reliability").unwrap().status == Status::NotMeasured);
        // A readiness gate that never came is not measured either.
        world.gates.retain(|gate| gate.id != "depth");
        let gates = gates::all(&world.evidence());
        assert!(gates::find(&gates, "depth").unwrap().status == Status::NotMeasured);
    }

    #[test]
    fn heaviest_first() {
        let mut gates = with("reliability", Status::Fail, true);
        gates.insert(0, {
            let mut g = passing("confidence", 0.1, false);
            g.status = Status::Fail;
            g
        });
        gates.insert(0, {
            let mut g = passing("migration", 0.5, false);
            g.status = Status::Caveat;
            g
        });
        let ids: Vec<&str> = open(&gates).iter().map(|gate| gate.id.as_str()).collect();
        assert_eq!(ids, ["reliability", "confidence", "migration"]);
        assert!(reasons(&gates)[0].contains("blocks"));
    }
}
