//! What the builder decides.

use super::histogram::Buckets;
use super::home::Home;
use crate::engine::blocking;
use crate::engine::task::{Id, Task};
use crate::shim::Arc;
use crate::util::quietly::quietly;
use crate::util::rng::Seed;
use std::panic::Location;

/// A user's callback.
pub(crate) type Hook = Arc<Box<dyn Fn() + Send + Sync>>;

/// A user's callback about one task.
pub(crate) type TaskHook = Arc<Box<dyn Fn(Id, &'static Location<'static>) + Send + Sync>>;

/// What the builder decides.
#[derive(Clone)]
pub(crate) struct Config {
    /// Polls between two looks at the operating system.
    pub(crate) event_interval: u32,
    /// Polls between two looks at the ring while the lane has work; none if a loop is to find out
    /// how many.
    pub(crate) ring_interval: Option<u32>,
    /// The most events that one look at the operating system takes in.
    pub(crate) events_max: usize,
    /// Whether the task that was woken last runs next.
    pub(crate) lifo: bool,
    /// Whether timers fire that are set when a loop ends, instead of being lost.
    pub(crate) timers_fire_at_end: bool,
    pub(crate) io: bool,
    pub(crate) time: bool,
    pub(crate) name: Option<String>,
    /// What all random choices of the runtime follow from, if they are to be repeatable.
    pub(crate) seed: Option<Seed>,
    pub(crate) before_park: Option<Hook>,
    pub(crate) after_unpark: Option<Hook>,
    pub(crate) on_thread_start: Option<Hook>,
    pub(crate) on_thread_stop: Option<Hook>,
    /// The pool of threads for code that blocks, whose threads are named and made as all are.
    pub(crate) pool: blocking::Config,
    /// The one thread that drives the runtime, if its tasks may not leave that.
    pub(crate) home: Option<Home>,
    pub(crate) hooks: TaskHooks,
    /// Whether a panic of a task ends a current-thread runtime.
    pub(crate) end_on_panic: bool,
    /// How the times of polls are counted, if they are.
    pub(crate) poll_times: Option<Buckets>,
}

/// What the user wants to hear of tasks.
#[derive(Clone, Default)]
pub(crate) struct TaskHooks {
    pub(crate) spawn: Option<TaskHook>,
    pub(crate) before_poll: Option<TaskHook>,
    pub(crate) after_poll: Option<TaskHook>,
    pub(crate) end: Option<TaskHook>,
}

/// Calls a hook that is there. The task goes on if it panics.
#[inline]
fn call(hook: &Option<TaskHook>, id: Id, at: &'static Location<'static>) {
    if let Some(hook) = hook {
        call_quietly(hook, id, at);
    }
}

/// Apart from those who call no hook, which most do.
#[cold]
fn call_quietly(hook: &TaskHook, id: Id, at: &'static Location<'static>) {
    quietly(|| hook(id, at));
}

impl TaskHooks {
    #[inline]
    pub(super) fn spawned(&self, task: &Task) {
        call(&self.spawn, task.id(), task.spawned_at());
    }

    /// Whether there is a hook before or after polls.
    pub(super) fn watch_polls(&self) -> bool {
        self.before_poll.is_some() || self.after_poll.is_some()
    }

    /// Runs a task between the hooks; answers whether its future panicked.
    pub(super) fn around_poll(&self, task: Task) -> bool {
        // The task may be gone after the poll.
        let (id, at) = (task.id(), task.spawned_at());
        call(&self.before_poll, id, at);
        let panicked = task.run();
        call(&self.after_poll, id, at);
        panicked
    }

    #[inline]
    pub(super) fn ended(&self, task: &Task) {
        call(&self.end, task.id(), task.spawned_at());
    }
}
