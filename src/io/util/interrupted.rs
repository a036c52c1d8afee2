//! Trying again what a signal interrupted.

use std::io;
use std::task::Poll;

/// Polls until the answer is something other than [`io::ErrorKind::Interrupted`].
#[inline]
pub(super) fn uninterrupted<T>(
    mut poll: impl FnMut() -> Poll<io::Result<T>>,
) -> Poll<io::Result<T>> {
    loop {
        match poll() {
            Poll::Ready(Err(error)) if is_interrupted(&error) => {}
            answer => return answer,
        }
    }
}

/// Whether the call that failed is to be made again.
#[inline]
pub(super) fn is_interrupted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}
