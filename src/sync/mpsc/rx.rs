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
    fn parts(&mut self) -> (Head<'_, T>, &F) {
        // SAFETY: there is one receiver, which is borrowed mutably.
        (unsafe { self.0.queue.head() }, &self.0.flow)
    }

    #[inline]
    fn head(&mut self) -> Head<'_, T> {
        self.parts().0
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

    /// Takes the next value after making room for another one, which wakes foreign code: if that
    /// panics, the value is still there.
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let (mut head, flow) = self.parts();
        head.pop_after(|| flow.received(1))
    }

    fn next(&mut self) -> Next<T> {
        self.pop().map_or_else(|| self.next_or_end(), Next::Value)
    }

    fn next_or_end(&mut self) -> Next<T> {
        if !self.is_at_end() {
            return Next::Nothing;
        }
        // What came between the look at the list and the look at the senders.
        self.pop().map_or(Next::End, Next::Value)
    }

    #[inline]
    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let charge = ready!(budget::poll_proceed(cx));
        let mut received = self.pop();
        if received.is_none() {
            received = ready!(self.end_or_wait(cx));
        }
        charge.made_progress();
        Poll::Ready(received)
    }

    /// Waits for the next value or the end, unless one of them has come meanwhile.
    fn end_or_wait(&mut self, cx: &Context<'_>) -> Poll<Option<T>> {
        match self.next_or_end() {
            Next::Nothing => self.0.rx_waker.register(cx.waker()),
            Next::Value(value) => return Poll::Ready(Some(value)),
            Next::End => return Poll::Ready(None),
        }
        loop {
            // The mark makes whoever fills the slot wake. Whoever brings the end does so anyway,
            // and the waker's own protocol makes sure that the look here does not miss it.
            if self.head().await_next() && !self.is_at_end() {
                return Poll::Pending;
            }
            match self.next() {
                // The first block is there, its first slot not yet: mark that.
                Next::Nothing => {}
                Next::Value(value) => return Poll::Ready(Some(value)),
                Next::End => return Poll::Ready(None),
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
                Next::Value(value) => return Ok(value),
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
        let (mut head, flow) = self.parts();
        panics.run(|| flow.close(&mut head));
        panics.run(|| self.0.closed.notify_waiters());
        panics.resume();
    }

    /// Drops the values that nobody receives any more, each even if another one panics.
    ///
    /// No more come behind them, as the list is closed; a sender that has claimed its slot and not
    /// filled it yet is waited for.
    fn drain(&mut self, panics: &mut FirstPanic) {
        while !self.is_empty() {
            panics.run(|| self.pop().map_or_else(thread::yield_now, drop));
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
