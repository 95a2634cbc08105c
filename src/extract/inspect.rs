//! A look at the files: which column plays which role, how sure we are, and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};

use super::clock::Clock;
use super::error::ExtractError;
use super::findings::{ColumnRef, Layout};
use super::held_out::is_held_out;
use super::keys::{ABSENT, Interner, NULL};
use super::mapping::{class_fits, text_fits};
use super::numbers::Numbers;
use super::preview::texts;
use super::read::{describe, open};
use super::schema::{
    ColumnClass, ColumnInspection, ColumnReading, FileInspection, Inspection, Mapping, MissingRole, Proposal, ReadAs,
    Role,
};
use super::source::Source;
use super::synonyms::{self, CONTEXT, EXACT, Level, level, name_score, normalise, stem_words};
use super::table::{Table, TableColumn};
use super::time::Times;
use super::unfit::{CALLED, Unfit, unfit, values_fit};

/// Rows looked at in every column.
pub(super) const SAMPLE_ROWS: usize = 1000;
/// Values shown.
pub(super) const PREVIEW_ROWS: usize = 5;
/// Rows of a key column that another file's values are looked up in.
const KEY_ROWS: usize = 65_536;
/// Rows of the column whose values are looked up.
const LOOKUP_ROWS: usize = 4096;
/// Below this a name is no evidence.
const ENOUGH: f64 = 0.45;

/// Roles of a table of customers, in the order in which they choose columns.
pub(super) const CUSTOMER_ROLES: [Role; 7] = [
    Role::Customer,
    Role::FreqScore,
    Role::LoyaltyScore,
    Role::MeanDaysBetweenOrders,
    Role::ReorderRatio,
    Role::OrderCount,
    Role::Segment,
];
/// Roles of a table whose lines name their customer; a star extract's orders and lines share them.
pub(super) const WIDE_ROLES: [Role; 11] = [
    Role::Order,
    Role::Customer,
    Role::OrderSequence,
    Role::DaysSincePrior,
    Role::Weekday,
    Role::Hour,
    Role::OrderTimestamp,
    Role::Product,
    Role::Reordered,
    Role::Quantity,
    Role::Amount,
];

/// How many of them, from the first, an order has; the rest are those of its lines.
const ROLES_OF_ORDERS: usize = 7;

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Customers,
    Orders,
    Lines,
    Products,
    Categories,
    /// Lines that the extract keeps apart.
    HeldOut,
    Unused,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Lines => "order lines",
            Self::Products => "products",
            Self::Categories => "categories",
            Self::HeldOut => "held-out lines",
            Self::Unused => "not used",
        }
    }
}

/// A role proposed for a column of the file.
#[derive(Clone, Debug)]
struct Candidate {
    column: usize,
    confidence: f64,
    reason: String,
}

/// A file with what was seen in it.
struct Look<'t> {
    table: &'t dyn Table,
    names: Vec<String>,
    stem: Vec<String>,
    inspection: FileInspection,
    sample: Vec<Sample>,
    part: Part,
    roles: BTreeMap<Role, Candidate>,
}

/// The first rows of a column, as far as roles ask for them.
#[derive(Default)]
struct Sample {
    numbers: Vec<f64>,
    times_ok: bool,
    /// They cannot be read. The name alone counts then, and whoever reads the column says what is wrong with it.
    unreadable: bool,
}

/// Looks at footers and first rows and proposes roles.
///
/// # Errors
/// A file that is no readable Parquet file. Roles that nobody plays are no error: they are listed in
/// [`Inspection::missing`].
pub fn inspect(sources: &[Arc<dyn Source>]) -> Result<Inspection, ExtractError> {
    let mut tables = open(sources, &[])?;
    let mut read_as: Vec<ColumnReading> = Vec::new();
    loop {
        let (layout, looks) = look(&tables)?;
        let readings = keys_as_text(&looks);
        if readings.is_empty() {
            let mut found = conclude(layout, looks, read_as)?;
            if !found.missing.is_empty() {
                explain(&mut found.missing, &unfit(&tables, &found.mapping)?);
            }
            return Ok(found);
        }
        for reading in &readings {
            for table in tables.iter_mut().filter(|t| t.name() == reading.file) {
                if let Some(column) = table.column(&reading.column) {
                    table.read_as(column, reading.read_as);
                }
            }
        }
        // Each time at least one column less is read as numbers: this ends.
        read_as.extend(readings);
    }
}

