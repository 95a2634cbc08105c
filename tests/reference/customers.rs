//! One customer's history: features, scores, the rule, confidence.

use std::collections::BTreeMap;

use quadrant::extract::history::{Category, Line, OrderHistory};
use quadrant::extract::ids::Ids;
use quadrant::features::build::build;
use quadrant::features::catalogue::{Behavioural, Corrected};
use quadrant::pace::{Pace, block_on};
use quadrant::segments::confidence::{mean_gap, reorder_share, side_probability};
use quadrant::segments::rule::labels;
use quadrant::segments::scores::{freq_score, scores};
use quadrant::stats::{describe, quantile};
use serde_json::{Value, json};

use super::Case;
use super::compare::{number, option};

/// What we compute for the topics of this file.
pub(crate) fn computed(case: &Case) -> Option<Value> {
    Some(match case.topic.as_str() {
        "user_features" => features(&history(&case.inputs["orders"])),
        "features_edge" => edge(case)?,
        "assignment" => {
            let (freq, loyalty) = (case.list("freq"), case.list("loyalty"));
            let cuts = (quantile::median(&freq).unwrap(), quantile::median(&loyalty).unwrap());
            let segments: Vec<&str> = labels(&freq, &loyalty, cuts.0, cuts.1).iter().map(|s| s.name()).collect();
            json!({ "freq_median": cuts.0, "loyalty_median": cuts.1, "segments": segments })
        }
        "assignment_confidence" => {
            let frequent = side_probability(case.f64("tau_days") - case.f64("mean_days"), case.f64("se_days"));
            let loyal = side_probability(case.f64("loyalty") - case.f64("tau_loyalty"), case.f64("se_loyalty"));
            json!({ "p_high_freq": frequent, "p_high_loyal": loyal, "p_champion": frequent * loyal })
        }
        _ => return None,
    })
}

/// The listed orders as the history of one customer; a product is reordered once an earlier order has it.
fn history(orders: &Value) -> OrderHistory {
    let orders = orders.as_array().unwrap();
    let mut products: BTreeMap<String, (u32, u16)> = BTreeMap::new();
    let mut categories: Vec<u64> = Vec::new();
    let items = |order: &Value| -> Vec<(String, u64)> {
        let pairs = order["items"].as_array().unwrap();
        pairs.iter().map(|item| (item[0].as_str().unwrap().to_owned(), item[1].as_u64().unwrap())).collect()
    };
    for (product, category) in orders.iter().flat_map(items) {
        let at = categories.iter().position(|&c| c == category).unwrap_or_else(|| {
            categories.push(category);
            categories.len() - 1
        });
        let next = u32::try_from(products.len()).unwrap();
        products.entry(product).or_insert((next, u16::try_from(at).unwrap()));
    }
    let mut by_index: Vec<(u32, u16)> = products.values().copied().collect();
    by_index.sort_unstable();
    let (mut lines, mut line_start, mut seen) = (Vec::new(), vec![0], Vec::new());
    for order in orders {
        let mut basket: Vec<u32> = items(order).iter().map(|(product, _)| products[product].0).collect();
        basket.sort_unstable();
        lines.extend(basket.iter().map(|&product| Line::new(product, seen.contains(&product))));
        seen.extend(basket);
        line_start.push(u32::try_from(lines.len()).unwrap());
    }
    let byte = |key: &str| orders.iter().map(|order| u8::try_from(order[key].as_u64().unwrap()).unwrap()).collect();
    let mut history = OrderHistory {
        customers: Ids::from_i64(vec![1]),
        order_start: vec![0, u32::try_from(orders.len()).unwrap()],
        days_since_prior: orders.iter().map(|order| order["gap"].as_f64().unwrap_or(f64::NAN)).collect(),
        hour: Some(byte("hour")),
        weekday: Some(byte("dow")),
        line_start,
        lines,
        products: u32::try_from(by_index.len()).unwrap(),
        product_category: by_index.into_iter().map(|(_, category)| category).collect(),
        categories: categories.iter().map(|c| Category { id: Some(c.to_string()), name: String::new() }).collect(),
        ..OrderHistory::default()
    };
    history.count();
    history
}

