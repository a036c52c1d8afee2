//! Signals by their Unix names.
//!
//! Each listener has a pipe of its own. The handler, which may do next to nothing, writes a byte to
//! it; the listener waits for bytes as any socket does. So listeners of several runtimes, of
//! several kinds, dropped and made again, have nothing to share and nothing to get wrong.

use crate::engine::reactor::Direction;
use crate::io::{Evented, Interest};
use mio::unix::pipe::{self, Receiver};
use signal_hook_registry::SigId;
use std::ffi::c_int;
use std::future::poll_fn;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
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
    handler: SigId,
    bytes: Evented<Receiver>,
}

/// Starts to listen for a kind of signal.
///
/// From now on signals of this kind do not do to the process what they do by default, not even
/// after the listener is dropped.
///
/// # Errors
///
/// If the kind cannot be handled (`SIGKILL`, `SIGSTOP`, `SIGSEGV`, `SIGILL`, `SIGFPE`), is none of
/// the platform's, or there is no descriptor left.
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
    let signum = kind.as_raw_value();
    if signum <= 0 || signal_hook_registry::FORBIDDEN.contains(&signum) {
        return Err(io::Error::other(format!("signal {signum} cannot be handled")));
    }
    let (sender, receiver) = pipe::new()?;
    let bytes = Evented::with_interest(receiver, Interest::READABLE);
    let handler = listen(signum, sender)?;
    Ok(Signal { handler, bytes })
}

/// Has every signal of this number write a byte.
fn listen(signum: c_int, sender: pipe::Sender) -> io::Result<SigId> {
    let note = move || {
        // SAFETY: writes one byte of a static to a descriptor that the closure owns; `write` may be
        // called in a signal handler. The answer does not matter: a full pipe, the only refusal of
        // an open one, says what the byte would have said.
        let _ = unsafe { libc::write(sender.as_raw_fd(), b"!".as_ptr().cast(), 1) };
    };
    // SAFETY: the closure only calls `write`, and touches nothing that a thread could have locked.
    unsafe { signal_hook_registry::register(signum, note) }
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
        let mut bytes = [0; 64];
        let read = self.bytes.poll_io(cx, Direction::Read, || (&*self.bytes).read(&mut bytes));
        read.map(|read| read.ok().map(|_| ()))
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        signal_hook_registry::unregister(self.handler);
    }
}
