//! Decoding on a second thread, one or two batches ahead of the join: natively only, since a page's engine has one
//! thread. The batches and their order are the same, so results are too.

use arrow_array::RecordBatch;

use super::error::ExtractError;
use super::table::Batches;

type Item = Result<RecordBatch, ExtractError>;

/// A table's stream of batches as it is handed out: the first of them, or all, decoded ahead where there are several.
#[cfg_attr(target_arch = "wasm32", expect(clippy::unnecessary_wraps, reason = "a thread may not start"))]
pub(super) fn batches(
    file: &str,
    rows: u64,
    first_rows: Option<usize>,
    stream: impl Iterator<Item = Item> + Send + 'static,
) -> Result<Batches<'static>, ExtractError> {
    if first_rows.is_some() {
        return Ok(Box::new(stream.take(1)));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if rows > super::table::BATCH_ROWS as u64 {
        return Ok(Box::new(native::ReadAhead::start(file, stream)?));
    }
    #[cfg(target_arch = "wasm32")]
    let _ = (file, rows);
    Ok(Box::new(stream))
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::thread;

    use super::{ExtractError, Item};

    /// Batches that may wait: enough to even out, too few to weigh.
    const WAITING: usize = 2;

    /// The batches of an iterator that runs on a thread of its own. Dropping it ends the thread at its next batch.
    pub(super) struct ReadAhead {
        file: String,
        batches: Option<Receiver<Option<Item>>>,
    }

    impl ReadAhead {
        /// Starts reading `batches` of `file`.
        pub(super) fn start(
            file: &str,
            batches: impl Iterator<Item = Item> + Send + 'static,
        ) -> Result<Self, ExtractError> {
            let (sender, receiver) = sync_channel(WAITING);
            let read = move || {
                for batch in batches {
                    if sender.send(Some(batch)).is_err() {
                        return;
                    }
                }
                // Nobody listens any more: nothing is lost.
                let _ = sender.send(None);
            };
            thread::Builder::new().name("read ahead".to_owned()).spawn(read).map_err(|e| ExtractError::ReadFailed {
                file: file.to_owned(),
                detail: format!("no thread could be started to read it ({e})"),
            })?;
            Ok(Self { file: file.to_owned(), batches: Some(receiver) })
        }
    }

    impl Iterator for ReadAhead {
        type Item = Item;

        fn next(&mut self) -> Option<Item> {
            match self.batches.as_ref()?.recv() {
                Ok(Some(item)) => Some(item),
                Ok(None) => {
                    self.batches = None;
                    None
                }
                Err(_) => {
                    self.batches = None;
                    let detail = "the thread that read it ended early".to_owned();
                    Some(Err(ExtractError::ReadFailed { file: self.file.clone(), detail }))
                }
            }
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::sync::Arc;

    use arrow_schema::Schema;

    use super::native::ReadAhead;
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "an item is a result")]
    fn batch() -> Item {
        Ok(RecordBatch::new_empty(Arc::new(Schema::empty())))
    }

    #[test]
    fn all_items_come_in_order_and_then_none() {
        let failed = ExtractError::ReadFailed { file: "f".to_owned(), detail: "d".to_owned() };
        let items = [batch(), batch(), Err(failed), batch()];
        let read: Vec<bool> = ReadAhead::start("f", items.into_iter()).unwrap().map(|item| item.is_ok()).collect();
        assert_eq!(read, [true, true, false, true]);
    }

    #[test]
    fn a_reader_that_dies_is_an_error_and_no_end() {
        let dies =
            std::iter::once(()).map(|()| if std::hint::black_box(true) { panic!("as planned") } else { batch() });
        let mut read = ReadAhead::start("f.parquet", dies).unwrap();
        assert!(matches!(read.next(), Some(Err(ExtractError::ReadFailed { file, .. })) if file == "f.parquet"));
        assert!(read.next().is_none());
    }

    #[test]
    fn whoever_stops_early_stops_the_thread() {
        let mut read = ReadAhead::start("f", std::iter::repeat_with(batch)).unwrap();
        assert!(read.next().is_some());
    }
}
