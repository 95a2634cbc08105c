//! Principal components of the category block.
//!
//! The block as the canonical case ran it: all category shares and, by an accident of naming,
//! `aisle_entropy`, each standardised. Shares are mostly 0, so sums of products are taken over the
//! categories a customer bought only; centring follows from the means.

use crate::features::catalogue::Behavioural;
use crate::features::table::{FeatureTable, Shares};
use crate::pace::{Cancelled, Pace};
use crate::stats::eigen::EigenError;
use crate::stats::matrix::Matrix;
use crate::stats::measured::Measured;
use crate::stats::pca::{Pca, pca_of_covariance};

use super::findings::{ComponentLoadings, PcaFindings};
use super::sets::CANONICAL_COMPONENTS;

/// Components whose loadings are reported, and loadings per component.
const REPORTED: (usize, usize) = (10, 8);
/// Features whose importance is reported.
const IMPORTANT: usize = 20;
/// Rows between two turns of the host.
const ROWS_PER_TICK: usize = 4096;

/// Components of the standardised category block.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoryComponents {
    /// Feature names: the shares, then `aisle_entropy` if it was measured.
    pub names: Vec<String>,
    /// Mean of every feature.
    pub mean: Vec<f64>,
    /// Standard deviation (ddof 0) of every feature; 1 if it is constant.
    pub scale: Vec<f64>,
    /// Components of the standardised features.
    pub pca: Pca,
}

/// Means, variances (ddof 0) and covariances (ddof 0) of the block.
struct Moments {
    mean: Vec<f64>,
    covariance: Matrix<f64>,
}

/// The components of all rows of the table; absent without categories or below two customers.
pub async fn category_components(table: &FeatureTable, pace: &Pace) -> Result<Measured<CategoryComponents>, Cancelled> {
    if let Shares::Absent(missing) = table.shares() {
        return Ok(Measured::NotMeasured(missing.clone()));
    }
    let n = table.rows();
    if n < 2 {
        return Ok(Measured::absent("components need at least two customers", "more customers"));
    }
    let mut names: Vec<String> = table.names();
    names.truncate(table.share_count());
    let entropy = table.behavioural(Behavioural::AisleEntropy);
    if entropy.is_some() {
        names.push(Behavioural::AisleEntropy.name().to_owned());
    }
    let Moments { mean, covariance } = match table.shares() {
        Shares::Runs(_) => sparse_moments(table, entropy, &pace.part(0, 1, 2)).await?,
        _ => dense_moments(table, entropy, &pace.part(0, 1, 2)).await?,
    };
    let p = names.len();
    let scale: Vec<f64> = (0..p)
        .map(|f| {
            let variance = covariance.row(f)[f];
            // Centring by subtraction leaves rounding of the order of the squared mean.
            if variance > 1e-12 * mean[f] * mean[f] && variance > 0.0 { variance.sqrt() } else { 1.0 }
        })
        .collect();
    let sample = n as f64 / (n - 1) as f64;
    let mut standardised = Matrix::<f64>::zeros(p, p);
    for i in 0..p {
        for j in 0..p {
            standardised.row_mut(i)[j] = covariance.row(i)[j] / (scale[i] * scale[j]) * sample;
        }
    }
    match pca_of_covariance(&standardised, vec![0.0; p], &pace.part(1, 2, 2)).await {
        Ok(pca) => Ok(Measured::Value(CategoryComponents { names, mean, scale, pca })),
        Err(EigenError::Cancelled(cancelled)) => Err(cancelled),
        Err(error) => Ok(Measured::absent(error.to_string(), "finite category shares")),
    }
}

async fn sparse_moments(table: &FeatureTable, entropy: Option<&[f64]>, pace: &Pace) -> Result<Moments, Cancelled> {
    let n = table.rows();
    let shares = table.share_count();
    let p = shares + usize::from(entropy.is_some());
    let mut sums = vec![0.0; p];
    let mut products = Matrix::<f64>::zeros(p, p);
    // The dense column is centred first; the shares' own sums then need no care.
    let entropy_mean = entropy.map_or(0.0, |column| column.iter().sum::<f64>() / n as f64);
    let mut run: Vec<(usize, f64)> = Vec::new();
    if let Shares::Runs(runs) = table.shares() {
        for r in 0..n {
            run.clear();
            run.extend(runs.row(r));
            if let Some(column) = entropy {
                run.push((shares, column[r] - entropy_mean));
            }
            for (at, &(i, value)) in run.iter().enumerate() {
                sums[i] += value;
                let row = products.row_mut(i);
                for &(j, other) in &run[..=at] {
                    row[j] += value * other;
                }
            }
            if r % ROWS_PER_TICK == 0 {
                pace.tick(r as u64, n as u64).await?;
            }
        }
    }
    let mut mean: Vec<f64> = sums.iter().map(|sum| sum / n as f64).collect();
    for i in 0..p {
        for j in 0..=i {
            let value = products.row(i)[j] / n as f64 - mean[i] * mean[j];
            products.row_mut(i)[j] = value;
            products.row_mut(j)[i] = value;
        }
    }
    if entropy.is_some() {
        mean[shares] += entropy_mean;
    }
    Ok(Moments { mean, covariance: products })
}

