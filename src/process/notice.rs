//! A descriptor that becomes readable when a child has ended.

use super::platform::pidfd;
use crate::signal::SignalPipe;
use crate::signal::unix::SignalKind;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::process::Child;

/// Says when to look whether a child has ended.
#[derive(Debug)]
pub(super) enum Notice {
    /// Stands for the process.
    Pidfd(OwnedFd),
    /// Hears of every child that ends, this one among them.
    Signals(SignalPipe),
}

impl Notice {
    /// Makes a notice that takes nothing but one descriptor, where there are such.
    ///
    /// A child that was started just now has one for the asking; later the descriptors may be used
    /// up.
    pub(super) fn early(child: &Child) -> Option<Notice> {
        pidfd(child.id()).ok().map(Notice::Pidfd)
    }

    /// Makes a notice for a child that nobody has reaped.
    ///
    /// Who has one must look once more before waiting for it: a signal may have come before.
    pub(super) fn of(child: &Child) -> io::Result<Notice> {
        match pidfd(child.id()) {
            Ok(fd) => Ok(Notice::Pidfd(fd)),
            // There is no such child, so somebody else has reaped it. A program that ignores
            // `SIGCHLD` has the kernel do so, and would not like us to handle it instead.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Err(error),
            Err(_) => SignalPipe::new(SignalKind::child()).map(Notice::Signals),
        }
    }

    /// Takes in what the notice has said so far. It says anything later anew, so the look at the
    /// child comes after this.
    pub(super) fn clear(&self) {
        if let Notice::Signals(pipe) = self {
            // Whether there was a signal or not, the look at the child tells more.
            pipe.drain();
        }
    }
}

impl AsRawFd for Notice {
    fn as_raw_fd(&self) -> RawFd {
        match self {
            Notice::Pidfd(fd) => fd.as_raw_fd(),
            Notice::Signals(pipe) => pipe.as_raw_fd(),
        }
    }
}
