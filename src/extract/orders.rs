//! Orders: one per distinct (customer, order id), grouped by customer and put in sequence.

use std::cmp::Ordering;

use arrow_array::RecordBatch;
use hashbrown::HashMap;

use super::bound::{Bound, Reading, Watch};
use super::clock::Clock;
use super::error::ExtractError;
use super::history::{LONGEST_GAP, NO_CLOCK, NO_DAY};
use super::ids::Ids;
use super::keys::{Interner, NULL};
use super::notes::place;
use super::numbers::Numbers;
use super::remote::Ahead;
use super::schema::Role;
use super::time::{NEVER, Times, parts};
use crate::crew::{Piped, piped};

/// In place of a position: no order.
pub(super) const NO_ORDER: u32 = u32::MAX;
/// In place of a position: the order is later than the as-of date.
pub(super) const LATE: u32 = u32::MAX - 1;
/// In place of a position: the order id stands under several customers.
pub(super) const SHARED: u32 = u32::MAX - 2;
/// No more orders than this.
const MOST_ORDERS: usize = (u32::MAX - 3) as usize;

type Pairs = HashMap<(u32, u32), u32, foldhash::fast::FixedState>;

/// Orders as they stand in the files: one value per order in order of first appearance.
struct RawOrders {
    customers: Interner,
    keys: Interner,
    /// Order number (of `keys`) to row here; [`NO_ORDER`] while unseen.
    first: Vec<u32>,
    /// Further rows of order ids that stand under several customers: (order number, customer number) to row.
    others: Pairs,
    key: Vec<u32>,
    customer: Vec<u32>,
    sequence: Option<Vec<f64>>,
    stamp: Option<Vec<i64>>,
    gap: Option<Vec<f64>>,
    hour: Option<Vec<u8>>,
    weekday: Option<Vec<u8>>,
}

/// Orders grouped by customer and in sequence.
pub(super) struct Orders {
    /// Customers' ids in ascending order.
    pub(super) ids: Ids,
    /// Start of each customer's orders.
    pub(super) order_start: Vec<u32>,
    /// Days since the prior order.
    pub(super) days_since_prior: Vec<f64>,
    /// Hour of day.
    pub(super) hour: Option<Vec<u8>>,
    /// Day of week.
    pub(super) weekday: Option<Vec<u8>>,
    /// Calendar day.
    pub(super) day: Option<Vec<i32>>,
    /// Order ids.
    pub(super) keys: Interner,
    /// Customer ids, for telling shared order ids apart.
    pub(super) customers: Interner,
    /// Order number to position, or [`NO_ORDER`], [`LATE`], [`SHARED`]; `None` if they are the same.
    pub(super) position: Option<Vec<u32>>,
    /// (order number, customer number) to position, for [`SHARED`] order ids.
    pub(super) shared: Pairs,
}

impl Orders {
    /// Number of orders.
    pub(super) fn len(&self) -> usize {
        self.days_since_prior.len()
    }

    /// Position of an order by its number; or [`NO_ORDER`], [`LATE`], [`SHARED`].
    #[inline]
    pub(super) fn position_of(&self, key: u32) -> u32 {
        self.position.as_ref().map_or(key, |position| position[key as usize])
    }
}

const ORDER_ROLES: [Role; 7] = [
    Role::Customer,
    Role::Order,
    Role::OrderSequence,
    Role::OrderTimestamp,
    Role::DaysSincePrior,
    Role::Hour,
    Role::Weekday,
];

