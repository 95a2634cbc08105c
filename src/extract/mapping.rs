//! A mapping held against the files: every role in a column that can play it.

use super::error::ExtractError;
use super::findings::{ColumnRef, Layout};
use super::numbers::parse_number;
use super::schema::{
    ColumnClass, ColumnInspection, ColumnReading, FileInspection, Inspection, Mapping, MissingRole, ReadAs, Role,
};
use super::time::parse_time;

impl Mapping {
    /// The columns that play `role`.
    pub fn columns(&self, role: Role) -> &[ColumnRef] {
        self.roles.get(&role).map_or(&[], Vec::as_slice)
    }

    /// Is `role` played at all?
    pub fn has(&self, role: Role) -> bool {
        !self.columns(role).is_empty()
    }

    /// The column of `file` that plays `role`.
    pub fn column_of(&self, role: Role, file: &str) -> Option<&ColumnRef> {
        self.columns(role).iter().find(|c| c.file == file)
    }

    /// How a column is read, if the mapping says so.
    pub fn reading_of(&self, file: &str, column: &str) -> Option<ReadAs> {
        self.read_as.iter().rev().find(|r| r.file == file && r.column == column).map(|r| r.read_as)
    }

    /// Says how a column is read.
    pub fn read_column(&mut self, file: &str, column: &str, read_as: ReadAs) {
        self.read_as.retain(|r| r.file != file || r.column != column);
        self.read_as.push(ColumnReading { file: file.to_owned(), column: column.to_owned(), read_as });
    }

    /// Holds the mapping against what was seen of the files.
    ///
    /// # Errors
    /// The first contradiction: a file or column that is not there, a type that cannot play its role, roles
    /// spread over files, a role that the layout needs and nobody plays.
    pub fn check(&self, inspection: &Inspection) -> Result<(), ExtractError> {
        self.check_files(&inspection.files)
    }

    pub(super) fn check_files(&self, files: &[FileInspection]) -> Result<(), ExtractError> {
        for (&role, columns) in &self.roles {
            for (at, reference) in columns.iter().enumerate() {
                if columns[..at].iter().any(|c| c.file == reference.file) {
                    return Err(ExtractError::RoleTwice { role, file: reference.file.clone() });
                }
                let file = files
                    .iter()
                    .find(|f| f.name == reference.file)
                    .ok_or_else(|| ExtractError::UnknownFile { role, file: reference.file.clone() })?;
                let column = file.columns.iter().find(|c| c.name == reference.column).ok_or_else(|| {
                    ExtractError::UnknownColumn { role, file: file.name.clone(), column: reference.column.clone() }
                })?;
                check_type(role, &file.name, column)?;
            }
        }
        self.check_places()?;
        match self.missing().into_iter().next() {
            Some(MissingRole { role, hint, column }) => Err(ExtractError::MissingRole { role, hint, column }),
            None => Ok(()),
        }
    }

    /// Roles that must sit in the file of another role.
    fn check_places(&self) -> Result<(), ExtractError> {
        let line_order = if self.layout == Layout::Wide { Role::Order } else { Role::LineOrder };
        let pairs: &[(Role, Role)] = match self.layout {
            Layout::Customers => &[
                (Role::Segment, Role::Customer),
                (Role::OrderCount, Role::Customer),
                (Role::FreqScore, Role::Customer),
                (Role::LoyaltyScore, Role::Customer),
                (Role::MeanDaysBetweenOrders, Role::Customer),
                (Role::ReorderRatio, Role::Customer),
            ],
            Layout::Star | Layout::Wide => &[
                (Role::Order, Role::Customer),
                (Role::Customer, Role::Order),
                (Role::OrderSequence, Role::Order),
                (Role::OrderTimestamp, Role::Order),
                (Role::DaysSincePrior, Role::Order),
                (Role::Hour, Role::Order),
                (Role::Weekday, Role::Order),
                (line_order, Role::Product),
                (Role::Product, line_order),
                (Role::Reordered, line_order),
                (Role::Quantity, line_order),
                (Role::Amount, line_order),
                (Role::ProductName, Role::ProductKey),
                (Role::CategoryName, Role::CategoryKey),
            ],
        };
        for &(present, absent) in pairs {
            // A role that is missing altogether is told by `missing`, which knows what would do instead.
            let scattered = |c: &&ColumnRef| self.has(absent) && self.column_of(absent, &c.file).is_none();
            if let Some(column) = self.columns(present).iter().find(scattered) {
                return Err(ExtractError::ScatteredRoles { present, absent, file: column.file.clone() });
            }
        }
        Ok(())
    }

