//! A [`Source`] as Parquet's reader wants it: short buffered ranges, never the whole file.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::pages::check_header;
use super::source::Source;

/// Bytes read at once, where few columns are read side by side. A host may take milliseconds to answer (a browser asks
/// another process twice), whatever the length.
const MOST: u64 = 8 << 20;
/// And where many are.
const LEAST: u64 = 1 << 20;
/// And where only the first rows are wanted.
const FIRST: u64 = 1 << 18;
/// Bytes that the windows of all columns may hold together, roughly.
const BUDGET: u64 = 24 << 20;
/// Bytes between two chunks that are rather read along than asked around.
const GAP: u64 = 1 << 19;
/// Longest page header read (statistics inside may be long strings).
const LONGEST_HEADER: u64 = 1 << 16;

/// Reads ranges through a few buffered windows and refuses what lies outside the file or cannot be a page.
pub(super) struct Chunks {
    source: Arc<dyn Source>,
    /// The column chunks that are wanted, from where to where, ascending.
    chunks: Vec<(u64, u64)>,
    /// Ends of the runs of chunks that lie close together, ascending.
    run_ends: Vec<u64>,
    /// Most bytes of a window, and most windows.
    window: u64,
    count: usize,
    /// Is all of them read, to the end?
    all: bool,
    windows: Mutex<VecDeque<(u64, Bytes)>>,
}

impl Chunks {
    /// Of the columns whose chunks `wanted` names by their positions in a row group; `all` of them, or a few rows only.
    pub(super) fn new(
        source: Arc<dyn Source>,
        metadata: &ParquetMetaData,
        wanted: impl Fn(usize) -> bool,
        all: bool,
    ) -> Self {
        let leaves = metadata.file_metadata().schema_descr().num_columns();
        let columns = (0..leaves).filter(|&leaf| wanted(leaf)).count().max(1);
        let groups = metadata.row_groups().iter().filter(|group| group.num_rows() > 0).map(RowGroupMetaData::columns);
        let of_group =
            |group: &[_]| group.iter().enumerate().filter(|(leaf, _)| wanted(*leaf)).map(extent).collect::<Vec<_>>();
        let mut chunks: Vec<(u64, u64)> = groups.flat_map(of_group).collect();
        chunks.sort_unstable();
        let apart = chunks.windows(2).filter(|pair| pair[1].0 > pair[0].1.saturating_add(GAP)).map(|pair| pair[0].1);
        let run_ends = apart.chain(chunks.last().map(|last| last.1)).collect();
        let window = if all { (BUDGET / columns as u64).clamp(LEAST, MOST) } else { FIRST };
        Self { source, chunks, run_ends, window, count: columns + 1, all, windows: Mutex::default() }
    }

    /// Bytes worth reading from `start` on.
    fn worth(&self, start: u64) -> u64 {
        let end = self.run_ends.get(self.run_ends.partition_point(|end| *end <= start)).copied();
        end.map_or(self.window, |end| (end - start).min(self.window))
    }

    /// The end of the chunk that `start` lies in.
    fn end_of_chunk(&self, start: u64) -> Option<u64> {
        let at = self.chunks.partition_point(|(from, _)| *from <= start).checked_sub(1)?;
        Some(self.chunks[at].1).filter(|end| *end > start)
    }

    /// `length` bytes from `start`, from a window if one holds them.
    fn range(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.source.len());
        let Some(end) = end else {
            return Err(ParquetError::EOF(format!("bytes {start} to {start}+{length} lie beyond the end of the file")));
        };
        // Nothing here can panic half-way and leave the windows inconsistent.
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((from, bytes)) =
            windows.iter().find(|(from, bytes)| *from <= start && end <= from + bytes.len() as u64)
        {
            let at = (start - from) as usize;
            return Ok(bytes.slice(at..at + length));
        }
        let take = (length as u64).max(self.worth(start)).min(self.source.len() - start);
        let mut buffer = Vec::with_capacity(take as usize);
        // The beginning may be known from the window that its header was read with.
        let known = windows.iter().find(|(from, bytes)| *from <= start && start < from + bytes.len() as u64);
        if let Some((from, bytes)) = known {
            buffer.extend_from_slice(&bytes[(start - from) as usize..]);
        }
        let at = start + buffer.len() as u64;
        let missing = take as usize - buffer.len();
        self.source.append(at, missing, &mut buffer).map_err(|e| ParquetError::External(Box::new(e)))?;
        let bytes = Bytes::from(buffer);
        if bytes.len() as u64 <= self.window {
            if windows.len() == self.count {
                windows.pop_front();
            }
            windows.push_back((start, bytes.clone()));
        }
        self.expect(start + take, &windows);
        Ok(bytes.slice(..length))
    }

    /// Tells the source what will be asked for next: as many windows as there are columns, from `at` on.
    fn expect(&self, mut at: u64, windows: &VecDeque<(u64, Bytes)>) {
        for _ in 1..if self.all { self.count } else { 0 } {
            // The next chunk that does not lie wholly before `at`, or the rest of the one that it lies in.
            let Some(&(from, _)) = self.chunks.get(self.chunks.partition_point(|(_, to)| *to <= at)) else { return };
            at = at.max(from);
            let length = self.worth(at);
            if !windows.iter().any(|(from, bytes)| *from <= at && at < from + bytes.len() as u64) {
                self.source.expect(at, length as usize);
            }
            at += length;
        }
    }
}

/// Where a column's chunk lies in the file.
fn extent((_, chunk): (usize, &ColumnChunkMetaData)) -> (u64, u64) {
    let (start, length) = chunk.byte_range();
    (start, start.saturating_add(length))
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.source.len()
    }
}

impl ChunkReader for Chunks {
    type T = ChunkRead;

    /// Parquet asks for a stream only to read a page header, so the header is checked first.
    fn get_read(&self, start: u64) -> parquet::errors::Result<ChunkRead> {
        // No header reaches beyond its chunk.
        let end = self.end_of_chunk(start).unwrap_or(u64::MAX).min(self.source.len());
        let longest = end.saturating_sub(start).min(LONGEST_HEADER);
        let bytes = self.range(start, longest as usize)?;
        check_header(&bytes, self.source.len()).map_err(ParquetError::General)?;
        Ok(ChunkRead { bytes, at: 0 })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.range(start, length)
    }
}

/// The bytes of a page header and some more.
pub(super) struct ChunkRead {
    bytes: Bytes,
    at: usize,
}

impl Read for ChunkRead {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = buf.len().min(self.bytes.len() - self.at);
        buf[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
