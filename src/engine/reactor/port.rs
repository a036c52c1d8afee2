//! The side of a reactor that any thread may use.

use super::delivery::Delivery;
use super::registry::{ALARM, Registry, WAKE};
use super::source::Source;
use super::timers::Timers;
use super::turn::Reactor;
use super::{Ready, platform};
use crate::engine::clock::AnchoredClock;
use crate::shim::Arc;
use crate::shim::atomic::{AtomicBool, AtomicU64, Ordering};
use mio::Interest;
use mio::unix::SourceFd;
use std::io;
use std::os::fd::RawFd;

/// What everything says that needs a runtime which is gone.
pub(crate) const SHUTDOWN: &str = "A Tokio 1.x context was found, but it is being shutdown.";

const REGISTERED: usize = 0;
const DEREGISTERED: usize = 1;
const EVENTS: usize = 2;

/// The one error of a source whose runtime is gone.
pub(crate) fn shutdown_error() -> io::Error {
    io::Error::other(SHUTDOWN)
}

/// Whether `error` is that of [`shutdown_error`].
pub(crate) fn is_shutdown(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Other
        && error.get_ref().is_some_and(|inner| inner.to_string() == SHUTDOWN)
}

/// Makes the two sides of a loop's reactor, whose timers
/// count by `clock`.
pub(crate) fn pair(clock: Arc<AnchoredClock>) -> io::Result<(Reactor, Arc<Port>)> {
    let poll = mio::Poll::new()?;
    let alarm = platform::Alarm::new(poll.registry(), ALARM, &clock)?;
    let port = Port {
        poller: poll.registry().try_clone()?,
        waker: mio::Waker::new(poll.registry(), WAKE)?,
        sources: Registry::new(),
        waiting: AtomicBool::new(false),
        shut: AtomicBool::new(false),
        timers: Timers::new(),
        clock,
        figures: [const { AtomicU64::new(0) }; 3],
        rang: AtomicBool::new(false),
    };
    Ok((Reactor::new(poll, alarm), Arc::new(port)))
}

/// Wakes a loop, registers its sources and sets its timers.
#[derive(Debug)]
pub(crate) struct Port {
    poller: mio::Registry,
    waker: mio::Waker,
    sources: Registry,
    // Set by a task that begins to wait for I/O, cleared by the turn that polls for it.
    waiting: AtomicBool,
    // Set by `shutdown`, once. For sources that are not registered; the others are told.
    shut: AtomicBool,
    timers: Timers,
    clock: Arc<AnchoredClock>,
    // For metrics: descriptors watched so far, those not watched any more, events.
    figures: [AtomicU64; 3],
    // Set by the turn that hears the bell, cleared by the loop that acts on it.
    rang: AtomicBool,
}

impl Port {
    /// Makes the turn that waits return, or the next one that would.
    ///
    /// # Panics
    ///
    /// If the operating system refuses, which a correct program cannot bring about.
    pub(crate) fn unpark(&self) {
        while let Err(error) = self.waker.wake() {
            match error.kind() {
                io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock => {}
                _ => panic!("the event loop cannot be woken: {error}"),
            }
        }
    }

    /// Has the loop watch `fd`, which the owner keeps open until [`Port::deregister`]. The source
    /// is taken to be `ready` until an event says more.
    pub(crate) fn register(
        &self,
        fd: RawFd,
        interest: Interest,
        ready: Ready,
    ) -> io::Result<Arc<Source>> {
        // The source comes first: another thread may poll its first event before we are back.
        let source = self.sources.add(ready)?;
        let registered = self.poller.register(&mut SourceFd(&fd), source.token(), interest);
        if let Err(error) = registered {
            self.sources.remove(&source);
            return Err(error);
        }
        self.count(REGISTERED, 1);
        // Its first event says what it is ready for now, and is there already.
        self.begin_waiting();
        Ok(source)
    }

    /// Has the loop forget `fd`. To be called once for each source, before the descriptor is closed.
    pub(crate) fn deregister(&self, source: &Source, fd: RawFd) -> io::Result<()> {
        self.sources.remove(source);
        self.count(DEREGISTERED, 1);
        self.poller.deregister(&mut SourceFd(&fd))
    }

    /// The loop's timers.
    pub(crate) fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The clock that the loop's timers count by.
    pub(crate) fn clock(&self) -> &AnchoredClock {
        &self.clock
    }

    /// Says that a task begins to wait for I/O on this loop, which asks for a poll at its next turn.
    pub(crate) fn begin_waiting(&self) {
        // Relaxed: a hint about when to poll; it publishes nothing.
        self.waiting.store(true, Ordering::Relaxed);
    }

    /// Whether a task began to wait for I/O since the last poll.
    pub(crate) fn waiting_for_io(&self) -> bool {
        // Relaxed: as in `begin_waiting`.
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many descriptors were watched so far.
    pub(crate) fn registered(&self) -> u64 {
        self.figure(REGISTERED)
    }

    /// How many of them are not watched any more.
    pub(crate) fn deregistered(&self) -> u64 {
        self.figure(DEREGISTERED)
    }

    /// How many descriptors are watched.
    pub(crate) fn watched(&self) -> u64 {
        self.registered().saturating_sub(self.deregistered())
    }

    /// How many events the operating system has reported.
    pub(crate) fn events(&self) -> u64 {
        self.figure(EVENTS)
    }

    pub(super) fn count_events(&self, count: usize) {
        if count > 0 {
            self.count(EVENTS, count as u64);
        }
    }

    fn figure(&self, index: usize) -> u64 {
        // Relaxed: a figure, which publishes nothing.
        self.figures[index].load(Ordering::Relaxed)
    }

    fn count(&self, index: usize, by: u64) {
        // Relaxed: as in `figure`.
        self.figures[index].fetch_add(by, Ordering::Relaxed);
    }

    /// Notes that the bell has rung for this loop.
    pub(super) fn note_bell(&self) {
        // Relaxed: it publishes nothing.
        self.rang.store(true, Ordering::Relaxed);
    }

    /// Whether the bell has rung for this loop since the last call.
    pub(crate) fn take_bell(&self) -> bool {
        // Relaxed: as in `note_bell`; the first look spares the exchange.
        self.rang.load(Ordering::Relaxed) && self.rang.swap(false, Ordering::Relaxed)
    }

    /// Whether the runtime is gone.
    pub(crate) fn is_shutdown(&self) -> bool {
        // Acquire, pairs with the store in `shutdown`: who sees it sees all that led to it.
        self.shut.load(Ordering::Acquire)
    }

    /// Ends all sources and timers, and wakes whoever waits for them.
    pub(crate) fn shutdown(&self) {
        // Release, pairs with the load in `is_shutdown`.
        self.shut.store(true, Ordering::Release);
        let mut delivery = Delivery::new();
        self.sources.close(&mut delivery);
        self.timers.close(&mut delivery);
        delivery.finish();
    }

    pub(super) fn sources(&self) -> &Registry {
        &self.sources
    }

    /// Starts a poll, after which only new waits ask for another.
    pub(super) fn begin_poll(&self) {
        // Relaxed: as in `begin_waiting`.
        self.waiting.store(false, Ordering::Relaxed);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // Whatever still waits must not wait for ever, nor point into a wheel that is gone.
        self.shutdown();
    }
}
