//! The future that waits for the next value of a receiver.

use super::error::RecvError;
use super::shared::{Miss, Shared};
use crate::engine::task::budget;
use crate::util::wait_queue::{Phase, Waiter};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Receives the next value.
    #[must_use = "futures do nothing unless awaited"]
    pub(super) struct Recv<'a, T> {
        shared: &'a Shared<T>,
        next: &'a mut u64,
        // Made when there is nothing to receive, and again each time it was woken for nothing.
        #[pin]
        waiter: Option<Waiter<&'a Shared<T>>>,
    }
}

impl<'a, T> Recv<'a, T> {
    #[inline]
    pub(super) fn new(shared: &'a Shared<T>, next: &'a mut u64) -> Self {
        Self { shared, next, waiter: None }
    }

    /// Waits to be woken; answers `false` if there is something to receive already.
    fn wait(self: Pin<&mut Self>, cx: &Context<'_>) -> bool {
        let mut this = self.project();
        if let Some(waiter) = this.waiter.as_ref().as_pin_ref()
            && waiter.phase() == Phase::Linked
        {
            // Whatever comes unlinks it first.
            return waiter.refresh(cx);
        }
        this.waiter.set(Some(Waiter::new(this.shared, ())));
        // Foreign code, and so before the lock.
        let waker = cx.waker().clone();
        let mut queue = this.shared.queue.lock();
        if this.shared.must_wait(**this.next, &queue)
            && let Some(waiter) = this.waiter.as_ref().as_pin_ref()
        {
            waiter.link(&mut queue, (), Some(waker));
            return true;
        }
        // The lock before the waker, whose drop is foreign code.
        drop(queue);
        drop(waker);
        false
    }
}

impl<T: Clone> Future for Recv<'_, T> {
    type Output = Result<T, RecvError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let charge = ready!(budget::poll_proceed(cx));
        let received = loop {
            let this = self.as_mut().project();
            match this.shared.receive(this.next) {
                Ok(value) => break Ok(value),
                Err(Miss::Closed) => break Err(RecvError::Closed),
                Err(Miss::Lagged(missed)) => break Err(RecvError::Lagged(missed)),
                Err(Miss::Empty | Miss::Busy) => {}
            }
            if self.as_mut().wait(cx) {
                return Poll::Pending;
            }
        };
        charge.made_progress();
        Poll::Ready(received)
    }
}
