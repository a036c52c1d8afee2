//! Blocking in the middle of a task, with the loop handed to another thread meanwhile.

use super::shared::Shared;
use super::worker::Core;
use super::{current, drive, local};
use crate::engine::task::{budget, entered};
use crate::shim::Arc;

/// Runs `closure`, which may block, on this thread. If the thread drives a loop, another one does
/// so from now on, unless `closure` is faster than the thread that takes over.
///
/// # Panics
///
/// If the thread drives a current-thread runtime or waits to do so, or runs a task that may not leave
/// its thread; or if the operating system refuses a thread for the loop.
#[track_caller]
pub(crate) fn block_in_place<R>(closure: impl FnOnce() -> R) -> R {
    if !entered::is_entered() {
        return closure();
    }
    let held = current::share_held();
    let may_block = match &held {
        Some(held) => held.0.shared().is_multi_thread(),
        None => {
            entered::is_beside()
                || current::with_runtime(|shared| shared.is_multi_thread()) == Some(true)
        }
    };
    let may_block = may_block && local::current().is_none();
    assert!(may_block, "can call blocking only when running on the multi-threaded runtime");
    let _away = match held {
        Some(held) => Away::hand_on(held.0),
        None => None,
    };
    let _blocking = entered::leave();
    budget::unlimited(closure)
}

/// A loop that was handed on; taken back when dropped, if that is still possible.
struct Away {
    core: Arc<Core>,
    running: usize,
}

impl Away {
    /// Hands the loop that this thread holds to another one. It does not where no task is being
    /// polled: then the loop itself is in the middle of something.
    ///
    /// # Panics
    ///
    /// If the operating system refuses a thread.
    #[track_caller]
    fn hand_on(core: Arc<Core>) -> Option<Self> {
        if !core.is_running() {
            return None;
        }
        let running = core.set_running(0);
        let away = Self { core, running };
        current::let_go();
        let shared: &Arc<Shared> = away.core.shared();
        let index = away.core.index();
        shared.loops[index].put_core(away.core.clone());
        match drive::launch(shared, index) {
            // Where the pool is closed, the loop waits for this thread; the drop takes it back.
            Ok(_) => Some(away),
            Err(error) => panic!("OS can't spawn worker thread: {error}"),
        }
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        let shared = self.core.shared();
        if let Some(held) = shared.loops[self.core.index()].core.take() {
            current::take_back(&held);
            self.core.set_running(self.running);
        }
    }
}
