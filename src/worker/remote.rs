//! A second worker that decodes Parquet for the engine: the same script and the same compiled module, another memory.
//!
//! The engine sends `{ file, columns }`, then `{ more }` for each batch it has room for, with the buffer of one that it has
//! taken; the second worker answers each with `{ batch }`, and with `{ end }` after the last or `{ failed }` when it
//! cannot. It is kept for the next file, and where it dies the engine decodes by itself.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};

use arrow_buffer::{Buffer, MutableBuffer};
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, Worker};

use super::blob::BlobSource;
use crate::extract::remote::{RemoteDecoder, RemoteError, packed};
use crate::extract::source::Source;

/// Batches that may wait: enough to even out, too few to weigh.
const WAITING: usize = 8;

/// Where the script that starts a worker leaves the compiled module (see `ui::engine`).
const MODULE: &str = "engineModule";

thread_local! {
    /// JavaScript handles must not cross threads, decoders must be able to: a decoder holds an index here.
    static HELPERS: RefCell<Vec<Option<Helper>>> = const { RefCell::new(Vec::new()) };
    /// One without work, for the next file.
    static SPARE: RefCell<Option<Helper>> = const { RefCell::new(None) };
    /// A second worker's buffers that have come back.
    static SPENT: RefCell<Vec<ArrayBuffer>> = const { RefCell::new(Vec::new()) };
    /// A second worker's own work.
    static WORK: RefCell<Option<Batches>> = const { RefCell::new(None) };
}

type Batches = Box<dyn Iterator<Item = Result<Vec<u8>, RemoteError>>>;

/// What the second worker has said.
#[derive(Default)]
struct Inbox {
    said: VecDeque<Said>,
    waker: Option<Waker>,
}

enum Said {
    Batch(Uint8Array),
    End,
    Failed,
}

struct Helper {
    worker: Worker,
    inbox: Rc<RefCell<Inbox>>,
    /// What it is to open once it is ready.
    first: Rc<RefCell<Option<JsValue>>>,
    _heard: Closure<dyn Fn(MessageEvent)>,
    _died: Closure<dyn Fn(web_sys::ErrorEvent)>,
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined())
}

fn message(name: &str, value: &JsValue) -> Object {
    let message = Object::new();
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(&message, &name.into(), value);
    message
}

impl Helper {
    fn start() -> Option<Self> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let module = property(&scope, MODULE)?;
        let worker = Worker::new(&scope.location().href()).ok()?;
        worker.post_message(&module).ok()?;
        let (inbox, first) = <(Rc<RefCell<Inbox>>, Rc<RefCell<Option<JsValue>>>)>::default();
        let heard = Closure::<dyn Fn(MessageEvent)>::new({
            let (inbox, first, worker) = (Rc::clone(&inbox), Rc::clone(&first), worker.clone());
            move |event: MessageEvent| {
                let data = event.data();
                let said = if let Some(batch) = property(&data, "batch") {
                    Said::Batch(batch.unchecked_into())
                } else if property(&data, "end").is_some() {
                    Said::End
                } else if property(&data, "text").is_some() {
                    // It is ready: whatever it was asked before had no ear.
                    if let Some(first) = first.borrow_mut().take() {
                        ask(&worker, &first);
                    }
                    return;
                } else {
                    Said::Failed
                };
                say(&inbox, said);
            }
        });
        let died = Closure::<dyn Fn(web_sys::ErrorEvent)>::new({
            let inbox = Rc::clone(&inbox);
            move |event: web_sys::ErrorEvent| {
                event.prevent_default();
                say(&inbox, Said::Failed);
            }
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(died.as_ref().unchecked_ref()));
        Some(Self { worker, inbox, first, _heard: heard, _died: died })
    }
}

fn say(inbox: &RefCell<Inbox>, said: Said) {
    let mut inbox = inbox.borrow_mut();
    inbox.said.push_back(said);
    if let Some(waker) = inbox.waker.take() {
        waker.wake();
    }
}

fn ask(worker: &Worker, file: &JsValue) {
    // Files and numbers can be cloned.
    let _ = worker.post_message(file);
    for _ in 0..WAITING {
        let _ = worker.post_message(&message("more", &JsValue::TRUE));
    }
}

/// One file's columns under way.
struct Remote {
    slot: usize,
}

