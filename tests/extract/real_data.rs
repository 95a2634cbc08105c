//! The extracts that the project is proved on.

use quadrant::extract::findings::Layout;
use quadrant::extract::history::{Extract, OrderHistory};
use quadrant::extract::schema::Role;

use crate::support::{basket, baskets, data, files, history, read_detected, shared, warning};

const STAR: [&str; 5] =
    ["orders.parquet", "order_products__prior.parquet", "products.parquet", "aisles.parquet", "departments.parquet"];

#[test]
fn the_star_extract_of_2000_customers() {
    let Some(folder) = data("u2000") else { return };
    let (inspection, extract, findings) = read_detected(&files(&folder, &STAR));
    assert_eq!(inspection.mapping.layout, Layout::Star);
    assert_eq!(inspection.mapping.columns(Role::Category)[0].column, "aisle_id");
    assert_eq!(inspection.mapping.columns(Role::CategoryName)[0].column, "aisle");
    assert_eq!((findings.customers, findings.orders, findings.order_lines), (2_000, 33_179, 309_923));
    assert_eq!((findings.products, findings.categories), (49_688, 134));
    println!("{:#?}", findings.warnings);
    let history = history(extract);
    assert_eq!(history.customers.text(0).parse::<u32>().map(|_| ()), Ok(()));
    assert_eq!(history.categories[0].feature_name(), "aisle_1_prepared soups salads");
    check_shape(&history);
}

fn check_shape(history: &OrderHistory) {
    let (customers, orders) = (history.customer_count(), history.order_count());
    assert_eq!(history.customers.len(), customers);
    assert_eq!(history.order_start[customers] as usize, orders);
    assert_eq!(history.line_start[orders] as usize, history.lines.len());
    assert_eq!(history.days_since_prior.len(), orders);
    for order in 0..orders {
        assert!(basket(history, order).windows(2).all(|w| w[0].product() < w[1].product()));
    }
    assert!(history.lines.iter().all(|l| l.product() < history.products));
    assert!(history.product_category.iter().all(|c| usize::from(*c) < history.categories.len()));
}

#[test]
fn star_and_wide_are_one_history() {
    let Some(folder) = data("u2000") else { return };
    let (_, star, _) = read_detected(&files(&folder, &STAR));
    let wide_files = ["order_lines.parquet", "products.parquet", "aisles.parquet", "departments.parquet"];
    let (inspection, wide, findings) = read_detected(&files(&folder, &wide_files));
    assert_eq!(inspection.mapping.layout, Layout::Wide);
    assert_eq!((findings.customers, findings.orders, findings.order_lines), (2_000, 33_179, 309_923));
    assert_eq!(warning(&findings, "rows_without_product"), 2_000);
    let (star, wide) = (history(star), history(wide));
    same(&star, &wide);
    assert_eq!(baskets(&star), baskets(&wide));
    assert_eq!(star.categories, wide.categories);

    // The one wide file alone: the same orders, its own catalogue.
    let (_, alone, findings) = read_detected(&files(&folder, &["order_lines.parquet"]));
    let alone = history(alone);
    same(&star, &alone);
    assert_eq!((findings.products, findings.categories), (23_887, 134));
    assert_eq!(alone.categories[0].feature_name(), "category_air fresheners candles");
    for (a, b) in baskets(&star).into_iter().zip(baskets(&alone)) {
        let name = |h: &OrderHistory, p: u32| h.categories[usize::from(h.product_category[p as usize])].name.clone();
        assert_eq!(name(&star, a.product()), name(&alone, b.product()));
        assert_eq!(a.reordered(), b.reordered());
    }
}

fn same(a: &OrderHistory, b: &OrderHistory) {
    assert_eq!(a.customers, b.customers);
    assert_eq!(a.order_start, b.order_start);
    assert_eq!(a.line_start, b.line_start);
    let bits = |h: &OrderHistory| h.days_since_prior.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(a), bits(b));
    assert_eq!((&a.hour, &a.weekday, &a.day), (&b.hour, &b.weekday, &b.day));
}

#[test]
fn the_order_of_files_plays_no_part() {
    let Some(folder) = data("u2000") else { return };
    let (_, forward, _) = read_detected(&files(&folder, &STAR));
    let mut names = STAR.to_vec();
    names.reverse();
    let (_, backward, _) = read_detected(&files(&folder, &names));
    let (forward, backward) = (history(forward), history(backward));
    same(&forward, &backward);
    assert_eq!(baskets(&forward), baskets(&backward));
}

#[test]
fn all_files_of_the_folder_together() {
    let Some(folder) = data("u2000") else { return };
    let mut names = STAR.to_vec();
    names.push("order_lines.parquet");
    let (inspection, _, findings) = read_detected(&files(&folder, &names));
    let part = |name| inspection.files.iter().find(|f| f.name == name).unwrap().part.clone();
    assert_eq!(part("order_lines.parquet"), "not used");
    assert_eq!(part("departments.parquet"), "not used");
    assert_eq!(part("aisles.parquet"), "categories");
    assert_eq!(findings.order_lines, 309_923);
    assert_eq!(warning(&findings, "file_not_used"), 2);
}

#[test]
fn complete_journey_needs_no_mapping() {
    let Some(folder) = data("cj") else { return };
    let (inspection, extract, findings) = read_detected(&files(&folder, &["products.parquet", "transactions.parquet"]));
    assert_eq!(inspection.mapping.layout, Layout::Wide);
    assert_eq!(inspection.mapping.columns(Role::Category)[0].column, "product_category");
    assert_eq!(inspection.mapping.columns(Role::Amount)[0].column, "sales_value");
    println!("{:#?}", findings.warnings);
    // Counted with pandas: 1,469,307 distinct (household, basket, product), 8,869 of them with quantity 0.
    assert_eq!((findings.customers, findings.orders), (2_469, 155_848));
    assert_eq!(findings.order_lines, 1_469_307 - 8_869);
    assert_eq!(warning(&findings, "returns_left_out"), 8_869);
    assert_eq!(findings.integrity.unknown_products, 4_836);
    let history = history(extract);
    check_shape(&history);
    assert!(history.hour.is_some() && history.day.is_some() && history.amount.is_some());
    assert_eq!(history.customers.text(0), "1");
}

#[test]
fn real_scores_per_customer() {
    let Some(path) = shared("data/instacart_user_scores.parquet") else { return };
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let (inspection, extract, findings) = read_detected(&files(path.parent().unwrap(), &[&name]));
    assert_eq!(inspection.mapping.layout, Layout::Customers);
    assert_eq!(findings.customers, 182_223);
    let Extract::Customers(table) = extract else { panic!("a history") };
    let names: Vec<_> = table.behavioural.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["freq_score", "loyalty_score"]);
    assert_eq!(table.customers.text(0), "1");
    assert_eq!(table.behavioural[0].1[0], 0.05);
    assert_eq!(table.segment.as_ref().unwrap()[0].as_deref(), Some("Loyal Occasionals"));
    assert!(findings.warnings.is_empty(), "{:?}", findings.warnings);
}
