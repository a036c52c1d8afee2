//! The packed word of a task, with every transition on it.
//!
//! | bits | set when | cleared when |
//! |---|---|---|
//! | `RUNNING` | a poll, a cancel or a shutdown claims the future | the poll ends; never after `COMPLETE` |
//! | `NOTIFIED` | a wake finds it clear | a poll starts |
//! | `COMPLETE` | the output is stored, or the future was dropped | never |
//! | `CANCELLED` | an abort or a shutdown asks for the end | never |
//! | `JOIN_INTEREST` | at birth | the join handle is dropped before completion |
//! | `JOIN_WAKER` | the join handle has stored a waker | the handle takes it back before completion |
//!
//! The rest of the word counts references. `NOTIFIED` without `RUNNING` owns one of them: it
//! travels with the task through its queue.

use super::header::Header;
use crate::shim::UnsafeCell;
use crate::shim::atomic::{AtomicUsize, Ordering};
use std::mem::MaybeUninit;
use std::task::Waker;

const RUNNING: usize = 1;
const NOTIFIED: usize = 1 << 1;
const COMPLETE: usize = 1 << 2;
const CANCELLED: usize = 1 << 3;
const JOIN_INTEREST: usize = 1 << 4;
const JOIN_WAKER: usize = 1 << 5;
const REF: usize = 1 << 6;

/// References of a new task: its owner's, its queue's and its join handle's.
const INITIAL: usize = NOTIFIED | JOIN_INTEREST | (3 * REF);

/// What a wake leaves to do.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// Hand the task, with the reference that now belongs to the queue, to its owner.
    Schedule,
    /// Nothing: it is queued, running or complete.
    Nothing,
    /// Free the allocation: the waker held the last reference.
    Free,
}

/// What to do with a task that came out of a queue.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Poll the future.
    Poll,
    /// Drop the future and store the cancellation.
    Cancel,
    /// Give up the queue's reference: a shutdown was faster.
    Stale,
}

/// What a poll that returned pending leaves to do.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing; the queue's reference has been given up.
    Idle,
    /// Queue it again, with the reference it came with.
    Requeue,
    /// Drop the future: an abort came in during the poll.
    Cancel,
}

/// What the completion of a task leaves to do.
#[must_use]
pub(super) enum Completion<'a> {
    /// Nothing; the references have been given up.
    Done,
    /// Free the allocation: those were the last references.
    Free,
    /// Wake the joiner, then give up the references.
    WakeJoiner(Kept<'a>),
    /// Not complete yet: nobody will take the output, so drop it first.
    Unwanted,
}

/// What the drop of a join handle leaves to do.
#[must_use]
pub(super) enum Leave<'a> {
    /// Nothing; the handle's reference has been given up.
    Done,
    /// Take the stored waker out, then give up the reference.
    DropWaker(Kept<'a>),
    /// Drop the output, then give up the reference.
    DropOutput,
}

/// A join waker that a transition found, and left to its caller alone.
#[must_use]
pub(super) struct Kept<'a>(&'a State);

impl Kept<'_> {
    pub(super) fn take(self) -> Waker {
        // SAFETY: a waker is there, and nobody else's: the transition saw to both.
        self.0.join_waker.with(|slot| unsafe { (*slot).assume_init_read() })
    }
}

/// The word, and the place that two of its bits guard.
pub(super) struct State {
    /// Written by everybody who holds a reference; publishes the future's memory from poll to poll,
    /// the output to the join handle, and the join waker to the completing thread.
    word: AtomicUsize,
    /// Written by the join handle while `JOIN_WAKER` is clear, read by both sides while it is set,
    /// moved out by the completing thread. Holds a waker while `JOIN_WAKER` is set and the task is
    /// not complete.
    join_waker: UnsafeCell<MaybeUninit<Waker>>,
}

impl State {
    pub(super) fn new() -> Self {
        let join_waker = UnsafeCell::new(MaybeUninit::uninit());
        Self { word: AtomicUsize::from(INITIAL), join_waker }
    }