async fn dense_moments(table: &FeatureTable, entropy: Option<&[f64]>, pace: &Pace) -> Result<Moments, Cancelled> {
    let n = table.rows();
    let mut centred: Vec<Vec<f64>> = Vec::new();
    let mut mean = Vec::new();
    let columns = (0..table.share_count()).map(|c| table.column(c)).chain(entropy.map(Into::into));
    for column in columns {
        let own = column.iter().sum::<f64>() / n as f64;
        centred.push(column.iter().map(|value| value - own).collect());
        mean.push(own);
    }
    let p = centred.len();
    let mut covariance = Matrix::<f64>::zeros(p, p);
    for i in 0..p {
        for j in 0..=i {
            let sum: f64 = centred[i].iter().zip(&centred[j]).map(|(a, b)| a * b).sum();
            covariance.row_mut(i)[j] = sum / n as f64;
            covariance.row_mut(j)[i] = sum / n as f64;
        }
        pace.tick(i as u64, p as u64).await?;
    }
    Ok(Moments { mean, covariance })
}

impl CategoryComponents {
    /// Scores of the named table rows on the first `count` components: rows x count, `count` at most all.
    pub async fn scores(
        &self,
        table: &FeatureTable,
        rows: &[u32],
        count: usize,
        pace: &Pace,
    ) -> Result<Matrix<f32>, Cancelled> {
        let p = self.names.len();
        let count = count.min(p);
        // Loadings by feature, divided by the feature's scale; the means give one constant per component.
        let mut loadings = Matrix::<f64>::zeros(p, count);
        let mut offset = vec![0.0; count];
        for (c, (offset, component)) in offset.iter_mut().zip(self.pca.components.iter_rows()).enumerate() {
            for (f, loading) in component.iter().enumerate() {
                loadings.row_mut(f)[c] = loading / self.scale[f];
                *offset -= self.mean[f] * loading / self.scale[f];
            }
        }
        let entropy = if p > table.share_count() { table.behavioural(Behavioural::AisleEntropy) } else { None };
        let mut scores = Matrix::<f32>::zeros(rows.len(), count);
        let mut sums = vec![0.0; count];
        let mut dense = vec![0.0; table.share_count()];
        for (i, &row) in rows.iter().enumerate() {
            sums.copy_from_slice(&offset);
            let mut add = |feature: usize, value: f64| {
                for (sum, loading) in sums.iter_mut().zip(loadings.row(feature)) {
                    *sum += value * loading;
                }
            };
            if let Shares::Runs(runs) = table.shares() {
                runs.row(row as usize).for_each(|(feature, share)| add(feature, share));
            } else {
                table.fill_shares(row as usize, &mut dense);
                dense.iter().enumerate().for_each(|(feature, &share)| add(feature, share));
            }
            if let Some(column) = entropy {
                add(p - 1, column[row as usize]);
            }
            for (to, sum) in scores.row_mut(i).iter_mut().zip(&sums) {
                *to = *sum as f32;
            }
            if i % ROWS_PER_TICK == 0 {
                pace.tick(i as u64, rows.len() as u64).await?;
            }
        }
        Ok(scores)
    }

    /// All variance ratios and the strongest loadings of the first components.
    pub fn findings(&self) -> PcaFindings {
        let (components, top) = REPORTED;
        let loadings = self
            .pca
            .components
            .iter_rows()
            .take(components)
            .enumerate()
            .map(|(index, component)| {
                let mut named: Vec<(String, f64)> = self.names.iter().cloned().zip(component.iter().copied()).collect();
                named.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
                named.truncate(top);
                ComponentLoadings { component: index as u32 + 1, top: named }
            })
            .collect();
        PcaFindings {
            features: self.names.len() as u64,
            explained_variance_ratio: self.pca.explained_variance_ratio.clone(),
            explained_variance: self.pca.explained_variance.clone(),
            loadings,
            importance: self.importance(),
        }
    }

    /// What share of the retained variance each feature carries, largest first; the first [`IMPORTANT`].
    fn importance(&self) -> Vec<(String, f64)> {
        let mut carried = vec![0.0; self.names.len()];
        let mut total = 0.0;
        let kept = self.pca.components.iter_rows().zip(&self.pca.explained_variance).take(CANONICAL_COMPONENTS);
        for (component, &variance) in kept {
            total += variance;
            for (sum, loading) in carried.iter_mut().zip(component) {
                *sum += variance * loading * loading;
            }
        }
        if total <= 0.0 {
            return Vec::new();
        }
        let mut named: Vec<(String, f64)> =
            self.names.iter().cloned().zip(carried.into_iter().map(|sum| sum / total)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        named.truncate(IMPORTANT);
        named
    }
}
