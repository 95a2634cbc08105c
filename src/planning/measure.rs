//! Baselines for experiments, measured from the order history.
//!
//! With dates: the last 30 days of the extract stand for an experiment's outcome window, the 30 days before them for the
//! covariate, and segments are drawn from the orders before the window, as they would be before randomising. Customers
//! who stay away count.
//!
//! Without dates nobody's absence can be seen: a customer's clock starts at an order, and the outcome lies in the next
//! [`LAST_ORDERS`] orders. What needs a calendar (orders per month, activity) is then not measured.

use crate::extract::history::OrderHistory;
use crate::extract::ids::Ids;
use crate::pace::{Cancelled, Pace};
use crate::report::figures::integer;
use crate::segments::findings::Segment;
use crate::segments::parted::parted;
use crate::segments::thresholds::TypedThresholds;
use crate::stats::correlation::pearson;
use crate::stats::describe::{mean, std};
use crate::stats::measured::Measured;
use crate::stats::normal;
use crate::stats::quantile::quantile;
use crate::stats::rng::Rng;
use crate::validation::cut::Window;
use crate::validation::timeline::{Cut, LAST_ORDERS, Timeline, period};
use crate::validation::window_scores::{WindowScores, line_counts, window_scores};

use super::assignment::{Arm, arm};
use super::findings::{AaCheck, Cell, Enrolment, Measure, Scale, Summaries};
use super::readout::aa_acceptance;

/// Days of the outcome window where there is a calendar: the 30-day KPIs of the canonical plan.
pub const OUTCOME_DAYS: i32 = 30;
/// Weeks of enrolment that are looked at.
const WEEKS: usize = 12;
/// Below this many customers a spread says too little to plan by.
pub const MIN_CUSTOMERS: u64 = 30;
/// Splits of the A/A check, and the most customers it splits.
const AA_SPLITS: u64 = 1_000;
const AA_CUSTOMERS: usize = 500;

/// What is measured.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The order history; `None` at customer level.
    pub history: Option<&'a OrderHistory>,
    /// Ids of all customers of the extract, as the history orders them.
    pub ids: &'a Ids,
    /// Customers in a segment now (index in the history) and their segments.
    pub customers: &'a [u32],
    /// Their segments.
    pub labels: &'a [Segment],
    /// The minimum number of orders.
    pub min_orders: u32,
    /// Thresholds typed in.
    pub typed: TypedThresholds,
    /// Seed of the run.
    pub seed: u64,
}

/// KPI values of the customers of one window.
struct Outcomes<'a> {
    history: &'a OrderHistory,
    window: Window,
}

impl Outcomes<'_> {
    fn orders(&self, c: u32) -> std::ops::Range<usize> {
        self.window.orders_of(c as usize)
    }

    fn count(&self, c: u32) -> f64 {
        self.orders(c).len() as f64
    }

    fn returned(&self, c: u32) -> f64 {
        f64::from(u8::from(!self.orders(c).is_empty()))
    }

    fn inactive(&self, c: u32) -> f64 {
        1.0 - self.returned(c)
    }

    fn lines(&self, c: u32) -> f64 {
        f64::from(line_counts(self.history, self.orders(c)).1)
    }

    fn reordered(&self, c: u32) -> f64 {
        f64::from(line_counts(self.history, self.orders(c)).0)
    }

    fn reordered_any(&self, c: u32) -> f64 {
        f64::from(u8::from(self.reordered(c) > 0.0))
    }

    fn spend(&self, c: u32) -> f64 {
        self.history.amount.as_ref().map_or(f64::NAN, |amount| self.orders(c).map(|o| amount[o]).sum())
    }

    /// Days from the order before the window to its first order.
    fn first_gap(&self, c: u32) -> f64 {
        let orders = self.orders(c);
        if orders.is_empty() { f64::NAN } else { self.history.days_since_prior[orders.start] }
    }

    fn days_to_last(&self, c: u32) -> f64 {
        self.orders(c).map(|o| self.history.days_since_prior[o]).sum()
    }
}

