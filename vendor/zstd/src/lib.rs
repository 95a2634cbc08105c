//! Zstandard as Parquet's codec asks for it: whole pages at once. In a page it only reads.

pub use zstd_safe;

/// Whole buffers at once.
pub mod bulk {
    use std::io;

    use zstd_safe::{DCtx, WriteBuf, get_error_name};

    /// A failure by zstd's name for it.
    fn named(code: usize) -> io::Error {
        io::Error::other(get_error_name(code))
    }

    /// Reads frames.
    pub struct Decompressor<'a>(DCtx<'a>);

    impl Decompressor<'static> {
        /// One without a dictionary.
        ///
        /// # Errors
        /// None: as in the crate `zstd`.
        pub fn new() -> io::Result<Self> {
            Ok(Self(DCtx::create()))
        }
    }

    impl Decompressor<'_> {
        /// Reads `source` into what room `destination` has, and says how much it was.
        ///
        /// # Errors
        /// `source` is no zstd frame, or a larger one.
        pub fn decompress_to_buffer<C: WriteBuf + ?Sized>(
            &mut self,
            source: &[u8],
            destination: &mut C,
        ) -> io::Result<usize> {
            self.0.decompress(destination, source).map_err(named)
        }
    }

    /// Writes frames.
    #[cfg(not(target_arch = "wasm32"))]
    pub struct Compressor<'a>(zstd_safe::CCtx<'a>);

    #[cfg(not(target_arch = "wasm32"))]
    impl Compressor<'static> {
        /// One of this level.
        ///
        /// # Errors
        /// There is no such level.
        pub fn new(level: i32) -> io::Result<Self> {
            let mut context = zstd_safe::CCtx::create();
            context.set_parameter(zstd_safe::CParameter::CompressionLevel(level)).map_err(named)?;
            Ok(Self(context))
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    impl Compressor<'_> {
        /// Writes `source` as one frame into what room `destination` has, and says how much it was.
        ///
        /// # Errors
        /// There is not room enough.
        pub fn compress_to_buffer<C: WriteBuf + ?Sized>(
            &mut self,
            source: &[u8],
            destination: &mut C,
        ) -> io::Result<usize> {
            self.0.compress2(destination, source).map_err(named)
        }
    }

    /// In a page: none.
    #[cfg(target_arch = "wasm32")]
    pub struct Compressor<'a>(std::marker::PhantomData<&'a ()>);

    #[cfg(target_arch = "wasm32")]
    impl Compressor<'static> {
        /// One that cannot write.
        ///
        /// # Errors
        /// None: reading asks for one too.
        pub fn new(_level: i32) -> io::Result<Self> {
            Ok(Self(std::marker::PhantomData))
        }
    }

    #[cfg(target_arch = "wasm32")]
    impl Compressor<'_> {
        /// Answers with an error.
        ///
        /// # Errors
        /// Always: there is no encoder in a page.
        pub fn compress_to_buffer<C: WriteBuf + ?Sized>(&mut self, _: &[u8], _: &mut C) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::Unsupported, "this build reads zstd and does not write it"))
        }
    }
}
