//! Runs loops on threads of the runtime's own.

use super::config::Config;
use super::current;
use super::shared::Shared;
use super::worker::{Core, Hold};
use crate::engine::blocking::Pool;
use crate::engine::task::entered;
use crate::shim::Arc;
use crate::util::quietly::quietly;
use crate::util::rng;
use std::io;

impl Shared {
    /// Builds a runtime of `loops` loops, each driven by a thread of its own.
    ///
    /// # Errors
    ///
    /// If the operating system refuses a descriptor or a thread. Nothing is left of the runtime then.
    pub(crate) fn multi_thread(config: Config, loops: usize) -> io::Result<Arc<Self>> {
        let shared = Self::of_loops(config, loops)?;
        for index in 0..loops {
            if let Err(error) = launch(&shared, index) {
                Shared::shut_down(&shared);
                shared.pool.join(None);
                return Err(error);
            }
        }
        Ok(shared)
    }
}

/// Has another thread drive the loop that lies in its slot; `false` if the pool is closed.
///
/// # Errors
///
/// If the operating system refuses a thread.
pub(super) fn launch(shared: &Arc<Shared>, index: usize) -> io::Result<bool> {
    let driver = shared.clone();
    Pool::run_detached(&shared.pool, Box::new(move || work(&driver, index)))
}

/// Drives a loop until it ends or is handed on.
fn work(shared: &Arc<Shared>, index: usize) {
    // Who handed it on may have taken it back.
    let Some(held) = shared.loops[index].core.take() else { return };
    let _entered = entered::enter().expect("a fresh thread drives nothing");
    current::hold(&held, |core| match shared.next_seed() {
        Some(seed) => rng::with_seed(seed, || drive(core, shared)),
        None => drive(core, shared),
    });
}

fn drive(core: &Core, shared: &Shared) {
    core.note_begin();
    loop {
        // A waker or hook that panics ends the turn, not the loop.
        let turned = quietly(|| {
            while !shared.is_ending() {
                if core.run_tasks() == Hold::Lost {
                    return;
                }
                core.turn_or_park();
            }
        });
        if !current::holds(core) {
            return;
        }
        core.set_running(0);
        if turned.is_some() {
            break;
        }
    }
    core.note_end();
    core.finish();
}
