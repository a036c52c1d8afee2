//! What all handles of a broadcast channel share.
//!
//! Values are counted from the first one sent; a value's number is its position. The channel has a
//! slot for each of the latest positions, which points to the cell with the value. Senders take
//! turns under the lock of the queue of waiting receivers, so whoever holds it finds all slots as
//! they should be. Receivers do without: they find their value by its position, claim it, clone it,
//! and go on. Only where they find nothing they look at the tail, and wait under the lock.
//!
//! ```text
//!   positions   ... 4   5   6   7 | 8        tail = 8, room for 4 values
//!                   ^       ^       ^
//!     a receiver at 3:      a receiver      one that waits,
//!     has missed one        with two        or finds the end
//!                           to come
//! ```
//!
//! A value goes when the last receiver that it is owed to has cloned it or has left, or when it is
//! overwritten. Clones are made with the claim of one cell held, and nothing else: a sender that
//! comes to that cell meanwhile uses another one. Destructors run with nothing held.

use super::cell::{Cell, Claim, Leftover, Refusal};
use super::spares::Spares;
use super::word::MAX_RECEIVERS;
use crate::shim::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use crate::shim::{Mutex, SPINS, hint};
use crate::sync::notify::Notify;
use crate::util::first_panic::FirstPanic;
use crate::util::wait_queue::{Home, Locked, WaitQueue};
use crate::util::wakers::Wakers;
use std::mem;
use std::ptr::{self, NonNull};

/// How many values a leaving receiver gives up at a time.
const BATCH: u64 = 32;

/// A broadcast channel.
pub(super) struct Shared<T> {
    /// Changed under the lock; publishes the cell.
    slots: Box<[AtomicPtr<Cell<T>>]>,
    /// The position of the next value. Changed under the lock, before the value can be seen.
    tail: AtomicU64,
    /// Receivers that wait. Its lock is the lock of the channel.
    pub(super) queue: WaitQueue<()>,
    /// Changed under the lock.
    receivers: AtomicUsize,
    senders: AtomicUsize,
    weak_senders: AtomicUsize,
    /// Calls the senders when the last receiver goes.
    pub(super) abandoned: Notify,
    /// Owns all cells, so it says which threads a channel may go to.
    spares: Mutex<Spares<T>>,
}

// SAFETY: a reference always leads to the same queue, which stays in place while it is borrowed.
unsafe impl<T> Home for &Shared<T> {
    type Note = ();
    fn queue(&self) -> &WaitQueue<()> {
        &self.queue
    }
}

/// Why nothing was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// There is nothing new.
    Empty,
    /// There is nothing new, and never will be.
    Closed,
    /// So many values were overwritten; the position is that of the oldest now.
    Lagged(u64),
    /// Another receiver is at the value.
    Busy,
}

impl<T> Shared<T> {
    /// A channel with one sender and no receiver, which keeps `capacity` values, a power of two.
    pub(super) fn new(capacity: usize) -> Self {
        debug_assert!(capacity.is_power_of_two());
        Self {
            slots: (0..capacity).map(|_| AtomicPtr::from(ptr::null_mut())).collect(),
            tail: AtomicU64::from(0),
            queue: WaitQueue::new(),
            receivers: AtomicUsize::from(0),
            senders: AtomicUsize::from(1),
            weak_senders: AtomicUsize::from(0),
            abandoned: Notify::new(),
            spares: Mutex::new(Spares::new()),
        }
    }

    #[inline]
    fn capacity(&self) -> u64 {
        self.slots.len() as u64
    }

    /// The position of the next value.
    #[inline]
    pub(super) fn tail(&self) -> u64 {
        // Acquire: who sees the end of the senders sees all that they sent.
        self.tail.load(Ordering::Acquire)
    }

    #[inline]
    fn slot(&self, position: u64) -> &AtomicPtr<Cell<T>> {
        // The cut leaves the lower bits, which are all that counts.
        #[allow(clippy::cast_possible_truncation)]
        let at = position as usize & (self.slots.len() - 1);
        &self.slots[at]
    }

    /// The cell that has, had or will have the value of `position`.
    #[inline]
    fn cell(&self, position: u64) -> Option<&Cell<T>> {
        // Acquire: pairs with the Release in `place`.
        let cell = self.slot(position).load(Ordering::Acquire);
        // SAFETY: null, or a cell that lives as long as the channel.
        unsafe { cell.as_ref() }
    }

    /// Sends a value to all receivers; answers how many they are.
    pub(super) fn send(&self, value: T) -> Result<usize, T> {
        let mut wakers = Wakers::new();
        let mut queue = self.queue.lock();
        // Relaxed: changed under the lock.
        let receivers = self.receivers.load(Ordering::Relaxed);
        if receivers == 0 {
            return Err(value);
        }
        let old = self.place(value, receivers);
        while queue.pop_front(&mut wakers) {}
        drop(queue);
        if old.is_none() {
            // The common case: one piece of foreign code, with nothing behind it.
            wakers.wake_all();
            return Ok(receivers);
        }
        let mut panics = FirstPanic::new();
        panics.run(|| wakers.wake_all());
        panics.run(|| drop(old));
        panics.resume();
        Ok(receivers)
    }

