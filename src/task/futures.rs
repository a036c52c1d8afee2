//! The futures of this room that have names.

use super::LocalKey;
use pin_project_lite::pin_project;
use std::fmt;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// A future that carries a task-local value, from [`LocalKey::scope`].
    ///
    /// # Panics
    ///
    /// Polling it again after it has given its output panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::futures::TaskLocalFuture;
    ///
    /// runtime::task_local! {
    ///     static KEY: u32;
    /// }
    ///
    /// let future: TaskLocalFuture<u32, _> = KEY.scope(5, async { KEY.get() + 1 });
    /// assert_eq!(futures::executor::block_on(future), 6);
    /// ```
    pub struct TaskLocalFuture<T, F>
    where
        T: 'static,
    {
        key: &'static LocalKey<T>,
        // While the future is polled or dropped: what its scope hides.
        value: Option<T>,
        // Gone as soon as it has given its output, so that it is dropped inside its scope.
        #[pin]
        future: Option<F>,
        // Leaves us the right to keep the value in place.
        #[pin]
        _pinned: PhantomPinned,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut future = this.future;
            if future.is_some() {
                // A scope that cannot begin leaves the future to be dropped without one.
                let _ = this.key.with_value(this.value, || future.set(None));
            }
        }
    }
}

impl<T, F> TaskLocalFuture<T, F> {
    pub(super) fn new(key: &'static LocalKey<T>, value: T, future: F) -> Self {
        Self { key, value: Some(value), future: Some(future), _pinned: PhantomPinned }
    }

    /// Takes the value out; from then on the future runs without one.
    ///
    /// Returns nothing if that was done before.
    ///
    /// # Examples
    ///
    /// ```
    /// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
    /// # rt.block_on(async {
    /// use std::pin::pin;
    ///
    /// runtime::task_local! {
    ///     static LOG: Vec<u32>;
    /// }
    ///
    /// let mut future = pin!(LOG.scope(vec![1, 2], async {}));
    /// future.as_mut().await;
    /// assert_eq!(future.as_mut().take_value(), Some(vec![1, 2]));
    /// assert_eq!(future.as_mut().take_value(), None);
    /// # });
    /// ```
    pub fn take_value(self: Pin<&mut Self>) -> Option<T> {
        self.project().value.take()
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut future = this.future;
        let polled = this.key.with_value(this.value, || {
            let polled = future.as_mut().as_pin_mut()?.poll(cx);
            if polled.is_ready() {
                future.set(None);
            }
            Some(polled)
        });
        match polled {
            Ok(Some(polled)) => polled,
            Ok(None) => panic!("`TaskLocalFuture` polled after completion"),
            Err(error) => error.panic(),
        }
    }
}

impl<T: fmt::Debug + 'static, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLocalFuture").field("value", &self.value).finish_non_exhaustive()
    }
}
