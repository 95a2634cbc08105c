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
    let shares = table.share_count();
    let behavioural: Vec<&[f64]> = table.present().filter_map(|feature| table.behavioural(feature)).collect();
    let fields = table.names().into_iter().map(|name| Field::new(name, DataType::Float64, false)).collect();
    let mut row_shares = vec![0.0; shares];
    let columns = |rows: std::ops::Range<usize>| -> Vec<ArrayRef> {
        let mut block: Vec<Vec<f64>> = (0..shares).map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows.clone() {
            table.fill_shares(row, &mut row_shares);
            for (column, &share) in block.iter_mut().zip(&row_shares) {
                column.push(share);
            }
        }
        let block = block.into_iter().map(|column| Arc::new(Float64Array::from(column)) as ArrayRef);
        let rest = behavioural.iter().map(|column| Arc::new(Float64Array::from(column[rows.clone()].to_vec())) as _);
        block.chain(rest).collect()
    };
    sheet::write(FILE, id_name, ids, table.rows(), fields, columns, out)
}
