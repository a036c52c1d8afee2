//! The one bridge from an operating system object to the reactor.
//!
//! An operation is tried first and waited for after it would have blocked:
//!
//! ```text
//!   ready, or never asked ──operation──▶ done
//!     ▲                         │
//!     │                     WouldBlock
//!     │                         ▼
//!     └──event── wait ◀── clear what was sampled before the operation, or register
//! ```

use super::registration::Registration;
use super::{Interest, Ready};
use crate::engine::reactor::{Direction, ReadyEvent};
use crate::engine::task::budget::poll_proceed;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::ops::Deref;
use std::os::fd::AsRawFd;
use std::task::{Context, Poll, ready};

/// Whether an operation that succeeded has left nothing to be had by the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drained {
    Yes,
    No,
}

/// A non-blocking object of the operating system, with its place in the reactor.
pub(crate) struct Evented<S: AsRawFd> {
    // Dropped first: what is registered must still be open.
    registration: Registration,
    io: S,
}

impl<S: AsRawFd> Evented<S> {
    /// Takes over `io`, which has to be in non-blocking mode, for the runtime of this context.
    ///
    /// # Panics
    ///
    /// If there is no such runtime, or it was built without I/O.
    #[track_caller]
    pub(crate) fn new(io: S) -> Evented<S> {
        Evented::with_interest(io, Interest::READABLE | Interest::WRITABLE)
    }

    /// As [`Evented::new`], for an object of which only some readiness is ever asked.
    #[track_caller]
    pub(crate) fn with_interest(io: S, interest: Interest) -> Evented<S> {
        Evented { registration: Registration::new(io.as_raw_fd(), interest), io }
    }

    /// Whether a task has had to wait for the object.
    pub(crate) fn has_waited(&self) -> bool {
        matches!(self.registration.source(), Ok(Some(_)))
    }

    /// Does `op`, waiting while it answers `WouldBlock`; only the last caller for each direction is
    /// woken.
    pub(crate) fn poll_io<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.poll_drain(cx, direction, || op().map(|result| (result, Drained::No)))
    }

    /// As [`Evented::poll_io`]; `op` also says whether the next one would block, which saves the
    /// attempt.
    pub(crate) fn poll_drain<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut op: impl FnMut() -> io::Result<(R, Drained)>,
    ) -> Poll<io::Result<R>> {
        loop {
            let charge = ready!(poll_proceed(cx));
            let seen = match self.registration.source()? {
                Some(_) => Some(ready!(self.registration.poll_ready(cx, direction))?),
                None => None,
            };
            if let Some(result) = self.attempt(seen, direction.mask(), &mut op) {
                charge.made_progress();
                return Poll::Ready(result);
            }
        }
    }

    /// Does `op`, waiting while it answers `WouldBlock`, beside any number of others.
    pub(crate) async fn async_io<R>(
        &self,
        interest: Interest,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        let mask = interest.mask();
        let mut op = || op().map(|result| (result, Drained::No));
        loop {
            let seen = match self.registration.source()? {
                Some(_) => Some(self.registration.readiness(mask).await?),
                None => None,
            };
            let charge = poll_fn(poll_proceed).await;
            if let Some(result) = self.attempt(seen, mask, &mut op) {
                charge.made_progress();
                return result;
            }
        }
    }

    /// Does `op` if the object is ready for it as far as anybody knows.
    pub(crate) fn try_io<R>(
        &self,
        interest: Interest,
        op: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        let mask = interest.mask();
        let seen = self.registration.ready(mask)?;
        if seen.is_some_and(|seen| seen.ready.is_empty()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let result = op();
        if let (Some(seen), Err(error)) = (seen, &result)
            && error.kind() == io::ErrorKind::WouldBlock
        {
            self.registration.clear(seen, mask);
        }
        result
    }

    /// Waits for readiness, beside any number of others.
    pub(crate) async fn readiness(&self, interest: Interest) -> io::Result<ReadyEvent> {
        let charge = poll_fn(poll_proceed).await;
        charge.made_progress();
        self.registration.readiness(interest.mask()).await
    }

    /// Waits for readiness to be read; only the last caller is woken.
    pub(crate) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.poll_direction(cx, Direction::Read)
    }

    /// Waits for readiness to be written; only the last caller is woken.
    pub(crate) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.poll_direction(cx, Direction::Write)
    }

    /// Takes readiness back, except that a side which has ended stays so, and unless something
    /// arrived after `seen`.
    pub(crate) fn clear(&self, seen: ReadyEvent) {
        self.registration.clear(seen, seen.ready - Ready::CLOSED);
    }

    /// Ends the watch and hands the object out.
    pub(crate) fn into_inner(self) -> io::Result<S> {
        self.registration.deregister()?;
        Ok(self.io)
    }

    fn poll_direction(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        let charge = ready!(poll_proceed(cx));
        let seen = ready!(self.registration.poll_ready(cx, direction))?;
        charge.made_progress();
        Poll::Ready(Ok(seen))
    }

    /// Does `op` once; `None` if it would block and the caller has to wait.
    ///
    /// `WouldBlock` is the operating system's word, and takes everything back that was `seen`, the
    /// end of a side included: a named pipe finds a new writer. A drained object has said nothing
    /// about its end, which may have come in one event with the last data.
    fn attempt<R>(
        &self,
        seen: Option<ReadyEvent>,
        mask: Ready,
        op: &mut impl FnMut() -> io::Result<(R, Drained)>,
    ) -> Option<io::Result<R>> {
        let error = match retried(op) {
            Ok((result, drained)) => {
                if let (Some(seen), Drained::Yes) = (seen, drained) {
                    self.registration.clear(seen, mask - Ready::CLOSED);
                }
                return Some(Ok(result));
            }
            Err(error) => error,
        };
        if error.kind() != io::ErrorKind::WouldBlock {
            return Some(Err(error));
        }
        match seen {
            Some(seen) => self.registration.clear(seen, mask),
            // The other direction is as unknown as before, so it stays worth an attempt.
            None => {
                let unknown = (Ready::READABLE | Ready::WRITABLE) - mask;
                return self.registration.register(unknown).err().map(Err);
            }
        }
        None
    }
}

fn retried<R>(op: &mut impl FnMut() -> io::Result<R>) -> io::Result<R> {
    loop {
        match op() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl<S: AsRawFd> Deref for Evented<S> {
    type Target = S;
    fn deref(&self) -> &S {
        &self.io
    }
}

impl<S: AsRawFd + fmt::Debug> fmt::Debug for Evented<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
