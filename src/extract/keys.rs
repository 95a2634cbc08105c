//! Ids to small dense numbers: the interner behind every join.
//!
//! Integers (and whole floats and scale-0 decimals, which are integers in another coat) are looked up
//! in a dense table where they are small, else in a hash table with a fixed seed; text and bytes lie in
//! one arena. Numbers come out in order of first appearance; [`Interner::ranks`] orders them by value.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::DataType;
use hashbrown::HashTable;

use super::ids::Ids;

/// In place of a number: the id is null.
pub(super) const NULL: u32 = u32::MAX;
/// In place of a number: the id has never been seen.
pub(super) const ABSENT: u32 = u32::MAX - 1;
/// No more ids than this.
pub(super) const MOST: usize = (u32::MAX - 2) as usize;

const EMPTY: u32 = u32::MAX;
/// Ids looked up before the unknown ones among them are numbered: their places in a table are then still at hand.
const AT_HAND: usize = 1 << 10;
const SMALL_TABLE: usize = 1 << 16;

/// Why a column of ids cannot be interned.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum KeyError {
    /// Text among numbers or the other way round.
    Kind {
        /// What this column holds.
        found: &'static str,
        /// What the keys are.
        keys: &'static str,
    },
    /// A value that is no exact id, with its row in the batch from 0.
    Inexact { row: usize, value: String },
    /// More ids than a `u32` can name.
    TooMany,
    /// A type that can be no id.
    Type(String),
}

#[derive(Clone, Debug, Default)]
enum Store {
    #[default]
    Nothing,
    /// All values fit 64 bits.
    Narrow(Vec<i64>),
    /// Some do not.
    Wide(Vec<i128>),
    /// Text or bytes: value `i` is `bytes[ends[i - 1]..ends[i]]`.
    Bytes { ends: Vec<usize>, bytes: Vec<u8> },
}

/// Distinct ids, numbered in order of first appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct Interner {
    store: Store,
    /// The first id, if all that came after it follow one upon another: then numbers need not be looked up.
    first_of_row: Option<i64>,
    /// `dense[v]` is the number of the small integer `v`.
    dense: Vec<u32>,
    /// How far `dense` may grow.
    dense_limit: usize,
    table: HashTable<u32>,
    hasher: foldhash::fast::FixedState,
    /// The type of the first column seen, for handing the ids out again.
    data_type: Option<DataType>,
}

impl Interner {
    /// An empty interner that expects about `rows` ids (only bounds how far a dense table may reach).
    pub(super) fn new(rows: usize) -> Self {
        Self {
            store: Store::Nothing,
            first_of_row: None,
            dense: Vec::new(),
            dense_limit: rows.saturating_mul(4).saturating_add(SMALL_TABLE).min(1 << 28),
            table: HashTable::new(),
            hasher: foldhash::fast::FixedState::with_seed(0x51ad_ea47),
            data_type: None,
        }
    }

    /// Number of distinct ids.
    pub(super) fn len(&self) -> usize {
        match &self.store {
            Store::Nothing => 0,
            Store::Narrow(values) => values.len(),
            Store::Wide(values) => values.len(),
            Store::Bytes { ends, .. } => ends.len(),
        }
    }

    /// Numbers of the ids in `array`, new ids included; [`NULL`] where null or empty text.
    pub(super) fn intern(&mut self, array: &ArrayRef, out: &mut Vec<u32>) -> Result<(), KeyError> {
        self.walk(array, out, true)
    }

    /// Numbers of the ids in `array`; [`ABSENT`] for ids never seen, [`NULL`] where null or empty text.
    pub(super) fn find(&mut self, array: &ArrayRef, out: &mut Vec<u32>) -> Result<(), KeyError> {
        self.walk(array, out, false)
    }

