//! From order history to feature table in one pass over the customers.

use std::ops::Range;

use crate::crew::{ranges, together, workers};
use crate::extract::Bought;
use crate::extract::history::{NO_CLOCK, OrderHistory};
use crate::pace::{Cancelled, Pace};
use crate::readiness::clock::{Circle, CircularSum};
use crate::stats::measured::NotMeasured;

use super::catalogue::{Behavioural, Corrected};
use super::impute::impute;
use super::table::{Excluded, FeatureTable, ShareRuns, Shares};

/// Customers between two looks at the clock.
const STRIDE: usize = 1_000;

/// Computes all features of the customers with at least `min_orders` orders.
///
/// One pass, no allocation per customer: products have been counted with the history, categories are in an array
/// that is emptied through a bit set. Definitions are the canonical ones of the catalogue; moments
/// of whole numbers are exact, the others follow Welford's recurrence in order of the orders.
pub async fn build(history: &OrderHistory, min_orders: u32, pace: &Pace) -> Result<FeatureTable, Cancelled> {
    let first_line = |c: usize| history.order_start.get(c).map_or(0, |&o| u64::from(history.line_start[o as usize]));
    let pieces = ranges(history.customer_count(), workers(), first_line);
    let built =
        together(pieces, async |customers, pace| columns(history, customers, min_orders, pace).await, pace).await?;
    let mut built = built.into_iter();
    let mut all = built.next().unwrap_or_else(|| Columns::with_capacity(history, 0));
    for piece in built {
        all.append(piece);
    }
    Ok(all.finish(history))
}

/// The columns of some customers.
async fn columns(
    history: &OrderHistory,
    customers: Range<usize>,
    min_orders: u32,
    pace: &Pace,
) -> Result<Columns, Cancelled> {
    let total = customers.len() as u64;
    let mut out = Columns::with_capacity(history, customers.len());
    let mut counter = LineCounter::new(history);
    let circles = (Circle::hours(), Circle::weekdays());
    for (at, c) in customers.enumerate() {
        if at % STRIDE == 0 {
            pace.tick(at as u64, total).await?;
        }
        let orders = history.orders_of(c);
        if orders.len() < min_orders as usize {
            out.excluded.too_few_orders += 1;
            continue;
        }
        let gaps = gap_moments(&history.days_since_prior[orders.clone()]);
        if gaps.n == 0 {
            out.excluded.no_gap += 1;
            continue;
        }
        let first = history.line_start[orders.start];
        if first == history.line_start[orders.end] {
            out.excluded.no_lines += 1;
            continue;
        }
        let baskets = counter.count(history, c, &mut out.runs);
        out.push(c as u32, orders.len() as u32, &gaps, &baskets);
        out.push_clock(history, orders, &circles);
    }
    Ok(out)
}

/// Count, mean and squared deviations of a stream (Welford 1962).
#[derive(Clone, Copy, Default)]
struct Moments {
    n: u32,
    mean: f64,
    m2: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1;
        let before = self.mean;
        self.mean += (x - before) / f64::from(self.n);
        self.m2 += (x - self.mean) * (x - before);
    }

    /// Standard deviation, ddof 1; NaN below two values.
    fn std(&self) -> f64 {
        if self.n < 2 { f64::NAN } else { (self.m2 / f64::from(self.n - 1)).sqrt() }
    }
}

/// Count, sum, sum of squares and range of a stream of whole numbers: exact.
#[derive(Clone, Copy)]
struct Whole {
    n: u64,
    sum: u64,
    squares: u64,
    min: u32,
    max: u32,
}

impl Whole {
    const EMPTY: Self = Self { n: 0, sum: 0, squares: 0, min: u32::MAX, max: 0 };

    fn add(&mut self, x: u32) {
        self.n += 1;
        self.sum += u64::from(x);
        self.squares += u64::from(x) * u64::from(x);
        self.min = self.min.min(x);
        self.max = self.max.max(x);
    }

    fn mean(&self) -> f64 {
        self.sum as f64 / self.n as f64
    }

    /// Standard deviation, ddof 1; NaN below two values.
    fn std(&self) -> f64 {
        if self.n < 2 {
            return f64::NAN;
        }
        let n = u128::from(self.n);
        let scaled = n * u128::from(self.squares) - u128::from(self.sum) * u128::from(self.sum);
        (scaled as f64 / (self.n * (self.n - 1)) as f64).sqrt()
    }
}

struct Gaps {
    n: u32,
    mean: f64,
    cv: f64,
}