type Value = fn(&Outcomes<'_>, u32) -> f64;

/// What a KPI is called and how it is told from a window.
struct Kind {
    kpi: &'static str,
    scale: Scale,
    unit: &'static str,
    higher_is_better: bool,
    value: Value,
}

const fn kind(kpi: &'static str, scale: Scale, unit: &'static str, value: Value) -> Kind {
    Kind { kpi, scale, unit, higher_is_better: true, value }
}

/// KPIs over 30 calendar days.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the methods are of one lifetime, the pointers of all")]
const BY_CALENDAR: [Kind; 7] = [
    kind("revenue_30d", Scale::Mean, "money per customer in 30 days", |o, c| o.spend(c)),
    kind("lines_30d", Scale::Mean, "order lines per customer in 30 days", |o, c| o.lines(c)),
    kind("reordered_30d", Scale::Proportion, "share of customers who reorder a product within 30 days", |o, c| {
        o.reordered_any(c)
    }),
    kind("reordered_lines_30d", Scale::Mean, "reordered lines per customer in 30 days", |o, c| o.reordered(c)),
    kind("orders_30d", Scale::Rate, "orders per customer in 30 days", |o, c| o.count(c)),
    kind("returned_30d", Scale::Proportion, "share of customers who order within 30 days", |o, c| o.returned(c)),
    Kind {
        higher_is_better: false,
        ..kind("inactive_30d", Scale::Proportion, "share of customers without an order in 30 days", |o, c| {
            o.inactive(c)
        })
    },
];

/// KPIs over the next orders, where there is no calendar.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the methods are of one lifetime, the pointers of all")]
const BY_ORDERS: [Kind; 5] = [
    kind("revenue_next_orders", Scale::Mean, "money per customer in the next two orders", |o, c| o.spend(c)),
    kind("lines_next_orders", Scale::Mean, "order lines per customer in the next two orders", |o, c| o.lines(c)),
    kind(
        "reordered_next_orders",
        Scale::Proportion,
        "share of customers who reorder a product in the next two orders",
        |o, c| o.reordered_any(c),
    ),
    kind("reordered_lines_next_orders", Scale::Mean, "reordered lines per customer in the next two orders", |o, c| {
        o.reordered(c)
    }),
    Kind {
        higher_is_better: false,
        ..kind("days_to_next_order", Scale::Mean, "days until the next order", |o, c| o.first_gap(c))
    },
];

/// Measures everything that a plan rests on.
///
/// # Errors
/// [`Cancelled`].
pub async fn measure(subject: &Subject<'_>, pace: &Pace) -> Result<Measured<Summaries>, Cancelled> {
    let Some(history) = subject.history else {
        return Ok(no_orders());
    };
    let dated = period(history);
    let cut = cut(dated);
    let timeline = Timeline::at(history, cut);
    let scores = window_scores(history, &timeline.before, subject.min_orders, &pace.part(0, 1, 3)).await?;
    let labels = match scores.segment(subject.typed) {
        Some((labels, _)) if scores.len() as u64 >= MIN_CUSTOMERS => labels,
        _ => return Ok(too_few(scores.len(), subject.min_orders)),
    };
    let earlier = timeline.earlier(history);
    let now = Outcomes { history, window: timeline.after };
    let prior = Outcomes { history, window: earlier.after };
    let kinds = kinds(dated.is_some());
    let mut measures = Vec::with_capacity(kinds.len());
    let wait = outcome_days(&now, &scores.customers, dated.is_some());
    let customers = parted(scores.customers.iter().copied(), &labels);
    for (i, kind) in kinds.iter().enumerate() {
        pace.part(1, 2, 3).tick(i as u64, kinds.len() as u64).await?;
        measures.extend(of_kind(kind, &now, &prior, &customers, wait));
    }
    let enrolment = enrolment(history, subject, dated.map(|(_, end)| end));
    let pace = pace.part(2, 3, 3);
    let aa = aa_check(subject, kinds, &now, &scores.customers, &pace).await?;
    Ok(Measured::Value(Summaries {
        basis: basis(dated.is_some()).to_owned(),
        description: description(cut, scores.len()),
        measures,
        enrolment,
        aa,
    }))
}

/// Where the outcome begins.
fn cut(dated: Option<(i32, i32)>) -> Cut {
    match dated {
        Some((_, end)) => Cut::Calendar { last_day: end - OUTCOME_DAYS, horizon: OUTCOME_DAYS },
        None => Cut::PerCustomer { skipped: 0 },
    }
}

/// Why a customer-level file has no baselines.
pub fn no_orders<T>() -> Measured<T> {
    Measured::absent(
        "the file has one row per customer and no orders, so that no KPI has a baseline or a spread over time",
        "the orders and order lines behind the customer-level file",
    )
}

fn too_few<T>(customers: usize, min_orders: u32) -> Measured<T> {
    Measured::absent(
        format!(
            "{customers} customers have {min_orders} orders before the period that would be an experiment's outcome"
        ),
        "longer histories",
    )
}

/// The KPIs of every customer, kept so that the baselines of other segments can be had at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Baselines {
    scores: WindowScores,
    /// The thresholds of the window's own customers where none are typed in.
    medians: (f64, f64),
    dated: bool,
    description: String,
    /// One column per kind of the basis, one value per customer of `scores`.
    values: Vec<Vec<f64>>,
    wait: f64,
}