    /// Roles that the layout needs and nobody plays, with what would do instead.
    pub fn missing(&self) -> Vec<MissingRole> {
        let mut missing = Vec::new();
        let mut need = |ok: bool, role: Role, hint: &str| {
            if !ok {
                missing.push(MissingRole { role, hint: hint.to_owned(), column: None });
            }
        };
        need(self.has(Role::Customer), Role::Customer, "each order needs the id of its customer");
        match self.layout {
            Layout::Customers => {
                need(
                    self.has(Role::MeanDaysBetweenOrders) || self.has(Role::FreqScore),
                    Role::MeanDaysBetweenOrders,
                    "the frequency axis needs the mean number of days between orders, or a frequency score",
                );
                need(
                    self.has(Role::ReorderRatio) || self.has(Role::LoyaltyScore),
                    Role::ReorderRatio,
                    "the loyalty axis needs the share of lines that are reorders, or a loyalty score",
                );
            }
            Layout::Star | Layout::Wide => {
                need(self.has(Role::Order), Role::Order, "each order needs an id");
                need(
                    self.has(Role::OrderSequence) || self.has(Role::OrderTimestamp),
                    Role::OrderTimestamp,
                    "a customer's orders must be put in sequence: by a date or timestamp, or by a sequence number",
                );
                need(
                    self.has(Role::DaysSincePrior) || self.has(Role::OrderTimestamp),
                    Role::DaysSincePrior,
                    "the frequency axis needs the days since the prior order, or a date or timestamp to derive them",
                );
                if self.layout == Layout::Star {
                    need(
                        self.has(Role::LineOrder),
                        Role::LineOrder,
                        "the loyalty axis needs the orders' lines: one row per order and product",
                    );
                }
                need(
                    self.has(Role::Product),
                    Role::Product,
                    "the loyalty axis needs to know which product each line is of",
                );
            }
        }
        missing
    }
}

/// What a role can be read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Key,
    Number,
    Flag,
    Time,
    Name,
}

fn need(role: Role) -> Need {
    match role {
        Role::Customer
        | Role::Order
        | Role::LineOrder
        | Role::Product
        | Role::ProductKey
        | Role::Category
        | Role::CategoryKey => Need::Key,
        Role::OrderTimestamp => Need::Time,
        Role::Reordered => Need::Flag,
        Role::ProductName | Role::CategoryName | Role::Segment => Need::Name,
        Role::OrderSequence
        | Role::Weekday
        | Role::Hour
        | Role::DaysSincePrior
        | Role::Quantity
        | Role::Amount
        | Role::OrderCount
        | Role::FreqScore
        | Role::LoyaltyScore
        | Role::MeanDaysBetweenOrders
        | Role::ReorderRatio => Need::Number,
    }
}

/// Can a column of this class play `role`?
pub(super) fn class_fits(role: Role, class: ColumnClass) -> bool {
    use ColumnClass as C;
    match need(role) {
        Need::Key => matches!(class, C::Integer | C::Float | C::Text | C::Binary),
        Need::Number => matches!(class, C::Integer | C::Float | C::Text),
        Need::Flag => matches!(class, C::Integer | C::Float | C::Text | C::Boolean),
        Need::Time => matches!(class, C::Integer | C::Float | C::Text | C::Date | C::Timestamp),
        Need::Name => matches!(class, C::Text),
    }
}

/// Can text with these first values play `role`? `true` when there is no text to judge.
pub(super) fn text_fits(role: Role, class: ColumnClass, preview: &[String]) -> bool {
    if class != ColumnClass::Text {
        return true;
    }
    let mut values = preview.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).peekable();
    if values.peek().is_none() {
        return true;
    }
    match need(role) {
        Need::Number | Need::Flag => values.any(|v| parse_number(v).is_some()),
        Need::Time => values.any(|v| parse_time(v).is_some()),
        Need::Key | Need::Name => true,
    }
}

fn check_type(role: Role, file: &str, column: &ColumnInspection) -> Result<(), ExtractError> {
    if column.class == ColumnClass::Nested {
        return Err(ExtractError::NestedColumn {
            role,
            file: file.to_owned(),
            column: column.name.clone(),
            kind: column.kind.clone(),
        });
    }
    if class_fits(role, column.class) && text_fits(role, column.class, &column.preview) {
        return Ok(());
    }
    let mut kind = column.kind.clone();
    if let (ColumnClass::Text, Some(value)) = (column.class, column.preview.iter().find(|v| !v.trim().is_empty())) {
        kind = format!("{kind} (such as \"{value}\")");
    }
    let wanted = wanted(role);
    Err(ExtractError::WrongType { role, file: file.to_owned(), column: column.name.clone(), kind, wanted })
}

/// What columns play `role`, in words.
pub(super) fn wanted(role: Role) -> &'static str {
    match need(role) {
        Need::Key => "integers or text",
        Need::Number => "numbers",
        Need::Flag => "true and false, or 1 and 0",
        Need::Time => "dates or timestamps (as text: YYYY-MM-DD or YYYY-MM-DD hh:mm:ss)",
        Need::Name => "text",
    }
}
