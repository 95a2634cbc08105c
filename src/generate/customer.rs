//! One customer: lasting habits drawn from a latent type, then orders by those habits.

use super::basket::{Line, Purchases};
use super::catalogue::{AISLES, Catalogue, aisles};
use super::draw::{Draw, Purpose};
use super::population::{FEWEST_ORDERS, GAP_CAP_DAYS, LatentType, MOST_ORDERS, Population};

/// Last day of every extract, days since 1970-01-01: Wednesday 2025-12-31.
pub(super) const LAST_DAY: i32 = 20_453;

/// What stays the same about a customer from order to order.
#[derive(Clone, Debug, Default)]
pub(super) struct Habits {
    /// Index of the latent type.
    pub(super) kind: usize,
    /// Mean gap, days, before the cap.
    pub(super) gap_days: f64,
    /// Shape of the gamma-distributed gaps.
    pub(super) regularity: f64,
    /// Logarithm of the change in pace from first to last day.
    pub(super) drift: f64,
    /// Favourite weekday, 0 = Sunday.
    pub(super) weekday: i32,
    /// Log odds to buy again.
    pub(super) repeat: f64,
    /// Mean lines per order.
    pub(super) basket: f64,
    /// Coefficient of variation of the baskets.
    pub(super) basket_variation: f64,
    /// Mean hour.
    pub(super) hour: f64,
    /// Standard deviation of the hours.
    pub(super) hour_variation: f64,
    /// Cumulative taste over aisles.
    pub(super) tastes: Vec<f64>,
}

/// One order; its lines are `lines[order.lines]` of the simulated customer.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// Calendar day, days since 1970-01-01.
    pub(super) day: i32,
    /// Days since the prior order, uncapped; `None` for the first.
    pub(super) gap: Option<i32>,
    /// Hour of day.
    pub(super) hour: i32,
    /// Minute of the hour.
    pub(super) minute: i32,
    /// Which lines.
    pub(super) lines: std::ops::Range<usize>,
}

impl Order {
    /// Day of week, 0 = Sunday.
    pub(super) fn weekday(&self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.day + 4).rem_euclid(7)
    }

    /// The gap as the star layout has it.
    pub(super) fn capped_gap(&self) -> Option<f64> {
        self.gap.map(|days| f64::from(days).min(GAP_CAP_DAYS))
    }
}

/// A simulated customer. Buffers are kept from one customer to the next.
#[derive(Default)]
pub(super) struct Customer {
    /// The habits.
    pub(super) habits: Habits,
    /// The orders, oldest first; [`FEWEST_ORDERS`] to [`MOST_ORDERS`].
    pub(super) orders: Vec<Order>,
    /// The lines of all orders, order by order.
    pub(super) lines: Vec<Line>,
}

/// Draws customers, one after the other or in any order: each depends on its index only.
pub(super) struct Simulator<'a> {
    population: &'a Population,
    seed: u64,
    window: u32,
    shares: Vec<f64>,
    purchases: Purchases<'a>,
}

impl<'a> Simulator<'a> {
    /// A simulator of this population in this shop.
    pub(super) fn new(population: &'a Population, catalogue: &'a Catalogue, seed: u64) -> Self {
        let mut total = 0.0;
        let shares = population
            .types
            .iter()
            .map(|kind| {
                total += kind.share;
                total
            })
            .collect();
        Self { population, seed, window: 0, shares, purchases: Purchases::new(catalogue) }
    }

    /// Draws the same customers in a later window (1, 2, ...): the same habits, other orders.
    pub(super) fn later(mut self, window: u32) -> Self {
        self.window = window;
        self
    }

    /// Draws customer `index` into `customer`.
    pub(super) fn simulate(&mut self, index: u32, customer: &mut Customer) {
        let mut draw = Draw::new(self.seed, Purpose::Customer, u64::from(index));
        self.draw_habits(&mut draw, &mut customer.habits);
        if self.window > 0 {
            let place = u64::from(self.window) << 32 | u64::from(index);
            draw = Draw::new(self.seed, Purpose::Window, place);
        }
        self.draw_timeline(&mut draw, customer);
        self.purchases.begin();
        customer.lines.clear();
        let kind = &self.population.types[customer.habits.kind];
        for order in &mut customer.orders {
            let from = customer.lines.len();
            self.purchases.shop(&mut draw, kind, &customer.habits, &mut customer.lines);
            order.lines = from..customer.lines.len();
        }
    }

