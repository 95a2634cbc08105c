//! Column names of extracts in the wild, and the roles they must be given.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, TimestampMicrosecondArray};
use quadrant::extract::findings::Layout;
use quadrant::extract::inspect;
use quadrant::extract::schema::{Inspection, Role};

use crate::support::{Sources, floats, ints, table, texts};

fn ids() -> ArrayRef {
    ints([1, 1, 2, 3])
}

fn times() -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(vec![1_700_000_000_000_000; 4]))
}

fn dates() -> ArrayRef {
    Arc::new(Date32Array::from(vec![19_000; 4]))
}

fn words() -> ArrayRef {
    texts(["a", "b", "c", "d"])
}

fn money() -> ArrayRef {
    floats([1.5, 2.5, 3.5, 4.5].map(Some))
}

fn role(inspection: &Inspection, role: Role) -> Option<&str> {
    inspection.mapping.columns(role).first().map(|c| c.column.as_str())
}

fn look(sources: &Sources) -> Inspection {
    inspect(sources).unwrap()
}

/// Every (role, column) must be as listed, and nothing that a run needs may be missing.
fn expect(case: &str, sources: &Sources, layout: Layout, roles: &[(Role, &str)]) {
    let inspection = look(sources);
    assert_eq!(inspection.mapping.layout, layout, "{case}");
    for (wanted, column) in roles {
        assert_eq!(role(&inspection, *wanted), Some(*column), "{case}: {wanted:?}\n{:#?}", inspection.proposals);
    }
    assert!(inspection.missing.is_empty(), "{case}: {:?}", inspection.missing);
    inspection.mapping.check(&inspection).unwrap();
    for proposal in &inspection.proposals {
        assert!((0.0..=1.0).contains(&proposal.confidence) && proposal.reason.len() > 5, "{case}: {proposal:?}");
    }
}

#[test]
fn wide_extracts_in_the_wild() {
    let uci = vec![table(
        "online_retail.parquet",
        vec![
            ("InvoiceNo", words()),
            ("StockCode", words()),
            ("Description", words()),
            ("Quantity", ids()),
            ("InvoiceDate", times()),
            ("UnitPrice", money()),
            ("CustomerID", floats([Some(17_850.0), Some(17_850.0), None, Some(13_047.0)])),
            ("Country", words()),
        ],
    )];
    expect(
        "UCI online retail",
        &uci,
        Layout::Wide,
        &[
            (Role::Customer, "CustomerID"),
            (Role::Order, "InvoiceNo"),
            (Role::Product, "StockCode"),
            (Role::OrderTimestamp, "InvoiceDate"),
            (Role::Quantity, "Quantity"),
        ],
    );
    // A price per unit is no amount of a line.
    assert_eq!(role(&look(&uci), Role::Amount), None);

    let german = vec![table(
        "verkauf.parquet",
        vec![
            ("Kundennummer", ids()),
            ("Bestellnummer", ids()),
            ("Bestelldatum", dates()),
            ("Artikelnummer", ids()),
            ("Menge", ids()),
            ("Umsatz", money()),
            ("Warengruppe", words()),
        ],
    )];
    expect(
        "German",
        &german,
        Layout::Wide,
        &[
            (Role::Customer, "Kundennummer"),
            (Role::Order, "Bestellnummer"),
            (Role::OrderTimestamp, "Bestelldatum"),
            (Role::Product, "Artikelnummer"),
            (Role::Quantity, "Menge"),
            (Role::Amount, "Umsatz"),
            (Role::Category, "Warengruppe"),
        ],
    );

    let camel = vec![table(
        "export.parquet",
        vec![("orderId", ids()), ("customerId", words()), ("orderDate", times()), ("productId", ids())],
    )];
    let roles = [(Role::Order, "orderId"), (Role::Customer, "customerId"), (Role::Product, "productId")];
    expect("camel case", &camel, Layout::Wide, &roles);

    let shouting = vec![table(
        "SNOWFLAKE.parquet",
        vec![("ORDER_NUMBER", words()), ("MEMBER_ID", ids()), ("ITEM_ID", ids()), ("ORDER_DT", dates())],
    )];
    let roles = [(Role::Order, "ORDER_NUMBER"), (Role::Customer, "MEMBER_ID"), (Role::OrderTimestamp, "ORDER_DT")];
    expect("an order number that is the id", &shouting, Layout::Wide, &roles);
}

