//! Order lines: count per order, fill into place, then merge what an order holds twice.
//!
//! Lines arrive in any order, orders lie grouped by customer. A first pass over the order column counts,
//! a second puts each product straight into its order's place, so the only large allocation is the
//! history's own column of lines. Where the lines of an order stand together, as in most files, the first pass keeps
//! what it found (a few bytes per order) and the second need not read the order column again.
//!
//! What costs most is that neighbours in the file are strangers in memory: see `runs`.

use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch, RunArray};
use hashbrown::HashTable;

use super::bound::{Bound, Reading, Watch};
use super::catalogue::{Catalogue, MOST_PRODUCTS};
use super::error::ExtractError;
use super::flags::Flags;
use super::history::Line;
use super::keys::{ABSENT, NULL};
use super::notes::place;
use super::numbers::Numbers;
use super::orders::{LATE, NO_ORDER, Orders, SHARED};
use super::remote::Ahead;
use super::repeats::Repeats;
use super::runs::{AT_ONCE, Deal, Kept, Run, allot, tally};
use super::schema::Role;
use crate::crew::{Piped, piped, ranges, together, workers};
use crate::pace::{Cancelled, Pace};

/// No more lines than this.
const MOST_LINES: u64 = u32::MAX as u64;

/// The lines of all orders, before categories are known.
pub(super) struct Lines {
    /// Start of each order's lines.
    pub(super) line_start: Vec<u32>,
    /// Products by rank of their id, distinct within each order.
    pub(super) lines: Vec<Line>,
    /// Money per order.
    pub(super) amount: Option<Vec<f64>>,
}

/// Quantities and amounts of the lines of orders that hold a return; of others nothing needs to be known.
#[derive(Default)]
struct Returns {
    /// Position of each order with a return to the start of its lines in `quantity`.
    start: Vec<(u32, u32)>,
    table: HashTable<u32>,
    quantity: Vec<f64>,
    amount: Vec<f64>,
}

fn hash(order: u32) -> u64 {
    // Fibonacci hashing: order positions are distinct small integers.
    u64::from(order).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Returns {
    fn slot(&self, order: u32) -> Option<usize> {
        let at = self.table.find(hash(order), |&i| self.start[i as usize].0 == order)?;
        Some(self.start[*at as usize].1 as usize)
    }
}

/// In place of a position: the row has no order id. As many orders there cannot be.
const NO_KEY: u32 = SHARED - 1;

/// Which order each row of a batch belongs to.
struct Finder<'o> {
    orders: &'o mut Orders,
    keys: Vec<u32>,
    customers: Vec<u32>,
}

/// Runs of rows from runs of equal ids, of which several that are unknown may follow one another.
fn coded_runs(keys: &[u32], ends: &[i32]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::with_capacity(keys.len());
    let mut begin = 0;
    for (&order, &end) in keys.iter().zip(ends) {
        let rows = (end - begin) as u32;
        begin = end;
        match runs.last_mut() {
            Some(last) if last.order == order => last.rows += rows,
            _ => runs.push(Run { order, rows }),
        }
    }
    runs
}

