//! What this room asks of Linux in its own words; the sibling `bsd.rs` exports the same names.
//!
//! A stream that knows how many bytes are left need not read once more to learn that there are
//! none. Linux says so in a control message beside the bytes: [`Inq`].

use super::unix::UCred;
use libc::c_int;
use socket2::{Domain, MaybeUninitSlice, MsgHdrMut, SockAddr, SockRef, Socket, Type};
use std::io;
use std::mem::{MaybeUninit, offset_of, size_of};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::SocketAddr;

/// Opens a socket that never blocks and that child processes do not inherit.
pub(super) fn socket(domain: Domain, kind: Type) -> io::Result<Socket> {
    Socket::new(domain, kind.nonblocking(), None)
}

/// Opens two Unix sockets that are connected to each other, likewise.
pub(super) fn pair(kind: Type) -> io::Result<(Socket, Socket)> {
    Socket::pair(Domain::UNIX, kind.nonblocking(), None)
}

/// Takes a waiting connection, likewise, in one system call.
pub(super) fn accept(listener: impl AsFd) -> io::Result<(Socket, SockAddr)> {
    SockRef::from(&listener).accept4(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC)
}

/// A Unix address that is a name of its own, without a file.
pub(super) fn abstract_addr(name: &[u8]) -> io::Result<SocketAddr> {
    SocketAddr::from_abstract_name(name)
}

/// The name in such an address.
pub(super) fn abstract_name(addr: &SocketAddr) -> Option<&[u8]> {
    addr.as_abstract_name()
}

/// Who connected the other end of a Unix stream.
pub(super) fn peer_cred(socket: impl AsFd) -> io::Result<UCred> {
    let mut cred = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut len = size_of::<libc::ucred>() as libc::socklen_t;
    let fd = socket.as_fd().as_raw_fd();
    let value = (&raw mut cred).cast();
    // SAFETY: both pointers are to live locals, and `len` is the size of the first.
    let done =
        unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_PEERCRED, value, &raw mut len) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(UCred { uid: cred.uid, gid: cred.gid, pid: Some(cred.pid) })
}

/// The socket option that makes the kernel tell how many bytes a receive has left.
///
/// At the end of a TCP stream the answer is one, so that nobody goes to sleep on a stream that has
/// ended; urgent data counts too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inq {
    level: c_int,
    name: c_int,
}

impl Inq {
    /// The option of TCP.
    pub(super) const TCP: Option<Inq> = Some(Inq { level: libc::SOL_TCP, name: libc::TCP_INQ });

    /// The option of Unix streams, `SO_INQ`, known since Linux 6.17.
    ///
    /// Few architectures have a number of their own for it. There the control message does not
    /// come, which reads as "unknown".
    pub(super) const UNIX: Option<Inq> = Some(Inq { level: libc::SOL_SOCKET, name: 84 });

    /// Switches the answer on or off; an error on kernels that do not know the option.
    pub(super) fn set(self, socket: BorrowedFd<'_>, on: bool) -> io::Result<()> {
        let on = c_int::from(on);
        let value = (&raw const on).cast();
        let len = size_of::<c_int>() as libc::socklen_t;
        // SAFETY: the pointer is to a live `c_int`, and the length says so.
        let done =
            unsafe { libc::setsockopt(socket.as_raw_fd(), self.level, self.name, value, len) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Receives into `buf`; also says how many bytes are left, if the kernel told.
    pub(super) fn recv(
        self,
        socket: BorrowedFd<'_>,
        buf: &mut [MaybeUninit<u8>],
    ) -> io::Result<(usize, Option<usize>)> {
        let mut note = MaybeUninit::<Note>::zeroed();
        let start = note.as_mut_ptr().cast();
        // SAFETY: the first `NOTE_LEN` bytes of a note, which is used again only after the call.
        let control = unsafe { std::slice::from_raw_parts_mut(start, NOTE_LEN) };
        let mut bufs = [MaybeUninitSlice::new(buf)];
        let mut message = MsgHdrMut::new().with_buffers(&mut bufs).with_control(control);
        let received = SockRef::from(&socket).recvmsg(&mut message, libc::MSG_CMSG_CLOEXEC)?;
        if message.control_len() < NOTE_LEN {
            return Ok((received, None));
        }
        // SAFETY: zeroed at first, and any bytes are a value of the numbers in a note.
        let note = unsafe { note.assume_init() };
        Ok((received, self.left(&note)?))
    }

    fn left(self, note: &Note) -> io::Result<Option<usize>> {
        let kind = (note.header.cmsg_level, note.header.cmsg_type);
        if kind == (self.level, self.name) {
            return Ok(usize::try_from(note.number).ok());
        }
        match kind {
            PASSED_FDS | PASSED_PIDFD => {
                // SAFETY: the kernel has just made this descriptor, for us alone. A plain read
                // would not have taken it either.
                drop(unsafe { OwnedFd::from_raw_fd(note.number) });
                Ok(None)
            }
            // With a place for control messages the kernel hands out alerts like data; without
            // one, and so here, they are an error.
            TLS_RECORD if note.number.to_ne_bytes()[0] != TLS_DATA => {
                Err(io::Error::from_raw_os_error(libc::EIO))
            }
            _ => Ok(None),
        }
    }
}

/// One control message with a number in it.
#[repr(C)]
struct Note {
    header: libc::cmsghdr,
    number: c_int,
}

/// How much of a [`Note`] the kernel may fill: one number, and no padding behind it in which a
/// second passed descriptor would fit.
const NOTE_LEN: usize = offset_of!(Note, number) + size_of::<c_int>();

const PASSED_FDS: (c_int, c_int) = (libc::SOL_SOCKET, libc::SCM_RIGHTS);
const PASSED_PIDFD: (c_int, c_int) = (libc::SOL_SOCKET, 4);
const TLS_RECORD: (c_int, c_int) = (282, 2);
const TLS_DATA: u8 = 23;
