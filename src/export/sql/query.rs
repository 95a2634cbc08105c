//! The scoring query: from mapped columns to one row per customer.
//!
//! Two identities keep it to one scan of the lines and without a join of lines with lines. Where the days between
//! orders are derived from dates, a customer's gaps add up to last day less first day. Where `reordered` is derived, a
//! customer's first line of a product is new and every later one a reorder: reordered lines = lines - products.

use std::collections::BTreeMap;

use crate::extract::columns::{MappedColumn, TimeWriting};
use crate::extract::findings::Layout;
use crate::extract::schema::Role;
use crate::planning::baseline::Baseline;
use crate::planning::drivers::Percentiles;
use crate::segments::findings::Segment;

use super::Dialect;
use super::engine::{Engine, as_double, comment, comments, exact};
use super::source;

/// A query in the making: steps (`WITH`), and the last `SELECT`.
pub(super) struct Query {
    /// What stands above it.
    pub(super) head: String,
    /// Name, comment and body of each step.
    pub(super) steps: Vec<Step>,
    /// The last `SELECT`.
    pub(super) select: String,
}

/// One step of a query.
pub(super) struct Step {
    name: &'static str,
    why: String,
    /// Read more than once by later steps.
    shared: bool,
    body: String,
}

/// The scoring query of a baseline: a plain `SELECT`, without a semicolon.
pub fn scoring(baseline: &Baseline, dialect: Dialect) -> String {
    let query = plan(baseline, dialect);
    format!("{}{}{}\n", query.head, with(&query.steps, dialect.engine()), query.select)
}

/// The steps as text, ending before the last `SELECT`.
pub(super) fn with(steps: &[Step], engine: &dyn Engine) -> String {
    let mut text = String::from("WITH\n");
    for (at, step) in steps.iter().enumerate() {
        let once = if step.shared { engine.once() } else { "" };
        let comma = if at + 1 < steps.len() { "," } else { "" };
        text.push_str(&format!("-- {}\n{} AS {once}(\n{}\n){comma}\n", comment(&step.why), step.name, step.body));
    }
    text
}

/// A file's columns by role.
type Roles<'a> = BTreeMap<Role, &'a MappedColumn>;
/// A file and its columns.
type Part<'a> = (&'a str, Roles<'a>);
/// A column of a first step: its name, and what it is made of.
type Source<'f> = (&'f str, &'f dyn Fn(&Roles<'_>) -> String);

/// How a customer's gaps come about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Timing {
    /// A column says the days since the prior order.
    Given,
    /// Dates, in order of time.
    Dates,
    /// Dates, in order of a sequence column.
    Sequence,
}

/// Plans the query.
pub(super) fn plan(baseline: &Baseline, dialect: Dialect) -> Query {
    let engine = dialect.engine();
    let mut parts: BTreeMap<&str, Roles<'_>> = BTreeMap::new();
    for column in &baseline.extract.columns {
        parts.entry(&column.file).or_default().insert(column.role, column);
    }
    let parts: Vec<Part<'_>> = parts.into_iter().collect();
    let mut steps = match baseline.extract.layout {
        Layout::Customers => customer_steps(engine, baseline, &parts),
        layout => history_steps(engine, baseline, &parts, layout == Layout::Wide),
    };
    steps.push(rule(engine, baseline));
    Query { head: head(baseline, dialect), steps, select: select(engine, baseline) }
}

