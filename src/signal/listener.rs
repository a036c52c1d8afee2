//! A pipe that says when a signal has come.
//!
//! Each listener has a pipe of its own. The handler, which may do next to nothing, writes a byte to
//! it; the listener waits for bytes as any socket does. So listeners of several runtimes, of
//! several kinds, dropped and made again, have nothing to share and nothing to get wrong.

use super::kind::SignalKind;
use mio::unix::pipe::{self, Receiver, Sender};
use signal_hook_registry::SigId;
use std::ffi::c_int;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};

/// Hears of signals of one kind from when it is made until it is dropped.
///
/// It can be waited for like a socket that is read from.
#[derive(Debug)]
pub(crate) struct Listener {
    handler: SigId,
    bytes: Receiver,
}

impl Listener {
    /// Starts to listen; the signal does not do any more what it does by default.
    pub(crate) fn new(kind: SignalKind) -> io::Result<Listener> {
        let signum = kind.as_raw_value();
        if signum <= 0 || signal_hook_registry::FORBIDDEN.contains(&signum) {
            return Err(io::Error::other(format!("signal {signum} cannot be handled")));
        }
        let (sender, bytes) = pipe::new()?;
        let handler = note(signum, sender)?;
        Ok(Listener { handler, bytes })
    }

    /// Takes what has come, however often it came; fails with `WouldBlock` if nothing has.
    pub(crate) fn take(&self) -> io::Result<()> {
        let mut bytes = [0; 256];
        let mut read = (&self.bytes).read(&mut bytes)?;
        while read == bytes.len() {
            // The signals up to here are one event, whatever this says.
            read = (&self.bytes).read(&mut bytes).unwrap_or(0);
        }
        Ok(())
    }
}

/// Has every signal of this number write a byte.
fn note(signum: c_int, sender: Sender) -> io::Result<SigId> {
    let note = move || {
        // SAFETY: writes one byte of a static to a descriptor that the closure owns; `write` may be
        // called in a signal handler. The answer does not matter: a full pipe, the only refusal of
        // an open one, says what the byte would have said.
        let _ = unsafe { libc::write(sender.as_raw_fd(), b"!".as_ptr().cast(), 1) };
    };
    // SAFETY: the closure only calls `write`, and touches nothing that a thread could have locked.
    unsafe { signal_hook_registry::register(signum, note) }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.bytes.as_raw_fd()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        signal_hook_registry::unregister(self.handler);
    }
}
