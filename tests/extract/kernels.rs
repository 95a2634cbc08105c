//! The stand-in for arrow-select (`vendor/`): what parquet asks of it, for every shape of column, against plain loops.

use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, StringViewBuilder};
use arrow_array::types::{Decimal128Type, Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Int64Array, ListArray, PrimitiveArray, StringArray, StructArray,
    UInt16Array, new_null_array,
};
use arrow_schema::{DataType, Field};
use arrow_select::concat::concat;
use arrow_select::filter::{SlicesIterator, filter, prep_null_mask_filter};
use arrow_select::take::{TakeOptions, take};

fn columns() -> Vec<ArrayRef> {
    let mut views = StringViewBuilder::new();
    let mut fixed = FixedSizeBinaryBuilder::new(3);
    for i in 0..7_u8 {
        views.append_option((i != 2).then(|| "a string that fits into no view ".repeat(usize::from(i))));
        fixed.append_value([i; 3]).unwrap();
    }
    let lists = (0..7).map(|i| (i != 4).then(|| (0..i).map(Some).collect::<Vec<_>>()));
    let words: DictionaryArray<Int8Type> = ["a", "b", "a", "c", "b", "a", "c"].into_iter().collect();
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3), Some(4), None, Some(6), Some(7)]));
    let field = Arc::new(Field::new("n", DataType::Int64, true));
    vec![
        Arc::clone(&numbers),
        Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true), None, Some(true), Some(false)])),
        Arc::new(StringArray::from(vec![Some("a"), None, Some(""), Some("grüße"), Some("e"), None, Some("g")])),
        Arc::new(PrimitiveArray::<Decimal128Type>::from_iter_values(0..7)),
        Arc::new(views.finish()),
        Arc::new(fixed.finish()),
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists)),
        Arc::new(words),
        Arc::new(StructArray::from(vec![(field, numbers)])),
        new_null_array(&DataType::Null, 7),
    ]
}

/// The rows of `array` one by one.
fn rows(array: &ArrayRef, at: impl IntoIterator<Item = usize>) -> Vec<ArrayRef> {
    at.into_iter().map(|at| array.slice(at, 1)).collect()
}

#[test]
fn arrays_stand_one_after_the_other() {
    for array in columns() {
        let (head, tail) = (array.slice(0, 3), array.slice(3, 4));
        assert_eq!(&concat(&[&head, &tail]).unwrap(), &array);
        assert_eq!(&concat(&[&array]).unwrap(), &array);
    }
    assert!(concat(&[]).is_err());
    let numbers: ArrayRef = Arc::new(UInt16Array::from(vec![1]));
    assert!(concat(&[&numbers, &columns()[0]]).is_err(), "types differ");
}

#[test]
fn a_mask_keeps_what_it_says() {
    let mask = BooleanArray::from(vec![Some(true), Some(true), Some(false), None, Some(true), Some(false), Some(true)]);
    assert_eq!(SlicesIterator::new(&prep_null_mask_filter(&mask)).collect::<Vec<_>>(), [(0, 2), (4, 5), (6, 7)]);
    for array in columns() {
        let kept = filter(&array, &mask).unwrap();
        assert_eq!(rows(&kept, 0..kept.len()), rows(&array, [0, 1, 4, 6]));
    }
    assert!(filter(&columns()[0].slice(0, 3), &mask).is_err(), "the mask is longer");
}

#[test]
fn positions_are_taken_in_their_order() {
    let at = UInt16Array::from(vec![Some(6), Some(0), Some(1), None, Some(1), Some(2)]);
    for array in columns() {
        let taken = take(&array, &at, None).unwrap();
        let of = |rows: &[ArrayRef]| rows.iter().map(Array::to_data).collect::<Vec<_>>();
        assert_eq!(of(&rows(&taken, [0, 1, 2, 4, 5])), of(&rows(&array, [6, 0, 1, 1, 2])));
        assert!(taken.logical_nulls().is_some_and(|nulls| nulls.is_null(3)));
    }
    let beyond = UInt16Array::from(vec![7]);
    assert!(take(&columns()[0], &beyond, Some(TakeOptions { check_bounds: true })).is_err());
}