/// What, from what, by which run.
fn head(baseline: &Baseline, dialect: Dialect) -> String {
    let (frequency, loyalty) = baseline.cuts();
    let when = match baseline.extract.period {
        Some(period) => format!("orders of {}", period.words()),
        None => "orders without dates".to_owned(),
    };
    let mut lines = vec![
        format!("Quadrant scoring for {}: one row per customer with scores, segment and percentiles.", dialect.title()),
        format!("Thresholds frozen from {} customers ({when}): frequency {frequency:?}, loyalty {loyalty:?}; at or above is high.", baseline.customers),
        format!("Made by quadrant {}; receipt {}; baseline {}.", baseline.build, baseline.receipt, baseline.sha256),
        "A plain SELECT: run it, make a view of it, or save it as a dbt model. The tables are named in the first steps \
         only; put your own names there, or dbt's ref() and source()."
            .to_owned(),
        "Segments are Champions, Frequent Explorers, Loyal Occasionals, At Risk. Customers with too short a history have a \
         status and no segment."
            .to_owned(),
    ];
    if let Some(date) = as_of(baseline) {
        lines.push(format!("Orders after {date} are left out, as in that run: for later months move the date, or take the conditions on day out."));
    }
    let wall_clock = |c: &MappedColumn| c.writing == Some(TimeWriting::WallClock);
    if dialect == Dialect::Spark && baseline.extract.columns.iter().any(wall_clock) {
        lines.push(
            "Spark shows TIMESTAMP in the session's zone: set spark.sql.session.timeZone to the zone that your clock is \
             written in (UTC for INT96 and what pandas writes). TIMESTAMP_NTZ needs nothing."
                .into(),
        );
    }
    for column in baseline.extract.columns.iter().filter(|c| MARKED.iter().any(|mark| c.kind.ends_with(mark))) {
        let (name, kind) = (&column.column, &column.kind);
        lines
            .push(format!("{name} was read from CSV as {kind}: its table here must hold it as a column of that type."));
    }
    let marks = |name: &str| ["{{", "{%", "{#"].iter().any(|mark| name.contains(mark));
    if baseline.extract.columns.iter().any(|c| marks(&c.column) || marks(&c.file)) {
        lines.push(
            "A column or table name holds marks that dbt would read as its own: rename it before using dbt.".into(),
        );
    }
    comments(&lines)
}

/// The as-of date of the run, if it is one: it becomes part of the query.
fn as_of(baseline: &Baseline) -> Option<&str> {
    baseline.as_of.as_deref().filter(|text| text.chars().all(|c| c.is_ascii_digit() || c == '-'))
}

/// Kinds of CSV columns that a warehouse would not load right by itself.
const MARKED: [&str; 3] = [", day first", ", month first", ", decimal comma"];

/// Table name of a file: its name without the ending.
fn table(file: &str) -> &str {
    let lower = file.to_ascii_lowercase();
    ["parquet", "csv", "pq", "csv.gz", "tsv", "tsv.gz", "txt", "txt.gz"]
        .iter()
        .find(|ending| lower.ends_with(&format!(".{ending}")))
        .and_then(|ending| file.get(..file.len() - ending.len() - 1))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(file)
}

/// `SELECT` of the named expressions from every part, one after the other.
fn source_step(engine: &dyn Engine, parts: &[&Part<'_>], columns: &[Source<'_>]) -> String {
    let selects: Vec<String> = parts
        .iter()
        .map(|(file, roles)| {
            let list: Vec<String> =
                columns.iter().map(|(name, expression)| format!("    {} AS {name}", expression(roles))).collect();
            format!("  SELECT\n{}\n  FROM {}", list.join(",\n"), engine.identifier(table(file)))
        })
        .collect();
    selects.join("\n  UNION ALL\n")
}

