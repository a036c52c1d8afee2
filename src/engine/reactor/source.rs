//! One registered operating system object, as those see it who wait for it.
//!
//! ```text
//!   task                                    turn
//!   sample the word: not ready              note the event in the word
//!   lock, leave a waker, unlock             lock, take the wakers, unlock
//!   sample again                            wake them
//! ```
//!
//! The lock puts the two middle lines in an order. If the task's comes first its waker is taken;
//! if the turn's comes first, the second sample sees the event. So no event is missed.

use super::delivery::Delivery;
use super::state::{ReadyEvent, State};
use super::{Ready, shutdown_error};
use crate::shim::{Cell, Mutex};
use crate::util::list::{Linked, Links, List};
use crate::util::wakers::Wakers;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Direction {
    const BOTH: [Direction; 2] = [Direction::Read, Direction::Write];

    /// The readiness that lets an operation in this direction make progress.
    pub(crate) const fn mask(self) -> Ready {
        match self {
            Direction::Read => Ready::READABLE.union(Ready::READ_CLOSED),
            Direction::Write => Ready::WRITABLE.union(Ready::WRITE_CLOSED),
        }
    }
}

/// The readiness of one registered object, shared by the reactor and the object's owner.
pub(crate) struct Source {
    state: State,
    waiters: Mutex<Waiters>,
    token: mio::Token,
}

/// Who is to be woken. The `poll_*` methods keep one waker for each direction, that of the last
/// call; futures link themselves.
struct Waiters {
    slots: [Option<Waker>; 2],
    list: List<Waiter>,
}

impl Source {
    pub(super) fn new(token: mio::Token, ready: Ready) -> Source {
        let waiters = Waiters { slots: [None, None], list: List::new() };
        Source { state: State::new(ready), waiters: Mutex::new(waiters), token }
    }

    pub(super) fn token(&self) -> mio::Token {
        self.token
    }

    /// What of `interest` the object is ready for; an error after shutdown.
    pub(crate) fn ready(&self, interest: Ready) -> io::Result<ReadyEvent> {
        let seen = self.state.sample().ok_or_else(shutdown_error)?;
        Ok(seen.narrowed(interest))
    }

    /// Waits for one direction; only the last caller's task for each direction is woken.
    pub(crate) fn poll_ready(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        self.poll_with(direction.mask(), cx.waker(), Place::Slot(direction))
    }

    /// Waits for `interest`, beside any number of others.
    pub(crate) fn readiness(&self, interest: Ready) -> Readiness<'_> {
        let (waker, linked) = (Cell::new(None), Cell::new(false));
        Readiness { source: self, waiter: Waiter { links: Links::new(), interest, waker, linked } }
    }

    /// Takes `bits` back, unless something arrived after `seen` was sampled.
    pub(crate) fn clear(&self, seen: ReadyEvent, bits: Ready) {
        self.state.clear(seen, bits);
    }

    /// Notes an event; [`Source::collect`] says whom to wake.
    pub(super) fn arrived(&self, ready: Ready) {
        self.state.arrived(ready);
    }

    /// Ends the source; [`Source::collect`] with everything then says whom to wake.
    pub(super) fn shut(&self) {
        self.state.shut();
    }

    /// Moves the wakers that wait for `ready` into `wakers`; `true` if there are more than fit.
    pub(super) fn collect(&self, ready: Ready, wakers: &mut Wakers) -> bool {
        let mut waiters = self.waiters.lock();
        for direction in Direction::BOTH {
            if !ready.intersects(direction.mask()) {
                continue;
            }
            if wakers.is_full() {
                return true;
            }
            if let Some(waker) = waiters.slots[direction as usize].take() {
                wakers.push(waker);
            }
        }
        waiters.collect_list(ready, wakers)
    }

    /// Wakes all that wait for `ready`, in as many batches as it takes, but for the last.
    pub(super) fn collect_all(&self, ready: Ready, delivery: &mut Delivery) {
        while self.collect(ready, delivery.wakers()) {
            delivery.send();
        }
    }

    fn poll_with(
        &self,
        mask: Ready,
        waker: &Waker,
        place: Place<'_>,
    ) -> Poll<io::Result<ReadyEvent>> {
        let mut seen = self.ready(mask)?;
        if seen.ready.is_empty() {
            self.leave(waker, &place);
            seen = self.ready(mask)?;
        }
        if seen.ready.is_empty() { Poll::Pending } else { Poll::Ready(Ok(seen)) }
    }

    /// Leaves a clone of `waker`. Cloning and dropping wakers is foreign code, so both happen with
    /// the lock released.
    fn leave(&self, waker: &Waker, place: &Place<'_>) {
        // An event has mostly taken the last one out, so the clone is rarely for nothing.
        let fresh = waker.clone();
        let old = self.waiters.lock().replace(place, fresh);
        drop(old);
    }
}

/// Where a waker is left.
enum Place<'a> {
    Slot(Direction),
    List(&'a Waiter),
}

impl Waiters {
    /// Leaves a waker; answers the one that was there.
    fn replace(&mut self, place: &Place<'_>, waker: Waker) -> Option<Waker> {
        match place {
            Place::Slot(direction) => self.slots[*direction as usize].replace(waker),
            Place::List(waiter) => {
                if !waiter.linked.replace(true) {
                    // SAFETY: part of a pinned future, whose `drop` unlinks it.
                    unsafe { self.list.push_back(NonNull::from(*waiter)) };
                }
                waiter.waker.replace(Some(waker))
            }
        }
    }

    fn collect_list(&mut self, ready: Ready, wakers: &mut Wakers) -> bool {
        let mut more = false;
        let mut rest = self.list.take();
        while let Some(waiter) = rest.front() {
            let wanted = waiter.interest.intersects(ready);
            if wanted && !wakers.is_full() {
                waiter.linked.set(false);
                if let Some(waker) = waiter.waker.take() {
                    wakers.push(waker);
                }
                rest.pop_front();
            } else {
                more |= wanted;
                rest.pass_front(&mut self.list);
            }
        }
        more
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("state", &self.state).finish_non_exhaustive()
    }
}

/// A future's place among those who wait.
struct Waiter {
    links: Links<Waiter>,
    interest: Ready,
    // Guarded by the lock of the source, as all that is not fixed.
    waker: Cell<Option<Waker>>,
    linked: Cell<bool>,
}

// SAFETY: always the same field.
unsafe impl Linked for Waiter {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

/// Resolves when the source is ready for an interest, or shut down.
pub(crate) struct Readiness<'a> {
    source: &'a Source,
    waiter: Waiter,
}

// SAFETY: links and cells are touched under the lock of the source only; wakers are `Send + Sync`.
unsafe impl Sync for Readiness<'_> {}

impl Future for Readiness<'_> {
    type Output = io::Result<ReadyEvent>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.into_ref().get_ref();
        this.source.poll_with(this.waiter.interest, cx.waker(), Place::List(&this.waiter))
    }
}

impl Drop for Readiness<'_> {
    fn drop(&mut self) {
        let mut waiters = self.source.waiters.lock();
        // SAFETY: alive, and in this source's list or in none.
        unsafe { waiters.list.remove(NonNull::from(&self.waiter)) };
        drop(waiters);
        // The waker is foreign code: it goes with the field, after the lock.
    }
}
