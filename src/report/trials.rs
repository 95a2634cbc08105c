//! The experiments in words: one field per number of the plan.

use super::document::{Table, Text};
use super::facts::why;
use super::figure::{Figure, Style};
use super::template::{Field, Fields};
use super::{evidence, figures, tables, wording};
use crate::pipeline::outcome::Results;
use crate::planning::findings::{Cell, Experiment, PlanningFindings, Scale};
use crate::planning::plan::ASSUMED_OPT_OUT;
use crate::planning::readout::SRM_ALARM;
use crate::segments::findings::Segment;
use crate::stats::measured::Measured;
use crate::stats::normal;

/// Segments that share the family-wise error.
const FAMILY: f64 = 4.0;

/// How a KPI is set: shares in percent, everything else with three digits.
fn style(scale: &Measured<Scale>) -> Style {
    if scale.value() == Some(&Scale::Proportion) { Style::Percent(1) } else { Style::Mean }
}

/// Fields of one segment's experiment.
pub fn trial(results: &Results, segment: Segment, fields: &mut Fields) {
    let found = &results.planning;
    let Some((i, one)) = found.experiments.iter().enumerate().find(|(_, one)| one.segment == segment.name()) else {
        return;
    };
    let path = |name: &str| format!("planning.experiments[{i}].{name}");
    fields.set("segment", Field::Text(segment.into()));
    for slug in Segment::ALL.map(Segment::slug) {
        fields.flag(slug, slug == segment.slug());
    }
    fields.figure(
        "here",
        Some(Figure::new(one.customers as f64, Style::Integer, path("customers"), "customers in the segment")),
    );
    fields.flag(&format!("status_{}", one.status), true);
    // Known without orders too, where a customer-level file brings it.
    fields.figure("variety", variety(results, segment));
    if let Some(missing) = one.baseline.missing() {
        fields.set("why_not", why(&missing.reason, path("baseline.reason")));
        if !missing.needs.is_empty() {
            fields.set("needs", why(&missing.needs, path("baseline.needs")));
        }
        return;
    }
    fields.set("kpi", Field::Quoted(wording::kpi(&one.kpi), path("kpi")));
    let unit = style(&one.scale);
    let effect = if unit == Style::Mean { Style::Mean } else { Style::Points };
    let n = one.measured_customers;
    let measured = Figure::new(n as f64, Style::Integer, path("measured_customers"), "customers with the measure");
    fields.figure("measured", Some(measured));
    if let Some(noun) = prize_noun(&one.kpi) {
        fields.words("prize_noun", noun);
    }
    let mut put = |name: &str, value: &Measured<f64>, style: Style, field: &str, formula: &str| {
        fields.figure(name, value.value().map(|value| Figure::new(*value, style, path(field), formula).over(n)));
    };
    put("baseline", &one.baseline, unit, "baseline", "mean over customers");
    // A judgement on a baseline needs to know how firm it is.
    if let (Some(&mean), Some(&sd)) = (one.baseline.value(), one.sd.value()) {
        let half = normal::quantile(0.975) * sd / (n as f64).sqrt();
        let formula = "baseline ± z sd / √n, z the 97.5% point of the normal";
        put("baseline_low", &Measured::Value((mean - half).max(0.0)), unit, "baseline", formula);
        let most = if unit == Style::Mean { f64::INFINITY } else { 1.0 };
        put("baseline_high", &Measured::Value((mean + half).min(most)), unit, "baseline", formula);
    }
    put("sd", &one.sd, Style::Mean, "sd", "standard deviation between customers, ddof 1");
    put("mde", &one.mde, effect, "mde", "smallest effect that all customers of the segment can show");
    put("treated", &one.per_arm, Style::Integer, "per_arm", formula(&one.scale));
    put("control", &one.control_arm, Style::Integer, "control_arm", formula(&one.scale));
    put("weeks", &one.weeks, Style::Integer, "weeks", "weeks to enrol + outcome window, rounded up");
    put("enrol_weeks", &one.enrol_weeks, Style::Integer, "enrol_weeks", "first week with enough different customers");
    put("times", &one.times_as_many, Style::Decimal(1), "times_as_many", "customers needed / customers there");
    put("rho", &one.rho, Style::Decimal(2), "rho", "correlation with the period before, inside the segment");
    put("treated_cuped", &one.per_arm_cuped, Style::Integer, "per_arm_cuped", "customers × (1 - rho²)");
    let saved = one.rho.value().map(|rho| rho * rho);
    fields
        .figure("cuped_gain", saved.map(|saved| Figure::new(saved, Style::PercentWhole, path("rho"), "rho²").over(n)));
    if let (Some(baseline), Some(target)) = (one.baseline.value(), one.target.value()) {
        let goal = if one.higher_is_better { baseline + target } else { baseline - target };
        fields.figure("goal", Some(Figure::new(goal, unit, path("target"), "baseline with the target effect").over(n)));
        let all = target * one.customers as f64;
        fields.flag("prize_days", !one.higher_is_better);
        let set =
            if one.scale.value() == Some(&Scale::Proportion) || all >= 100.0 { Style::Integer } else { Style::Mean };
        fields.figure(
            "prize",
            Some(
                Figure::new(all, set, path("target"), "target effect × customers of the segment, an assumption")
                    .over(one.customers),
            ),
        );
    }
    if let (Some(baseline), Some(mde)) = (one.baseline.value(), one.mde.value()) {
        let share = Figure::new(mde / baseline, Style::PercentWhole, path("mde"), "detectable effect / baseline");
        fields.figure("mde_share", Some(share.over(n)));
    }
    if let Some(other) = &one.pool_with {
        let other = Segment::ALL.into_iter().find(|segment| segment.name() == other);
        if let Some(other) = other {
            fields.set("partner", Field::Text(other.into()));
        }
    }
    fields.set("guardrail_table", Field::Table(guardrail_table(results, segment, i, one).from(path("guardrails"))));
    if let Some(summaries) = found.summaries.value()
        && let Some(measure) = summaries.measures.iter().find(|measure| measure.kpi == one.kpi)
    {
        let formula = "days until the outcome of a customer is known";
        let days = Figure::new(measure.outcome_days, Style::Integer, "planning.summaries.measures", formula);
        fields.figure("outcome_days", Some(days));
    }
}