fn look(tables: &[Box<dyn Table>]) -> Result<(Layout, Vec<Look<'_>>), ExtractError> {
    let mut looks = tables.iter().map(|t| Look::new(t.as_ref())).collect::<Result<Vec<_>, _>>()?;
    for look in &mut looks {
        look.classify();
    }
    let layout = choose_layout(&mut looks);
    for look in &mut looks {
        look.propose(layout);
    }
    link_categories(&mut looks);
    confirm_keys(&mut looks)?;
    for look in &mut looks {
        look.inspection.part = look.part.name().to_owned();
        look.inspection.held_out = look.part == Part::HeldOut;
    }
    Ok((layout, looks))
}

fn conclude(layout: Layout, looks: Vec<Look<'_>>, read_as: Vec<ColumnReading>) -> Result<Inspection, ExtractError> {
    let mut proposals = Vec::new();
    let mut roles: BTreeMap<Role, Vec<ColumnRef>> = BTreeMap::new();
    for role in Role::ALL {
        for look in &looks {
            if let Some(candidate) = look.roles.get(&role) {
                let column = ColumnRef {
                    file: look.inspection.name.clone(),
                    column: look.inspection.columns[candidate.column].name.clone(),
                };
                roles.entry(role).or_default().push(column.clone());
                let (confidence, reason) = (candidate.confidence, candidate.reason.clone());
                proposals.push(Proposal { role, column, confidence, reason });
            }
        }
    }
    let mapping = Mapping { layout, roles, read_as };
    let missing = mapping.missing();
    // An empty file is left aside like any that plays no role, unless it is why a role is missing.
    if let Some(empty) = looks.iter().find(|l| l.table.rows() == 0).filter(|_| !missing.is_empty()) {
        return Err(ExtractError::ZeroRows { file: empty.inspection.name.clone() });
    }
    Ok(Inspection { files: looks.into_iter().map(|l| l.inspection).collect(), proposals, mapping, missing })
}

/// Can most of the values be read as times?
pub(super) fn times_fit(values: &ArrayRef) -> bool {
    let mut times = Times::default();
    times.read(values, &Clock::default());
    times.present() > 0 && times.bad * 2 <= times.present()
}

/// Adds why columns that are called like missing roles do not play them.
pub(super) fn explain(missing: &mut [MissingRole], unfit: &[Unfit]) {
    for missing in missing {
        if let Some(unfit) = unfit.iter().find(|unfit| unfit.role == missing.role) {
            missing.hint = format!("{}; {}", missing.hint, unfit.reason);
            missing.column = Some(unfit.column.clone());
        }
    }
}

