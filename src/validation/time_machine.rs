//! The time machine: what scoring would have said at each month end, or after every few orders of each customer.
//!
//! At each step every customer is scored on the history up to then, at the thresholds of the whole extract: frozen, so
//! that movement is the customers' own. Loyalty grows with the history behind an order, so that some of the movement
//! upwards is arithmetic and no change of heart.
//!
//! Near a threshold a label flaps. The hysteresis band keeps a customer's side until the new one is as probable as
//! `CONFIDENT` by that customer's own errors (the errors of [`crate::segments::confidence`]).

use serde::{Deserialize, Serialize};

use super::timeline::iso_date;
use super::window_scores::STRIDE;
use crate::extract::history::{NO_DAY, OrderHistory};
use crate::pace::{Cancelled, Pace};
use crate::segments::confidence::side_probability;
use crate::segments::findings::Segment;
use crate::segments::scores::freq_score;
use crate::stats::measured::Measured;
use crate::stats::quantile;

/// Probability at which a new side is believed \[judgement\]: the limit from which a label is called confident.
const CONFIDENT: f64 = 0.8;
/// Steps at most; the latest are kept.
const MOST_STEPS: usize = 36;
/// Orders between two steps where there are no dates.
const EVERY: usize = 5;
/// Steps by orders at most.
const MOST_ORDER_STEPS: usize = 12;
/// Below this many steps, or customers seen twice, there is no story to tell.
const FEWEST_STEPS: usize = 3;
const FEWEST_CUSTOMERS: u64 = 30;
/// A move that is undone within so many steps was a flap.
const UNDONE_WITHIN: usize = 2;

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `2017-03-31`, or `10 orders`.
    pub label: String,
    /// Customers with a segment by then.
    pub customers: u64,
    /// Their shares, in contract order.
    pub shares: Vec<f64>,
}

/// How long customers stay in a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stay {
    /// The segment.
    pub segment: Segment,
    /// Share of its customers who are in it at the next step, too.
    pub stays: Measured<f64>,
    /// Mean length of a stay, steps; stays still under way count as long as they have been.
    pub mean_steps: Measured<f64>,
}

/// Who left At Risk again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// Customers who were At Risk at some step with a later one to be seen at.
    pub customers: u64,
    /// Of those, were in another segment later.
    pub came_back: u64,
    /// Their share.
    pub share: Measured<f64>,
    /// Median number of steps until then.
    pub median_steps: Measured<f64>,
}

/// Labels with a band against flapping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hysteresis {
    /// A side changes when the new one is at least this probable.
    pub probability: f64,
    /// Median half-width of the band on the frequency axis, days.
    pub band_days: Measured<f64>,
    /// Median half-width on the loyalty axis, as a share of lines.
    pub band_loyalty: Measured<f64>,
    /// Moves per customer and step, as the rule says.
    pub move_rate: f64,
    /// The same with the band.
    pub move_rate_with: f64,
    /// Moves undone within two steps, per customer and step, as the rule says.
    pub flap_rate: f64,
    /// The same with the band.
    pub flap_rate_with: f64,
    /// Customers whose last label the band holds back.
    pub held_share: f64,
}

/// results.json `validation.time_machine`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeMachine {
    /// `month_end` or `orders`.
    pub by: String,
    /// What the steps are and how to read them.
    pub description: String,
    /// The steps, oldest first.
    pub steps: Vec<Step>,
    /// Customers from one step to the next, all steps together: rows = before, columns = after, contract order.
    pub flow: Vec<Vec<u64>>,
    /// Time in segment, in contract order.
    pub stays: Vec<Stay>,
    /// At Risk and back.
    pub at_risk: Recovery,
    /// The band.
    pub hysteresis: Hysteresis,
}

/// Scores every customer at every step, at the thresholds `(frequency, loyalty)`.
pub async fn time_machine(
    history: &OrderHistory,
    cuts: (f64, f64),
    min_orders: u32,
    pace: &Pace,
) -> Result<Measured<TimeMachine>, Cancelled> {
    let clock = Clock::of(history, min_orders);
    let steps = clock.labels();
    if steps.len() < FEWEST_STEPS {
        return Ok(Measured::absent(
            format!("the extract gives {} steps; {FEWEST_STEPS} are needed", steps.len()),
            "order dates over several months, or longer histories",
        ));
    }
    let mut tally = Tally::new(steps.len());
    let customers = history.customer_count();
    let mut seen = Vec::with_capacity(steps.len());
    for c in 0..customers {
        if c.is_multiple_of(STRIDE) {
            pace.tick(c as u64, customers as u64).await?;
        }
        walk(history, c, &clock, cuts, min_orders, &mut seen);
        tally.add(&seen);
    }
    Ok(tally.finish(&clock, steps))
}