fn history_steps(engine: &dyn Engine, baseline: &Baseline, parts: &[Part<'_>], wide: bool) -> Vec<Step> {
    let is_table = |roles: &Roles<'_>| roles.contains_key(&Role::CategoryKey) || roles.contains_key(&Role::ProductKey);
    let is_lines = |roles: &Roles<'_>| !wide && roles.contains_key(&Role::LineOrder);
    let orders: Vec<&Part<'_>> = parts
        .iter()
        .filter(|(_, roles)| !is_table(roles) && !is_lines(roles) && roles.contains_key(&Role::Order))
        .collect();
    let lines: Vec<&Part<'_>> = if wide {
        orders.clone()
    } else {
        parts.iter().filter(|(_, roles)| !is_table(roles) && is_lines(roles)).collect()
    };
    let has = |parts: &[&Part<'_>], role: Role| parts.iter().any(|(_, roles)| roles.contains_key(&role));
    let facts = Facts {
        timing: if has(&orders, Role::DaysSincePrior) {
            Timing::Given
        } else if has(&orders, Role::OrderSequence) {
            Timing::Sequence
        } else {
            Timing::Dates
        },
        given_flag: !lines.is_empty() && lines.iter().all(|(_, roles)| roles.contains_key(&Role::Reordered)),
        quantity: has(&lines, Role::Quantity),
        as_of: as_of(baseline),
    };
    let number = |role: Role| {
        move |roles: &Roles<'_>| {
            roles
                .get(&role)
                .map_or_else(|| format!("CAST(NULL AS {})", engine.double()), |column| source::number(engine, column))
        }
    };
    let key = |role: Role| {
        move |roles: &Roles<'_>| {
            roles.get(&role).map_or_else(|| "NULL".to_owned(), |column| source::key(engine, column))
        }
    };
    let day = |roles: &Roles<'_>| {
        roles
            .get(&Role::OrderTimestamp)
            .map_or_else(|| format!("CAST(NULL AS {})", engine.integer()), |column| source::day(engine, column))
    };
    let gap = |roles: &Roles<'_>| {
        roles
            .get(&Role::DaysSincePrior)
            .map_or_else(|| format!("CAST(NULL AS {})", engine.double()), |column| source::non_negative(engine, column))
    };
    let again = |roles: &Roles<'_>| {
        roles.get(&Role::Reordered).map_or_else(|| "0".to_owned(), |column| source::flag(engine, column))
    };
    // A quantity that is not known is no return.
    let units = |roles: &Roles<'_>| format!("COALESCE({}, 1)", number(Role::Quantity)(roles));
    let customer = key(Role::Customer);
    let order = key(Role::Order);
    let line_order = key(if wide { Role::Order } else { Role::LineOrder });
    let product = key(Role::Product);
    let sequence = number(Role::OrderSequence);

    let mut order_columns: Vec<Source<'_>> = vec![("customer_id", &customer), ("order_id", &order)];
    if facts.timing == Timing::Given {
        order_columns.push(("gap", &gap));
    }
    if facts.timing != Timing::Given || facts.as_of.is_some() {
        order_columns.push(("day", &day));
    }
    if facts.timing == Timing::Sequence {
        order_columns.push(("sequence", &sequence));
    }
    let mut line_columns: Vec<Source<'_>> = vec![("order_id", &line_order), ("product_id", &product)];
    if facts.given_flag {
        line_columns.push(("again", &again));
    }
    if facts.quantity {
        line_columns.push(("units", &units));
    }
    if wide {
        let mut all = order_columns.clone();
        all.extend(line_columns.into_iter().skip(1));
        wide_steps(engine, &facts, source_step(engine, &lines, &all))
    } else {
        let orders = source_step(engine, &orders, &order_columns);
        star_steps(engine, &facts, orders, source_step(engine, &lines, &line_columns))
    }
}

/// What decides the shape of a query.
struct Facts<'a> {
    timing: Timing,
    given_flag: bool,
    quantity: bool,
    as_of: Option<&'a str>,
}

impl Facts<'_> {
    /// Columns of an order, each the least over its rows.
    fn order_columns(&self) -> String {
        let mut columns = String::new();
        for (name, wanted) in [
            ("gap", self.timing == Timing::Given),
            ("day", self.timing != Timing::Given || self.as_of.is_some()),
            ("sequence", self.timing == Timing::Sequence),
        ] {
            if wanted {
                columns.push_str(&format!(", MIN({name}) AS {name}"));
            }
        }
        columns
    }

    /// `day <= as-of`, as a condition.
    fn until(&self, engine: &dyn Engine, day: &str) -> Option<String> {
        self.as_of.map(|date| format!("{day} <= {}", engine.day_of_date(&format!("DATE '{date}'"))))
    }

    /// Orders, gaps and days per customer, from the step `orders_once`.
    fn timing_steps(&self, engine: &dyn Engine) -> Vec<Step> {
        let kept = self.until(engine, "day").map_or_else(String::new, |until| format!("\n  WHERE {until}"));
        let step = |name, why: &str, body| Step { name, why: why.to_owned(), shared: false, body };
        let sum = |gaps: &str| as_double(engine, gaps);
        match self.timing {
            Timing::Given => vec![step(
                "timing",
                "Days between orders, as the column gives them; unknown ones do not count.",
                format!(
                    "  SELECT customer_id, COUNT(*) AS orders, COUNT(gap) AS gaps, {} AS days\n  FROM orders_once{kept}\n  \
                     GROUP BY customer_id",
                    sum("SUM(gap)")
                ),
            )],
            Timing::Dates => vec![step(
                "timing",
                "Days between consecutive orders (calendar days; same day = 0) add up to last day - first day.",
                format!(
                    "  SELECT customer_id, COUNT(*) AS orders, COUNT(day) - 1 AS gaps, {} AS days\n  FROM orders_once{kept}\n  \
                     GROUP BY customer_id",
                    sum("MAX(day) - MIN(day)")
                ),
            )],
            Timing::Sequence => vec![
                step(
                    "gaps_in_sequence",
                    "Days since the prior order in sequence; null for the first.",
                    format!(
                        "  SELECT customer_id, day - LAG(day) OVER (\n    PARTITION BY customer_id ORDER BY sequence NULLS LAST, \
                         day NULLS LAST\n  ) AS gap\n  FROM orders_once{kept}"
                    ),
                ),
                step(
                    "timing",
                    "Orders dated before their predecessor have no known gap.",
                    format!(
                        "  SELECT customer_id, COUNT(*) AS orders, COUNT(CASE WHEN gap >= 0 THEN 1 END) AS gaps,\n    {} AS days\n  \
                         FROM gaps_in_sequence\n  GROUP BY customer_id",
                        sum("SUM(CASE WHEN gap >= 0 THEN gap END)")
                    ),
                ),
            ],
        }
    }
}