impl Baselines {
    /// Of a history; absent where [`measure`] is.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub async fn of(history: &OrderHistory, min_orders: u32, pace: &Pace) -> Result<Measured<Self>, Cancelled> {
        let dated = period(history);
        let timeline = Timeline::at(history, cut(dated));
        let scores = window_scores(history, &timeline.before, min_orders, &pace.part(0, 1, 2)).await?;
        let (Some((_, medians)), true) =
            (scores.segment(TypedThresholds::default()), scores.len() as u64 >= MIN_CUSTOMERS)
        else {
            return Ok(too_few(scores.len(), min_orders));
        };
        let now = Outcomes { history, window: timeline.after };
        let kinds = kinds(dated.is_some());
        let mut values = Vec::with_capacity(kinds.len());
        for (i, kind) in kinds.iter().enumerate() {
            pace.part(1, 2, 2).tick(i as u64, kinds.len() as u64).await?;
            values.push(scores.customers.iter().map(|&c| (kind.value)(&now, c)).collect());
        }
        let wait = outcome_days(&now, &scores.customers, dated.is_some());
        let description = description(cut(dated), scores.len());
        Ok(Measured::Value(Self { scores, medians, dated: dated.is_some(), description, values, wait }))
    }

    /// The baselines of the segments at these thresholds: as [`measure`] finds them, without what only a plan needs
    /// (covariate, enrolment, A/A check).
    pub fn summaries(&self, typed: TypedThresholds) -> Summaries {
        let (frequency, loyalty) = self.medians;
        let labels = self.scores.segment_at((typed.frequency.unwrap_or(frequency), typed.loyalty.unwrap_or(loyalty)));
        const UNTRIED: (&str, &str) = ("not looked at while thresholds are tried", "a run with these thresholds");
        let measures = kinds(self.dated).iter().zip(&self.values).filter_map(|(kind, values)| {
            let own = parted(values.iter().copied(), &labels);
            let cells = Segment::ALL.into_iter().zip(own).filter_map(|(segment, mut y)| {
                y.retain(|y| y.is_finite());
                cell(segment, &y, Measured::absent(UNTRIED.0, UNTRIED.1))
            });
            measure_of(kind, cells.collect(), self.wait)
        });
        Summaries {
            basis: basis(self.dated).to_owned(),
            description: self.description.clone(),
            measures: measures.collect(),
            enrolment: Vec::new(),
            aa: Measured::absent(UNTRIED.0, UNTRIED.1),
        }
    }
}

fn kinds(dated: bool) -> &'static [Kind] {
    if dated { &BY_CALENDAR } else { &BY_ORDERS }
}

