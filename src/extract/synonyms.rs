//! What columns are called: the names by which roles are recognised.

use super::schema::Role;

/// Names that end in one of these as a whole word are recognised too, with less confidence.
pub(super) const EXACT: f64 = 0.95;
/// Confidence of a name that only ends like a synonym ("`shop_order_id`").
pub(super) const SUFFIX: f64 = 0.75;
/// Confidence of a bare "id" or "name" in a file that is called after the thing.
pub(super) const CONTEXT: f64 = 0.65;
/// Confidence of a synonym that means other things elsewhere ("number", "value").
pub(super) const WEAK: f64 = 0.5;

/// A name in lower case, words joined by `_`: `OrderID`, `order-id` and `ORDER ID` become `order_id`.
pub(super) fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut previous: Option<char> = None;
    let chars: Vec<char> = name.trim().chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        if c.is_alphanumeric() {
            let starts_word = c.is_uppercase()
                && previous.is_some_and(|p| {
                    // "orderID" splits before I; "CUSTOMERId" before the last capital; "ORDER" never.
                    p.is_lowercase() || (p.is_uppercase() && chars.get(i + 1).is_some_and(|n| n.is_lowercase()))
                });
            if starts_word && !out.ends_with('_') {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        previous = Some(c);
    }
    out.trim_end_matches('_').to_owned()
}

/// Synonyms of a role, separated by spaces, strongest first; the second list is of weak ones.
fn names(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Customer => (
            "customer_id user_id household_id household_key client_id member_id customer_key customer_number \
             customer_no customer_code cust_id cust_no customer user household client member buyer_id buyer \
             shopper_id shopper account_id account_number account_no consumer_id subscriber_id msisdn \
             guest_id loyalty_id loyalty_card loyalty_card_number card_number card_id card_no person_id \
             contact_id party_id patron_id player_id visitor_id email email_address uid userid customerid \
             customer_unique_id hh_id hshd_num household_number kunde kunden_id kundennummer cliente \
             cliente_id id_cliente id_client client_no membership_id customer_hash",
            "account card hh cid phone hash_id",
        ),
        Role::Order | Role::LineOrder => (
            "order_id basket_id transaction_id invoice_id invoice_no invoice_number invoice receipt_id \
             receipt_no receipt_number receipt order_key order_no order_code order_nr order basket basket_num \
             basket_number basket_key trans_id txn_id transaction_no transaction_number transaction_key \
             transaction ticket_id ticket_number ticket sales_order_id purchase_id purchase cart_id \
             checkout_id bill_id bill_no order_uuid orderid visit_id trip_id sale_id bestellung bestell_id \
             bestellnummer pedido pedido_id id_pedido commande_id document_number order_hash bon_id bon_nr \
             rechnung rechnungsnummer rechnung_id auftrag auftragsnummer beleg belegnummer",
            "order_number document_id document_no session_id check_id",
        ),
        Role::OrderSequence => (
            "order_number order_sequence order_seq order_index order_rank sequence_number nth_order \
             purchase_number order_count_to_date visit_number order_num",
            "sequence seq rank",
        ),
        Role::OrderTimestamp => (
            "order_timestamp transaction_timestamp timestamp order_date order_datetime order_time \
             transaction_date transaction_datetime transaction_time trans_date txn_date invoice_date \
             invoice_datetime purchase_date purchase_timestamp purchase_datetime order_purchase_timestamp \
             sale_date sales_date basket_date receipt_date bill_date created_at order_created_at ordered_at \
             placed_at order_placed_at completed_at paid_at event_time event_timestamp event_date date_time \
             datetime date order_ts ts purchased_at checkout_time bestelldatum datum fecha shop_date \
             visit_date transaction_dt order_dt trans_dt purchase_dt sale_dt business_date posting_date order_day",
            "time day created dt updated_at",
        ),
        Role::Weekday => (
            "order_dow order_day_of_week day_of_week weekday order_weekday dow dayofweek shop_weekday \
             week_day",
            "",
        ),
        Role::Hour => {
            ("order_hour_of_day hour_of_day order_hour hour transaction_hour purchase_hour shop_hour hourofday", "")
        }
        Role::DaysSincePrior => (
            "days_since_prior_order days_since_prior days_since_last_order days_since_previous_order \
             days_since_last days_since_previous days_between_orders days_since_last_purchase \
             days_since_prior_purchase inter_purchase_days interpurchase_time gap_days days_from_prior_order",
            "gap",
        ),
        Role::Product | Role::ProductKey => (
            "product_id sku sku_id item_id article_id product_key product_code product_no product_number \
             item_no item_number item_code stock_code article_no article_number article product item prod_id \
             prod_code product_num upc ean gtin barcode plu asin isbn material material_number variant_id \
             product_variant_id style_id artikel artikelnummer artikel_id producto producto_id id_producto \
             produit_id line_item_product_id product_sku",
            "product_name item_name product_title product_description description title style",
        ),
        Role::Reordered => (
            "reordered is_reorder is_reordered reorder reorder_flag reordered_flag repeat_purchase is_repeat \
             bought_before purchased_before is_repurchase repurchase",
            "repeat",
        ),
        Role::Quantity => (
            "quantity qty units quantity_sold qty_sold units_sold order_quantity quantity_ordered \
             item_quantity product_quantity line_quantity sales_quantity order_qty num_units item_count menge \
             anzahl cantidad quantite pieces net_quantity purchase_quantity",
            "count volume",
        ),
        Role::Amount => (
            "sales_value amount net_amount sales_amount line_total line_amount net_sales revenue total_amount \
             total_price spend net_spend sales gross_amount net_revenue net_value extended_price item_total \
             order_value turnover umsatz betrag importe montant total line_value paid_amount payment_value \
             gross_sales purchase_amount amount_paid transaction_amount sale_price",
            "price net value gross",
        ),
        Role::ProductName => (
            "product_name product_description item_name item_description article_name product_title \
             product_desc prod_name sku_name sku_description item_desc artikelname",
            "description name title",
        ),
        Role::Segment => {
            ("segment segment_name customer_segment segment_label user_segment rfm_segment", "cluster cohort")
        }
        Role::OrderCount => (
            "orders order_count n_orders num_orders number_of_orders total_orders orders_count nb_orders \
             orders_total",
            "frequency",
        ),
        Role::FreqScore => ("freq_score frequency_score", "f_score"),
        Role::LoyaltyScore => ("loyalty_score loyal_score", ""),
        Role::MeanDaysBetweenOrders => (
            "mean_days_between_orders avg_days_between_orders average_days_between_orders mean_days_between \
             avg_days_between mean_gap_days avg_gap_days mean_interpurchase_days",
            "mean_gap avg_gap",
        ),
        Role::ReorderRatio => {
            ("reorder_ratio reorder_rate reorder_share share_reordered pct_reordered repeat_rate", "")
        }
        Role::Category | Role::CategoryKey | Role::CategoryName => ("", ""),
    }
}