/// What more of a KPI is, summed over customers.
fn prize_noun(kpi: &str) -> Option<&'static str> {
    Some(match kpi {
        "revenue_30d" | "revenue_next_orders" => "in extra spend",
        "lines_30d" | "lines_next_orders" => "more order lines",
        "reordered_lines_30d" | "reordered_lines_next_orders" => "more reordered lines",
        "orders_30d" => "more orders",
        "reordered_30d" | "returned_30d" | "reordered_next_orders" => "more customers",
        _ => return None,
    })
}

fn formula(scale: &Measured<Scale>) -> &'static str {
    match scale.value() {
        Some(Scale::Proportion) => {
            "{z₁₋α/₂ √[2 p̄q̄] + z_power √[p₁q₁ + p₂q₂]}² / δ² per arm, arms equal, then shared out"
        }
        Some(Scale::Mean) => "2 (z₁₋α/₂ + z_power)² σ² / δ² per arm, arms equal, then shared out",
        _ => "(z₁₋α/₂ + z_power)² (1/r₁ + 1/r₂ + 2κ) / ln²(r₁/r₂) per arm, arms equal, then shared out",
    }
}

fn guardrail_table(results: &Results, segment: Segment, i: usize, one: &Experiment) -> Table {
    let n = one.measured_customers;
    let mut table = Table::new(format!("What must not get worse for {}", segment.name()))
        .words("Guardrail")
        .words("Baseline")
        .numbers("Margin, points")
        .numbers("Per arm")
        .words("Enough customers");
    for (j, rail) in one.guardrails.iter().enumerate() {
        let path = |name: &str| format!("planning.experiments[{i}].guardrails[{j}].{name}");
        let baseline: Text = match rail.baseline.value() {
            Some(value) => {
                Figure::new(*value, Style::Percent(1), path("baseline"), "customers with it / all").over(n).into()
            }
            None if rail.name == "opt_out" => {
                let assumed =
                    Figure::new(ASSUMED_OPT_OUT, Style::Percent(0), path("name"), "a judgement, to be replaced");
                Text::new().figure(assumed).plain(" assumed: not in an order extract")
            }
            None => "not measured".into(),
        };
        let margin = Figure::new(
            rail.margin * 100.0,
            Style::Decimal(1),
            path("margin"),
            "largest worsening accepted (a judgement)",
        );
        let size = "(z₁₋α + z_power)² 2 p q / margin², power shared among the guardrails";
        table.row([
            Text::new().quoted(wording::capital(&wording::kpi(&rail.name)), path("name")),
            baseline,
            margin.into(),
            tables::cell(&rail.per_arm, Style::Integer, path("per_arm"), size, None),
            match rail.enough.value() {
                Some(true) => "yes",
                Some(false) => "no: report its interval, do not claim safety",
                None => "not measured",
            }
            .into(),
        ]);
    }
    let own = variety(results, segment).filter(|_| segment == Segment::FrequentExplorers);
    let baseline =
        own.map_or_else(|| "not in the extract".into(), |bits| Text::new().figure(bits).plain(" bits on average"));
    table.row([
        canonical_guardrail(segment).into(),
        baseline,
        "–".into(),
        "–".into(),
        "owner to add the margin".into(),
    ]);
    table
}

