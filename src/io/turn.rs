//! A pinned value that two tasks use in turns, without blocking a thread.
//!
//! ```text
//!         poll_turn             wait_for_turn
//!   FREE -----------> BUSY ----------------> WANTED
//!    ^                 |                       |
//!    +--- drop of `Turn` ------- and wakes ----+
//! ```
//!
//! Whoever turns FREE to BUSY has the value. Whoever finds it BUSY leaves a waker, then turns
//! BUSY to WANTED, so that the one who is done looks for it. A turn is no lock: nobody blocks on
//! it, so foreign code may run meanwhile, and a waker that comes straight back in is told to wait.

use crate::shim::atomic::{AtomicU8, Ordering};
use crate::shim::{Arc, Mutex, UnsafeCell, panicking};
use crate::util::first_panic::FirstPanic;
use std::panic::RefUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

/// Nobody uses the value.
const FREE: u8 = 0;
/// One task uses it.
const BUSY: u8 = 1;
/// One task uses it, and the other has left a waker.
const WANTED: u8 = 2;

/// A value of two tasks. It exists inside an [`Arc`] only, which keeps it in place.
pub(super) struct Turns<T> {
    /// Publishes the changes to the value when it becomes FREE, the waker when it becomes WANTED.
    state: AtomicU8,
    value: UnsafeCell<T>,
    waiting: Mutex<Option<Waker>>,
}

// SAFETY: the value is reached by one thread at a time, the one that turned FREE to BUSY.
unsafe impl<T: Send> Sync for Turns<T> {}

// A panic inside ends the turn as anything else does; what it means for the value is between the
// value and its user, as with a lock that does not know of poison.
impl<T> RefUnwindSafe for Turns<T> {}

/// Exclusive use of the value until dropped.
struct Turn<'a, T>(&'a Turns<T>);

impl<T> Turns<T> {
    pub(super) fn new(value: T) -> Arc<Self> {
        Arc::new(Self {
            state: AtomicU8::from(FREE),
            value: UnsafeCell::new(value),
            waiting: Mutex::new(None),
        })
    }

    /// Runs `act` on the value, once the other task is not using it.
    pub(super) fn poll_with<R>(
        &self,
        cx: &mut Context<'_>,
        act: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let _turn = ready!(self.poll_turn(cx));
        self.value.with_mut(|value| {
            // SAFETY: the turn makes the access exclusive. The value is pinned: `new` puts it on
            // the heap before anybody gets here, nothing moves it out of there but `into_inner`,
            // and that asks for `T: Unpin`.
            act(unsafe { Pin::new_unchecked(&mut *value) }, cx)
        })
    }

    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<Turn<'_, T>> {
        if self.try_turn() { Poll::Ready(Turn(self)) } else { self.wait_for_turn(cx) }
    }

    fn try_turn(&self) -> bool {
        // Acquire: pairs with the swap in the drop of the turn before, for the value. Relaxed:
        // a failure is looked into by `wait_for_turn`.
        self.state.compare_exchange(FREE, BUSY, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[cold]
    fn wait_for_turn(&self, cx: &mut Context<'_>) -> Poll<Turn<'_, T>> {
        let waker = cx.waker().clone();
        let replaced = self.waiting.lock().replace(waker);
        drop(replaced);
        loop {
            // Release: pairs with the swap in the drop of the turn, for the waker. Relaxed: a
            // failure decides nothing but what to try next.
            let wanted =
                self.state.compare_exchange(BUSY, WANTED, Ordering::Release, Ordering::Relaxed);
            match wanted {
                // WANTED already: had the waker of then been taken before we replaced it, the
                // lock around both would let us see the FREE that came before it.
                Ok(_) | Err(WANTED) => return Poll::Pending,
                Err(_) if self.try_turn() => {
                    let unused = self.waiting.lock().take();
                    drop(unused);
                    return Poll::Ready(Turn(self));
                }
                Err(_) => {}
            }
        }
    }
}

impl<T: Unpin> Turns<T> {
    /// Takes the value out, if this is the last reference.
    pub(super) fn into_inner(turns: Arc<Self>) -> Option<T> {
        Some(Arc::try_unwrap(turns).ok()?.value.into_inner())
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        // Release: pairs with `try_turn`, for the value. Acquire: pairs with `wait_for_turn`, for
        // the waker.
        if self.0.state.swap(FREE, Ordering::AcqRel) == WANTED {
            let waker = self.0.waiting.lock().take();
            if let Some(waker) = waker {
                let mut panics = FirstPanic::new();
                panics.run(|| waker.wake());
                if panicking() {
                    // One panic is on its way already: this one would end the process.
                    std::mem::forget(panics);
                } else {
                    panics.resume();
                }
            }
        }
    }
}
