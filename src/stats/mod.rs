//! Numerics without business nouns; every function is held to an outside oracle.
#![allow(clippy::float_cmp, reason = "where numerics compare floats for equality, the same bits are meant")]
#![allow(clippy::excessive_precision, reason = "published coefficients are quoted digit by digit")]

pub mod anova;
pub mod ari;
pub mod auc;
pub mod beta;
pub mod binomial;
pub mod chi_squared;
pub mod circular;
pub mod correlation;
pub mod describe;
pub mod dip;
mod dip_table;
pub mod entropy;
pub mod fisher;
pub mod games_howell;
pub mod gamma;
pub mod json;
pub mod kappa;
pub mod kolmogorov;
pub mod kruskal;
pub mod ks;
pub mod levene;
pub mod measured;
pub mod moments;
pub mod multiple;
pub mod normal;
pub mod normaltest;
pub mod proportions;
pub mod psi;
pub mod quantile;
pub mod radix;
pub mod ranks;
pub mod rng;
pub mod roots;
pub mod student;
pub mod studentized_range;
pub mod welch;

// Many variables at once: matrices, components, clusters.
mod center_lanes;
pub mod cholesky;
pub mod dbscan;
pub mod eigen;
pub mod gap;
pub mod gmm;
pub mod indices;
pub mod jaccard;
pub mod kmeans;
mod kmeans_lloyd;
mod kmeans_seeding;
pub mod matrix;
pub mod pca;
pub mod prediction_strength;
pub mod silhouette;
mod silhouette_tiles;
pub mod ward;
