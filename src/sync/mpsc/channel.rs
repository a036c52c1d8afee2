//! What all handles of a channel share.

use super::flow::Flow;
use super::queue::Queue;
use crate::shim::Arc;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::sync::notify::Notify;
use crate::util::atomic_waker::AtomicWaker;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// A channel.
pub(super) struct Channel<T, F> {
    pub(super) queue: Queue<T>,
    pub(super) flow: F,
    /// The receiver, to be woken by whoever fills the slot it waits for, or brings the end.
    pub(super) rx_waker: AtomicWaker,
    /// Tells senders that the receiver has closed.
    pub(super) closed: Notify,
    /// Senders; none comes back once there is none.
    senders: AtomicUsize,
    weak_senders: AtomicUsize,
}

// A panic leaves a channel as it was: the user's code only runs outside of it.
impl<T, F> UnwindSafe for Channel<T, F> {}
impl<T, F> RefUnwindSafe for Channel<T, F> {}

impl<T, F> Channel<T, F> {
    pub(super) fn new(flow: F) -> Arc<Self> {
        Arc::new(Self {
            queue: Queue::new(),
            flow,
            rx_waker: AtomicWaker::new(),
            closed: Notify::new(),
            senders: AtomicUsize::from(0),
            weak_senders: AtomicUsize::from(0),
        })
    }

    /// Sends a value, unless the receiver is gone.
    #[inline]
    pub(super) fn push(&self, value: T) -> Result<(), T> {
        if self.queue.push(value)? {
            self.rx_waker.wake();
        }
        Ok(())
    }

    pub(super) fn senders(&self) -> usize {
        // Acquire: pairs with the Release in `Tx::drop`, with all that was sent before it.
        self.senders.load(Ordering::Acquire)
    }

    pub(super) fn weak_senders(&self) -> usize {
        // Relaxed: a number that publishes nothing.
        self.weak_senders.load(Ordering::Relaxed)
    }

    /// One more sender, unless there is none left.
    fn join(&self) -> bool {
        let join = |senders| (senders > 0).then(|| senders + 1);
        // Relaxed: being one more publishes nothing; the last one to leave does.
        self.senders.fetch_update(Ordering::Relaxed, Ordering::Relaxed, join).is_ok()
    }
}

/// A sender of either kind.
pub(super) struct Tx<T, F>(Arc<Channel<T, F>>);

impl<T, F: Flow> Tx<T, F> {
    /// The first sender of a channel.
    pub(super) fn first(channel: Arc<Channel<T, F>>) -> Self {
        // Relaxed: the handles are not shared yet.
        channel.senders.store(1, Ordering::Relaxed);
        Self(channel)
    }
}

impl<T, F> Tx<T, F> {
    #[inline]
    pub(super) fn channel(&self) -> &Channel<T, F> {
        &self.0
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn downgrade(&self) -> WeakTx<T, F> {
        // Relaxed: a number that publishes nothing.
        self.0.weak_senders.fetch_add(1, Ordering::Relaxed);
        WeakTx(self.0.clone())
    }
}

impl<T, F> Clone for Tx<T, F> {
    fn clone(&self) -> Self {
        // Relaxed: being one more publishes nothing; the last one to leave does.
        self.0.senders.fetch_add(1, Ordering::Relaxed);
        Self(self.0.clone())
    }
}

impl<T, F> Drop for Tx<T, F> {
    fn drop(&mut self) {
        // Release: a receiver that finds no sender finds all that they sent. Acquire: the last one
        // passes on what the others did.
        if self.0.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.rx_waker.wake();
        }
    }
}

/// A sender of either kind that does not keep the channel open.
pub(super) struct WeakTx<T, F>(Arc<Channel<T, F>>);

impl<T, F> WeakTx<T, F> {
    pub(super) fn channel(&self) -> &Channel<T, F> {
        &self.0
    }

    pub(super) fn upgrade(&self) -> Option<Tx<T, F>> {
        self.0.join().then(|| Tx(self.0.clone()))
    }

    /// Counts this one no more; the last call, made by the handle that users see.
    pub(super) fn leave(&self) {
        // Relaxed: a number that publishes nothing.
        self.0.weak_senders.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T, F> Clone for WeakTx<T, F> {
    fn clone(&self) -> Self {
        // Relaxed: a number that publishes nothing.
        self.0.weak_senders.fetch_add(1, Ordering::Relaxed);
        Self(self.0.clone())
    }
}
