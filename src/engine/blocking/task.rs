//! A closure as a task of the pool.

use super::pool::Pool;
use crate::engine::task::{Owner, Task, budget};
use crate::shim::Arc;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs a closure in its one poll.
pub(super) struct Closure<F>(Option<F>);

impl<F> Closure<F> {
    pub(super) fn new(closure: F) -> Self {
        Self(Some(closure))
    }
}

// The closure is moved out before it runs, and never pinned.
impl<F> Unpin for Closure<F> {}

impl<F: FnOnce() -> R, R> Future for Closure<F> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<R> {
        let closure = self.0.take().expect("a closure is done after its one poll");
        // A thread that may block needs no budget, and could not yield if it ran out of it.
        Poll::Ready(budget::unlimited(closure))
    }
}

impl Owner for Pool {
    fn schedule(_: &Arc<Self>, task: Task) {
        // Only a pending poll lets a task be queued again. The reference ends with the task.
        drop(task);
    }

    fn release(_: &Arc<Self>, task: &Task) -> bool {
        // The pool keeps no set of live closures: the reference set aside for it is given up
        // together with the one of the thread that ran the closure.
        std::mem::forget(task.adopt());
        true
    }
}
