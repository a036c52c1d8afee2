//! Cooperative yielding: how many resources a task may take before it must let others run.
//!
//! Every poll of a task starts with a full budget. A leaf resource (a channel, a socket, a timer)
//! calls [`poll_proceed`] before it hands anything out: with nothing left the task is woken at once
//! and told to wait, so a task whose resources are always ready cannot keep a loop to itself.
//! Outside a task the budget is unlimited.

use crate::shim::thread_local;
use std::cell::Cell;
use std::marker::PhantomData;
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

/// One unit of the budget, which goes back when this is dropped unless
/// [`made_progress`](RestoreOnPending::made_progress) was called.
///
/// So a resource that turns out not to be ready costs nothing. [`poll_proceed`] makes it.
///
/// # Examples
///
/// ```
/// use runtime::task::coop;
/// use std::task::{Context, Poll, Waker};
///
/// let mut cx = Context::from_waker(Waker::noop());
/// let Poll::Ready(unit) = coop::poll_proceed(&mut cx) else { panic!("no limit outside a task") };
/// unit.made_progress();
/// ```
#[derive(Debug)]
#[must_use = "dropping it gives the unit back"]
pub struct RestoreOnPending {
    // The budget before the unit was taken, or `UNLIMITED` when there is nothing to give back.
    before: Cell<u8>,
    // The budget is this thread's.
    _local: PhantomData<*const ()>,
}

impl RestoreOnPending {
    #[inline]
    fn new(before: u8) -> Self {
        Self { before: Cell::new(before), _local: PhantomData }
    }

    /// Keeps the unit: something was handed out, or done.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::coop;
    /// use std::future::poll_fn;
    /// use std::task::{Poll, ready};
    ///
    /// // A source that is always ready, and still lets others run.
    /// let mut next = 0;
    /// let mut count = || {
    ///     next += 1;
    ///     Poll::Ready(next)
    /// };
    /// let number = poll_fn(|cx| {
    ///     let unit = ready!(coop::poll_proceed(cx));
    ///     let number = ready!(count());
    ///     unit.made_progress();
    ///     Poll::Ready(number)
    /// });
    /// assert_eq!(number.await, 1);
    /// # });
    /// ```
    #[inline]
    pub fn made_progress(&self) {
        self.before.set(UNLIMITED);
    }
}

impl Drop for RestoreOnPending {
    #[inline]
    fn drop(&mut self) {
        let before = self.before.get();
        if before != UNLIMITED {
            LEFT.with(|cell| cell.set(before));
        }
    }
}

/// Takes one unit of the running task's budget; pending, with the task woken again, when none is
/// left.
///
/// A future that hands out what may always be ready calls this first, and
/// [`made_progress`](RestoreOnPending::made_progress) once it has something to hand out. Outside a
/// task, and under [`unconstrained`](fn@crate::task::coop::unconstrained), there is no limit.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::task::coop;
/// use std::future::poll_fn;
///
/// let mut units = 0;
/// poll_fn(|cx| {
///     coop::poll_proceed(cx).map(|unit| {
///         unit.made_progress();
///         units += 1;
///     })
/// })
/// .await;
/// assert_eq!(units, 1);
/// # });
/// ```
#[inline]
pub fn poll_proceed(cx: &mut Context<'_>) -> Poll<RestoreOnPending> {
    LEFT.with(|cell| match cell.get() {
        UNLIMITED => Poll::Ready(RestoreOnPending::new(UNLIMITED)),
        0 | REFUSED => {
            if cell.replace(REFUSED) != REFUSED {
                REFUSED_POLLS.with(|polls| polls.set(polls.get() + 1));
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        left => {
            cell.set(left - 1);
            Poll::Ready(RestoreOnPending::new(left))
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