fn features(history: &OrderHistory) -> Value {
    let table = block_on(build(history, 5, &Pace::unhurried())).unwrap();
    assert_eq!((table.rows(), table.imputed_masks()), (1, [0_u16].as_slice()), "one customer, nothing imputed");
    let of = |feature: Behavioural| number(table.behavioural(feature).unwrap()[0]);
    let corrected = |feature: Corrected| number(table.corrected(feature).unwrap()[0]);
    let gaps: Vec<f64> = history.days_since_prior.iter().copied().filter(|gap| gap.is_finite()).collect();
    let found = scores(&table);
    let total = f64::from(table.lines().unwrap()[0]);
    let unique = table.behavioural(Behavioural::UniqueProducts).unwrap()[0];
    let average = table.corrected(Corrected::AvgBasketOrdersWithLines).unwrap()[0];
    let spread = table.behavioural(Behavioural::StdBasketSize).unwrap()[0];
    json!({
        "num_orders": table.orders().unwrap()[0],
        "orders_with_items": reorder_share(history, 0).n,
        "total_items": total,
        "unique_products": unique,
        "reorder_ratio": of(Behavioural::ReorderRatio),
        "identity_1_minus_unique_over_total": 1.0 - unique / total,
        "reorder_consistency": of(Behavioural::ReorderConsistency),
        "reorder_consistency_excluding_first_order": corrected(Corrected::ReorderConsistencyAfterFirst),
        "pct_reordered_products": of(Behavioural::PctReorderedProducts),
        "mean_days": of(Behavioural::MeanDaysBetweenOrders),
        "std_days": option(describe::std(&gaps, 1)),
        "cv_days": of(Behavioural::CvDaysBetweenOrders),
        "median_days": option(quantile::median(&gaps)),
        "mean_hour_linear": of(Behavioural::MeanOrderHour),
        "std_hour_linear": of(Behavioural::StdOrderHour),
        "mean_hour_circular": corrected(Corrected::MeanHourCircular),
        "std_hour_circular": corrected(Corrected::StdHourCircular),
        "avg_basket_original": of(Behavioural::AvgBasketSize),
        "avg_basket_correct": average,
        "std_basket": spread,
        "min_basket": of(Behavioural::MinBasketSize),
        "max_basket": of(Behavioural::MaxBasketSize),
        "basket_cv_original": of(Behavioural::BasketSizeCv),
        "basket_cv_correct": spread / average,
        "unique_aisles": of(Behavioural::UniqueAisles),
        "aisle_entropy": of(Behavioural::AisleEntropy),
        "freq_score": found.freq[0],
        "loyalty_score": found.loyalty[0],
        "se_mean_days": mean_gap(history, 0).error,
        "se_reorder_ratio_linearised": reorder_share(history, 0).error,
    })
}

/// The two histories that a case names in words.
fn edge(case: &Case) -> Option<Value> {
    let order = |gap: Value| json!({ "gap": gap, "hour": 9, "dow": 1, "items": [["A", 1]] });
    match case.inputs["case"].as_str()? {
        "gaps all zero [0,0,0]" => {
            let orders = json!([order(Value::Null), order(json!(0)), order(json!(0)), order(json!(0))]);
            let history = history(&orders);
            let table = block_on(build(&history, 2, &Pace::unhurried())).unwrap();
            Some(json!({
                "mean": table.behavioural(Behavioural::MeanDaysBetweenOrders).unwrap()[0],
                "std": option(describe::std(&[0.0; 3], 1)),
                // Nobody has a cv, so there is nothing to impute from and no column.
                "cv": option(table.behavioural(Behavioural::CvDaysBetweenOrders).map(|cv| cv[0])),
                "freq_score": scores(&table).freq[0],
            }))
        }
        "one order: gaps empty" => {
            let history = history(&json!([order(Value::Null)]));
            let table = block_on(build(&history, 1, &Pace::unhurried())).unwrap();
            assert_eq!((table.rows(), table.excluded().no_gap), (0, 1), "nobody without a gap is assigned");
            let mean = describe::mean(&[]);
            let share = reorder_share(&history, 0);
            Some(json!({
                "mean_days": number(mean_gap(&history, 0).value),
                "std_days": option(describe::std(&[], 1)),
                "cv": option(describe::cv(&[])),
                "freq_score": option(mean.map(freq_score)),
                "std_basket": option(describe::std(&[1.0], 1)),
                "reorder_ratio": share.value,
                "reorder_consistency": option(describe::std(&[share.value], 1)),
            }))
        }
        _ => None,
    }
}
