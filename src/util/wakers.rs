//! A batch of wakers, collected under a lock and woken after it is released.
//!
//! A waker is foreign code: it may panic, take locks, or come straight back into the structure it
//! was stored in. So nothing of ours is ever held across a wake, and a waker that panics does not
//! keep the rest of its batch asleep.

use std::mem::MaybeUninit;
use std::task::Waker;

/// How many wakers one batch holds.
const CAPACITY: usize = 32;

/// A bounded batch of wakers, kept on the stack.
pub(crate) struct Wakers {
    slots: [MaybeUninit<Waker>; CAPACITY],
    // Slots `first..last` are initialised.
    first: usize,
    last: usize,
}

impl Wakers {
    pub(crate) const fn new() -> Self {
        Self { slots: [const { MaybeUninit::uninit() }; CAPACITY], first: 0, last: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first == self.last
    }

    pub(crate) fn is_full(&self) -> bool {
        self.last == CAPACITY
    }

    /// Adds a waker; the caller has seen that the batch is not full.
    pub(crate) fn push(&mut self, waker: Waker) {
        self.slots[self.last].write(waker);
        self.last += 1;
    }

    /// Wakes all, in the order they were added, and leaves the batch empty.
    ///
    /// Call it with no lock held.
    ///
    /// # Panics
    ///
    /// If a waker panics, after all others have been woken.
    pub(crate) fn wake_all(&mut self) {
        // Unwinding out of `wake` drops this guard, which goes on with the rest.
        struct Rest<'a>(&'a mut Wakers);
        impl Drop for Rest<'_> {
            fn drop(&mut self) {
                if !self.0.is_empty() {
                    self.0.wake_all();
                }
                self.0.first = 0;
                self.0.last = 0;
            }
        }
        let rest = Rest(self);
        while let Some(waker) = rest.0.take() {
            waker.wake();
        }
    }

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
    fn drop(&mut self) {
        while let Some(waker) = self.take() {
            drop(waker);
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
            assert_ne!(self.0, 1, "the second waker panics");
        }
    }

    #[test]
    fn a_panicking_waker_does_not_keep_the_rest_asleep() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let mut batch = Wakers::new();
        for i in 0..4 {
            batch.push(Arc::new(Note(i, woken.clone())).into());
        }
        catch_unwind(AssertUnwindSafe(|| batch.wake_all())).unwrap_err();
        assert_eq!(*woken.lock().unwrap(), [0, 1, 2, 3]);
        assert!(batch.is_empty() && !batch.is_full(), "the batch can be filled again");
    }

    #[test]
    fn a_dropped_batch_drops_its_wakers() {
        let woken = Arc::new(Mutex::new(Vec::new()));
        let mut batch = Wakers::new();
        batch.push(Arc::new(Note(0, woken.clone())).into());
        drop(batch);
        assert_eq!(Arc::strong_count(&woken), 1);
        assert!(woken.lock().unwrap().is_empty());
    }
}
