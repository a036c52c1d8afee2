//! A descriptor's place in the reactor, taken when it is first needed.
//!
//! Most operations succeed at once, and many a connection is answered and closed without ever
//! having to wait. So a descriptor is registered at its first `WouldBlock`, with the loop on which
//! that happens; until then it counts as ready for everything.

use super::{Interest, Ready};
use crate::engine::reactor::{Direction, ReadyEvent, Source, shutdown_error};
use crate::engine::scheduler::{Shared, current};
use crate::runtime::MISSING;
use crate::shim::{Arc, Mutex, OnceLock};
use std::os::fd::RawFd;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll};
use std::{fmt, io};

/// One descriptor and the runtime that watches it. Dropping it ends the watch.
pub(crate) struct Registration {
    runtime: Arc<Shared>,
    // Filled by the first task that has to wait, which holds the lock meanwhile; racing ones wait for
    // that one. What the system refuses once, for want of memory, may well succeed the next time.
    place: OnceLock<Placed>,
    placing: Mutex<()>,
    fd: RawFd,
    interest: Interest,
    // What the descriptor is ready for by the way it was made, without anybody having asked.
    assumed: Ready,
    // What is never taken back once an event has told of it.
    lasting: Ready,
}

/// A source, and the loop that it is registered with.
#[derive(Debug)]
struct Placed {
    source: Arc<Source>,
    port: usize,
}

// A panic in between cannot leave a source half changed: it is one word, and a lock that no
// foreign code runs under.
impl UnwindSafe for Registration {}
impl RefUnwindSafe for Registration {}

impl Registration {
    /// Belongs to the runtime in whose context it is made.
    ///
    /// # Errors
    ///
    /// If that has shut down.
    ///
    /// # Panics
    ///
    /// If there is no such runtime, or it was built without I/O.
    #[track_caller]
    pub(crate) fn new(fd: RawFd, interest: Interest, assumed: Ready) -> io::Result<Registration> {
        Ok(Registration::within(runtime_with_io()?, fd, interest, assumed))
    }

    /// For a descriptor that the one of `self` has handed out. Where there is no runtime with I/O in
    /// this context, it belongs to the same one.
    pub(super) fn beside(&self, fd: RawFd, interest: Interest, assumed: Ready) -> Registration {
        let here = current::runtime().filter(|runtime| runtime.io_enabled());
        let runtime = here.unwrap_or_else(|| self.runtime.clone());
        Registration::within(runtime, fd, interest, assumed)
    }

    fn within(runtime: Arc<Shared>, fd: RawFd, interest: Interest, assumed: Ready) -> Registration {
        Registration {
            runtime,
            place: OnceLock::new(),
            placing: Mutex::new(()),
            fd,
            interest,
            assumed,
            lasting: Ready::CLOSED,
        }
    }

    /// For a descriptor of which a side that has ended may begin again, as that of a named pipe with
    /// a new writer.
    pub(super) fn that_reopens(mut self) -> Registration {
        self.lasting = Ready::EMPTY;
        self
    }

    /// Registers the descriptor unless that was done.
    pub(crate) fn register(&self) -> io::Result<&Source> {
        self.register_as(self.assumed)
    }

    /// As [`Registration::register`], for who knows better what it is ready for.
    pub(crate) fn register_as(&self, ready: Ready) -> io::Result<&Source> {
        match self.place.get() {
            Some(placed) => Ok(&placed.source),
            None => self.take_place(ready),
        }
    }

    #[cold]
    fn take_place(&self, ready: Ready) -> io::Result<&Source> {
        let _placing = self.placing.lock();
        if self.place.get().is_none() {
            let port = self.runtime.home_of_source();
            let source =
                self.runtime.port(port).register(self.fd, self.interest.to_mio(), ready)?;
            return Ok(&self.place.get_or_init(|| Placed { source, port }).source);
        }
        Ok(&self.place.get().expect("looked at under the lock").source)
    }

    /// What the descriptor is likely to be ready for while nobody has found out. There is room to
    /// write as a rule; the first event tells what there is to read.
    pub(super) fn unless_asked(&self) -> Ready {
        self.assumed | Ready::WRITABLE
    }

