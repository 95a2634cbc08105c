//! Decoding on a second thread, ahead of the join: natively only, since a page's engine has one thread. The rows and
//! their order are the same, so results are too; numbers may come in a narrower form (see [`Form`]), which is handed from
//! one thread to another, and kept until it is wanted, at a fraction of the memory.

use arrow_array::RecordBatch;

use super::error::ExtractError;
use super::remote::Form;
use super::table::Batches;

type Item = Result<RecordBatch, ExtractError>;

/// A table's stream of batches as it is handed out: the first of them, or all, decoded ahead where there are several, and
/// then in the `forms` of their columns ([`Form::Same`] where the list ends).
#[cfg_attr(target_arch = "wasm32", expect(clippy::unnecessary_wraps, reason = "a thread may not start"))]
pub(super) fn batches(
    file: &str,
    rows: u64,
    first_rows: Option<usize>,
    forms: &[Form],
    stream: impl Iterator<Item = Item> + Send + 'static,
) -> Result<Batches<'static>, ExtractError> {
    if first_rows.is_some() {
        return Ok(Box::new(stream.take(1)));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if rows > super::table::BATCH_ROWS as u64 {
        let forms = forms.to_vec();
        let stream = stream.map(move |batch| batch.map(|batch| super::remote::formed(batch, &forms)));
        return Ok(Box::new(native::ReadAhead::start(file, stream)?));
    }
    #[cfg(target_arch = "wasm32")]
    let _ = (file, rows, forms);
    Ok(Box::new(stream))
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::sync::mpsc::{Receiver, channel};
    use std::sync::{Arc, Condvar, Mutex, PoisonError};
    use std::thread;

    use arrow_array::RecordBatch;

    use super::{ExtractError, Item};

    /// Bytes of batches that may wait. Columns are opened before they are asked for: what comes first, another file or
    /// the places of lines, leaves a core half idle, and this much is decoded meanwhile.
    const ROOM: usize = 32 << 20;

    /// The batches of an iterator that runs on a thread of its own. Dropping it ends the thread at its next batch.
    pub(super) struct ReadAhead {
        file: String,
        batches: Option<Receiver<Option<Item>>>,
        waiting: Arc<Waiting>,
    }

    /// What was read and not yet taken.
    #[derive(Default)]
    struct Waiting {
        bytes: Mutex<usize>,
        taken: Condvar,
    }

    impl Waiting {
        /// Counts an item before it is handed over, so that what is taken has been counted.
        fn put(&self, bytes: usize) {
            *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
        }

        /// Waits until there is room for another.
        fn wait(&self) {
            let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
            while *held >= ROOM {
                held = self.taken.wait(held).unwrap_or_else(PoisonError::into_inner);
            }
        }

        /// Makes room.
        fn take(&self, bytes: usize) {
            let mut held = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
            *held = held.saturating_sub(bytes);
            self.taken.notify_one();
        }
    }

    /// What an item counts for, when it is put and when it is taken: at least as much as lets a thousand of the smallest
    /// wait, and two of the largest.
    fn bytes(item: &Item) -> usize {
        item.as_ref().map_or(0, RecordBatch::get_array_memory_size).clamp(ROOM / 1_000, ROOM / 2)
    }

    impl ReadAhead {
        /// Starts reading `batches` of `file`.
        pub(super) fn start(
            file: &str,
            batches: impl Iterator<Item = Item> + Send + 'static,
        ) -> Result<Self, ExtractError> {
            let (sender, receiver) = channel();
            let waiting = Arc::new(Waiting::default());
            let counted = Arc::clone(&waiting);
            let read = move || {
                for batch in batches {
                    counted.put(bytes(&batch));
                    if sender.send(Some(batch)).is_err() {
                        return;
                    }
                    counted.wait();
                }
                // Nobody listens any more: nothing is lost.
                let _ = sender.send(None);
            };
            thread::Builder::new().name("read ahead".to_owned()).spawn(read).map_err(|e| ExtractError::ReadFailed {
                file: file.to_owned(),
                detail: format!("no thread could be started to read it ({e})"),
            })?;
            Ok(Self { file: file.to_owned(), batches: Some(receiver), waiting })
        }
    }

    impl Drop for ReadAhead {
        fn drop(&mut self) {
            // Whoever waits for room finds some, and then that nobody listens.
            self.batches = None;
            self.waiting.take(usize::MAX);
        }
    }

    impl Iterator for ReadAhead {
        type Item = Item;

        fn next(&mut self) -> Option<Item> {
            match self.batches.as_ref()?.recv() {
                Ok(Some(item)) => {
                    self.waiting.take(bytes(&item));
                    Some(item)
                }
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow_array::{ArrayRef, Int64Array};
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
    fn no_more_is_read_ahead_than_there_is_room_for() {
        let made = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&made);
        let large = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let values = Arc::new(Int64Array::from(vec![0; 1 << 20]));
            Ok(RecordBatch::try_from_iter([("value", values as ArrayRef)]).unwrap())
        };
        let mut read = ReadAhead::start("f", std::iter::repeat_with(large)).unwrap();
        for taken in 1..40 {
            assert!(read.next().is_some());
            // Four of 8 MB fill the room, another is on its way.
            assert!(made.load(Ordering::SeqCst) <= taken + 5);
        }
    }

    #[test]
    fn whoever_stops_early_stops_the_thread() {
        let mut read = ReadAhead::start("f", std::iter::repeat_with(batch)).unwrap();
        assert!(read.next().is_some());
    }
}
