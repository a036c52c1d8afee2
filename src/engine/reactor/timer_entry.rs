//! What a sleeping future shares with the timers of a loop.
//!
//! One word says where the entry is:
//!
//! ```text
//!             poll                         expire
//!   IDLE ────────────▶ a deadline ──────────────────▶ FIRED
//!     ▲                │   ▲    └───────────────────▶ CLOSED
//!     │                └───┘ reset      close            │
//!     └──────────────────────reset───────────────────────┘
//! ```
//!
//! Node and waker are touched under the claim of the loop, or by the owner while no loop knows the
//! entry. The word is the exception: to move a deadline back, as every use of an idle timeout does,
//! the owner changes nothing but the word, without the claim. The wheel hears of it when the earlier
//! deadline is due. `expire` may be about to fire just then, so both exchange the deadline they have
//! seen for the new word, and who is second finds out.
//!
//! `FIRED` or `CLOSED` is the last thing that a loop writes into an entry: the owner may free it from
//! then on. After a shutdown nothing fires: whoever waits is woken, and told so.
//!
//! Futures that hold an entry are moved about before they are pinned, so it is small: where it lies
//! in the wheel follows from its deadline, and the node keeps the deadline while no loop knows it.

use super::port::Port;
use super::timers::{Claimed, Oversleeps};
use crate::engine::clock::Node;
use crate::shim::atomic::{AtomicU64, Ordering};
use crate::shim::{Arc, Cell};
use std::fmt;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

/// The word of an entry that is in no wheel.
const IDLE: u64 = u64::MAX;
/// The word of an entry whose deadline has passed.
const FIRED: u64 = u64::MAX - 1;
/// The word of an entry whose loop has shut down while it was set.
const CLOSED: u64 = u64::MAX - 2;
/// The latest deadline there is; later ones count as this one.
pub(super) const LATEST: u64 = u64::MAX - 3;

/// The runtime of a timer is gone, and nothing will ever fire it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// What became of an entry whose deadline was moved to an earlier time.
enum Hastened {
    Linked(Oversleeps),
    /// That time has come already, and this waker is to be woken.
    Due(Option<Waker>),
}

/// How a loop ends the wait of an entry.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(super) enum End {
    Fire = FIRED,
    Close = CLOSED,
}

/// What became of an entry whose time in the wheel had come.
pub(super) enum Expiry {
    Ended(Waker),
    /// Its owner has moved the deadline back meanwhile.
    Later(u64),
}

/// One timer, pinned inside the future that waits for it, which is its owner.
#[repr(C)]
pub(crate) struct TimerEntry {
    // What the loop links; its deadline is that of the wheel while the entry is linked, else that
    // of the owner.
    node: Node,
    word: AtomicU64,
    // The waker to be woken. Guarded by the claim of the loop, empty unless the entry is linked.
    waker: Cell<Option<Waker>>,
    // The loop. Changed by the owner while the entry is idle.
    port: Arc<Port>,
}

// SAFETY: node and waker are touched under the claim of the loop, or by the owner while no loop
// knows the entry; wakers may be sent and shared. Whoever has a shared reference reads the word, and
// the node if no loop knows it; the owner, who alone changes that, needs an exclusive one.
unsafe impl Sync for TimerEntry {}

impl TimerEntry {
    /// Makes an idle entry for a loop.
    pub(crate) fn new(port: Arc<Port>, deadline: u64) -> TimerEntry {
        let node = Node::new();
        node.deadline.set(deadline.min(LATEST));
        let word = AtomicU64::new(IDLE);
        TimerEntry { node, word, waker: Cell::new(None), port }
    }

    /// The way into the loop on which the entry is set, or will be.
    pub(crate) fn port(&self) -> &Arc<Port> {
        &self.port
    }

    /// When it fires or fired.
    pub(crate) fn deadline(&self) -> u64 {
        match self.word() {
            deadline if deadline <= LATEST => deadline,
            // No loop knows the entry, and the owner is not at work while there are readers.
            _ => self.node.deadline.get(),
        }
    }

    /// Whether the next poll will set it, and another loop may be chosen until then.
    pub(crate) fn is_idle(&self) -> bool {
        self.word() == IDLE
    }

    /// Whether the deadline has passed.
    pub(crate) fn has_fired(&self) -> bool {
        self.word() == FIRED
    }