    /// The source, once there is one; an error after shutdown.
    pub(crate) fn source(&self) -> io::Result<Option<&Source>> {
        match self.place.get() {
            Some(placed) => Ok(Some(&placed.source)),
            None if self.runtime.port(0).is_shutdown() => Err(shutdown_error()),
            None => Ok(None),
        }
    }

    /// What of `interest` the descriptor is known to be ready for; `None` if nobody has asked.
    pub(crate) fn ready(&self, interest: Ready) -> io::Result<Option<ReadyEvent>> {
        match self.place.get() {
            Some(placed) => placed.source.ready(interest).map(Some),
            None => Ok(None),
        }
    }

    /// Waits for one direction, in the one place that there is for it.
    pub(crate) fn poll_ready(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        let polled = self.register()?.poll_ready(cx, direction);
        if polled.is_pending() {
            self.begin_waiting();
        }
        polled
    }

    /// Waits for `interest`, beside any number of others.
    pub(super) async fn until_ready(&self, interest: Ready) -> io::Result<ReadyEvent> {
        let source = self.register()?;
        if source.ready(interest)?.ready.is_empty() {
            self.begin_waiting();
        }
        source.readiness(interest).await
    }

    /// Takes back those of `bits` that do not last, unless something arrived after `seen`.
    pub(crate) fn clear(&self, seen: ReadyEvent, bits: Ready) {
        if let Some(placed) = self.place.get() {
            placed.source.clear(seen, bits - self.lasting);
        }
    }

    /// Whether `seen` has bits that no attempt takes back.
    pub(super) fn lasts(&self, seen: ReadyEvent) -> bool {
        seen.ready.intersects(self.lasting)
    }

    /// Takes `bits` back after a read that came short, unless something arrived after `seen`.
    ///
    /// A read stops before urgent data, and leaves what is behind it without another event. Who
    /// calls this has the descriptor watched for urgent data too. That stays known, as the end of a
    /// side does: the event that tells of either may be the last.
    pub(super) fn clear_unless_urgent(&self, seen: ReadyEvent, bits: Ready) {
        let urgent = self.ready(Ready::PRIORITY);
        // An event between the two looks has moved the tick, and nothing is cleared.
        if urgent.is_ok_and(|urgent| urgent.is_some_and(|urgent| urgent.ready.is_empty())) {
            self.clear(seen, bits);
        }
    }

    /// Ends the watch. The descriptor may be closed or handed out afterwards.
    pub(crate) fn deregister(mut self) -> io::Result<()> {
        self.end()
    }

    /// As [`Registration::deregister`], for who drops this afterwards.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self.place.take() {
            Some(placed) => self.runtime.port(placed.port).deregister(&placed.source, self.fd),
            None => Ok(()),
        }
    }

    /// Asks the loop to look at the operating system at its next turn.
    pub(crate) fn begin_waiting(&self) {
        if let Some(placed) = self.place.get() {
            self.runtime.port(placed.port).begin_waiting();
        }
    }
}

/// Refuses after shutdown, for who leaves something behind by making what is refused then.
pub(crate) fn unless_shutdown() -> io::Result<()> {
    match current::runtime() {
        Some(runtime) if runtime.io_enabled() && runtime.port(0).is_shutdown() => {
            Err(shutdown_error())
        }
        _ => Ok(()),
    }
}

/// The runtime of this context.
///
/// # Errors
///
/// If it has shut down.
///
/// # Panics
///
/// If there is none, or it was built without I/O.
#[track_caller]
pub(crate) fn runtime_with_io() -> io::Result<Arc<Shared>> {
    let runtime = current::runtime().expect(MISSING);
    assert!(
        runtime.io_enabled(),
        "A Tokio 1.x context was found, but IO is disabled. \
         Call `enable_io` on the runtime builder to enable IO."
    );
    if runtime.port(0).is_shutdown() { Err(shutdown_error()) } else { Ok(runtime) }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("fd", &self.fd).field("place", &self.place).finish()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // An error says that the descriptor was closed behind our back, and so is watched no more.
        let _ = self.end();
    }
}