    fn draw_habits(&self, draw: &mut Draw, habits: &mut Habits) {
        habits.kind = draw.pick(&self.shares);
        let kind = &self.population.types[habits.kind];
        let rho = self.population.axis_correlation;
        let pace = draw.normal();
        let loyalty = rho * pace + (1.0 - rho * rho).sqrt() * draw.normal();
        habits.gap_days = kind.gap_days * libm::exp(-kind.gap_spread * pace) * self.population.gap_factor;
        habits.repeat = kind.repeat + kind.repeat_spread * loyalty + self.population.repeat_shift;
        habits.regularity = kind.regularity * draw.log_normal(0.0, kind.regularity_spread);
        habits.drift = kind.drift * draw.normal();
        habits.weekday = draw.below(7) as i32;
        let rho = self.population.basket_correlation;
        let appetite = rho * loyalty + (1.0 - rho * rho).sqrt() * draw.normal();
        habits.basket = kind.basket * libm::exp(kind.basket_spread * appetite);
        habits.basket_variation = kind.basket_variation * draw.log_normal(0.0, kind.basket_variation_spread);
        habits.hour = kind.hour + kind.hour_spread * draw.normal();
        habits.hour_variation = kind.hour_variation * draw.log_normal(0.0, kind.hour_variation_spread);
        draw_tastes(draw, kind, &mut habits.tastes);
    }

    /// Days, hours and gaps: the customer joins somewhere in the window and orders until its last day.
    fn draw_timeline(&self, draw: &mut Draw, customer: &mut Customer) {
        let (population, habits, orders) = (self.population, &customer.habits, &mut customer.orders);
        let kind = &population.types[habits.kind];
        let tenure = (population.window_days * draw.beta(population.tenure, population.tenure_concentration)).max(1.0);
        let first = LAST_DAY - tenure as i32;
        let fewest = FEWEST_ORDERS + draw.below(population.active_orders - FEWEST_ORDERS as u32 + 1) as usize;
        orders.clear();
        let (mut day, mut gap) = (first, None);
        loop {
            let hour = (habits.hour + habits.hour_variation * draw.normal()).round() as i32;
            let mut clock = (hour.rem_euclid(24), draw.below(60) as i32);
            if let (Some(0), Some(prior)) = (gap, orders.last()) {
                // A second order of the day comes later in it.
                clock = clock.max((prior.hour, prior.minute));
            }
            orders.push(Order { day, gap, hour: clock.0, minute: clock.1, lines: 0..0 });
            let progress = (f64::from(day - first) / tenure).min(1.0) - 0.5;
            let days = habits.gap_days * libm::exp(habits.drift * progress) * draw.gamma(habits.regularity);
            let mut days = days.round().min(400.0) as i32;
            if draw.chance(kind.weekday_habit) && days >= 4 {
                // To the nearest favourite weekday: at most three days earlier or later.
                let off = (habits.weekday - (day + days + 4)).rem_euclid(7);
                days += if off > 3 { off - 7 } else { off };
            }
            if orders.len() == MOST_ORDERS || (orders.len() >= fewest && day + days > LAST_DAY) {
                break;
            }
            day += days;
            gap = Some(days);
        }
        // Who had to be given orders beyond the window joined earlier instead.
        let beyond = orders.last().map_or(0, |last| last.day - LAST_DAY).max(0);
        for order in orders {
            order.day -= beyond;
        }
    }
}