/// How varied the categories are that a segment's customers buy.
fn variety(results: &Results, segment: Segment) -> Option<Figure> {
    let at = results.segments.iter().position(|found| found.name == segment)?;
    let found = &results.segments[at];
    let bits = found.profile.get("aisle_entropy")?.value()?;
    let path = format!("segments[{at}].profile.aisle_entropy");
    Some(
        Figure::new(*bits, Style::Mean, path, "mean over its customers of -Σ p log2 p over categories")
            .over(found.count),
    )
}

/// The guardrail that the canonical plan names and an order extract does not hold.
fn canonical_guardrail(segment: Segment) -> &'static str {
    match segment {
        Segment::Champions => "Discount burn",
        Segment::FrequentExplorers => "Variety of the categories bought",
        Segment::LoyalOccasionals => "Complaints about contact",
        Segment::AtRisk => "Orders at a negative margin",
    }
}

/// Fields of the whole plan.
pub fn plan(results: &Results, fields: &mut Fields) {
    let found: &PlanningFindings = &results.planning;
    let design = found.design;
    let parameter = |value: f64, style: Style, name: &str, what: &str| {
        Some(Figure::new(value, style, format!("planning.design.{name}"), what))
    };
    fields.figure("alpha", parameter(design.alpha, Style::Decimal(2), "alpha", "family-wise, two-sided"));
    fields.figure("alpha_each", parameter(design.alpha / FAMILY, Style::Decimal(4), "alpha", "alpha / 4 (Bonferroni)"));
    fields.figure("power", parameter(design.power, Style::Percent(0), "power", "chance of finding the target effect"));
    let share = "share of a segment that is treated";
    fields.figure("treated_share", parameter(design.treatment_share, Style::Percent(0), "treatment_share", share));
    let effect = "smallest change worth acting on, over the baseline (a judgement)";
    fields.figure("relative_effect", parameter(design.relative_effect, Style::Percent(0), "relative_effect", effect));
    let guard = "one-sided, not shared: all guardrails must pass";
    fields.figure("alpha_guard", parameter(0.05, Style::Decimal(2), "guardrails", guard));
    let srm = "level of the sample ratio alarm (GrowthBook's default)";
    fields.figure("tail_srm", parameter(SRM_ALARM, Style::Decimal(3), "srm", srm));
    fields.set("readout_table", Field::Table(readout_table()));
    for wanted in ["powered", "pool_or_wait"] {
        fields.flag(&format!("any_{wanted}"), found.experiments.iter().any(|one| one.status == wanted));
    }
    fields.flag("any_partner", found.experiments.iter().any(|one| one.pool_with.is_some()));
    let of = |wanted: &str| {
        let names: Vec<Segment> = Segment::ALL
            .into_iter()
            .filter(|segment| found.experiments.iter().any(|one| one.segment == segment.name() && one.status == wanted))
            .collect();
        let mut text = Text::new();
        for (i, segment) in names.iter().enumerate() {
            let joint = if i == 0 {
                ""
            } else if i + 1 == names.len() {
                " and "
            } else {
                ", "
            };
            text = text.plain(joint).segment(*segment);
        }
        text
    };
    fields.set("powered_segments", Field::Text(of("powered")));
    fields.set("short_segments", Field::Text(of("pool_or_wait")));
    match &found.summaries {
        Measured::Value(summaries) => {
            fields.flag("planned", true);
            fields.flag("dated", summaries.basis == "calendar");
            let description = wording::sentence(&summaries.description);
            let of = |cells: &[Cell]| cells.iter().map(|cell| cell.customers).sum();
            let measured = summaries.measures.iter().map(|measure| of(&measure.cells)).max().unwrap_or(0);
            let basis = evidence::cut(&description, "planning.summaries.description", measured);
            fields.set("plan_basis", Field::Text(basis));
            fields.set("plan_table", Field::Table(plan_table(&found.experiments).from("planning.experiments")));
            fields.set("enrolment_table", Field::Table(enrolment_table(results).from("planning.summaries.enrolment")));
            if let Some(aa) = summaries.aa.value() {
                let path = "planning.summaries.aa";
                for (name, value, what) in [
                    ("aa_splits", aa.splits, "hash splits of customers who were all treated alike"),
                    ("aa_rejections", aa.rejections, "splits with p\u{a0}<\u{a0}.05 (Welch)"),
                    ("aa_low", aa.low, "2.5% point of the binomial"),
                    ("aa_high", aa.high, "97.5% point of the binomial"),
                ] {
                    fields.figure(name, Some(Figure::new(value as f64, Style::Integer, path, what).over(aa.customers)));
                }
                fields.flag("aa_fair", (aa.low..=aa.high).contains(&aa.rejections));
                fields.set("aa_kpi", Field::Quoted(wording::kpi(&aa.kpi), path.to_owned()));
            }
        }
        Measured::NotMeasured(missing) => {
            fields.set("plan_missing", why(&missing.reason, "planning.summaries.reason"));
            fields.set("plan_needs", why(&missing.needs, "planning.summaries.needs"));
        }
    }
}

