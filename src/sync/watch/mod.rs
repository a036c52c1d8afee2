//! Channels that keep only the latest value.
//!
//! Senders replace or modify one value in place; receivers are told that it has changed, and look
//! at it when they get to it. Values that come in between are not seen, so the channel suits what is
//! true now rather than what has happened: settings, a phase of a program, the wish to shut down.
//!
//! # What is new
//!
//! Each receiver remembers which value it has seen. [`Receiver::changed`] waits for a value that it
//! has not, and marks it as seen; so do [`Receiver::borrow_and_update`] and [`Receiver::wait_for`].
//! [`Receiver::borrow`] only looks. The value that a receiver starts with counts as seen.
//!
//! Prefer `borrow_and_update` after `changed`: a value that is sent between the two would else be
//! announced a second time.
//!
//! # The end
//!
//! When all senders are gone the last value stays, and `changed` fails once it was seen. When all
//! receivers are gone [`Sender::send`] fails, until somebody subscribes.
//!
//! # Threads
//!
//! A sender may modify the value on any thread. It is kept under a lock for reading and writing, which
//! a [`Ref`] holds as long as it lives.
//!
//! # Examples
//!
//! ```
//! use runtime::sync::watch;
//!
//! # #[runtime::main(flavor = "current_thread")]
//! # async fn main() {
//! let (level, mut seen) = watch::channel("info");
//! let logger = runtime::spawn(async move {
//!     while seen.changed().await.is_ok() {
//!         println!("the level is {} now", *seen.borrow_and_update());
//!     }
//! });
//! level.send("debug").unwrap();
//! drop(level);
//! logger.await.unwrap();
//! # }
//! ```

pub mod error;
mod receiver;
mod sender;
mod shared;
mod value;
mod version;

#[cfg(all(test, loom))]
mod loom_tests;

pub use receiver::Receiver;
pub use sender::Sender;
pub use value::Ref;

/// Makes a channel with a first value, which counts as seen.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (tx, rx) = watch::channel("hello");
/// assert_eq!(*rx.borrow(), "hello");
/// tx.send("goodbye").unwrap();
/// assert_eq!(*rx.borrow(), "goodbye");
/// ```
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(init);
    let receiver = sender.subscribe();
    (sender, receiver)
}
