//! What can go wrong while writing. Messages leave the file's name to [`ExportError::file`].

use parquet::errors::ParquetError;

use crate::pipeline;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The Parquet writer failed; a full disk shows here.
    #[error("{source}")]
    Parquet {
        /// Which file.
        file: &'static str,
        /// Why.
        source: ParquetError,
    },
    /// The bytes could not be written.
    #[error("{source}")]
    Io {
        /// Which file.
        file: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The JSON could not be made.
    #[error("{source}")]
    Json {
        /// Which file.
        file: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// Tables that do not belong together.
    #[error("{ids} ids for {rows} customers")]
    Rows {
        /// Which file.
        file: &'static str,
        /// Ids given.
        ids: usize,
        /// Rows of the table.
        rows: usize,
    },
}

impl From<ExportError> for pipeline::error::Error {
    fn from(error: ExportError) -> Self {
        Self::Write { file: error.file().to_owned(), detail: error.to_string() }
    }
}

impl ExportError {
    /// Which file it was.
    pub fn file(&self) -> &'static str {
        match self {
            Self::Parquet { file, .. } | Self::Io { file, .. } | Self::Json { file, .. } | Self::Rows { file, .. } => {
                file
            }
        }
    }
}