    fn walk(&mut self, array: &ArrayRef, out: &mut Vec<u32>, insert: bool) -> Result<(), KeyError> {
        out.clear();
        out.reserve(array.len());
        if insert && self.data_type.is_none() {
            self.data_type = Some(array.data_type().clone());
        }
        match array.data_type() {
            DataType::Int64 => self.integers::<Int64Type>(array, out, insert),
            DataType::Int32 => self.integers::<Int32Type>(array, out, insert),
            DataType::Int16 => self.widened::<Int16Type>(array, out, insert),
            DataType::Int8 => self.widened::<Int8Type>(array, out, insert),
            DataType::UInt32 => self.widened::<UInt32Type>(array, out, insert),
            DataType::UInt16 => self.integers::<UInt16Type>(array, out, insert),
            DataType::UInt8 => self.integers::<UInt8Type>(array, out, insert),
            DataType::UInt64 => self.exact::<UInt64Type>(array, out, insert, |v| Found::Exact(v.into())),
            DataType::Decimal32(_, 0) => self.exact::<Decimal32Type>(array, out, insert, |v| Found::Exact(v.into())),
            DataType::Decimal64(_, 0) => self.exact::<Decimal64Type>(array, out, insert, |v| Found::Exact(v.into())),
            DataType::Decimal128(_, 0) => self.exact::<Decimal128Type>(array, out, insert, Found::Exact),
            DataType::Decimal256(_, 0) => self.exact::<Decimal256Type>(array, out, insert, |v| v.to_i128().into()),
            DataType::Float64 => self.exact::<Float64Type>(array, out, insert, whole),
            DataType::Float32 => self.exact::<Float32Type>(array, out, insert, |v| whole(f64::from(v))),
            DataType::Float16 => self.exact::<Float16Type>(array, out, insert, |v| whole(f64::from(v))),
            DataType::Utf8 => self.bytes(array.as_string::<i32>().iter().map(said), out, insert),
            DataType::LargeUtf8 => self.bytes(array.as_string::<i64>().iter().map(said), out, insert),
            DataType::Utf8View => self.bytes(array.as_string_view().iter().map(said), out, insert),
            DataType::Binary => self.bytes(array.as_binary::<i32>().iter(), out, insert),
            DataType::LargeBinary => self.bytes(array.as_binary::<i64>().iter(), out, insert),
            DataType::BinaryView => self.bytes(array.as_binary_view().iter(), out, insert),
            DataType::FixedSizeBinary(_) => self.bytes(array.as_fixed_size_binary().iter(), out, insert),
            DataType::Dictionary(..) => {
                if insert && matches!(self.data_type, Some(DataType::Dictionary(..))) {
                    self.data_type = None;
                }
                self.dictionary(array, out, insert)
            }
            other => Err(KeyError::Type(other.to_string())),
        }
    }

    /// Integers of a type that is rare: not worth thousands of bytes of machine code.
    fn widened<T>(&mut self, array: &ArrayRef, out: &mut Vec<u32>, insert: bool) -> Result<(), KeyError>
    where
        T: ArrowPrimitiveType,
        T::Native: Into<i64>,
    {
        let wide: PrimitiveArray<Int64Type> = array.as_primitive::<T>().unary(Into::into);
        self.integers::<Int64Type>(&(Arc::new(wide) as ArrayRef), out, insert)
    }

    /// Integers that fit 64 bits: the fast path.
    fn integers<T>(&mut self, array: &ArrayRef, out: &mut Vec<u32>, insert: bool) -> Result<(), KeyError>
    where
        T: ArrowPrimitiveType,
        T::Native: Into<i64>,
    {
        self.expect_numbers()?;
        let array = array.as_primitive::<T>();
        // Lines of one order stand together in most files: the last answer is often the next one.
        let mut last: Option<(i64, u32)> = None;
        if array.null_count() == 0 {
            for values in array.values().chunks(AT_HAND) {
                let begin = out.len();
                if self.in_a_row(values, out) {
                    continue;
                }
                // Small ids that are known, which is most of them, in a loop without branches; then the others.
                let (dense, mut unknown) = (&self.dense, false);
                out.extend(values.iter().map(|&value| {
                    let at = usize::try_from(value.into()).unwrap_or(usize::MAX);
                    let number = dense.get(at).copied().unwrap_or(EMPTY);
                    unknown |= number == EMPTY;
                    number
                }));
                if !unknown {
                    continue;
                }
                for (number, &value) in out[begin..].iter_mut().zip(values) {
                    if *number != EMPTY {
                        continue;
                    }
                    let value = value.into();
                    if insert && let Some(new) = self.small(value) {
                        *number = new;
                        continue;
                    }
                    *number = match last {
                        Some((v, number)) if v == value => number,
                        _ => self.integer(value, insert)?,
                    };
                    last = Some((value, *number));
                }
            }
        } else {
            for value in array {
                let Some(value) = value.map(Into::into) else {
                    out.push(NULL);
                    continue;
                };
                let number = match last {
                    Some((v, number)) if v == value => number,
                    _ => self.integer(value, insert)?,
                };
                last = Some((value, number));
                out.push(number);
            }
        }
        Ok(())
    }