    /// Puts a value at the tail, under the lock; returns the one that has to go.
    #[inline]
    fn place(&self, value: T, receivers: usize) -> Option<T> {
        // Relaxed: changed under the lock.
        let position = self.tail.load(Ordering::Relaxed);
        // Release: pairs with the Acquire in `tail`.
        let announce = || self.tail.store(position + 1, Ordering::Release);
        match self.cell(position) {
            Some(cell) => match cell.overwrite(position, value, receivers, announce) {
                Ok(old) => return old,
                Err(value) => self.place_elsewhere(position, value, receivers, announce),
            },
            None => self.place_elsewhere(position, value, receivers, announce),
        }
        None
    }

    #[cold]
    fn place_elsewhere(&self, position: u64, mut value: T, receivers: usize, announce: impl Fn()) {
        loop {
            let cell = self.spares.lock().take(self.slots.len());
            // SAFETY: a cell lives as long as the channel.
            match unsafe { cell.as_ref() }.overwrite(position, value, receivers, &announce) {
                Ok(old) => {
                    debug_assert!(old.is_none(), "a spare cell is empty");
                    // Release: pairs with the Acquire in `cell`.
                    return self.slot(position).store(cell.as_ptr(), Ordering::Release);
                }
                // A receiver has looked at it that was too late for the value before; who puts it
                // back when it is done.
                Err(back) => value = back,
            }
        }
    }

    /// Takes the value of `*next` and steps on, or says why not.
    #[inline]
    pub(super) fn receive(&self, next: &mut u64) -> Result<T, Miss>
    where
        T: Clone,
    {
        loop {
            let position = *next;
            if let Some(cell) = self.cell(position)
                && let Some(reading) = self.read(cell, position)?
            {
                // Even if the clone panics.
                *next = position + 1;
                let value = reading.value().clone();
                reading.end();
                return Ok(value);
            }
            if let Some(miss) = self.look_behind(next) {
                return Err(miss);
            }
        }
    }