fn basis(dated: bool) -> &'static str {
    if dated { "calendar" } else { "orders" }
}

/// One segment's baseline; `None` if it cannot be told.
fn cell(segment: Segment, y: &[f64], rho: Measured<f64>) -> Option<Cell> {
    let (mean, sd) = (mean(y)?, std(y, 1)?);
    let found = Cell { segment: segment.name().to_owned(), customers: y.len() as u64, mean, sd, rho };
    (mean.is_finite() && sd.is_finite()).then_some(found)
}

/// A KPI with its cells, if it has any.
fn measure_of(kind: &Kind, cells: Vec<Cell>, wait: f64) -> Option<Measure> {
    (!cells.is_empty()).then(|| Measure {
        kpi: kind.kpi.to_owned(),
        scale: kind.scale,
        unit: kind.unit.to_owned(),
        higher_is_better: kind.higher_is_better,
        outcome_days: wait,
        cells,
    })
}

fn description(cut: Cut, customers: usize) -> String {
    match cut {
        Cut::Calendar { last_day, horizon } => format!(
            "{} customers in the segments of {}, followed over the {horizon} days after it; the {horizon} days before \
             are the covariate.",
            integer(customers as u64),
            crate::validation::timeline::iso_date(last_day)
        ),
        Cut::PerCustomer { .. } => format!(
            "The extract has no dates over a long enough period. {} customers in the segments of all but their \
             last {LAST_ORDERS} orders, followed over those {LAST_ORDERS}; the {LAST_ORDERS} before are the covariate. \
             Customers who never came back are not seen, so these baselines are those of customers who do.",
            integer(customers as u64)
        ),
    }
}

/// Days until an outcome is known: the window, or without dates what nine customers in ten take for the orders in it.
fn outcome_days(now: &Outcomes<'_>, customers: &[u32], dated: bool) -> f64 {
    if dated {
        return f64::from(OUTCOME_DAYS);
    }
    let days: Vec<f64> = customers.iter().map(|&c| now.days_to_last(c)).filter(|days| days.is_finite()).collect();
    quantile(&days, 0.9).map_or(f64::from(OUTCOME_DAYS), f64::ceil)
}

fn of_kind(
    kind: &Kind,
    now: &Outcomes<'_>,
    prior: &Outcomes<'_>,
    customers: &[Vec<u32>; 4],
    wait: f64,
) -> Option<Measure> {
    let cells: Vec<Cell> = Segment::ALL
        .into_iter()
        .zip(customers)
        .filter_map(|(segment, own)| {
            let pairs: Vec<(f64, f64)> = own
                .iter()
                .map(|&c| ((kind.value)(now, c), (kind.value)(prior, c)))
                .filter(|(y, _)| y.is_finite())
                .collect();
            let y: Vec<f64> = pairs.iter().map(|(y, _)| *y).collect();
            let known: Vec<(f64, f64)> = pairs.into_iter().filter(|(_, x)| x.is_finite()).collect();
            let (after, before): (Vec<f64>, Vec<f64>) = known.into_iter().unzip();
            let rho = pearson(&before, &after).filter(|rho| rho.is_finite() && after.len() as u64 >= MIN_CUSTOMERS);
            let rho = rho.map_or_else(
                || Measured::absent("too few customers, or no variation, in the period before", "more customers"),
                Measured::Value,
            );
            cell(segment, &y, rho)
        })
        .collect();
    measure_of(kind, cells, wait)
}