fn plan_table(experiments: &[Experiment]) -> Table {
    let mut table = Table::new("One experiment per segment")
        .words("Segment")
        .words("Primary measure")
        .numbers("Baseline")
        .numbers("Customers")
        .numbers("Treated")
        .numbers("Control")
        .numbers("Detectable (of baseline)")
        .numbers("Weeks")
        .words("Status");
    for (i, one) in experiments.iter().enumerate() {
        let path = |name: &str| format!("planning.experiments[{i}].{name}");
        let n = Some(one.measured_customers);
        let Some(segment) = Segment::ALL.into_iter().find(|segment| segment.name() == one.segment) else { continue };
        let unit = style(&one.scale);
        let effect = if unit == Style::Mean { Style::Mean } else { Style::Points };
        let size = formula(&one.scale);
        let share = one.mde.value().zip(one.baseline.value()).map(|(mde, baseline)| mde / baseline);
        table.row([
            segment.into(),
            Text::new().quoted(wording::capital(&wording::kpi(&one.kpi)), path("kpi")),
            tables::cell(&one.baseline, unit, path("baseline"), "mean over customers", n),
            Figure::new(one.customers as f64, Style::Integer, path("customers"), "customers in the segment").into(),
            tables::cell(&one.per_arm, Style::Integer, path("per_arm"), size, n),
            tables::cell(&one.control_arm, Style::Integer, path("control_arm"), size, n),
            match (one.mde.value(), share) {
                (Some(mde), Some(share)) => {
                    let smallest = "smallest effect that all customers of the segment can show";
                    let share = Figure::new(share, Style::PercentWhole, path("mde"), "detectable effect / baseline");
                    let share = share.over(one.measured_customers);
                    Text::new()
                        .figure(Figure::new(*mde, effect, path("mde"), smallest).over(one.measured_customers))
                        .plain(" (")
                        .figure(share)
                        .plain(")")
                }
                _ => "–".into(),
            },
            tables::cell(
                &one.weeks,
                Style::Integer,
                path("weeks"),
                "weeks to enrol + outcome window, rounded up",
                None,
            ),
            match one.status.as_str() {
                "powered" => "can run",
                "pool_or_wait" if one.pool_with.is_some() => "pool or wait",
                "pool_or_wait" => "wait",
                _ => "not measured",
            }
            .into(),
        ]);
    }
    table
}

/// The form that a readout fills in.
fn readout_table() -> Table {
    let mut table = Table::new("Readout template, one row per segment")
        .words("Segment")
        .words("Treated, n and mean")
        .words("Control, n and mean")
        .words("Difference, 95% interval")
        .words("p after Holm")
        .words("Guardrails")
        .words("Decision");
    for segment in Segment::ALL {
        let blank = std::iter::repeat_with(|| Text::from("…")).take(6);
        table.row(std::iter::once(Text::from(segment)).chain(blank));
    }
    table
}

/// Weeks shown of the enrolment.
const WEEKS: [usize; 5] = [1, 2, 4, 8, 12];

fn enrolment_table(results: &Results) -> Table {
    let mut table =
        Table::new("Different customers with an order, by weeks of waiting").words("Segment").numbers("In the segment");
    for week in WEEKS {
        table = table.numbers(figures::counted(week as u64, "week", "weeks"));
    }
    if let Some(found) = results.planning.summaries.value() {
        for (i, row) in found.enrolment.iter().enumerate() {
            let Some(segment) = Segment::ALL.into_iter().find(|segment| segment.name() == row.segment) else {
                continue;
            };
            let path = |name: &str| format!("planning.summaries.enrolment[{i}].{name}");
            let weeks = WEEKS.into_iter().map(|week| match row.by_week.get(week - 1) {
                Some(reached) => {
                    let path = path(&format!("by_week[{}]", week - 1));
                    Figure::new(reached.trunc(), Style::Integer, path, "different customers with an order by then")
                        .into()
                }
                None => "–".into(),
            });
            let here = Figure::new(row.customers as f64, Style::Integer, path("customers"), "customers in the segment");
            let first: [Text; 2] = [segment.into(), here.into()];
            table.row(first.into_iter().chain(weeks));
        }
    }
    table
}
