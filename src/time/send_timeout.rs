//! Sending to a bounded channel with a limit to the wait.

use super::{Duration, timeout};
use crate::sync::mpsc::Sender;
use crate::sync::mpsc::error::SendTimeoutError;

impl<T> Sender<T> {
    /// Sends a value, waiting no longer than `limit` until there is room.
    ///
    /// # Cancel safety
    ///
    /// A cancelled call has not sent the value, which is dropped; it loses its place in the queue.
    ///
    /// # Errors
    ///
    /// Hands the value back if the time is over, or if the receiver is gone or closed.
    ///
    /// # Panics
    ///
    /// If it is polled outside of a runtime, or in one that was built without time.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::mpsc::{self, error::SendTimeoutError};
    /// use runtime::time::Duration;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (tx, _rx) = mpsc::channel(1);
    /// tx.send_timeout(1, Duration::from_millis(5)).await.unwrap();
    /// let late = tx.send_timeout(2, Duration::from_millis(5)).await;
    /// assert_eq!(late, Err(SendTimeoutError::Timeout(2)));
    /// # }
    /// ```
    pub async fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendTimeoutError<T>> {
        match timeout(limit, self.reserve()).await {
            Ok(Ok(permit)) => {
                permit.send(value);
                Ok(())
            }
            Ok(Err(_)) => Err(SendTimeoutError::Closed(value)),
            Err(_) => Err(SendTimeoutError::Timeout(value)),
        }
    }
}