/// Mean = sum / count of the known gaps in order; cv NaN below two gaps or where the mean is 0.
fn gap_moments(days: &[f64]) -> Gaps {
    let mut moments = Moments::default();
    let mut sum = 0.0;
    for &gap in days.iter().filter(|gap| gap.is_finite()) {
        moments.add(gap);
        sum += gap;
    }
    let mean = sum / f64::from(moments.n);
    let cv = if mean == 0.0 { f64::NAN } else { moments.std() / mean };
    Gaps { n: moments.n, mean, cv }
}

/// What the lines of one customer add up to.
struct Baskets {
    lines: u32,
    reordered: u32,
    bought: Bought,
    categories: u32,
    entropy: f64,
    /// Lines per order with lines.
    size: Whole,
    /// Reordered share per order with lines.
    share: Moments,
    /// The same without the first.
    share_after_first: Moments,
}

/// Reused arrays for counting lines per category.
struct LineCounter {
    /// Per category: lines of the current customer.
    count: Vec<u32>,
    /// Which of `count` are not zero.
    touched: Vec<u64>,
    /// log2 of small whole numbers.
    log2: Vec<f64>,
}

impl LineCounter {
    fn new(history: &OrderHistory) -> Self {
        let categories = history.categories.len();
        Self {
            count: vec![0; categories],
            touched: vec![0; categories.div_ceil(64)],
            log2: (0..4_096).map(|n| libm::log2(f64::from(n))).collect(),
        }
    }

    fn count(&mut self, history: &OrderHistory, customer: usize, runs: &mut ShareRuns) -> Baskets {
        let mut out = Baskets {
            lines: 0,
            reordered: 0,
            bought: history.bought[customer],
            categories: 0,
            entropy: 0.0,
            size: Whole::EMPTY,
            share: Moments::default(),
            share_after_first: Moments::default(),
        };
        let orders = history.orders_of(customer);
        for (reordered, n) in history.baskets(orders.clone()) {
            let share = f64::from(reordered) / f64::from(n);
            if out.size.n > 0 {
                out.share_after_first.add(share);
            }
            out.share.add(share);
            out.size.add(n);
            out.lines += n;
            out.reordered += reordered;
        }
        let lines = history.line_start[orders.start] as usize..history.line_start[orders.end] as usize;
        for line in &history.lines[lines] {
            if let Some(&category) = history.product_category.get(line.product() as usize)
                && let Some(count) = self.count.get_mut(category as usize)
            {
                *count += 1;
                self.touched[category as usize >> 6] |= 1 << (category & 63);
            }
        }
        self.drain(&mut out, runs);
        out
    }

    /// Moves the customer's category counts into the runs, categories ascending, and takes their entropy.
    fn drain(&mut self, out: &mut Baskets, runs: &mut ShareRuns) {
        let total = f64::from(out.lines);
        let log_total = self.log2_of(out.lines);
        for word in 0..self.touched.len() {
            let mut bits = std::mem::take(&mut self.touched[word]);
            while bits != 0 {
                let category = (word << 6) + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let lines = std::mem::take(&mut self.count[category]);
                // -p log2 p = p (log2 total - log2 lines): no cancellation, and one category gives exactly 0.
                out.entropy += f64::from(lines) / total * (log_total - self.log2_of(lines));
                out.categories += 1;
                runs.category.push(category as u16);
                runs.lines.push(lines);
            }
        }
        runs.start.push(runs.category.len() as u32);
        runs.total.push(out.lines);
    }

    fn log2_of(&self, n: u32) -> f64 {
        self.log2.get(n as usize).copied().unwrap_or_else(|| libm::log2(f64::from(n)))
    }
}

/// The columns while they grow.
struct Columns {
    customer: Vec<u32>,
    orders: Vec<u32>,
    behavioural: [Vec<f64>; 15],
    corrected: [Vec<f64>; 6],
    runs: ShareRuns,
    excluded: Excluded,
}

impl Columns {
    fn with_capacity(history: &OrderHistory, customers: usize) -> Self {
        let column = || Vec::with_capacity(customers);
        let mut start = Vec::with_capacity(customers + 1);
        start.push(0);
        Self {
            customer: Vec::with_capacity(customers),
            orders: Vec::with_capacity(customers),
            behavioural: std::array::from_fn(|_| column()),
            corrected: std::array::from_fn(|_| column()),
            runs: ShareRuns {
                categories: history.categories.clone(),
                start,
                total: Vec::with_capacity(customers),
                ..ShareRuns::default()
            },
            excluded: Excluded::default(),
        }
    }

    fn set(&mut self, feature: Behavioural, value: f64) {
        self.behavioural[feature.index()].push(value);
    }