/// Keys that are whole numbers in one CSV file and text in another file (`007`, `A17`) must be text in both to be
/// equal; so must the parts of one table.
fn keys_as_text(looks: &[Look<'_>]) -> Vec<ColumnReading> {
    let mut readings = Vec::new();
    for keys in [
        &[Role::Order, Role::LineOrder][..],
        &[Role::Product, Role::ProductKey],
        &[Role::Category, Role::CategoryKey],
        &[Role::Customer],
    ] {
        let columns = || {
            looks.iter().flat_map(|look| {
                keys.iter().filter_map(move |role| Some((look, &look.inspection.columns[look.roles.get(role)?.column])))
            })
        };
        let has_values = |column: &ColumnInspection| column.preview.iter().any(|value| !value.is_empty());
        if !columns().any(|(_, column)| column.class == ColumnClass::Text && has_values(column)) {
            continue;
        }
        for (look, column) in columns() {
            if matches!(column.read_as, Some(ReadAs::Integer | ReadAs::Decimal)) {
                readings.push(ColumnReading {
                    file: look.inspection.name.clone(),
                    column: column.name.clone(),
                    read_as: ReadAs::Text,
                });
            }
        }
    }
    readings
}

impl<'t> Look<'t> {
    fn new(table: &'t dyn Table) -> Result<Self, ExtractError> {
        let mut inspection = describe(table);
        let usable: Vec<usize> = (0..inspection.columns.len()).filter(|&i| inspection.columns[i].usable).collect();
        let mut sample: Vec<Sample> = inspection.columns.iter().map(|_| Sample::default()).collect();
        let mut numbers = Numbers::default();
        for &column in usable.iter().filter(|_| table.rows() > 0) {
            sample[column].unreadable = true;
        }
        for (column, array) in first_rows(table, &usable, SAMPLE_ROWS)? {
            sample[column].unreadable = false;
            let clock = table.columns().get(column).map(TableColumn::clock).unwrap_or_default();
            let preview = texts(&array.slice(0, array.len().min(PREVIEW_ROWS)), &clock);
            inspection.columns[column].preview = preview;
            numbers.read(&array);
            sample[column].numbers.clone_from(&numbers.values);
            // Dates whose order nobody knows are dates all the same: whoever reads them has to say.
            sample[column].times_ok =
                inspection.columns[column].read_as == Some(ReadAs::TimeUndecided) || times_fit(&array);
        }
        Ok(Self {
            table,
            names: inspection.columns.iter().map(|c| normalise(&c.name)).collect(),
            stem: stem_words(&inspection.name),
            inspection,
            sample,
            part: Part::Unused,
            roles: BTreeMap::new(),
        })
    }

    /// The column that plays `role` best by name, type and first values.
    fn best(&self, role: Role, taken: &[usize]) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for (column, seen) in self.inspection.columns.iter().enumerate() {
            if taken.contains(&column) || !seen.usable || !class_fits(role, seen.class) {
                continue;
            }
            if !text_fits(role, seen.class, &seen.preview) || !self.values_fit(role, column) {
                continue;
            }
            let (mut confidence, mut reason) = self.score(role, column);
            if self.sample[column].unreadable {
                // A column that merely may mean it is not worth an error, and one that can be read is better.
                if confidence < CALLED {
                    continue;
                }
                (confidence, reason) = (confidence - 0.1, "the name says so; its first rows cannot be read");
            }
            if confidence >= ENOUGH && best.as_ref().is_none_or(|b| confidence > b.confidence) {
                best = Some(Candidate { column, confidence, reason: reason.to_owned() });
            }
        }
        best
    }

    fn score(&self, role: Role, column: usize) -> (f64, &'static str) {
        let name = &self.names[column];
        let mut score = name_score(role, name);
        let mut reason = if score > 0.9 { "the name says so" } else { "the name ends like one" };
        if (0.4..0.6).contains(&score) {
            reason = "the name may mean it";
        }
        // A bare "id" means what the file is called after.
        let own = match role {
            Role::Customer => &["customer", "user", "client", "member", "household"][..],
            Role::Order => &["order", "basket", "transaction", "invoice", "receipt"][..],
            Role::ProductKey => &["product", "item", "article", "sku"][..],
            _ => &[],
        };
        if matches!(name.as_str(), "id" | "key" | "code" | "index" | "number")
            && self.stem.last().is_some_and(|w| own.contains(&w.as_str()))
        {
            (score, reason) = (CONTEXT, "an id in a file that is called after it");
        }
        let class = self.inspection.columns[column].class;
        if role == Role::OrderTimestamp && matches!(class, ColumnClass::Date | ColumnClass::Timestamp) {
            if score > 0.0 {
                score = (score + 0.02).min(0.99);
            } else {
                (score, reason) = (0.5, "it holds dates");
            }
        }
        if matches!(role, Role::Product | Role::ProductKey) && score < 0.6 && class != ColumnClass::Text {
            score = 0.0;
        }
        (score, reason)
    }

    /// Do the first values allow the role?
    fn values_fit(&self, role: Role, column: usize) -> bool {
        let sample = &self.sample[column];
        sample.unreadable
            || if role == Role::OrderTimestamp { sample.times_ok } else { values_fit(role, &sample.numbers) }
    }

    /// Best category column and its level.
    fn category(&self) -> Option<(usize, Level)> {
        let keys =
            self.inspection.columns.iter().enumerate().filter(|(_, c)| c.usable && class_fits(Role::Category, c.class));
        keys.filter_map(|(i, _)| Some((i, level(&self.names[i])?)))
            // A name beside its id says the same with more words.
            .min_by_key(|(i, l)| (l.level, l.is_id, *i))
    }

    /// What is the file, by the ids it carries?
    fn classify(&mut self) {
        let has = |role| self.best(role, &[]).is_some_and(|c| c.confidence > 0.6);
        let (customer, product) = (has(Role::Customer), has(Role::Product) || has(Role::ProductKey));
        let order = self.order_column().is_some();
        let frequency = has(Role::MeanDaysBetweenOrders) || has(Role::FreqScore);
        let loyalty = has(Role::ReorderRatio) || has(Role::LoyaltyScore);
        self.part = if self.table.rows() == 0 {
            Part::Unused
        } else if customer && !order && (frequency || loyalty) {
            Part::Customers
        } else if order && product {
            Part::Lines
        } else if order && customer {
            Part::Orders
        } else if product && !customer {
            Part::Products
        } else if !order && !customer && self.category_table().is_some() {
            Part::Categories
        } else if customer && product {
            Part::Lines
        } else {
            Part::Unused
        };
    }

    /// The order's id; `order_number` is one only where nothing better is, since it mostly counts orders.
    fn order_column(&self) -> Option<Candidate> {
        self.best(Role::Order, &[])
    }

    /// Key and name columns of a table of categories: a level's id, and its name.
    fn category_table(&self) -> Option<(usize, Option<usize>)> {
        let columns = &self.inspection.columns;
        let fits = |i: &usize, role| columns[*i].usable && class_fits(role, columns[*i].class);
        let ids = (0..columns.len()).filter(|i| fits(i, Role::CategoryKey));
        let key = ids
            .filter_map(|i| match level(&self.names[i]) {
                Some(l) if l.is_id => Some((0, l.level, i)),
                _ if self.names[i] == "id" && self.stem.last().is_some_and(|w| level(w).is_some()) => Some((1, 0, i)),
                _ => None,
            })
            .min()?
            .2;
        let base = level(&self.names[key]).map(|l| l.level);
        let name = (0..columns.len())
            .filter(|i| *i != key && fits(i, Role::CategoryName))
            .filter_map(|i| match level(&self.names[i]) {
                Some(l) if Some(l.level) == base => Some((0, i)),
                _ if matches!(self.names[i].as_str(), "name" | "description" | "title" | "label") => Some((1, i)),
                _ => None,
            })
            .min()
            .map(|(_, i)| i);
        Some((key, name))
    }

    /// Proposes the roles of the file's part.
    fn propose(&mut self, layout: Layout) {
        let roles: &[Role] = match self.part {
            Part::Unused | Part::HeldOut | Part::Categories => &[],
            Part::Customers => &CUSTOMER_ROLES,
            Part::Orders => &WIDE_ROLES[..ROLES_OF_ORDERS],
            Part::Lines if layout == Layout::Star => {
                &[Role::LineOrder, Role::Product, Role::Reordered, Role::Quantity, Role::Amount]
            }
            Part::Lines => &WIDE_ROLES,
            Part::Products => &[Role::ProductKey, Role::ProductName],
        };
        let mut taken = Vec::new();
        for &role in roles {
            if let Some(candidate) = self.best(role, &taken) {
                taken.push(candidate.column);
                self.roles.insert(role, candidate);
            }
        }
    }
}

