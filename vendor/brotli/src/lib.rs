//! Brotli for reading only: what Parquet's codec asks of the crate `brotli`, with the encoder left out.

use std::io::{self, ErrorKind, Write};

pub use brotli_decompressor::Decompressor;

/// Answers every write with an error: there is no encoder.
#[derive(Debug)]
pub struct CompressorWriter<W>(W);

impl<W: Write> CompressorWriter<W> {
    /// As in the crate `brotli`; of the four only the writer is kept.
    pub fn new(writer: W, _buffer_size: usize, _quality: u32, _lg_window: u32) -> Self {
        Self(writer)
    }

    /// The writer, untouched.
    pub fn into_inner(self) -> W {
        self.0
    }
}

impl<W: Write> Write for CompressorWriter<W> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(ErrorKind::Unsupported, "this build reads brotli and does not write it"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
