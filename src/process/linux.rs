//! What this room asks of Linux; the sibling `bsd.rs` exports the same names.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// Opens a descriptor of a process, which becomes readable when the process has ended.
///
/// The number has to be that of a child that nobody has reaped: any other may have been given to a
/// stranger meanwhile.
pub(super) fn pidfd(id: u32) -> io::Result<OwnedFd> {
    // SAFETY: the call takes two numbers, and no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, id, 0) };
    match RawFd::try_from(fd) {
        // SAFETY: the kernel has just made this descriptor, for us alone.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
}