/// Decides the layout and which of the files that could carry orders or lines do.
fn choose_layout(looks: &mut [Look<'_>]) -> Layout {
    let any = |looks: &[Look<'_>], part| looks.iter().any(|l| l.part == part);
    let with_customer = |l: &Look<'_>| l.best(Role::Customer, &[]).is_some_and(|c| c.confidence > 0.6);
    let has_orders = any(looks, Part::Orders);
    let has_lines = any(looks, Part::Lines);
    if has_lines || has_orders {
        // A customer table beside orders is a dimension, nothing that is read.
        drop_parts(looks, Part::Customers);
    }
    let layout = if has_orders {
        Layout::Star
    } else if has_lines {
        Layout::Wide
    } else if any(looks, Part::Customers) {
        Layout::Customers
    } else {
        Layout::Star
    };
    if layout == Layout::Star && looks.iter().any(|l| l.part == Part::Lines && !with_customer(l)) {
        // Lines that also carry customers repeat those that do not.
        for look in looks.iter_mut().filter(|l| l.part == Part::Lines) {
            if with_customer(look) {
                look.part = Part::Unused;
            }
        }
    }
    if layout == Layout::Wide {
        for look in looks.iter_mut().filter(|l| l.part == Part::Lines) {
            if !with_customer(look) {
                look.part = Part::Unused;
            }
        }
    }
    // Several files of one part are pieces of one table when their columns agree with the largest one's.
    for part in [Part::Orders, Part::Lines, Part::Products, Part::Customers] {
        let largest = looks
            .iter()
            .filter(|l| l.part == part)
            .max_by_key(|l| (l.table.rows(), std::cmp::Reverse(l.inspection.name.clone())));
        let Some(names) = largest.map(|l| l.names.clone()) else { continue };
        for look in looks.iter_mut().filter(|l| l.part == part) {
            let shared = look.names.iter().filter(|n| names.contains(n)).count();
            if shared * 2 < names.len().max(look.names.len()) {
                look.part = Part::Unused;
            }
        }
    }
    if layout == Layout::Star {
        hold_out(looks);
    }
    layout
}

/// Sets lines aside that the extract itself keeps apart.
fn hold_out(looks: &mut [Look<'_>]) {
    let names = |part: Part| looks.iter().filter(move |l| l.part == part);
    let held: Vec<bool> = looks
        .iter()
        .map(|look| {
            let others = names(Part::Lines).map(|l| l.table.name());
            let columns = names(Part::Orders).flat_map(|l| l.names.iter().map(String::as_str));
            look.part == Part::Lines && is_held_out(look.table.name(), others, columns)
        })
        .collect();
    for (look, _) in looks.iter_mut().zip(held).filter(|(_, held)| *held) {
        look.part = Part::HeldOut;
    }
}

fn drop_parts(looks: &mut [Look<'_>], part: Part) {
    looks.iter_mut().filter(|l| l.part == part).for_each(|l| l.part = Part::Unused);
}

/// Chooses the category column and, if there is one, the table of its names.
fn link_categories(looks: &mut [Look<'_>]) {
    let carriers = |part: Part, looks: &[Look<'_>]| -> Vec<(usize, usize, Level)> {
        looks
            .iter()
            .enumerate()
            .filter(|(_, l)| l.part == part)
            .filter_map(|(at, l)| l.category().map(|(column, level)| (at, column, level)))
            .collect()
    };
    // The product file knows each product once; lines repeat it.
    let mut chosen = carriers(Part::Products, looks);
    if chosen.is_empty() {
        chosen = carriers(Part::Lines, looks);
    }
    let Some(best) = chosen.iter().map(|(_, _, l)| l.level).min() else {
        looks.iter_mut().filter(|l| l.part == Part::Categories).for_each(|l| l.part = Part::Unused);
        return;
    };
    chosen.retain(|(_, _, l)| l.level == best);
    let mut by_id = false;
    for &(at, column, level) in &chosen {
        by_id |= level.is_id || looks[at].inspection.columns[column].class != ColumnClass::Text;
        let reason = format!("the name says {}", synonyms::LEVELS[level.level].replace('_', " "));
        looks[at].roles.insert(Role::Category, Candidate { column, confidence: EXACT - 0.05, reason });
    }
    let mut linked = false;
    for look in looks.iter_mut().filter(|l| l.part == Part::Categories) {
        let Some((key, name)) = look.category_table().filter(|_| by_id && !linked) else {
            look.part = Part::Unused;
            continue;
        };
        let own = level(&look.names[key])
            .map_or_else(|| look.stem.last().and_then(|w| level(w)).map(|l| l.level), |l| Some(l.level));
        if own != Some(best) {
            look.part = Part::Unused;
            continue;
        }
        linked = true;
        let reason = "the name is that of the products' category".to_owned();
        look.roles.insert(Role::CategoryKey, Candidate { column: key, confidence: EXACT, reason });
        if let Some(column) = name {
            let reason = "text beside the category's id".to_owned();
            look.roles.insert(Role::CategoryName, Candidate { column, confidence: EXACT - 0.05, reason });
        }
    }
}

/// Looks values of one file's key column up in the other's, and says how many were found.
fn confirm_keys(looks: &mut [Look<'_>]) -> Result<(), ExtractError> {
    for (from, to) in
        [(Role::LineOrder, Role::Order), (Role::Product, Role::ProductKey), (Role::Category, Role::CategoryKey)]
    {
        let keys: Vec<(usize, usize)> =
            looks.iter().enumerate().filter_map(|(at, l)| Some((at, l.roles.get(&to)?.column))).collect();
        if keys.is_empty() {
            continue;
        }
        let mut interner = Interner::new(KEY_ROWS);
        let mut complete = true;
        let mut numbers = Vec::new();
        for &(at, column) in &keys {
            for (_, array) in first_rows(looks[at].table, &[column], KEY_ROWS)? {
                complete &= array.len() < KEY_ROWS || looks[at].table.rows() <= KEY_ROWS as u64;
                // Ids that are not exact are told when they are read; here they only confirm nothing.
                if interner.intern(&array, &mut numbers).is_err() {
                    complete = false;
                }
            }
        }
        let target = looks[keys[0].0].inspection.name.clone();
        for look in looks.iter_mut() {
            let Some(candidate) = look.roles.get_mut(&from) else { continue };
            let (mut seen, mut found, mut comparable) = (0u64, 0u64, true);
            for (_, array) in first_rows(look.table, &[candidate.column], LOOKUP_ROWS)? {
                comparable &= interner.find(&array, &mut numbers).is_ok();
                seen += numbers.iter().filter(|n| **n != NULL).count() as u64;
                found += numbers.iter().filter(|n| **n != NULL && **n != ABSENT).count() as u64;
            }
            if !comparable {
                candidate.confidence *= 0.4;
                candidate.reason += &format!("; but its type differs from the keys of \"{target}\"");
            } else if seen > 0 && (complete || found > 0) {
                let share = found as f64 / seen as f64;
                let percent = (share * 100.0).round();
                candidate.reason += &format!("; {percent:.0}% of its first values are keys of \"{target}\"");
                if !complete {
                    candidate.reason += " as far as looked at";
                } else if share < 0.5 {
                    candidate.confidence *= 0.5;
                }
                if share >= 0.95 {
                    candidate.confidence = candidate.confidence.max(0.97);
                }
            }
        }
    }
    Ok(())
}

/// The first rows of some columns; columns that cannot be read are left out, the run will say why.
pub(super) fn first_rows(
    table: &dyn Table,
    columns: &[usize],
    rows: usize,
) -> Result<Vec<(usize, arrow_array::ArrayRef)>, ExtractError> {
    if columns.is_empty() || table.rows() == 0 {
        return Ok(Vec::new());
    }
    match table.batches(columns, Some(rows)).and_then(|mut batches| batches.next().transpose()) {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(batch)) => Ok(columns.iter().copied().zip(batch.columns().iter().cloned()).collect()),
        Err(error @ (ExtractError::FileChanged { .. } | ExtractError::ReadFailed { .. })) => Err(error),
        Err(_) if columns.len() == 1 => Ok(Vec::new()),
        // One of them cannot be read: the others still can.
        Err(_) => {
            let mut out = Vec::new();
            for column in columns.chunks(1) {
                out.extend(first_rows(table, column, rows)?);
            }
            Ok(out)
        }
    }
}