/// When customers are scored.
enum Clock {
    /// At the end of these days.
    Days(Vec<i32>),
    /// After this many orders of each.
    Orders(Vec<usize>),
}

impl Clock {
    fn of(history: &OrderHistory, min_orders: u32) -> Self {
        if let Some((first, last)) = super::timeline::period(history) {
            return Self::Days(month_ends(first, last));
        }
        let longest = (0..history.customer_count()).map(|c| history.orders_of(c).len()).max().unwrap_or(0);
        let steps = (min_orders as usize..=longest).step_by(EVERY);
        Self::Orders(steps.take(MOST_ORDER_STEPS).collect())
    }

    fn labels(&self) -> Vec<String> {
        match self {
            Self::Days(days) => days.iter().map(|&day| iso_date(day)).collect(),
            Self::Orders(orders) => orders.iter().map(|orders| format!("{orders} orders")).collect(),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Days(_) => "month_end",
            Self::Orders(_) => "orders",
        }
    }
}

/// The last day of each month of the period, and the period's own last day; the latest [`MOST_STEPS`].
fn month_ends(first: i32, last: i32) -> Vec<i32> {
    let mut days: Vec<i32> = (first..=last).filter(|&day| day == last || iso_date(day + 1).ends_with("-01")).collect();
    let surplus = days.len().saturating_sub(MOST_STEPS);
    days.drain(..surplus);
    days
}

/// What a customer's history says so far.
#[derive(Clone, Copy, Default)]
struct Running {
    orders: u32,
    gaps: f64,
    days: f64,
    days_squared: f64,
    baskets: f64,
    reordered: f64,
    lines: f64,
    reordered_squared: f64,
    cross: f64,
    lines_squared: f64,
}

impl Running {
    fn add(&mut self, gap: f64, reordered: f64, lines: f64) {
        self.orders += 1;
        if gap.is_finite() {
            self.gaps += 1.0;
            self.days += gap;
            self.days_squared += gap * gap;
        }
        if lines > 0.0 {
            self.baskets += 1.0;
            self.reordered += reordered;
            self.lines += lines;
            self.reordered_squared += reordered * reordered;
            self.cross += reordered * lines;
            self.lines_squared += lines * lines;
        }
    }

    /// Mean gap in days and its error; NaN where it has none.
    fn frequency(&self) -> (f64, f64) {
        let mean = self.days / self.gaps;
        let squares = (self.days_squared - self.gaps * mean * mean).max(0.0);
        let error = if self.gaps < 2.0 { f64::NAN } else { (squares / (self.gaps - 1.0) / self.gaps).sqrt() };
        (mean, error)
    }

    /// Reordered share and its linearised error; NaN where it has none.
    fn loyalty(&self) -> (f64, f64) {
        let ratio = self.reordered / self.lines;
        let squares = (self.reordered_squared - 2.0 * ratio * self.cross + ratio * ratio * self.lines_squared).max(0.0);
        let n = self.baskets;
        let error = if n < 2.0 { f64::NAN } else { (n / (n - 1.0) * squares).sqrt() / self.lines };
        (ratio, error)
    }
}

/// A customer at one step.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    /// As the rule says.
    label: Segment,
    /// With the band.
    held: Segment,
    /// Half-width of the band, days; NaN where the error is not known.
    band_days: f64,
    /// Half-width of the band, share of lines.
    band_loyalty: f64,
}

/// Standard errors of the band: where the new side has probability `CONFIDENT`.
fn band_width() -> f64 {
    crate::stats::normal::quantile(CONFIDENT)
}

