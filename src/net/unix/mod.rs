//! What only Unix systems have: sockets within the machine, pipes.
//!
//! A [`UnixStream`](super::UnixStream) can be split into a half that reads and a half that writes.
//! [`split`](super::UnixStream::split) borrows the stream and costs nothing;
//! [`into_split`](super::UnixStream::into_split) gives halves that different tasks can own.

mod addr;
pub(super) mod datagram;
mod halves;
pub(super) mod listener;
pub mod pipe;
pub(super) mod socket;
pub(super) mod stream;
mod ucred;

pub use self::addr::SocketAddr;
pub use self::halves::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};
pub use self::ucred::UCred;

/// Identifies a user.
///
/// # Examples
///
/// ```
/// let root: runtime::net::unix::uid_t = 0;
/// # assert_eq!(root, 0);
/// ```
#[allow(non_camel_case_types)]
pub type uid_t = u32;

/// Identifies a group of users.
///
/// # Examples
///
/// ```
/// let root: runtime::net::unix::gid_t = 0;
/// # assert_eq!(root, 0);
/// ```
#[allow(non_camel_case_types)]
pub type gid_t = u32;

/// Identifies a process.
///
/// # Examples
///
/// ```
/// let own: runtime::net::unix::pid_t = std::process::id() as _;
/// # assert!(own > 0);
/// ```
#[allow(non_camel_case_types)]
pub type pid_t = i32;
