//! A second worker that decodes Parquet for the engine: the same script and the same compiled module, another memory.
//!
//! The engine sends `{ job, file, columns }` (each column followed by its form); the second worker answers with a
//! `{ job, batch }` for each batch that there is room for, and with `{ job, end }` after the last or `{ job, failed }`
//! when it cannot. `{ job, taken }` brings buffers of batches back, and with them the room that they took. Jobs are done in
//! the order in which they were asked for, the next one when there is no room for the one before: a file may be asked for
//! while another is still being read, and there is something to do when the engine is late. Where the second worker dies
//! the engine decodes by itself.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};

use arrow_buffer::Buffer;
use js_sys::{Array, ArrayBuffer, BigUint64Array, Object, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, Worker};

use super::blob::{self, BlobSource};
use super::pacer::Turns;
use crate::extract::remote::{Form, Packed, RemoteDecoder, RemoteError, packed};
use crate::extract::source::Source;

/// Bytes of one job's batches that may wait: enough that the second worker need not rest while the engine reads orders, or
/// does what it can only do between two files.
const ROOM: u32 = 48 << 20;
/// Bytes given back at once; far fewer than there is room for, lest it run out.
const AT_ONCE: u32 = 4 << 20;
/// Files of fewer bytes hold too few rows for a second worker; starting one takes a while, so it begins before they are
/// looked at.
const WORTH_STARTING: f64 = 4e6;

/// Where the script that starts a worker leaves the compiled module (see `ui::engine`).
const MODULE: &str = "engineModule";

thread_local! {
    /// The second worker, once one was needed.
    static HELPER: RefCell<Option<Helper>> = const { RefCell::new(None) };
    /// JavaScript handles must not cross threads, decoders must be able to: a decoder holds the number of its job.
    static JOBS: RefCell<Vec<Job>> = const { RefCell::new(Vec::new()) };
    /// Numbers for jobs and second workers.
    static NEXT: Cell<u32> = const { Cell::new(0) };
    /// A second worker's buffers that have come back.
    static SPENT: RefCell<Vec<ArrayBuffer>> = const { RefCell::new(Vec::new()) };
    /// A second worker's own work.
    static WORK: RefCell<Vec<Work>> = const { RefCell::new(Vec::new()) };
    /// What it rests by.
    static TURNS: Turns = Turns::new();
    /// Is it at it?
    static WORKING: Cell<bool> = const { Cell::new(false) };
}

type Batches = Box<dyn Iterator<Item = Result<Packed, RemoteError>>>;

/// A job as its worker sees it.
struct Work {
    job: u32,
    batches: Batches,
    /// Bytes sent that have not come back.
    out: u32,
}

/// What the second worker has said about a job.
#[derive(Default)]
struct Inbox {
    said: VecDeque<Said>,
    waker: Option<Waker>,
}

#[derive(Clone)]
enum Said {
    Batch(BigUint64Array),
    End,
    Failed,
}

struct Job {
    number: u32,
    inbox: Rc<RefCell<Inbox>>,
    /// Which second worker has it.
    helper: u32,
    /// Buffers to be given back, and their bytes.
    taken: (Array, u32),
}

impl Job {
    /// Gives a buffer back, with others: each message costs as much as some copying does.
    fn give_back(&mut self, buffer: &ArrayBuffer) {
        self.taken.0.push(buffer);
        self.taken.1 += buffer.byte_length();
        if self.taken.1 < AT_ONCE {
            return;
        }
        let (buffers, _) = std::mem::take(&mut self.taken);
        HELPER.with_borrow(|helper| {
            if let Some(helper) = helper {
                let _ = helper.worker.post_message_with_transfer(&message(self.number, "taken", &buffers), &buffers);
            }
        });
    }
}

struct Helper {
    number: u32,
    worker: Worker,
    /// What it is to be told once it is ready; `None` from then on.
    early: Rc<RefCell<Option<Vec<JsValue>>>>,
    dead: Rc<Cell<bool>>,
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

fn number() -> u32 {
    NEXT.set(NEXT.get() + 1);
    NEXT.get()
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined())
}

/// The job that a message is about.
fn job_of(message: &JsValue) -> Option<u32> {
    Some(property(message, "job")?.as_f64()? as u32)
}

fn message(job: u32, name: &str, value: &JsValue) -> JsValue {
    let message = Object::new();
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(&message, &"job".into(), &job.into());
    let _ = Reflect::set(&message, &name.into(), value);
    message.into()
}

