//! A pipe in memory: one direction, bounded, with backpressure.
//!
//! It knows no lock, and wakes nobody: every step answers whose waker is to be woken, which the
//! caller does when nothing is held.

use super::byte_queue::ByteQueue;
use crate::io::ReadBuf;
use std::io::{self, IoSlice};
use std::task::Waker;

/// The pipe, for one task that reads and one that writes.
#[derive(Debug)]
pub(super) struct Pipe {
    bytes: ByteQueue,
    closed: bool,
    /// The reader of an empty pipe, or the writer of a full one: never both, since whoever
    /// changes the one into the other takes the waker.
    waiting: Option<Waker>,
}

/// What a reader or writer got, and the task at the other end, if that has news. `None` if there
/// is nothing to be had yet.
pub(super) type Outcome<T> = Option<(T, Option<Waker>)>;

impl Pipe {
    #[track_caller]
    pub(super) fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "the capacity must be greater than zero: nothing could be written");
        Self { bytes: ByteQueue::new(capacity), closed: false, waiting: None }
    }

    /// Lets the reader see the end, after what is there, and refuses writes from now on.
    pub(super) fn close(&mut self) -> Option<Waker> {
        self.closed = true;
        self.waiting.take()
    }

    #[inline]
    pub(super) fn read(&mut self, buf: &mut ReadBuf<'_>) -> Outcome<()> {
        if self.bytes.is_empty() || buf.remaining() == 0 {
            let ready = self.closed || buf.remaining() == 0;
            return ready.then_some(((), None));
        }
        self.bytes.take(buf);
        Some(((), self.waiting.take()))
    }

    #[inline]
    pub(super) fn write(&mut self, bufs: &[IoSlice<'_>]) -> Outcome<io::Result<usize>> {
        if self.closed {
            return Some((Err(io::ErrorKind::BrokenPipe.into()), None));
        }
        match bufs.iter().map(|buf| self.bytes.put(buf)).sum() {
            0 if bufs.iter().any(|buf| !buf.is_empty()) => None,
            0 => Some((Ok(0), None)),
            n => Some((Ok(n), self.waiting.take())),
        }
    }

    /// Whether `waker` waits already.
    pub(super) fn awaits(&self, waker: &Waker) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.will_wake(waker))
    }

    /// Has `waker` wait; answers what that replaces, which is foreign code to drop.
    #[must_use]
    pub(super) fn wait(&mut self, waker: Waker) -> Option<Waker> {
        self.waiting.replace(waker)
    }
}
