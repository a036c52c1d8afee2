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

use crate::shim::atomic::{AtomicUsize, Ordering};

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
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Completion {
    /// Nothing; the references have been given up.
    Done,
    /// Free the allocation: those were the last references.
    Free,
    /// Wake the joiner, then give up the references.
    WakeJoiner,
    /// Not complete yet: nobody will take the output, so drop it first.
    Unwanted,
}

/// What the drop of a join handle leaves to do.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nothing; the handle's reference has been given up.
    Done,
    /// Take the stored waker out, then give up the reference.
    DropWaker,
    /// Drop the output, then give up the reference.
    DropOutput,
}

/// The word. Written by everybody who holds a reference; publishes the future's memory from poll to
/// poll, the output to the join handle, and the join waker to the completing thread.
#[derive(Debug)]
pub(super) struct State(AtomicUsize);

impl State {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::from(INITIAL))
    }

    /// Applies `step` until no other thread came in between; `None` leaves the word as it is.
    #[inline]
    fn update<R>(&self, mut step: impl FnMut(usize) -> (Option<usize>, R)) -> R {
        // Acquire pairs with the release of whoever wrote the word last, below.
        let mut now = self.0.load(Ordering::Acquire);
        loop {
            let (next, answer) = step(now);
            let Some(next) = next else { return answer };
            // AcqRel pairs with itself: each transition hands on what earlier ones published.
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return answer,
                Err(seen) => now = seen,
            }
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        // Acquire pairs with the release in `complete`, which publishes the output.
        self.0.load(Ordering::Acquire) & COMPLETE != 0
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
    pub(super) fn complete(&self, refs: usize, output_kept: bool) -> Completion {
        self.update(|now| {
            debug_assert!(now & (RUNNING | COMPLETE) == RUNNING, "only its runner completes it");
            if output_kept && now & JOIN_INTEREST == 0 {
                return (None, Completion::Unwanted);
            }
            let next = now ^ (RUNNING | COMPLETE);
            if now & JOIN_WAKER != 0 {
                (Some(next), Completion::WakeJoiner)
            } else if next < (refs + 1) * REF {
                (Some(next - refs * REF), Completion::Free)
            } else {
                (Some(next - refs * REF), Completion::Done)
            }
        })
    }

    /// Shows the stored join waker to the completing thread; `false` if the task is complete.
    pub(super) fn publish_join_waker(&self) -> bool {
        self.update(|now| {
            if now & COMPLETE != 0 { (None, false) } else { (Some(now | JOIN_WAKER), true) }
        })
    }

    /// Takes the join waker back from the completing thread; `false` if the task is complete.
    pub(super) fn withdraw_join_waker(&self) -> bool {
        self.update(|now| {
            if now & COMPLETE != 0 { (None, false) } else { (Some(now & !JOIN_WAKER), true) }
        })
    }

    /// Whether the join handle has published a waker.
    pub(super) fn has_join_waker(&self) -> bool {
        // Relaxed: only the join handle sets and clears this bit, and only it asks.
        self.0.load(Ordering::Relaxed) & JOIN_WAKER != 0
    }

    /// Ends the interest of the join handle.
    #[inline]
    pub(super) fn leave(&self) -> Leave {
        self.update(|now| {
            if now & COMPLETE != 0 {
                (None, Leave::DropOutput)
            } else if now & JOIN_WAKER != 0 {
                (Some(now & !(JOIN_INTEREST | JOIN_WAKER)), Leave::DropWaker)
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
        let before = self.0.fetch_add(REF, Ordering::Relaxed);
        if before > isize::MAX as usize {
            // More than 2^57 leaked references: going on would free a task in use.
            std::process::abort();
        }
    }

    /// Gives up `refs` references; `true` if they were the last.
    #[inline]
    pub(super) fn release(&self, refs: usize) -> bool {
        // AcqRel: what each holder did before happens before the free by the last one.
        let before = self.0.fetch_sub(refs * REF, Ordering::AcqRel);
        debug_assert!(before >= refs * REF, "a reference was given up twice");
        before < (refs + 1) * REF
    }
}
