//! A [`Source`] as Parquet's reader wants it: short buffered ranges, never the whole file.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::pages::check_header;
use super::source::Source;

/// Bytes read at once. One page header costs as much as a whole window, so neighbours come along.
const WINDOW: u64 = 1 << 20;
/// Windows kept: one per column that is read side by side.
const WINDOWS: usize = 12;
/// Longest page header read (statistics inside may be long strings).
const LONGEST_HEADER: u64 = 1 << 16;

/// Reads ranges through a few buffered windows and refuses what lies outside the file or cannot be a page.
pub(super) struct Chunks {
    source: Arc<dyn Source>,
    /// Where column chunks end, ascending: a window does not reach into the next one, which is another column's.
    ends: Vec<u64>,
    windows: Mutex<VecDeque<(u64, Bytes)>>,
}

impl Chunks {
    pub(super) fn new(source: Arc<dyn Source>, metadata: &ParquetMetaData) -> Self {
        let mut ends: Vec<u64> = metadata
            .row_groups()
            .iter()
            .flat_map(RowGroupMetaData::columns)
            .map(|chunk| {
                let (start, length) = chunk.byte_range();
                start.saturating_add(length)
            })
            .collect();
        ends.sort_unstable();
        Self { source, ends, windows: Mutex::default() }
    }

    /// Bytes worth reading from `start` on.
    fn worth(&self, start: u64) -> u64 {
        let end = self.ends.get(self.ends.partition_point(|end| *end <= start)).copied();
        end.map_or(WINDOW, |end| (end - start).min(WINDOW))
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
        if bytes.len() as u64 <= WINDOW {
            if windows.len() == WINDOWS {
                windows.pop_front();
            }
            windows.push_back((start, bytes.clone()));
        }
        Ok(bytes.slice(..length))
    }
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
        let longest = self.source.len().saturating_sub(start).min(LONGEST_HEADER);
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