const KNOWN: &str = "customer_id IS NOT NULL AND order_id IS NOT NULL";
const RETURNS: &str = "Units of returns are negative or 0 and net out; what is left with no unit is no line.";

fn star_steps(engine: &dyn Engine, facts: &Facts<'_>, orders: String, lines: String) -> Vec<Step> {
    let step = |name, why: String, shared, body| Step { name, why, shared, body };
    let mut steps = vec![
        step("orders_in", "Your orders.".into(), false, orders),
        step("lines_in", "Your order lines: read here and nowhere else.".into(), false, lines),
        step(
            "orders_once",
            "An order is a distinct (customer, order); rows without either are left out.".into(),
            true,
            format!(
                "  SELECT customer_id, order_id{}\n  FROM orders_in\n  WHERE {KNOWN}\n  GROUP BY customer_id, order_id",
                facts.order_columns()
            ),
        ),
    ];
    steps.extend(facts.timing_steps(engine));
    let until = facts.until(engine, "MIN(day)").map_or_else(String::new, |until| format!(" AND {until}"));
    steps.push(step(
        "owners",
        "Whose order it is. An order id under two customers does not say whose its lines are: they are left out."
            .into(),
        false,
        format!(
            "  SELECT order_id, MIN(customer_id) AS customer_id\n  FROM orders_once\n  GROUP BY order_id\n  \
             HAVING COUNT(*) = 1{until}"
        ),
    ));
    let having = if facts.quantity { "\n  HAVING SUM(units) > 0" } else { "" };
    let returns = if facts.quantity { format!(" {RETURNS}") } else { String::new() };
    let again = if facts.given_flag { ", MAX(again) AS again" } else { "" };
    steps.push(step(
        "basket",
        format!("A line is a distinct (order, product).{returns}"),
        false,
        format!(
            "  SELECT order_id, product_id{again}\n  FROM lines_in\n  WHERE order_id IS NOT NULL AND product_id IS NOT NULL\n  \
             GROUP BY order_id, product_id{having}"
        ),
    ));
    if facts.given_flag {
        steps.push(step(
            "basket_sizes",
            "Lines per order before they are joined: a tenth of the rows.".into(),
            false,
            "  SELECT order_id, COUNT(*) AS line_count, SUM(again) AS reordered\n  FROM basket\n  GROUP BY order_id"
                .into(),
        ));
        steps.push(step(
            "loyalty",
            "Reordered lines, by the column as given.".into(),
            false,
            "  SELECT owners.customer_id, SUM(line_count) AS line_count, SUM(reordered) AS reordered\n  FROM basket_sizes\n  \
             JOIN owners ON owners.order_id = basket_sizes.order_id\n  GROUP BY owners.customer_id"
                .into(),
        ));
    } else {
        steps.push(step(
            "bought",
            "How many orders of a customer hold a product.".into(),
            false,
            "  SELECT owners.customer_id, basket.product_id, COUNT(*) AS line_count\n  FROM basket\n  \
             JOIN owners ON owners.order_id = basket.order_id\n  GROUP BY owners.customer_id, basket.product_id"
                .into(),
        ));
        steps.push(derived_loyalty());
    }
    steps
}

/// Reordered lines without a look at the order of time.
fn derived_loyalty() -> Step {
    Step {
        name: "loyalty",
        why: "The first purchase of a product is new, every later order of it a reorder: lines - products.".into(),
        shared: false,
        body: "  SELECT customer_id, SUM(line_count) AS line_count, SUM(line_count) - COUNT(*) AS reordered\n  FROM bought\n  \
               GROUP BY customer_id"
            .into(),
    }
}

