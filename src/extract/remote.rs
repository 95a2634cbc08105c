//! Batches that another worker of the host decodes: how they are written for the way, and the stream that they come by.
//!
//! A page's engine has one thread. Decoding, and waiting for the file, needs nothing of what the join knows and can be
//! done by a second worker; that worker has a memory of its own, so the columns are copied over. (Natively it is a thread
//! of the same memory, and columns are only put into their forms.)
//! The rows and their order are the same as here, so results are too; numbers may come in a narrower type, or once per
//! run of equal ones (see [`Form`]), since what is not sent need not be copied. Where the second worker fails, or there
//! is none, the rest is decoded here.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch, RecordBatchOptions, RunArray, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, Field, Schema};

use super::error::ExtractError;
use super::parquet_file::ParquetFile;
use super::source::Source;
use super::table::Batches;
use crate::crew::Items;

/// Decodes the columns of one file in another worker.
pub trait RemoteDecoder: Send {
    /// The next batch as [`packed`] had it; `None` after the last.
    ///
    /// # Errors
    /// The worker cannot do it, for whatever reason; whoever decodes the file here will meet the reason too.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Buffer>, RemoteError>> + '_>>;
}

/// Another worker could not decode a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another worker could not decode the file")]
pub struct RemoteError;

/// Segments begin at multiples of this many bytes, which suits every type.
const ALIGN: usize = 64;

/// How a column may come; what is no column of eight-byte whole numbers comes as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the type that the file has.
    Same,
    /// Numbers in the narrowest of `u8`, `u16` and `i32` that holds all of a batch.
    Narrow,
    /// As [`Form::Narrow`], and run-end encoded where runs of equal numbers are long.
    Runs,
}

impl Form {
    /// A number for the way.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// The form of that number; [`Form::Same`] if there is none.
    pub fn of_code(code: u32) -> Self {
        [Self::Same, Self::Narrow, Self::Runs].into_iter().find(|form| form.code() == code).unwrap_or(Self::Same)
    }
}

/// Rows per run from which runs are sent.
const ROWS_PER_RUN: usize = 4;
/// Types in which whole numbers are sent, widest first; a column's is named by its place here.
const WIDTHS: [DataType; 4] = [DataType::Int64, DataType::Int32, DataType::UInt16, DataType::UInt8];
/// In place of a type: the column comes in its own.
const OWN: u64 = WIDTHS.len() as u64;

/// A batch as it goes on its way: one run of bytes, a table of lengths and then the buffers of each column.
#[derive(Debug)]
pub struct Packed {
    /// What stands where.
    pieces: Vec<(usize, Buffer)>,
    bytes: usize,
}

impl Packed {
    /// The columns of `batch` in their `forms`. `None` for columns that are made of others (lists, dictionaries).
    fn new(batch: &RecordBatch, forms: &[Form]) -> Option<Self> {
        let mut lengths = vec![batch.num_rows() as u64];
        let mut segments: Vec<Buffer> = Vec::new();
        for (at, column) in batch.columns().iter().enumerate() {
            let data = column.to_data();
            if !data.child_data().is_empty() || data.offset() != 0 {
                return None;
            }
            let nulls = data.nulls().map(|nulls| nulls.inner().sliced());
            let form = forms.get(at).copied().unwrap_or(Form::Same);
            let numbers = column.as_primitive_opt::<Int64Type>().filter(|_| form != Form::Same);
            let (mut ends, mut width, mut buffers) = (None, OWN, Vec::new());
            if let Some(numbers) = numbers {
                let coded = if form == Form::Runs && nulls.is_none() { runs(numbers.values()) } else { None };
                let (values, last) = coded.map_or((None, None), |(values, ends)| (Some(values), Some(ends)));
                let (place, narrow) = narrowed(values.as_deref().unwrap_or(numbers.values()));
                (ends, width) = (last, place as u64);
                buffers.push(narrow);
            } else {
                buffers.extend_from_slice(data.buffers());
            }
            lengths.extend([u64::from(nulls.is_some()), u64::from(ends.is_some()), width, buffers.len() as u64]);
            for segment in nulls.into_iter().chain(ends).chain(buffers) {
                lengths.push(segment.len() as u64);
                segments.push(segment);
            }
        }
        lengths.insert(0, lengths.len() as u64 + 1);
        let table: Vec<u8> = lengths.into_iter().flat_map(u64::to_le_bytes).collect();
        let mut packed = Self { bytes: table.len(), pieces: vec![(0, table.into())] };
        for segment in segments {
            let at = packed.bytes.next_multiple_of(ALIGN);
            packed.bytes = at + segment.len();
            packed.pieces.push((at, segment));
        }
        Some(packed)
    }