impl Finder<'_> {
    fn find(
        &mut self,
        part: &Bound<'_>,
        order_role: Role,
        order: &arrow_array::ArrayRef,
        customer: Option<&arrow_array::ArrayRef>,
        rows_before: u64,
    ) -> Result<Vec<Run>, ExtractError> {
        let coded = order.as_any().downcast_ref::<RunArray<Int32Type>>();
        let ids = coded.map_or(order, |coded| coded.values());
        self.orders.keys.find(ids, &mut self.keys).map_err(|e| part.key_error(order_role, e, rows_before))?;
        let mut runs: Vec<Run> = if let Some(coded) = coded {
            coded_runs(&self.keys, coded.run_ends().values())
        } else {
            let same = self.keys.chunk_by(|a, b| a == b);
            same.map(|same| Run { order: same[0], rows: same.len() as u32 }).collect()
        };
        // A loop of its own: looks that do not wait for one another overlap.
        for run in &mut runs {
            run.order = match run.order {
                NULL => NO_KEY,
                ABSENT => NO_ORDER,
                key => self.orders.position_of(key),
            };
        }
        if let Some(customer) = customer {
            self.orders
                .customers
                .find(customer, &mut self.customers)
                .map_err(|e| part.key_error(Role::Customer, e, rows_before))?;
            runs = self.split_by_customer(&runs);
        }
        Ok(runs)
    }

    /// Orders whose id several customers share: the row's customer says which is meant.
    fn split_by_customer(&self, runs: &[Run]) -> Vec<Run> {
        let mut split = Vec::with_capacity(runs.len());
        let mut row = 0;
        for run in runs {
            let rows = row..row + run.rows as usize;
            row = rows.end;
            for same in self.customers[rows.clone()].chunk_by(|a, b| a == b) {
                let order = match (same[0], run.order) {
                    (NULL, _) => NO_ORDER,
                    (customer, SHARED) => {
                        let key = (self.keys[rows.start], customer);
                        self.orders.shared.get(&key).copied().unwrap_or(NO_ORDER)
                    }
                    (_, order) => order,
                };
                split.push(Run { order, rows: same.len() as u32 });
            }
        }
        split
    }
}

/// The columns of a part on their way. Opened before they are asked for, they are decoded by another worker or thread,
/// where there is one, while this one is busy with something else.
pub(super) struct Opened<'a> {
    columns: Columns,
    batches: Ahead<'a>,
}

/// What was asked for, and where in a batch each stands.
struct Columns {
    roles: Vec<Role>,
    slots: Vec<Option<usize>>,
}

impl Columns {
    /// Where in a batch a role's column stands.
    fn slot(&self, role: Role) -> Option<usize> {
        self.roles.iter().position(|r| *r == role).and_then(|at| self.slots[at])
    }
}

impl<'a> Opened<'a> {
    fn new(part: &Bound<'a>, roles: Vec<Role>) -> Result<Self, ExtractError> {
        let (slots, batches) = part.ahead(&roles)?;
        Ok(Self { columns: Columns { roles, slots }, batches })
    }

    /// What the first pass reads of lines that name their order only, which can be said before orders are known.
    pub(super) fn of_star(part: &Bound<'a>) -> Result<Self, ExtractError> {
        Self::to_count(part, Naming { wide: false, needs_customer: false })
    }

    /// Does another worker decode them?
    pub(super) fn elsewhere(&self) -> bool {
        matches!(self.batches, Ahead::Far(_))
    }

    /// What the first pass reads of a part.
    fn to_count(part: &Bound<'a>, naming: Naming) -> Result<Self, ExtractError> {
        let mut roles = vec![naming.order_role(), Role::Quantity];
        if naming.needs_customer {
            roles.push(Role::Customer);
        }
        Self::new(part, roles)
    }

    /// What the second pass reads of a part. `dealt`: its runs are known; without them the order column is read again.
    fn to_fill(part: &Bound<'a>, naming: Naming, dealt: bool, with_category: bool) -> Result<Self, ExtractError> {
        let mut roles = if dealt { Vec::new() } else { vec![naming.order_role()] };
        roles.extend(LINE_ROLES.iter().copied().filter(|role| match role {
            Role::Category => with_category,
            Role::Customer => naming.needs_customer && !dealt,
            _ => true,
        }));
        Self::new(part, roles)
    }
}

/// How the lines of all parts name their order.
#[derive(Clone, Copy)]
struct Naming {
    /// Each row names its customer and has been read as an order before.
    wide: bool,
    /// The order id alone does not say which order is meant.
    needs_customer: bool,
}

impl Naming {
    fn order_role(self) -> Role {
        if self.wide { Role::Order } else { Role::LineOrder }
    }
}

