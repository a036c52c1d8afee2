//! What a sleeping future shares with the timers of a loop.
//!
//! One word says where the entry is:
//!
//! ```text
//!             poll                      expire, close
//!   IDLE ────────────▶ a deadline ──────────────────▶ FIRED
//!     ▲                 │  │   ▲                        │
//!     └──────cancel─────┘  └───┘ reset                  │
//!     └──────────────────────reset──────────────────────┘
//! ```
//!
//! Node and waker are touched under the claim of the loop only. The word is the exception: to move
//! a deadline back, as every use of an idle timeout does, the owner changes nothing but the word,
//! without the claim. The wheel hears of it when the earlier deadline is due. `expire` may be about
//! to fire just then, so both exchange the deadline they have seen for the new word, and who is
//! second finds out.
//!
//! `FIRED` is the last thing that a loop writes into an entry: the owner may free it from then on.

use super::port::Port;
use super::timers::{Oversleeps, Timers};
use crate::engine::clock::Node;
use crate::shim::UnsafeCell;
use crate::shim::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::fmt;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

/// The word of an entry that is in no wheel.
const IDLE: u64 = u64::MAX;
/// The word of an entry whose deadline has passed.
const FIRED: u64 = u64::MAX - 1;
/// The latest deadline there is; later ones count as this one.
pub(super) const LATEST: u64 = u64::MAX - 2;

/// The runtime of a timer is gone, and nothing will ever fire it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// What became of an entry whose time in the wheel had come.
pub(super) enum Expiry {
    Fired(Waker),
    /// Its owner has moved the deadline back meanwhile.
    Later(u64),
}

/// One timer, pinned inside the future that waits for it.
///
/// While it is set, all calls for it name the same loop.
#[repr(C)]
pub(crate) struct TimerEntry {
    node: Node,
    word: AtomicU64,
    // The waker to be woken. Guarded by the claim of the loop, empty unless the entry is linked.
    waker: UnsafeCell<Option<Waker>>,
    // The timers it was linked into last, for comparison only. Written and read by the owner.
    home: AtomicPtr<Timers>,
}

// SAFETY: node and waker are touched under the claim of the loop, or by the owner while no loop
// knows the entry; wakers may be sent and shared.
unsafe impl Send for TimerEntry {}
// SAFETY: as above.
unsafe impl Sync for TimerEntry {}

impl TimerEntry {
    pub(crate) fn new() -> TimerEntry {
        TimerEntry {
            node: Node::new(),
            word: AtomicU64::new(IDLE),
            waker: UnsafeCell::new(None),
            home: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// Whether the next poll will need a deadline, and may choose a loop.
    pub(crate) fn is_idle(&self) -> bool {
        self.word() == IDLE
    }

    /// Whether the deadline has passed.
    pub(crate) fn has_fired(&self) -> bool {
        self.word() == FIRED
    }

    /// Sets an idle entry to `deadline`, unless that has passed already at `tick`.
    pub(crate) fn start(
        self: Pin<&Self>,
        cx: &mut Context<'_>,
        port: &Port,
        deadline: u64,
        tick: u64,
    ) -> Poll<Result<(), Closed>> {
        debug_assert!(self.is_idle(), "only an idle timer is started");
        if deadline <= tick {
            // Relaxed: no loop knows the entry.
            self.word.store(FIRED, Ordering::Relaxed);
            return Poll::Ready(Ok(()));
        }
        let waker = cx.waker().clone();
        match self.set(port.timers(), deadline, waker) {
            Ok(Oversleeps(true)) => port.unpark(),
            Ok(Oversleeps(false)) => {}
            Err(closed) => return Poll::Ready(Err(closed)),
        }
        Poll::Pending
    }

    /// Waits for an entry that was started.
    pub(crate) fn poll(
        self: Pin<&Self>,
        cx: &mut Context<'_>,
        timers: &Timers,
        tick: u64,
    ) -> Poll<()> {
        match self.word() {
            FIRED => return Poll::Ready(()),
            // It was reset to the past, and no turn has come by since.
            passed if passed <= tick => {
                self.cancel(timers);
                // Relaxed: no loop knows the entry.
                self.word.store(FIRED, Ordering::Relaxed);
                return Poll::Ready(());
            }
            _ => {}
        }
        self.assert_home(timers);
        // Cloning and dropping a waker is foreign code: not under the claim.
        let keeps = |waker: &mut Option<Waker>| {
            waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()))
        };
        let polled = timers.claimed(|| self.with_waker(keeps));
        let Some(false) = polled else {
            return if polled.is_some() { Poll::Pending } else { Poll::Ready(()) };
        };
        let mut fresh = Some(cx.waker().clone());
        match timers.claimed(|| self.with_waker(|waker| std::mem::swap(waker, &mut fresh))) {
            Some(()) => Poll::Pending,
            None => Poll::Ready(()),
        }
    }

    /// Moves the deadline. An entry that is idle or has fired will be started by its next poll.
    pub(crate) fn reset(self: Pin<&Self>, port: &Port, deadline: u64) {
        if self.put_off(deadline) {
            return;
        }
        if let Oversleeps(true) = self.hasten(port.timers(), deadline) {
            port.unpark();
        }
    }