    /// Bytes from the first to the last.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The bytes and where each run of them stands. What lies between does not matter.
    pub fn pieces(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.pieces.iter().map(|(at, piece)| (*at, piece.as_slice()))
    }
}

/// The values of runs of equal ones and the rows at which each ends; `None` if runs are short.
fn runs(values: &[i64]) -> Option<(Vec<i64>, Buffer)> {
    // Counted without a way out of the loop, which is then done several values at a time.
    let changes: usize = values.iter().zip(values.get(1..)?).map(|(a, b)| usize::from(a != b)).sum();
    if (changes + 1) * ROWS_PER_RUN > values.len() {
        return None;
    }
    let (mut each, mut ends, mut end) = (Vec::with_capacity(changes + 1), Vec::with_capacity(changes + 1), 0);
    for run in values.chunk_by(|a, b| a == b) {
        end += run.len() as i32;
        each.push(run[0]);
        ends.push(end);
    }
    Some((each, ends.into()))
}

/// The values in the narrowest of [`WIDTHS`] that holds them all.
fn narrowed(values: &[i64]) -> (usize, Buffer) {
    let (mut four, mut two, mut one) = (0, 0, 0);
    for &value in values {
        four |= value ^ i64::from(value as i32);
        two |= value & !i64::from(u16::MAX);
        one |= value & !i64::from(u8::MAX);
    }
    if one == 0 {
        (3, values.iter().map(|&value| value as u8).collect::<Vec<_>>().into())
    } else if two == 0 {
        (2, values.iter().map(|&value| value as u16).collect::<Vec<_>>().into())
    } else if four == 0 {
        (1, values.iter().map(|&value| value as i32).collect::<Vec<_>>().into())
    } else {
        (0, Buffer::from_slice_ref(values))
    }
}

/// The batch with its columns in their `forms`, for another thread of the same memory.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn formed(batch: RecordBatch, forms: &[Form]) -> RecordBatch {
    let narrow = |values: &[i64], nulls: Option<&NullBuffer>| {
        let (place, buffer) = narrowed(values);
        array(&WIDTHS[place], values.len(), nulls.cloned(), vec![buffer])
    };
    let other = |column: &ArrayRef, form: Form| -> Option<ArrayRef> {
        let numbers = column.as_primitive_opt::<Int64Type>().filter(|_| form != Form::Same)?;
        let coded = if form == Form::Runs && numbers.nulls().is_none() { runs(numbers.values()) } else { None };
        let Some((values, ends)) = coded else { return narrow(numbers.values(), numbers.nulls()) };
        let ends = array(&DataType::Int32, values.len(), None, vec![ends])?;
        let runs = RunArray::<Int32Type>::try_new(ends.as_primitive_opt()?, &narrow(&values, None)?).ok()?;
        Some(Arc::new(runs))
    };
    let all = forms.iter().copied().chain(std::iter::repeat(Form::Same));
    let columns: Vec<ArrayRef> = batch
        .columns()
        .iter()
        .zip(all)
        .map(|(column, form)| other(column, form).unwrap_or_else(|| Arc::clone(column)))
        .collect();
    let schema = batch.schema();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options).unwrap_or(batch)
}