    /// Chooses another loop for an idle entry.
    #[cold]
    pub(crate) fn move_to(mut self: Pin<&mut Self>, port: Arc<Port>) {
        assert!(self.is_idle(), "a timer that is set stays with its loop");
        let deadline = self.node.deadline.get();
        Pin::set(&mut self, TimerEntry::new(port, deadline));
    }

    /// Waits for the deadline, and sets an idle entry.
    pub(crate) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        let this = self.into_ref();
        let tick = this.port.clock().tick();
        match this.word() {
            FIRED | CLOSED => Poll::Ready(this.outcome()),
            IDLE if this.node.deadline.get() > tick => match this.set(cx.waker().clone()) {
                Ok(Oversleeps(oversleeps)) => {
                    if oversleeps {
                        this.port.unpark();
                    }
                    Poll::Pending
                }
                Err(closed) => Poll::Ready(Err(closed)),
            },
            IDLE if this.port.is_shutdown() => Poll::Ready(Err(Closed)),
            IDLE => {
                // Relaxed: no loop knows the entry.
                this.word.store(FIRED, Ordering::Relaxed);
                Poll::Ready(Ok(()))
            }
            passed if passed <= tick => {
                // It was reset to the past, and no turn has come by since.
                this.withdraw();
                this.node.deadline.set(passed);
                // Relaxed: no loop knows the entry.
                this.word.store(FIRED, Ordering::Relaxed);
                Poll::Ready(Ok(()))
            }
            _ => this.renew(cx.waker()),
        }
    }

    /// Moves the deadline. An entry that no loop knows will be set by its next poll.
    pub(crate) fn reset(self: Pin<&mut Self>, deadline: u64) {
        let (this, deadline) = (self.into_ref(), deadline.min(LATEST));
        if this.put_off(deadline) || this.hasten(deadline) {
            return;
        }
        this.node.deadline.set(deadline);
        // Relaxed: no loop knows the entry.
        this.word.store(IDLE, Ordering::Relaxed);
    }

    /// Ends the wait of an entry that its wheel has let go of, if its deadline is `until` at most.
    ///
    /// # Safety
    ///
    /// The entry must be alive, and the caller must hold the claim of its loop.
    #[inline]
    pub(super) unsafe fn end(entry: NonNull<TimerEntry>, until: u64, how: End) -> Expiry {
        // SAFETY: alive until its word says FIRED or CLOSED, which is written last.
        let entry = unsafe { entry.as_ref() };
        // Relaxed: the exchange below decides.
        let mut seen = entry.word.load(Ordering::Relaxed);
        // Taken first, since the entry may be gone after the exchange.
        let waker = entry.waker.take();
        let last = how as u64;
        while seen <= until.min(LATEST) {
            // The wheel's may be that of before the last reset. Under the claim, and still linked.
            entry.node.deadline.set(seen);
            // Release, pairs with the loads of the owner: who sees `last` sees that the loop has
            // let go of node and waker.
            match entry.word.compare_exchange(seen, last, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Expiry::Ended(waker.expect("a linked timer has a waker")),
                Err(word) => seen = word,
            }
        }
        entry.waker.set(waker);
        Expiry::Later(seen)
    }

    /// Links an idle entry; for its owner alone.
    pub(super) fn set(self: Pin<&Self>, waker: Waker) -> Result<Oversleeps, Closed> {
        let mut waker = Some(waker);
        // A waker that is refused is dropped on return, with the claim released.
        self.change(|held| {
            if !held.claimed.is_open() {
                return Err(Closed);
            }
            // An idle entry has none, so nothing is dropped.
            self.waker.set(waker.take());
            let deadline = self.node.deadline.get();
            // Relaxed: the loop reads it under the claim.
            self.word.store(deadline, Ordering::Relaxed);
            // SAFETY: idle, so in no wheel; pinned; `drop` sees to it that it is unlinked in time.
            Ok(unsafe { held.claimed.link(self.as_ptr(), deadline) })
        })
    }

    /// Sees to it that a set entry wakes `waker`.
    fn renew(self: Pin<&Self>, waker: &Waker) -> Poll<Result<(), Closed>> {
        // Cloning and dropping a waker is foreign code: not under the claim.
        let mut fresh = None;
        loop {
            let renewed = self.change(|_| {
                if !self.is_linked() {
                    return None;
                }
                let mut kept = self.waker.take();
                let keeps = kept.as_ref().is_some_and(|kept| kept.will_wake(waker));
                let renews = !keeps && fresh.is_some();
                if renews {
                    std::mem::swap(&mut kept, &mut fresh);
                }
                self.waker.set(kept);
                Some(keeps || renews)
            });
            match renewed {
                None => return Poll::Ready(self.outcome()),
                Some(true) => return Poll::Pending,
                Some(false) => fresh = Some(waker.clone()),
            }
        }
    }

    /// Moves the deadline of a linked entry to a later time, for the wheel to find out; `false` if
    /// it is not linked any more, or has to be told.
    fn put_off(&self, deadline: u64) -> bool {
        let mut seen = self.word();
        while seen <= deadline {
            // Relaxed: the loop reads it under the claim. Acquire: as in `word`.
            match self.word.compare_exchange(seen, deadline, Ordering::Relaxed, Ordering::Acquire) {
                Ok(_) => return true,
                Err(word) => seen = word,
            }
        }
        false
    }

    /// Moves the deadline of a linked entry to an earlier time; `false` if no loop knows the entry.
    fn hasten(self: Pin<&Self>, deadline: u64) -> bool {
        if !self.is_linked() {
            return false;
        }
        // What is due already is not left to the next turn, which may be far off.
        let is_due = deadline <= self.port.clock().tick();
        let hastened = self.change(|mut held| {
            if !held.unlink() {
                return None;
            }
            if is_due {
                self.node.deadline.set(deadline);
                // Relaxed: no loop knows the entry any more.
                self.word.store(FIRED, Ordering::Relaxed);
                return Some(Hastened::Due(self.waker.take()));
            }
            // Relaxed: the loop reads it under the claim.
            self.word.store(deadline, Ordering::Relaxed);
            // SAFETY: in no wheel, pinned, and unlinked before its end as ever.
            Some(Hastened::Linked(unsafe { held.claimed.link(self.as_ptr(), deadline) }))
        });
        match hastened {
            None => return false,
            Some(Hastened::Linked(Oversleeps(true))) => self.port.unpark(),
            Some(Hastened::Due(Some(waker))) => waker.wake(),
            Some(_) => {}
        }
        true
    }

    /// Takes the entry back from the loop.
    fn withdraw(&self) {
        if !self.is_linked() {
            return;
        }
        let waker = self.change(|mut held| held.unlink().then(|| self.waker.take()).flatten());
        drop(waker);
    }

    /// Takes the claim of the loop for one step, in which no foreign code may run.
    #[inline]
    fn change<R>(&self, step: impl FnOnce(Held<'_>) -> R) -> R {
        self.port.timers().change(|claimed| step(Held { entry: self, claimed }))
    }

    fn as_ptr(self: Pin<&Self>) -> NonNull<TimerEntry> {
        NonNull::from(self.get_ref())
    }

    /// How the wait of an entry has ended that a loop has let go of.
    fn outcome(&self) -> Result<(), Closed> {
        if self.has_fired() { Ok(()) } else { Err(Closed) }
    }

    /// Whether a loop knows the entry.
    fn is_linked(&self) -> bool {
        self.word() <= LATEST
    }

    fn word(&self) -> u64 {
        // Acquire, pairs with the release in `end`: who sees what that writes may free the entry.
        self.word.load(Ordering::Acquire)
    }
}

/// An entry, with the claim of its loop.
struct Held<'a> {
    entry: &'a TimerEntry,
    claimed: &'a mut Claimed,
}

impl Held<'_> {
    /// Unlinks the entry; answers `false` if it is not linked any more.
    #[inline]
    fn unlink(&mut self) -> bool {
        // Under the claim the word cannot change any more, since the owner is here.
        let is_linked = self.entry.is_linked();
        if is_linked {
            // SAFETY: alive, and linked into the wheel of its loop, which is this one.
            unsafe { self.claimed.wheel.remove(NonNull::from(self.entry).cast()) };
        }
        is_linked
    }
}

impl Drop for TimerEntry {
    fn drop(&mut self) {
        // What was ever linked is pinned, so its place is still its own.
        self.withdraw();
        debug_assert!(self.waker.take().is_none(), "whoever unlinks an entry takes its waker");
    }
}

impl fmt::Debug for TimerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimerEntry").field("word", &self.word).finish_non_exhaustive()
    }
}
