//! A pipe that says when a signal has come.
//!
//! The handler, which may do next to nothing, writes a byte to it; whoever wants to know waits for
//! bytes as any socket does.

use super::kind::SignalKind;
use mio::unix::pipe::{self, Receiver, Sender};
use signal_hook_registry::SigId;
use std::ffi::c_int;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};

/// Has a byte for every signal of one kind that comes from when it is made until it is dropped.
///
/// It can be waited for like a socket that is read from.
#[derive(Debug)]
pub(crate) struct SignalPipe {
    handler: SigId,
    bytes: Receiver,
}

impl SignalPipe {
    /// Starts to listen; the signal does not do any more what it does by default.
    pub(crate) fn new(kind: SignalKind) -> io::Result<SignalPipe> {
        let signum = kind.as_raw_value();
        if signum <= 0 || signal_hook_registry::FORBIDDEN.contains(&signum) {
            return Err(io::Error::other(format!("signal {signum} cannot be handled")));
        }
        let (sender, bytes) = pipe::new()?;
        let handler = note(signum, sender)?;
        Ok(SignalPipe { handler, bytes })
    }

    /// Takes what has come; answers whether anything has.
    pub(crate) fn drain(&self) -> bool {
        let mut bytes = [0; 256];
        let mut any = false;
        loop {
            match (&self.bytes).read(&mut bytes) {
                Ok(read) if read == bytes.len() => any = true,
                Ok(_) => return true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return any,
            }
        }
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

impl AsRawFd for SignalPipe {
    fn as_raw_fd(&self) -> RawFd {
        self.bytes.as_raw_fd()
    }
}

impl Drop for SignalPipe {
    fn drop(&mut self) {
        signal_hook_registry::unregister(self.handler);
    }
}