/// Reads the orders of `parts`, in which each row is an order (star) or a line of one (wide). `elsewhere`: another worker
/// has something else to decode meanwhile.
pub(super) async fn read_orders(
    parts: &[Bound<'_>],
    rows_are_lines: bool,
    elsewhere: bool,
    as_of_day: Option<i32>,
    reading: &mut Reading<'_>,
) -> Result<Orders, ExtractError> {
    let raw = read_rows(parts, rows_are_lines, elsewhere, reading).await?;
    if raw.key.is_empty() {
        let file = parts.first().map(|p| p.table.name().to_owned()).unwrap_or_default();
        return Err(ExtractError::AllKeysNull { file });
    }
    check_shared(&raw, parts, rows_are_lines, reading)?;
    arrange(raw, as_of_day, reading).await
}

async fn read_rows(
    parts: &[Bound<'_>],
    rows_are_lines: bool,
    elsewhere: bool,
    reading: &mut Reading<'_>,
) -> Result<RawOrders, ExtractError> {
    let hint = parts.iter().map(|p| p.table.row_hint()).fold(0, usize::saturating_add);
    let any = |role| parts.iter().any(|p| p.has(role));
    let orders = if rows_are_lines { hint / 4 } else { hint };
    let mut raw = RawOrders {
        customers: Interner::new(orders),
        keys: Interner::new(hint),
        first: Vec::with_capacity(orders),
        others: Pairs::default(),
        key: Vec::with_capacity(orders),
        customer: Vec::with_capacity(orders),
        sequence: any(Role::OrderSequence).then(|| Vec::with_capacity(orders)),
        stamp: any(Role::OrderTimestamp).then(|| Vec::with_capacity(orders)),
        gap: any(Role::DaysSincePrior).then(|| Vec::with_capacity(orders)),
        hour: any(Role::Hour).then(|| Vec::with_capacity(orders)),
        weekday: any(Role::Weekday).then(|| Vec::with_capacity(orders)),
    };
    for part in parts {
        let (slots, batches) = if elsewhere {
            let (slots, batches) = part.stream(&ORDER_ROLES)?;
            (slots, Ahead::Here(batches))
        } else {
            part.ahead(&ORDER_ROLES)?
        };
        read_part(part, &slots, batches, rows_are_lines, &mut raw, reading).await?;
    }
    if let Some(weekday) = &mut raw.weekday {
        number_weekdays(weekday, reading);
    }
    Ok(raw)
}

/// Weekdays written 1..=7 with Sunday as 7 become 0..=6 with Sunday as 0.
fn number_weekdays(weekday: &mut [u8], reading: &mut Reading<'_>) {
    let sevens = weekday.iter().filter(|w| **w == 7).count() as u64;
    if sevens == 0 {
        return;
    }
    let iso = !weekday.contains(&0);
    weekday.iter_mut().filter(|w| **w == 7).for_each(|w| *w = if iso { 0 } else { NO_CLOCK });
    let sentence = if iso {
        "Weekdays are numbered 1 to 7; 7 was taken for Sunday and 1 for Monday, as ISO 8601 has it"
    } else {
        "Weekdays of 7 beside weekdays of 0 were taken for unknown"
    };
    reading.notes.say("weekday_numbering", sevens, sentence);
}

/// A batch with the numbers of its customers and orders.
struct Numbered {
    batch: RecordBatch,
    customers: Vec<u32>,
    keys: Vec<u32>,
    /// Orders known by now.
    distinct: usize,
}

/// A batch's columns as they were read; one that is absent is empty.
#[derive(Clone, Copy)]
struct Columns<'a> {
    sequence: &'a Numbers,
    stamp: &'a Times,
    gap: &'a Numbers,
    hour: &'a Numbers,
    weekday: &'a Numbers,
}

async fn read_part(
    part: &Bound<'_>,
    slots: &[Option<usize>],
    batches: Ahead<'_>,
    rows_are_lines: bool,
    raw: &mut RawOrders,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    let (Some(customer_at), Some(order_at)) = (slots[0], slots[1]) else {
        return Ok(());
    };
    // Looking ids up takes as long as all the rest: the two go on side by side.
    let (mut customers, mut orders) = (std::mem::take(&mut raw.customers), std::mem::take(&mut raw.keys));
    let mut rows_before = 0;
    let number = |batch: Result<RecordBatch, ExtractError>| {
        let batch = batch?;
        let mut found = Numbered { batch, customers: Vec::new(), keys: Vec::new(), distinct: 0 };
        for (role, at, ids, numbers) in [
            (Role::Customer, customer_at, &mut customers, &mut found.customers),
            (Role::Order, order_at, &mut orders, &mut found.keys),
        ] {
            ids.intern(found.batch.column(at), numbers).map_err(|e| part.key_error(role, e, rows_before))?;
        }
        found.distinct = orders.len();
        rows_before += found.batch.num_rows() as u64;
        Ok(found)
    };
    let taken = piped(batches, number, async |batches: &mut Piped<'_, _>| {
        read_batches(part, slots, batches, rows_are_lines, raw, reading).await
    });
    taken.await?;
    (raw.customers, raw.keys) = (customers, orders);
    Ok(())
}

