//! Child processes.
//!
//! A [`Command`] is set up like that of the standard library and gives a [`Child`], whose end can be
//! awaited and whose pipes are read and written like any stream.
//!
//! ```
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use runtime::process::Command;
//!
//! let output = Command::new("echo").arg("hello").output().await?;
//! assert!(output.status.success());
//! assert_eq!(output.stdout, b"hello\n");
//! # Ok(()) }
//! ```
//!
//! # Children that are dropped
//!
//! Dropping a [`Child`] does not end the process, unless [`Command::kill_on_drop`] was set: it goes
//! on by itself, as one of the standard library does. In either case it is reaped when it has
//! ended, even if no runtime is left by then, so that none stays behind as a zombie.
//!
//! # How an end is noticed
//!
//! ```text
//!   wait ── ended already? ── done
//!             │ no
//!             ▼
//!        a descriptor that becomes readable with the end, watched by the reactor ── look again
//! ```
//!
//! On Linux the descriptor stands for the process itself (a pidfd). Where there is none it is the
//! pipe of a listener for `SIGCHLD`. Which it is shows at runtime, for each child. If there is no
//! descriptor left, the child is looked at every so often until there is. Whoever is told asks for
//! that one child by its number; other children of the program are never touched.

mod child;
#[allow(unsafe_code)]
mod command;
mod notice;
mod os_process;
mod reaper;
mod stdio;

#[cfg(any(target_os = "linux", target_os = "android"))]
#[allow(unsafe_code)]
#[path = "linux.rs"]
mod platform;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "bsd.rs"]
mod platform;

pub use self::child::Child;
pub use self::command::Command;
pub use self::stdio::{ChildStderr, ChildStdin, ChildStdout};
