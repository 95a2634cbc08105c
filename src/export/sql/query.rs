//! The scoring query: from mapped columns to one row per customer.
//!
//! Two identities keep it to one scan of the lines and without a join of lines with lines. Where the days between
//! orders are derived from dates, a customer's gaps add up to last day less first day. Where `reordered` is derived, a
//! customer's first line of a product is new and every later one a reorder: reordered lines = lines - products.
//!
//! Spark and `BigQuery` compute a step anew for each step that reads it. So whatever comes from the lines is a chain, each
//! step read once: one wide file is grouped by order and by product in one go (`GROUPING SETS`).

use std::collections::{BTreeMap, BTreeSet};

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
    name: String,
    why: String,
    /// Read more than once by later steps.
    shared: bool,
    body: String,
}

impl Step {
    fn new(q: &str, name: &str, why: &str, body: String) -> Self {
        Self { name: format!("{q}{name}"), why: why.to_owned(), shared: false, body }
    }
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
    let q = &mark(parts.iter().map(|(file, _)| table(file)));
    let mut steps = match baseline.extract.layout {
        Layout::Customers => customer_steps(engine, q, baseline, &parts),
        layout => history_steps(engine, q, baseline, &parts, layout == Layout::Wide),
    };
    steps.push(rule(engine, q, baseline));
    Query { head: head(baseline, dialect), steps, select: select(engine, q, baseline) }
}