/// Levels of a product hierarchy, the one taken by default first. Each is recognised alone and with
/// `_id`, `_key`, `_code`, `_no`, `_name`, `_desc`, `_description` behind it.
pub(super) const LEVELS: [&str; 26] = [
    "aisle",
    "product_category",
    "category",
    "item_category",
    "commodity",
    "product_group",
    "item_group",
    "article_group",
    "warengruppe",
    "category_level_2",
    "category_2",
    "category_l2",
    "categoria",
    "categorie",
    "product_line",
    "product_family",
    "family",
    "main_category",
    "master_category",
    "class",
    "sub_category",
    "subcategory",
    "product_type",
    "section",
    "department",
    "division",
];

const ID_ENDINGS: [&str; 6] = ["_id", "_key", "_code", "_no", "_number", "_num"];
const NAME_ENDINGS: [&str; 6] = ["_name", "_desc", "_description", "_label", "_title", "_english"];

/// What a category column is: its level (index into [`LEVELS`]) and whether it looks like an id or a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) level: usize,
    pub(super) is_id: bool,
    pub(super) is_name: bool,
}

/// Does the name say a category level?
pub(super) fn level(normalised: &str) -> Option<Level> {
    let strip = |endings: &[&str]| endings.iter().find_map(|e| normalised.strip_suffix(e));
    let position = |base: &str| LEVELS.iter().position(|l| same(l, base));
    if let Some(level) = position(normalised) {
        return Some(Level { level, is_id: false, is_name: false });
    }
    if let Some(level) = strip(&ID_ENDINGS).and_then(position) {
        return Some(Level { level, is_id: true, is_name: false });
    }
    strip(&NAME_ENDINGS).and_then(position).map(|level| Level { level, is_id: false, is_name: true })
}

fn same(a: &str, b: &str) -> bool {
    a == b || a.chars().filter(|c| *c != '_').eq(b.chars().filter(|c| *c != '_'))
}

/// How strongly a column's name says that it plays `role`: 0..1, 0 for not at all.
pub(super) fn name_score(role: Role, normalised: &str) -> f64 {
    let (strong, weak) = names(role);
    // Earlier synonyms win over later ones in the same file; the difference is too small to show.
    let place = |list: &str, fits: &dyn Fn(&str) -> bool| list.split_whitespace().position(fits);
    if let Some(at) = place(strong, &|s| same(s, normalised)) {
        return EXACT - at as f64 * 1e-4;
    }
    if let Some(at) = place(weak, &|s| same(s, normalised)) {
        return WEAK - at as f64 * 1e-4;
    }
    let ends = |s: &str| s.len() > 4 && normalised.strip_suffix(s).is_some_and(|head| head.ends_with('_'));
    place(strong, &ends).map_or(0.0, |at| SUFFIX - at as f64 * 1e-4)
}

/// What a file is called after, for bare `id` and `name` columns.
pub(super) fn stem_words(file: &str) -> Vec<String> {
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = stem.split('.').next().unwrap_or(stem);
    normalise(stem)
        .split('_')
        .map(|word| match word.strip_suffix("ies") {
            Some(base) => format!("{base}y"),
            None => word.strip_suffix('s').unwrap_or(word).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_one_name_are_one() {
        for name in ["order_id", "OrderID", "ORDER_ID", "order-id", "Order Id", " order.id ", "orderId"] {
            assert_eq!(normalise(name), "order_id", "{name}");
        }
        assert_eq!(normalise("BASKETId"), "basket_id");
        assert!(name_score(Role::Order, "orderid") > 0.9);
    }

    #[test]
    fn names_say_roles() {
        assert!(name_score(Role::Customer, "household_key") > 0.9);
        assert!((name_score(Role::Order, "shop_order_id") - SUFFIX).abs() < 0.01);
        assert!(name_score(Role::Customer, "reorder_id") < 0.1);
        assert!(name_score(Role::Order, "preorder") < 0.1);
        let department = level("department").unwrap().level;
        let aisle = level("aisle_id").unwrap();
        assert!(aisle.is_id && aisle.level < department);
        assert!(level("product_category").unwrap().level < department);
        assert!(level("COMMODITY_DESC".to_lowercase().as_str()).unwrap().is_name);
    }

    #[test]
    fn stems_are_singular() {
        assert_eq!(stem_words("orders.parquet"), ["order"]);
        assert_eq!(stem_words("dim_categories.snappy.parquet"), ["dim", "category"]);
    }
}
