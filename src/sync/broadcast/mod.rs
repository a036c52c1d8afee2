//! Channels that bring every value to every receiver.
//!
//! A value is kept once, and cloned for each receiver; it goes when the last one has it. New
//! receivers come from [`Sender::subscribe`], and get what is sent afterwards.
//!
//! # Lagging
//!
//! Senders never wait. The channel keeps a number of values, and one more overwrites the oldest.
//! A receiver that has not got that one yet hears so at its next call, with
//! [`RecvError::Lagged`](error::RecvError::Lagged) and the number of values that it has missed;
//! after that it goes on with the oldest that is still there. Whoever must not miss any chooses a
//! larger capacity, or a channel that makes senders wait, such as [`mpsc`](super::mpsc).
//!
//! # The end
//!
//! When all senders are gone, receivers get what was sent and then
//! [`RecvError::Closed`](error::RecvError::Closed). When all receivers are gone sending fails until
//! somebody subscribes.
//!
//! # Examples
//!
//! ```
//! use runtime::sync::broadcast;
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() {
//! let (news, mut first) = broadcast::channel(16);
//! let mut second = news.subscribe();
//! let reader = runtime::spawn(async move {
//!     assert_eq!(first.recv().await, Ok("hello"));
//!     assert_eq!(first.recv().await, Ok("goodbye"));
//! });
//! news.send("hello").unwrap();
//! news.send("goodbye").unwrap();
//! reader.await.unwrap();
//! assert_eq!(second.recv().await, Ok("hello"));
//! # }
//! ```
//!
//! What happens to a receiver that is too slow:
//!
//! ```
//! use runtime::sync::broadcast::{self, error::RecvError};
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() {
//! let (tx, mut rx) = broadcast::channel(2);
//! for i in 1..=3 {
//!     tx.send(i).unwrap();
//! }
//! assert_eq!(rx.recv().await, Err(RecvError::Lagged(1)));
//! assert_eq!(rx.recv().await, Ok(2));
//! assert_eq!(rx.recv().await, Ok(3));
//! # }
//! ```

mod cell;
pub mod error;
mod receiver;
mod recv;
mod sender;
mod shared;
mod spares;
mod weak_sender;
mod word;

#[cfg(all(test, loom))]
mod loom_tests;

pub use receiver::Receiver;
pub use sender::Sender;
pub use weak_sender::WeakSender;

/// Makes a channel that keeps `capacity` values, rounded up to a power of two.
///
/// # Panics
///
/// If `capacity` is 0, or more than `usize::MAX / 2`.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// let (tx, mut rx) = broadcast::channel(8);
/// assert_eq!(tx.send("hello").unwrap(), 1);
/// assert_eq!(rx.try_recv(), Ok("hello"));
/// ```
#[track_caller]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(capacity);
    let receiver = sender.subscribe();
    (sender, receiver)
}