/// Reads the lines of `parts` into the orders. `wide`: each row names its customer and has been read as an
/// order before. `first`: the columns of the first part, if they are on their way already.
pub(super) async fn read_lines<'a>(
    parts: &[Bound<'a>],
    wide: bool,
    first: Option<Opened<'a>>,
    orders: &mut Orders,
    catalogue: &mut Catalogue,
    reading: &mut Reading<'_>,
) -> Result<Lines, ExtractError> {
    let count = orders.len();
    let naming =
        Naming { wide, needs_customer: wide && (!orders.shared.is_empty() || reading.integrity.null_keys > 0) };
    let mut finder = Finder { orders, keys: Vec::new(), customers: Vec::new() };

    let (mut start, with_return, mut kept) = count_lines(parts, naming, first, count, &mut finder, reading).await?;
    // Before all that has to be done until lines can be put in place.
    let with_category = catalogue.from_lines;
    let to_fill = |part: &Bound<'a>, kept: &Kept| Opened::to_fill(part, naming, kept.runs.is_some(), with_category);
    let mut next_part = parts.first().zip(kept.first()).map(|(part, kept)| to_fill(part, kept)).transpose()?;
    let progress = reading.progress();
    for runs in kept.iter().filter_map(|kept| kept.runs.as_ref()) {
        for some in runs.chunks(AT_ONCE) {
            tally(some, &mut start[1..]);
            progress.tick(0, 1).await?;
        }
    }
    for at in 1..start.len() {
        start[at] += start[at - 1];
    }
    let mut returns = Returns::default();
    let mut next = 0u32;
    for order in with_return {
        let at = returns.start.len() as u32;
        returns.start.push((order, next));
        let start_of = &returns.start;
        returns.table.insert_unique(hash(order), at, |&i| hash(start_of[i as usize].0));
        next += start[order as usize + 1] - start[order as usize];
    }
    let any = |role| parts.iter().any(|p| p.has(role));
    if !returns.start.is_empty() {
        returns.quantity = zeroed("quantities", next as usize)?;
        if any(Role::Amount) {
            returns.amount = zeroed("amounts", next as usize)?;
        }
    }
    // Quantities and amounts ask for the order of each line; else its place is enough.
    let placed = returns.start.is_empty() && !any(Role::Amount) && kept.iter().all(|kept| kept.runs.is_some());
    let mut end = start[..count].to_vec();
    if placed {
        for runs in kept.iter_mut().filter_map(|kept| kept.runs.as_mut()) {
            for some in runs.chunks_mut(AT_ONCE) {
                allot(some, &mut end);
                progress.tick(0, 1).await?;
            }
        }
        end = Vec::new();
    }
    let mut filled = Filled {
        lines: zeroed("order lines", start.last().copied().unwrap_or(0) as usize)?,
        start,
        end,
        placed,
        amount: any(Role::Amount).then(|| vec![0.0; count]),
        returns,
    };
    let mut filled_rows = 0;
    for (part, kept) in parts.iter().zip(kept) {
        let opened = match next_part.take() {
            Some(opened) => opened,
            None => to_fill(part, &kept)?,
        };
        filled_rows += fill(part, opened, naming, &mut filled, &mut finder, kept.runs, catalogue, reading).await?;
    }
    if let Some(part) = parts.first().filter(|_| filled_rows != filled.lines.len() as u64) {
        return Err(ExtractError::FileChanged {
            file: part.table.name().to_owned(),
            detail: "orders have fewer lines than when they were counted".to_owned(),
        });
    }
    merge(filled, catalogue, any(Role::Quantity), reading).await
}

/// Defaults of which there may be more than the host has memory for.
fn zeroed<T: Clone + Default>(what: &'static str, count: usize) -> Result<Vec<T>, ExtractError> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|_| ExtractError::OutOfMemory {
        what,
        count: count as u64,
        bytes: count as u64 * size_of::<T>() as u64,
    })?;
    values.resize(count, T::default());
    Ok(values)
}

