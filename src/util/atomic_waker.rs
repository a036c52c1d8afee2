//! One waker, left by its owner for whoever has news.
//!
//! ```text
//!            register                     register, the same waker again: stays FULL
//!   EMPTY ------------> (BUSY) --> FULL
//!     ^                              |
//!     +-------- (BUSY) <-------------+   take
//! ```
//!
//! Whoever turns the word to BUSY owns the cell until it writes another state. Nobody waits for
//! the owner: a `register` that finds BUSY wakes itself, so that its task looks again; a `take`
//! that finds BUSY leaves it to the other, since a register is always followed by a look at what
//! the news is about.
//!
//! That look is the protocol. The owner registers, then looks; the other makes its news visible,
//! then takes. Both have a `SeqCst` fence between their two steps, so they cannot both miss.

use crate::shim::atomic::{AtomicU8, Ordering, fence};
use crate::shim::{Cell, hint};
use std::fmt;
use std::task::Waker;

/// No waker.
const EMPTY: u8 = 0;
/// A waker to be taken.
const FULL: u8 = 1;
/// Somebody owns the cell.
const BUSY: u8 = 2;

/// A place for one waker, without a lock.
pub(crate) struct AtomicWaker {
    /// Written by whoever owns the cell; FULL publishes the waker, EMPTY hands the cell back.
    state: AtomicU8,
    waker: Cell<Option<Waker>>,
}

// SAFETY: the cell is reached in `replace` and `claim` only, by the thread that has turned `state`
// to BUSY there and not yet to something else; and a waker may move between threads.
unsafe impl Sync for AtomicWaker {}

impl AtomicWaker {
    pub(crate) fn new() -> Self {
        Self { state: AtomicU8::from(EMPTY), waker: Cell::new(None) }
    }

    /// Leaves `waker` in place of the one before.
    ///
    /// Look again at what you wait for after the call, and not only before it. Of two registers
    /// at the same time one wakes itself at once.
    pub(crate) fn register(&self, waker: &Waker) {
        drop(self.replace(waker));
    }

    /// As [`AtomicWaker::register`], and gives the waker before, to be dropped after the look.
    pub(crate) fn replace(&self, waker: &Waker) -> Option<Waker> {
        let mut replaced = None;
        let mut fresh = None;
        // Relaxed: a guess that saves the second round below; it decides nothing.
        if self.state.load(Ordering::Relaxed) == EMPTY {
            fresh = Some(waker.clone());
        }
        loop {
            // Acquire: pairs with the Release of whoever owned the cell before.
            if self.state.swap(BUSY, Ordering::Acquire) == BUSY {
                waker.wake_by_ref();
                // The other one needs a moment.
                hint::spin_loop();
                return replaced;
            }
            // No foreign code in here: a clone or drop that panics must find the cell handed back.
            let mut stored = self.waker.take();
            if !stored.as_ref().is_some_and(|stored| stored.will_wake(waker)) {
                replaced = std::mem::replace(&mut stored, fresh.take()).or(replaced.take());
            }
            let registered = stored.is_some();
            self.waker.set(stored);
            let state = if registered { FULL } else { EMPTY };
            // Release: publishes the cell to the next owner's Acquire.
            self.state.store(state, Ordering::Release);
            if registered {
                break;
            }
            fresh = Some(waker.clone());
        }
        // Pairs with the fence in `take`: the caller's next look sees the news of a taker that
        // did not see FULL.
        fence(Ordering::SeqCst);
        replaced
    }

    /// Wakes and forgets the registered waker.
    ///
    /// Everything written before the call is seen by the look that follows a `register`, unless
    /// that waker is woken.
    #[inline]
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.take() {
            waker.wake();
        }
    }

    /// Takes the registered waker, with the guarantee of [`AtomicWaker::wake`].
    #[inline]
    pub(crate) fn take(&self) -> Option<Waker> {
        // Pairs with the fence in `register`: see there.
        fence(Ordering::SeqCst);
        // Relaxed: the exchange in `claim` is what acquires.
        if self.state.load(Ordering::Relaxed) != FULL {
            return None;
        }
        self.claim()
    }

    fn claim(&self) -> Option<Waker> {
        // Acquire: pairs with the Release in `register`. Relaxed on failure: nothing was claimed.
        self.state.compare_exchange(FULL, BUSY, Ordering::Acquire, Ordering::Relaxed).ok()?;
        let waker = self.waker.take();
        // Release: hands the empty cell to the next `register`.
        self.state.store(EMPTY, Ordering::Release);
        waker
    }
}

impl fmt::Debug for AtomicWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtomicWaker")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::task::{RawWaker, RawWakerVTable, Wake};

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counter() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count(AtomicUsize::new(0)));
        (count.clone(), count.into())
    }

    #[test]
    fn the_last_registered_waker_is_woken_once() {
        let slot = AtomicWaker::new();
        let ((first, first_waker), (second, second_waker)) = (counter(), counter());
        slot.register(&first_waker);
        slot.register(&second_waker);
        slot.register(&second_waker);
        assert_eq!(Arc::strong_count(&first), 2, "a replaced waker is dropped");
        assert_eq!(Arc::strong_count(&second), 3, "the same waker is not cloned again");
        slot.wake();
        slot.wake();
        assert_eq!(first.0.load(Ordering::Relaxed), 0);
        assert_eq!(second.0.load(Ordering::Relaxed), 1);
    }

    /// A waker whose `clone` and `drop` panic while `PANIC` is set.
    fn brittle() -> Waker {
        fn raw() -> RawWaker {
            RawWaker::new(std::ptr::null(), &VTABLE)
        }
        fn check() {
            assert!(!PANIC.get(), "told to panic");
        }
        static VTABLE: RawWakerVTable = RawWakerVTable::new(
            |_| {
                check();
                raw()
            },
            |_| {},
            |_| {},
            |_| check(),
        );
        // SAFETY: the functions do not use the pointer.
        unsafe { Waker::from_raw(raw()) }
    }

    std::thread_local! {
        static PANIC: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }

    fn panics(f: impl FnOnce()) {
        PANIC.set(true);
        let result = catch_unwind(AssertUnwindSafe(f));
        PANIC.set(false);
        result.expect_err("the waker panics");
    }

    #[test]
    fn a_waker_that_panics_in_clone_or_drop_leaves_the_slot_usable() {
        let slot = AtomicWaker::new();
        let (count, waker) = counter();
        let fragile = brittle();

        panics(|| slot.register(&fragile));
        slot.register(&fragile);
        // Replacing it drops the stored one.
        panics(|| slot.register(&waker));
        slot.wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);

        slot.register(&waker);
        panics(|| slot.register(&fragile));
        slot.register(&waker);
        slot.wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
    }
}
