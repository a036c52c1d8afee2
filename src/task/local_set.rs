//! Tasks that stay on one thread.

use super::JoinHandle;
pub use crate::engine::scheduler::local::LocalEnterGuard;
use crate::engine::scheduler::local::{self, LocalTasks};
use crate::engine::scheduler::{Shared, current};
use crate::runtime::{Id, Runtime, UnhandledPanic};
use crate::shim::Arc;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// A set of tasks that all run on the thread that made it, so that their futures need not be
/// [`Send`].
///
/// The tasks run while the set is awaited, or while a future is in [`LocalSet::run_until`]: the
/// set is no runtime of its own, and uses timers and sockets of the one that it is awaited in. It
/// may be awaited in `block_on` of any runtime, but not in a task that has to be `Send`.
///
/// Awaiting the set waits until all of its tasks have ended. Dropping it drops their futures, and
/// their join handles give a cancelled error.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::task::{LocalSet, spawn_local};
/// use std::rc::Rc;
///
/// let words = Rc::new("shared without atomics");
/// let set = LocalSet::new();
/// let length = set.run_until(async {
///     let words = words.clone();
///     spawn_local(async move { words.len() }).await.unwrap()
/// });
/// assert_eq!(length.await, 22);
/// # });
/// ```
pub struct LocalSet {
    tasks: Arc<LocalTasks>,
    id: Id,
    // Belongs to the thread that made it.
    _local: PhantomData<*const ()>,
}

impl LocalSet {
    /// Creates an empty set that belongs to the calling thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::LocalSet;
    ///
    /// LocalSet::new().await;
    /// # });
    /// ```
    pub fn new() -> LocalSet {
        Self { tasks: LocalTasks::new(), id: Id::next(), _local: PhantomData }
    }

    /// Enters the set: until the guard is dropped, [`spawn_local`] on this thread spawns onto it.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// use runtime::task::{LocalSet, spawn_local};
    ///
    /// let set = LocalSet::new();
    /// let guard = set.enter();
    /// let task = spawn_local(async { 5 });
    /// drop(guard);
    /// assert_eq!(set.block_on(&rt, task).unwrap(), 5);
    /// ```
    pub fn enter(&self) -> LocalEnterGuard {
        local::enter(Some(self.tasks.clone()))
    }

    /// Spawns a future as a task of the set, which runs as soon as the set is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::LocalSet;
    ///
    /// let set = LocalSet::new();
    /// let task = set.spawn_local(async { 5 });
    /// set.await;
    /// assert_eq!(task.await.unwrap(), 5);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        LocalTasks::spawn(&self.tasks, future, Location::caller())
    }

    /// Runs a future to its end on the runtime, with the tasks of the set beside it.
    ///
    /// Tasks that have not ended by then go on when the set is polled again.
    ///
    /// # Panics
    ///
    /// If the thread drives a runtime already, or the future panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use runtime::task::{LocalSet, spawn_local};
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let answer = LocalSet::new().block_on(&rt, async {
    ///     spawn_local(async { 6 * 7 }).await.unwrap()
    /// });
    /// assert_eq!(answer, 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn block_on<F>(&self, rt: &Runtime, future: F) -> F::Output
    where
        F: Future,
    {
        rt.block_on(self.run_until(future))
    }

    /// Runs a future to its end, inside of the set and with its tasks beside it.
    ///
    /// Tasks that have not ended by then go on when the set is polled again. The future has no
    /// budget of its own, but that of the task that awaits it.
    ///
    /// # Cancel safety
    ///
    /// Cancelling it drops the future; the tasks stay in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::{LocalSet, spawn_local};
    ///
    /// let set = LocalSet::new();
    /// let first = set.run_until(async { spawn_local(async { 1 }).await.unwrap() }).await;
    /// let second = set.run_until(async { spawn_local(async { 2 }).await.unwrap() }).await;
    /// assert_eq!((first, second), (1, 2));
    /// # });
    /// ```
    pub async fn run_until<F>(&self, future: F) -> F::Output
    where
        F: Future,
    {
        let mut future = pin!(future);
        poll_fn(|cx| {
            LocalTasks::polled(&self.tasks, || {
                let polled = future.as_mut().poll(cx);
                match &polled {
                    Poll::Ready(_) => self.tasks.pass_on(),
                    Poll::Pending => LocalTasks::run(&self.tasks, cx),
                }
                polled
            })
        })
        .await
    }

    /// Sets what a panic of a task does to the set; nothing unless set.
    ///
    /// With [`UnhandledPanic::ShutdownRuntime`] it ends all tasks, and whoever awaits the set, or is
    /// in [`LocalSet::run_until`], panics too.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::runtime::UnhandledPanic;
    /// use runtime::task::LocalSet;
    ///
    /// let mut set = LocalSet::new();
    /// set.unhandled_panic(UnhandledPanic::ShutdownRuntime);
    /// set.spawn_local(async { panic!("boom") });
    /// set.spawn_local(std::future::pending::<()>());
    /// set.await;
    /// # });
    /// ```
    pub fn unhandled_panic(&mut self, behavior: UnhandledPanic) -> &mut Self {
        self.tasks.end_on_panic(matches!(behavior, UnhandledPanic::ShutdownRuntime));
        self
    }

    /// Returns the id of the set, which no runtime and no other set has.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::LocalSet;
    ///
    /// assert_ne!(LocalSet::new().id(), LocalSet::new().id());
    /// ```
    pub fn id(&self) -> Id {
        self.id
    }
}

/// Runs the tasks of the set until all have ended.
impl Future for LocalSet {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        LocalTasks::polled(&self.tasks, || {
            if !self.tasks.is_empty() {
                LocalTasks::run(&self.tasks, cx);
            }
            if self.tasks.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

/// Dropping the set drops the futures of its tasks.
impl Drop for LocalSet {
    fn drop(&mut self) {
        LocalTasks::shut_down(&self.tasks);
    }
}

impl Default for LocalSet {
    fn default() -> LocalSet {
        LocalSet::new()
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSet").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Spawns a future as a task that stays on this thread: a task of the [`LocalSet`] that the thread
/// is in or, without one, of the [`LocalRuntime`](crate::runtime::LocalRuntime).
///
/// # Panics
///
/// If the thread is in neither, or in a local runtime that belongs to another thread.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::task::{LocalSet, spawn_local};
/// use std::rc::Rc;
///
/// let set = LocalSet::new();
/// let text = set.run_until(async {
///     let text = Rc::new(String::from("on this thread"));
///     spawn_local(async move { text.len() }).await.unwrap()
/// });
/// assert_eq!(text.await, 14);
/// # });
/// ```
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let at = Location::caller();
    if let Some(tasks) = local::current() {
        return LocalTasks::spawn(&tasks, future, at);
    }
    let runtime = current::runtime().filter(|runtime| runtime.is_local()).expect(
        "`spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`",
    );
    Shared::spawn_local(&runtime, future, at)
}
