//! A future that keeps its output until it is asked for.

use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// A future, then its output until somebody takes it.
    #[derive(Debug)]
    #[project = State]
    pub enum MaybeDone<F: Future> {
        /// Not ready yet.
        Waiting { #[pin] future: F },
        /// Ready, and the future already dropped.
        Done { output: Option<F::Output> },
    }
}

impl<F: Future> MaybeDone<F> {
    /// Starts to wait for the future.
    #[inline]
    pub fn new(future: impl IntoFuture<IntoFuture = F>) -> Self {
        Self::Waiting { future: future.into_future() }
    }

    /// Drives the future unless it is done.
    #[inline]
    pub fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let State::Waiting { future } = self.as_mut().project() {
            let output = Some(ready!(future.poll(cx)));
            self.set(Self::Done { output });
        }
        Poll::Ready(())
    }

    /// Gives the output away.
    ///
    /// # Panics
    ///
    /// If the future is not done, or its output was taken before.
    #[inline]
    pub fn take(self: Pin<&mut Self>) -> F::Output {
        self.take_if(|_| true).expect("outputs are taken once, after every branch is done")
    }

    #[inline]
    fn take_if(
        self: Pin<&mut Self>,
        wanted: impl FnOnce(&mut F::Output) -> bool,
    ) -> Option<F::Output> {
        match self.project() {
            State::Done { output } => output.take_if(wanted),
            State::Waiting { .. } => None,
        }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> MaybeDone<F> {
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
