//! The three layouts: how a stream of simulated customers becomes files.

use std::io::Write;

use arrow_array::ArrayRef;
use arrow_schema::Field;
use parquet::errors::ParquetError;

use super::basket::Line;
use super::catalogue::{Catalogue, aisles};
use super::columns::Sink;
use super::columns::{IdStyle, float, floats, int, ints, text, texts, timestamp, timestamps, tinies, tiny};
use super::customer::{Customer, Order};
use super::draw::{Draw, Purpose};
use super::observed;
use super::spec::{CheckedSpec, Scenario};

/// Share of values that `broken-column` takes away.
const BROKEN_MISSING: f64 = 0.08;
/// Share of values that it makes negative.
const BROKEN_NEGATIVE: f64 = 0.01;
/// Share of values that it makes infinite.
const BROKEN_INFINITE: f64 = 0.002;

/// A batch of customers on its way into one or two files.
pub(super) trait Layout {
    /// Takes a customer in.
    fn add(&mut self, index: u32, customer: &Customer);

    /// Writes the batch out and empties it.
    fn flush(&mut self) -> Result<(), ParquetError>;
}

/// Damages a value on purpose, if the scenario says so.
fn broken(faults: &mut Option<Draw>, value: f64) -> Option<f64> {
    let Some(draw) = faults else { return Some(value) };
    let at = draw.uniform();
    if at < BROKEN_MISSING {
        None
    } else if at < BROKEN_MISSING + BROKEN_NEGATIVE {
        Some(-value - 1.0)
    } else if at < BROKEN_MISSING + BROKEN_NEGATIVE + BROKEN_INFINITE {
        Some(f64::INFINITY)
    } else {
        Some(value)
    }
}

fn faults(spec: &CheckedSpec, index: u32) -> Option<Draw> {
    (spec.get().scenario == Scenario::BrokenColumn)
        .then(|| Draw::new(spec.get().seed, Purpose::Faults, u64::from(index)))
}

/// `orders.parquet` and `order_products__prior.parquet`.
pub(super) struct Star<W: Write + Send> {
    spec: CheckedSpec,
    ids: IdStyle,
    pub(super) orders: Sink<W>,
    pub(super) lines: Sink<W>,
    next_order: i32,
    order_id: Vec<i32>,
    user_id: Vec<i32>,
    eval_set: Vec<&'static str>,
    order_number: Vec<i32>,
    weekday: Vec<i8>,
    hour: Vec<i8>,
    gap: Vec<Option<f64>>,
    line_order: Vec<i32>,
    product: Vec<i32>,
    position: Vec<i32>,
    reordered: Vec<i8>,
}

impl<W: Write + Send> Star<W> {
    /// Columns of `orders.parquet`.
    pub(super) fn order_fields(ids: IdStyle) -> Vec<Field> {
        vec![
            ids.field("order_id"),
            ids.field("user_id"),
            text("eval_set"),
            int("order_number"),
            tiny("order_dow"),
            tiny("order_hour_of_day"),
            float("days_since_prior_order"),
        ]
    }

    /// Columns of `order_products__prior.parquet`.
    pub(super) fn line_fields(ids: IdStyle) -> Vec<Field> {
        vec![ids.field("order_id"), ids.field("product_id"), int("add_to_cart_order"), tiny("reordered")]
    }

    /// An empty batch in front of two open files.
    pub(super) fn new(spec: CheckedSpec, orders: Sink<W>, lines: Sink<W>) -> Self {
        Self {
            spec,
            ids: IdStyle { text: spec.text_ids() },
            orders,
            lines,
            next_order: 1,
            order_id: Vec::new(),
            user_id: Vec::new(),
            eval_set: Vec::new(),
            order_number: Vec::new(),
            weekday: Vec::new(),
            hour: Vec::new(),
            gap: Vec::new(),
            line_order: Vec::new(),
            product: Vec::new(),
            position: Vec::new(),
            reordered: Vec::new(),
        }
    }
}

