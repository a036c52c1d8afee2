//! A value that one thread at a time may use.

use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::{UnsafeCell, thread};

/// Guards a value that is wanted by one thread nearly always, and by another for moments.
pub(super) struct Claim<T> {
    // Set while somebody uses the value, by whoever does. Publishes the value from user to user.
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value moves between threads; one at a time reaches it.
unsafe impl<T: Send> Send for Claim<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Claim<T> {}

/// Gives the claim up when dropped, also on unwind.
struct Release<'a>(&'a AtomicBool);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        // Release pairs with the exchange in `try_with`.
        self.0.store(false, Ordering::Release);
    }
}

impl<T> Claim<T> {
    pub(super) fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Shows the value to `step`, unless another thread uses it.
    pub(super) fn try_with<R>(&self, step: impl FnOnce(&mut T) -> R) -> Option<R> {
        // Acquire pairs with the store in `Release`. Relaxed: nothing is done after a failure.
        self.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).ok()?;
        let _release = Release(&self.taken);
        // SAFETY: who finds the flag clear and sets it is alone with the value until `_release`.
        Some(self.value.with_mut(|value| step(unsafe { &mut *value })))
    }

    /// Shows the value to `step`, after the thread that uses it.
    ///
    /// Only for who wants it nearly always: others use it for moments.
    pub(super) fn with<R>(&self, step: impl FnOnce(&mut T) -> R) -> R {
        let mut step = Some(step);
        loop {
            let done = self.try_with(|value| step.take().map(|step| step(value)));
            if let Some(Some(result)) = done {
                return result;
            }
            thread::yield_now();
        }
    }
}
