//! A place for a value that is filled once.
//!
//! One permit is the right to fill it. Whoever holds it may give it back, or fill the place and
//! close the permits for good; so "closed" means "filled", and everybody who waits for the right
//! learns of it.

use crate::sync::permits::{Closed, Permits, Refusal};
use std::cell::UnsafeCell;
use std::mem::{self, ManuallyDrop, MaybeUninit};

/// The place. Whoever owns it takes the value out before dropping it: it does not do so by itself.
pub(super) struct Slot<T> {
    /// One, or none and closed.
    permits: Permits,
    /// Written by the holder of the permit, and after it is closed read by everybody.
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: threads share the value once it is there (`Sync`), and it may have been put there by
// another thread than the one that takes it out (`Send`). Closing publishes it.
unsafe impl<T: Send + Sync> Sync for Slot<T> {}

/// The right to fill a [`Slot`]; given back if it is dropped.
pub(super) struct Claim<'a, T>(&'a Slot<T>);

impl<T> Slot<T> {
    pub(super) const fn new() -> Self {
        Self { permits: Permits::new(1), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    pub(super) const fn filled(value: T) -> Self {
        Self { permits: Permits::closed(), value: UnsafeCell::new(MaybeUninit::new(value)) }
    }

    #[inline]
    pub(super) fn is_filled(&self) -> bool {
        self.permits.is_closed()
    }

    #[inline]
    pub(super) fn get(&self) -> Option<&T> {
        // SAFETY: it is filled, and nobody writes to it again but through `&mut self`.
        self.is_filled().then(|| unsafe { (*self.value.get()).assume_init_ref() })
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: it is filled.
        self.is_filled().then(|| unsafe { self.value.get_mut().assume_init_mut() })
    }

    /// Takes the value out, and makes the place as new.
    pub(super) fn take(&mut self) -> Option<T> {
        if !self.is_filled() {
            return None;
        }
        let Self { value, .. } = mem::replace(self, Self::new());
        // SAFETY: it was filled, and was taken out of reach of everybody else.
        Some(unsafe { value.into_inner().assume_init() })
    }

    /// Takes the right to fill it, if nobody has that.
    pub(super) fn try_claim(&self) -> Result<Claim<'_, T>, Refusal> {
        self.permits.try_acquire(1).map(|()| Claim(self))
    }

    /// Waits for the right to fill it, or until it is filled.
    pub(super) async fn claim(&self) -> Result<Claim<'_, T>, Closed> {
        self.permits.acquire(1).await.map(|()| Claim(self))
    }
}

impl<'a, T> Claim<'a, T> {
    /// Fills the place, and tells all who wait.
    pub(super) fn fill(self, value: T) -> &'a T {
        let slot = ManuallyDrop::new(self).0;
        // SAFETY: the claim is the only one, and nobody reads before the place is closed.
        let value: &'a T = unsafe { (*slot.value.get()).write(value) };
        slot.permits.close();
        value
    }
}

impl<T> Drop for Claim<'_, T> {
    fn drop(&mut self) {
        self.0.permits.release(1);
    }
}
