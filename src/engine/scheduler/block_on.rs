//! Runs a root future on the calling thread.

use super::current;
use super::shared::Shared;
use super::worker::{Core, Held, Hold, discard};
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
    held: Option<Box<Held>>,
}

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.shared.loops[0].core.put(held);
        }
    }
}

/// Runs `future` to its end; on a current-thread runtime with its tasks, while this thread holds the
/// loop.
///
/// # Panics
///
/// If this thread drives a runtime already.
#[track_caller]
pub(crate) fn block_on<F: Future>(shared: &Arc<Shared>, future: F) -> F::Output {
    if shared.is_multi_thread() {
        return block_on_handle(shared, future);
    }
    let _entered = expect_entered(entered::enter());
    let _context = current::enter(shared);
    let mut future = pin!(future);
    let held = match shared.loops[0].core.take() {
        Some(held) => held,
        None => match wait_for_turn(shared, future.as_mut()) {
            Turn::Held(held) => held,
            Turn::Output(output) => return output,
        },
    };
    let driver = Driver { shared, held: Some(held) };
    let held = driver.held.as_deref().expect("put in above");
    current::hold(held, |core| match shared.next_seed() {
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
    let _entered = expect_entered(entered::enter_beside());
    let _context = current::enter(shared);
    let mut future = pin!(future);
    let parker = Arc::new(Parker::default());
    let waker = arc_wake::borrowed(&parker);
    let mut cx = Context::from_waker(&waker);
    loop {
        let polled = budget::limited(|| future.as_mut().poll(&mut cx));
        shared.note_forced_yields();
        if let Poll::Ready(output) = polled {
            return output;
        }
        parker.park();
    }
}

/// Refuses to block a thread that drives a runtime already.
#[track_caller]
fn expect_entered(entered: Option<entered::Restore>) -> entered::Restore {
    entered.expect(
        "Cannot start a runtime from within a runtime. This happens because a function (like \
         `block_on`) attempted to block the current thread while the thread is being used to \
         drive asynchronous tasks. If you are in an async function, use `.await` on the future \
         instead of blocking on it.",
    )
}

/// Polls the future and the tasks of the loop until the future is ready.
fn drive<F: Future>(core: &Core, shared: &Arc<Shared>, future: Pin<&mut F>) -> F::Output {
    core.note_begin();
    core.begin_root();
    let output = drive_on(core, shared, future);
    core.note_end();
    shared.note_forced_yields();
    output
}

fn drive_on<F: Future>(core: &Core, shared: &Arc<Shared>, mut future: Pin<&mut F>) -> F::Output {
    let waker = arc_wake::borrowed(shared);
    let mut cx = Context::from_waker(&waker);
    loop {
        if core.take_root_wake() {
            core.count_root_poll();
            if let Poll::Ready(output) = budget::limited(|| future.as_mut().poll(&mut cx)) {
                return output;
            }
        }
        if core.run_tasks() == Hold::Lost {
            unreachable!("a current-thread runtime hands its loop on between two polls only");
        }
        if core.has_panicked() {
            // What other threads spawn from now on is refused, as after the end.
            let mut late = shared.ring.close();
            while let Some(task) = late.pop_front() {
                discard(task);
            }
            core.close();
            panic!(
                "a spawned task panicked and the runtime is configured to shut down on unhandled \
                 panic"
            );
        }
        core.turn_or_park();
    }
}

/// How a wait for the loop ended.
enum Turn<T> {
    Held(Box<Held>),
    Output(T),
}

/// Polls the future while another thread holds the loop, until either is done.
fn wait_for_turn<F: Future>(shared: &Shared, mut future: Pin<&mut F>) -> Turn<F::Output> {
    /// Takes the request for the loop back when dropped, also on unwind.
    struct Waiting<'a>(&'a Shared, Arc<Parker>);
    impl Drop for Waiting<'_> {
        fn drop(&mut self) {
            self.0.loops[0].core.leave(&self.1);
        }
    }
    let waiting = Waiting(shared, Arc::new(Parker::default()));
    let waker = arc_wake::borrowed(&waiting.1);
    let mut cx = Context::from_waker(&waker);
    loop {
        shared.loops[0].core.wait(&waiting.1);
        if let Some(held) = shared.loops[0].core.take() {
            return Turn::Held(held);
        }
        if let Poll::Ready(output) = budget::limited(|| future.as_mut().poll(&mut cx)) {
            return Turn::Output(output);
        }
        waiting.1.park();
    }
}