/// First pass: the lines of each order (from the second number on) but for those in runs that are kept, the orders that
/// hold a return, in ascending order, and the runs of each part.
async fn count_lines<'a>(
    parts: &[Bound<'a>],
    naming: Naming,
    mut first: Option<Opened<'a>>,
    orders: usize,
    finder: &mut Finder<'_>,
    reading: &mut Reading<'_>,
) -> Result<(Vec<u32>, Vec<u32>, Vec<Kept>), ExtractError> {
    let mut start = vec![0u32; orders + 1];
    let mut kept_runs = Vec::with_capacity(parts.len());
    let mut with_return = Vec::new();
    let mut total = 0u64;
    let mut rows_all = 0;
    let mut numbers = Numbers::default();
    let (wide, order_role) = (naming.wide, naming.order_role());
    for part in parts {
        let opened = match first.take() {
            Some(opened) => opened,
            None => Opened::to_count(part, naming)?,
        };
        let mut kept = Kept::new();
        let [order_at, quantity_at, customer_at] =
            [order_role, Role::Quantity, Role::Customer].map(|role| opened.columns.slot(role));
        let Some(order_at) = order_at else {
            kept_runs.push(kept);
            continue;
        };
        let (mut rows_before, mut late, mut shared) = (0u64, 0u64, 0u64);
        let mut rows_found = 0u64;
        let find = |batch: Result<RecordBatch, ExtractError>| {
            let batch = batch?;
            let customer = customer_at.map(|at| batch.column(at));
            let runs = finder.find(part, order_role, batch.column(order_at), customer, rows_found)?;
            rows_found += batch.num_rows() as u64;
            Ok::<_, ExtractError>((batch, runs))
        };
        let counted = piped(opened.batches, find, async |batches: &mut Piped<'_, _>| -> Result<(), ExtractError> {
            while let Some(found) = batches.next().await {
                let (batch, runs) = found?;
                if let Some(at) = quantity_at {
                    numbers.read(batch.column(at));
                    let mut row = 0;
                    for run in &runs {
                        let rows = row..row + run.rows as usize;
                        row = rows.end;
                        if (run.order as usize) < orders && numbers.values[rows].iter().any(|quantity| *quantity <= 0.0)
                        {
                            with_return.push(run.order);
                        }
                    }
                }
                let mut row = 0;
                for run in &runs {
                    let (first, rows) = (row, u64::from(run.rows));
                    row += rows;
                    match run.order {
                        NO_ORDER | NO_KEY if wide => {}
                        NO_KEY => {
                            reading.integrity.null_keys += rows;
                            reading.notes.add(
                                "null_keys",
                                rows,
                                "Rows without customer or order were left out",
                                || place(part.table.name(), part.column(order_role), rows_before + first),
                            );
                        }
                        NO_ORDER => {
                            reading.integrity.orphan_lines += rows;
                            let sentence = "Lines whose order is not in the orders file were left out";
                            reading.notes.add("orphan_lines", rows, sentence, || {
                                place(part.table.name(), part.column(order_role), rows_before + first)
                            });
                        }
                        LATE => late += rows,
                        SHARED => shared += rows,
                        _ => total += rows,
                    }
                }
                kept.push(&runs, batch.num_rows(), |runs| tally(runs, &mut start[1..]));
                rows_before += batch.num_rows() as u64;
                reading.tick(batch.num_rows()).await?;
            }
            Ok(())
        });
        counted.await?;
        kept_runs.push(kept);
        rows_all += rows_before;
        if rows_before == 0 {
            return Err(ExtractError::ZeroRows { file: part.table.name().to_owned() });
        }
        reading.notes.say("lines_after_as_of", late, "Lines of orders later than the as-of date were left out");
        reading.notes.say(
            "lines_of_shared_orders",
            shared,
            "Lines of order ids that stand under several customers were left out",
        );
    }
    if !wide {
        reading.integrity.rows += rows_all;
    }
    if total > MOST_LINES {
        return Err(ExtractError::TooMany { what: "order lines", count: total, limit: MOST_LINES });
    }
    if total == 0
        && rows_all > 0
        && reading.integrity.orphan_lines == rows_all
        && let Some(part) = parts.first()
    {
        return Err(ExtractError::NothingJoins {
            file: part.table.name().to_owned(),
            column: part.column(order_role).to_owned(),
            count: rows_all,
        });
    }
    with_return.sort_unstable();
    with_return.dedup();
    Ok((start, with_return, kept_runs))
}