/// The batch that was [`Packed`]; `None` if the bytes are no such batch of these columns.
fn unpack(bytes: &Buffer, fields: &[Field]) -> Option<RecordBatch> {
    let length = |at: usize| -> Option<usize> {
        let word = bytes.get(at * 8..at * 8 + 8)?;
        usize::try_from(u64::from_le_bytes(word.try_into().ok()?)).ok()
    };
    let (mut offset, rows) = (length(0)?.checked_mul(8)?, length(1)?);
    let mut at = 2;
    let mut columns = Vec::with_capacity(fields.len());
    let mut came = Vec::with_capacity(fields.len());
    for field in fields {
        let (has_nulls, has_runs, width, buffers) =
            (length(at)? == 1, length(at + 1)? == 1, length(at + 2)?, length(at + 3)?);
        at += 4;
        let mut segment = || -> Option<Buffer> {
            let (from, long) = (offset.checked_next_multiple_of(ALIGN)?, length(at)?);
            offset = from.checked_add(long)?;
            at += 1;
            (offset <= bytes.len()).then(|| bytes.slice_with_length(from, long))
        };
        let nulls = if has_nulls {
            let bits = segment()?;
            (bits.len() >= rows.div_ceil(8)).then(|| NullBuffer::new(BooleanBuffer::new(bits, 0, rows)))
        } else {
            None
        };
        let ends = if has_runs { Some(segment()?) } else { None };
        let count = ends.as_ref().map_or(rows, |ends| ends.len() / size_of::<i32>());
        let buffers = (0..buffers).map(|_| segment()).collect::<Option<Vec<_>>>()?;
        let data_type = WIDTHS.get(width).unwrap_or(field.data_type());
        let mut column = array(data_type, count, nulls, buffers)?;
        if let Some(ends) = ends {
            let ends = array(&DataType::Int32, count, None, vec![ends])?;
            let ends: &Int32Array = ends.as_primitive_opt::<Int32Type>()?;
            column = Arc::new(RunArray::<Int32Type>::try_new(ends, &column).ok()?);
        }
        came.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(came)), columns, &options).ok()
}

fn array(data_type: &DataType, rows: usize, nulls: Option<NullBuffer>, buffers: Vec<Buffer>) -> Option<ArrayRef> {
    let data = ArrayData::builder(data_type.clone()).len(rows).nulls(nulls).buffers(buffers);
    // They may lie at multiples of eight bytes only.
    Some(make_array(data.align_buffers(true).build().ok()?))
}

/// The other worker's side: the batches of `columns` of a Parquet file, in their forms.
///
/// # Errors
/// The file cannot be read, or a batch cannot be written for the way.
pub fn packed(
    source: &Arc<dyn Source>,
    columns: &[(usize, Form)],
) -> Result<impl Iterator<Item = Result<Packed, RemoteError>> + use<>, RemoteError> {
    let (columns, forms): (Vec<_>, Vec<_>) = columns.iter().copied().unzip();
    let file = ParquetFile::open(source).map_err(|_| RemoteError)?;
    let batches = file.stream(&columns, None).map_err(|_| RemoteError)?;
    Ok(batches.map(move |batch| batch.ok().and_then(|batch| Packed::new(&batch, &forms)).ok_or(RemoteError)))
}

/// A table's batches, decoded by another worker or here.
pub(super) enum Ahead<'a> {
    /// Here.
    Here(Batches<'a>),
    /// By another worker.
    Far(Far<'a>),
}

/// Batches that another worker decodes.
pub(super) struct Far<'a> {
    decoder: Box<dyn RemoteDecoder>,
    fields: Vec<Field>,
    /// How many have come.
    came: usize,
    again: Box<dyn Fn() -> Result<Batches<'a>, ExtractError> + Send + 'a>,
}

impl<'a> Far<'a> {
    /// Batches of `fields` that `decoder` decodes; those that it cannot are taken from `again`, which begins anew.
    pub(super) fn new(
        decoder: Box<dyn RemoteDecoder>,
        fields: Vec<Field>,
        again: impl Fn() -> Result<Batches<'a>, ExtractError> + Send + 'a,
    ) -> Self {
        Self { decoder, fields, came: 0, again: Box::new(again) }
    }

    async fn next(&mut self) -> Result<Option<RecordBatch>, RemoteError> {
        let Some(bytes) = self.decoder.next().await? else { return Ok(None) };
        let batch = unpack(&bytes, &self.fields).ok_or(RemoteError)?;
        self.came += 1;
        Ok(Some(batch))
    }

    /// What has not come, decoded here.
    fn rest(&self) -> Result<Batches<'a>, ExtractError> {
        Ok(Box::new((self.again)()?.skip(self.came)))
    }
}

impl<'a> Items for Ahead<'a> {
    type Item = Result<RecordBatch, ExtractError>;

    async fn pull(&mut self) -> Option<Self::Item> {
        let far = match self {
            Self::Here(batches) => return batches.next(),
            Self::Far(far) => far,
        };
        let mut rest: Batches<'a> = match far.next().await {
            Ok(Some(batch)) => return Some(Ok(batch)),
            Ok(None) => Box::new(std::iter::empty()),
            Err(RemoteError) => far.rest().unwrap_or_else(|error| Box::new(std::iter::once(Err(error)))),
        };
        let next = rest.next();
        *self = Self::Here(rest);
        next
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]
mod tests {
    use std::collections::VecDeque;

