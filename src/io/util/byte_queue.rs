//! Bytes that leave in the order they came, in one piece of memory.

use crate::io::ReadBuf;

/// A queue of bytes, at most so many at a time.
#[derive(Debug)]
pub(super) struct ByteQueue {
    // What was taken stays in front, up to `start`, until the room is needed.
    bytes: Vec<u8>,
    start: usize,
    limit: usize,
}

impl ByteQueue {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, limit }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        // What was taken to the last byte is cleared away.
        self.bytes.is_empty()
    }

    fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Puts in as much of `bytes` as the limit allows, and says how much that was.
    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(self.limit - self.len());
        if self.bytes.capacity() - self.bytes.len() < n {
            self.make_room(n);
        }
        self.bytes.extend_from_slice(&bytes[..n]);
        n
    }

    /// Moves as much into `buf` as it has room for.
    #[inline]
    pub(super) fn take(&mut self, buf: &mut ReadBuf<'_>) {
        let n = self.len().min(buf.remaining());
        let end = self.start + n;
        buf.put_slice(&self.bytes[self.start..end]);
        self.start = end;
        if end == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
    }

    /// Makes room for `n` more, so that a byte is moved about twice in its life at most.
    #[cold]
    fn make_room(&mut self, n: usize) {
        if self.start >= self.len() {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        // Doubled as any vector, up to where the lines above always find enough to throw out.
        let needed = self.bytes.len() + n;
        let roomy = needed.max(self.bytes.capacity().saturating_mul(2));
        let most = self.limit.saturating_mul(2);
        self.bytes.reserve_exact(roomy.min(most).max(needed) - self.bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(queue: &mut ByteQueue, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; most];
        let mut buf = ReadBuf::new(&mut bytes);
        queue.take(&mut buf);
        buf.filled().to_vec()
    }

    #[test]
    fn bytes_leave_in_the_order_they_came() {
        let mut queue = ByteQueue::new(100);
        let (mut sent, mut received) = (0u32..10_000, Vec::new());
        for round in 0usize.. {
            let bytes: Vec<u8> = sent.by_ref().take(1 + round % 7).map(|i| i as u8).collect();
            if bytes.is_empty() {
                break;
            }
            assert_eq!(queue.put(&bytes), bytes.len());
            received.extend(take(&mut queue, round % 13));
        }
        received.extend(take(&mut queue, 100));
        assert_eq!(received, (0u32..10_000).map(|i| i as u8).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_goes_in_than_the_limit() {
        let mut queue = ByteQueue::new(10);
        assert_eq!(queue.put(&[1; 8]), 8);
        assert_eq!(queue.put(&[2; 8]), 2);
        assert_eq!(queue.put(&[3; 8]), 0);
        assert_eq!(take(&mut queue, 4), [1; 4]);
        assert_eq!(queue.put(&[4; 8]), 4);
        assert_eq!(take(&mut queue, 20), [1, 1, 1, 1, 2, 2, 4, 4, 4, 4]);
    }

    #[test]
    fn a_queue_that_is_never_empty_does_not_grow_for_ever() {
        let mut queue = ByteQueue::new(1000);
        queue.put(&[0; 990]);
        for _ in 0..10_000 {
            assert_eq!(queue.put(&[0; 10]), 10);
            take(&mut queue, 10);
        }
        assert!(queue.bytes.capacity() <= 2000);
    }
}