/// Lines in place, not yet merged; [`Line::NONE`] where a row has no product.
struct Filled {
    start: Vec<u32>,
    /// End of the filled part of each order's places; empty if all runs are `placed`.
    end: Vec<u32>,
    /// Runs name their place instead of their order.
    placed: bool,
    lines: Vec<Line>,
    amount: Option<Vec<f64>>,
    returns: Returns,
}

/// Runs whose places are brought near together.
const AHEAD: usize = 128;

impl Filled {
    /// Looks at the places of `runs` before they are written to. The looks overlap; the writes, each behind a loop of
    /// unforeseeable length, would wait for memory one after another.
    fn touch(&self, runs: &[Run]) {
        let mut seen = 0;
        let look = |at: u32| self.lines.get(at as usize).map_or(0, |line| line.product());
        for run in runs {
            if self.placed {
                seen ^= look(run.order);
            } else if let (Some(&end), Some(&limit)) =
                (self.end.get(run.order as usize), self.start.get(run.order as usize + 1))
            {
                seen ^= limit ^ look(end);
            }
        }
        std::hint::black_box(seen);
    }

    /// Where the lines of `run` go; `None` if nowhere. Its places are taken then.
    fn claim(&mut self, run: Run) -> Result<Option<std::ops::Range<usize>>, ()> {
        let at = if self.placed {
            if run.order == NO_ORDER {
                return Ok(None);
            }
            run.order
        } else {
            let Some(end) = self.end.get_mut(run.order as usize) else { return Ok(None) };
            let at = *end;
            if run.rows > self.start[run.order as usize + 1] - at {
                return Err(());
            }
            *end += run.rows;
            at
        };
        Ok(Some(at as usize..at as usize + run.rows as usize))
    }

    /// Keeps quantities and amounts of the `rows` just put at `at` of `order`.
    fn weigh(
        &mut self,
        order: u32,
        at: usize,
        products: &[u32],
        rows: std::ops::Range<usize>,
        quantity: &[f64],
        amount: &[f64],
    ) {
        let known = |values: &[f64], row: usize| values.get(row).copied().filter(|v| !v.is_nan());
        let sold = |row: &usize| products[*row] != NULL;
        if !self.returns.start.is_empty()
            && let Some(slot) = self.returns.slot(order)
        {
            let first = slot + at - self.start[order as usize] as usize;
            for (within, row) in (first..).zip(rows) {
                // A quantity that is not known is no return.
                self.returns.quantity[within] = known(quantity, row).unwrap_or(1.0);
                if let Some(money) = self.returns.amount.get_mut(within) {
                    *money = known(amount, row).unwrap_or(0.0);
                }
            }
        } else if let Some(money) = &mut self.amount {
            for row in rows.filter(sold) {
                money[order as usize] += known(amount, row).unwrap_or(0.0);
            }
        }
    }
}

const LINE_ROLES: [Role; 6] =
    [Role::Product, Role::Reordered, Role::Quantity, Role::Amount, Role::Category, Role::Customer];

/// Second pass: every product into its order's next free place. `runs` are those of the first pass. Says how many rows
/// were put in place.
#[expect(clippy::too_many_arguments, reason = "what is read, from where, into what")]
async fn fill(
    part: &Bound<'_>,
    opened: Opened<'_>,
    naming: Naming,
    filled: &mut Filled,
    finder: &mut Finder<'_>,
    runs: Option<Vec<Run>>,
    catalogue: &mut Catalogue,
    reading: &mut Reading<'_>,
) -> Result<u64, ExtractError> {
    let mut deal = runs.map(|runs| Deal::new(runs, filled.placed));
    let order_role = naming.order_role();
    let Opened { columns, batches } = opened;
    let slot = |role: Role| columns.slot(role);
    let Some(product_at) = slot(Role::Product) else { return Ok(0) };
    let order_at = slot(order_role);
    if deal.is_none() && order_at.is_none() {
        return Ok(0);
    }
    // Looking orders and products up takes as long as putting the lines in place: the two go on side by side.
    let mut ids = std::mem::take(&mut catalogue.products);
    let mut rows_found = 0u64;
    let find = |batch: Result<RecordBatch, ExtractError>| {
        let batch = batch?;
        let runs = match (&mut deal, order_at) {
            (Some(deal), _) => deal.take(batch.num_rows()),
            (None, Some(at)) => {
                let customer = slot(Role::Customer).map(|at| batch.column(at));
                finder.find(part, order_role, batch.column(at), customer, rows_found)?
            }
            (None, None) => Vec::new(),
        };
        let mut products = Vec::new();
        ids.intern(batch.column(product_at), &mut products)
            .map_err(|e| part.key_error(Role::Product, e, rows_found))?;
        if ids.len() > MOST_PRODUCTS {
            let (count, limit) = (ids.len() as u64, MOST_PRODUCTS as u64);
            return Err(ExtractError::TooMany { what: "products", count, limit });
        }
        let mut reordered = Flags::default();
        match slot(Role::Reordered) {
            Some(at) => reordered.read(batch.column(at)),
            None => reordered.values.resize(batch.num_rows(), false),
        }
        rows_found += batch.num_rows() as u64;
        Ok(Found { batch, runs, products, distinct: ids.len(), reordered })
    };
    let placed = piped(batches, find, async |found: &mut Piped<'_, _>| {
        put(part, &slot, filled, catalogue, found, reading).await
    });
    let rows = placed.await?;
    catalogue.products = ids;
    Ok(rows)
}

