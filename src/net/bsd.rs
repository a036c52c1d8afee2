//! What this room asks of every other Unix; the sibling `linux.rs` exports the same names.

use super::unix::UCred;
use socket2::{Domain, SockAddr, SockRef, Socket, Type};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::net::SocketAddr;

/// Opens a socket that never blocks and that child processes do not inherit.
pub(super) fn socket(domain: Domain, kind: Type) -> io::Result<Socket> {
    let socket = Socket::new(domain, kind, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Opens two Unix sockets that are connected to each other, likewise.
pub(super) fn pair(kind: Type) -> io::Result<(Socket, Socket)> {
    let (a, b) = Socket::pair(Domain::UNIX, kind, None)?;
    a.set_nonblocking(true)?;
    b.set_nonblocking(true)?;
    Ok((a, b))
}

/// Takes a waiting connection, likewise.
pub(super) fn accept(listener: impl AsFd) -> io::Result<(Socket, SockAddr)> {
    let (socket, addr) = SockRef::from(&listener).accept()?;
    socket.set_nonblocking(true)?;
    Ok((socket, addr))
}

/// Abstract addresses exist on Linux only.
pub(super) fn abstract_addr(_name: &[u8]) -> io::Result<SocketAddr> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "abstract addresses exist on Linux only"))
}

/// The name in such an address: there is none.
pub(super) fn abstract_name(_addr: &SocketAddr) -> Option<&[u8]> {
    None
}

/// Who connected the other end of a Unix stream.
///
/// The process is not told here.
pub(super) fn peer_cred(socket: impl AsFd) -> io::Result<UCred> {
    let (mut uid, mut gid) = (0, 0);
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: both pointers are to live locals of the types that the call writes.
    let done = unsafe { libc::getpeereid(fd, &raw mut uid, &raw mut gid) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(UCred { uid, gid, pid: None })
}

/// The socket option that makes the kernel tell how many bytes a receive has left: none has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inq {}

impl Inq {
    /// The option of TCP.
    pub(super) const TCP: Option<Inq> = None;
    /// The option of Unix streams.
    pub(super) const UNIX: Option<Inq> = None;

    /// Switches the answer on or off.
    pub(super) fn set(self, _socket: BorrowedFd<'_>, _on: bool) -> io::Result<()> {
        match self {}
    }

    /// Receives; also says how many bytes are left.
    pub(super) fn recv(
        self,
        _socket: BorrowedFd<'_>,
        _buf: &mut [MaybeUninit<u8>],
    ) -> io::Result<(usize, Option<usize>)> {
        match self {}
    }
}
