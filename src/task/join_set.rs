//! Many tasks that are waited on as one.

use super::{AbortHandle, Id, JoinError, JoinHandle, LocalSet};
use crate::engine::task::{Members, budget};
use crate::runtime::Handle;
use std::fmt;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::task::{Context, Poll, ready};

/// A set of tasks with outputs of one type.
///
/// It gives their outputs in the order in which they end. Each takes a few steps, however many
/// tasks are in the set. Dropping the set asks all its tasks to stop.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// use runtime::task::JoinSet;
///
/// let mut set = JoinSet::new();
/// for number in 0..10 {
///     set.spawn(async move { number * number });
/// }
/// let mut sum = 0;
/// while let Some(square) = set.join_next().await {
///     sum += square.unwrap();
/// }
/// assert_eq!(sum, 285);
/// # });
/// ```
pub struct JoinSet<T> {
    members: Members<T>,
}

impl<T> JoinSet<T> {
    /// Creates an empty set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::JoinSet;
    ///
    /// assert!(JoinSet::<()>::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self { members: Members::new() }
    }

    /// Returns how many tasks are in the set: those that run, and those that have ended and were
    /// not waited for.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(async {});
    /// runtime::task::yield_now().await;
    /// assert_eq!(set.len(), 1);
    /// set.join_next().await;
    /// assert_eq!(set.len(), 0);
    /// # });
    /// ```
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether there is no task in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// assert!(set.is_empty());
    /// set.spawn(async {});
    /// assert!(!set.is_empty());
    /// # });
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: 'static> JoinSet<T> {
    fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        self.members.insert(task)
    }

    /// Spawns a future onto the runtime that this thread is in, as a task of the set.
    ///
    /// # Panics
    ///
    /// If the thread is in no runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// let stop = set.spawn(std::future::pending::<()>());
    /// stop.abort();
    /// assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(super::spawn(task))
    }

    /// Spawns a future onto another runtime, as a task of the set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use runtime::task::JoinSet;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let mut set = JoinSet::new();
    /// set.spawn_on(async { 1 }, rt.handle());
    /// assert_eq!(rt.block_on(set.join_next()).unwrap().unwrap(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn(task))
    }

    /// Spawns a future that stays on this thread, as a task of the set.
    ///
    /// # Panics
    ///
    /// As [`spawn_local`](crate::task::spawn_local) does: outside of a [`LocalSet`] and a
    /// [`LocalRuntime`](crate::runtime::LocalRuntime).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::LocalRuntime;
    /// use runtime::task::JoinSet;
    /// use std::rc::Rc;
    ///
    /// let rt = LocalRuntime::new()?;
    /// rt.block_on(async {
    ///     let number = Rc::new(5);
    ///     let mut set = JoinSet::new();
    ///     set.spawn_local(async move { *number });
    ///     assert_eq!(set.join_next().await.unwrap().unwrap(), 5);
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(super::spawn_local(task))
    }

    /// Spawns a future onto a [`LocalSet`], as a task of this set.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::{JoinSet, LocalSet};
    ///
    /// let local = LocalSet::new();
    /// let mut set = JoinSet::new();
    /// set.spawn_local_on(async { 5 }, &local);
    /// let output = local.run_until(set.join_next()).await;
    /// assert_eq!(output.unwrap().unwrap(), 5);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, task: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(local_set.spawn_local(task))
    }

    /// Runs a closure on a thread for code that blocks, as a task of the set.
    ///
    /// Once the closure has begun to run, nothing stops it; see
    /// [`spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// # Panics
    ///
    /// If this thread is in no runtime, or if the operating system refuses a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// for number in 0..4_u64 {
    ///     set.spawn_blocking(move || (0..=number).product::<u64>());
    /// }
    /// assert_eq!(set.join_all().await, [0; 4]);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(super::spawn_blocking(f))
    }

    /// Runs a closure on a thread of another runtime for code that blocks, as a task of the set.
    ///
    /// # Panics
    ///
    /// If the operating system refuses a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    /// use runtime::task::JoinSet;
    ///
    /// let rt = Builder::new_current_thread().build()?;
    /// let mut set = JoinSet::new();
    /// set.spawn_blocking_on(|| 5, rt.handle());
    /// assert_eq!(rt.block_on(set.join_next()).unwrap().unwrap(), 5);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn_blocking(f))
    }

    /// Waits for one of the tasks to end, and takes it out of the set; gives nothing if the set is
    /// empty.
    ///
    /// # Cancel safety
    ///
    /// It is cancel safe: a task that has ended stays in the set until it is given out.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(async { "done" });
    /// assert_eq!(set.join_next().await.unwrap().unwrap(), "done");
    /// assert!(set.join_next().await.is_none());
    /// # });
    /// ```
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// Waits for one of the tasks to end, as [`JoinSet::join_next`], and says which.
    ///
    /// An error carries its [id](JoinError::id) itself.
    ///
    /// # Cancel safety
    ///
    /// It is cancel safe: a task that has ended stays in the set until it is given out.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// let task = set.spawn(async { 5 });
    /// assert_eq!(set.join_next_with_id().await.unwrap().unwrap(), (task.id(), 5));
    /// # });
    /// ```
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|cx| self.poll_join_next_with_id(cx)).await
    }

    /// Takes a task out of the set that has ended, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(async { 5 });
    /// assert!(set.try_join_next().is_none());
    /// runtime::task::yield_now().await;
    /// assert_eq!(set.try_join_next().unwrap().unwrap(), 5);
    /// # });
    /// ```
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.members.pop().map(|(_, output)| output)
    }

    /// Takes a task out of the set that has ended, if there is one, and says which.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// let task = set.spawn(async { 5 });
    /// runtime::task::yield_now().await;
    /// assert_eq!(set.try_join_next_with_id().unwrap().unwrap(), (task.id(), 5));
    /// # });
    /// ```
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.members.pop().map(with_id)
    }

    /// Polls for a task that has ended, and takes it out of the set; gives nothing if the set is
    /// empty.
    ///
    /// When it is pending, the task of `cx` is woken once one ends; of several polls that are
    /// pending, the last one counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    /// use std::future::poll_fn;
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(async { 5 });
    /// let output = poll_fn(|cx| set.poll_join_next(cx)).await;
    /// assert_eq!(output.unwrap().unwrap(), 5);
    /// # });
    /// ```
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_next(cx).map(|next| next.map(|(_, output)| output))
    }

    /// Polls for a task that has ended, as [`JoinSet::poll_join_next`], and says which.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    /// use std::future::poll_fn;
    ///
    /// let mut set = JoinSet::new();
    /// let task = set.spawn(async { 5 });
    /// let output = poll_fn(|cx| set.poll_join_next_with_id(cx)).await;
    /// assert_eq!(output.unwrap().unwrap(), (task.id(), 5));
    /// # });
    /// ```
    pub fn poll_join_next_with_id(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        self.poll_next(cx).map(|next| next.map(with_id))
    }

    #[inline]
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Id, Result<T, JoinError>)>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        let unit = ready!(budget::poll_proceed(cx));
        let next = ready!(self.members.poll_pop(cx));
        unit.made_progress();
        Poll::Ready(next)
    }

    /// Waits for all tasks, and gives their outputs in the order in which they ended.
    ///
    /// # Cancel safety
    ///
    /// Cancelling it drops the set, and so stops the tasks that have not ended.
    ///
    /// # Panics
    ///
    /// If a task was cancelled, or with a task's panic; the others are asked to stop.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::{JoinSet, yield_now};
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(async {
    ///     yield_now().await;
    ///     "second"
    /// });
    /// set.spawn(async { "first" });
    /// assert_eq!(set.join_all().await, ["first", "second"]);
    /// # });
    /// ```
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(output) = self.join_next().await {
            match output.map_err(JoinError::try_into_panic) {
                Ok(output) => outputs.push(output),
                Err(Ok(panic)) => resume_unwind(panic),
                Err(Err(cancelled)) => panic!("{cancelled}"),
            }
        }
        outputs
    }

    /// Asks all tasks to stop, and waits until they have.
    ///
    /// What they give, panics too, is dropped.
    ///
    /// # Cancel safety
    ///
    /// If it is cancelled, the tasks that were not waited for stay in the set; they stop all the
    /// same.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(std::future::pending::<()>());
    /// set.shutdown().await;
    /// assert!(set.is_empty());
    /// # });
    /// ```
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// Asks all tasks to stop; they stay in the set until they are waited for.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::task::JoinSet;
    ///
    /// let mut set = JoinSet::new();
    /// set.spawn(std::future::pending::<()>());
    /// set.abort_all();
    /// assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # });
    /// ```
    pub fn abort_all(&mut self) {
        self.members.abort_all();
    }

    /// Takes all tasks out of the set, and lets them run on.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use runtime::sync::oneshot;
    /// use runtime::task::JoinSet;
    ///
    /// let (tx, rx) = oneshot::channel();
    /// let mut set = JoinSet::new();
    /// set.spawn(async { tx.send("still here").unwrap() });
    /// set.detach_all();
    /// assert!(set.is_empty());
    /// drop(set);
    /// assert_eq!(rx.await, Ok("still here"));
    /// # });
    /// ```
    pub fn detach_all(&mut self) {
        self.members.let_go(|_| {});
    }
}

/// The id of a task along with its output.
fn with_id<T>((id, output): (Id, Result<T, JoinError>)) -> Result<(Id, T), JoinError> {
    output.map(|output| (id, output))
}

/// Dropping the set asks all its tasks to stop.
impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.members.let_go(JoinHandle::abort);
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Spawns each future of the iterator, as [`JoinSet::spawn`] does.
impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        futures.into_iter().for_each(|future| {
            self.spawn(future);
        });
    }
}

/// Spawns each future of the iterator, as [`JoinSet::spawn`] does.
impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}