fn walk(
    history: &OrderHistory,
    c: usize,
    clock: &Clock,
    (frequency, loyalty): (f64, f64),
    min_orders: u32,
    seen: &mut Vec<Option<Seen>>,
) {
    seen.clear();
    let mut running = Running::default();
    let mut sides: Option<(bool, bool)> = None;
    let mut score = |running: &Running| -> Option<Seen> {
        if running.orders < min_orders || running.gaps < 1.0 || running.lines < 1.0 {
            return None;
        }
        let (days, days_error) = running.frequency();
        let (ratio, ratio_error) = running.loyalty();
        let high = (freq_score(days) >= frequency, ratio >= loyalty);
        let threshold_days = 1.0 / frequency - 1.0;
        let settled = |before: bool, now: bool, distance: f64, error: f64| {
            // An error that is not known cannot hold anything back.
            let sure = !error.is_finite() || side_probability(distance, error) >= CONFIDENT;
            if before == now || sure { now } else { before }
        };
        let held = sides.map_or(high, |before| {
            (
                settled(before.0, high.0, threshold_days - days, days_error),
                settled(before.1, high.1, ratio - loyalty, ratio_error),
            )
        });
        sides = Some(held);
        Some(Seen {
            label: Segment::of(high.0, high.1),
            held: Segment::of(held.0, held.1),
            band_days: band_width() * days_error,
            band_loyalty: band_width() * ratio_error,
        })
    };
    let mut orders = history.orders_of(c).peekable();
    let take = |order: usize, running: &mut Running| {
        let (reordered, lines) = history.basket(order);
        running.add(history.days_since_prior[order], f64::from(reordered), f64::from(lines));
    };
    match clock {
        Clock::Days(ends) => {
            let days = history.day.as_deref().unwrap_or(&[]);
            for &end in ends {
                // Orders without a date cannot be placed; they count where they stand in sequence.
                while let Some(&order) = orders.peek() {
                    let day = days.get(order).copied().unwrap_or(NO_DAY);
                    if day > end {
                        break;
                    }
                    take(order, &mut running);
                    orders.next();
                }
                seen.push(score(&running));
            }
        }
        Clock::Orders(counts) => {
            let all = history.orders_of(c).len();
            for &count in counts.iter().take_while(|&&count| count <= all) {
                while (running.orders as usize) < count
                    && let Some(order) = orders.next()
                {
                    take(order, &mut running);
                }
                seen.push(score(&running));
            }
            seen.resize(counts.len(), None);
        }
    }
}

/// Everything that is counted over customers.
struct Tally {
    counts: Vec<[u64; 4]>,
    flow: Vec<Vec<u64>>,
    spells: [u64; 4],
    spell_steps: [u64; 4],
    pairs: u64,
    moves: [u64; 2],
    flaps: [u64; 2],
    last: u64,
    held: u64,
    twice: u64,
    at_risk: u64,
    back_after: Vec<f64>,
    band_days: Vec<f64>,
    band_loyalty: Vec<f64>,
}

impl Tally {
    fn new(steps: usize) -> Self {
        Self {
            counts: vec![[0; 4]; steps],
            flow: vec![vec![0; 4]; 4],
            spells: [0; 4],
            spell_steps: [0; 4],
            pairs: 0,
            moves: [0; 2],
            flaps: [0; 2],
            last: 0,
            held: 0,
            twice: 0,
            at_risk: 0,
            back_after: Vec::new(),
            band_days: Vec::new(),
            band_loyalty: Vec::new(),
        }
    }

    fn add(&mut self, seen: &[Option<Seen>]) {
        for (counts, seen) in self.counts.iter_mut().zip(seen) {
            if let Some(seen) = seen {
                counts[seen.label as usize] += 1;
            }
        }
        // Once a customer has a segment, history only grows: what is known lies in one stretch.
        let known: Vec<Seen> = seen.iter().copied().flatten().collect();
        let Some(last) = known.last() else { return };
        self.last += 1;
        self.held += u64::from(last.held != last.label);
        self.twice += u64::from(known.len() > 1);
        if last.band_days.is_finite() {
            self.band_days.push(last.band_days);
        }
        if last.band_loyalty.is_finite() {
            self.band_loyalty.push(last.band_loyalty);
        }
        for pair in known.windows(2) {
            self.pairs += 1;
            self.flow[pair[0].label as usize][pair[1].label as usize] += 1;
        }
        for stay in known.chunk_by(|a, b| a.label == b.label) {
            self.spells[stay[0].label as usize] += 1;
            self.spell_steps[stay[0].label as usize] += stay.len() as u64;
        }
        let plain: Vec<Segment> = known.iter().map(|s| s.label).collect();
        let held: Vec<Segment> = known.iter().map(|s| s.held).collect();
        for (which, labels) in [plain, held].iter().enumerate() {
            let (moves, flaps) = moves_and_flaps(labels);
            self.moves[which] += moves;
            self.flaps[which] += flaps;
        }
        let first = known.iter().position(|s| s.label == Segment::AtRisk).filter(|&at| at + 1 < known.len());
        if let Some(first) = first {
            self.at_risk += 1;
            if let Some(after) = known[first..].iter().position(|s| s.label != Segment::AtRisk) {
                self.back_after.push(after as f64);
            }
        }
    }