impl Helper {
    fn start() -> Option<Self> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let module = property(&scope, MODULE)?;
        let worker = Worker::new(&scope.location().href()).ok()?;
        worker.post_message(&module).ok()?;
        let number = number();
        let early = Rc::new(RefCell::new(Some(Vec::new())));
        let heard = Closure::<dyn Fn(MessageEvent)>::new({
            let (early, worker) = (Rc::clone(&early), worker.clone());
            move |event: MessageEvent| {
                let data = event.data();
                let Some(job) = job_of(&data) else {
                    // It is ready: whatever it was asked before had no ear.
                    for message in early.borrow_mut().take().into_iter().flatten() {
                        let _ = worker.post_message(&message);
                    }
                    return;
                };
                let said = if let Some(batch) = property(&data, "batch") {
                    Said::Batch(batch.unchecked_into())
                } else if property(&data, "end").is_some() {
                    Said::End
                } else {
                    Said::Failed
                };
                JOBS.with_borrow(|jobs| {
                    if let Some(job) = jobs.iter().find(|it| it.number == job) {
                        say(&job.inbox, said);
                    }
                });
            }
        });
        let dead = Rc::new(Cell::new(false));
        let died = Closure::<dyn Fn(web_sys::ErrorEvent)>::new({
            let dead = Rc::clone(&dead);
            move |event: web_sys::ErrorEvent| {
                event.prevent_default();
                dead.set(true);
                fail(number);
            }
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(died.as_ref().unchecked_ref()));
        Some(Self { number, worker, early, dead, _heard: heard, _died: died })
    }

    fn tell(&self, message: JsValue) {
        match self.early.borrow_mut().as_mut() {
            Some(early) => early.push(message),
            // Files and numbers can be cloned.
            None => drop(self.worker.post_message(&message)),
        }
    }
}

fn say(inbox: &RefCell<Inbox>, said: Said) {
    let mut inbox = inbox.borrow_mut();
    inbox.said.push_back(said);
    if let Some(waker) = inbox.waker.take() {
        waker.wake();
    }
}

/// Whatever a second worker still has to do, it will not.
fn fail(helper: u32) {
    JOBS.with_borrow(|jobs| {
        for job in jobs.iter().filter(|job| job.helper == helper) {
            say(&job.inbox, Said::Failed);
        }
    });
}

/// Does `work` with the second worker; starts one if none is alive. `None` where the browser starts none from a worker.
fn with_helper<T>(work: impl FnOnce(&Helper) -> T) -> Option<T> {
    HELPER.with_borrow_mut(|helper| {
        if helper.as_ref().is_none_or(|helper| helper.dead.get()) {
            *helper = Helper::start();
        }
        helper.as_ref().map(work)
    })
}

/// Starts the second worker if one of `files` may be worth it.
pub(super) fn get_ready(files: impl Iterator<Item = File>) {
    if files.map(|file| file.size()).any(|size| size >= WORTH_STARTING) {
        with_helper(|_| ());
    }
}

/// One file's columns under way.
struct Remote {
    job: u32,
}

/// A second worker that decodes `columns` of `file`, after all that it was asked before; `None` where the browser starts
/// none from a worker.
pub(super) fn decoder(file: &File, columns: &[(usize, Form)]) -> Option<Box<dyn RemoteDecoder>> {
    let wanted: Vec<u32> = columns.iter().flat_map(|&(column, form)| [column as u32, form.code()]).collect();
    let job = number();
    let order = message(job, "file", file);
    let _ = Reflect::set(&order, &"columns".into(), &Uint32Array::from(wanted.as_slice()));
    let helper = with_helper(|helper| {
        helper.tell(order);
        helper.number
    })?;
    let kept = Job { number: job, inbox: Rc::default(), helper, taken: Default::default() };
    JOBS.with_borrow_mut(|jobs| jobs.push(kept));
    Some(Box::new(Remote { job }))
}

impl RemoteDecoder for Remote {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Buffer>, RemoteError>> + '_>> {
        let inbox =
            JOBS.with_borrow(|jobs| jobs.iter().find(|it| it.number == self.job).map(|job| Rc::clone(&job.inbox)));
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
                Said::Batch(words) => {
                    // Copied into memory that is not cleared before, as that of bytes of any kind would be.
                    let buffer = Buffer::from_vec(words.to_vec());
                    let spent = words.buffer();
                    JOBS.with_borrow_mut(|jobs| {
                        if let Some(job) = jobs.iter_mut().find(|it| it.number == self.job) {
                            // Fresh memory costs more than the copy.
                            job.give_back(&spent);
                        }
                    });
                    Ok(Some(buffer))
                }
                Said::End => {
                    JOBS.with_borrow_mut(|jobs| jobs.retain(|it| it.number != self.job));
                    Ok(None)
                }
                Said::Failed => Err(RemoteError),
            }
        })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // One that has not come to the end is stopped, and with it all that its worker has under way.
        let known = |jobs: &mut Vec<Job>| {
            let at = jobs.iter().position(|it| it.number == self.job)?;
            Some(jobs.remove(at))
        };
        let Some(job) = JOBS.with_borrow_mut(known) else { return };
        fail(job.helper);
        HELPER.with_borrow_mut(|helper| *helper = helper.take().filter(|helper| helper.number != job.helper));
    }
}

