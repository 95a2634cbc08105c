//! Why a baseline, or an extract beside it, cannot be used.

use crate::extract::schema::Role;

/// A baseline that cannot be read, or an extract that cannot be held against it. Nothing is scored in either case.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanningError {
    /// Not a baseline at all.
    #[error("the file is not a Quadrant baseline: {detail}")]
    NotBaseline {
        /// What is wrong with it.
        detail: String,
    },
    /// Written by a later version.
    #[error("the baseline has schema version {found}; this build reads versions up to {known}")]
    NewerSchema {
        /// Its version.
        found: u64,
        /// The newest that is known here.
        known: u32,
    },
    /// The content is not what was written.
    #[error("the baseline was changed after it was written: its hash is {found}, its content gives {computed}")]
    HashMismatch {
        /// What the file says.
        found: String,
        /// What its content gives.
        computed: String,
    },
    /// Scores of another definition cannot be compared.
    #[error("the baseline was made by the definitions \"{found}\"; this build scores by \"{known}\"")]
    OtherDefinitions {
        /// Its definitions.
        found: String,
        /// Ours.
        known: &'static str,
    },
    /// A customer-level file beside order files, or a star beside one wide file.
    #[error("the baseline was made from the layout \"{then}\", the extract has the layout \"{now}\"")]
    OtherLayout {
        /// Layout of the baseline.
        then: String,
        /// Layout of the extract.
        now: String,
    },
    /// A role that decides how scores are derived is played in one extract and not in the other.
    #[error("the baseline {} the role \"{}\", the extract {}", if *.then { "has" } else { "lacks" }, .role.title(), if *.then { "lacks it" } else { "has it" })]
    RoleDiffers {
        /// Role.
        role: Role,
        /// Did the baseline have it?
        then: bool,
    },
    /// Another column plays the role.
    #[error("the role \"{}\" was played by the column \"{then}\" in the baseline and is played by \"{now}\" now", .role.title())]
    OtherColumn {
        /// Role.
        role: Role,
        /// Column in the baseline.
        then: String,
        /// Column now.
        now: String,
    },
    /// Keys or categories of another kind.
    #[error("the column \"{column}\" (\"{}\") held {then} in the baseline and holds {now} now", .role.title())]
    OtherType {
        /// Role.
        role: Role,
        /// Column.
        column: String,
        /// Type in the baseline.
        then: String,
        /// Type now.
        now: String,
    },
    /// Instants on another clock.
    #[error("the days of \"{column}\" were those of {then} in the baseline and are those of {now} now")]
    OtherClock {
        /// Column.
        column: String,
        /// Zone in the baseline.
        then: String,
        /// Zone now.
        now: String,
    },
    /// Dates here, none there.
    #[error("the baseline {} and the extract {}", if *.then { "has dates" } else { "has no dates" }, if *.then { "has none" } else { "has them" })]
    DatesDiffer {
        /// Did the baseline have dates?
        then: bool,
    },
    /// The extract ends before the baseline does.
    #[error("the extract ends on {now}, before the baseline's own last day {then}: time runs backwards")]
    ReversedTime {
        /// Last day of the baseline.
        then: String,
        /// Last day of the extract.
        now: String,
    },
    /// The extract begins inside the baseline's period.
    #[error("the extract begins on {now}, inside the baseline's period {from} to {to}: the two share orders")]
    OverlappingTime {
        /// First day of the extract.
        now: String,
        /// First day of the baseline.
        from: String,
        /// Last day of the baseline.
        to: String,
    },
    /// Nobody to score or compare.
    #[error("no customer of the extract has {min_orders} orders, a known gap and an order line")]
    NobodyQualifies {
        /// The baseline's minimum.
        min_orders: u32,
    },
    /// A baseline needs thresholds.
    #[error("the run gave nobody a segment, so that there are no thresholds to freeze")]
    NothingToFreeze,
    /// The earlier assignments do not belong to this extract.
    #[error("the earlier assignments cannot be used: {detail}")]
    Previous {
        /// Why.
        detail: String,
    },
    /// An earlier drift file does not belong to this baseline.
    #[error("the earlier drift file cannot be used: {detail}")]
    Earlier {
        /// Why.
        detail: String,
    },
}

impl PlanningError {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotBaseline { .. } => "not_a_baseline",
            Self::NewerSchema { .. } => "baseline_newer_schema",
            Self::HashMismatch { .. } => "baseline_hash_mismatch",
            Self::OtherDefinitions { .. } => "baseline_other_definitions",
            Self::OtherLayout { .. } => "baseline_other_layout",
            Self::RoleDiffers { .. } | Self::OtherColumn { .. } => "baseline_other_mapping",
            Self::OtherType { .. } => "baseline_other_type",
            Self::OtherClock { .. } => "baseline_other_clock",
            Self::DatesDiffer { .. } => "baseline_dates_differ",
            Self::ReversedTime { .. } => "reversed_time",
            Self::OverlappingTime { .. } => "overlapping_time",
            Self::NobodyQualifies { .. } => "nobody_qualifies",
            Self::NothingToFreeze => "nothing_to_freeze",
            Self::Previous { .. } => "previous_assignments",
            Self::Earlier { .. } => "earlier_drift",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotBaseline { .. } => "give the baseline.json that an analysis wrote",
            Self::NewerSchema { .. } => "use the build that wrote the baseline, or a newer one",
            Self::HashMismatch { .. } => {
                "take the baseline from where the analysis wrote it; it is not made to be edited"
            }
            Self::OtherDefinitions { .. } => "analyze the reference extract again with this build and use its baseline",
            Self::OtherLayout { .. } => "give the same kind of files as the baseline was made from",
            Self::RoleDiffers { .. } => {
                "scores would be derived in another way: map the same roles, or analyze the reference extract again"
            }
            Self::OtherColumn { .. } => {
                "if the column was only renamed, say so with --mapping; else map the column of the baseline"
            }
            Self::OtherType { .. } => "export the column in the type that the baseline knows",
            Self::OtherClock { .. } => "export the timestamps for the zone of the baseline, or analyze anew",
            Self::DatesDiffer { .. } => "give extracts that both have order dates, or neither",
            Self::ReversedTime { .. } => "compare a later extract with an earlier baseline, not the other way round",
            Self::OverlappingTime { .. } => {
                "cut the extract to orders after the baseline's period; or, for rolling windows, pass --allow-overlap"
            }
            Self::NobodyQualifies { .. } => "give longer histories",
            Self::NothingToFreeze => "analyze an extract whose customers have enough orders",
            Self::Previous { .. } => {
                "give the assignments.parquet of an earlier analysis or scoring of these customers"
            }
            Self::Earlier { .. } => "give the drift.json of the window before, made with this baseline",
        }
    }
}
