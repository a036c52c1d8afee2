//! The one bridge from an operating system object to the reactor.

use super::operation::Drained;
use super::registration::Registration;
use super::{Interest, Ready};
use crate::engine::reactor::{Direction, ReadyEvent};
use std::fmt;
use std::io;
use std::ops::Deref;
use std::os::fd::AsRawFd;
use std::task::{Context, Poll};

/// A non-blocking object of the operating system, with its place in the reactor.
pub(crate) struct Evented<S: AsRawFd> {
    // Dropped first: what is registered must still be open.
    registration: Registration,
    io: S,
}

impl<S: AsRawFd> Evented<S> {
    /// Takes over `io`, which has to be in non-blocking mode, for the runtime of this context.
    ///
    /// # Errors
    ///
    /// If that has shut down.
    ///
    /// # Panics
    ///
    /// If there is no such runtime, or it was built without I/O.
    #[track_caller]
    pub(crate) fn new(io: S) -> io::Result<Evented<S>> {
        Evented::assuming(io, Ready::EMPTY)
    }

    /// As [`Evented::new`], for an object that is `ready` by the way it was made.
    #[track_caller]
    pub(crate) fn assuming(io: S, ready: Ready) -> io::Result<Evented<S>> {
        Evented::with_interest(io, Interest::READABLE | Interest::WRITABLE, ready)
    }

    /// As [`Evented::assuming`], for an object of which only some readiness is ever asked.
    #[track_caller]
    pub(crate) fn with_interest(io: S, interest: Interest, ready: Ready) -> io::Result<Evented<S>> {
        Ok(Evented { registration: Registration::new(io.as_raw_fd(), interest, ready)?, io })
    }

    /// As [`Evented::with_interest`], for one end of a pipe, whose other end may come back.
    ///
    /// It is watched at once, since what a user does with it goes by what is known of it.
    #[track_caller]
    pub(crate) fn one_way(io: S, interest: Interest, ready: Ready) -> io::Result<Evented<S>> {
        let registration = Registration::new(io.as_raw_fd(), interest, ready)?.that_reopens();
        registration.register()?;
        Ok(Evented { registration, io })
    }

    /// As [`Evented::with_interest`], for what this object has handed out; outside a runtime with I/O
    /// it goes to that of this object.
    pub(crate) fn beside<T: AsRawFd>(&self, io: T, interest: Interest, ready: Ready) -> Evented<T> {
        Evented { registration: self.registration.beside(io.as_raw_fd(), interest, ready), io }
    }

    /// As [`Registration::poll_io`].
    pub(crate) fn poll_io<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        op: impl FnMut() -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.registration.poll_io(cx, direction, op)
    }

    /// As [`Registration::poll_drain`].
    pub(crate) fn poll_drain<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        op: impl FnMut() -> io::Result<(R, Drained)>,
    ) -> Poll<io::Result<R>> {
        self.registration.poll_drain(cx, direction, op)
    }

    /// As [`Registration::async_io`].
    pub(crate) async fn async_io<R>(
        &self,
        interest: Interest,
        op: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.async_io(interest, op).await
    }

    /// As [`Registration::async_io_of_user`].
    pub(crate) async fn async_io_of_user<R>(
        &self,
        interest: Interest,
        op: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.async_io_of_user(interest, op).await
    }

    /// As [`Registration::try_io`].
    pub(crate) fn try_io<R>(
        &self,
        interest: Interest,
        op: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration.try_io(interest, op)
    }

    /// As [`Registration::readiness`].
    pub(crate) async fn readiness(&self, interest: Interest) -> io::Result<ReadyEvent> {
        self.registration.readiness(interest).await
    }

    /// Waits for readiness to be read; only the last caller is woken.
    pub(crate) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.registration.poll_readiness(cx, Direction::Read)
    }

    /// Waits for readiness to be written; only the last caller is woken.
    pub(crate) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.registration.poll_readiness(cx, Direction::Write)
    }

    /// Ends the watch and hands the object out.
    pub(crate) fn into_inner(self) -> io::Result<S> {
        self.registration.deregister()?;
        Ok(self.io)
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