/// A batch in a buffer that can be handed over: one that came back, if it is long enough.
fn carried(batch: &Packed) -> BigUint64Array {
    let words = batch.bytes().div_ceil(8) as u32;
    let buffer = SPENT.with_borrow_mut(Vec::pop).filter(|buffer| buffer.byte_length() >= words * 8);
    // Some room more, since batches differ a little.
    let buffer = buffer.unwrap_or_else(|| ArrayBuffer::new((words + words / 8) * 8));
    for (at, piece) in batch.pieces() {
        Uint8Array::new_with_byte_offset_and_length(&buffer, at as u32, piece.len() as u32).copy_from(piece);
    }
    BigUint64Array::new_with_byte_offset_and_length(&buffer, 0, words)
}

/// The second worker's side: does what `data` asks for, if it is about decoding.
pub(super) fn serve(scope: &DedicatedWorkerGlobalScope, data: &JsValue) -> bool {
    let Some(job) = job_of(data) else { return false };
    if let Some(file) = property(data, "file") {
        let columns = property(data, "columns").map(|columns| columns.unchecked_into::<Uint32Array>().to_vec());
        let (columns, _) = columns.as_deref().unwrap_or_default().as_chunks::<2>();
        let columns: Vec<_> = columns.iter().map(|&[column, form]| (column as usize, Form::of_code(form))).collect();
        let source: Arc<dyn Source> = Arc::new(BlobSource::reading_ahead(file.unchecked_into()));
        let batches: Batches = match packed(&source, &columns) {
            Ok(batches) => Box::new(batches),
            Err(error) => Box::new(std::iter::once(Err(error))),
        };
        WORK.with_borrow_mut(|work| work.push(Work { job, batches, out: 0 }));
    } else if let Some(Ok(buffers)) = property(data, "taken").map(JsCast::dyn_into::<Array>) {
        let buffers: Vec<ArrayBuffer> = buffers.iter().filter_map(|buffer| buffer.dyn_into().ok()).collect();
        let goes_on = WORK.with_borrow_mut(|work| {
            if let Some(work) = work.iter_mut().find(|it| it.job == job) {
                work.out = work.out.saturating_sub(buffers.iter().map(ArrayBuffer::byte_length).sum());
            }
            !work.is_empty()
        });
        if goes_on {
            SPENT.with_borrow_mut(|spent| spent.extend(buffers));
        }
    }
    go_on(scope);
    true
}

/// Does what there is to do, with a turn for the event loop after each batch, so that what is read ahead arrives.
fn go_on(scope: &DedicatedWorkerGlobalScope) {
    if WORKING.replace(true) {
        return;
    }
    let scope = scope.clone();
    spawn_local(async move {
        let turns = TURNS.with(Turns::clone);
        let with_room = |work: &Vec<Work>| work.iter().find(|it| it.out < ROOM).map(|it| it.job);
        while let Some(job) = WORK.with_borrow(with_room) {
            answer(&scope, job);
            turns.next().await;
        }
        WORKING.set(false);
    });
}

/// The next batch of a job, or its end.
fn answer(scope: &DedicatedWorkerGlobalScope, job: u32) {
    let next = WORK.with_borrow_mut(|work| work.iter_mut().find(|it| it.job == job)?.batches.next());
    let (answer, bytes) = match next {
        Some(Ok(batch)) => {
            let words = carried(&batch);
            WORK.with_borrow_mut(|work| {
                if let Some(work) = work.iter_mut().find(|it| it.job == job) {
                    work.out = work.out.saturating_add(words.buffer().byte_length());
                }
            });
            (message(job, "batch", &words), Array::of1(&words.buffer()))
        }
        end => {
            WORK.with_borrow_mut(|work| work.retain(|it| it.job != job));
            if WORK.with_borrow(Vec::is_empty) {
                SPENT.take();
                blob::forget();
            }
            (message(job, if end.is_some() { "failed" } else { "end" }, &JsValue::TRUE), Array::new())
        }
    };
    // Bytes can be handed over.
    let _ = scope.post_message_with_transfer(&answer, &bytes);
}
