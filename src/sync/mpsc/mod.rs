//! Channels from many senders to one receiver.
//!
//! [`channel`] has room for a number of values: a sender that finds none waits, so a fast producer
//! cannot run away from a slow consumer. [`unbounded_channel`] takes all that memory can hold, and
//! sending never waits. Both start without memory for values; it comes, in small blocks, with the
//! values, and goes with them.
//!
//! # The end
//!
//! When all senders are gone the receiver gets what they sent, and then `None`. When the receiver is
//! gone sending fails. A receiver that wants to stop without losing anything calls `close`, and
//! receives until `None` comes. A weak sender does not count, and can become a sender again as long
//! as there is another one.
//!
//! # Outside of tasks
//!
//! [`UnboundedSender::send`] works anywhere. [`Sender::blocking_send`] and `blocking_recv` are for
//! threads that drive no runtime.
//!
//! # Examples
//!
//! A task that owns a counter, and answers requests:
//!
//! ```
//! use runtime::sync::{mpsc, oneshot};
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() {
//! let (requests, mut inbox) = mpsc::channel::<(u32, oneshot::Sender<u32>)>(16);
//! runtime::spawn(async move {
//!     let mut sum = 0;
//!     while let Some((add, answer)) = inbox.recv().await {
//!         sum += add;
//!         let _ = answer.send(sum);
//!     }
//! });
//!
//! let (answer, sum) = oneshot::channel();
//! requests.send((5, answer)).await.unwrap();
//! assert_eq!(sum.await, Ok(5));
//! # }
//! ```

mod channel;
pub mod error;
mod flow;
mod permit;
mod queue;
mod receiver;
mod rx;
mod sender;
mod unbounded_receiver;
mod unbounded_sender;
mod weak_sender;
mod weak_unbounded_sender;

#[cfg(all(test, loom))]
mod loom_tests;

pub use permit::{OwnedPermit, Permit, PermitIterator};
pub use receiver::Receiver;
pub use sender::Sender;
pub use unbounded_receiver::UnboundedReceiver;
pub use unbounded_sender::UnboundedSender;
pub use weak_sender::WeakSender;
pub use weak_unbounded_sender::WeakUnboundedSender;

use crate::sync::permits::Permits;
use channel::{Channel, Tx};
use flow::{Bounded, Unbounded};

/// Makes a channel with room for `buffer` values.
///
/// # Panics
///
/// If `buffer` is 0, or more than [`Semaphore::MAX_PERMITS`](super::Semaphore::MAX_PERMITS).
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = mpsc::channel(100);
/// runtime::spawn(async move {
///     for i in 0..10 {
///         tx.send(i).await.unwrap();
///     }
/// });
/// let mut got = Vec::new();
/// while let Some(i) = rx.recv().await {
///     got.push(i);
/// }
/// assert_eq!(got.len(), 10);
/// # }
/// ```
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    assert!(buffer > 0, "a bounded channel needs room for at least one value");
    let channel = Channel::new(Bounded { permits: Permits::new(buffer), bound: buffer });
    (Sender::new(Tx::first(channel.clone())), Receiver::new(channel))
}

/// Makes a channel with room for all values that memory can hold.
///
/// # Examples
///
/// ```
/// use runtime::sync::mpsc;
///
/// let (tx, mut rx) = mpsc::unbounded_channel();
/// for i in 0..1_000 {
///     tx.send(i).unwrap();
/// }
/// assert_eq!(rx.len(), 1_000);
/// assert_eq!(rx.try_recv(), Ok(0));
/// ```
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let channel = Channel::new(Unbounded);
    (UnboundedSender::new(Tx::first(channel.clone())), UnboundedReceiver::new(channel))
}
