//! The end that sends the one value.

use super::shared::Seat;
use super::state::End;
use crate::engine::task::budget;
use std::fmt;
use std::future::poll_fn;
use std::mem::ManuallyDrop;
use std::ptr;
use std::task::{Context, Poll, ready};

/// Sends a single value to its [`Receiver`](super::Receiver).
///
/// A sender that is dropped without sending wakes the receiver with an error.
///
/// # Examples
///
/// ```
/// use runtime::sync::oneshot;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, rx) = oneshot::channel();
/// runtime::spawn(async move { tx.send(3) });
/// assert_eq!(rx.await, Ok(3));
///
/// let (tx, rx) = oneshot::channel::<u32>();
/// drop(tx);
/// assert!(rx.await.is_err());
/// # }
/// ```
pub struct Sender<T> {
    seat: Seat<T>,
}

impl<T> Sender<T> {
    pub(super) fn new(seat: Seat<T>) -> Self {
        Self { seat }
    }

    /// Sends `value` without waiting.
    ///
    /// That it succeeds does not mean that the value is received: the receiver may still be dropped.
    ///
    /// # Errors
    ///
    /// Hands the value back if the receiver was dropped or closed before.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, rx) = oneshot::channel();
    /// drop(rx);
    /// assert_eq!(tx.send("nobody listens"), Err("nobody listens"));
    /// ```
    #[inline]
    pub fn send(self, value: T) -> Result<(), T> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the sender is neither used again nor dropped.
        unsafe { ptr::read(&raw const this.seat) }.send(value)
    }

    /// Waits until the receiver is dropped or closed.
    ///
    /// So a sender can stop working on an answer that nobody wants any more.
    ///
    /// # Cancel safety
    ///
    /// Cancelling loses nothing, and the sender can still be used.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (mut tx, rx) = oneshot::channel::<()>();
    /// let work = runtime::spawn(async move {
    ///     runtime::select! {
    ///         _ = tx.closed() => "given up",
    ///         _ = std::future::pending::<()>() => "never done",
    ///     }
    /// });
    /// drop(rx);
    /// assert_eq!(work.await.unwrap(), "given up");
    /// # }
    /// ```
    pub async fn closed(&mut self) {
        poll_fn(|cx| self.poll_closed(cx)).await;
    }

    /// Returns whether the receiver was dropped or closed, so that [`Sender::send`] would fail.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, rx) = oneshot::channel::<()>();
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.seat.state().is_closed()
    }

    /// Polls for the receiver being dropped or closed, as [`Sender::closed`] does.
    ///
    /// Only the waker of the last call is woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    /// use std::future::poll_fn;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (mut tx, mut rx) = oneshot::channel::<()>();
    /// runtime::spawn(async move { rx.close() });
    /// poll_fn(|cx| tx.poll_closed(cx)).await;
    /// # }
    /// ```
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let charge = ready!(budget::poll_proceed(cx));
        ready!(self.seat.poll_news(End::Sender, cx));
        charge.made_progress();
        Poll::Ready(())
    }
}

impl<T> Drop for Sender<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: a sender that is dropped does not use its seat again.
        unsafe { ptr::read(&raw const self.seat) }.end();
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.is_closed()).finish()
    }
}
