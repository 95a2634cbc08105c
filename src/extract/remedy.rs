//! What to do about each warning, and which column it is about.

use super::schema::Role;

const NOTHING: &str = "Nothing: this is how it is meant to be read.";

/// The role whose column a warning is about where it names no place, and what to do.
pub(super) fn remedy(code: &str) -> (Option<Role>, &'static str) {
    use Role as R;
    match code {
        "after_as_of" => (Some(R::OrderTimestamp), "Nothing if the as-of date is meant; else choose a later one."),
        "lines_after_as_of" => (Some(R::LineOrder), "Nothing if the as-of date is meant; else choose a later one."),
        "amount_invalid" => (Some(R::Amount), "Mend the values, or choose in the mapping how the column is read."),
        "quantity_invalid" => (Some(R::Quantity), "Mend the values, or choose in the mapping how the column is read."),
        "feature_invalid" => (None, "Mend the values: customers without them count as missing."),
        "categories_gathered" => (Some(R::Category), "Map a coarser category if single ones matter."),
        "column_twice" => (None, "Give the columns names of their own."),
        "column_not_used" => (None, "Mend the column or map another one if the role matters; else nothing."),
        "duplicate_categories" => (Some(R::CategoryKey), "Keep one row per category."),
        "duplicate_customers" => (Some(R::Customer), "Keep one row per customer."),
        "duplicate_orders" => (Some(R::Order), "Keep one row per order."),
        "duplicate_products" => (Some(R::ProductKey), "Keep one row per product."),
        "file_not_counted" => (None, "Nothing, unless the file was meant to be read: then fetch it again."),
        "file_not_used" => (None, "Nothing, unless the file was meant to be read: then map its columns."),
        "held_out_lines" => (None, "Nothing in the canonical case; map the file's columns to count its lines."),
        "gap_at_first_order" => (Some(R::DaysSincePrior), "Nothing where the extract begins in mid-history."),
        "gap_derived" => (Some(R::OrderTimestamp), NOTHING),
        "gap_invalid" => (Some(R::DaysSincePrior), "Give whole days since the customer's prior order."),
        "gap_missing" => (
            Some(R::DaysSincePrior),
            "Give the days since the prior order, or a timestamp that they can be derived from.",
        ),
        "hour_invalid" => (Some(R::Hour), "Number hours from 0 to 23, or leave the column out and map a timestamp."),
        "weekday_invalid" => (Some(R::Weekday), "Number weekdays from 0 (Sunday) to 6, or map a timestamp instead."),
        "weekday_numbering" => {
            (Some(R::Weekday), "Nothing if that is how they are numbered; else number them from 0 (Sunday) to 6.")
        }
        "lines_merged" => {
            (Some(R::Product), "Nothing if such lines are meant to add up; leave one out if a file was given twice.")
        }
        "lines_of_shared_orders" => (Some(R::LineOrder), "Make order ids unique across customers."),
        "order_of_two_customers" => (Some(R::Order), "Make order ids unique across customers."),
        "nameless_categories" => (Some(R::CategoryKey), "Add the names to the category table."),
        "no_time_of_day" => (Some(R::OrderTimestamp), "Export timestamps with their time if hours matter."),
        "null_keys" => (None, "Find out why the export lacks them: above 5% of the rows the integrity gate fails."),
        "null_products" => (Some(R::ProductKey), "Leave such rows out of the product table."),
        "one_customer" => (Some(R::Customer), "Take an extract of many customers."),
        "order_columns_disagree" => (Some(R::OrderSequence), "Give all lines of an order the same sequence number."),
        "orphan_lines" => (None, "Export orders and lines of the same period."),
        "product_of_two_categories" => (Some(R::Category), "Give each product one category, or map a coarser one."),
        "lines_without_category" => (Some(R::Category), "Give each line its category, or add a product table."),
        "products_without_category" => (Some(R::Category), "Give these products a category if its share matters."),
        "reordered_derived" => (Some(R::Product), NOTHING),
        "reordered_disagrees" => (
            Some(R::Reordered),
            "Nothing where the extract begins in mid-history; else leave the column out, and it is derived.",
        ),
        "reordered_invalid" => (Some(R::Reordered), "Write 0 and 1, or leave the column out, and it is derived."),
        "reordered_unknown" => (Some(R::Reordered), "Fill the flag in, or leave the column out, and it is derived."),
        "returns_left_out" => (Some(R::Quantity), NOTHING),
        "role_in_some_files" => (None, "Write all files of a table with the same columns."),
        "rows_without_product" => {
            (Some(R::Product), "Nothing if such rows are no purchases; else fill the product in.")
        }
        "sequence_against_time" => (Some(R::OrderTimestamp), "Check dates and sequence numbers of these orders."),
        "sequence_invalid" => (Some(R::OrderSequence), "Number each customer's orders 1, 2, 3 and so on."),
        "sequence_missing" | "sequence_ties" => {
            (Some(R::OrderSequence), "Number each customer's orders 1, 2, 3 and so on, or map a timestamp instead.")
        }
        "timestamp_invalid" => (Some(R::OrderTimestamp), "Write dates as YYYY-MM-DD or YYYY-MM-DD hh:mm:ss."),
        "timestamps_in_utc" | "timestamps_in_zone" | "timestamps_with_offset" => {
            (Some(R::OrderTimestamp), "Nothing if that clock is meant; else export the local time without a zone.")
        }
        "unknown_products" => (Some(R::Product), "Export the product table of the same day as the lines."),
        _ => (None, ""),
    }
}
