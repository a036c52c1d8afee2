//! What the two kinds of channel do differently: who may send, when the end is reached.

use super::queue::Head;
use crate::sync::permits::Permits;

/// How a channel limits its senders.
pub(super) trait Flow {
    /// Makes room for `count` more values, after as many were received.
    fn received(&self, count: usize);

    /// Refuses all who have not begun to send.
    fn close<T>(&self, head: &mut Head<'_, T>);

    /// Whether nobody sends any more, once it is closed.
    fn is_idle<T>(&self, head: &Head<'_, T>) -> bool;
}

/// As many values at a time as there are permits.
pub(super) struct Bounded {
    pub(super) permits: Permits,
    pub(super) bound: usize,
}

/// As many values as there is memory.
pub(super) struct Unbounded;

impl Bounded {
    /// Whether a closed channel has got all of its permits back.
    pub(super) fn is_over(&self) -> bool {
        self.permits.is_closed() && self.permits.free() == self.bound
    }
}

impl Flow for Bounded {
    #[inline]
    fn received(&self, count: usize) {
        self.permits.release(count);
    }

    fn close<T>(&self, _: &mut Head<'_, T>) {
        self.permits.close();
    }

    fn is_idle<T>(&self, _: &Head<'_, T>) -> bool {
        self.is_over()
    }
}

impl Flow for Unbounded {
    #[inline]
    fn received(&self, _: usize) {}

    fn close<T>(&self, head: &mut Head<'_, T>) {
        head.close();
    }

    fn is_idle<T>(&self, head: &Head<'_, T>) -> bool {
        head.is_closed() && head.is_empty()
    }
}
