//! Batches that another worker of the host decodes: how they are written for the way, and the stream that they come by.
//!
//! A page's engine has one thread. Decoding, and waiting for the file, needs nothing of what the join knows and can be
//! done by a second worker; that worker has a memory of its own, so the columns are copied over.
//! The batches and their order are the same as here, so results are too. Where the second worker fails, or there is
//! none, the rest is decoded here.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch, RecordBatchOptions, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::{Field, Schema, SchemaRef};

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

/// A batch as it goes on its way: one run of bytes, a table of lengths and then the buffers of each column. Whole numbers
/// of eight bytes that four would hold, as most ids are, take four.
#[derive(Debug)]
pub struct Packed {
    /// What stands where.
    pieces: Vec<(usize, Buffer)>,
    bytes: usize,
}

impl Packed {
    /// The columns of `batch`. `None` for columns that are made of others (lists, dictionaries).
    fn new(batch: &RecordBatch) -> Option<Self> {
        let mut lengths = vec![batch.num_rows() as u64];
        let mut segments: Vec<Buffer> = Vec::new();
        for column in batch.columns() {
            let data = column.to_data();
            if !data.child_data().is_empty() || data.offset() != 0 {
                return None;
            }
            let nulls = data.nulls().map(|nulls| nulls.inner().sliced());
            let narrow = column.as_primitive_opt::<Int64Type>().and_then(|column| narrowed(column.values()));
            let is_narrow = narrow.is_some();
            let buffers = narrow.map_or_else(|| data.buffers().to_vec(), |narrow| vec![narrow]);
            lengths.extend([u64::from(nulls.is_some()), u64::from(is_narrow), buffers.len() as u64]);
            for segment in nulls.into_iter().chain(buffers) {
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

/// The values in four bytes each; `None` if one would not fit.
fn narrowed(values: &[i64]) -> Option<Buffer> {
    // Without a way out of the loop, which is then done several values at a time.
    let lost = values.iter().fold(0, |lost, &value| lost | (value ^ i64::from(value as i32)));
    (lost == 0).then(|| values.iter().map(|&value| value as i32).collect::<Vec<_>>().into())
}

/// What [`narrowed`] has written; `None` if it is shorter than `rows`.
fn widened(narrow: &Buffer, rows: usize) -> Option<Buffer> {
    let (values, _) = narrow.get(..rows.checked_mul(4)?)?.as_chunks::<4>();
    Some(values.iter().map(|&value| i64::from(i32::from_le_bytes(value))).collect::<Vec<_>>().into())
}

/// The batch that was [`Packed`]; `None` if the bytes are no such batch of these columns.
fn unpack(bytes: &Buffer, schema: &SchemaRef) -> Option<RecordBatch> {
    let length = |at: usize| -> Option<usize> {
        let word = bytes.get(at * 8..at * 8 + 8)?;
        usize::try_from(u64::from_le_bytes(word.try_into().ok()?)).ok()
    };
    let (mut offset, rows) = (length(0)?.checked_mul(8)?, length(1)?);
    let mut at = 2;
    let mut columns = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let (has_nulls, is_narrow, buffers) = (length(at)? == 1, length(at + 1)? == 1, length(at + 2)?);
        at += 3;
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
        let mut buffers = (0..buffers).map(|_| segment()).collect::<Option<Vec<_>>>()?;
        if is_narrow {
            buffers = buffers.iter().map(|narrow| widened(narrow, rows)).collect::<Option<Vec<_>>>()?;
        }
        let data = ArrayData::builder(field.data_type().clone()).len(rows).nulls(nulls).buffers(buffers);
        // They may lie at multiples of eight bytes only.
        let data = data.align_buffers(true);
        columns.push(make_array(data.build().ok()?));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options).ok()
}

/// The other worker's side: the batches of `columns` of a Parquet file.
///
/// # Errors
/// The file cannot be read, or a batch cannot be written for the way.
pub fn packed(
    source: &Arc<dyn Source>,
    columns: &[usize],
) -> Result<impl Iterator<Item = Result<Packed, RemoteError>> + use<>, RemoteError> {
    let file = ParquetFile::open(source).map_err(|_| RemoteError)?;
    let batches = file.stream(columns, None).map_err(|_| RemoteError)?;
    Ok(batches.map(|batch| batch.ok().as_ref().and_then(Packed::new).ok_or(RemoteError)))
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
    schema: SchemaRef,
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
        Self { decoder, schema: SchemaRef::new(Schema::new(fields)), came: 0, again: Box::new(again) }
    }

    async fn next(&mut self) -> Result<Option<RecordBatch>, RemoteError> {
        let Some(bytes) = self.decoder.next().await? else { return Ok(None) };
        let batch = unpack(&bytes, &self.schema).ok_or(RemoteError)?;
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
    use arrow_array::types::{Decimal128Type, Int8Type};
    use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, Int64Array, PrimitiveArray, StringArray, UInt8Array};
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

    fn pack(batch: &RecordBatch) -> Option<Vec<u8>> {
        let packed = Packed::new(batch)?;
        // What lay in a buffer that is used again.
        let mut bytes = vec![0xa5; packed.bytes()];
        for (at, piece) in packed.pieces() {
            bytes[at..at + piece.len()].copy_from_slice(piece);
        }
        Some(bytes)
    }

    fn there_and_back(batch: &RecordBatch) -> Option<RecordBatch> {
        unpack(&aligned(&pack(batch)?), &batch.schema())
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
        assert_eq!(there_and_back(&all), Some(all));
        let none = batch(vec![Arc::new(StringArray::from(Vec::<&str>::new()))]);
        assert_eq!(there_and_back(&none), Some(none));
    }

    #[test]
    fn columns_made_of_others_stay_here() {
        let words: DictionaryArray<Int8Type> = ["a", "b", "a"].into_iter().collect();
        assert_eq!(pack(&batch(vec![Arc::new(words)])), None);
        assert_eq!(pack(&all_kinds().slice(1, 2)), None, "booleans that begin within a byte");
    }

    proptest! {
        #[test]
        fn spoiled_bytes_are_no_batch_and_no_panic(at in 0_usize..2000, value: u8, end in 0_usize..2000) {
            let all = all_kinds();
            let mut bytes = pack(&all).unwrap();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            bytes.truncate(end.max(1));
            let _ = unpack(&aligned(&bytes), &all.schema());
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
        let fields = numbered(0).schema().fields().iter().map(|field| field.as_ref().clone()).collect();
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
        let sent = |count: usize| all[..count].iter().map(|batch| pack(batch).map(|bytes| aligned(&bytes)));
        let whole: Vec<_> = sent(5).chain([None]).collect();
        assert_eq!(read(whole), all);
        for count in 0..5 {
            assert_eq!(read(sent(count).collect()), all, "it dies after {count}");
            let garbage = sent(count).chain([Some(aligned(&[1; 24]))]).collect();
            assert_eq!(read(garbage), all, "it says nonsense after {count}");
        }
    }
}
