//! Trying again what a signal interrupted.

use crate::engine::task::budget;
use std::io;
use std::task::{Context, Poll, ready};

/// Polls until the answer is something other than [`io::ErrorKind::Interrupted`].
#[inline]
pub(super) fn uninterrupted<T>(
    cx: &mut Context<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<io::Result<T>>,
) -> Poll<io::Result<T>> {
    loop {
        match poll(cx) {
            Poll::Ready(Err(error)) if is_interrupted(&error) => ready!(poll_again(cx)),
            answer => return answer,
        }
    }
}

/// Lets others run every so often, in case the next call is interrupted like the one before.
pub(super) fn poll_again(cx: &mut Context<'_>) -> Poll<()> {
    budget::poll_proceed(cx).map(|charge| charge.made_progress())
}

/// Whether the call that failed is to be made again.
#[inline]
pub(super) fn is_interrupted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}
