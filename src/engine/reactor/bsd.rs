//! What kqueue does its own way: its timeouts are exact, its urgent data is ordinary data.

use super::registry::BELL;
use super::turn::Reactor;
use crate::engine::clock::AnchoredClock;
use crate::shim::Mutex;
use mio::{Interest, Registry, Token};
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// The interest in urgent data, which kqueue reports as readable.
pub(crate) const fn priority() -> Interest {
    Interest::READABLE
}

/// Ends a wait at an exact time. `kevent` counts in nanoseconds, so its own timeout does.
#[derive(Debug)]
pub(crate) struct Alarm;

impl Alarm {
    pub(super) fn new(_: &Registry, _: Token, _: &AnchoredClock) -> io::Result<Alarm> {
        Ok(Alarm)
    }

    /// Sees to it that a wait which begins now ends at `deadline`; answers the timeout it needs.
    pub(super) fn set(&mut self, deadline: u64, clock: &AnchoredClock) -> Option<Duration> {
        Some(Duration::from_nanos(deadline.saturating_sub(clock.now())))
    }

    /// Notes that the alarm went off; a timeout never does.
    pub(super) fn rang(&mut self) {}
}

/// Ends the wait of one of several loops, after a while: a one-shot timer in the queue of a loop
/// that sleeps.
#[derive(Debug)]
pub(crate) struct Bell(Mutex<Vec<Registry>>);

impl Bell {
    pub(crate) fn new() -> io::Result<Bell> {
        Ok(Bell(Mutex::new(Vec::new())))
    }

    /// Has the bell ring for the loop of `reactor` as well; to be called in the order of the loops.
    pub(crate) fn join(&self, reactor: &Reactor) -> io::Result<()> {
        self.0.lock().push(reactor.poller().try_clone()?);
        Ok(())
    }

    /// Rings once, after `delay`, for the loop that sleeps.
    pub(crate) fn ring_after(&self, delay: Duration, sleeper: usize) {
        let add = libc::EV_ADD | libc::EV_ONESHOT;
        change(&self.0.lock()[sleeper], add, delay).expect("a timer takes any valid time");
    }

    /// Does not ring after all.
    pub(crate) fn silence(&self) {
        for poller in &*self.0.lock() {
            // An error says that it was set in the queue of another loop, or has gone off.
            let _ = change(poller, libc::EV_DELETE, Duration::ZERO);
        }
    }
}

/// Changes the bell's timer in one queue.
fn change(poller: &Registry, flags: u16, delay: Duration) -> io::Result<()> {
    // SAFETY: plain numbers and a pointer that is only handed back.
    let mut event: libc::kevent = unsafe { std::mem::zeroed() };
    event.ident = BELL.0;
    event.filter = libc::EVFILT_TIMER;
    event.flags = flags;
    event.fflags = libc::NOTE_USECONDS;
    event.data = delay.as_micros() as _;
    event.udata = std::ptr::without_provenance_mut(BELL.0);
    let poller = poller.as_raw_fd();
    // SAFETY: `event` lives through the call, and null pointers ask for nothing back.
    let set = unsafe { libc::kevent(poller, &event, 1, std::ptr::null_mut(), 0, std::ptr::null()) };
    if set < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
