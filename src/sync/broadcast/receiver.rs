//! The side that receives.

use super::error::{RecvError, TryRecvError};
use super::recv::Recv;
use super::shared::{Miss, Shared};
use crate::engine::task::budget;
use crate::shim::Arc;
use crate::sync::blocking::block_on;
use std::fmt;

/// Receives what is sent to a broadcast channel from the time it was made.
///
/// Dropping it lets go of the values that it has not received.
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, mut rx) = broadcast::channel(16);
/// runtime::spawn(async move { tx.send("hello") });
/// assert_eq!(rx.recv().await, Ok("hello"));
/// # }
/// ```
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    /// The position of the value that comes next.
    next: u64,
}

impl<T> Receiver<T> {
    #[track_caller]
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        let next = shared.subscribe();
        Self { shared, next }
    }

    /// Returns how many values were sent that were not received yet.
    ///
    /// Those that were overwritten count as well: if it is more than the capacity, rounded up to a
    /// power of two, the next call has missed some.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(2);
    /// for i in 0..3 {
    ///     tx.send(i).unwrap();
    /// }
    /// assert_eq!(rx.len(), 3);
    /// assert!(rx.try_recv().is_err());
    /// assert_eq!(rx.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        usize::try_from(self.shared.tail() - self.next).unwrap_or(usize::MAX)
    }

    /// Returns whether there is nothing to receive at the moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel(4);
    /// assert!(rx.is_empty());
    /// tx.send(1).unwrap();
    /// assert!(!rx.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether both receive from the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<u32>(4);
    /// assert!(rx.same_channel(&tx.subscribe()));
    /// assert!(!rx.same_channel(&broadcast::channel(4).1));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Returns how many senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<u32>(4);
    /// let _other = tx.clone();
    /// assert_eq!(rx.sender_strong_count(), 2);
    /// ```
    pub fn sender_strong_count(&self) -> usize {
        self.shared.senders()
    }

    /// Returns how many weak senders there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<u32>(4);
    /// let _weak = tx.downgrade();
    /// assert_eq!(rx.sender_weak_count(), 1);
    /// ```
    pub fn sender_weak_count(&self) -> usize {
        self.shared.weak_senders()
    }

    /// Returns whether all senders are gone.
    ///
    /// What they have sent can still be received.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, rx) = broadcast::channel::<u32>(4);
    /// assert!(!rx.is_closed());
    /// drop(tx);
    /// assert!(rx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.sender_strong_count() == 0
    }
}

impl<T: Clone> Receiver<T> {
    /// Makes another receiver for what is sent from now on.
    ///
    /// It gets nothing of what this one has not received yet.
    ///
    /// # Panics
    ///
    /// As [`Sender::subscribe`](super::Sender::subscribe).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(4);
    /// tx.send(1).unwrap();
    /// let mut late = rx.resubscribe();
    /// tx.send(2).unwrap();
    /// assert_eq!((rx.try_recv(), late.try_recv()), (Ok(1), Ok(2)));
    /// ```
    #[track_caller]
    pub fn resubscribe(&self) -> Self {
        Self::new(self.shared.clone())
    }

    /// Receives the next value.
    ///
    /// # Cancel safety
    ///
    /// Cancelling loses no value.
    ///
    /// # Errors
    ///
    /// [`RecvError::Lagged`] if the next value was overwritten; the call after that goes on with the
    /// oldest that is still there. [`RecvError::Closed`] if all senders are gone, and everything was
    /// received.
    ///
    /// # Panics
    ///
    /// If cloning the value panics; or, where this is the last receiver to get it, if dropping the
    /// channel's own does, or the waker of one who waits. The next call goes on behind the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast::{self, error::RecvError};
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, mut rx) = broadcast::channel(2);
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.recv().await, Ok(1));
    /// drop(tx);
    /// assert_eq!(rx.recv().await, Err(RecvError::Closed));
    /// # }
    /// ```
    pub async fn recv(&mut self) -> Result<T, RecvError> {
        Recv::new(&self.shared, &mut self.next).await
    }

    /// Receives the next value if there is one, without waiting.
    ///
    /// If another receiver is just cloning that very value, the thread waits until it is done.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if there is nothing, and otherwise as [`Receiver::recv`].
    ///
    /// # Panics
    ///
    /// If cloning the value panics; or, where this is the last receiver to get it, if dropping the
    /// channel's own does, or the waker of one who waits. The next call goes on behind the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast::{self, error::TryRecvError};
    ///
    /// let (tx, mut rx) = broadcast::channel(2);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// for i in 1..=3 {
    ///     tx.send(i).unwrap();
    /// }
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(1)));
    /// assert_eq!(rx.try_recv(), Ok(2));
    /// ```
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        match self.shared.receive(&mut self.next) {
            Ok(value) => Ok(value),
            Err(Miss::Empty) => Err(TryRecvError::Empty),
            Err(Miss::Closed) => Err(TryRecvError::Closed),
            Err(Miss::Lagged(missed)) => Err(TryRecvError::Lagged(missed)),
            Err(Miss::Busy) => self.await_clone(),
        }
    }

    /// Receives the next value, which is there, once another receiver has cloned it.
    #[cold]
    fn await_clone(&mut self) -> Result<T, TryRecvError> {
        // Not an operation that a task waits for, so its budget does not count.
        budget::unlimited(|| block_on(self.recv())).map_err(|error| match error {
            RecvError::Closed => TryRecvError::Closed,
            RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
        })
    }

    /// Blocks the thread until the next value comes.
    ///
    /// It is for code that is not asynchronous.
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv`].
    ///
    /// # Panics
    ///
    /// If called from within a runtime, and as [`Receiver::recv`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::broadcast;
    ///
    /// let (tx, mut rx) = broadcast::channel(2);
    /// let other = std::thread::spawn(move || rx.blocking_recv());
    /// tx.send(1).unwrap();
    /// assert_eq!(other.join().unwrap(), Ok(1));
    /// ```
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, RecvError> {
        block_on(self.recv())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.unsubscribe(self.next);
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("len", &self.len()).finish_non_exhaustive()
    }
}