async fn read_batches(
    part: &Bound<'_>,
    slots: &[Option<usize>],
    batches: &mut Piped<'_, Result<Numbered, ExtractError>>,
    rows_are_lines: bool,
    raw: &mut RawOrders,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    let [_, _, sequence_at, stamp_at, gap_at, hour_at, weekday_at] = slots[..] else {
        return Ok(());
    };
    let zone = zone_clock(part, reading);
    let (mut sequence, mut gap, mut hour, mut weekday) = <(Numbers, Numbers, Numbers, Numbers)>::default();
    let mut stamp = Times::default();
    let mut watches: [Watch; 5] = Default::default();
    let mut with_offset = 0;
    let mut rows_before = 0u64;
    let mut disagree = 0u64;
    while let Some(batch) = batches.next().await {
        let Numbered { batch, customers, keys, distinct } = batch?;
        let column = |at: usize| batch.column(at);
        raw.first.resize(distinct, NO_ORDER);
        for (at, numbers, watch) in [
            (sequence_at, &mut sequence, 0),
            (gap_at, &mut gap, 1),
            (hour_at, &mut hour, 2),
            (weekday_at, &mut weekday, 3),
        ] {
            if let Some(at) = at {
                numbers.read(column(at));
                let watch: &mut Watch = &mut watches[watch];
                watch.saw(numbers.present());
                if let Some((row, value)) = numbers.first_bad.take() {
                    watch.refuse(numbers.bad, rows_before + row as u64, || value);
                }
            }
        }
        if let Some(at) = stamp_at {
            stamp.read(column(at), &zone);
            watches[4].saw(stamp.present());
            if let Some((row, value)) = stamp.first_bad.take() {
                watches[4].refuse(stamp.bad, rows_before + row as u64, || value);
            }
            with_offset += stamp.with_offset;
        }
        let limit = |numbers: &mut Numbers, watch: &mut Watch, good: fn(f64) -> bool| {
            for (row, value) in numbers.values.iter_mut().enumerate() {
                if !value.is_nan() && !good(*value) {
                    let bad = std::mem::replace(value, f64::NAN);
                    watch.refuse(1, rows_before + row as u64, || bad.to_string());
                }
            }
        };
        limit(&mut gap, &mut watches[1], |v| (0.0..=LONGEST_GAP).contains(&v));
        limit(&mut hour, &mut watches[2], |v| (0.0..24.0).contains(&v));
        limit(&mut weekday, &mut watches[3], |v| (0.0..8.0).contains(&v) && v.floor() >= v);

        let columns = Columns { sequence: &sequence, stamp: &stamp, gap: &gap, hour: &hour, weekday: &weekday };
        let plain = raw.push_new(&customers, &keys, columns);
        let rows = if plain { 0..0 } else { 0..batch.num_rows() };
        for row in rows {
            let (customer, key) = (customers[row], keys[row]);
            if customer == NULL || key == NULL {
                reading.integrity.null_keys += 1;
                let role = if customer == NULL { Role::Customer } else { Role::Order };
                reading.notes.add("null_keys", 1, "Rows without customer or order were left out", || {
                    place(part.table.name(), part.column(role), rows_before + row as u64)
                });
                continue;
            }
            let next = raw.key.len() as u32;
            let known = match raw.first[key as usize] {
                NO_ORDER => {
                    raw.first[key as usize] = next;
                    None
                }
                at if raw.customer[at as usize] == customer => Some(at),
                _ => raw.others.insert((key, customer), next).inspect(|&at| {
                    raw.others.insert((key, customer), at);
                }),
            };
            if let Some(at) = known {
                if rows_are_lines {
                    disagree += u64::from(raw.merge(at as usize, row, columns));
                } else {
                    reading.integrity.duplicate_keys += 1;
                    let sentence = "Orders that stand twice in the orders file were read once, as they first appear";
                    reading.notes.add("duplicate_orders", 1, sentence, || {
                        place(part.table.name(), part.column(Role::Order), rows_before + row as u64)
                    });
                }
                continue;
            }
            if raw.key.len() >= MOST_ORDERS {
                let (count, limit) = (raw.key.len() as u64 + 1, MOST_ORDERS as u64);
                return Err(ExtractError::TooMany { what: "orders", count, limit });
            }
            raw.key.push(key);
            raw.customer.push(customer);
            push(raw.sequence.as_mut(), &sequence.values, row, f64::NAN);
            push(raw.gap.as_mut(), &gap.values, row, f64::NAN);
            push(raw.stamp.as_mut(), &stamp.values, row, NEVER);
            if let Some(hours) = &mut raw.hour {
                hours.push(clock(&hour, row));
            }
            if let Some(weekdays) = &mut raw.weekday {
                weekdays.push(clock(&weekday, row));
            }
        }
        rows_before += batch.num_rows() as u64;
        reading.tick(batch.num_rows()).await?;
    }
    reading.integrity.rows += rows_before;
    if rows_before == 0 {
        return Err(ExtractError::ZeroRows { file: part.table.name().to_owned() });
    }
    reading.notes.say(
        "order_columns_disagree",
        disagree,
        "Lines of one order disagree about its sequence; the first line's was used",
    );
    reading.notes.say(
        "timestamps_with_offset",
        with_offset,
        "Timestamps carry their own offset from UTC; day and hour are those of the clock as written",
    );
    let [w_sequence, w_gap, w_hour, w_weekday, w_stamp] = watches;
    for (watch, role, code, sentence) in [
        (w_sequence, Role::OrderSequence, "sequence_invalid", "Order sequences that are no numbers were left out"),
        (
            w_gap,
            Role::DaysSincePrior,
            "gap_invalid",
            "Days since the prior order that are negative, more than a century or no number were left out",
        ),
        (w_hour, Role::Hour, "hour_invalid", "Hours outside 0 to 23 were left out"),
        (w_weekday, Role::Weekday, "weekday_invalid", "Weekdays outside 0 to 6 were left out"),
        (w_stamp, Role::OrderTimestamp, "timestamp_invalid", "Timestamps that cannot be read were left out"),
    ] {
        watch.finish(part, role, code, sentence, &mut reading.notes)?;
    }
    Ok(())
}