#[test]
fn star_extracts_in_the_wild() {
    let olist = vec![
        table(
            "olist_order_items_dataset.parquet",
            vec![
                ("order_id", words()),
                ("order_item_id", ids()),
                ("product_id", words()),
                ("seller_id", words()),
                ("shipping_limit_date", times()),
                ("price", money()),
                ("freight_value", money()),
            ],
        ),
        table(
            "olist_products_dataset.parquet",
            vec![("product_id", words()), ("product_category_name", words()), ("product_name_lenght", ids())],
        ),
        table(
            "olist_orders_dataset.parquet",
            vec![
                ("order_id", words()),
                ("customer_id", words()),
                ("order_status", words()),
                ("order_purchase_timestamp", times()),
                ("order_approved_at", times()),
                ("order_delivered_customer_date", times()),
            ],
        ),
    ];
    expect(
        "Olist",
        &olist,
        Layout::Star,
        &[
            (Role::Order, "order_id"),
            (Role::Customer, "customer_id"),
            (Role::OrderTimestamp, "order_purchase_timestamp"),
            (Role::LineOrder, "order_id"),
            (Role::Product, "product_id"),
            (Role::Amount, "price"),
            (Role::ProductKey, "product_id"),
            (Role::Category, "product_category_name"),
        ],
    );

    let shop = vec![
        table(
            "orders.parquet",
            vec![("id", ids()), ("email", words()), ("created_at", times()), ("total_price", money())],
        ),
        table("line_items.parquet", vec![("id", ids()), ("order_id", ids()), ("sku", words()), ("quantity", ids())]),
        table("products.parquet", vec![("sku", words()), ("title", words()), ("product_type", words())]),
    ];
    expect(
        "a shop",
        &shop,
        Layout::Star,
        &[
            (Role::Order, "id"),
            (Role::Customer, "email"),
            (Role::OrderTimestamp, "created_at"),
            (Role::LineOrder, "order_id"),
            (Role::Product, "sku"),
            (Role::Category, "product_type"),
        ],
    );
}

#[test]
fn customer_level_extracts_in_the_wild() {
    let sources = vec![table(
        "rfm.parquet",
        vec![
            ("client_id", words()),
            ("avg_days_between_orders", money()),
            ("reorder_rate", floats([0.1, 0.2, 0.3, 0.4].map(Some))),
            ("order_count", ids()),
            ("Segment", words()),
        ],
    )];
    expect(
        "customer level",
        &sources,
        Layout::Customers,
        &[
            (Role::Customer, "client_id"),
            (Role::MeanDaysBetweenOrders, "avg_days_between_orders"),
            (Role::ReorderRatio, "reorder_rate"),
            (Role::OrderCount, "order_count"),
            (Role::Segment, "Segment"),
        ],
    );
}

#[test]
fn what_is_missing_is_named() {
    // Day numbers are no dates, so nothing says how many days lie between orders.
    let dunnhumby = vec![table(
        "transaction_data.parquet",
        vec![
            ("household_key", ids()),
            ("BASKET_ID", ids()),
            ("DAY", ids()),
            ("PRODUCT_ID", ids()),
            ("QUANTITY", ids()),
        ],
    )];
    let inspection = look(&dunnhumby);
    assert_eq!(inspection.mapping.layout, Layout::Wide);
    let missing: Vec<_> = inspection.missing.iter().map(|m| m.role).collect();
    assert_eq!(missing, [Role::OrderTimestamp, Role::DaysSincePrior]);

    let basketless = vec![table(
        "transactions.parquet",
        vec![("t_dat", dates()), ("customer_id", words()), ("article_id", ids()), ("price", money())],
    )];
    let missing: Vec<_> = look(&basketless).missing.iter().map(|m| m.role).collect();
    assert_eq!(missing, [Role::Order]);

    let strange = vec![table("x.parquet", vec![("c1", ids()), ("c2", words())])];
    assert!(!look(&strange).missing.is_empty());
}

#[test]
fn keys_are_confirmed_by_their_values() {
    let orders = || {
        table(
            "orders.parquet",
            vec![("order_id", ints(1..5)), ("user_id", ids()), ("order_date", times()), ("hour", ints([9, 10, 25, 3]))],
        )
    };
    let lines = |first: i64| {
        table("lines.parquet", vec![("order_id", ints(first..first + 4)), ("product_id", ids()), ("reordered", ids())])
    };
    let inspection = look(&vec![orders(), lines(1)]);
    let found = |i: &Inspection| i.proposals.iter().find(|p| p.role == Role::LineOrder).unwrap().clone();
    assert!(found(&inspection).confidence > 0.96);
    assert!(found(&inspection).reason.contains("100% of its first values are keys of \"orders.parquet\""));
    let strangers = look(&vec![orders(), lines(100)]);
    assert!(found(&strangers).confidence < 0.5);
    // Values that cannot be an hour or a flag speak against the name.
    assert_eq!(role(&inspection, Role::Hour), None);
    assert_eq!(role(&inspection, Role::Reordered), None);
}
