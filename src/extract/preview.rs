//! First values as text, for the mapping editor.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::clock::Clock;
use super::ids::Ids;
use super::time::{Times, written};

/// The values of `array` as text, instants on this `clock`, null as empty text; each at most 60 characters.
pub(super) fn texts(array: &ArrayRef, clock: &Clock) -> Vec<String> {
    let short = |text: String| text.chars().take(60).collect::<String>();
    match array.data_type() {
        DataType::Boolean => array.as_boolean().iter().map(|v| v.map_or_else(String::new, |v| v.to_string())).collect(),
        DataType::Float32 | DataType::Float64 => {
            let mut numbers = super::numbers::Numbers::default();
            numbers.read(array);
            numbers.values.iter().map(|v| if v.is_nan() { String::new() } else { v.to_string() }).collect()
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            let mut times = Times::default();
            times.read(array, clock);
            let with_clock = matches!(array.data_type(), DataType::Timestamp(..));
            times.values.iter().map(|&v| written(v, with_clock)).collect()
        }
        DataType::Dictionary(..) => {
            let mut out = Vec::with_capacity(array.len());
            super::numbers::each_text(array, |_, text| out.push(short(text.unwrap_or_default().to_owned())));
            out
        }
        _ => {
            let ids = Ids::new(array.clone());
            (0..array.len()).map(|i| short(ids.text(i))).collect()
        }
    }
}
