//! Names of roles and stages in the reader's words.

use crate::extract::schema::Role;

/// A role, as the mapping editor names it.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Customer => "Customer",
        Role::Order => "Order",
        Role::OrderSequence => "Order sequence",
        Role::OrderTimestamp => "Order date or time",
        Role::Weekday => "Day of week",
        Role::Hour => "Hour of day",
        Role::DaysSincePrior => "Days since prior order",
        Role::LineOrder => "Order of a line",
        Role::Product => "Product of a line",
        Role::Reordered => "Bought before?",
        Role::Quantity => "Quantity",
        Role::Amount => "Amount of money",
        Role::ProductKey => "Product, in the product table",
        Role::ProductName => "Product name",
        Role::Category => "Category",
        Role::CategoryKey => "Category, in the category table",
        Role::CategoryName => "Category name",
        Role::Segment => "Segment already given",
        Role::OrderCount => "Number of orders",
        Role::FreqScore => "Frequency score",
        Role::LoyaltyScore => "Loyalty score",
        Role::MeanDaysBetweenOrders => "Mean days between orders",
        Role::ReorderRatio => "Reorder ratio",
    }
}

/// A stage of the pipeline, as the progress bar says it. Unknown names are shown as they are.
pub fn stage(name: &str) -> String {
    match name {
        "" | "params" => "Starting".to_owned(),
        "inspect" => "Looking at the files".to_owned(),
        "extract" => "Reading orders and lines".to_owned(),
        "features" => "Building features".to_owned(),
        "readiness" => "Checking readiness".to_owned(),
        "segments" => "Applying the rule".to_owned(),
        "validation" => "Validating the segments".to_owned(),
        "prepare" => "Preparing feature sets".to_owned(),
        "clustering" => "Testing for clusters".to_owned(),
        "decision" => "Weighing the evidence".to_owned(),
        "verify" => "Verifying the receipt".to_owned(),
        "generate" => "Making up a later window".to_owned(),
        other => {
            let mut words = other.replace('_', " ");
            if let Some(first) = words.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            words
        }
    }
}
