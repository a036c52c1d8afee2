//! The handles to a spawned task.

use super::budget;
use super::error::JoinError;
use super::header::{Header, Task};
use super::id::Id;
use super::state::{JoinSide, Leave};
use crate::util::moved::Moved;
use std::fmt;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

/// An owned right to wait for the end of a task.
///
/// Awaiting it gives the task's output, or a [`JoinError`] if the task was aborted or panicked.
/// Dropping it detaches the task, which goes on to run; nothing can wait for it any more.
///
/// # Cancel safety
///
/// Awaiting `&mut handle` is cancel safe: the output stays until a later await takes it.
///
/// # Panics
///
/// Polling it again after it has given the output panics.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let task = runtime::spawn(async { 2 + 3 });
/// assert_eq!(task.await.unwrap(), 5);
/// # });
/// ```
pub struct JoinHandle<T> {
    /// Carries the right to the output. Whether the reference is given up in `Drop` depends on what
    /// the task has come to.
    task: ManuallyDrop<Task>,
    _output: Moved<T>,
}

impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}
impl<T> Unpin for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// Makes the handle of a task whose output is a `Result<T, JoinError>`.
    ///
    /// # Safety
    ///
    /// There is only one such handle of a task.
    pub(super) unsafe fn new(task: Task) -> Self {
        Self { task: ManuallyDrop::new(task), _output: Moved::MARK }
    }

    fn header(&self) -> &Header {
        self.task.header()
    }

    /// Leaves the only waker that is ever left, for the end of the task; gives it back after that.
    pub(super) fn leave_waker(&mut self, waker: Waker) -> Option<Waker> {
        self.side().leave_waker(waker)
    }

    #[inline]
    fn side(&mut self) -> JoinSide<'_> {
        // SAFETY: this is the one handle, and borrowed exclusively.
        unsafe { JoinSide::new(self.header()) }
    }

    /// Takes the output of a task that has ended.
    pub(super) fn into_output(self) -> Result<T, JoinError> {
        let mut this = ManuallyDrop::new(self);
        let output = this.take_output();
        // SAFETY: the handle ends here, with an output that was taken.
        unsafe { ManuallyDrop::drop(&mut this.task) };
        match output {
            Poll::Ready(output) => output,
            Poll::Pending => unreachable!("a task that has woken its joiner is complete"),
        }
    }

    /// Takes the output, if the task has ended.
    fn take_output(&mut self) -> Poll<Result<T, JoinError>> {
        let mut output = Poll::Pending;
        if self.header().state.is_complete() {
            let place = (&raw mut output).cast();
            // SAFETY: the task is complete, the output is this handle's, and `place` is of the
            // type that the handle was made for.
            unsafe { (self.header().methods.take_output)(&self.task, place) };
        }
        output
    }

    /// Asks the task to stop at its next `.await`.
    ///
    /// If the task has not ended by then, awaiting the handle gives a cancelled [`JoinError`].
    /// A blocking closure that has begun to run cannot be stopped.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(std::future::pending::<()>());
    /// task.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Returns whether the task has ended.
    ///
    /// It may answer `false` for a moment after `abort`, since the task ends on its own thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(async {});
    /// assert!(!task.is_finished());
    /// runtime::task::yield_now().await;
    /// assert!(task.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.header().state.is_complete()
    }

    /// Returns a handle that can stop the task but not wait for it.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(std::future::pending::<()>());
    /// let stop = task.abort_handle();
    /// stop.abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle { task: Task::clone(&self.task) }
    }

    /// Returns the id of the task.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(async { runtime::task::id() });
    /// let id = task.id();
    /// assert_eq!(task.await.unwrap(), id);
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.header().id
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let charge = ready!(budget::poll_proceed(cx));
        let this = self.get_mut();
        if !this.side().sees_end_or_keeps(cx.waker()) {
            return Poll::Pending;
        }
        charge.made_progress();
        this.take_output()
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let waker = match self.header().state.leave() {
            Leave::Done => return,
            Leave::DropWaker(kept) => Some(kept.take()),
            Leave::DropOutput => None,
        };
        // SAFETY: the handle ends here; what it came with is given up, also on unwind.
        let task = unsafe { ManuallyDrop::take(&mut self.task) };
        match waker {
            Some(waker) => drop(waker),
            // SAFETY: the task is complete, so the stage is this handle's.
            None => unsafe { (task.header().methods.drop_output)(&task) },
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T>
where
    T: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.id())
            .field("spawned_at", &format_args!("{}", self.header().spawned_at))
            .finish()
    }
}

/// An owned right to stop a task, without waiting for it.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let task = runtime::spawn(std::future::pending::<()>());
/// let stop = task.abort_handle();
/// stop.abort();
/// assert!(task.await.unwrap_err().is_cancelled());
/// assert!(stop.is_finished());
/// # });
/// ```
pub struct AbortHandle {
    task: Task,
}

impl Clone for AbortHandle {
    fn clone(&self) -> Self {
        Self { task: self.task.clone() }
    }
}

// In the public list of what this type implements; the reference is given up by its field.
impl Drop for AbortHandle {
    fn drop(&mut self) {}
}

impl UnwindSafe for AbortHandle {}
impl RefUnwindSafe for AbortHandle {}

impl AbortHandle {
    /// Asks the task to stop at its next `.await`; does nothing if it has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(std::future::pending::<()>());
    /// task.abort_handle().abort();
    /// assert!(task.await.unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Returns whether the task has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(async {});
    /// let handle = task.abort_handle();
    /// task.await.unwrap();
    /// assert!(handle.is_finished());
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.task.header().state.is_complete()
    }

    /// Returns the id of the task.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// let task = runtime::spawn(async {});
    /// assert_eq!(task.abort_handle().id(), task.id());
    /// # });
    /// ```
    pub fn id(&self) -> Id {
        self.task.id()
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.id()).finish()
    }
}