    /// Applies `step` until no other thread came in between; `None` leaves the word as it is.
    #[inline]
    fn update<R>(&self, mut step: impl FnMut(usize) -> (Option<usize>, R)) -> R {
        // Acquire pairs with the release of whoever wrote the word last, below.
        let mut now = self.word.load(Ordering::Acquire);
        loop {
            let (next, answer) = step(now);
            let Some(next) = next else { return answer };
            // AcqRel pairs with itself: each transition hands on what earlier ones published.
            match self.word.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return answer,
                Err(seen) => now = seen,
            }
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        // Acquire pairs with the release in `complete`, which publishes the output.
        self.word.load(Ordering::Acquire) & COMPLETE != 0
    }

    /// Wakes with a reference of the waker's own, which goes to the queue or is given up.
    #[inline]
    pub(super) fn wake_by_value(&self) -> Wake {
        self.update(|now| {
            if now & (NOTIFIED | COMPLETE) != 0 {
                let last = now < 2 * REF;
                (Some(now - REF), if last { Wake::Free } else { Wake::Nothing })
            } else if now & RUNNING != 0 {
                (Some((now | NOTIFIED) - REF), Wake::Nothing)
            } else {
                (Some(now | NOTIFIED), Wake::Schedule)
            }
        })
    }

    /// Wakes without giving up the waker's reference.
    #[inline]
    pub(super) fn wake_by_ref(&self) -> Wake {
        self.update(|now| {
            if now & COMPLETE != 0 {
                (None, Wake::Nothing)
            } else if now & NOTIFIED != 0 {
                // Written although nothing changes: the poll to come, which reads it from here, sees
                // what was done before this wake. After a mere look both could miss each other.
                (Some(now), Wake::Nothing)
            } else if now & RUNNING != 0 {
                (Some(now | NOTIFIED), Wake::Nothing)
            } else {
                (Some((now | NOTIFIED) + REF), Wake::Schedule)
            }
        })
    }

    /// Asks for cancellation; `Schedule` if the task must be queued to notice.
    pub(super) fn abort(&self) -> Wake {
        self.update(|now| {
            if now & (COMPLETE | CANCELLED) != 0 {
                (None, Wake::Nothing)
            } else if now & (RUNNING | NOTIFIED) != 0 {
                (Some(now | CANCELLED | NOTIFIED), Wake::Nothing)
            } else {
                (Some((now | CANCELLED | NOTIFIED) + REF), Wake::Schedule)
            }
        })
    }

    /// Claims the future for a poll, when the task comes out of a queue.
    #[inline]
    pub(super) fn start_poll(&self) -> Start {
        self.update(|now| {
            debug_assert!(now & NOTIFIED != 0, "a queued task is notified");
            if now & (RUNNING | COMPLETE) != 0 {
                return (None, Start::Stale);
            }
            let next = (now | RUNNING) & !NOTIFIED;
            (Some(next), if now & CANCELLED != 0 { Start::Cancel } else { Start::Poll })
        })
    }

    /// Gives the future back after a poll that returned pending.
    #[inline]
    pub(super) fn end_poll(&self) -> End {
        self.update(|now| {
            if now & CANCELLED != 0 {
                (None, End::Cancel)
            } else if now & NOTIFIED != 0 {
                (Some(now & !RUNNING), End::Requeue)
            } else {
                debug_assert!(now >= 2 * REF, "the owner still has its reference");
                (Some((now & !RUNNING) - REF), End::Idle)
            }
        })
    }

    /// Claims the future for a shutdown; fails if it is running or complete.
    ///
    /// A task that is running sees the cancellation when its poll ends.
    pub(super) fn claim_for_shutdown(&self) -> bool {
        self.update(|now| {
            if now & COMPLETE != 0 {
                (None, false)
            } else if now & RUNNING != 0 {
                (Some(now | CANCELLED), false)
            } else {
                (Some(now | CANCELLED | RUNNING), true)
            }
        })
    }

