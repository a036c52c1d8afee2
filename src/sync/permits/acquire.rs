//! The future that waits for permits.

use super::Permits;
use crate::engine::task::budget;
use crate::util::wait_queue::{Phase, Waiter};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// There are no more permits to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sync) struct Closed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Holds nothing and waits for nothing.
    Idle,
    /// Has queued; the queue's note says how many permits it misses.
    Queued,
    /// Holds all permits, but has no budget to go on with them.
    Held,
}

pin_project! {
    /// Waits for a number of permits; what it has got goes back if it is dropped before.
    #[must_use = "futures do nothing unless awaited"]
    pub(in crate::sync) struct Acquire<'a> {
        #[pin]
        waiter: Waiter<&'a Permits>,
        count: usize,
        stage: Stage,
    }

    impl PinnedDrop for Acquire<'_> {
        fn drop(this: Pin<&mut Self>) {
            if this.stage != Stage::Idle {
                this.give_up();
            }
        }
    }
}

impl<'a> Acquire<'a> {
    pub(super) fn new(permits: &'a Permits, count: usize) -> Self {
        Self { waiter: Waiter::new(permits, 0), count, stage: Stage::Idle }
    }

    /// Gets hold of the permits, or a place in the queue.
    fn obtain(mut self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        match self.stage {
            Stage::Held => Poll::Ready(Ok(())),
            Stage::Queued => self.as_mut().wait(cx),
            Stage::Idle => self.as_mut().line_up(cx),
        }
    }

    fn line_up(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        // Foreign code, and so before the lock.
        let waker = cx.waker().clone();
        let this = self.project();
        let waiter = this.waiter.as_ref();
        let mut queue = waiter.home().queue.lock();
        let missing = waiter.home().line_up(&queue, *this.count);
        if let Ok(missing @ 1..) = missing {
            waiter.link(&mut queue, missing, Some(waker));
            *this.stage = Stage::Queued;
            return Poll::Pending;
        }
        // The lock before the waker, whose drop is foreign code.
        drop(queue);
        Poll::Ready(missing.map(drop))
    }

    fn wait(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Result<(), Closed>> {
        let waiter = self.as_ref().project_ref().waiter;
        if waiter.phase() == Phase::Linked && waiter.refresh(cx) {
            return Poll::Pending;
        }
        if waiter.home().is_closed() {
            // With or without all permits: nobody goes on after the end.
            self.give_up();
            return Poll::Ready(Err(Closed));
        }
        *self.project().stage = Stage::Held;
        Poll::Ready(Ok(()))
    }

    /// Leaves the queue, and gives back what it has got so far.
    fn give_up(self: Pin<&mut Self>) {
        let this = self.project();
        let waiter = this.waiter.as_ref();
        let permits = *waiter.home();
        let mut missing = 0;
        let mut waker = None;
        if std::mem::replace(this.stage, Stage::Idle) == Stage::Queued {
            let mut queue = permits.queue.lock();
            missing = waiter.note(&queue);
            waker = waiter.unlink(&mut queue);
            permits.settle(&queue);
        }
        if missing < *this.count {
            permits.release(*this.count - missing);
        }
        drop(waker);
    }
}

impl Future for Acquire<'_> {
    type Output = Result<(), Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(self.as_mut().obtain(cx));
        // Last, so that a task without budget keeps its place in the queue.
        let Poll::Ready(charge) = budget::poll_proceed(cx) else {
            if outcome.is_ok() {
                *self.project().stage = Stage::Held;
            }
            return Poll::Pending;
        };
        charge.made_progress();
        *self.project().stage = Stage::Idle;
        Poll::Ready(outcome)
    }
}
