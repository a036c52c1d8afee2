//! Bytes read ahead, waiting to be passed on.

use crate::io::{AsyncRead, ReadBuf};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A buffer of fixed size that is filled at its end and used up from its front.
#[derive(Debug)]
pub(super) struct Window {
    // Initialised once, so that no reader ever has to do it again.
    bytes: Box<[u8]>,
    // `start..end` waits.
    start: usize,
    end: usize,
}

impl Window {
    pub(super) fn new(capacity: usize) -> Self {
        Self { bytes: vec![0; capacity].into_boxed_slice(), start: 0, end: 0 }
    }

    pub(super) fn capacity(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn waiting(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether there is no room behind the bytes that wait.
    pub(super) fn is_full(&self) -> bool {
        self.start < self.end && self.end == self.bytes.len()
    }

    /// Uses up the first `n` bytes, or all if they are fewer.
    pub(super) fn consume(&mut self, n: usize) {
        self.start = self.end.min(self.start.saturating_add(n));
    }

    pub(super) fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    /// Reads once into the room behind the bytes that wait; gives how many came.
    pub(super) fn poll_fill<R: AsyncRead + ?Sized>(
        &mut self,
        reader: Pin<&mut R>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.is_empty() {
            self.clear();
        }
        let mut room = ReadBuf::new(&mut self.bytes[self.end..]);
        ready!(room.fill_at_most(usize::MAX, |room| reader.poll_read(cx, room)))?;
        let n = room.filled().len();
        self.end += n;
        Poll::Ready(Ok(n))
    }
}