    /// Anything that is an integer at heart but may need a closer look.
    fn exact<T: ArrowPrimitiveType>(
        &mut self,
        array: &ArrayRef,
        out: &mut Vec<u32>,
        insert: bool,
        convert: impl Fn(T::Native) -> Found,
    ) -> Result<(), KeyError> {
        self.expect_numbers()?;
        for (row, value) in array.as_primitive::<T>().iter().enumerate() {
            let found = value.map_or(Found::Null, &convert);
            out.push(match found {
                Found::Null => NULL,
                Found::Inexact => {
                    return Err(KeyError::Inexact { row, value: value.map_or_else(String::new, |v| format!("{v:?}")) });
                }
                Found::Exact(exact) => match i64::try_from(exact) {
                    Ok(value) => self.integer(value, insert)?,
                    Err(_) => self.wide(exact, insert)?,
                },
            });
        }
        Ok(())
    }

    fn expect_numbers(&mut self) -> Result<(), KeyError> {
        match self.store {
            Store::Nothing => self.store = Store::Narrow(Vec::new()),
            Store::Narrow(_) | Store::Wide(_) => {}
            Store::Bytes { .. } => return Err(KeyError::Kind { found: "numbers", keys: "text" }),
        }
        Ok(())
    }

    /// Numbers of `values` that are all known where ids follow one upon another; else adds none and says so.
    fn in_a_row<V: Copy + Into<i64>>(&self, values: &[V], out: &mut Vec<u32>) -> bool {
        let (Some(first), Some(last)) = (self.first_of_row, self.len().checked_sub(1)) else { return false };
        let (begin, last) = (out.len(), last as i64);
        // Negative if one of them lies outside; no branches, so that several are done at once.
        let mut outside = 0;
        out.extend(values.iter().map(|&value| {
            let number = value.into().wrapping_sub(first);
            outside |= number | last.wrapping_sub(number);
            number as u32
        }));
        if outside < 0 {
            out.truncate(begin);
        }
        outside >= 0
    }

    /// Keeps account of whether `value`, which comes after `known` others, follows upon the one before it.
    #[inline]
    fn follow(first_of_row: &mut Option<i64>, known: usize, value: i64) {
        if known == 0 {
            *first_of_row = Some(value);
        } else if first_of_row.and_then(|first| first.checked_add(known as i64)) != Some(value) {
            *first_of_row = None;
        }
    }

    /// The number of an integer within the dense table, which may be new; `None` if it lies elsewhere.
    #[inline]
    fn small(&mut self, value: i64) -> Option<u32> {
        let number = self.dense.get_mut(usize::try_from(value).ok()?)?;
        if *number == EMPTY {
            let Store::Narrow(values) = &mut self.store else { return None };
            if values.len() >= MOST {
                return None;
            }
            *number = values.len() as u32;
            Self::follow(&mut self.first_of_row, values.len(), value);
            values.push(value);
        }
        Some(*number)
    }

    fn integer(&mut self, value: i64, insert: bool) -> Result<u32, KeyError> {
        if insert && let Some(number) = self.small(value) {
            return Ok(number);
        }
        if let Ok(at) = usize::try_from(value)
            && let Some(&number) = self.dense.get(at)
        {
            if number != EMPTY {
                return Ok(number);
            }
            if !insert {
                return Ok(ABSENT);
            }
            let number = self.push_number(i128::from(value))?;
            self.dense[at] = number;
            return Ok(number);
        }
        self.sparse_integer(value, insert)
    }

    #[cold]
    fn grow_dense(&mut self, at: usize) {
        let len = (at + 1).next_power_of_two().max(1024).min(self.dense_limit);
        self.dense.resize(len, EMPTY);
    }