impl<W: Write + Send> Layout for Star<W> {
    fn add(&mut self, index: u32, customer: &Customer) {
        let mut faults = faults(&self.spec, index);
        let last = customer.orders.len() - 1;
        for (number, order) in customer.orders.iter().enumerate() {
            let id = self.next_order;
            self.next_order += 1;
            self.order_id.push(id);
            self.user_id.push(index as i32 + 1);
            self.order_number.push(number as i32 + 1);
            self.weekday.push(order.weekday() as i8);
            self.hour.push(order.hour as i8);
            self.gap.push(order.capped_gap().and_then(|gap| broken(&mut faults, gap)));
            if number == last {
                // As in the canonical extract: the last order is held out and has no line here.
                self.eval_set.push(if index.is_multiple_of(3) { "test" } else { "train" });
                continue;
            }
            self.eval_set.push("prior");
            for (position, line) in customer.lines[order.lines.clone()].iter().enumerate() {
                self.line_order.push(id);
                self.product.push(line.product as i32 + 1);
                self.position.push(position as i32 + 1);
                self.reordered.push(i8::from(line.reordered));
            }
        }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        self.orders.write(vec![
            self.ids.column("ord_", std::mem::take(&mut self.order_id)),
            self.ids.column("cust_", std::mem::take(&mut self.user_id)),
            texts(self.eval_set.drain(..)),
            ints(std::mem::take(&mut self.order_number)),
            tinies(std::mem::take(&mut self.weekday)),
            tinies(std::mem::take(&mut self.hour)),
            floats(std::mem::take(&mut self.gap)),
        ])?;
        self.lines.write(vec![
            self.ids.column("ord_", std::mem::take(&mut self.line_order)),
            self.ids.column("sku_", std::mem::take(&mut self.product)),
            ints(std::mem::take(&mut self.position)),
            tinies(std::mem::take(&mut self.reordered)),
        ])
    }
}

/// `order_lines.parquet`.
pub(super) struct Wide<'a, W: Write + Send> {
    spec: CheckedSpec,
    ids: IdStyle,
    catalogue: &'a Catalogue,
    shelves: Vec<(&'static str, &'static str)>,
    pub(super) lines: Sink<W>,
    next_order: i32,
    customer: Vec<i32>,
    order: Vec<i32>,
    at: Vec<Option<i64>>,
    product: Vec<i32>,
    quantity: Vec<i32>,
    amount: Vec<Option<f64>>,
    category: Vec<&'static str>,
    department: Vec<&'static str>,
}

impl<'a, W: Write + Send> Wide<'a, W> {
    /// Columns of `order_lines.parquet`.
    pub(super) fn fields(ids: IdStyle) -> Vec<Field> {
        vec![
            ids.field("customer_id"),
            ids.field("order_id"),
            timestamp("order_timestamp"),
            ids.field("product_id"),
            int("quantity"),
            float("amount"),
            text("category"),
            text("department"),
        ]
    }

    /// An empty batch in front of an open file.
    pub(super) fn new(spec: CheckedSpec, catalogue: &'a Catalogue, lines: Sink<W>) -> Self {
        Self {
            spec,
            ids: IdStyle { text: spec.text_ids() },
            catalogue,
            shelves: aisles().map(|(_, department, aisle)| (aisle.name, department.name)).collect(),
            lines,
            next_order: 1,
            customer: Vec::new(),
            order: Vec::new(),
            at: Vec::new(),
            product: Vec::new(),
            quantity: Vec::new(),
            amount: Vec::new(),
            category: Vec::new(),
            department: Vec::new(),
        }
    }

    fn add_line(&mut self, money: &mut Draw, line: Line) {
        let product = line.product as usize;
        let quantity = 1 + i32::from(money.chance(0.18)) + i32::from(money.chance(0.05));
        // One line in ten is on offer.
        let price = f64::from(self.catalogue.cents[product]) * if money.chance(0.1) { 0.8 } else { 1.0 };
        let (category, department) = self.shelves[usize::from(self.catalogue.aisle_of[product])];
        self.product.push(line.product as i32 + 1);
        self.quantity.push(quantity);
        self.amount.push(Some((price * f64::from(quantity)).round() / 100.0));
        self.category.push(category);
        self.department.push(department);
    }
}