    fn finish(mut self, clock: &Clock, labels: Vec<String>) -> Measured<TimeMachine> {
        if self.twice < FEWEST_CUSTOMERS {
            return Measured::absent(
                format!("{} customers have a segment at two steps; {FEWEST_CUSTOMERS} are needed", self.twice),
                "longer histories",
            );
        }
        let steps = labels
            .into_iter()
            .zip(&self.counts)
            .map(|(label, counts)| {
                let customers: u64 = counts.iter().sum();
                let shares = counts.iter().map(|&c| if customers == 0 { 0.0 } else { c as f64 / customers as f64 });
                Step { label, customers, shares: shares.collect() }
            })
            .collect();
        let stays = Segment::ALL
            .into_iter()
            .map(|segment| {
                let at = segment as usize;
                let from: u64 = self.flow[at].iter().sum();
                Stay {
                    segment,
                    stays: Measured::finite(
                        self.flow[at][at] as f64 / from as f64,
                        "nobody was in it before a later step",
                    ),
                    mean_steps: Measured::finite(
                        self.spell_steps[at] as f64 / self.spells[at] as f64,
                        "nobody was ever in it",
                    ),
                }
            })
            .collect();
        let pairs = self.pairs as f64;
        let band = |values: &mut Vec<f64>| {
            quantile::select(values, 0.5)
                .map_or_else(|| Measured::absent("no customer's error is known", "longer histories"), Measured::Value)
        };
        let came_back = self.back_after.len() as u64;
        let nobody = "nobody was At Risk before a later step";
        let at_risk = Recovery {
            customers: self.at_risk,
            came_back,
            share: Measured::finite(came_back as f64 / self.at_risk as f64, nobody),
            median_steps: quantile::select(&mut self.back_after, 0.5)
                .map_or_else(|| Measured::absent("nobody came back", ""), Measured::Value),
        };
        let unit = match clock {
            Clock::Days(_) => "Each month end scores the history up to then",
            Clock::Orders(_) => "Without dates, each customer is scored after every fifth order",
        };
        Measured::Value(TimeMachine {
            by: clock.name().to_owned(),
            description: format!(
                "{unit}, at the thresholds of the whole extract. Loyalty grows with the history behind an order: some of the \
                 movement towards the loyal side is arithmetic."
            ),
            steps,
            hysteresis: Hysteresis {
                probability: CONFIDENT,
                band_days: band(&mut self.band_days),
                band_loyalty: band(&mut self.band_loyalty),
                move_rate: self.moves[0] as f64 / pairs,
                move_rate_with: self.moves[1] as f64 / pairs,
                flap_rate: self.flaps[0] as f64 / pairs,
                flap_rate_with: self.flaps[1] as f64 / pairs,
                held_share: self.held as f64 / self.last as f64,
            },
            flow: self.flow,
            stays,
            at_risk,
        })
    }
}

/// Moves between consecutive steps, and those of them that lead back within [`UNDONE_WITHIN`] steps.
fn moves_and_flaps(labels: &[Segment]) -> (u64, u64) {
    let (mut moves, mut flaps) = (0, 0);
    for at in 1..labels.len() {
        if labels[at] != labels[at - 1] {
            moves += 1;
            let back = labels[at + 1..].iter().take(UNDONE_WITHIN).any(|&later| later == labels[at - 1]);
            flaps += u64::from(back);
        }
    }
    (moves, flaps)
}

#[cfg(test)]
mod tests {
    use super::super::cut::Window;
    use super::super::simulate::{Habits, simulate};
    use super::super::window_scores::window_scores;
    use super::*;
    use crate::pace::block_on;

    fn cuts(history: &OrderHistory) -> (f64, f64) {
        let scores = block_on(window_scores(history, &Window::whole(history), 5, &Pace::unhurried())).unwrap();
        scores.segment(crate::segments::thresholds::TypedThresholds::default()).unwrap().1
    }

    fn found(history: &OrderHistory) -> Measured<TimeMachine> {
        block_on(time_machine(history, cuts(history), 5, &Pace::unhurried())).unwrap()
    }

