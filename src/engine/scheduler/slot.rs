//! Where a loop waits while nobody holds it, with the threads that want it.
//!
//! Threads that are in `block_on` on one current-thread runtime take turns: one holds the loop,
//! the others sleep until it is put back. The word below holds the loop or null, and a tag that
//! says whether somebody waits, so putting a loop back that nobody waits for is one swap.

use crate::shim::atomic::{AtomicPtr, Ordering};
use crate::shim::{Arc, Mutex};
use crate::util::parker::Parker;
use std::collections::VecDeque;
use std::ptr;

/// The tag: somebody waits. Loops are aligned to more than this.
const WAITED: usize = 1;

/// A place for one loop.
pub(super) struct Slot<T> {
    /// The loop, or null while somebody holds it, tagged. Publishes the loop's memory from holder
    /// to holder.
    word: AtomicPtr<T>,
    /// Threads that wait, longest first. The tag says whether it is empty, and changes under it.
    waiters: Mutex<VecDeque<Arc<Parker>>>,
}

// SAFETY: the slot owns a `Box<T>` that moves between threads.
unsafe impl<T: Send> Send for Slot<T> {}
// SAFETY: a `Box<T>` taken out is the taker's alone.
unsafe impl<T: Send> Sync for Slot<T> {}

fn untagged<T>(word: *mut T) -> *mut T {
    word.map_addr(|addr| addr & !WAITED)
}

/// `word` with the tag of `like`.
fn tagged_as<T>(word: *mut T, like: *mut T) -> *mut T {
    word.map_addr(|addr| addr | (like.addr() & WAITED))
}

impl<T> Slot<T> {
    pub(super) fn empty() -> Self {
        const { assert!(align_of::<T>() > WAITED) };
        Self { word: AtomicPtr::new(ptr::null_mut()), waiters: Mutex::new(VecDeque::new()) }
    }

    /// Takes the loop, if it is here.
    pub(super) fn take(&self) -> Option<Box<T>> {
        // Relaxed: the exchange below is what publishes.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            if untagged(word).is_null() {
                return None;
            }
            let held = tagged_as(ptr::null_mut(), word);
            // Acquire pairs with the release in `put`.
            match self.word.compare_exchange(word, held, Ordering::Acquire, Ordering::Relaxed) {
                // SAFETY: it was put here as a box, and the exchange made it ours.
                Ok(_) => return Some(unsafe { Box::from_raw(untagged(word)) }),
                Err(seen) => word = seen,
            }
        }
    }

    /// Puts the loop back, and wakes the thread that has waited longest.
    pub(super) fn put(&self, value: Box<T>) {
        let value = Box::into_raw(value);
        let held = ptr::null_mut();
        // Release pairs with the acquire in `take`. Relaxed on failure: the lock orders the rest.
        let free = self.word.compare_exchange(held, value, Ordering::Release, Ordering::Relaxed);
        if free.is_err() {
            let mut waiters = self.waiters.lock();
            let next = waiters.pop_front();
            let tag = if waiters.is_empty() { 0 } else { WAITED };
            // Release pairs with the acquire in `take`.
            self.word.store(value.map_addr(|addr| addr | tag), Ordering::Release);
            drop(waiters);
            if let Some(next) = next {
                next.unpark();
            }
        }
    }

    /// Asks to be woken when the loop is put back; the caller must try [`Slot::take`] after this.
    pub(super) fn wait(&self, who: &Arc<Parker>) {
        let mut waiters = self.waiters.lock();
        if !waiters.iter().any(|waiter| Arc::ptr_eq(waiter, who)) {
            waiters.push_back(who.clone());
        }
        self.tag(&waiters);
    }

    /// Takes back what [`Slot::wait`] asked for. If a wake-up was on its way, it goes to the next.
    pub(super) fn leave(&self, who: &Arc<Parker>) {
        let mut waiters = self.waiters.lock();
        let before = waiters.len();
        waiters.retain(|waiter| !Arc::ptr_eq(waiter, who));
        let chosen = waiters.len() == before;
        // Relaxed: whether the loop is here is only a reason to wake somebody who will look.
        let here = !untagged(self.word.load(Ordering::Relaxed)).is_null();
        let next = if chosen && here { waiters.pop_front() } else { None };
        self.tag(&waiters);
        drop(waiters);
        if let Some(next) = next {
            next.unpark();
        }
    }

    /// Makes the tag say whether somebody waits.
    fn tag(&self, waiters: &VecDeque<Arc<Parker>>) {
        let tag = if waiters.is_empty() { 0 } else { WAITED };
        // Relaxed: the loop's memory is not looked at, and the exchange keeps its release.
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let next = untagged(word).map_addr(|addr| addr | tag);
            // AcqRel hands on what `put` published, as any exchange of the word must.
            match self.word.compare_exchange(word, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(seen) => word = seen,
            }
        }
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}