/// A batch of lines with the numbers of its orders and products.
struct Found {
    batch: RecordBatch,
    runs: Vec<Run>,
    products: Vec<u32>,
    /// Products known by now.
    distinct: usize,
    reordered: Flags,
}

/// Puts the lines `found` into their places.
async fn put(
    part: &Bound<'_>,
    slot: &impl Fn(Role) -> Option<usize>,
    filled: &mut Filled,
    catalogue: &mut Catalogue,
    found: &mut Piped<'_, Result<Found, ExtractError>>,
    reading: &mut Reading<'_>,
) -> Result<u64, ExtractError> {
    let more_lines = || ExtractError::FileChanged {
        file: part.table.name().to_owned(),
        detail: "an order has more lines than when they were counted".to_owned(),
    };
    let mut put = 0;
    let (mut quantity, mut amount) = <(Numbers, Numbers)>::default();
    let (mut w_reordered, mut w_quantity, mut w_amount) = <(Watch, Watch, Watch)>::default();
    let (mut rows_before, mut without_product, mut unknown, mut unflagged) = (0u64, 0u64, 0u64, 0u64);
    while let Some(found) = found.next().await {
        let Found { batch, runs, products, distinct, mut reordered } = found?;
        if let Some(at) = slot(Role::Category) {
            catalogue.expect(distinct);
            catalogue.assign(part, batch.column(at), &products, true, rows_before, reading)?;
        }
        for (role, numbers, watch) in
            [(Role::Quantity, &mut quantity, &mut w_quantity), (Role::Amount, &mut amount, &mut w_amount)]
        {
            if let Some(at) = slot(role) {
                numbers.read(batch.column(at));
                watch.saw(numbers.present());
                if let Some((row, value)) = numbers.first_bad.take() {
                    watch.refuse(numbers.bad, rows_before + row as u64, || value);
                }
            }
        }
        w_reordered.saw(reordered.present);
        unflagged += reordered.unknown;
        if let Some((row, value)) = reordered.first_bad.take() {
            w_reordered.refuse(reordered.bad, rows_before + row as u64, || value);
        }
        let known = catalogue.known();
        // Every row has a product that is known, in most files.
        let plain = !products.contains(&NULL) && distinct <= known as usize;
        let mut row = 0;
        for (i, run) in runs.iter().enumerate() {
            if i % AHEAD == 0 {
                filled.touch(&runs[i..runs.len().min(i + AHEAD)]);
            }
            let rows = row..row + run.rows as usize;
            row = rows.end;
            let Some(places) = filled.claim(*run).map_err(|()| more_lines())? else { continue };
            let at = places.start;
            put += u64::from(run.rows);
            let given = products[rows.clone()].iter().zip(&reordered.values[rows.clone()]);
            let lines = filled.lines.get_mut(places).ok_or_else(more_lines)?.iter_mut().zip(given);
            if plain {
                lines.for_each(|(line, (&product, &again))| *line = Line::new(product, again));
            } else {
                for (line, (&product, &again)) in lines {
                    if product == NULL {
                        without_product += 1;
                        *line = Line::NONE;
                    } else {
                        *line = Line::new(product, again);
                        unknown += u64::from(product >= known);
                    }
                }
            }
            if !filled.placed {
                filled.weigh(run.order, at, &products, rows, &quantity.values, &amount.values);
            }
        }
        if row != batch.num_rows() {
            return Err(ExtractError::FileChanged {
                file: part.table.name().to_owned(),
                detail: "it has more rows than when its orders were looked up".to_owned(),
            });
        }
        rows_before += batch.num_rows() as u64;
        reading.tick(batch.num_rows()).await?;
    }
    reading.integrity.unknown_products += unknown;
    reading.integrity.unknown_flags += unflagged;
    reading.notes.say("reordered_unknown", unflagged, "Lines without a reordered flag were read as not reordered");
    reading.notes.say("unknown_products", unknown, "Lines name products that are not in the product file");
    reading.notes.say(
        "rows_without_product",
        without_product,
        "Rows without a product count for the timing of their order only",
    );
    for (watch, role, code, sentence) in [
        (w_reordered, Role::Reordered, "reordered_invalid", "Reordered flags other than 0 and 1 were read as 0 or 1"),
        (w_quantity, Role::Quantity, "quantity_invalid", "Quantities that are no numbers were read as unknown"),
        (w_amount, Role::Amount, "amount_invalid", "Amounts that are no numbers were read as 0"),
    ] {
        watch.finish(part, role, code, sentence, &mut reading.notes)?;
    }
    Ok(put)
}

