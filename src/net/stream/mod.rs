//! What all streams of bytes have in common, whatever carries them.
//!
//! A [`Stream`] is a connected socket, or one end of a pipe, with its place in the reactor. The
//! public types wrap it; the methods that they share are written once, in the files of this
//! folder.

mod attempts;
mod connect;
mod halves;
mod traits;

use super::sys::{self, Inq};
use crate::engine::reactor::Direction;
use crate::io::{Drained, Evented, Interest, ReadBuf, Ready};
use crate::shim::atomic::{AtomicU8, Ordering};
use bytes::BufMut;
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll};

/// What the operating system calls a stream.
pub(super) trait Bytes: AsFd + AsRawFd {
    /// The option that makes a receive tell how much is left.
    const INQ: Option<Inq>;

    /// Receives into uninitialised memory, once.
    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()>;
}

impl Bytes for TcpStream {
    const INQ: Option<Inq> = Inq::TCP;

    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        sys::recv(self, buf, 0)
    }
}

impl Bytes for UnixStream {
    const INQ: Option<Inq> = Inq::UNIX;

    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        sys::recv(self, buf, 0)
    }
}

impl Bytes for File {
    const INQ: Option<Inq> = None;

    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        sys::read(self, buf)
    }
}

/// A stream of bytes with its place in the reactor.
#[derive(Debug)]
pub(super) struct Stream<S: Bytes> {
    io: Evented<S>,
    // Whether receives tell how much is left: one of the constants below. Readers and whoever
    // brings operations of his own write it; it guards nothing but the option it stands for.
    counting: AtomicU8,
}

/// Nobody has had to wait yet; a stream that never waits has no use for counting.
const UNASKED: u8 = 0;
const COUNTING: u8 = 1;
/// The kernel refused, or the user makes calls that expect no option of ours.
const PLAIN: u8 = 2;

impl<S: Bytes> Stream<S> {
    /// Takes over what is in non-blocking mode, and is taken to be `ready` until an event says more.
    #[track_caller]
    pub(super) fn new(io: S, ready: Ready) -> Self {
        Self { io: Evented::assuming(io, ready), counting: AtomicU8::new(UNASKED) }
    }

    /// Takes over one end of what goes in one direction.
    ///
    /// It is watched at once, since what a user does with it goes by what is known of it.
    #[track_caller]
    pub(super) fn one_way(io: S, interest: Interest, ready: Ready) -> io::Result<Self> {
        let io = Evented::with_interest(io, interest, ready);
        io.watch()?;
        Ok(Self { io, counting: AtomicU8::new(PLAIN) })
    }

    /// Takes over what a user brings.
    #[track_caller]
    pub(super) fn from_std(io: S) -> Self {
        sys::debug_assert_nonblocking(&io);
        Self::new(io, Ready::EMPTY)
    }

    /// Gives away what was taken over, as it came.
    pub(super) fn into_std(self) -> io::Result<S> {
        self.stop_counting()?;
        self.io.into_inner()
    }

    /// What is watched, for calls of this room.
    pub(super) fn io(&self) -> &Evented<S> {
        &self.io
    }

    /// What is watched, for calls that a user brings, who may not expect an option of ours.
    pub(super) fn own_io(&self) -> io::Result<&Evented<S>> {
        self.stop_counting()?;
        Ok(&self.io)
    }

    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        self.io.poll_drain(cx, Direction::Read, || self.read(buf))
    }

    fn read(&self, buf: &mut ReadBuf<'_>) -> io::Result<((), Drained)> {
        // Relaxed, as all of this file: what the word stands for is in the kernel.
        let counting = self.counting.load(Ordering::Relaxed);
        let Some(inq) = S::INQ.filter(|_| counting != PLAIN) else {
            return self.io.recv(buf).map(|()| ((), Drained::No));
        };
        if counting == UNASKED {
            let result = self.io.recv(buf);
            if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                self.start_counting(inq);
            }
            return result.map(|()| ((), Drained::No));
        }
        // That nothing is left does not hide the end of a stream: a closed side is known as such
        // beside what is readable, and stays so.
        let left = sys::recv_counting(&*self.io, buf, inq)?;
        Ok(((), if left == Some(0) { Drained::Yes } else { Drained::No }))
    }

    /// Puts our option on the socket.
    #[cold]
    fn start_counting(&self, inq: Inq) {
        let state = if inq.set(self.io.as_fd(), true).is_ok() { COUNTING } else { PLAIN };
        // Relaxed: see `read`.
        let order = Ordering::Relaxed;
        if self.counting.compare_exchange(UNASKED, state, order, order) == Err(PLAIN) {
            // Somebody wants none of it, who may have come between the two lines above.
            let _ = inq.set(self.io.as_fd(), false);
        }
    }

    /// Takes our option off the socket, for good.
    fn stop_counting(&self) -> io::Result<()> {
        // Relaxed: see `read`. A load comes first, since this is called for each operation.
        if self.counting.load(Ordering::Relaxed) == PLAIN {
            return Ok(());
        }
        match (self.counting.swap(PLAIN, Ordering::Relaxed), S::INQ) {
            (COUNTING, Some(inq)) => inq.set(self.io.as_fd(), false),
            _ => Ok(()),
        }
    }
}

impl<S: Bytes> Stream<S>
where
    for<'a> &'a S: Read + Write,
{
    pub(super) fn poll_write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.io.poll_io(cx, Direction::Write, || (&*self.io).write(buf))
    }

    pub(super) fn poll_write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if bufs.iter().all(|buf| buf.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        self.io.poll_io(cx, Direction::Write, || (&*self.io).write_vectored(bufs))
    }

    pub(super) fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.io.try_io(Interest::READABLE, || (&*self.io).read(buf))
    }

    pub(super) fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.io.try_io(Interest::READABLE, || (&*self.io).read_vectored(bufs))
    }

    pub(super) fn try_read_buf(&self, buf: &mut impl BufMut) -> io::Result<usize> {
        let attempt =
            |spare: &mut ReadBuf<'_>| self.io.try_io(Interest::READABLE, || self.io.recv(spare));
        sys::into_spare(buf, attempt).map(|(count, ())| count)
    }

    pub(super) fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        self.io.try_io(Interest::WRITABLE, || (&*self.io).write(buf))
    }

    pub(super) fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.io.try_io(Interest::WRITABLE, || (&*self.io).write_vectored(bufs))
    }
}
