//! The timers of one loop.
//!
//! What guards a timer wheel is the loop's claim, uncontended as a rule, and no lock is shared by
//! all loops. Entries lie inside the futures that wait for them ([`TimerEntry`]), so that a timer
//! needs no memory of its own.

use super::delivery::Delivery;
use super::timer_entry::{End, Expiry, LATEST, TimerEntry};
use crate::engine::clock::{AnchoredClock, Node, Wheel};
use crate::shim::Mutex;
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::util::wakers::Wakers;
use std::fmt;
use std::ptr::NonNull;
use std::task::Waker;

/// Whether the loop of a timer sleeps past its deadline, and has to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a loop that sleeps past a deadline has to be woken"]
pub(super) struct Oversleeps(pub(super) bool);

/// The timers of one loop.
pub(crate) struct Timers {
    claim: Mutex<Claimed>,
    // A copy of the claimed one. Written under the claim; read without it by a turn that wants to
    // know whether anything is due.
    earliest: AtomicU64,
}

/// What the claim guards.
pub(super) struct Claimed {
    pub(super) wheel: Wheel,
    /// When the wheel has to be looked at next: never later than the earliest deadline. What is
    /// unlinked leaves it alone, since looking once too often is cheap.
    earliest: u64,
    /// Until when the loop sleeps; 0 while it does not.
    asleep_until: u64,
    open: bool,
    /// How those that are set end with the loop.
    at_end: End,
}

impl Timers {
    pub(super) fn new() -> Timers {
        let wheel = Wheel::new(AnchoredClock::START);
        let claimed =
            Claimed { wheel, earliest: u64::MAX, asleep_until: 0, open: true, at_end: End::Close };
        Timers { claim: Mutex::new(claimed), earliest: AtomicU64::new(u64::MAX) }
    }

    /// Has those fire at the end of the loop that are set then.
    pub(crate) fn fire_at_end(&self) {
        self.change(|claimed| claimed.at_end = End::Fire);
    }

    /// When the next timer may be due; never later than the earliest is.
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        self.claim.lock().wheel.next_deadline()
    }

    /// Fires what is due at `now`; answers how many timers that were.
    ///
    /// Any thread may do so: whoever watches over a loop that is stuck, as well as the loop.
    pub(crate) fn expire(&self, now: u64) -> usize {
        let mut count = 0;
        // Relaxed: what matters is behind the claim. A timer set meanwhile is seen by a later turn,
        // and one set before the loop sleeps by `begin_sleep`.
        while self.earliest.load(Ordering::Relaxed) <= now.min(LATEST) {
            let mut wakers = Wakers::new();
            count += self.change(|claimed| claimed.take_due(now, &mut wakers));
            // A panic leaves the rest in the wheel, for the next turn.
            wakers.wake_all();
        }
        count
    }

    /// Says that the loop sleeps from now on, until the earlier of `limit` and the next deadline,
    /// which is answered. A timer that is set to an earlier time ends the sleep.
    pub(super) fn begin_sleep(&self, limit: Option<u64>) -> Option<u64> {
        let mut claimed = self.claim.lock();
        let until = limit.into_iter().chain(claimed.wheel.next_deadline()).min();
        claimed.asleep_until = until.unwrap_or(u64::MAX);
        until
    }

    /// Says that the loop is awake.
    pub(super) fn end_sleep(&self) {
        self.claim.lock().asleep_until = 0;
    }

    /// Ends all that are set, and refuses further ones.
    pub(super) fn close(&self, delivery: &mut Delivery) {
        while self.change(|claimed| claimed.take_any(delivery.wakers())) {
            delivery.send();
        }
    }

    /// Takes the claim for one step, in which no foreign code may run.
    #[inline]
    pub(super) fn change<R>(&self, step: impl FnOnce(&mut Claimed) -> R) -> R {
        let mut claimed = self.claim.lock();
        let result = step(&mut claimed);
        // Relaxed: see `expire`.
        self.earliest.store(claimed.earliest, Ordering::Relaxed);
        result
    }
}

impl Claimed {
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Links an entry.
    ///
    /// # Safety
    ///
    /// The entry must be in no wheel, pinned, and unlinked before its end.
    #[inline]
    pub(super) unsafe fn link(&mut self, entry: NonNull<TimerEntry>, deadline: u64) -> Oversleeps {
        // SAFETY: the caller's promise; a node is the first field of its entry.
        unsafe { self.wheel.insert(entry.cast(), deadline) };
        self.earliest = self.earliest.min(deadline);
        let oversleeps = deadline < self.asleep_until;
        if oversleeps {
            // The sleep ends now, so nobody else needs to end it.
            self.asleep_until = 0;
        }
        Oversleeps(oversleeps)
    }

    /// Moves the wakers of what is due into `wakers`, as many as fit; answers how many fired.
    fn take_due(&mut self, now: u64, wakers: &mut Wakers) -> usize {
        let mut count = 0;
        while !wakers.is_full() {
            let Some(waker) = self.end_next(|wheel| wheel.expire(now), now, End::Fire) else {
                break;
            };
            count += 1;
            wakers.push(waker);
        }
        self.earliest = self.wheel.next_deadline().unwrap_or(u64::MAX);
        count
    }

    /// Closes, and moves wakers of timers into `wakers`; `true` if there are more than fit.
    fn take_any(&mut self, wakers: &mut Wakers) -> bool {
        self.open = false;
        let how = self.at_end;
        while !wakers.is_full() {
            let Some(waker) = self.end_next(Wheel::pop, LATEST, how) else { return false };
            wakers.push(waker);
        }
        true
    }

    /// Ends the next wait that `next` takes off the wheel; those whose deadline has been moved past
    /// `until` go back.
    #[inline]
    fn end_next(
        &mut self,
        next: impl Fn(&mut Wheel) -> Option<NonNull<Node>>,
        until: u64,
        how: End,
    ) -> Option<Waker> {
        loop {
            let node = next(&mut self.wheel)?;
            // SAFETY: entries are unlinked before their end, and this one was linked until now.
            match unsafe { TimerEntry::end(node.cast(), until, how) } {
                Expiry::Ended(waker) => return Some(waker),
                // SAFETY: alive and pinned as above, and the wheel has just let go of it.
                Expiry::Later(deadline) => unsafe { self.wheel.insert(node, deadline) },
            }
        }
    }
}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers").field("earliest", &self.earliest).finish_non_exhaustive()
    }
}
