//! Every readiness gate of the project: what passes, what is a caveat, what fails.
//!
//! The gates that the order history alone can answer are judged in this room; the others where
//! their figures are computed (`decision`), by the same table.

use crate::stats::measured::Measured;

use super::findings::{Gate, Status};

/// Which way is better, and where the lines run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    /// Pass at or above the first, caveat at or above the second, else fail.
    AtLeast(f64, f64),
    /// Pass at or below the first, caveat at or below the second, else fail.
    AtMost(f64, f64),
    /// Pass at or above; below is a caveat, never a fail: the figure is descriptive.
    Descriptive(f64),
    /// Always passes once measured: the figure informs a choice.
    Information,
}

/// What is fixed about a gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    /// Stable id.
    pub id: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// The lines.
    pub bounds: Bounds,
    /// Does a fail alone make the verdict NO-GO?
    pub blocking: bool,
    /// Where the lines come from.
    pub basis: &'static str,
}

/// All gates, in the order in which they are shown. Lines marked "judgement" are ours to defend:
/// change them here and nowhere else.
pub static SPECS: [Spec; 14] = [
    Spec {
        id: "integrity",
        title: "Rows with broken keys, broken joins or missing gaps",
        bounds: Bounds::AtMost(0.01, 0.05),
        blocking: true,
        basis: "judgement",
    },
    Spec {
        id: "volume",
        title: "Qualified customers",
        // Re-estimated in a random sample of 500 or more, medians move about 4% of the customers.
        bounds: Bounds::AtLeast(1_000.0, 500.0),
        blocking: true,
        basis: "canonical; caveat by the share of customers that re-estimated thresholds move",
    },
    Spec {
        id: "depth",
        title: "Customers with enough orders",
        bounds: Bounds::AtLeast(0.70, 0.50),
        blocking: true,
        basis: "canonical",
    },
    Spec {
        id: "stability_a",
        title: "Customers whose gaps vary less than their mean (cv < 1)",
        bounds: Bounds::Descriptive(0.70),
        blocking: false,
        basis: "canonical; descriptive, since a cap on gaps makes many customers pass by arithmetic",
    },
    Spec {
        id: "stability_b",
        title: "Customers whose late gaps stay within 25% of their early ones",
        bounds: Bounds::Descriptive(0.50),
        blocking: false,
        basis: "canonical; descriptive, since it mostly measures the length of the history",
    },
    Spec {
        id: "stability_b_prime",
        title: "Early-to-late change of the gaps, against the same gaps in random order",
        bounds: Bounds::AtMost(1.25, 1.5),
        blocking: false,
        basis: "judgement",
    },
    Spec {
        id: "reliability",
        title: "Reliability of the weaker of the two scores",
        bounds: Bounds::AtLeast(0.80, 0.70),
        blocking: true,
        basis: "repeat rate of a median split at that reliability",
    },
    Spec {
        id: "confidence",
        title: "Customers whose segment is at least 80% certain",
        bounds: Bounds::AtLeast(0.60, 0.40),
        blocking: false,
        basis: "judgement",
    },
    Spec {
        id: "cap_mass",
        title: "Gaps that equal the largest gap in the data (a cap)",
        bounds: Bounds::AtMost(0.10, 0.30),
        blocking: false,
        basis: "judgement",
    },
    Spec {
        id: "tie_mass",
        title: "Customers who stand exactly on a threshold",
        bounds: Bounds::AtMost(0.01, 0.05),
        blocking: false,
        basis: "judgement",
    },
    Spec {
        id: "smallest_segment",
        title: "Share of the smallest segment",
        bounds: Bounds::AtLeast(0.05, 0.0),
        blocking: false,
        basis: "canonical",
    },
    Spec {
        id: "out_of_time",
        title: "Later behaviour that the segments explain (omega squared, lower limit)",
        bounds: Bounds::AtLeast(0.06, 0.01),
        blocking: true,
        basis: "Field's bands",
    },
    Spec {
        id: "migration",
        title: "Agreement of earlier and later segment (kappa)",
        bounds: Bounds::AtLeast(0.6, 0.4),
        blocking: false,
        basis: "Landis-Koch",
    },
    Spec {
        id: "sparsity",
        title: "Share of the catalogue that the median customer has bought",
        bounds: Bounds::Information,
        blocking: false,
        basis: "canonical diagnosis: below 0.01, read behaviour by category and not by product",
    },
];

/// The gate of this id.
pub fn spec(id: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.id == id)
}

impl Bounds {
    /// Status of a measured value.
    pub fn status(self, value: f64) -> Status {
        let (pass, caveat) = match self {
            Self::AtLeast(pass, caveat) => (value >= pass, value >= caveat),
            Self::AtMost(pass, caveat) => (value <= pass, value <= caveat),
            Self::Descriptive(pass) => (value >= pass, true),
            Self::Information => (true, true),
        };
        match (pass, caveat) {
            (true, _) => Status::Pass,
            (false, true) => Status::Caveat,
            (false, false) => Status::Fail,
        }
    }

    /// The rules for a pass and a caveat, in symbols.
    fn rules(self) -> (String, String) {
        match self {
            Self::AtLeast(pass, caveat) => (format!(">= {pass}"), format!(">= {caveat}")),
            Self::AtMost(pass, caveat) => (format!("<= {pass}"), format!("<= {caveat}")),
            Self::Descriptive(pass) => (format!(">= {pass}"), format!("< {pass}")),
            Self::Information => ("information only".to_owned(), String::new()),
        }
    }
}

impl Spec {
    /// The gate with its value judged; an absent value is never a pass.
    pub fn judge(&self, value: Measured<f64>, note: impl Into<String>) -> Gate {
        let status = value.value().map_or(Status::NotMeasured, |&value| self.bounds.status(value));
        let (pass, caveat) = self.bounds.rules();
        Gate {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            value,
            pass,
            caveat,
            status,
            blocking: self.blocking,
            basis: self.basis.to_owned(),
            note: note.into(),
        }
    }
}

/// Judges gate `id` of [`SPECS`].
pub(super) fn judge(id: &'static str, value: Measured<f64>, note: impl Into<String>) -> Option<Gate> {
    spec(id).map(|spec| spec.judge(value, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_belong_to_the_better_side() {
        let depth = spec("depth").unwrap();
        let status = |value| depth.judge(Measured::Value(value), "").status;
        assert_eq!([status(0.7), status(0.5), status(0.499)], [Status::Pass, Status::Caveat, Status::Fail]);
        let cap = spec("cap_mass").unwrap();
        let status = |value| cap.judge(Measured::Value(value), "").status;
        assert_eq!([status(0.1), status(0.3), status(0.301)], [Status::Pass, Status::Caveat, Status::Fail]);
    }

    #[test]
    fn not_measured_never_passes() {
        for spec in &SPECS {
            let gate = spec.judge(Measured::absent("no data", "data"), "");
            assert_eq!(gate.status, Status::NotMeasured, "{}", spec.id);
            assert!(!gate.pass.is_empty());
        }
    }

    #[test]
    fn descriptive_gates_do_not_fail() {
        for id in ["stability_a", "stability_b"] {
            assert_eq!(spec(id).unwrap().judge(Measured::Value(0.0), "").status, Status::Caveat);
        }
    }

    #[test]
    fn blocking_gates_are_the_published_five() {
        let blocking: Vec<&str> = SPECS.iter().filter(|spec| spec.blocking).map(|spec| spec.id).collect();
        assert_eq!(blocking, ["integrity", "volume", "depth", "reliability", "out_of_time"]);
    }
}
