//! What all listeners of one runtime for one kind of signal share.
//!
//! The first listener for a kind makes the hub, which stays until the runtime ends. So a signal is
//! news until the loop has looked at the operating system, and not after: a listener that is
//! dropped and made again between two looks misses nothing, and hears nothing twice.
//!
//! ```text
//!   handler ── byte into the pipe ── event ── deliver ── Hub::wake ── each listener has heard
//! ```

use super::kind::SignalKind;
use super::pipe::SignalPipe;
use crate::engine::reactor::Direction;
use crate::engine::scheduler::Shared;
use crate::engine::task::budget;
use crate::io::{Interest, Ready, Registration};
use crate::shim::{Arc, Mutex};
use crate::util::arc_wake::{self, ArcWake};
use crate::util::wakers::Wakers;
use slab::Slab;
use std::collections::BTreeMap;
use std::ffi::c_int;
use std::os::fd::AsRawFd;
use std::task::{Context, Poll, Waker, ready};
use std::{io, mem};

/// The hubs of all runtimes, by the number of the runtime and of the signal.
static HUBS: Mutex<BTreeMap<(u64, c_int), Arc<Hub>>> = Mutex::new(BTreeMap::new());

/// Tells every listener when a signal has come.
#[derive(Debug)]
pub(super) struct Hub {
    key: (u64, c_int),
    // Dropped first: what is registered must still be open.
    registration: Registration,
    pipe: SignalPipe,
    ears: Mutex<Ears>,
}

#[derive(Debug)]
struct Ears {
    /// Whether the runtime has ended.
    ended: bool,
    all: Slab<Ear>,
}

/// What one listener knows.
#[derive(Debug, Default)]
struct Ear {
    heard: bool,
    waker: Option<Waker>,
}

impl Hub {
    /// The hub of `runtime`, in whose context the caller is, for a kind.
    pub(super) fn of(runtime: &Shared, kind: SignalKind) -> io::Result<Arc<Hub>> {
        let key = (runtime.id(), kind.as_raw_value());
        let mut hubs = HUBS.lock();
        if let Some(hub) = hubs.get(&key) {
            return Ok(Arc::clone(hub));
        }
        let pipe = SignalPipe::new(kind)?;
        let registration = Registration::new(pipe.as_raw_fd(), Interest::READABLE, Ready::EMPTY)?;
        let ears = Mutex::new(Ears { ended: false, all: Slab::new() });
        let hub = Arc::new(Hub { key, registration, pipe, ears });
        Self::listen(&hub, &mut Wakers::new())?;
        hubs.insert(key, Arc::clone(&hub));
        Ok(hub)
    }

    /// Adds a listener, which has heard nothing; answers its key.
    pub(super) fn add(&self) -> usize {
        self.ears.lock().all.insert(Ear::default())
    }

    /// Forgets a listener.
    pub(super) fn remove(&self, ear: usize) {
        let gone = self.ears.lock().all.remove(ear);
        // A waker is foreign code: only now, without the lock.
        drop(gone);
    }

    /// Waits until a listener has heard something; `None` if it never will.
    pub(super) fn poll_heard(&self, ear: usize, cx: &mut Context<'_>) -> Poll<Option<()>> {
        let charge = ready!(budget::poll_proceed(cx));
        let mut fresh: Option<Waker> = None;
        loop {
            let mut ears = self.ears.lock();
            let Ears { ended, all } = &mut *ears;
            let heard = mem::take(&mut all[ear].heard);
            if heard || *ended {
                charge.made_progress();
                return Poll::Ready(heard.then_some(()));
            }
            let place = &mut all[ear].waker;
            if !place.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                // Once around to clone the waker with no lock held; meanwhile there may be news.
                let Some(waker) = fresh.take() else {
                    drop(ears);
                    fresh = Some(cx.waker().clone());
                    continue;
                };
                let replaced = place.replace(waker);
                drop(ears);
                drop(replaced);
            }
            self.registration.begin_waiting();
            return Poll::Pending;
        }
    }

    /// Takes in what has come, and has this woken for what comes next; an error if the runtime has
    /// ended. Who waits is left to the caller to wake: wakers may panic.
    fn listen(this: &Arc<Self>, wakers: &mut Wakers) -> io::Result<()> {
        let waker = arc_wake::borrowed(this);
        let mut cx = Context::from_waker(&waker);
        while let Poll::Ready(seen) = this.registration.poll_ready(&mut cx, Direction::Read) {
            // A signal from here on is an event of its own.
            this.registration.clear(seen?, Direction::Read.mask());
            if this.pipe.drain() {
                this.tell(wakers, |ears| ears.all.iter_mut().for_each(|(_, ear)| ear.heard = true));
            }
        }
        Ok(())
    }

    /// Changes what the listeners know, and collects who waits for that.
    fn tell(&self, wakers: &mut Wakers, change: impl FnOnce(&mut Ears)) {
        let mut ears = self.ears.lock();
        change(&mut ears);
        ears.all.iter_mut().filter_map(|(_, ear)| ear.waker.take()).for_each(|w| wakers.push(w));
    }
}

impl ArcWake for Hub {
    fn wake(this: &Arc<Self>) {
        let mut wakers = Wakers::new();
        if Self::listen(this, &mut wakers).is_err() {
            this.tell(&mut wakers, |ears| ears.ended = true);
            let gone = HUBS.lock().remove(&this.key);
            // It may be the last to know the runtime, which is more than a lock should see.
            drop(gone);
        }
        wakers.wake_all();
    }
}