    /// Completes the task and gives up `refs` references, unless a joiner is to be woken first.
    ///
    /// With `output_kept`, an output nobody waits for is reported instead of being stored away.
    #[inline]
    pub(super) fn complete(&self, refs: usize, output_kept: bool) -> Completion<'_> {
        self.update(|now| {
            debug_assert!(now & (RUNNING | COMPLETE) == RUNNING, "only its runner completes it");
            if output_kept && now & JOIN_INTEREST == 0 {
                return (None, Completion::Unwanted);
            }
            let next = now ^ (RUNNING | COMPLETE);
            if now & JOIN_WAKER != 0 {
                (Some(next), Completion::WakeJoiner(Kept(self)))
            } else if next < (refs + 1) * REF {
                (Some(next - refs * REF), Completion::Free)
            } else {
                (Some(next - refs * REF), Completion::Done)
            }
        })
    }

    /// Ends the interest of the join handle.
    #[inline]
    pub(super) fn leave(&self) -> Leave<'_> {
        self.update(|now| {
            if now & COMPLETE != 0 {
                (None, Leave::DropOutput)
            } else if now & JOIN_WAKER != 0 {
                (Some(now & !(JOIN_INTEREST | JOIN_WAKER)), Leave::DropWaker(Kept(self)))
            } else {
                debug_assert!(now >= 2 * REF, "the owner still has its reference");
                (Some((now & !JOIN_INTEREST) - REF), Leave::Done)
            }
        })
    }

    /// Adds a reference.
    #[inline]
    pub(super) fn retain(&self) {
        // Relaxed: the caller has a reference already, so nothing is published by this one.
        let before = self.word.fetch_add(REF, Ordering::Relaxed);
        if before > isize::MAX as usize {
            // More than 2^57 leaked references: going on would free a task in use.
            std::process::abort();
        }
    }

    /// Gives up `refs` references; `true` if they were the last.
    #[inline]
    pub(super) fn release(&self, refs: usize) -> bool {
        // AcqRel: what each holder did before happens before the free by the last one.
        let before = self.word.fetch_sub(refs * REF, Ordering::AcqRel);
        debug_assert!(before >= refs * REF, "a reference was given up twice");
        before < (refs + 1) * REF
    }
}

/// The join handle's side of a task's state.
pub(super) struct JoinSide<'a>(&'a Header);

impl<'a> JoinSide<'a> {
    /// # Safety
    ///
    /// For the one join handle of the task, which uses one at a time.
    #[inline]
    pub(super) unsafe fn new(header: &'a Header) -> Self {
        Self(header)
    }

    /// Whether the task is complete; if not, `waker` is kept for that moment.
    pub(super) fn sees_end_or_keeps(self, waker: &Waker) -> bool {
        if self.0.state.is_complete() {
            return true;
        }
        if self.has_waker() {
            // SAFETY: the bit says that a waker is there. The completing thread may be moving it
            // out right now, which leaves its bytes alone, and only those are compared.
            let kept = |slot: *const MaybeUninit<_>| unsafe { (*slot).assume_init_ref() };
            if self.0.state.join_waker.with(|slot| kept(slot).will_wake(waker)) {
                return false;
            }
            let Some(kept) = self.withdraw() else { return true };
            drop(kept.take());
        }
        self.leave_waker(waker.clone()).is_some()
    }

    /// Leaves `waker`, where there is none, for the end of the task; gives it back after that.
    pub(super) fn leave_waker(self, waker: Waker) -> Option<Waker> {
        debug_assert!(!self.has_waker(), "the last waker was taken back");
        // SAFETY: while the bit is clear the place is the join handle's alone.
        self.0.state.join_waker.with_mut(|slot| unsafe { slot.write(MaybeUninit::new(waker)) });
        self.publish().map(Kept::take)
    }

    /// Shows the waker to the completing thread; gives it back if the task is complete.
    fn publish(&self) -> Option<Kept<'a>> {
        self.0.state.update(|now| {
            if now & COMPLETE != 0 {
                (None, Some(Kept(&self.0.state)))
            } else {
                (Some(now | JOIN_WAKER), None)
            }
        })
    }

    /// Takes the waker back from the completing thread; gives none if the task is complete.
    fn withdraw(&self) -> Option<Kept<'a>> {
        self.0.state.update(|now| {
            if now & COMPLETE != 0 {
                (None, None)
            } else {
                (Some(now & !JOIN_WAKER), Some(Kept(&self.0.state)))
            }
        })
    }

    fn has_waker(&self) -> bool {
        // Relaxed: only the join handle sets and clears this bit, and only it asks.
        self.0.state.word.load(Ordering::Relaxed) & JOIN_WAKER != 0
    }
}