/// Tastes over aisles: the shop's shares, tilted by shared factors and department likings, times a gamma per aisle
/// (so that without tilts they are Dirichlet-distributed).
fn draw_tastes(draw: &mut Draw, kind: &LatentType, tastes: &mut Vec<f64>) {
    let breadth = kind.taste_breadth * draw.log_normal(0.0, kind.taste_breadth_spread);
    let factors = [draw.normal(), draw.normal(), draw.normal()].map(|z| z * kind.taste_factors);
    let mut liking = [0.0; AISLES];
    let departments = super::shelves::DEPARTMENTS.len();
    for value in liking.iter_mut().take(departments) {
        *value = 0.45 * kind.taste_factors * draw.normal();
    }
    let (only_from, only_count) = kind.only_aisles.unwrap_or((0, AISLES as u32));
    let only = only_from as usize..(only_from + only_count) as usize;
    tastes.clear();
    let mut sum = 0.0;
    for (aisle, (index, department, shelf)) in aisles().enumerate() {
        if only.contains(&aisle) {
            let tilt = factors[0] * department.fresh + factors[1] * department.cooking + factors[2] * department.family;
            // Small aisles are more a matter of taste than large ones.
            let shape = breadth * libm::pow(shelf.share, 0.45) * 0.45;
            sum += shelf.share * libm::exp(tilt + liking[index]) * draw.gamma(shape) + 1e-6 * shelf.share;
        }
        tastes.push(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::super::spec::Scenario;
    use super::*;

    #[test]
    fn a_customer_depends_on_its_index_only() {
        let population = Population::of(Scenario::Typical);
        let catalogue = Catalogue::new(4_000, 7);
        let mut simulator = Simulator::new(&population, &catalogue, 7);
        let (mut a, mut b) = (Customer::default(), Customer::default());
        simulator.simulate(5, &mut a);
        for other in [9, 2, 5] {
            simulator.simulate(other, &mut b);
        }
        assert_eq!(a.lines, b.lines);
        assert_eq!(format!("{:?}", a.orders), format!("{:?}", b.orders));
    }

    #[test]
    fn a_later_window_has_the_same_habits_and_other_orders() {
        let population = Population::of(Scenario::Typical);
        let catalogue = Catalogue::new(4_000, 7);
        let (mut first, mut later) = (Customer::default(), Customer::default());
        Simulator::new(&population, &catalogue, 7).simulate(5, &mut first);
        Simulator::new(&population, &catalogue, 7).later(1).simulate(5, &mut later);
        assert_eq!(format!("{:?}", first.habits), format!("{:?}", later.habits));
        assert_ne!(format!("{:?}", first.orders), format!("{:?}", later.orders));
    }

    #[test]
    fn orders_are_in_sequence_within_the_window_and_3_to_100() {
        for scenario in Scenario::ALL {
            let population = Population::of(scenario);
            let catalogue = Catalogue::new(4_000, 7);
            let mut simulator = Simulator::new(&population, &catalogue, 7);
            let mut customer = Customer::default();
            for index in 0..60 {
                simulator.simulate(index, &mut customer);
                assert!((FEWEST_ORDERS..=MOST_ORDERS).contains(&customer.orders.len()));
                assert_eq!(customer.orders[0].gap, None);
                for pair in customer.orders.windows(2) {
                    assert_eq!(pair[1].gap, Some(pair[1].day - pair[0].day));
                    assert!(pair[1].day >= pair[0].day);
                }
                assert!(customer.orders.iter().all(|o| o.day <= LAST_DAY && (0..24).contains(&o.hour)));
            }
        }
    }

    #[test]
    fn reordered_means_bought_in_an_earlier_order_and_no_product_comes_twice_in_one() {
        let population = Population::of(Scenario::Typical);
        let catalogue = Catalogue::new(4_000, 7);
        let mut simulator = Simulator::new(&population, &catalogue, 7);
        let mut customer = Customer::default();
        for index in 0..200 {
            simulator.simulate(index, &mut customer);
            let mut before = std::collections::BTreeSet::new();
            for order in &customer.orders {
                let lines = &customer.lines[order.lines.clone()];
                assert!(!lines.is_empty());
                let now: std::collections::BTreeSet<_> = lines.iter().map(|line| line.product).collect();
                assert_eq!(now.len(), lines.len());
                assert!(lines.iter().all(|line| line.reordered == before.contains(&line.product)));
                before.extend(now);
            }
        }
    }
}