/// Merges the repeated products of each order, leaves returns out, and closes the holes.
async fn merge(
    mut filled: Filled,
    catalogue: &Catalogue,
    has_quantity: bool,
    reading: &mut Reading<'_>,
) -> Result<Lines, ExtractError> {
    let (mut rank, _) = catalogue.products.ranks();
    // Where products came in the order of their ids, as from most product files, numbers are ranks already.
    if rank.is_sorted() {
        rank = Vec::new();
    }
    let orders = filled.start.len() - 1;
    let returns = Some(&filled.returns).filter(|returns| has_quantity && !returns.start.is_empty());
    let (mut lines, mut amount) = (filled.lines.as_mut_slice(), filled.amount.as_deref_mut());
    let mut pieces = Vec::new();
    for orders in ranges(orders, workers(), |order| u64::from(filled.start[order])) {
        let (own, rest) = lines.split_at_mut((filled.start[orders.end] - filled.start[orders.start]) as usize);
        lines = rest;
        let own_amount = amount.take().map(|all| {
            let (own, rest) = all.split_at_mut(orders.len());
            amount = Some(rest);
            own
        });
        pieces.push(Piece {
            first: orders.start,
            start: &filled.start[orders.start..=orders.end],
            lines: own,
            amount: own_amount,
            returns,
            rank: &rank,
            repeats: Repeats::new(zeroed("products", catalogue.products.len())?),
        });
    }
    let merged = together(pieces, async |piece, pace| piece.merge(pace).await, &reading.progress()).await?;
    // What each piece left at its end is closed up.
    let mut line_start = Vec::with_capacity(orders + 1);
    let (mut write, mut repeated, mut left_out) = (0, 0, 0);
    for piece in &merged {
        filled.lines.copy_within(piece.from..piece.from + piece.kept, write);
        line_start.extend(piece.line_start.iter().map(|start| start + write as u32));
        write += piece.kept;
        repeated += piece.merged;
        left_out += piece.left_out;
    }
    line_start.push(write as u32);
    filled.lines.truncate(write);
    if filled.lines.capacity() > write + write / 8 {
        filled.lines.shrink_to_fit();
    }
    reading.notes.say("lines_merged", repeated, "Lines that repeat a product of their order were merged into one");
    reading.notes.say(
        "returns_left_out",
        left_out,
        "Lines with a quantity of 0 or less are returns or adjustments and were left out of baskets and products",
    );
    Ok(Lines { line_start, lines: filled.lines, amount: filled.amount })
}

