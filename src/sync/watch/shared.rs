//! What all handles of a watch channel share.

use super::version::{Current, Snapshot};
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{RwLock, RwLockReadGuard};
use crate::sync::notify::Notify;

/// A watch channel.
pub(super) struct Shared<T> {
    value: RwLock<T>,
    /// The number of the value.
    current: Current,
    /// Calls the receivers when the value changes or the last sender goes.
    pub(super) changed: Notify,
    /// Calls the senders when the last receiver goes.
    pub(super) abandoned: Notify,
    senders: AtomicUsize,
    receivers: AtomicUsize,
}

impl<T> Shared<T> {
    /// A channel with one sender, and without a receiver.
    pub(super) fn new(value: T) -> Self {
        Self {
            value: RwLock::new(value),
            current: Current::new(),
            changed: Notify::new(),
            abandoned: Notify::new(),
            senders: AtomicUsize::from(1),
            receivers: AtomicUsize::from(0),
        }
    }

    #[inline]
    pub(super) fn now(&self) -> Snapshot {
        self.current.load()
    }

    /// The value, locked, with its number.
    #[inline]
    pub(super) fn read(&self) -> (RwLockReadGuard<'_, T>, Snapshot) {
        let value = self.value.read();
        let now = self.now();
        (value, now)
    }

    /// Lets `modify` work on the value, and tells the receivers if it answers that it has changed.
    ///
    /// `modify` is the user's: if it panics, the lock is released and nobody is told.
    #[inline]
    pub(super) fn modify(&self, modify: impl FnOnce(&mut T) -> bool) -> bool {
        let mut value = self.value.write();
        if !modify(&mut value) {
            return false;
        }
        self.current.step();
        drop(value);
        self.changed.notify_waiters();
        true
    }

    pub(super) fn senders(&self) -> usize {
        // Relaxed: a number that publishes nothing.
        self.senders.load(Ordering::Relaxed)
    }

    pub(super) fn add_sender(&self) {
        // Relaxed: being one more publishes nothing.
        self.senders.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_sender(&self) {
        // AcqRel: the last one passes on what the others did.
        if self.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.current.close();
            self.changed.notify_waiters();
        }
    }

    pub(super) fn receivers(&self) -> usize {
        // Acquire: pairs with the Release in `remove_receiver`.
        self.receivers.load(Ordering::Acquire)
    }

    pub(super) fn add_receiver(&self) {
        // Relaxed: being one more publishes nothing.
        self.receivers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_receiver(&self) {
        // Release: a sender that finds no receiver sees what they did. Acquire: the last one passes
        // on what the others did.
        if self.receivers.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.abandoned.notify_waiters();
        }
    }
}