fn wide_steps(engine: &dyn Engine, facts: &Facts<'_>, rows: String) -> Vec<Step> {
    let step = |name, why: String, shared, body| Step { name, why, shared, body };
    let mut measures = facts.order_columns();
    if facts.given_flag {
        measures.push_str(", MAX(again) AS again");
    }
    if facts.quantity {
        measures.push_str(", SUM(units) AS units");
    }
    let returns = if facts.quantity { format!(" {RETURNS}") } else { String::new() };
    let mut steps = vec![
        step("rows_in", "Your order lines: read here and nowhere else.".into(), false, rows),
        step(
            "basket",
            format!("A line is a distinct (order, product) of a customer.{returns}"),
            true,
            format!(
                "  SELECT customer_id, order_id, product_id{measures}\n  FROM rows_in\n  WHERE {KNOWN}\n  \
                 GROUP BY customer_id, order_id, product_id"
            ),
        ),
        step(
            "orders_once",
            "An order is a distinct (customer, order); its time is that of its earliest line.".into(),
            facts.as_of.is_some(),
            format!(
                "  SELECT customer_id, order_id{}\n  FROM basket\n  GROUP BY customer_id, order_id",
                facts.order_columns()
            ),
        ),
    ];
    steps.extend(facts.timing_steps(engine));
    let kept = facts.until(engine, "orders_once.day").map_or_else(String::new, |until| {
        format!(
            "\n  JOIN orders_once ON orders_once.customer_id = basket.customer_id AND orders_once.order_id = basket.order_id\n    \
             AND {until}"
        )
    });
    let bought = if facts.quantity { " AND basket.units > 0" } else { "" };
    let from =
        format!("  FROM basket{kept}\n  WHERE basket.product_id IS NOT NULL{bought}\n  GROUP BY basket.customer_id");
    if facts.given_flag {
        steps.push(step(
            "loyalty",
            "Reordered lines, by the column as given.".into(),
            false,
            format!("  SELECT basket.customer_id, COUNT(*) AS line_count, SUM(basket.again) AS reordered\n{from}"),
        ));
    } else {
        steps.push(step(
            "bought",
            "How many orders of a customer hold a product.".into(),
            false,
            format!(
                "  SELECT basket.customer_id, basket.product_id, COUNT(*) AS line_count\n{from}, basket.product_id"
            ),
        ));
        steps.push(derived_loyalty());
    }
    steps
}

/// Scores of a customer-level table are given, or the inverse of what is given.
fn customer_steps(engine: &dyn Engine, baseline: &Baseline, parts: &[Part<'_>]) -> Vec<Step> {
    let Some(part) = parts.iter().find(|(_, roles)| roles.contains_key(&Role::Customer)) else { return Vec::new() };
    let has = |role: Role| part.1.contains_key(&role);
    let customer = |roles: &Roles<'_>| {
        roles.get(&Role::Customer).map_or_else(|| "NULL".to_owned(), |column| source::key(engine, column))
    };
    let number = |role: Role| {
        move |roles: &Roles<'_>| {
            roles.get(&role).map_or_else(|| "NULL".to_owned(), |column| source::number(engine, column))
        }
    };
    let frequency = number(if has(Role::FreqScore) { Role::FreqScore } else { Role::MeanDaysBetweenOrders });
    let loyalty = number(if has(Role::LoyaltyScore) { Role::LoyaltyScore } else { Role::ReorderRatio });
    let minimum = baseline.definitions.min_orders.to_string();
    let orders = |roles: &Roles<'_>| {
        roles.get(&Role::OrderCount).map_or_else(|| minimum.clone(), |column| source::number(engine, column))
    };
    let frequency_score = if has(Role::FreqScore) {
        "CASE WHEN frequency_in > 0 AND frequency_in <= 1 THEN frequency_in END".to_owned()
    } else {
        let days = "CASE WHEN frequency_in > 0 THEN frequency_in ELSE 0 END";
        format!("CASE WHEN frequency_in IS NOT NULL THEN {} / ({days} + 1) END", as_double(engine, "1"))
    };
    vec![
        Step {
            name: "customers_in",
            why: "Your customers.".into(),
            shared: false,
            body: source_step(
                engine,
                &[part],
                &[
                    ("customer_id", &customer),
                    ("orders", &orders),
                    ("frequency_in", &frequency),
                    ("loyalty_in", &loyalty),
                ],
            ),
        },
        Step {
            name: "customers_once",
            why: "A customer who stands twice counts once.".into(),
            shared: false,
            body: "  SELECT customer_id, orders, frequency_in, loyalty_in,\n    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY \
                   frequency_in, loyalty_in, orders) AS copy\n  FROM customers_in\n  WHERE customer_id IS NOT NULL"
                .into(),
        },
        Step {
            name: "scores",
            why: "Both scores, as given or from what is given.".into(),
            shared: false,
            body: format!(
                "  SELECT customer_id, orders, {frequency_score} AS freq_score,\n    CASE WHEN loyalty_in BETWEEN 0 AND 1 THEN \
                 loyalty_in END AS loyalty_score\n  FROM customers_once\n  WHERE copy = 1"
            ),
        },
    ]
}