fn push<T: Copy>(column: Option<&mut Vec<T>>, values: &[T], row: usize, absent: T) {
    if let Some(column) = column {
        column.push(values.get(row).copied().unwrap_or(absent));
    }
}

fn clock(numbers: &Numbers, row: usize) -> u8 {
    numbers.values.get(row).filter(|v| !v.is_nan()).map_or(NO_CLOCK, |v| *v as u8)
}

/// The clock of the zone that a column's instants were written for.
fn zone_clock(part: &Bound<'_>, reading: &mut Reading<'_>) -> Clock {
    let column = part.roles.get(&Role::OrderTimestamp).and_then(|&i| part.table.columns().get(i));
    let Some(zone) = column.and_then(|c| c.zone.as_deref()) else { return Clock::default() };
    let rows = part.table.rows();
    let Some(clock) = Clock::of(zone) else {
        let zone: String = zone.chars().take(60).collect();
        let sentence = format!(
            "Timestamps are stored as instants in UTC with the zone {zone}, whose rules are not known here; \
             day and hour are those of UTC"
        );
        reading.notes.say("timestamps_in_utc", rows, &sentence);
        return Clock::default();
    };
    if clock.is_utc() {
        let sentence = "Timestamps are stored as instants in UTC; day and hour are those of UTC";
        reading.notes.say("timestamps_in_utc", rows, sentence);
    } else {
        let zone = &clock.zone;
        let sentence = format!("Timestamps are stored for the zone {zone}; day and hour are those of that zone");
        reading.notes.say("timestamps_in_zone", rows, &sentence);
    }
    clock
}

impl RawOrders {
    /// Adds a batch whose rows are all orders never seen before, as most orders files have them: whole columns at once.
    /// Adds nothing and says so if they are not.
    fn push_new(&mut self, customers: &[u32], keys: &[u32], columns: Columns<'_>) -> bool {
        let Columns { sequence, stamp, gap, hour, weekday } = columns;
        let (rows, next) = (keys.len(), self.key.len());
        let Some(known) = self.first.len().checked_sub(rows) else { return false };
        // Numbers are given in order of first appearance.
        let new = keys.iter().zip(known as u32..).all(|(&key, number)| key == number)
            && self.first[known..].iter().all(|&at| at == NO_ORDER)
            && customers.len() == rows
            && !customers.contains(&NULL)
            && next + rows <= MOST_ORDERS;
        if !new {
            return false;
        }
        for (first, at) in self.first[known..].iter_mut().zip(next as u32..) {
            *first = at;
        }
        self.key.extend_from_slice(keys);
        self.customer.extend_from_slice(customers);
        fn extend<T: Copy>(column: Option<&mut Vec<T>>, values: &[T], rows: usize, absent: T) {
            if let Some(column) = column {
                let known = &values[..rows.min(values.len())];
                let end = column.len() + rows;
                column.extend_from_slice(known);
                column.resize(end, absent);
            }
        }
        extend(self.sequence.as_mut(), &sequence.values, rows, f64::NAN);
        extend(self.gap.as_mut(), &gap.values, rows, f64::NAN);
        extend(self.stamp.as_mut(), &stamp.values, rows, NEVER);
        for (column, numbers) in [(&mut self.hour, hour), (&mut self.weekday, weekday)] {
            if let Some(column) = column {
                column.extend((0..rows).map(|row| clock(numbers, row)));
            }
        }
        true
    }