    use arrow_array::builder::BinaryViewBuilder;
    use arrow_array::types::{Decimal128Type, Int8Type, UInt8Type, UInt16Type};
    use arrow_array::{BooleanArray, DictionaryArray, Int64Array, PrimitiveArray, StringArray, UInt8Array};
    use proptest::prelude::*;

    use super::*;
    use crate::pace::block_on;

    fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
        let fields = columns.iter().enumerate();
        let fields: Vec<_> = fields.map(|(i, c)| Field::new(i.to_string(), c.data_type().clone(), true)).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    }

    fn all_kinds() -> RecordBatch {
        let mut views = BinaryViewBuilder::new();
        views.append_value([1, 2, 3]);
        views.append_null();
        views.append_value([7; 40]);
        batch(vec![
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(3)])),
            Arc::new(Int64Array::from(vec![Some(i64::from(i32::MIN)), None, Some(i64::from(i32::MAX))])),
            Arc::new(Int64Array::from(vec![0, i64::from(i32::MAX) + 1, 0])),
            Arc::new(UInt8Array::from(vec![1, 2, 255])),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            Arc::new(StringArray::from(vec![Some("a"), None, Some("grüße")])),
            Arc::new(PrimitiveArray::<Decimal128Type>::from(vec![1, i128::MAX, -1])),
            Arc::new(views.finish()),
        ])
    }

    fn pack(batch: &RecordBatch, form: Form) -> Option<Vec<u8>> {
        let packed = Packed::new(batch, &vec![form; batch.num_columns()])?;
        // What lay in a buffer that is used again.
        let mut bytes = vec![0xa5; packed.bytes()];
        for (at, piece) in packed.pieces() {
            bytes[at..at + piece.len()].copy_from_slice(piece);
        }
        Some(bytes)
    }

    fn fields(batch: &RecordBatch) -> Vec<Field> {
        batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect()
    }

    fn there_and_back(batch: &RecordBatch, form: Form) -> Option<RecordBatch> {
        unpack(&aligned(&pack(batch, form)?), &fields(batch))
    }

    /// As bytes come: at a multiple of eight, and some behind that are not meant.
    fn aligned(bytes: &[u8]) -> Buffer {
        let eights = bytes.chunks(8).map(|some| {
            let mut eight = [0; 8];
            eight[..some.len()].copy_from_slice(some);
            u64::from_le_bytes(eight)
        });
        let odd: Vec<u64> = std::iter::once(0).chain(eights).collect();
        Buffer::from_vec(odd).slice(8)
    }

    #[test]
    fn a_batch_comes_back_as_it_was() {
        let all = all_kinds();
        assert_eq!(there_and_back(&all, Form::Same), Some(all));
        for form in [Form::Same, Form::Narrow, Form::Runs] {
            let none = batch(vec![Arc::new(StringArray::from(Vec::<&str>::new()))]);
            assert_eq!(there_and_back(&none, form), Some(none));
            assert_eq!(Form::of_code(form.code()), form);
        }
    }

    #[test]
    fn whole_numbers_come_in_the_narrowest_type_that_holds_them() {
        let column = |values: [i64; 3]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
        let wide = i64::from(i32::MAX) + 1;
        let sent = batch(vec![column([0, 1, 255]), column([0, 1, 256]), column([0, -1, 65_536]), column([0, 1, wide])]);
        let came = there_and_back(&sent, Form::Narrow).unwrap();
        assert_eq!(came.column(0).as_primitive::<UInt8Type>().values(), &[0, 1, 255]);
        assert_eq!(came.column(1).as_primitive::<UInt16Type>().values(), &[0, 1, 256]);
        assert_eq!(came.column(2).as_primitive::<Int32Type>().values(), &[0, -1, 65_536]);
        assert_eq!(came.column(3).as_primitive::<Int64Type>().values(), &[0, 1, wide]);
        let holes = batch(vec![Arc::new(Int64Array::from(vec![Some(7), None, Some(9)]))]);
        for form in [Form::Narrow, Form::Runs] {
            let came = there_and_back(&holes, form).unwrap();
            let values: Vec<_> = came.column(0).as_primitive::<UInt8Type>().iter().collect();
            assert_eq!(values, [Some(7), None, Some(9)]);
        }
    }

    #[test]
    fn long_runs_come_once_each_and_short_ones_in_full() {
        let long = batch(vec![Arc::new(Int64Array::from([[5_i64; 6], [-9; 6]].concat()))]);
        let came = there_and_back(&long, Form::Runs).unwrap();
        let came = came.column(0).as_any().downcast_ref::<RunArray<Int32Type>>().unwrap();
        assert_eq!(came.run_ends().values(), &[6, 12]);
        assert_eq!(came.values().as_primitive::<Int32Type>().values(), &[5, -9]);
        let short = batch(vec![Arc::new(Int64Array::from(vec![5, 5, 9, 9, 5]))]);
        let came = there_and_back(&short, Form::Runs).unwrap();
        assert_eq!(came.column(0).as_primitive::<UInt8Type>().values(), &[5, 5, 9, 9, 5]);
    }

    #[test]
    fn another_thread_gets_the_columns_that_another_worker_gets() {
        let runs = batch(vec![Arc::new(Int64Array::from([[5_i64; 6], [-9; 6]].concat()))]);
        let holes = batch(vec![Arc::new(Int64Array::from(vec![Some(7), None, Some(900)]))]);
        for sent in [all_kinds(), runs, holes] {
            for form in [Form::Same, Form::Narrow, Form::Runs] {
                let came = formed(sent.clone(), &vec![form; sent.num_columns()]);
                assert_eq!(Some(came.columns()), there_and_back(&sent, form).as_ref().map(RecordBatch::columns));
            }
            assert_eq!(formed(sent.clone(), &[]).columns(), sent.columns());
        }
    }

    #[test]
    fn columns_made_of_others_stay_here() {
        let words: DictionaryArray<Int8Type> = ["a", "b", "a"].into_iter().collect();
        assert_eq!(pack(&batch(vec![Arc::new(words)]), Form::Same), None);
        assert_eq!(pack(&all_kinds().slice(1, 2), Form::Same), None, "booleans that begin within a byte");
    }

    proptest! {
        #[test]
        fn spoiled_bytes_are_no_batch_and_no_panic(at in 0_usize..2000, value: u8, end in 0_usize..2000) {
            let runs = batch(vec![Arc::new(Int64Array::from([[5_i64; 6], [-9; 6]].concat()))]);
            for (all, form) in [(all_kinds(), Form::Same), (all_kinds(), Form::Narrow), (runs, Form::Runs)] {
                let mut bytes = pack(&all, form).unwrap();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
                bytes.truncate(end.max(1));
                let _ = unpack(&aligned(&bytes), &fields(&all));
            }
        }
    }

    /// A worker that answers from a list, and fails after it unless the list says `None`.
    struct Listed(VecDeque<Option<Buffer>>);

    impl RemoteDecoder for Listed {
        fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Buffer>, RemoteError>> + '_>> {
            let next = self.0.pop_front().ok_or(RemoteError);
            Box::pin(std::future::ready(next))
        }
    }

    fn numbered(number: i64) -> RecordBatch {
        batch(vec![Arc::new(Int64Array::from(vec![number; 3]))])
    }

    /// The batches 0 to 4, of which another worker says `said`.
    fn read(said: Vec<Option<Buffer>>) -> Vec<RecordBatch> {
        let fields = fields(&numbered(0));
        let again = || Ok(Box::new((0..5).map(|number| Ok(numbered(number)))) as Batches<'static>);
        let mut ahead = Ahead::Far(Far::new(Box::new(Listed(said.into())), fields, again));
        block_on(async {
            let mut found = Vec::new();
            while let Some(batch) = ahead.pull().await {
                found.push(batch.unwrap());
            }
            assert!(ahead.pull().await.is_none());
            found
        })
    }

    #[test]
    fn whatever_another_worker_cannot_do_is_done_here() {
        let all: Vec<RecordBatch> = (0..5).map(numbered).collect();
        let sent = |count: usize| all[..count].iter().map(|batch| pack(batch, Form::Same).map(|bytes| aligned(&bytes)));
        let whole: Vec<_> = sent(5).chain([None]).collect();
        assert_eq!(read(whole), all);
        for count in 0..5 {
            assert_eq!(read(sent(count).collect()), all, "it dies after {count}");
            let garbage = sent(count).chain([Some(aligned(&[1; 24]))]).collect();
            assert_eq!(read(garbage), all, "it says nonsense after {count}");
        }
    }
}