impl<W: Write + Send> Layout for Wide<'_, W> {
    fn add(&mut self, index: u32, customer: &Customer) {
        let mut faults = faults(&self.spec, index);
        let mut money = Draw::new(self.spec.get().seed, Purpose::Money, u64::from(index));
        for order in &customer.orders {
            let at = broken(&mut faults, 0.0).map(|_| microseconds(order));
            for line in &customer.lines[order.lines.clone()] {
                self.customer.push(index as i32 + 1);
                self.order.push(self.next_order);
                self.at.push(at);
                self.add_line(&mut money, *line);
            }
            self.next_order += 1;
        }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        self.lines.write(vec![
            self.ids.column("cust_", std::mem::take(&mut self.customer)),
            self.ids.column("ord_", std::mem::take(&mut self.order)),
            timestamps(std::mem::take(&mut self.at)),
            self.ids.column("sku_", std::mem::take(&mut self.product)),
            ints(std::mem::take(&mut self.quantity)),
            floats(std::mem::take(&mut self.amount)),
            texts(self.category.drain(..)),
            texts(self.department.drain(..)),
        ])
    }
}

/// Microseconds since 1970-01-01 00:00 of an order.
fn microseconds(order: &Order) -> i64 {
    (i64::from(order.day) * 86_400 + i64::from(order.hour) * 3_600 + i64::from(order.minute) * 60) * 1_000_000
}

/// `customers.parquet`.
pub(super) struct Customers<'a, W: Write + Send> {
    spec: CheckedSpec,
    ids: IdStyle,
    catalogue: &'a Catalogue,
    types: Vec<String>,
    pub(super) rows: Sink<W>,
    customer: Vec<i32>,
    orders: Vec<i32>,
    features: [Vec<Option<f64>>; observed::COLUMNS.len()],
    kind: Vec<usize>,
}

impl<'a, W: Write + Send> Customers<'a, W> {
    /// Columns of `customers.parquet`.
    pub(super) fn fields(ids: IdStyle) -> Vec<Field> {
        let mut fields = vec![ids.field("customer_id"), int("num_orders")];
        fields.extend(observed::COLUMNS.map(float));
        fields.push(text("latent_type"));
        fields
    }

    /// An empty batch in front of an open file.
    pub(super) fn new(spec: CheckedSpec, catalogue: &'a Catalogue, types: Vec<String>, rows: Sink<W>) -> Self {
        Self {
            spec,
            ids: IdStyle { text: spec.text_ids() },
            catalogue,
            types,
            rows,
            customer: Vec::new(),
            orders: Vec::new(),
            features: std::array::from_fn(|_| Vec::new()),
            kind: Vec::new(),
        }
    }
}

impl<W: Write + Send> Layout for Customers<'_, W> {
    fn add(&mut self, index: u32, customer: &Customer) {
        let mut faults = faults(&self.spec, index);
        self.customer.push(index as i32 + 1);
        self.orders.push(customer.orders.len() as i32);
        self.kind.push(customer.habits.kind);
        let values = observed::features(customer, self.catalogue);
        for ((column, value), name) in self.features.iter_mut().zip(values).zip(observed::COLUMNS) {
            let value = if name == "mean_days_between_orders" { broken(&mut faults, value) } else { Some(value) };
            // Undefined (0 / 0) is null in the file.
            column.push(value.filter(|v| !v.is_nan()));
        }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut columns: Vec<ArrayRef> =
            vec![self.ids.column("cust_", std::mem::take(&mut self.customer)), ints(std::mem::take(&mut self.orders))];
        columns.extend(self.features.iter_mut().map(|column| floats(std::mem::take(column))));
        columns.push(texts(self.kind.drain(..).map(|kind| self.types[kind].as_str())));
        self.rows.write(columns)
    }
}
