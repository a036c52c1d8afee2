//! The interrupt from the keyboard.

use super::unix::{SignalKind, signal};
use std::io;

/// Waits for the next Ctrl-C (`SIGINT`).
///
/// From the first poll of the first such future on, the interrupt no longer ends the process by
/// itself, not even after all of them are dropped.
///
/// # Cancel safety
///
/// A signal that arrives when no such future is there, polled at least once, is heard by the next
/// one only if that is polled before the loop looks at the operating system again, as in a loop
/// around `select!`. Keep a [`unix::signal`](super::unix::signal) to hear of all.
///
/// # Errors
///
/// If the handler cannot be installed.
///
/// # Panics
///
/// If polled outside a runtime, or in one without I/O.
///
/// # Examples
///
/// ```no_run
/// # let rt = runtime::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// runtime::signal::ctrl_c().await.expect("a signal handler");
/// # });
/// ```
pub async fn ctrl_c() -> io::Result<()> {
    match signal(SignalKind::interrupt())?.recv().await {
        Some(()) => Ok(()),
        None => Err(io::Error::other("the runtime that waited for the signal has shut down")),
    }
}
