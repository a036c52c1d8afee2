//! A channel for a single value, from one task to another.
//!
//! [`channel`] makes both ends in one allocation. [`Sender::send`] is not `async`: it never has to
//! wait, and works anywhere. The [`Receiver`] is a future. Each end can tell that the other has
//! gone, so the channel also serves to cancel: a [`Sender`] may wait with [`Sender::closed`] until
//! nobody wants its answer any more.
//!
//! # Examples
//!
//! ```
//! use runtime::sync::oneshot;
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() {
//! let (tx, rx) = oneshot::channel();
//!
//! runtime::spawn(async move {
//!     let _ = tx.send(6 * 7);
//! });
//!
//! match rx.await {
//!     Ok(answer) => assert_eq!(answer, 42),
//!     Err(_) => panic!("the sender went without an answer"),
//! }
//! # }
//! ```
//!
//! In `select!` the receiver is used by reference, so that it can be waited for again.
//!
//! ```
//! use runtime::sync::oneshot;
//! use runtime::task::yield_now;
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() {
//! let (tx, mut rx) = oneshot::channel();
//! runtime::spawn(async move {
//!     yield_now().await;
//!     tx.send("done").unwrap();
//! });
//! let done = loop {
//!     runtime::select! {
//!         result = &mut rx => break result.unwrap(),
//!         _ = yield_now() => {} // something else to do meanwhile
//!     }
//! };
//! assert_eq!(done, "done");
//! # }
//! ```

pub mod error;
mod receiver;
mod sender;
mod shared;
mod state;

#[cfg(all(test, loom))]
mod loom_tests;

pub use receiver::Receiver;
pub use sender::Sender;

/// Makes a channel for a single value.
///
/// # Examples
///
/// ```
/// use runtime::sync::oneshot;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, rx) = oneshot::channel();
/// tx.send("hello").unwrap();
/// assert_eq!(rx.await, Ok("hello"));
/// # }
/// ```
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = shared::Seat::pair();
    (Sender::new(tx), Receiver::new(rx))
}
