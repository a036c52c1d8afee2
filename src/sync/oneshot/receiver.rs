//! The end that receives the one value.

use super::error::{RecvError, TryRecvError};
use super::shared::Seat;
use super::state::{End, Snapshot};
use crate::engine::task::budget;
use crate::sync::blocking::block_on;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Receives the single value of its [`Sender`](super::Sender).
///
/// It is a future: await it, or poll it by reference where it must survive, as in `select!`. It
/// must not be polled again once it has completed.
///
/// # Cancel safety
///
/// Polling by reference loses nothing: the value stays until it is received. Dropping the receiver
/// drops a value that was sent, and makes [`Sender::send`](super::Sender::send) fail from then on.
///
/// # Examples
///
/// ```
/// use runtime::sync::oneshot;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, rx) = oneshot::channel();
/// runtime::spawn(async move { tx.send("hello") });
/// assert_eq!(rx.await, Ok("hello"));
/// # }
/// ```
pub struct Receiver<T> {
    // `None` once it has completed.
    seat: Option<Seat<T>>,
}

impl<T> Receiver<T> {
    pub(super) fn new(seat: Seat<T>) -> Self {
        Self { seat: Some(seat) }
    }

    /// Refuses a value that was not sent yet, and lets the sender know.
    ///
    /// What was sent before can still be received.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot::{self, error::TryRecvError};
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// rx.close();
    /// assert!(tx.is_closed());
    /// assert_eq!(tx.send(1), Err(1));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    /// ```
    ///
    /// A race with the sender loses no value.
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// tx.send("in time").unwrap();
    /// rx.close();
    /// assert_eq!(rx.try_recv(), Ok("in time"));
    /// ```
    pub fn close(&mut self) {
        if let Some(seat) = &mut self.seat {
            seat.close();
        }
    }

    /// Returns whether the receiver has completed, so that it must not be polled again.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = oneshot::channel();
    /// tx.send(1).unwrap();
    /// assert!(!rx.is_terminated());
    /// assert_eq!((&mut rx).await, Ok(1));
    /// assert!(rx.is_terminated());
    /// # }
    /// ```
    pub fn is_terminated(&self) -> bool {
        self.seat.is_none()
    }

    /// Returns whether there is no value to be received at the moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// assert!(rx.is_empty());
    /// tx.send(1).unwrap();
    /// assert!(!rx.is_empty());
    /// let _ = rx.try_recv();
    /// assert!(rx.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.seat.as_ref().is_none_or(|seat| !seat.state().is_sent())
    }

    /// Receives the value if it is there, without waiting.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if the value may still come, [`TryRecvError::Closed`] if it does not.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot::{self, error::TryRecvError};
    ///
    /// let (tx, mut rx) = oneshot::channel();
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    /// ```
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let Some(seat) = &mut self.seat else { return Err(TryRecvError::Closed) };
        let state = seat.state();
        let value = seat.take(state);
        if value.is_none() && !state.is_complete() && !state.is_closed() {
            return Err(TryRecvError::Empty);
        }
        self.leave(state);
        value.ok_or(TryRecvError::Closed)
    }

    /// Blocks the thread until the value comes.
    ///
    /// It is for code that is not asynchronous.
    ///
    /// # Errors
    ///
    /// If the sender goes without sending.
    ///
    /// # Panics
    ///
    /// If called from within a runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::oneshot;
    ///
    /// let (tx, rx) = oneshot::channel();
    /// let other = std::thread::spawn(move || rx.blocking_recv());
    /// tx.send(1).unwrap();
    /// assert_eq!(other.join().unwrap(), Ok(1));
    /// ```
    #[track_caller]
    pub fn blocking_recv(self) -> Result<T, RecvError> {
        block_on(self)
    }

    /// Leaves with what is known of the channel.
    #[inline]
    fn leave(&mut self, state: Snapshot) {
        if let Some(seat) = self.seat.take() {
            seat.hang_up(state);
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, RecvError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(seat) = &mut self.seat else {
            panic!(
                "a oneshot receiver was polled again after it had completed: drop it, or look at `is_terminated`"
            )
        };
        let charge = ready!(budget::poll_proceed(cx));
        let mut state = seat.state();
        if !state.is_complete() && !state.is_closed() {
            state = ready!(seat.poll_news(End::Receiver, cx));
        }
        let value = seat.take(state);
        charge.made_progress();
        self.leave(state);
        Poll::Ready(value.ok_or(RecvError(())))
    }
}

impl<T> Drop for Receiver<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(seat) = self.seat.take() {
            let state = seat.state();
            seat.hang_up(state);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("terminated", &self.is_terminated())
            .field("empty", &self.is_empty())
            .finish()
    }
}
