//! Scoring SQL: the same segments where the data live.
//!
//! One generator ([`query`]) from a baseline's mapped columns, thresholds and percentile edges; what engines write
//! differently stands in one file each. A query is a plain `SELECT` (a dbt model as it is), names its tables once, in
//! its first steps, and scans the lines once. [`check`] compares it with an uploaded `assignments` table.

mod bigquery;
pub mod check;
mod duckdb;
mod engine;
mod postgres;
pub mod query;
mod snowflake;
mod source;
mod spark;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use serde::{Deserialize, Serialize};

use engine::Engine;

/// An engine that the queries are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `DuckDB`.
    DuckDb,
    /// Spark SQL 3.4 or newer, Databricks.
    Spark,
    /// Google `BigQuery`.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// `PostgreSQL` 12 or newer.
    Postgres,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::DuckDb, Self::Spark, Self::BigQuery, Self::Snowflake, Self::Postgres];

    /// File name without extension, `download-sql-<slug>` in the page.
    pub fn slug(self) -> &'static str {
        match self {
            Self::DuckDb => "duckdb",
            Self::Spark => "spark",
            Self::BigQuery => "bigquery",
            Self::Snowflake => "snowflake",
            Self::Postgres => "postgres",
        }
    }

    /// Name of the query's file in the output folder.
    pub fn file(self) -> &'static str {
        match self {
            Self::DuckDb => "sql/duckdb.sql",
            Self::Spark => "sql/spark.sql",
            Self::BigQuery => "sql/bigquery.sql",
            Self::Snowflake => "sql/snowflake.sql",
            Self::Postgres => "sql/postgres.sql",
        }
    }

    /// Name of the self-check's file in the output folder.
    pub fn check_file(self) -> &'static str {
        match self {
            Self::DuckDb => "sql/check/duckdb.sql",
            Self::Spark => "sql/check/spark.sql",
            Self::BigQuery => "sql/check/bigquery.sql",
            Self::Snowflake => "sql/check/snowflake.sql",
            Self::Postgres => "sql/check/postgres.sql",
        }
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        self.engine().title()
    }

    fn engine(self) -> &'static dyn Engine {
        match self {
            Self::DuckDb => &duckdb::DuckDb,
            Self::Spark => &spark::Spark,
            Self::BigQuery => &bigquery::BigQuery,
            Self::Snowflake => &snowflake::Snowflake,
            Self::Postgres => &postgres::Postgres,
        }
    }
}
