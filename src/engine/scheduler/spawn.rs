//! The one way in for a new task.

use super::current;
use super::home::Home;
use super::shared::Shared;
use super::worker::discard;
use crate::engine::blocking::{Pool, Unqueued};
use crate::engine::task::{JoinHandle, OwnerRef, spawn_cell};
use crate::shim::Arc;
use std::future::Future;
use std::panic::Location;

impl Shared {
    /// Spawns `future` on this runtime, for the source line `at`.
    #[inline]
    pub(crate) fn spawn<F>(
        this: &Arc<Self>,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        // SAFETY: the future and its output are `Send` and `'static`.
        unsafe { Self::spawn_unchecked(this, future, at) }
    }

    /// Whether only one thread drives this runtime, so that tasks need not be `Send`.
    pub(crate) fn is_local(&self) -> bool {
        self.config.home.is_some()
    }

    /// Spawns `future` on this runtime, whose home is this thread, for the source line `at`.
    ///
    /// # Panics
    ///
    /// If this thread is not the home of the runtime.
    #[track_caller]
    pub(crate) fn spawn_local<F>(
        this: &Arc<Self>,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        assert!(
            this.config.home.is_some_and(Home::is_here),
            "Local tasks can only be spawned on a LocalRuntime from the thread the runtime was \
             created on"
        );
        // SAFETY: this is the home of the runtime. No other thread runs or ends its tasks, since
        // its owner, who alone drives it and ends it, cannot leave this thread.
        unsafe { Self::spawn_unchecked(this, future, at) }
    }

    /// Spawns `future`.
    ///
    /// # Safety
    ///
    /// If the future or its output is not `Send`, only this thread may run and end tasks.
    #[inline]
    unsafe fn spawn_unchecked<F>(
        this: &Arc<Self>,
        future: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
    {
        let owner = OwnerRef::new(this.clone());
        // SAFETY: passed on to the caller.
        let (task, handle) = unsafe { spawn_cell(future, owner, at) };
        this.config.hooks.spawned(&task);
        current::with_core(this, |core| match core {
            Some(core) => {
                core.counters().spawned.add(1);
                if core.is_closed() { discard(task) } else { core.schedule(task) }
            }
            None => {
                this.outside_counters.spawned.add_shared(1);
                if let Err(task) = Shared::inject(this, task) {
                    discard(task);
                }
            }
        });
        handle
    }

    /// Runs `closure`, which may block, on a thread of the pool, for the source line `at`.
    ///
    /// # Panics
    ///
    /// If there is no such thread, since the operating system refuses one.
    #[track_caller]
    pub(crate) fn spawn_blocking<F, R>(
        this: &Arc<Self>,
        closure: F,
        at: &'static Location<'static>,
    ) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        match Pool::spawn(&this.pool, closure, at) {
            Ok(handle) | Err(Unqueued::Closed(handle)) => handle,
            Err(Unqueued::NoThread(error)) => panic!("OS can't spawn worker thread: {error}"),
        }
    }
}
