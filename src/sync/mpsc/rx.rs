//! A receiver of either kind.

use super::channel::Channel;
use super::error::TryRecvError;
use super::flow::Flow;
use super::queue::Head;
use crate::engine::task::budget;
use crate::shim::{Arc, thread};
use crate::util::first_panic::FirstPanic;
use std::task::{Context, Poll, ready};

/// The only receiver of a channel.
pub(super) struct Rx<T, F: Flow>(Arc<Channel<T, F>>);

/// What the receiver finds.
enum Next<T> {
    Value(T),
    /// Nothing at the moment.
    Nothing,
    /// Nothing for good.
    End,
}

impl<T, F: Flow> Rx<T, F> {
    /// The receiver of a new channel.
    pub(super) fn only(channel: Arc<Channel<T, F>>) -> Self {
        Self(channel)
    }

    pub(super) fn channel(&self) -> &Channel<T, F> {
        &self.0
    }

    #[inline]
    fn head(&mut self) -> Head<'_, T> {
        // SAFETY: there is one receiver, which is borrowed mutably.
        unsafe { self.0.queue.head() }
    }

    /// The head, to look at only.
    fn view(&self) -> Head<'_, T> {
        // SAFETY: this is the receiver; the callers, all in this file, use `&` methods only.
        unsafe { self.0.queue.head() }
    }

    pub(super) fn len(&self) -> usize {
        self.view().len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// Whether no more values come once those that are there were received.
    fn is_at_end(&self) -> bool {
        self.0.senders() == 0 || self.0.flow.is_idle(&self.view())
    }

    #[inline]
    fn next(&mut self) -> Next<T> {
        match self.head().pop() {
            Some(value) => Next::Value(value),
            None => self.next_or_end(),
        }
    }

    fn next_or_end(&mut self) -> Next<T> {
        if !self.is_at_end() {
            return Next::Nothing;
        }
        // What came between the look at the list and the look at the senders.
        self.head().pop().map_or(Next::End, Next::Value)
    }

    #[inline]
    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let charge = ready!(budget::poll_proceed(cx));
        let mut next = self.next();
        if let Next::Nothing = next {
            next = self.register(cx);
        }
        let received = match next {
            Next::Nothing => return Poll::Pending,
            Next::Value(value) => Some(value),
            Next::End => None,
        };
        charge.made_progress();
        if received.is_some() {
            self.0.flow.received(1);
        }
        Poll::Ready(received)
    }

    /// Waits for the next value or the end, unless one of them has come meanwhile.
    fn register(&mut self, cx: &Context<'_>) -> Next<T> {
        self.0.rx_waker.register(cx.waker());
        loop {
            // The mark makes whoever fills the slot wake. Whoever brings the end does so anyway,
            // and the waker's own protocol makes sure that the look here does not miss it.
            if self.head().await_next() && !self.is_at_end() {
                return Next::Nothing;
            }
            match self.next() {
                // The first block is there, its first slot not yet: mark that.
                Next::Nothing => {}
                found => return found,
            }
        }
    }

    pub(super) fn poll_recv_many(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        if limit == 0 {
            return Poll::Ready(0);
        }
        let first = match ready!(self.poll_recv(cx)) {
            Some(first) => first,
            None => return Poll::Ready(0),
        };
        buffer.push(first);
        let before = buffer.len();
        let mut head = self.head();
        while buffer.len() - before < limit - 1 {
            let Some(value) = head.pop() else { break };
            buffer.push(value);
        }
        let more = buffer.len() - before;
        if more > 0 {
            self.0.flow.received(more);
        }
        Poll::Ready(1 + more)
    }

    pub(super) fn try_recv(&mut self) -> Result<T, TryRecvError> {
        loop {
            match self.next() {
                Next::Value(value) => {
                    self.0.flow.received(1);
                    return Ok(value);
                }
                Next::End => return Err(TryRecvError::Disconnected),
                Next::Nothing if self.is_empty() => return Err(TryRecvError::Empty),
                // The next sender has claimed its slot, but not filled it yet; those behind it may
                // be done, so "empty" would be a lie.
                Next::Nothing => thread::yield_now(),
            }
        }
    }

    /// Refuses new values.
    pub(super) fn close(&mut self) {
        let mut panics = FirstPanic::new();
        // SAFETY: there is one receiver, which is borrowed mutably.
        panics.run(|| self.0.flow.close(&mut unsafe { self.0.queue.head() }));
        panics.run(|| self.0.closed.notify_waiters());
        panics.resume();
    }

    /// Drops the values that nobody receives any more, each even if another one panics.
    fn drain(&mut self, panics: &mut FirstPanic) {
        while let Some(value) = self.head().pop() {
            panics.run(|| drop(value));
            panics.run(|| self.0.flow.received(1));
        }
    }
}

impl<T, F: Flow> Drop for Rx<T, F> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::new();
        panics.run(|| self.close());
        // Those who hold a permit may still come: refuse their values, too.
        self.head().close();
        panics.run(|| drop(self.0.rx_waker.take()));
        self.drain(&mut panics);
        panics.resume();
    }
}
