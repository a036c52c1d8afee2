//! Runs a root future on the calling thread.

use super::current;
use super::shared::Shared;
use super::worker::Core;
use crate::engine::task::budget;
use crate::engine::task::entered;
use crate::shim::Arc;
use crate::util::arc_wake;
use crate::util::parker::Parker;
use crate::util::rng;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// Puts the loop back when dropped, also on unwind.
struct Driver<'a> {
    shared: &'a Shared,
    core: Option<Box<Core>>,
}

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        if let Some(core) = self.core.take() {
            self.shared.slot.put(core);
        }
    }
}

/// Runs `future` to its end, with the tasks of the runtime while this thread holds the loop.
///
/// # Panics
///
/// If this thread drives a runtime already.
#[track_caller]
pub(crate) fn block_on<F: Future>(shared: &Arc<Shared>, future: F) -> F::Output {
    let _entered = enter();
    let _context = current::enter(shared);
    let mut future = pin!(future);
    let core = match shared.slot.take() {
        Some(core) => core,
        None => match wait_for_turn(shared, future.as_mut()) {
            Turn::Core(core) => core,
            Turn::Output(output) => return output,
        },
    };
    let driver = Driver { shared, core: Some(core) };
    let core = driver.core.as_deref().expect("put in above");
    core.held(|| match shared.next_seed() {
        Some(seed) => rng::with_seed(seed, || drive(core, shared, future)),
        None => drive(core, shared, future),
    })
}

/// Runs `future` to its end in the context of the runtime, without ever driving its loop.
///
/// # Panics
///
/// If this thread drives a runtime already.
#[track_caller]
pub(crate) fn block_on_handle<F: Future>(shared: &Arc<Shared>, future: F) -> F::Output {
    let _entered = enter();
    let _context = current::enter(shared);
    let mut future = pin!(future);
    let parker = Arc::new(Parker::default());
    let waker = arc_wake::borrowed(&parker);
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = budget::limited(|| future.as_mut().poll(&mut cx)) {
            return output;
        }
        parker.park();
    }
}

/// Marks this thread as driving a runtime.
#[track_caller]
fn enter() -> entered::Restore {
    entered::enter().expect(
        "Cannot start a runtime from within a runtime. This happens because a function (like \
         `block_on`) attempted to block the current thread while the thread is being used to \
         drive asynchronous tasks. Await the future instead.",
    )
}

/// Polls the future and the tasks of the loop until the future is ready.
fn drive<F: Future>(core: &Core, shared: &Arc<Shared>, mut future: Pin<&mut F>) -> F::Output {
    let waker = arc_wake::borrowed(shared);
    let mut cx = Context::from_waker(&waker);
    core.wake_root();
    loop {
        if core.take_root_wake() {
            core.count_root_poll();
            if let Poll::Ready(output) = budget::limited(|| future.as_mut().poll(&mut cx)) {
                return output;
            }
        }
        core.run_tasks();
        core.turn_or_park();
    }
}

/// How a wait for the loop ended.
enum Turn<T> {
    Core(Box<Core>),
    Output(T),
}

/// Polls the future while another thread holds the loop, until either is done.
fn wait_for_turn<F: Future>(shared: &Shared, mut future: Pin<&mut F>) -> Turn<F::Output> {
    /// Takes the request for the loop back when dropped, also on unwind.
    struct Waiting<'a>(&'a Shared, Arc<Parker>);
    impl Drop for Waiting<'_> {
        fn drop(&mut self) {
            self.0.slot.leave(&self.1);
        }
    }
    let waiting = Waiting(shared, Arc::new(Parker::default()));
    let waker = arc_wake::borrowed(&waiting.1);
    let mut cx = Context::from_waker(&waker);
    loop {
        shared.slot.wait(&waiting.1);
        if let Some(core) = shared.slot.take() {
            return Turn::Core(core);
        }
        if let Poll::Ready(output) = budget::limited(|| future.as_mut().poll(&mut cx)) {
            return Turn::Output(output);
        }
        waiting.1.park();
    }
}