/// Different customers of each segment with an order within so many weeks.
///
/// With dates: counted over the last weeks of the extract. Without: expected from each customer's own gaps, for a start
/// at a random moment, `sum of min(gap, t) / sum of gaps` (the renewal process's forward recurrence time; Cox 1962,
/// *Renewal Theory*, chapter 5); a cap on gaps makes that an upper limit.
fn enrolment(history: &OrderHistory, subject: &Subject<'_>, end: Option<i32>) -> Vec<Enrolment> {
    let mut counts = [0_u64; 4];
    let mut by_week = [[0.0; WEEKS]; 4];
    for (&c, &label) in subject.customers.iter().zip(subject.labels) {
        let at = label as usize;
        counts[at] += 1;
        let orders = history.orders_of(c as usize);
        if let (Some(end), Some(days)) = (end, &history.day) {
            let seen = days[orders].iter().copied().filter(|&day| day <= end).max();
            let Some(last) = seen else { continue };
            for (week, slot) in by_week[at].iter_mut().enumerate() {
                *slot += f64::from(u8::from(end - last < 7 * (week as i32 + 1)));
            }
        } else {
            let gaps = history.days_since_prior[orders].iter().copied().filter(|gap| gap.is_finite() && *gap > 0.0);
            let (mut total, mut reached) = (0.0, [0.0; WEEKS]);
            for gap in gaps {
                total += gap;
                for (week, slot) in reached.iter_mut().enumerate() {
                    *slot += gap.min(7.0 * (week as f64 + 1.0));
                }
            }
            for (slot, reached) in by_week[at].iter_mut().zip(reached) {
                *slot += if total > 0.0 { reached / total } else { 1.0 };
            }
        }
    }
    Segment::ALL
        .into_iter()
        .map(|segment| Enrolment {
            segment: segment.name().to_owned(),
            customers: counts[segment as usize],
            by_week: by_week[segment as usize].iter().map(|n| n.floor()).collect(),
        })
        .collect()
}

/// Splits customers who were all treated alike by the very hash that will assign them.
async fn aa_check(
    subject: &Subject<'_>,
    kinds: &[Kind],
    now: &Outcomes<'_>,
    customers: &[u32],
    pace: &Pace,
) -> Result<Measured<AaCheck>, Cancelled> {
    let all: Vec<f64> = customers.iter().map(|&c| now.lines(c)).collect();
    let Some(kind) =
        kinds.iter().find(|kind| kind.kpi.starts_with("lines")).filter(|_| std(&all, 1).is_some_and(|sd| sd > 0.0))
    else {
        return Ok(Measured::absent("no KPI varies between customers", "more customers"));
    };
    let mut rng = Rng::stream(subject.seed, "aa check");
    let mut chosen = rng.sample(customers.len(), AA_CUSTOMERS.min(customers.len()));
    chosen.sort_unstable();
    let values: Vec<f64> = chosen.iter().map(|&i| all[i]).collect();
    let ids: Vec<String> = chosen.iter().map(|&i| subject.ids.text(customers[i] as usize)).collect();
    let mut rejections = 0;
    for split in 0..AA_SPLITS {
        if split.is_multiple_of(50) {
            pace.tick(split, AA_SPLITS).await?;
        }
        let seed = format!("aa-{split}");
        // Count, sum and sum of squares per arm.
        let mut arms = [[0.0_f64; 3]; 2];
        for (id, &value) in ids.iter().zip(&values) {
            let sums = &mut arms[usize::from(arm(&seed, id, 0.5) == Arm::Treatment)];
            sums[0] += 1.0;
            sums[1] += value;
            sums[2] += value * value;
        }
        let variance_of_mean = |[n, sum, squares]: [f64; 3]| (squares - sum * sum / n).max(0.0) / (n - 1.0) / n;
        if arms.iter().all(|arm| arm[0] >= 2.0) {
            let error = (variance_of_mean(arms[0]) + variance_of_mean(arms[1])).sqrt();
            let difference = arms[1][1] / arms[1][0] - arms[0][1] / arms[0][0];
            rejections += u64::from(error > 0.0 && normal::two_sided_p(difference / error) < 0.05);
        }
    }
    Ok(match aa_acceptance(AA_SPLITS, 0.05) {
        Some((low, high)) => Measured::Value(AaCheck {
            splits: AA_SPLITS,
            rejections,
            low,
            high,
            customers: values.len() as u64,
            kpi: kind.kpi.to_owned(),
        }),
        None => Measured::absent("the range that chance explains could not be computed", ""),
    })
}