    #[test]
    fn the_last_month_end_is_the_rule_on_the_whole_history() {
        let history = simulate(2_000, 8, &Habits { dated: true, orders: (10, 40), gap: 9.0, ..Habits::default() });
        let cuts = cuts(&history);
        let machine = found(&history);
        let machine = machine.value().unwrap();
        assert_eq!(machine.by, "month_end");
        assert!(machine.steps.len() >= 6, "{}", machine.steps.len());
        assert!(
            machine.steps[..machine.steps.len() - 1]
                .iter()
                .all(|s| { ["-31", "-30", "-28", "-29"].iter().any(|end| s.label.ends_with(end)) })
        );
        let whole = block_on(window_scores(&history, &Window::whole(&history), 5, &Pace::unhurried())).unwrap();
        let labels = whole.segment_at(cuts);
        let last = machine.steps.last().unwrap();
        // The period leaves out one stray order in a thousand at either end.
        assert!(last.customers.abs_diff(labels.len() as u64) <= 8, "{} of {}", last.customers, labels.len());
        for segment in Segment::ALL {
            let share = labels.iter().filter(|&&l| l == segment).count() as f64 / labels.len() as f64;
            assert!((last.shares[segment as usize] - share).abs() < 0.01);
        }
        let pairs: u64 = machine.flow.iter().flatten().sum();
        assert!(pairs > last.customers);
    }

    #[test]
    fn the_band_calms_what_flaps_and_hides_little() {
        let history = simulate(3_000, 8, &Habits { orders: (30, 60), gap_within: 8.0, ..Habits::default() });
        let machine = found(&history);
        let machine = machine.value().unwrap();
        assert_eq!(machine.by, "orders");
        assert_eq!(machine.steps[0].label, "5 orders");
        assert_eq!(machine.steps[0].customers, 3_000);
        let band = &machine.hysteresis;
        assert!(band.flap_rate > 0.0 && band.flap_rate_with < 0.6 * band.flap_rate, "{band:?}");
        assert!(band.move_rate_with < band.move_rate, "{band:?}");
        assert!(band.held_share < 0.25, "{band:?}");
        assert!(*band.band_days.value().unwrap() > 0.0);
        let stay = machine.stays[0].stays.value().unwrap();
        assert!((0.5..1.0).contains(stay), "{stay}");
        assert!(machine.at_risk.customers >= machine.at_risk.came_back);
    }

    #[test]
    fn flaps_are_moves_that_are_undone() {
        use Segment::{AtRisk as A, Champions as C, LoyalOccasionals as L};
        assert_eq!(moves_and_flaps(&[A, C, A, A]), (2, 1));
        assert_eq!(moves_and_flaps(&[A, C, C, A]), (2, 1));
        assert_eq!(moves_and_flaps(&[A, C, L, L, A]), (3, 0));
        assert_eq!(moves_and_flaps(&[A, C, C, C, A]), (2, 0));
        assert_eq!(moves_and_flaps(&[A]), (0, 0));
    }

    #[test]
    fn a_customer_who_stops_and_returns_is_seen_to() {
        // Steady at 5 days, then 60 days of silence per order, then 1 day again.
        let mut history = simulate(40, 8, &Habits { orders: (60, 60), dated: false, ..Habits::default() });
        for c in 0..40 {
            for (at, order) in history.orders_of(c).enumerate() {
                history.days_since_prior[order] = match at {
                    0 => f64::NAN,
                    1..10 => 5.0,
                    10..20 => 60.0,
                    _ => 1.0,
                };
            }
        }
        let machine = block_on(time_machine(&history, (1.0 / 21.0, 0.999), 5, &Pace::unhurried())).unwrap();
        let machine = machine.value().unwrap();
        // After 15 orders the mean is (9 * 5 + 5 * 60) / 14 days: rare; after 40 it is frequent again.
        assert_eq!(machine.at_risk.customers, 40);
        assert_eq!(machine.at_risk.came_back, 40);
        assert!(machine.steps[0].shares[Segment::FrequentExplorers as usize] > 0.99);
        assert!(machine.steps[3].shares[Segment::AtRisk as usize] > 0.99, "{:?}", machine.steps[3]);
    }

    #[test]
    fn short_extracts_are_a_reason() {
        let short = simulate(200, 8, &Habits { orders: (5, 9), ..Habits::default() });
        let missing = block_on(time_machine(&short, (0.1, 0.5), 5, &Pace::unhurried())).unwrap();
        assert!(missing.missing().unwrap().reason.contains("steps"));
        assert!(
            block_on(time_machine(&OrderHistory::default(), (0.1, 0.5), 5, &Pace::unhurried()))
                .unwrap()
                .missing()
                .is_some()
        );
    }
}
