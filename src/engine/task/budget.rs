//! Cooperative yielding: how many resources a task may take before it must let others run.
//!
//! Every poll of a task starts with a full budget. A leaf resource (a channel, a socket, a timer)
//! calls [`poll_proceed`] before it hands anything out: with nothing left the task is woken at once
//! and told to wait, so a task whose resources are always ready cannot keep a loop to itself.
//! Outside a task the budget is unlimited.

use crate::shim::thread_local;
use std::cell::Cell;
use std::task::{Context, Poll};

/// Resources a task may take in one poll.
const INITIAL: u8 = 128;
/// Marks a context without a limit.
const UNLIMITED: u8 = u8::MAX;
/// Nothing is left, and somebody was told so.
const REFUSED: u8 = u8::MAX - 1;

thread_local! {
    static LEFT: Cell<u8> = const { Cell::new(UNLIMITED) };
    // Polls that have run into the end of their budget, since somebody last counted them.
    static REFUSED_POLLS: Cell<u64> = const { Cell::new(0) };
}

/// How many polls on this thread ran into the end of their budget since the last call.
pub(crate) fn take_refused() -> u64 {
    REFUSED_POLLS.with(|polls| polls.replace(0))
}

/// Runs `poll` with the budget `left` and restores the one before, also on unwind.
fn with<R>(left: u8, poll: impl FnOnce() -> R) -> R {
    struct Restore(u8);
    impl Drop for Restore {
        fn drop(&mut self) {
            LEFT.with(|cell| cell.set(self.0));
        }
    }
    let _restore = Restore(LEFT.with(|cell| cell.replace(left)));
    poll()
}

/// Runs one poll of a task with a fresh budget.
#[inline]
pub(crate) fn limited<R>(poll: impl FnOnce() -> R) -> R {
    with(INITIAL, poll)
}

/// Runs `poll` without any limit.
#[inline]
pub(crate) fn unlimited<R>(poll: impl FnOnce() -> R) -> R {
    with(UNLIMITED, poll)
}

/// Whether the running task may take another resource.
pub(crate) fn has_remaining() -> bool {
    !matches!(LEFT.with(Cell::get), 0 | REFUSED)
}

/// Takes one unit; gives it back when dropped, unless [`Charge::made_progress`] was called.
///
/// So a resource that turns out not to be ready costs nothing.
#[derive(Debug)]
#[must_use = "dropping the charge gives the unit back"]
pub(crate) struct Charge {
    // The budget before the charge, or `UNLIMITED` when there is nothing to give back.
    before: Cell<u8>,
}

impl Charge {
    /// Keeps the unit: something was handed out.
    #[inline]
    pub(crate) fn made_progress(&self) {
        self.before.set(UNLIMITED);
    }
}

impl Drop for Charge {
    #[inline]
    fn drop(&mut self) {
        let before = self.before.get();
        if before != UNLIMITED {
            LEFT.with(|cell| cell.set(before));
        }
    }
}

/// Charges one unit; pending, with the task woken again, when none is left.
#[inline]
pub(crate) fn poll_proceed(cx: &mut Context<'_>) -> Poll<Charge> {
    LEFT.with(|cell| match cell.get() {
        UNLIMITED => Poll::Ready(Charge { before: Cell::new(UNLIMITED) }),
        0 | REFUSED => {
            if cell.replace(REFUSED) != REFUSED {
                REFUSED_POLLS.with(|polls| polls.set(polls.get() + 1));
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        left => {
            cell.set(left - 1);
            Poll::Ready(Charge { before: Cell::new(left) })
        }
    })
}

/// Charges one unit if `take` finds something; with none left it is not asked.
#[inline]
pub(crate) fn charge_if(take: impl FnOnce() -> bool) -> bool {
    LEFT.with(|cell| {
        let left = cell.get();
        let found = !matches!(left, 0 | REFUSED) && take();
        if found && left != UNLIMITED {
            cell.set(left - 1);
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn charge() -> bool {
        match poll_proceed(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(charge) => {
                charge.made_progress();
                true
            }
            Poll::Pending => false,
        }
    }

    #[test]
    fn a_poll_has_a_limit_and_the_next_one_starts_afresh() {
        for _ in 0..2 {
            let taken = limited(|| std::iter::from_fn(|| charge().then_some(())).count());
            assert_eq!(taken, INITIAL as usize);
        }
        assert!((0..10_000).all(|_| charge()), "no limit outside a task");
    }

    #[test]
    fn a_charge_without_progress_is_given_back() {
        limited(|| {
            for _ in 0..1_000 {
                let charge = poll_proceed(&mut Context::from_waker(Waker::noop()));
                assert!(charge.is_ready());
            }
            assert!(has_remaining());
        });
    }

    #[test]
    fn what_is_taken_at_once_is_charged_too() {
        limited(|| {
            assert!((0..1_000).all(|_| !charge_if(|| false)), "nothing found costs nothing");
            assert_eq!((0..1_000).filter(|_| charge_if(|| true)).count(), INITIAL as usize);
            assert!(!charge_if(|| unreachable!("nothing is left")));
            assert!(!charge());
            assert!(!charge_if(|| unreachable!("nothing is left, and it was said")));
        });
        assert!((0..1_000).all(|_| charge_if(|| true)));
    }

    #[test]
    fn unlimited_inside_a_limit_restores_it() {
        limited(|| {
            while charge() {}
            assert!(unlimited(charge));
            assert!(!has_remaining());
        });
    }
}
