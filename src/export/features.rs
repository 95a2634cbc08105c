//! `features.parquet`: the feature matrix, one customer per row.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array};
use arrow_schema::{DataType, Field};

use crate::extract::ids::Ids;
use crate::features::table::FeatureTable;

use super::{ExportError, sheet};

const FILE: &str = "features.parquet";

/// Writes `features.parquet`: the customer id under its own name and in its own type, then one 64-bit float column per
/// feature in matrix order (category shares, then the behavioural features), imputed as the run used them.
///
/// `ids` holds one id per row of `table`.
///
/// # Errors
/// [`ExportError`]: the writer failed, or `ids` and `table` differ in length.
pub fn parquet(id_name: &str, ids: &Ids, table: &FeatureTable, out: impl Write + Send) -> Result<(), ExportError> {
    let behavioural: Vec<&[f64]> = table.present().filter_map(|feature| table.behavioural(feature)).collect();
    let fields = table.names().into_iter().map(|name| Field::new(name, DataType::Float64, false)).collect();
    let columns = |rows: std::ops::Range<usize>| {
        let shares = table.share_columns(rows.clone());
        let rest = behavioural.iter().map(move |column| column[rows.clone()].to_vec());
        shares.chain(rest).map(|column| Arc::new(Float64Array::from(column)) as ArrayRef)
    };
    sheet::write(FILE, id_name, ids, table.rows(), fields, columns, out)
}
