//! Clusterings: indices, k-means, gap, stability, components, agreement.

use quadrant::pace::{Pace, block_on};
use quadrant::prepare::scale::Scaling;
use quadrant::stats::ari::adjusted_rand_index;
use quadrant::stats::indices::{calinski_harabasz, davies_bouldin, within_sum_of_squares};
use quadrant::stats::kmeans::{KMeansParams, kmeans_from};
use quadrant::stats::matrix::Matrix;
use quadrant::stats::{gap, jaccard, kappa, pca, prediction_strength, silhouette};
use serde_json::{Value, json};

use super::Case;
use super::compare::{list, measured, option, whole};

/// What we compute for the topics of this file.
pub(crate) fn computed(case: &Case) -> Option<Value> {
    Some(match case.topic.as_str() {
        "cluster_indices" | "cluster_indices_edge" => {
            let (x, labels) = (matrix(case), case.whole("labels"));
            json!({
                "silhouette_samples": silhouette::silhouette_samples(&x, &labels).value().unwrap(),
                "silhouette": silhouette::silhouette(&x, &labels).value().unwrap().mean,
                "calinski_harabasz": measured(&calinski_harabasz(&x, &labels)),
                "davies_bouldin": measured(&davies_bouldin(&x, &labels)),
            })
        }
        "silhouette_ci" => {
            let found = silhouette::silhouette(&matrix(case), &case.whole("labels"));
            let found = found.value().unwrap();
            json!({ "mean": found.mean, "se": found.standard_error, "lo": found.low, "hi": found.high })
        }
        "ari" => json!({ "ari": option(adjusted_rand_index(&case.whole("a"), &case.whole("b"))) }),
        "transition" => transition(case),
        "kmeans_fixed_init" => fixed_start(case),
        "gap" => {
            let (x, labels) = (matrix(case), case.inputs["labels_k"].as_array().unwrap());
            let w: Vec<f64> = labels.iter().map(|labels| within_sum_of_squares(&x, &whole(labels))).collect();
            let log_w: Vec<f64> = w.iter().map(|&w| libm::log(w)).collect();
            let found = gap::gap_from_references(&log_w, &case.lists("ref_logW"));
            let found = found.value().unwrap();
            json!({ "W": w, "logW": found.log_w, "gap": found.gap, "s": found.s, "k_tibs": found.k })
        }
        "clusterboot_jaccard" => {
            let sets: Vec<Vec<u32>> = case.inputs["B"].as_array().unwrap().iter().map(whole).collect();
            json!({ "jaccard": measured(&jaccard::max_jaccard(&case.whole("A"), &sets)) })
        }
        "prediction_strength" => {
            let (own, other) = (case.whole("own_cluster"), case.whole("class_from_other_half"));
            json!({
                "per_cluster": prediction_strength::co_membership(&own, &other),
                "strength": measured(&prediction_strength::strength(&own, &other)),
            })
        }
        "pca" => components(&matrix(case)),
        "pca_standardised" => {
            let rows = case.lists("X");
            let columns = rows[0].len();
            let scalings: Vec<Scaling> = (0..columns)
                .map(|j| {
                    let column: Vec<f64> = rows.iter().map(|row| row[j]).collect();
                    *Scaling::fit(&column, None).value().unwrap()
                })
                .collect();
            let scaled: Vec<Vec<f64>> =
                rows.iter().map(|row| row.iter().zip(&scalings).map(|(&v, s)| s.apply(v)).collect()).collect();
            components(&Matrix::from_rows(&scaled).unwrap())
        }
        _ => return None,
    })
}

fn matrix(case: &Case) -> Matrix<f64> {
    Matrix::from_rows(&case.lists("X")).unwrap()
}

fn transition(case: &Case) -> Value {
    let byte = |key: &str| -> Vec<u8> { case.whole(key).iter().map(|&v| u8::try_from(v).unwrap()).collect() };
    let (before, after) = (byte("p1"), byte("p2"));
    let found = kappa::transition(&before, &after, 4).unwrap();
    json!({
        "matrix": found.matrix, "row_share": found.row_share, "kappa": option(found.kappa),
        "ari": option(adjusted_rand_index(&before, &after)), "agreement": found.agreement,
    })
}

fn fixed_start(case: &Case) -> Value {
    let x = matrix(case);
    let init = Matrix::from_rows(&case.lists("init")).unwrap();
    let params = KMeansParams { tolerance: 0.0, ..KMeansParams::new(init.rows()) };
    let found = block_on(kmeans_from(&x.cast(), &init, params, &Pace::unhurried())).unwrap();
    let centers: Vec<&[f64]> = found.centers.iter_rows().collect();
    let total = within_sum_of_squares(&x, &vec![0; x.rows()]);
    json!({
        "labels": found.labels, "inertia": found.inertia, "centers": centers, "r2": 1.0 - found.inertia / total,
    })
}

fn components(x: &Matrix<f64>) -> Value {
    let found = pca::pca(x);
    let found = found.value().unwrap();
    let rows: Vec<&[f64]> = found.components.iter_rows().collect();
    let sign_check: Vec<bool> = rows
        .iter()
        .map(|row| list(&json!(row)).into_iter().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap() > 0.0)
        .collect();
    json!({
        "explained_variance": found.explained_variance,
        "ratio": found.explained_variance_ratio,
        "singular_values": found.singular_values(x.rows()),
        "components": rows,
        "sign_check": sign_check,
        "trace": found.explained_variance.iter().sum::<f64>(),
    })
}