    fn sparse_integer(&mut self, value: i64, insert: bool) -> Result<u32, KeyError> {
        if insert
            && let Ok(at) = usize::try_from(value)
            && at < self.dense_limit
        {
            // Every id below the limit lives in the dense table, so growing it moves nothing.
            self.grow_dense(at);
            let number = self.push_number(i128::from(value))?;
            self.dense[at] = number;
            return Ok(number);
        }
        self.wide(i128::from(value), insert)
    }

    fn wide(&mut self, value: i128, insert: bool) -> Result<u32, KeyError> {
        let hash = self.hasher.hash_one(value);
        let store = &self.store;
        let at = |i: u32| match store {
            Store::Narrow(values) => i128::from(values[i as usize]),
            Store::Wide(values) => values[i as usize],
            _ => 0,
        };
        if let Some(&number) = self.table.find(hash, |&i| at(i) == value) {
            return Ok(number);
        }
        if !insert {
            return Ok(ABSENT);
        }
        let number = self.push_number(value)?;
        let (store, hasher) = (&self.store, &self.hasher);
        self.table.insert_unique(hash, number, |&i| match store {
            Store::Narrow(values) => hasher.hash_one(i128::from(values[i as usize])),
            Store::Wide(values) => hasher.hash_one(values[i as usize]),
            _ => 0,
        });
        Ok(number)
    }

    fn push_number(&mut self, value: i128) -> Result<u32, KeyError> {
        let number = self.len();
        if number >= MOST {
            return Err(KeyError::TooMany);
        }
        if let Store::Narrow(values) = &mut self.store {
            if let Ok(value) = i64::try_from(value) {
                Self::follow(&mut self.first_of_row, number, value);
                values.push(value);
                return Ok(number as u32);
            }
            self.first_of_row = None;
            self.store = Store::Wide(values.iter().map(|&v| i128::from(v)).collect());
        }
        if let Store::Wide(values) = &mut self.store {
            values.push(value);
        }
        Ok(number as u32)
    }

