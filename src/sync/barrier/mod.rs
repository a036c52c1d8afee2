//! Lets tasks go on together.

#[cfg(all(test, loom))]
mod loom_tests;

use crate::engine::task::budget;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::util::wait_queue::{Home, Phase, WaitQueue, Waiter};
use crate::util::wakers::Wakers;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// A point that a number of tasks reach before any of them goes on.
///
/// It can be used again at once: whoever comes after the last one waits for the next round.
///
/// # Examples
///
/// ```
/// use runtime::sync::Barrier;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let (barrier, arrived) = (Arc::new(Barrier::new(3)), Arc::new(AtomicUsize::new(0)));
/// let mut tasks = Vec::new();
/// for _ in 0..3 {
///     let (barrier, arrived) = (barrier.clone(), arrived.clone());
///     tasks.push(runtime::spawn(async move {
///         arrived.fetch_add(1, SeqCst);
///         let result = barrier.wait().await;
///         assert_eq!(arrived.load(SeqCst), 3);
///         result.is_leader()
///     }));
/// }
/// let mut leaders = 0;
/// for task in tasks {
///     leaders += usize::from(task.await.unwrap());
/// }
/// assert_eq!(leaders, 1);
/// # }
/// ```
pub struct Barrier {
    /// How many go on together, at least one.
    size: usize,
    /// How many have come in this round. Changes under the queue's lock.
    arrived: AtomicUsize,
    queue: WaitQueue<()>,
}

/// Tells one of those who leave a [`Barrier`] together from the others.
///
/// # Examples
///
/// ```
/// use runtime::sync::{Barrier, BarrierWaitResult};
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let result: BarrierWaitResult = Barrier::new(1).wait().await;
/// assert!(result.is_leader());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BarrierWaitResult(bool);

// SAFETY: a reference always leads to the same queue, which stays in place while it is borrowed.
unsafe impl Home for &Barrier {
    type Note = ();
    fn queue(&self) -> &WaitQueue<()> {
        &self.queue
    }
}

impl Barrier {
    /// Makes a barrier for `n` tasks; with zero or one, nobody waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Barrier;
    ///
    /// let barrier = Barrier::new(3);
    /// ```
    #[track_caller]
    pub fn new(n: usize) -> Barrier {
        Self { size: n.max(1), arrived: AtomicUsize::new(0), queue: WaitQueue::new() }
    }

    /// Waits until `n` tasks have called this.
    ///
    /// The last of them is the leader of its round. In a task the call counts against the
    /// cooperative budget.
    ///
    /// # Cancel safety
    ///
    /// A call that is cancelled after its first poll counts as having come: the barrier lets the
    /// others go as if it were still there.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Barrier;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let barrier = Barrier::new(2);
    /// let (one, other) = runtime::join!(barrier.wait(), barrier.wait());
    /// assert_ne!(one.is_leader(), other.is_leader());
    /// # }
    /// ```
    pub async fn wait(&self) -> BarrierWaitResult {
        let waiter = pin!(Waiter::new(self, ()));
        let waiter = waiter.into_ref();
        let result = poll_fn(|cx| self.poll_wait(waiter, cx)).await;
        // Last, so that a task without budget has come all the same.
        poll_fn(|cx| budget::poll_proceed(cx).map(|charge| charge.made_progress())).await;
        result
    }

    fn poll_wait(
        &self,
        waiter: Pin<&Waiter<&Self>>,
        cx: &mut Context<'_>,
    ) -> Poll<BarrierWaitResult> {
        match waiter.phase() {
            Phase::Idle => self.arrive(waiter, cx),
            Phase::Linked if waiter.refresh(cx) => Poll::Pending,
            Phase::Linked | Phase::Done => Poll::Ready(BarrierWaitResult(false)),
        }
    }

    /// Counts one more; the last one of a round lets the others go.
    fn arrive(&self, waiter: Pin<&Waiter<&Self>>, cx: &Context<'_>) -> Poll<BarrierWaitResult> {
        // Foreign code, and so before the lock.
        let waker = cx.waker().clone();
        let mut queue = self.queue.lock();
        // Relaxed: changed under the lock.
        let arrived = self.arrived.load(Ordering::Relaxed) + 1;
        let is_last = arrived == self.size;
        // Relaxed: as above.
        self.arrived.store(if is_last { 0 } else { arrived }, Ordering::Relaxed);
        if !is_last {
            waiter.link(&mut queue, (), Some(waker));
            return Poll::Pending;
        }
        let mut wakers = Wakers::new();
        while queue.pop_front(&mut wakers) {}
        drop(queue);
        wakers.wake_all();
        Poll::Ready(BarrierWaitResult(true))
    }
}

impl BarrierWaitResult {
    /// Returns whether this is the one who came last and leads the round.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Barrier;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let barrier = Barrier::new(1);
    /// if barrier.wait().await.is_leader() {
    ///     println!("all are here");
    /// }
    /// # }
    /// ```
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").field("size", &self.size).finish_non_exhaustive()
    }
}