/// A second worker that decodes `columns` of `file`; `None` where the browser starts none from a worker.
pub(super) fn decoder(file: &File, columns: &[usize]) -> Option<Box<dyn RemoteDecoder>> {
    let wanted: Vec<u32> = columns.iter().map(|&column| column as u32).collect();
    let order = message("file", file);
    let _ = Reflect::set(&order, &"columns".into(), &Uint32Array::from(wanted.as_slice()));
    let helper = if let Some(helper) = SPARE.take() {
        ask(&helper.worker, &order);
        helper
    } else {
        let helper = Helper::start()?;
        *helper.first.borrow_mut() = Some(order.into());
        helper
    };
    let slot = HELPERS.with_borrow_mut(|helpers| {
        helpers.push(Some(helper));
        helpers.len() - 1
    });
    Some(Box::new(Remote { slot }))
}

impl RemoteDecoder for Remote {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Buffer>, RemoteError>> + '_>> {
        let inbox = HELPERS.with_borrow(|helpers| helpers[self.slot].as_ref().map(|helper| Rc::clone(&helper.inbox)));
        Box::pin(async move {
            let inbox = inbox.ok_or(RemoteError)?;
            let said = poll_fn(|context| {
                let mut inbox = inbox.borrow_mut();
                if let Some(said) = inbox.said.pop_front() {
                    return Poll::Ready(said);
                }
                inbox.waker = Some(context.waker().clone());
                Poll::Pending
            });
            match said.await {
                Said::Batch(bytes) => {
                    let mut buffer = MutableBuffer::from_len_zeroed(bytes.length() as usize);
                    bytes.copy_to(&mut buffer);
                    let spent = bytes.buffer();
                    HELPERS.with_borrow(|helpers| {
                        if let Some(helper) = &helpers[self.slot] {
                            // Fresh memory costs more than the copy.
                            let _ =
                                helper.worker.post_message_with_transfer(&message("more", &spent), &Array::of1(&spent));
                        }
                    });
                    Ok(Some(buffer.into()))
                }
                Said::End => {
                    SPARE.set(HELPERS.with_borrow_mut(|helpers| helpers[self.slot].take()));
                    Ok(None)
                }
                Said::Failed => Err(RemoteError),
            }
        })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // One that has not come to the end is stopped with all that it has under way.
        HELPERS.with_borrow_mut(|helpers| helpers[self.slot] = None);
    }
}

/// So many bytes to send: in a buffer that came back, if it is long enough.
fn carrier(length: u32) -> Uint8Array {
    let buffer = SPENT.with_borrow_mut(Vec::pop).filter(|buffer| buffer.byte_length() >= length);
    // Some room more, since batches differ a little.
    let buffer = buffer.unwrap_or_else(|| ArrayBuffer::new(length + length / 8));
    Uint8Array::new_with_byte_offset_and_length(&buffer, 0, length)
}

/// The second worker's side: does what `data` asks for, if it is about decoding.
pub(super) fn serve(scope: &DedicatedWorkerGlobalScope, data: &JsValue) -> bool {
    if let Some(file) = property(data, "file") {
        let columns = property(data, "columns").map(|columns| columns.unchecked_into::<Uint32Array>().to_vec());
        let columns: Vec<usize> = columns.into_iter().flatten().map(|column| column as usize).collect();
        let source: Arc<dyn Source> = Arc::new(BlobSource::new(file.unchecked_into()));
        let batches = packed(&source, &columns);
        WORK.set(Some(match batches {
            Ok(batches) => Box::new(batches),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }));
        return true;
    }
    let Some(more) = property(data, "more") else { return false };
    if let Ok(buffer) = more.dyn_into::<ArrayBuffer>() {
        SPENT.with_borrow_mut(|spent| spent.push(buffer));
    }
    // More may be asked for than there is; one answer says so.
    let Some(mut work) = WORK.take() else { return true };
    let (answer, bytes) = match work.next() {
        Some(Ok(batch)) => {
            WORK.set(Some(work));
            let bytes = carrier(batch.len() as u32);
            bytes.copy_from(&batch);
            (message("batch", &bytes), Array::of1(&bytes.buffer()))
        }
        Some(Err(RemoteError)) => (message("failed", &JsValue::TRUE), Array::new()),
        None => (message("end", &JsValue::TRUE), Array::new()),
    };
    // Bytes can be handed over.
    let _ = scope.post_message_with_transfer(&answer, &bytes);
    true
}
