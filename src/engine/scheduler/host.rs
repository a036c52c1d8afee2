//! The life of the pool's threads inside a runtime.

use super::config::Hook;
use super::current;
use super::shared::Shared;
use crate::engine::blocking::Host;
use crate::shim::Arc;
use crate::util::quietly::quietly;

/// A runtime, for the pool that works for it.
pub(super) struct Inside(pub(super) Arc<Shared>);

impl Host for Inside {
    fn live(&self, life: &mut dyn FnMut()) {
        let Inside(shared) = self;
        let _context = current::enter(shared);
        run_hook(shared.config.on_thread_start.as_ref());
        life();
        run_hook(shared.config.on_thread_stop.as_ref());
    }

    fn drained(&self) {
        let Inside(shared) = self;
        // Stopped time may jump again; see `park`.
        for index in 0..shared.loops.len() {
            shared.unpark(index);
        }
    }
}

/// Runs a user's hook. If it panics, the panic hook has told of it, and the thread goes on.
pub(super) fn run_hook(hook: Option<&Hook>) {
    if let Some(hook) = hook {
        quietly(|| hook());
    }
}
