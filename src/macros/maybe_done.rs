//! A future that keeps its output until it is asked for.

use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// A future, then its output until somebody takes it.
    #[derive(Debug)]
    #[project = State]
    pub enum MaybeDone<F, T> {
        /// Not ready yet.
        Waiting { #[pin] future: F },
        /// Ready, and the future already dropped.
        Done { output: Option<T> },
    }
}

impl<F: Future> MaybeDone<F, F::Output> {
    /// Starts to wait for the future.
    #[inline]
    pub fn new(future: F) -> Self {
        Self::Waiting { future }
    }
}

impl<F: Future<Output = T>, T> MaybeDone<F, T> {
    /// Drives the future unless it is done.
    #[inline]
    pub fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let State::Waiting { future } = self.as_mut().project() {
            let output = Some(ready!(future.poll(cx)));
            self.set(Self::Done { output });
        }
        Poll::Ready(())
    }
}

impl<F, T> MaybeDone<F, T> {
    /// Gives the output away.
    ///
    /// # Panics
    ///
    /// If the future is not done, or its output was taken before.
    #[inline]
    pub fn take(self: Pin<&mut Self>) -> T {
        self.take_if(|_| true).expect("outputs are taken once, after every branch is done")
    }

    #[inline]
    fn take_if(self: Pin<&mut Self>, wanted: impl FnOnce(&mut T) -> bool) -> Option<T> {
        match self.project() {
            State::Done { output } => output.take_if(wanted),
            State::Waiting { .. } => None,
        }
    }
}

impl<F: Future<Output = Result<T, E>>, T, E> MaybeDone<F, Result<T, E>> {
    /// Starts to wait for a future that may fail.
    #[inline]
    pub fn new_try(future: F) -> Self {
        Self::Waiting { future }
    }
}

impl<F: Future<Output = Result<T, E>>, T, E> MaybeDone<F, Result<T, E>> {
    /// Drives the future unless it is done; gives its error away if it has one.
    #[inline]
    pub fn try_poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        ready!(self.as_mut().poll(cx));
        match self.take_if(|output| output.is_err()) {
            Some(failed) => Poll::Ready(failed.map(drop)),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Gives the value away.
    ///
    /// # Panics
    ///
    /// If the future is not done, has failed, or its value was taken before.
    #[inline]
    pub fn take_ok(self: Pin<&mut Self>) -> T {
        self.take().ok().expect("the first error ends a `try_join!`")
    }
}
