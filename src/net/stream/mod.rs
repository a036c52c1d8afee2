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
use crate::engine::task::budget::poll_proceed;
use crate::io::{Drained, Evented, Interest, ReadBuf, Ready};
use crate::shim::atomic::{AtomicU8, Ordering};
use bytes::BufMut;
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll, ready};

/// What the operating system calls a stream.
pub(super) trait Bytes: AsFd + AsRawFd {
    /// The option that makes a receive tell how much is left.
    const INQ: Option<Inq>;
    /// Whether a receive that fills less than its buffer has taken all, but for urgent data.
    const SHORT_IS_ALL: bool;

    /// Receives into uninitialised memory, once.
    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()>;
}

impl Bytes for TcpStream {
    const INQ: Option<Inq> = Inq::TCP;
    const SHORT_IS_ALL: bool = Inq::TCP.is_some();

    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        sys::recv(self, buf, 0)
    }
}

impl Bytes for UnixStream {
    const INQ: Option<Inq> = Inq::UNIX;
    // It also stops where descriptors come along.
    const SHORT_IS_ALL: bool = false;

    fn recv(&self, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        sys::recv(self, buf, 0)
    }
}

impl Bytes for File {
    const INQ: Option<Inq> = None;
    const SHORT_IS_ALL: bool = false;

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

/// The last receive has told whether there is more, if there was one.
const TOLD: u8 = 0;
/// It has left that open; if the next one would block, it was in vain, and counting begins.
const OPEN: u8 = 1;
/// Receives tell how much is left.
const COUNTING: u8 = 2;
/// The option is on, but the last receive has told all by coming short. The next is likely to, and
/// does without the price of a control message.
const RESTING: u8 = 3;
/// The kernel refused, or the user makes calls that expect no option of ours.
const PLAIN: u8 = 4;

impl<S: Bytes> Stream<S> {
    /// Urgent data has to be known of where it would be taken for the end of what there is.
    const WATCHED: Interest = match S::SHORT_IS_ALL {
        true => Interest::READABLE.add(Interest::WRITABLE).add(Interest::PRIORITY),
        false => Interest::READABLE.add(Interest::WRITABLE),
    };

    /// Takes over what is in non-blocking mode, and is taken to be `ready` until an event says more.
    #[track_caller]
    pub(super) fn new(io: S, ready: Ready) -> io::Result<Self> {
        Ok(Self::over(Evented::with_interest(io, Self::WATCHED, ready)?))
    }

    fn over(io: Evented<S>) -> Self {
        Self { io, counting: AtomicU8::new(TOLD) }
    }

    /// Takes over one end of what goes in one direction.
    #[track_caller]
    pub(super) fn one_way(io: S, interest: Interest, ready: Ready) -> io::Result<Self> {
        let io = Evented::one_way(io, interest, ready)?;
        Ok(Self { io, counting: AtomicU8::new(PLAIN) })
    }

    /// Takes over what a user brings.
    #[track_caller]
    pub(super) fn from_std(io: S) -> io::Result<Self> {
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
            return poll_nothing(cx, ());
        }
        self.io.poll_drain(cx, Direction::Read, || self.read(buf))
    }

    fn read(&self, buf: &mut ReadBuf<'_>) -> io::Result<((), Drained)> {
        // Relaxed, as all of this file: what the word stands for is in the kernel.
        let state = self.counting.load(Ordering::Relaxed);
        let Some(inq) = S::INQ.filter(|_| state != PLAIN) else {
            return self.io.recv(buf).map(|()| ((), Drained::No));
        };
        if state != COUNTING {
            return self.read_plainly(buf, state, inq);
        }
        let room = buf.remaining();
        // That nothing is left does not hide the end of a stream: a closed side is known as such
        // beside what is readable, and stays so.
        let left = sys::recv_counting(&*self.io, buf, inq)?;
        if Self::came_short(room, buf) {
            self.turn(COUNTING, RESTING);
        }
        Ok(((), if left == Some(0) { Drained::Yes } else { Drained::No }))
    }

    fn read_plainly(
        &self,
        buf: &mut ReadBuf<'_>,
        state: u8,
        inq: Inq,
    ) -> io::Result<((), Drained)> {
        let room = buf.remaining();
        if let Err(error) = self.io.recv(buf) {
            if error.kind() == io::ErrorKind::WouldBlock && state == OPEN {
                self.start_counting(inq);
            }
            return Err(error);
        }
        let is_short = Self::came_short(room, buf);
        match (state, is_short) {
            (RESTING, false) => self.turn(RESTING, COUNTING),
            (TOLD, false) => self.turn(TOLD, OPEN),
            (OPEN, true) => self.turn(OPEN, TOLD),
            _ => {}
        }
        Ok(((), if is_short { Drained::Short } else { Drained::No }))
    }

    /// Whether a receive into `buf`, which had so much `room`, has told that nothing is left. One of
    /// no bytes tells of the end instead.
    fn came_short(room: usize, buf: &ReadBuf<'_>) -> bool {
        S::SHORT_IS_ALL && buf.remaining() != 0 && buf.remaining() != room
    }

    /// Goes from one state to another, unless the stream is plain by now.
    fn turn(&self, from: u8, to: u8) {
        // Relaxed: see `read`.
        let _ = self.counting.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Puts our option on the socket.
    #[cold]
    fn start_counting(&self, inq: Inq) {
        let state = if inq.set(self.io.as_fd(), true).is_ok() { COUNTING } else { PLAIN };
        // Relaxed: see `read`.
        let order = Ordering::Relaxed;
        if self.counting.compare_exchange(OPEN, state, order, order) == Err(PLAIN) {
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
            (COUNTING | RESTING, Some(inq)) => inq.set(self.io.as_fd(), false),
            _ => Ok(()),
        }
    }
}

/// Does what needs no system call, for its share of the budget all the same.
fn poll_nothing<R>(cx: &mut Context<'_>, done: R) -> Poll<io::Result<R>> {
    ready!(poll_proceed(cx)).made_progress();
    Poll::Ready(Ok(done))
}

impl<S: Bytes> Stream<S>
where
    for<'a> &'a S: Read + Write,
{
    pub(super) fn poll_write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if buf.is_empty() {
            return poll_nothing(cx, 0);
        }
        self.io.poll_io(cx, Direction::Write, || (&*self.io).write(buf))
    }

    pub(super) fn poll_write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if bufs.iter().all(|buf| buf.is_empty()) {
            return poll_nothing(cx, 0);
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
