//! The room's one door to the operating system.
//!
//! Every call here is a single attempt that does not wait. What differs between platforms comes
//! from `linux.rs` or `bsd.rs`.

use crate::io::ReadBuf;
use socket2::{SockAddr, SockRef, Socket};
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub(super) use super::platform::{
    Inq, abstract_addr, abstract_name, accept, pair, peer_cred, socket,
};
pub(super) use crate::io::into_spare;

/// How many connections the kernel keeps for a listener that is slow to accept.
pub(super) const BACKLOG: u32 = 1024;

/// Makes a bound socket listen; a number too large for the system is as good as its largest.
pub(super) fn listen(socket: &Socket, backlog: u32) -> io::Result<()> {
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))
}

/// Looks at what has arrived and leaves it there.
pub(super) const PEEK: i32 = libc::MSG_PEEK;

/// Begins to connect; `false` if that is still going on.
pub(super) fn connect(socket: &Socket, addr: &SockAddr) -> io::Result<bool> {
    match socket.connect(addr) {
        Err(error) if is_going_on(&error) => {}
        done => return done.map(|()| true),
    }
    // Within the machine the connection is there by now, though the call did not say so. Asking
    // once more is cheaper than waiting for an event.
    if !addr.as_socket().is_some_and(|addr| addr.ip().is_loopback()) {
        return Ok(false);
    }
    match socket.connect(addr) {
        Err(error) if is_going_on(&error) => Ok(false),
        Err(error) if error.raw_os_error() == Some(libc::EISCONN) => Ok(true),
        done => done.map(|()| true),
    }
}

/// An interrupted attempt goes on by itself, as one in progress does.
fn is_going_on(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EINPROGRESS | libc::EALREADY | libc::EINTR))
}

/// Receives into the unfilled part of `buf`.
pub(super) fn recv(socket: impl AsFd, buf: &mut ReadBuf<'_>, flags: i32) -> io::Result<()> {
    let socket = SockRef::from(&socket);
    // SAFETY: the kernel writes as many bytes as it counts.
    unsafe { fill(buf, |unfilled| Ok((socket.recv_with_flags(unfilled, flags)?, ()))) }
}

/// Receives a datagram, and says who sent it.
pub(super) fn recv_from(
    socket: impl AsFd,
    buf: &mut ReadBuf<'_>,
    flags: i32,
) -> io::Result<SockAddr> {
    let socket = SockRef::from(&socket);
    // SAFETY: the kernel writes as many bytes as it counts.
    unsafe { fill(buf, |unfilled| socket.recv_from_with_flags(unfilled, flags)) }
}

/// Receives from a stream, and says how many bytes are left if the kernel told.
pub(super) fn recv_counting(
    socket: impl AsFd,
    buf: &mut ReadBuf<'_>,
    inq: Inq,
) -> io::Result<Option<usize>> {
    // SAFETY: the kernel writes as many bytes as it counts.
    unsafe { fill(buf, |unfilled| inq.recv(socket.as_fd(), unfilled)) }
}

/// Reads from something that is not a socket.
pub(super) fn read(file: impl AsFd, buf: &mut ReadBuf<'_>) -> io::Result<()> {
    let fd = file.as_fd().as_raw_fd();
    let read = |unfilled: &mut [MaybeUninit<u8>]| {
        // SAFETY: the pointer and the length are those of a slice that may be written to.
        let count = unsafe { libc::read(fd, unfilled.as_mut_ptr().cast(), unfilled.len()) };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        Ok((count, ()))
    };
    // SAFETY: the kernel writes as many bytes as it counts.
    unsafe { fill(buf, read) }
}

/// # Safety
///
/// `receive` has initialised as many bytes, from the start on, as it counts.
unsafe fn fill<R>(
    buf: &mut ReadBuf<'_>,
    receive: impl FnOnce(&mut [MaybeUninit<u8>]) -> io::Result<(usize, R)>,
) -> io::Result<R> {
    // SAFETY: a receiving call only ever initialises bytes.
    let (count, rest) = receive(unsafe { buf.unfilled_mut() })?;
    // SAFETY: the caller says so.
    unsafe { buf.assume_init(count) };
    buf.advance(count);
    Ok(rest)
}

/// The address of a Unix socket: a path or, with a leading NUL byte, a name without a file.
pub(super) fn unix_addr(path: &Path) -> io::Result<SockAddr> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.first() != Some(&0) && bytes.contains(&0) {
        let why = "paths must not contain interior null bytes";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    SockAddr::unix(path)
}

/// The address of an internet socket.
pub(super) fn inet_addr(addr: &SockAddr) -> io::Result<SocketAddr> {
    addr.as_socket().ok_or_else(|| io::Error::other("the peer is not on the internet"))
}

/// How a file was opened: `O_RDONLY`, `O_WRONLY` or `O_RDWR`.
pub(super) fn access_mode(file: impl AsFd) -> io::Result<i32> {
    // SAFETY: the call reads the flags of an open file.
    let flags = unsafe { libc::fcntl(file.as_fd().as_raw_fd(), libc::F_GETFL) };
    if flags == -1 { Err(io::Error::last_os_error()) } else { Ok(flags & libc::O_ACCMODE) }
}

/// Checks, in debug builds, what the caller of a `from_std` promises.
#[track_caller]
pub(super) fn debug_assert_nonblocking(socket: impl AsFd) {
    debug_assert!(
        SockRef::from(&socket).nonblocking().unwrap_or(true),
        "a socket in blocking mode would stop the whole loop: \
         call `set_nonblocking(true)` before handing it over"
    );
}
