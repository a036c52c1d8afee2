//! Descriptors by the types of the standard library that hold them.

use super::impl_for::impl_for;
use super::unix::pipe::{Receiver, Sender};
use super::{
    TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixSocket,
    UnixStream,
};
use crate::net::watched::Watched;
use std::fmt;
use std::io;
use std::net;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net as unix;

impl_for! {
    TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream, Receiver, Sender
    => impl AsFd {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.io().as_fd()
        }
    }
}

impl_for! {
    TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream, Receiver, Sender
    => impl AsRawFd {
        fn as_raw_fd(&self) -> RawFd {
            self.io().as_raw_fd()
        }
    }
}

impl_for! {
    TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream, Receiver, Sender
    => impl fmt::Debug {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.io().fmt(f)
        }
    }
}

// One row a type: ours, and that of the standard library.
macro_rules! try_from_std {
    ($($of:ty: $std:ty;)*) => {$(
        impl TryFrom<$std> for $of {
            type Error = io::Error;

            /// Does what `from_std` does.
            fn try_from(socket: $std) -> io::Result<Self> {
                Self::from_std(socket)
            }
        }
    )*};
}

try_from_std! {
    TcpListener: net::TcpListener;
    TcpStream: net::TcpStream;
    UdpSocket: net::UdpSocket;
    UnixDatagram: unix::UnixDatagram;
    UnixListener: unix::UnixListener;
    UnixStream: unix::UnixStream;
}

impl_for! { TcpSocket, UnixSocket => impl fmt::Debug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.fmt(f)
    }
} }

impl_for! { TcpSocket, UnixSocket => impl AsFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
} }

impl_for! { TcpSocket, UnixSocket => impl AsRawFd {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
} }

impl_for! { TcpSocket, UnixSocket => impl IntoRawFd {
    fn into_raw_fd(self) -> RawFd {
        self.socket.into_raw_fd()
    }
} }

impl_for! { TcpSocket, UnixSocket => impl FromRawFd {
    /// Takes a descriptor over.
    ///
    /// # Safety
    ///
    /// As the trait has it: the descriptor must be open, and the caller's to give away.
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the caller owns the descriptor and gives it away.
        Self { socket: unsafe { OwnedFd::from_raw_fd(fd) }.into() }
    }
} }
