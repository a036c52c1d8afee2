//! A batch of wakers that is collected under a lock, to be woken after it is released.
//!
//! A waker is foreign code: it may panic, take locks, or come straight back into the structure it
//! was stored in. So nothing of ours is ever held across a wake, and a waker that panics does not
//! keep the rest of its batch asleep.

use crate::util::first_panic::FirstPanic;
use std::mem::MaybeUninit;
use std::task::Waker;

/// How many wakers a batch holds without an allocation.
const CAPACITY: usize = 32;

/// A batch of wakers: the first few on the stack, the rest of a large crowd on the heap.
pub(crate) struct Wakers {
    slots: [MaybeUninit<Waker>; CAPACITY],
    // Slots `first..last` are initialised.
    first: usize,
    last: usize,
    more: Vec<Waker>,
}

impl Wakers {
    pub(crate) const fn new() -> Self {
        let slots = [const { MaybeUninit::uninit() }; CAPACITY];
        Self { slots, first: 0, last: 0, more: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first == self.last
    }

    /// Whether the next waker would cost an allocation.
    pub(crate) fn is_full(&self) -> bool {
        self.last == CAPACITY
    }

    /// Adds a waker behind all others.
    #[inline]
    pub(crate) fn push(&mut self, waker: Waker) {
        if self.is_full() {
            self.more.push(waker);
        } else {
            self.slots[self.last].write(waker);
            self.last += 1;
        }
    }

    /// Wakes all, in the order they were added, and leaves the batch empty.
    ///
    /// Call it with no lock held.
    ///
    /// # Panics
    ///
    /// If a waker panics, after all others have been woken; the first panic is the one that goes on.
    #[inline]
    pub(crate) fn wake_all(&mut self) {
        match self.last - self.first {
            0 => {}
            // Nobody stands behind a single waker, so its panic may go straight through.
            1 => {
                let waker = self.take();
                self.first = 0;
                self.last = 0;
                if let Some(waker) = waker {
                    waker.wake();
                }
            }
            _ => self.wake_many(),
        }
    }

    #[cold]
    fn wake_many(&mut self) {
        let mut panics = FirstPanic::new();
        while let Some(waker) = self.take() {
            panics.run(|| waker.wake());
        }
        self.first = 0;
        self.last = 0;
        for waker in std::mem::take(&mut self.more) {
            panics.run(|| waker.wake());
        }
        panics.resume();
    }

    #[cold]
    fn drop_all(&mut self) {
        while let Some(waker) = self.take() {
            drop(waker);
        }
    }

    #[inline]
    fn take(&mut self) -> Option<Waker> {
        if self.is_empty() {
            return None;
        }
        let at = self.first;
        self.first += 1;
        // SAFETY: `first..last` is initialised, and the step above takes `at` out of that range.
        Some(unsafe { self.slots[at].assume_init_read() })
    }
}

impl Drop for Wakers {
    #[inline]
    fn drop(&mut self) {
        if !self.is_empty() {
            self.drop_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::Mutex;
    use std::task::Wake;

    struct Note(usize, Arc<Mutex<Vec<usize>>>);

    impl Wake for Note {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().push(self.0);
            if self.0 % 10 == 1 {
                std::panic::panic_any(self.0);
            }
        }
    }

    #[test]
    fn panicking_wakers_do_not_keep_the_rest_asleep() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let mut batch = Wakers::new();
        // Beyond the slots on the stack, with several that panic.
        for i in 0..50 {
            batch.push(Arc::new(Note(i, woken.clone())).into());
        }
        let panic = catch_unwind(AssertUnwindSafe(|| batch.wake_all())).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&1_usize), "the first panic goes on");
        assert_eq!(*woken.lock().unwrap(), (0..50).collect::<Vec<_>>());
        assert!(batch.is_empty() && !batch.is_full(), "the batch can be filled again");
    }

    #[test]
    fn a_single_panicking_waker_leaves_the_batch_usable() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let mut batch = Wakers::new();
        // One for each slot, which are all to be free again.
        for _ in 0..CAPACITY {
            batch.push(Arc::new(Note(1, woken.clone())).into());
            catch_unwind(AssertUnwindSafe(|| batch.wake_all())).unwrap_err();
        }
        assert!(batch.is_empty() && !batch.is_full());
        batch.push(Arc::new(Note(2, woken.clone())).into());
        batch.wake_all();
        assert_eq!(woken.lock().unwrap()[CAPACITY..], [2]);
    }

    #[test]
    fn a_dropped_batch_drops_its_wakers() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let mut batch = Wakers::new();
        for i in 0..40 {
            batch.push(Arc::new(Note(i, woken.clone())).into());
        }
        drop(batch);
        assert_eq!(Arc::strong_count(&woken), 1);
        assert!(woken.lock().unwrap().is_empty());
    }
}
