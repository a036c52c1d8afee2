//! Letting other tasks run while there is always something to do.
//!
//! Each poll of a task has a budget. Whatever takes something from a channel, a socket, a timer or
//! a lock of this crate uses up a unit of it; once it is used up, they all say that they are not
//! ready, so that the task comes back to the run loop, which polls it again after the others. A
//! loop over a channel that is always full thus needs no yield of its own.
//!
//! Work that touches none of these takes part by [`consume_budget`] or [`poll_proceed`], and
//! futures of other crates by [`cooperative`].
//!
//! ```
//! # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
//! # rt.block_on(async {
//! use runtime::task::coop::consume_budget;
//!
//! let mut sum = 0;
//! for number in 0..1_000_u64 {
//!     sum += number;
//!     consume_budget().await;
//! }
//! assert_eq!(sum, 499_500);
//! # });
//! ```

use crate::engine::task::budget;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pub use crate::engine::task::budget::{RestoreOnPending, poll_proceed};

/// Returns whether the running task may take more before it has to let others run.
///
/// Outside a task, where nothing is limited, the answer is `true`.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::task::coop::{consume_budget, has_budget_remaining};
///
/// while has_budget_remaining() {
///     consume_budget().await;
/// }
/// // Lets others run first, and starts with a new budget.
/// consume_budget().await;
/// assert!(has_budget_remaining());
/// # });
/// ```
#[inline]
pub fn has_budget_remaining() -> bool {
    budget::has_remaining()
}

/// Takes one unit of the running task's budget, and lets other tasks run first if none is left.
///
/// It is for computations that take long and wait for nothing.
///
/// # Cancel safety
///
/// Cancelling it takes nothing.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::task::coop::consume_budget;
///
/// async fn checksum(bytes: &[u8]) -> u64 {
///     let mut sum = 0;
///     for chunk in bytes.chunks(4096) {
///         sum += chunk.iter().map(|byte| u64::from(*byte)).sum::<u64>();
///         consume_budget().await;
///     }
///     sum
/// }
///
/// assert_eq!(checksum(&[1; 10_000]).await, 10_000);
/// # });
/// ```
pub async fn consume_budget() {
    poll_fn(|cx| poll_proceed(cx).map(|unit| unit.made_progress())).await;
}

pin_project! {
    /// A future that has no limit, from [`unconstrained`](fn@unconstrained).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::coop::{Unconstrained, unconstrained};
    /// use std::future::{Ready, ready};
    ///
    /// let answer: Unconstrained<Ready<u32>> = unconstrained(ready(42));
    /// assert_eq!(futures::executor::block_on(answer), 42);
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Unconstrained<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        budget::unlimited(|| future.poll(cx))
    }
}

/// Lifts the limit for a future: what it polls never has to wait for other tasks to run.
///
/// The rest of the task keeps the budget it had. Mind that a future whose resources are always
/// ready then keeps its thread to itself.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::sync::mpsc;
/// use runtime::task::coop::unconstrained;
///
/// let (tx, mut rx) = mpsc::unbounded_channel();
/// for number in 0..1_000 {
///     tx.send(number).unwrap();
/// }
/// // All in one poll.
/// unconstrained(async {
///     for number in 0..1_000 {
///         assert_eq!(rx.recv().await, Some(number));
///     }
/// })
/// .await;
/// # });
/// ```
pub fn unconstrained<F>(inner: F) -> Unconstrained<F> {
    Unconstrained { future: inner }
}

pin_project! {
    /// A future that takes part in cooperation, from [`cooperative`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::coop::{Coop, cooperative};
    /// use std::future::{Ready, ready};
    ///
    /// let answer: Coop<Ready<u32>> = cooperative(ready(42));
    /// assert_eq!(futures::executor::block_on(answer), 42);
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    pub struct Coop<F: Future> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Coop<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let unit = ready!(poll_proceed(cx));
        let output = ready!(self.project().future.poll(cx));
        unit.made_progress();
        Poll::Ready(output)
    }
}

impl<F: Future + fmt::Debug> fmt::Debug for Coop<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coop").field("future", &self.future).finish()
    }
}

/// Makes a future of another crate take part: its completion uses up a unit of the budget, and it
/// is not polled while none is left.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use futures::channel::mpsc;
/// use futures::StreamExt;
/// use runtime::task::coop::cooperative;
///
/// let (tx, mut rx) = mpsc::unbounded();
/// for number in 0..1_000 {
///     tx.unbounded_send(number).unwrap();
/// }
/// drop(tx);
/// let mut sum = 0;
/// while let Some(number) = cooperative(rx.next()).await {
///     sum += number;
/// }
/// assert_eq!(sum, 499_500);
/// # });
/// ```
#[inline]
pub fn cooperative<F: Future>(fut: F) -> Coop<F> {
    Coop { future: fut }
}
