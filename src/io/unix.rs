//! Asynchronous use of any descriptor that the operating system can watch.

pub use super::async_fd::{AsyncFd, AsyncFdRegisterError};
pub use super::async_fd_guard::{AsyncFdReadyGuard, AsyncFdReadyMutGuard, TryIoError};