    fn push(&mut self, customer: u32, orders: u32, gaps: &Gaps, baskets: &Baskets) {
        use Behavioural as B;
        self.customer.push(customer);
        self.orders.push(orders);
        let lines = f64::from(baskets.lines);
        let average = lines / f64::from(orders);
        let spread = baskets.size.std();
        self.set(B::ReorderRatio, f64::from(baskets.reordered) / lines);
        self.set(B::ReorderConsistency, baskets.share.std());
        self.set(B::PctReorderedProducts, f64::from(baskets.bought.reordered) / f64::from(baskets.bought.products));
        self.set(B::MeanDaysBetweenOrders, gaps.mean);
        self.set(B::CvDaysBetweenOrders, gaps.cv);
        self.set(B::AvgBasketSize, average);
        self.set(B::StdBasketSize, spread);
        self.set(B::MinBasketSize, f64::from(baskets.size.min));
        self.set(B::MaxBasketSize, f64::from(baskets.size.max));
        self.set(B::BasketSizeCv, spread / average);
        self.set(B::UniqueProducts, f64::from(baskets.bought.products));
        self.set(B::UniqueAisles, f64::from(baskets.categories));
        self.set(B::AisleEntropy, baskets.entropy);
        self.corrected[Corrected::AvgBasketOrdersWithLines.index()].push(baskets.size.mean());
        self.corrected[Corrected::ReorderConsistencyAfterFirst.index()].push(baskets.share_after_first.std());
    }

    fn push_clock(&mut self, history: &OrderHistory, orders: std::ops::Range<usize>, circles: &(Circle, Circle)) {
        if let Some(hours) = &history.hour {
            let (mut whole, mut circular) = (Whole::EMPTY, CircularSum::default());
            for &hour in hours[orders.clone()].iter().filter(|&&hour| hour != NO_CLOCK) {
                whole.add(u32::from(hour));
                circular.add(&circles.0, hour);
            }
            // 0 / 0 is NaN where no hour is known: missing, like any other.
            self.set(Behavioural::MeanOrderHour, whole.mean());
            self.set(Behavioural::StdOrderHour, whole.std());
            let (mean, std) = circular.mean_and_std(&circles.0);
            self.corrected[Corrected::MeanHourCircular.index()].push(mean);
            self.corrected[Corrected::StdHourCircular.index()].push(std);
        }
        if let Some(weekdays) = &history.weekday {
            let mut circular = CircularSum::default();
            for &day in weekdays[orders].iter().filter(|&&day| day != NO_CLOCK) {
                circular.add(&circles.1, day);
            }
            let (mean, std) = circular.mean_and_std(&circles.1);
            self.corrected[Corrected::MeanWeekdayCircular.index()].push(mean);
            self.corrected[Corrected::StdWeekdayCircular.index()].push(std);
        }
    }

    /// Puts the next customers behind these.
    fn append(&mut self, mut next: Self) {
        self.customer.append(&mut next.customer);
        self.orders.append(&mut next.orders);
        let columns = self.behavioural.iter_mut().chain(&mut self.corrected);
        for (column, more) in columns.zip(next.behavioural.iter_mut().chain(&mut next.corrected)) {
            column.append(more);
        }
        self.runs.append(next.runs);
        self.excluded.append(next.excluded);
    }

    fn finish(self, history: &OrderHistory) -> FeatureTable {
        let mut feature = Behavioural::ALL.into_iter();
        let columns = self.behavioural.map(|column| match feature.next().and_then(|f| cannot_have(history, f)) {
            Some(reason) => Err(reason),
            None => Ok(column),
        });
        let imputed = impute(self.customer.len(), columns);
        let shares =
            if history.categories.is_empty() { Shares::Absent(no_categories()) } else { Shares::Runs(self.runs) };
        let rows = self.customer.len();
        FeatureTable {
            customer: self.customer,
            orders: Some(self.orders),
            behavioural: imputed.columns,
            absent: imputed.absent,
            imputed: imputed.masks,
            missing: imputed.missing,
            shares,
            corrected: self
                .corrected
                .map(|column| (column.len() == rows && column.iter().any(|value| !value.is_nan())).then_some(column)),
            given_freq_score: None,
            given_loyalty_score: None,
            excluded: self.excluded,
        }
    }
}

/// Why the extract cannot have this feature at all.
fn cannot_have(history: &OrderHistory, feature: Behavioural) -> Option<NotMeasured> {
    match feature {
        Behavioural::MeanOrderHour | Behavioural::StdOrderHour if history.hour.is_none() => {
            Some(NotMeasured::new("the extract has no hour of day", "an hour column or an order timestamp"))
        }
        Behavioural::UniqueAisles | Behavioural::AisleEntropy if history.categories.is_empty() => Some(no_categories()),
        Behavioural::UniqueProducts | Behavioural::PctReorderedProducts if history.products == 0 => {
            Some(NotMeasured::new("the extract has no products", "a product column in the order lines"))
        }
        _ => None,
    }
}

fn no_categories() -> NotMeasured {
    NotMeasured::new("the extract has no product categories", "a category column, or a product file that has one")
}