/// Scores and status of every customer.
fn rule(engine: &dyn Engine, baseline: &Baseline) -> Step {
    let minimum = baseline.definitions.min_orders;
    let body = if baseline.extract.layout == Layout::Customers {
        format!(
            "  SELECT customer_id, orders,\n    CASE WHEN orders IS NULL OR orders < {minimum} THEN 'below_minimum'\n      \
             WHEN freq_score IS NULL OR loyalty_score IS NULL THEN 'invalid_score'\n      ELSE 'assigned' END AS status,\n    \
             freq_score, loyalty_score\n  FROM scores"
        )
    } else {
        format!(
            "  SELECT timing.customer_id, timing.orders,\n    CASE WHEN timing.orders < {minimum} THEN 'below_minimum'\n      \
             WHEN timing.gaps < 1 THEN 'no_gap'\n      WHEN loyalty.line_count IS NULL THEN 'no_lines'\n      \
             ELSE 'assigned' END AS status,\n    {one} / (timing.days / NULLIF(timing.gaps, 0) + 1) AS freq_score,\n    \
             {reordered} / {lines} AS loyalty_score\n  FROM timing\n  \
             LEFT JOIN loyalty ON loyalty.customer_id = timing.customer_id",
            one = as_double(engine, "1"),
            reordered = as_double(engine, "loyalty.reordered"),
            lines = as_double(engine, "NULLIF(loyalty.line_count, 0)"),
        )
    };
    Step {
        name: "scored",
        why: format!(
            "Customers with fewer than {minimum} orders, without a known gap or without a line have no segment."
        ),
        shared: false,
        body,
    }
}

/// One score's percentile against the frozen edges.
fn percentile(engine: &dyn Engine, score: &str, percentiles: &Percentiles) -> String {
    let mut cases = String::new();
    for (at, (edge, value)) in percentiles.edges.iter().zip(&percentiles.values).enumerate() {
        if at % 4 == 0 {
            cases.push_str("\n     ");
        }
        cases.push_str(&format!(" WHEN {score} < {edge:e} THEN {value}"));
    }
    let last = percentiles.values.last().copied().unwrap_or(0.5);
    if cases.is_empty() {
        return format!("CASE WHEN status = 'assigned' THEN {} END", exact(engine, last));
    }
    format!(
        "CASE WHEN status = 'assigned' THEN {}\n    END",
        as_double(engine, &format!("CASE{cases}\n      ELSE {last} END"))
    )
}

/// The last `SELECT`.
fn select(engine: &dyn Engine, baseline: &Baseline) -> String {
    let (frequency, loyalty) = baseline.cuts();
    let (frequency, loyalty) =
        (format!("freq_score >= {}", exact(engine, frequency)), format!("loyalty_score >= {}", exact(engine, loyalty)));
    let name = |high_frequency, high_loyalty| Segment::of(high_frequency, high_loyalty).name();
    let id = engine.identifier(&baseline.id_name);
    format!(
        "SELECT\n  customer_id AS {id},\n  CASE WHEN status <> 'assigned' THEN NULL\n    WHEN {frequency} AND {loyalty} THEN '{}'\n    \
         WHEN {frequency} THEN '{}'\n    WHEN {loyalty} THEN '{}'\n    ELSE '{}' END AS segment,\n  \
         CASE WHEN status = 'assigned' THEN freq_score END AS freq_score,\n  \
         CASE WHEN status = 'assigned' THEN loyalty_score END AS loyalty_score,\n  \
         -- Percentiles against the frozen edges of the reference.\n  {} AS freq_percentile,\n  {} AS loyalty_percentile,\n  \
         orders,\n  status\nFROM scored",
        name(true, true),
        name(true, false),
        name(false, true),
        name(false, false),
        percentile(engine, "freq_score", &baseline.thresholds.frequency.percentiles),
        percentile(engine, "loyalty_score", &baseline.thresholds.loyalty.percentiles),
    )
}
