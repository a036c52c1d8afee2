//! What this room asks of systems with kqueue; the sibling `linux.rs` exports the same names.

use std::io;
use std::os::fd::OwnedFd;

/// There are no descriptors of processes.
pub(super) fn pidfd(_id: u32) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}