/// What the names of all steps begin with, and no table's name: a step would hide a table of its name. Engines differ in
/// whether case tells names apart.
fn mark<'a>(tables: impl Iterator<Item = &'a str>) -> String {
    let tables: Vec<String> = tables.map(str::to_lowercase).collect();
    let mut mark = "q_".to_owned();
    while tables.iter().any(|name| name.starts_with(&mark)) {
        mark.insert(0, 'q');
    }
    mark
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
    // Once, however many files have such a column.
    for zone in baseline.extract.columns.iter().filter_map(source::zone).collect::<BTreeSet<_>>() {
        lines.push(format!("Days are those of the clock of {zone}, by the rules of time zones that this engine has."));
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
pub(super) fn table(file: &str) -> &str {
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

fn history_steps(engine: &dyn Engine, q: &str, baseline: &Baseline, parts: &[Part<'_>], wide: bool) -> Vec<Step> {
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
            .map_or_else(|| format!("CAST(NULL AS {})", engine.double()), |column| source::gap(engine, column))
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
        wide_steps(engine, q, &facts, source_step(engine, &lines, &all))
    } else {
        let orders = source_step(engine, &orders, &order_columns);
        star_steps(engine, q, &facts, orders, source_step(engine, &lines, &line_columns))
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
    /// Columns of an order, each said by `say`, as a list that goes on.
    fn columns(&self, say: impl Fn(&str) -> String) -> String {
        [
            ("gap", self.timing == Timing::Given),
            ("day", self.timing != Timing::Given || self.as_of.is_some()),
            ("sequence", self.timing == Timing::Sequence),
        ]
        .into_iter()
        .filter(|(_, wanted)| *wanted)
        .map(|(name, _)| say(name))
        .collect()
    }

    /// Each the least over an order's rows.
    fn order_columns(&self) -> String {
        self.columns(|name| format!(", MIN({name}) AS {name}"))
    }

    /// As they are, but for the day.
    fn other_columns(&self) -> String {
        self.columns(|name| if name == "day" { String::new() } else { format!(", {name}") })
    }

    /// `day <= as-of`, as a condition.
    fn until(&self, engine: &dyn Engine, day: &str) -> Option<String> {
        self.as_of.map(|date| format!("{day} <= {}", engine.day_of_date(&format!("DATE '{date}'"))))
    }

    /// Orders, gaps and days per customer, and what `carried` sums beside them, from the step `from` of orders.
    fn timing_steps(&self, engine: &dyn Engine, q: &str, from: &str, kept: &str, carried: &Carried<'_>) -> Vec<Step> {
        let step = |name: &str, why: &str, body| Step::new(q, name, why, body);
        let Carried { columns, orders, sums } = carried;
        let sum = |gaps: &str| as_double(engine, gaps);
        let histories = |gaps: &str, days: &str, from: &str| {
            format!(
                "  SELECT customer_id, {orders} AS orders, {gaps} AS gaps,\n    {} AS days{sums}\n  FROM {from}\n  \
                 GROUP BY customer_id",
                sum(days)
            )
        };
        let from = format!("{q}{from}{kept}");
        match self.timing {
            Timing::Given => vec![step(
                "timing",
                "Days between orders, as the column gives them; unknown ones do not count.",
                histories("COUNT(gap)", "SUM(gap)", &from),
            )],
            Timing::Dates => vec![step(
                "timing",
                "Days between consecutive orders (calendar days; same day = 0) add up to last day - first day.",
                histories("COUNT(day) - 1", "MAX(day) - MIN(day)", &from),
            )],
            Timing::Sequence => vec![
                step(
                    "gaps_in_sequence",
                    "Days since the prior order in sequence; null for the first.",
                    format!(
                        "  SELECT customer_id{columns}, day - LAG(day) OVER (\n    PARTITION BY customer_id ORDER BY sequence \
                         NULLS LAST, day NULLS LAST\n  ) AS gap\n  FROM {from}"
                    ),
                ),
                step(
                    "timing",
                    "Orders dated before their predecessor have no known gap.",
                    histories(
                        "COUNT(CASE WHEN gap >= 0 THEN 1 END)",
                        "SUM(CASE WHEN gap >= 0 THEN gap END)",
                        &format!("{q}gaps_in_sequence"),
                    ),
                ),
            ],
        }
    }
}

/// What goes through the steps of timing beside orders and gaps.
struct Carried<'a> {
    /// Columns of the step before, as a list that goes on.
    columns: &'a str,
    /// How its rows are counted as orders.
    orders: &'a str,
    /// Sums over a customer's rows, as a list that goes on.
    sums: &'a str,
}

const KNOWN: &str = "customer_id IS NOT NULL AND order_id IS NOT NULL";
const RETURNS: &str = "Units of returns are negative or 0 and net out; what is left with no unit is no line.";
/// What `reordered` is where no column gives it.
const DERIVED: &str = "The first purchase of a product is new, every later order of it a reorder: lines - products.";
const GIVEN: &str = "Reordered lines, by the column as given.";

fn star_steps(engine: &dyn Engine, q: &str, facts: &Facts<'_>, orders: String, lines: String) -> Vec<Step> {
    let step = |name: &str, why: &str, body| Step::new(q, name, why, body);
    let kept = facts.until(engine, "day").map_or_else(String::new, |until| format!("\n  WHERE {until}"));
    let mut steps = vec![
        step("orders_in", "Your orders.", orders),
        step("lines_in", "Your order lines: read here and nowhere else.", lines),
        Step {
            shared: true,
            ..step(
                "orders_once",
                "An order is a distinct (customer, order); rows without either are left out.",
                format!(
                    "  SELECT customer_id, order_id{}\n  FROM {q}orders_in\n  WHERE {KNOWN}\n  GROUP BY customer_id, order_id",
                    facts.order_columns()
                ),
            )
        },
    ];
    let orders = Carried { columns: "", orders: "COUNT(*)", sums: "" };
    steps.extend(facts.timing_steps(engine, q, "orders_once", &kept, &orders));
    let until = facts.until(engine, "MIN(day)").map_or_else(String::new, |until| format!(" AND {until}"));
    steps.push(step(
        "owners",
        "Whose order it is. An order id under two customers does not say whose its lines are: they are left out.",
        format!(
            "  SELECT order_id, MIN(customer_id) AS customer_id\n  FROM {q}orders_once\n  GROUP BY order_id\n  \
             HAVING COUNT(*) = 1{until}"
        ),
    ));
    let having = if facts.quantity { "\n  HAVING SUM(units) > 0" } else { "" };
    let returns = if facts.quantity { format!(" {RETURNS}") } else { String::new() };
    let again = if facts.given_flag { ", MAX(again) AS again" } else { "" };
    steps.push(step(
        "basket",
        &format!("A line is a distinct (order, product).{returns}"),
        format!(
            "  SELECT order_id, product_id{again}\n  FROM {q}lines_in\n  WHERE order_id IS NOT NULL AND product_id IS NOT NULL\n  \
             GROUP BY order_id, product_id{having}"
        ),
    ));
    let owned =
        |from: &str| format!("FROM {q}{from} AS own\n  JOIN {q}owners AS owners ON owners.order_id = own.order_id");
    if facts.given_flag {
        steps.push(step(
            "basket_sizes",
            "Lines per order before they are joined: a tenth of the rows.",
            format!(
                "  SELECT order_id, COUNT(*) AS line_count, SUM(again) AS reordered\n  FROM {q}basket\n  GROUP BY order_id"
            ),
        ));
        steps.push(step(
            "loyalty",
            GIVEN,
            format!(
                "  SELECT owners.customer_id, SUM(own.line_count) AS line_count, SUM(own.reordered) AS reordered\n  {}\n  \
                 GROUP BY owners.customer_id",
                owned("basket_sizes")
            ),
        ));
    } else {
        steps.push(step(
            "bought",
            "How many orders of a customer hold a product.",
            format!(
                "  SELECT owners.customer_id, own.product_id, COUNT(*) AS line_count\n  {}\n  \
                 GROUP BY owners.customer_id, own.product_id",
                owned("basket")
            ),
        ));
        steps.push(step(
            "loyalty",
            DERIVED,
            format!(
                "  SELECT customer_id, SUM(line_count) AS line_count, SUM(line_count) - COUNT(*) AS reordered\n  \
                 FROM {q}bought\n  GROUP BY customer_id"
            ),
        ));
    }
    let one = "timing.customer_id, timing.orders, timing.gaps, timing.days";
    steps.push(step(
        "histories",
        "Both sides of a customer.",
        format!(
            "  SELECT {one}, loyalty.line_count, loyalty.reordered\n  FROM {q}timing AS timing\n  \
             LEFT JOIN {q}loyalty AS loyalty ON loyalty.customer_id = timing.customer_id"
        ),
    ));
    steps
}

/// A chain: each step is read once, by the next. Rows of products, which have no time, come last in a customer's sequence
/// and are no order's predecessor.
fn wide_steps(engine: &dyn Engine, q: &str, facts: &Facts<'_>, rows: String) -> Vec<Step> {
    let step = |name: &str, why: &str, body| Step::new(q, name, why, body);
    let mut measures = facts.order_columns();
    if facts.given_flag {
        measures.push_str(", MAX(again) AS again");
    }
    if facts.quantity {
        measures.push_str(", SUM(units) AS units");
    }
    let returns = if facts.quantity { format!(" {RETURNS}") } else { String::new() };
    let mut steps = vec![
        step("rows_in", "Your order lines: read here and nowhere else.", rows),
        step(
            "basket",
            &format!("A line is a distinct (order, product) of a customer.{returns}"),
            format!(
                "  SELECT customer_id, order_id, product_id{measures}\n  FROM {q}rows_in\n  WHERE {KNOWN}\n  \
                 GROUP BY customer_id, order_id, product_id"
            ),
        ),
    ];
    let line = if facts.quantity { "product_id IS NOT NULL AND units > 0" } else { "product_id IS NOT NULL" };
    let lines = format!("COUNT(CASE WHEN {line} THEN 1 END)");
    let until = facts.until(engine, "day");
    let kept = until.as_ref().map_or_else(String::new, |until| format!("\n  WHERE {until}"));
    let timing = if facts.given_flag {
        steps.push(step(
            "orders_once",
            &format!("An order is a distinct (customer, order); its time is that of its earliest line. {GIVEN}"),
            format!(
                "  SELECT customer_id, order_id{},\n    {lines} AS line_count, SUM(CASE WHEN {line} THEN again ELSE 0 END) \
                 AS reordered\n  FROM {q}basket\n  GROUP BY customer_id, order_id",
                facts.order_columns()
            ),
        ));
        let carried = Carried {
            columns: ", line_count, reordered",
            orders: "COUNT(*)",
            sums: ",\n    SUM(line_count) AS line_count, SUM(reordered) AS reordered",
        };
        facts.timing_steps(engine, q, "orders_once", &kept, &carried)
    } else {
        let mut from = "basket";
        if until.is_some() {
            from = "dated";
            let mut others = facts.other_columns();
            if facts.quantity {
                others.push_str(", units");
            }
            // Not MIN: DuckDB turns a window of aggregates into a join of the lines with themselves.
            steps.push(step(
                from,
                "The day of an order is that of its earliest line.",
                format!(
                    "  SELECT customer_id, order_id, product_id{others},\n    FIRST_VALUE(day) OVER (PARTITION BY customer_id, \
                     order_id ORDER BY day NULLS LAST) AS day\n  FROM {q}basket"
                ),
            ));
        }
        steps.push(step(
            "orders_and_products",
            "In one go: a row per order (a distinct (customer, order), its time that of its earliest line) and a row per \
             product that a customer bought. Rows of products have no order, no time and no lines.",
            format!(
                "  SELECT customer_id, order_id{},\n    CASE WHEN GROUPING(order_id) = 0 THEN {lines} END AS line_count,\n    \
                 CASE WHEN GROUPING(order_id) = 1 AND {lines} > 0 THEN 1 END AS product\n  FROM {q}{from}{kept}\n  \
                 GROUP BY GROUPING SETS ((customer_id, order_id), (customer_id, product_id))",
                facts.columns(|name| format!(",\n    CASE WHEN GROUPING(order_id) = 0 THEN MIN({name}) END AS {name}"))
            ),
        ));
        let carried = Carried {
            columns: ", order_id, line_count, product",
            orders: "COUNT(order_id)",
            sums: ",\n    SUM(line_count) AS line_count, SUM(line_count) - COUNT(product) AS reordered",
        };
        facts.timing_steps(engine, q, "orders_and_products", "", &carried)
    };
    steps.extend(timing);
    if let Some(last) = steps.last_mut() {
        last.name = format!("{q}histories");
        if !facts.given_flag {
            last.why = format!("{} {DERIVED}", last.why);
        }
    }
    steps
}

/// Scores of a customer-level table are given, or the inverse of what is given.
fn customer_steps(engine: &dyn Engine, q: &str, baseline: &Baseline, parts: &[Part<'_>]) -> Vec<Step> {
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
    let step = |name: &str, why: &str, body| Step::new(q, name, why, body);
    vec![
        step(
            "customers_in",
            "Your customers.",
            source_step(
                engine,
                &[part],
                &[
                    ("customer_id", &customer),
                    ("orders", &orders),
                    ("frequency_in", &frequency),
                    ("loyalty_in", &loyalty),
                ],
            ),
        ),
        step(
            "customers_once",
            "A customer who stands twice counts once.",
            format!(
                "  SELECT customer_id, orders, frequency_in, loyalty_in,\n    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY \
                 frequency_in, loyalty_in, orders) AS copy\n  FROM {q}customers_in\n  WHERE customer_id IS NOT NULL"
            ),
        ),
        step(
            "scores",
            "Both scores, as given or from what is given.",
            format!(
                "  SELECT customer_id, orders, {frequency_score} AS freq_score,\n    CASE WHEN loyalty_in BETWEEN 0 AND 1 THEN \
                 loyalty_in END AS loyalty_score\n  FROM {q}customers_once\n  WHERE copy = 1"
            ),
        ),
    ]
}

/// Scores and status of every customer.
fn rule(engine: &dyn Engine, q: &str, baseline: &Baseline) -> Step {
    let minimum = baseline.definitions.min_orders;
    let body = if baseline.extract.layout == Layout::Customers {
        format!(
            "  SELECT customer_id, orders,\n    CASE WHEN orders IS NULL OR orders < {minimum} THEN 'below_minimum'\n      \
             WHEN freq_score IS NULL OR loyalty_score IS NULL THEN 'invalid_score'\n      ELSE 'assigned' END AS status,\n    \
             freq_score, loyalty_score\n  FROM {q}scores"
        )
    } else {
        format!(
            "  SELECT customer_id, orders,\n    CASE WHEN orders < {minimum} THEN 'below_minimum'\n      \
             WHEN gaps < 1 THEN 'no_gap'\n      WHEN COALESCE(line_count, 0) = 0 THEN 'no_lines'\n      \
             ELSE 'assigned' END AS status,\n    {one} / (days / NULLIF(gaps, 0) + 1) AS freq_score,\n    \
             {reordered} / {lines} AS loyalty_score\n  FROM {q}histories",
            one = as_double(engine, "1"),
            reordered = as_double(engine, "reordered"),
            lines = as_double(engine, "NULLIF(line_count, 0)"),
        )
    };
    let why =
        format!("Customers with fewer than {minimum} orders, without a known gap or without a line have no segment.");
    Step::new(q, "scored", &why, body)
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
fn select(engine: &dyn Engine, q: &str, baseline: &Baseline) -> String {
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
         orders,\n  status\nFROM {q}scored",
        name(true, true),
        name(true, false),
        name(false, true),
        name(false, false),
        percentile(engine, "freq_score", &baseline.thresholds.frequency.percentiles),
        percentile(engine, "loyalty_score", &baseline.thresholds.loyalty.percentiles),
    )
}