    /// Claims a value that is owed to the caller, unless the cell has another one.
    #[inline]
    fn read<'a>(
        &'a self,
        cell: &'a Cell<T>,
        position: u64,
    ) -> Result<Option<Reading<'a, T>>, Miss> {
        for _ in 0..SPINS {
            match cell.claim(position) {
                Ok(claim) => return Ok(Some(Reading { shared: self, claim: Some(claim) })),
                Err(Refusal::Elsewhere(claim)) => {
                    if let Some(claim) = claim {
                        self.settle(claim.release(false));
                    }
                    return Ok(None);
                }
                // Most clones are short.
                Err(Refusal::Busy) => hint::spin_loop(),
            }
        }
        Err(Miss::Busy)
    }

    /// Why the value of `*next` is not where it should be; `None` if it is worth another try.
    fn look_behind(&self, next: &mut u64) -> Option<Miss> {
        let tail = self.tail();
        if *next == tail {
            // Acquire: pairs with the Release in `remove_sender`.
            if self.senders.load(Ordering::Acquire) > 0 {
                return Some(Miss::Empty);
            }
            // The last sender may have sent something between the two looks.
            return (self.tail() == tail).then_some(Miss::Closed);
        }
        if let Some(missed) = self.missed(*next, tail) {
            *next += missed;
            return Some(Miss::Lagged(missed));
        }
        // A sender is about to overwrite it, or has only announced it: wait until it is done.
        drop(self.queue.lock());
        None
    }

    fn missed(&self, next: u64, tail: u64) -> Option<u64> {
        (tail - next).checked_sub(self.capacity()).filter(|missed| *missed > 0)
    }

    /// Whether there is nothing to do for a receiver at `next` but to wait, under the lock.
    pub(super) fn must_wait(&self, next: u64, _: &Locked<'_, ()>) -> bool {
        let tail = self.tail();
        if next == tail {
            // Acquire: pairs with the Release in `remove_sender`.
            return self.senders.load(Ordering::Acquire) > 0;
        }
        let there = self.missed(next, tail).is_none();
        there && self.cell(next).is_some_and(Cell::await_release)
    }

    /// Does what the end of a claim has left to do.
    #[inline]
    fn settle(&self, leftover: Leftover<'_, T>) {
        if leftover.awaited || leftover.lost {
            return self.settle_more(leftover).resume();
        }
        drop(leftover.value);
    }

    #[cold]
    fn settle_more(&self, leftover: Leftover<'_, T>) -> FirstPanic {
        let mut panics = FirstPanic::new();
        if leftover.lost {
            self.spares.lock().put(NonNull::from(leftover.cell));
        }
        if leftover.awaited {
            panics.run(|| self.wake_all());
        }
        panics.run(|| drop(leftover.value));
        panics
    }

    /// Wakes all receivers that wait.
    fn wake_all(&self) {
        let mut wakers = Wakers::new();
        let mut queue = self.queue.lock();
        while queue.pop_front(&mut wakers) {}
        drop(queue);
        wakers.wake_all();
    }

    /// Adds a receiver; answers where it starts.
    #[track_caller]
    pub(super) fn subscribe(&self) -> u64 {
        let queue = self.queue.lock();
        // Relaxed: changed under the lock.
        let receivers = self.receivers.load(Ordering::Relaxed);
        let tail = self.tail.load(Ordering::Relaxed);
        if receivers < MAX_RECEIVERS {
            // Relaxed: being one more publishes nothing.
            self.receivers.store(receivers + 1, Ordering::Relaxed);
        }
        drop(queue);
        assert!(receivers < MAX_RECEIVERS, "too many receivers of one broadcast channel");
        tail
    }

    /// Removes a receiver that was at `next`, with the debts to it.
    pub(super) fn unsubscribe(&self, mut next: u64) {
        let mut panics = FirstPanic::new();
        let mut queue = self.queue.lock();
        // Relaxed: changed under the lock.
        let receivers = self.receivers.load(Ordering::Relaxed) - 1;
        // Release: pairs with the Acquire in `receivers`.
        self.receivers.store(receivers, Ordering::Release);
        // Relaxed: changed under the lock.
        let end = self.tail.load(Ordering::Relaxed);
        loop {
            next += self.missed(next, self.tail()).unwrap_or(0);
            let stop = end.min(next + BATCH);
            let spent: Vec<T> =
                (next..stop).filter_map(|position| self.cell(position)?.forfeit()).collect();
            drop(queue);
            for value in spent {
                panics.run(|| drop(value));
            }
            next = stop;
            if next >= end {
                break;
            }
            queue = self.queue.lock();
        }
        if receivers == 0 {
            panics.run(|| self.abandoned.notify_waiters());
        }
        panics.resume();
    }

    pub(super) fn receivers(&self) -> usize {
        // Acquire: pairs with the Release in `unsubscribe`.
        self.receivers.load(Ordering::Acquire)
    }

    /// How many values somebody has yet to receive.
    pub(super) fn len(&self) -> u64 {
        let _queue = self.queue.lock();
        let tail = self.tail();
        // All receive in the same order, so those values are the latest ones.
        let (mut from, mut to) = (tail.saturating_sub(self.capacity()), tail);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.cell(middle).is_some_and(Cell::is_owed) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        tail - from
    }

    /// Whether everybody has received everything.
    pub(super) fn is_empty(&self) -> bool {
        let _queue = self.queue.lock();
        let last = self.tail().checked_sub(1);
        !last.is_some_and(|last| self.cell(last).is_some_and(Cell::is_owed))
    }

    pub(super) fn senders(&self) -> usize {
        // Acquire: pairs with the Release in `remove_sender`.
        self.senders.load(Ordering::Acquire)
    }

    pub(super) fn weak_senders(&self) -> usize {
        // Relaxed: a number that publishes nothing.
        self.weak_senders.load(Ordering::Relaxed)
    }

    pub(super) fn add_sender(&self) {
        // Relaxed: being one more publishes nothing; the last one to leave does.
        self.senders.fetch_add(1, Ordering::Relaxed);
    }

    /// One more sender, unless there is none left.
    pub(super) fn revive_sender(&self) -> bool {
        let add = |senders| (senders > 0).then(|| senders + 1);
        // Relaxed: as in `add_sender`.
        self.senders.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
    }

    pub(super) fn remove_sender(&self) {
        // Release: a receiver that finds no sender finds all that they sent. Acquire: the last one
        // passes on what the others did.
        if self.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.wake_all();
        }
    }

    pub(super) fn add_weak_sender(&self) {
        // Relaxed: a number that publishes nothing.
        self.weak_senders.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove_weak_sender(&self) {
        // Relaxed: a number that publishes nothing.
        self.weak_senders.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A claimed value on its way to a receiver, to whom it is not owed any more when this ends.
struct Reading<'a, T> {
    shared: &'a Shared<T>,
    /// There until the end.
    claim: Option<Claim<'a, T>>,
}

impl<T> Reading<'_, T> {
    #[inline]
    fn value(&self) -> &T {
        self.claim.as_ref().expect("not at its end").value()
    }

    #[inline]
    fn end(mut self) {
        let (shared, claim) = (self.shared, self.claim.take());
        // Nothing is left to drop, which is cheaper to say than to look.
        mem::forget(self);
        if let Some(claim) = claim {
            shared.settle(claim.release(true));
        }
    }
}

impl<T> Drop for Reading<'_, T> {
    /// The end by a clone that panics.
    #[inline]
    fn drop(&mut self) {
        if let Some(claim) = self.claim.take() {
            // Another panic would abort the process, and the first one is what matters.
            mem::forget(self.shared.settle_more(claim.release(true)));
        }
    }
}