    /// Takes the entry back from the loop.
    pub(crate) fn cancel(self: Pin<&Self>, timers: &Timers) {
        if self.word() >= FIRED {
            return;
        }
        self.assert_home(timers);
        let waker = timers.change(|claimed| {
            // SAFETY: alive, and linked into these timers, as asserted, or fired just now.
            unsafe { claimed.unlink(self.as_ptr()) };
            if !self.has_fired() {
                // Relaxed: after the unlinking above no loop knows the entry.
                self.word.store(IDLE, Ordering::Relaxed);
            }
            // SAFETY: under the claim.
            self.waker.with_mut(|waker| unsafe { (*waker).take() })
        });
        drop(waker);
    }

    /// Fires the entry of a node that its wheel has let go of, unless the deadline was moved.
    ///
    /// # Safety
    ///
    /// The entry must be alive, and the caller must hold the claim of its loop.
    pub(super) unsafe fn expire(entry: NonNull<TimerEntry>, now: u64) -> Expiry {
        // SAFETY: alive until its word says FIRED, which is written last.
        let entry = unsafe { entry.as_ref() };
        // Relaxed: the exchange below decides.
        let mut seen = entry.word.load(Ordering::Relaxed);
        // SAFETY: under the claim. Taken first, since the entry may be gone once it has fired.
        let waker = entry.waker.with_mut(|waker| unsafe { (*waker).take() });
        while seen <= now {
            // Release, pairs with the loads of the owner: who sees FIRED sees that the loop has
            // let go of node and waker.
            match entry.word.compare_exchange(seen, FIRED, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Expiry::Fired(waker.expect("a linked timer has a waker")),
                Err(word) => seen = word,
            }
        }
        // SAFETY: under the claim, and not fired, so alive.
        entry.waker.with_mut(|slot| unsafe { *slot = waker });
        Expiry::Later(seen)
    }

    fn word(&self) -> u64 {
        // Acquire, pairs with the release in `expire`: who sees FIRED may free the entry.
        self.word.load(Ordering::Acquire)
    }

    /// A timer stays with the loop that it was started on.
    fn assert_home(&self, timers: &Timers) {
        // Relaxed: only the owner writes it.
        let home = self.home.load(Ordering::Relaxed);
        assert!(std::ptr::eq(home, timers), "a timer is set on one loop at a time");
    }

    /// Runs `step` on the waker, under the claim; `None` if the entry has fired.
    fn with_waker<R>(&self, step: impl FnOnce(&mut Option<Waker>) -> R) -> Option<R> {
        // SAFETY: the callers hold the claim, and `expire` runs under it.
        (!self.has_fired()).then(|| self.waker.with_mut(|waker| step(unsafe { &mut *waker })))
    }

    /// Links an idle entry.
    pub(super) fn set(
        self: Pin<&Self>,
        timers: &Timers,
        deadline: u64,
        waker: Waker,
    ) -> Result<Oversleeps, Closed> {
        // Relaxed: only the owner reads it.
        self.home.store(std::ptr::from_ref(timers).cast_mut(), Ordering::Relaxed);
        let mut waker = Some(waker);
        // A waker that is refused is dropped on return, with the claim released.
        timers.change(|claimed| {
            if !claimed.is_open() {
                return Err(Closed);
            }
            let at = deadline.min(LATEST);
            // SAFETY: under the claim. The slot of an idle entry is empty, so nothing is dropped.
            self.waker.with_mut(|slot| unsafe { *slot = waker.take() });
            // Relaxed: the loop reads it under the claim.
            self.word.store(at, Ordering::Relaxed);
            // SAFETY: idle, so in no wheel; pinned; `drop` sees to it that it is unlinked in time.
            Ok(unsafe { claimed.link(self.as_ptr(), at) })
        })
    }

    /// Moves the deadline to a later time, for the wheel to find out; `false` if it has to be told.
    pub(super) fn put_off(&self, deadline: u64) -> bool {
        let deadline = deadline.min(LATEST);
        let mut seen = self.word();
        while seen <= deadline {
            // Relaxed: the loop reads it under the claim. Acquire: as in `word`.
            match self.word.compare_exchange(seen, deadline, Ordering::Relaxed, Ordering::Acquire) {
                Ok(_) => return true,
                Err(word) => seen = word,
            }
        }
        if seen < FIRED {
            return false;
        }
        // Relaxed: no loop knows the entry.
        self.word.store(IDLE, Ordering::Relaxed);
        true
    }

    /// Moves the deadline of a linked entry to an earlier time.
    pub(super) fn hasten(self: Pin<&Self>, timers: &Timers, deadline: u64) -> Oversleeps {
        self.assert_home(timers);
        timers.change(|claimed| {
            // Under the claim the word cannot change any more, since the owner is here.
            if self.has_fired() {
                // Relaxed: no loop knows the entry.
                self.word.store(IDLE, Ordering::Relaxed);
                return Oversleeps(false);
            }
            // Relaxed: the loop reads it under the claim.
            self.word.store(deadline, Ordering::Relaxed);
            // SAFETY: alive, and linked into these timers, since it has not fired; then in no
            // wheel, pinned, and unlinked before its end as ever.
            unsafe {
                claimed.unlink(self.as_ptr());
                claimed.link(self.as_ptr(), deadline)
            }
        })
    }

    fn as_ptr(self: Pin<&Self>) -> NonNull<TimerEntry> {
        NonNull::from(self.get_ref())
    }
}

impl Drop for TimerEntry {
    fn drop(&mut self) {
        if self.word() < FIRED {
            // A wheel would go on pointing here. Owners cancel first, so this is a bug of ours,
            // and unwinding would free the memory all the same.
            std::process::abort();
        }
    }
}

impl fmt::Debug for TimerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimerEntry").field("word", &self.word).finish_non_exhaustive()
    }
}