    fn bytes<'a>(
        &mut self,
        values: impl Iterator<Item = Option<&'a [u8]>>,
        out: &mut Vec<u32>,
        insert: bool,
    ) -> Result<(), KeyError> {
        match self.store {
            Store::Nothing => self.store = Store::Bytes { ends: Vec::new(), bytes: Vec::new() },
            Store::Bytes { .. } => {}
            Store::Narrow(_) | Store::Wide(_) => return Err(KeyError::Kind { found: "text", keys: "numbers" }),
        }
        let Store::Bytes { ends, bytes } = &mut self.store else { return Ok(()) };
        let mut last: Option<(&[u8], u32)> = None;
        for value in values {
            let Some(value) = value else {
                out.push(NULL);
                continue;
            };
            if let Some((v, number)) = last
                && v == value
            {
                out.push(number);
                continue;
            }
            let hash = self.hasher.hash_one(value);
            let found = self.table.find(hash, |&i| slice(ends, bytes, i) == value).copied();
            let number = match found {
                Some(number) => number,
                None if insert => {
                    let number = ends.len();
                    if number >= MOST {
                        return Err(KeyError::TooMany);
                    }
                    bytes.extend_from_slice(value);
                    ends.push(bytes.len());
                    let hasher = &self.hasher;
                    self.table.insert_unique(hash, number as u32, |&i| hasher.hash_one(slice(ends, bytes, i)));
                    number as u32
                }
                None => ABSENT,
            };
            last = Some((value, number));
            out.push(number);
        }
        Ok(())
    }

    fn dictionary(&mut self, array: &ArrayRef, out: &mut Vec<u32>, insert: bool) -> Result<(), KeyError> {
        let dictionary = array.as_any_dictionary();
        if dictionary.values().is_empty() {
            out.resize(array.len(), NULL);
            return Ok(());
        }
        // Only values that occur are interned: a dictionary may carry more than its rows use.
        let keys = dictionary.normalized_keys();
        let mut used = vec![false; dictionary.values().len()];
        for (row, &key) in keys.iter().enumerate() {
            if let Some(used) = used.get_mut(key)
                && !array.is_null(row)
            {
                *used = true;
            }
        }
        let mut numbers = vec![NULL; used.len()];
        let mut one = Vec::new();
        for (key, _) in used.iter().enumerate().filter(|(_, used)| **used) {
            self.walk(&dictionary.values().slice(key, 1), &mut one, insert)?;
            numbers[key] = one.first().copied().unwrap_or(NULL);
        }
        out.clear();
        out.extend((0..array.len()).map(|row| {
            if array.is_null(row) { NULL } else { keys.get(row).and_then(|k| numbers.get(*k)).copied().unwrap_or(NULL) }
        }));
        Ok(())
    }

    /// Compares two ids: numbers by value, text by bytes.
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        match &self.store {
            Store::Nothing => Ordering::Equal,
            Store::Narrow(values) => values[a as usize].cmp(&values[b as usize]),
            Store::Wide(values) => values[a as usize].cmp(&values[b as usize]),
            Store::Bytes { ends, bytes } => slice(ends, bytes, a).cmp(slice(ends, bytes, b)),
        }
    }

    /// The ids' numbers in ascending order of id.
    pub(super) fn sorted(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        if let Store::Narrow(values) = &self.store
            && values.is_sorted()
        {
            return order;
        }
        order.sort_unstable_by(|&a, &b| self.compare(a, b));
        order
    }

    /// For each number its place in ascending order of id, and the order itself.
    pub(super) fn ranks(&self) -> (Vec<u32>, Vec<u32>) {
        let order = self.sorted();
        let mut rank = vec![0; order.len()];
        for (place, &number) in order.iter().enumerate() {
            rank[number as usize] = place as u32;
        }
        (rank, order)
    }

    /// Are the ids numbers?
    pub(super) fn is_numeric(&self) -> bool {
        matches!(self.store, Store::Narrow(_) | Store::Wide(_))
    }

    /// An id as text: numbers in decimal, text as it is, other bytes in hex.
    pub(super) fn text(&self, number: u32) -> String {
        match &self.store {
            Store::Nothing => String::new(),
            Store::Narrow(values) => values[number as usize].to_string(),
            Store::Wide(values) => values[number as usize].to_string(),
            Store::Bytes { ends, bytes } => {
                let bytes = slice(ends, bytes, number);
                if self.data_type.as_ref().is_some_and(is_binary) {
                    return super::ids::hex(bytes);
                }
                String::from_utf8_lossy(bytes).into_owned()
            }
        }
    }

    /// The ids `order` names, in that order, in their original type.
    pub(super) fn ids(&self, order: &[u32]) -> Ids {
        let data_type = self.data_type.as_ref().unwrap_or(&DataType::Int64);
        match &self.store {
            Store::Nothing => Ids::default(),
            Store::Narrow(values) => {
                Ids::from_numbers(data_type, order.iter().map(|&i| i128::from(values[i as usize])))
            }
            Store::Wide(values) => Ids::from_numbers(data_type, order.iter().map(|&i| values[i as usize])),
            Store::Bytes { ends, bytes } => Ids::from_bytes(data_type, order.iter().map(|&i| slice(ends, bytes, i))),
        }
    }
}

/// An id of text; empty text is how exports write that there is none.
fn said(text: Option<&str>) -> Option<&[u8]> {
    text.filter(|text| !text.is_empty()).map(str::as_bytes)
}

fn is_binary(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_))
}

fn slice<'a>(ends: &[usize], bytes: &'a [u8], i: u32) -> &'a [u8] {
    let i = i as usize;
    let start = if i == 0 { 0 } else { ends[i - 1] };
    &bytes[start..ends[i]]
}

/// What a value is as an id.
enum Found {
    Null,
    Exact(i128),
    Inexact,
}

impl From<Option<i128>> for Found {
    fn from(value: Option<i128>) -> Self {
        value.map_or(Self::Inexact, Self::Exact)
    }
}

/// The integer that a float is, if it is one and exact as one. NaN is how pandas writes a missing id.
fn whole(value: f64) -> Found {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53: beyond it neighbours share a float
    if value.is_nan() {
        Found::Null
    } else if value.floor() == value && value.abs() <= EXACT {
        Found::Exact(value as i128)
    } else {
        Found::Inexact
    }
}
