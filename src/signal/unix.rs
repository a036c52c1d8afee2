//! Signals by their Unix names.

use super::hub::Hub;
use crate::io::runtime_with_io;
use crate::shim::Arc;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

pub use super::kind::SignalKind;

/// A listener for one kind of signal.
///
/// Signals that arrive while nobody looks are kept, but not counted: any number of them is one
/// event. Every listener for a kind gets an event.
///
/// # Examples
///
/// ```no_run
/// use runtime::signal::unix::{SignalKind, signal};
///
/// # let rt = runtime::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let mut hangups = signal(SignalKind::hangup())?;
/// while hangups.recv().await.is_some() {
///     println!("reading the settings again");
/// }
/// # Ok::<(), std::io::Error>(())
/// # });
/// ```
#[must_use = "a listener does nothing unless it is awaited"]
#[derive(Debug)]
pub struct Signal {
    hub: Arc<Hub>,
    // What the hub knows this listener by.
    ear: usize,
}

/// Starts to listen for a kind of signal.
///
/// From now on signals of this kind do not do to the process what they do by default, not even
/// after the listener is dropped.
///
/// A listener hears of the signals that come after it was made. If the runtime had one for the kind
/// before, it also hears of what has come since the loop last looked at the operating system; so
/// nothing is lost between a listener that is dropped and one that is made in its place at once.
/// What any listener of the runtime has heard is not heard by those that are made later.
///
/// # Errors
///
/// If the kind cannot be handled (`SIGKILL`, `SIGSTOP`, `SIGSEGV`, `SIGILL`, `SIGFPE`), is none of
/// the platform's, if there is no descriptor left, or if the runtime has shut down.
///
/// # Panics
///
/// If the thread is in no runtime, or in one without I/O.
///
/// # Examples
///
/// ```no_run
/// use runtime::signal::unix::{SignalKind, signal};
///
/// # let rt = runtime::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// let mut term = signal(SignalKind::terminate())?;
/// term.recv().await;
/// # Ok::<(), std::io::Error>(())
/// # });
/// ```
#[track_caller]
pub fn signal(kind: SignalKind) -> io::Result<Signal> {
    let hub = Hub::of(&*runtime_with_io()?, kind)?;
    let ear = hub.add();
    Ok(Signal { hub, ear })
}

impl Signal {
    /// Waits for the next event; `None` if there will be none, because the runtime has shut down.
    ///
    /// # Cancel safety
    ///
    /// No event is lost.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use runtime::signal::unix::{SignalKind, signal};
    ///
    /// # let rt = runtime::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let mut term = signal(SignalKind::terminate())?;
    /// term.recv().await;
    /// # Ok::<(), std::io::Error>(())
    /// # });
    /// ```
    pub async fn recv(&mut self) -> Option<()> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// Polls for the next event; `Ready(None)` if there will be none.
    ///
    /// Only the task that polled last is woken.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use runtime::signal::unix::{SignalKind, signal};
    /// use std::future::poll_fn;
    ///
    /// # let rt = runtime::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # rt.block_on(async {
    /// let mut term = signal(SignalKind::terminate())?;
    /// poll_fn(|cx| term.poll_recv(cx)).await;
    /// # Ok::<(), std::io::Error>(())
    /// # });
    /// ```
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        self.hub.poll_heard(self.ear, cx)
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        self.hub.remove(self.ear);
    }
}