    /// Adds what a further line says about the order at `at`: the earliest time, and what was still unknown.
    /// Does the line disagree about the sequence?
    fn merge(&mut self, at: usize, row: usize, columns: Columns<'_>) -> bool {
        let Columns { sequence, stamp, gap, hour, weekday } = columns;
        let mut disagrees = false;
        if let (Some(column), Some(&value)) = (&mut self.sequence, sequence.values.get(row))
            && !value.is_nan()
        {
            if column[at].is_nan() {
                column[at] = value;
            }
            disagrees = column[at].total_cmp(&value) != Ordering::Equal;
        }
        if let (Some(column), Some(&value)) = (&mut self.gap, gap.values.get(row))
            && column[at].is_nan()
        {
            column[at] = value;
        }
        if let (Some(column), Some(&value)) = (&mut self.stamp, stamp.values.get(row))
            && value != NEVER
            && (column[at] == NEVER || value < column[at])
        {
            column[at] = value;
        }
        for (column, numbers) in [(&mut self.hour, hour), (&mut self.weekday, weekday)] {
            if let Some(column) = column
                && column[at] == NO_CLOCK
            {
                column[at] = clock(numbers, row);
            }
        }
        disagrees
    }
}

/// An order id under two customers: two orders when each line names its customer, else a fault of the file.
fn check_shared(
    raw: &RawOrders,
    parts: &[Bound<'_>],
    rows_are_lines: bool,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    if raw.others.is_empty() {
        return Ok(());
    }
    let mut shared: Vec<u32> = raw.others.keys().map(|(key, _)| *key).collect();
    shared.sort_unstable();
    shared.dedup();
    let count = shared.len() as u64;
    let first = || format!("order {}", raw.keys.text(shared[0]));
    if rows_are_lines {
        let sentence = "Order ids that stand under several customers were read as one order of each";
        reading.notes.add("order_of_two_customers", count, sentence, first);
        return Ok(());
    }
    if shared.len() * 20 > raw.first.len() {
        return Err(ExtractError::OrderOfTwoCustomers {
            file: parts.first().map(|p| p.table.name().to_owned()).unwrap_or_default(),
            count,
            order: raw.keys.text(shared[0]),
        });
    }
    let sentence = "Order ids that stand under several customers count for timing; their lines were left out, since \
                    the order id does not say whose they are";
    reading.notes.add("order_of_two_customers", count, sentence, first);
    Ok(())
}

/// Groups by customer (counting sort), sorts each customer's orders, derives what is absent.
async fn arrange(
    mut raw: RawOrders,
    as_of_day: Option<i32>,
    reading: &mut Reading<'_>,
) -> Result<Orders, ExtractError> {
    let keep = keep_until(&raw, as_of_day, reading)?;
    let kept = |row: usize| keep.as_ref().is_none_or(|keep| keep[row]);

    let mut per_customer = vec![0u32; raw.customers.len()];
    for (row, &customer) in raw.customer.iter().enumerate() {
        if kept(row) {
            per_customer[customer as usize] += 1;
        }
    }
    // Customers that are left without an order (null order ids, as-of date) are no customers of this extract.
    let mut present = raw.customers.sorted();
    present.retain(|&c| per_customer[c as usize] > 0);
    let mut order_start = Vec::with_capacity(present.len() + 1);
    let mut cursor = vec![0u32; raw.customers.len()];
    let mut total = 0u32;
    for &customer in &present {
        order_start.push(total);
        cursor[customer as usize] = total;
        total += per_customer[customer as usize];
    }
    order_start.push(total);
    drop(per_customer);

    let mut placed = vec![0u32; total as usize];
    for (row, &customer) in raw.customer.iter().enumerate() {
        if kept(row) {
            let at = &mut cursor[customer as usize];
            placed[*at as usize] = row as u32;
            *at += 1;
        }
    }
    drop(cursor);

    if let Some(sequence) = &raw.sequence {
        let without = placed.iter().filter(|row| sequence[**row as usize].is_nan()).count();
        let sentence = "Orders without a sequence number were put after the customer's other orders";
        reading.notes.say("sequence_missing", without as u64, sentence);
    }
    let mut ties = 0u64;
    for (c, pair) in order_start.windows(2).enumerate() {
        let rows = &mut placed[pair[0] as usize..pair[1] as usize];
        if !rows.is_sorted_by(|&a, &b| raw.before(a, b) != Ordering::Greater) {
            rows.sort_unstable_by(|&a, &b| raw.before(a, b));
        }
        if let Some(sequence) = &raw.sequence {
            let same = |w: &[u32]| sequence[w[0] as usize].total_cmp(&sequence[w[1] as usize]) == Ordering::Equal;
            ties += rows.windows(2).filter(|w| same(w)).count() as u64;
        }
        if c % 16_384 == 0 {
            reading.tick(0).await?;
        }
    }
    reading.notes.say(
        "sequence_ties",
        ties,
        "Orders of one customer share a sequence number or lack one; they were put in order of time, then of order id",
    );

    let gather = |column: &[f64]| -> Vec<f64> { placed.iter().map(|&row| column[row as usize]).collect() };
    let gather_clock = |column: &[u8]| -> Vec<u8> { placed.iter().map(|&row| column[row as usize]).collect() };
    let given_gap = raw.gap.take().map(|gap| gather(&gap));
    raw.sequence = None;
    let mut hour = raw.hour.take().map(|hour| gather_clock(&hour));
    let mut weekday = raw.weekday.take().map(|weekday| gather_clock(&weekday));
    let mut day = None;
    if let Some(stamp) = raw.stamp.take() {
        let days: Vec<i32> = placed
            .iter()
            .map(|&row| stamp[row as usize])
            .map(|v| if v == NEVER { NO_DAY } else { parts(v).0 })
            .collect();
        let at = |row: u32| Some(stamp[row as usize]).filter(|v| *v != NEVER).map(parts);
        if hour.is_none() {
            hour = derive_hours(&placed, at, reading);
        }
        if weekday.is_none() {
            weekday = Some(placed.iter().map(|&row| at(row).map_or(NO_CLOCK, |(_, _, w)| w)).collect());
        }
        day = Some(days);
    }
    let days_since_prior = match given_gap {
        Some(gap) => {
            count_given_gaps(&gap, &order_start, reading);
            gap
        }
        None => derive_gaps(day.as_deref().unwrap_or(&[]), &order_start, placed.len(), reading),
    };

    let mut position_of_row = vec![LATE; raw.key.len()];
    for (position, &row) in placed.iter().enumerate() {
        position_of_row[row as usize] = position as u32;
    }
    drop(placed);
    let mut shared = Pairs::default();
    for (&(key, customer), &row) in &raw.others {
        shared.insert((key, customer), position_of_row[row as usize]);
        let first = raw.first[key as usize] as usize;
        shared.insert((key, raw.customer[first]), position_of_row[first]);
    }
    let mut position = raw.first;
    for (key, at) in position.iter_mut().enumerate() {
        if *at != NO_ORDER {
            let is_shared = !shared.is_empty() && shared.contains_key(&(key as u32, raw.customer[*at as usize]));
            *at = if is_shared { SHARED } else { position_of_row[*at as usize] };
        }
    }
    // An orders file that is sorted by customer and sequence, as most are, saves a look per run of lines.
    let same = position.iter().zip(0..).all(|(&position, number)| position == number);
    let position = (!same).then_some(position);
    let ids = raw.customers.ids(&present);
    Ok(Orders {
        ids,
        order_start,
        days_since_prior,
        hour,
        weekday,
        day,
        keys: raw.keys,
        customers: raw.customers,
        position,
        shared,
    })
}

impl RawOrders {
    /// Which of two orders of one customer comes first: by sequence, then time, then order id.
    fn before(&self, a: u32, b: u32) -> Ordering {
        let (i, j) = (a as usize, b as usize);
        let sequence = self.sequence.as_ref().map_or(Ordering::Equal, |s| s[i].total_cmp(&s[j]));
        sequence
            .then_with(|| {
                // Orders without a time come last, as those without a sequence (NaN) do.
                let late = |v: i64| if v == NEVER { i64::MAX } else { v };
                self.stamp.as_ref().map_or(Ordering::Equal, |s| late(s[i]).cmp(&late(s[j])))
            })
            .then_with(|| self.keys.compare(self.key[i], self.key[j]))
            .then(a.cmp(&b))
    }
}

/// Which rows lie on or before the as-of date; `None` keeps all.
fn keep_until(
    raw: &RawOrders,
    as_of_day: Option<i32>,
    reading: &mut Reading<'_>,
) -> Result<Option<Vec<bool>>, ExtractError> {
    let Some(last) = as_of_day else { return Ok(None) };
    let Some(stamp) = &raw.stamp else { return Err(ExtractError::AsOfNeedsDates) };
    let keep: Vec<bool> = stamp.iter().map(|&v| v != NEVER && parts(v).0 <= last).collect();
    let dropped = keep.iter().filter(|k| !**k).count() as u64;
    if dropped == keep.len() as u64 {
        return Err(ExtractError::NothingBeforeAsOf { count: dropped });
    }
    reading.notes.say("after_as_of", dropped, "Orders later than the as-of date, or without a date, were left out");
    Ok(Some(keep))
}

/// Hours from timestamps; `None` when every order is at midnight, which is how dates look without a clock.
fn derive_hours(
    placed: &[u32],
    at: impl Fn(u32) -> Option<(i32, u8, u8)>,
    reading: &mut Reading<'_>,
) -> Option<Vec<u8>> {
    let hours: Vec<u8> = placed.iter().map(|&row| at(row).map_or(NO_CLOCK, |(_, hour, _)| hour)).collect();
    if hours.iter().all(|h| matches!(*h, 0 | NO_CLOCK)) {
        let sentence = "Timestamps are dates without a time of day; hours were left out";
        reading.notes.say("no_time_of_day", placed.len() as u64, sentence);
        return None;
    }
    Some(hours)
}

/// Differences of calendar dates of consecutive orders; NaN for first orders and where a date is missing.
fn derive_gaps(day: &[i32], order_start: &[u32], orders: usize, reading: &mut Reading<'_>) -> Vec<f64> {
    let mut gap = vec![f64::NAN; orders];
    let (mut missing, mut backwards) = (0, 0);
    for pair in order_start.windows(2) {
        #[expect(clippy::needless_range_loop, reason = "each order is compared with the one before it")]
        for at in pair[0] as usize + 1..pair[1] as usize {
            match (day.get(at - 1), day.get(at)) {
                (Some(&before), Some(&now)) if before != NO_DAY && now != NO_DAY => {
                    if now >= before {
                        gap[at] = f64::from(now - before);
                    } else {
                        backwards += 1;
                        missing += 1;
                    }
                }
                _ => missing += 1,
            }
        }
    }
    reading.integrity.missing_gaps += missing;
    reading.notes.say(
        "sequence_against_time",
        backwards,
        "Orders are dated before the order that precedes them in sequence; their days since the prior order are unknown",
    );
    reading.notes.say("gap_derived", orders as u64, "Days between orders were derived from the orders' dates");
    gap
}

/// Counts orders, not a customer's first, without a gap, and first orders with one.
fn count_given_gaps(gap: &[f64], order_start: &[u32], reading: &mut Reading<'_>) {
    let (mut missing, mut at_first) = (0, 0);
    for pair in order_start.windows(2) {
        let gaps = &gap[pair[0] as usize..pair[1] as usize];
        at_first += u64::from(gaps.first().is_some_and(|g| !g.is_nan()));
        missing += gaps.iter().skip(1).filter(|g| g.is_nan()).count() as u64;
    }
    reading.integrity.missing_gaps += missing;
    reading.notes.say("gap_missing", missing, "Orders, not a customer's first, have no days since the prior order");
    reading.notes.say(
        "gap_at_first_order",
        at_first,
        "First orders of customers bring days since a prior order that is not in the extract; they were used as given",
    );
}