/// Neighbouring orders with their places.
struct Piece<'a> {
    /// The first order.
    first: usize,
    /// Start of each order's places, and the end of the last one's, in all lines.
    start: &'a [u32],
    lines: &'a mut [Line],
    amount: Option<&'a mut [f64]>,
    /// `None` if no line can be a return.
    returns: Option<&'a Returns>,
    /// Of each product by its number; empty if they are the same.
    rank: &'a [u32],
    repeats: Repeats,
}

/// What became of a [`Piece`].
struct Merged {
    /// Where its places begin in all lines.
    from: usize,
    /// Lines kept, at the beginning of its places.
    kept: usize,
    /// Start of each order's lines from there.
    line_start: Vec<u32>,
    merged: u64,
    left_out: u64,
}

impl Piece<'_> {
    async fn merge(mut self, pace: &Pace) -> Result<Merged, Cancelled> {
        let base = self.start.first().copied().unwrap_or(0);
        let (mut merged, mut left_out, mut write) = (0, 0, 0);
        let orders = self.start.len() - 1;
        let mut line_start = Vec::with_capacity(orders);
        for (at, places) in self.start.windows(2).enumerate() {
            let (from, to) = ((places[0] - base) as usize, (places[1] - base) as usize);
            if !self.rank.is_empty() {
                for line in &mut self.lines[from..to] {
                    // None stays none.
                    if let Some(&rank) = self.rank.get(line.product() as usize) {
                        *line = Line::new(rank, line.reordered());
                    }
                }
            }
            line_start.push(write as u32);
            let returns = self.returns.and_then(|returns| Some((returns, returns.slot((self.first + at) as u32)?)));
            if let Some((returns, slot)) = returns {
                let net = NetLines::of(&self.lines[from..to], returns, slot);
                merged += net.merged;
                left_out += net.left_out;
                if let Some(amount) = &mut self.amount {
                    amount[at] = net.amount;
                }
                self.lines[write..write + net.lines.len()].copy_from_slice(&net.lines);
                write += net.lines.len();
            } else if self.repeats.any(&self.lines[from..to]) {
                self.lines[from..to].sort_unstable_by_key(|line| line.place());
                let begin = write;
                for read in from..to {
                    let line = self.lines[read];
                    if line == Line::NONE {
                        break;
                    }
                    if write > begin && self.lines[write - 1].product() == line.product() {
                        merged += 1;
                        self.lines[write - 1] = line;
                    } else {
                        self.lines[write] = line;
                        write += 1;
                    }
                }
            } else {
                if write < from {
                    self.lines.copy_within(from..to, write);
                }
                write += to - from;
            }
            if at % 16_384 == 0 {
                pace.tick(at as u64, orders as u64).await?;
            }
        }
        Ok(Merged { from: base as usize, kept: write, line_start, merged, left_out })
    }
}

/// The lines of one order that holds returns, after netting quantities per product.
struct NetLines {
    lines: Vec<Line>,
    amount: f64,
    merged: u64,
    left_out: u64,
}

impl NetLines {
    fn of(lines: &[Line], returns: &Returns, slot: usize) -> Self {
        let mut rows: Vec<usize> = (0..lines.len()).filter(|&i| lines[i] != Line::NONE).collect();
        // Stable, so that quantities and amounts add in the order of the file.
        rows.sort_by_key(|&i| lines[i].place());
        let mut net = Self { lines: Vec::new(), amount: 0.0, merged: 0, left_out: 0 };
        for same in rows.chunk_by(|&a, &b| lines[a].product() == lines[b].product()) {
            let units: f64 = same.iter().map(|&i| returns.quantity[slot + i]).sum();
            net.merged += same.len() as u64 - 1;
            if units <= 0.0 {
                net.left_out += 1;
                continue;
            }
            let money = |i: &usize| returns.amount.get(slot + i).copied().unwrap_or(0.0);
            net.amount += same.iter().map(money).sum::<f64>();
            net.lines.extend(same.last().map(|&i| lines[i]));
        }
        net
    }
}
