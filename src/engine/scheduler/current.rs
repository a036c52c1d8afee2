//! What this thread is in: the runtime it has entered, the loop it holds.

use super::shared::Shared;
use super::worker::{Core, Held};
use crate::engine::reactor::Port;
use crate::engine::task::{FreeLists, Lent};
use crate::shim::thread::{self, ThreadId};
use crate::shim::{Arc, thread_local};
use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ptr;

struct Current {
    /// The runtime that was entered last. Its guard keeps it alive.
    runtime: Cell<*const Shared>,
    /// How many guards are out, so that one dropped out of order is noticed.
    depth: Cell<usize>,
    /// The loop this thread holds.
    core: Cell<*const Core>,
    /// Its id, once somebody has asked.
    thread: Cell<Option<ThreadId>>,
}

thread_local! {
    static CURRENT: Current = const {
        Current { runtime: Cell::new(ptr::null()), depth: Cell::new(0), core: Cell::new(ptr::null()),
            thread: Cell::new(None),
        }
    };
}

/// The id of this thread.
pub(super) fn thread_id() -> ThreadId {
    CURRENT.with(|current| {
        let id = current.thread.get().unwrap_or_else(|| thread::current().id());
        current.thread.set(Some(id));
        id
    })
}

/// The entered runtime, with a count of its own.
pub(crate) fn runtime() -> Option<Arc<Shared>> {
    with_runtime(Arc::clone)
}

/// Shows the entered runtime to `look`, without counting.
#[inline]
pub(crate) fn with_runtime<R>(look: impl FnOnce(&Arc<Shared>) -> R) -> Option<R> {
    let runtime = CURRENT.with(|current| current.runtime.get());
    if runtime.is_null() {
        return None;
    }
    // SAFETY: the pointer is that of an `Arc` which the innermost guard keeps alive, and guards
    // leave in order; the count stays with the guard.
    let runtime = ManuallyDrop::new(unsafe { Arc::from_raw(runtime) });
    Some(look(&runtime))
}

/// Leaves the runtime again when dropped.
pub(crate) struct Entered {
    before: *const Shared,
    depth: usize,
    // Guards of one thread must be dropped there.
    _local: PhantomData<*const ()>,
}

// SAFETY: nothing can be done with a shared guard.
unsafe impl Sync for Entered {}

/// Enters a runtime, and keeps a count on it until the guard is dropped.
pub(crate) fn enter(runtime: &Arc<Shared>) -> Entered {
    let entered = Arc::into_raw(runtime.clone());
    CURRENT.with(|current| {
        let depth = current.depth.get() + 1;
        current.depth.set(depth);
        Entered { before: current.runtime.replace(entered), depth, _local: PhantomData }
    })
}

impl Drop for Entered {
    #[track_caller]
    fn drop(&mut self) {
        CURRENT.with(|current| {
            if current.depth.get() != self.depth {
                if !crate::shim::panicking() {
                    panic!(
                        "`EnterGuard` values dropped out of order. Guards returned by \
                         `tokio::runtime::Handle::enter()` must be dropped in the reverse \
                         order as they were acquired."
                    );
                }
                return;
            }
            current.depth.set(self.depth - 1);
            let entered = current.runtime.replace(self.before);
            // SAFETY: `enter` made it of an `Arc`, whose count is given up once, here.
            drop(unsafe { Arc::from_raw(entered) });
        });
    }
}

/// Runs `inside` as the holder of a loop; what was held before is held again afterwards.
pub(super) fn hold<R>(held: &Held, inside: impl FnOnce(&Core) -> R) -> R {
    let core = &*held.0;
    let _holding = Holding::new(Arc::as_ptr(&held.0), Some(core.memory()));
    inside(core)
}

/// Gives up the loop that this thread holds, for it to be handed on.
pub(super) fn let_go() {
    set(ptr::null(), None);
}

/// Holds a loop again that was given up within the same [`hold`].
pub(super) fn take_back(held: &Held) {
    set(Arc::as_ptr(&held.0), Some(held.0.memory()));
}

fn set(core: *const Core, memory: Option<&FreeLists>) {
    CURRENT.with(|current| current.core.set(core));
    // SAFETY: the thread has the right to the loop, or to none; `hold`, below on the stack, ends
    // this in time and keeps the loop in place until then.
    mem::forget(unsafe { FreeLists::lend(memory) });
}

/// Another right to the loop that this thread holds, for it to be handed on.
pub(super) fn share_held() -> Option<Held> {
    let core = CURRENT.with(|current| current.core.get());
    if core.is_null() {
        return None;
    }
    // SAFETY: `hold` was given the `Arc` that the pointer comes from, and has not returned.
    unsafe {
        Arc::increment_strong_count(core);
        Some(Held(Arc::from_raw(core)))
    }
}

/// Whether this thread holds `core`.
#[inline]
pub(super) fn holds(core: &Core) -> bool {
    CURRENT.with(|current| ptr::eq(current.core.get(), core))
}

/// Which loop this thread holds, until it is dropped.
struct Holding {
    before: *const Core,
    _memory: Lent,
}

impl Holding {
    fn new(core: *const Core, memory: Option<&FreeLists>) -> Self {
        let before = CURRENT.with(|current| current.core.replace(core));
        // SAFETY: the caller keeps the loop in place for as long as this is alive; and one thread
        // at a time holds a loop, or has its right to it handed on before another takes it.
        Self { before, _memory: unsafe { FreeLists::lend(memory) } }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        CURRENT.with(|current| current.core.set(self.before));
    }
}

/// Shows the loop of `runtime` that this thread holds to `look`, if it holds one.
#[inline]
pub(super) fn with_core<R>(runtime: &Shared, look: impl FnOnce(Option<&Core>) -> R) -> R {
    let core = CURRENT.with(|current| current.core.get());
    // SAFETY: a non-null pointer is that of a loop which this thread holds, in place.
    let core = unsafe { core.as_ref() };
    look(core.filter(|core| ptr::eq(&**core.shared(), runtime)))
}

/// The way into the loop that this thread holds, if it is one of the runtime of `port`, but another.
pub(crate) fn nearer_port(port: &Arc<Port>) -> Option<Arc<Port>> {
    let core = CURRENT.with(|current| current.core.get());
    // SAFETY: as in `with_core`.
    let core = unsafe { core.as_ref() }?;
    let (runtime, mut loops) = (core.shared(), 0..core.shared().workers());
    let own = runtime.port(core.index());
    let another = !Arc::ptr_eq(own, port) && loops.any(|at| Arc::ptr_eq(runtime.port(at), port));
    another.then(|| own.clone())
}
