//! Polls futures by hand and counts who is woken.
#![allow(dead_code)]

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts its wakes.
#[derive(Clone, Default)]
pub struct Probe(Arc<Count>);

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Probe {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn waker(&self) -> Waker {
        self.0.clone().into()
    }

    pub fn poll<F: Future + ?Sized>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        self.with(|cx| future.poll(cx))
    }

    pub fn with<R>(&self, f: impl FnOnce(&mut Context<'_>) -> R) -> R {
        f(&mut Context::from_waker(&self.waker()))
    }

    /// How often it was woken.
    pub fn wakes(&self) -> usize {
        self.0.0.load(Ordering::SeqCst)
    }

    /// How many wakers there are.
    pub fn wakers(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

/// A waker that panics when woken.
pub fn panicking_waker() -> Waker {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("the waker panics");
        }
    }
    Arc::new(Panics).into()
}

/// A waker that runs `f` when woken, and when its last clone is dropped.
pub fn waker_fn(f: impl Fn() + Send + Sync + 'static) -> Waker {
    struct Calls<F: Fn()>(F);
    impl<F: Fn() + Send + Sync + 'static> Wake for Calls<F> {
        fn wake(self: Arc<Self>) {
            (self.0)();
        }
    }
    impl<F: Fn()> Drop for Calls<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
    Arc::new(Calls(f)).into()
}

/// Polls `future` at most `polls` times, calling `between` after each pending one, and drops it.
pub fn poll_and_drop<F: Future>(
    future: F,
    polls: usize,
    mut between: impl FnMut(usize),
) -> Option<F::Output> {
    let probe = Probe::new();
    let mut future = pin!(future);
    for turn in 0..polls {
        if let Poll::Ready(output) = probe.poll(future.as_mut()) {
            return Some(output);
        }
        between(turn);
    }
    None
}

/// Runs `case` with a future cut short after 0, 1, 2.. polls, until it says that the future was not.
pub fn for_every_cut(mut case: impl FnMut(usize) -> bool) {
    for polls in 0.. {
        assert!(polls < 100, "the future never completes");
        if case(polls) {
            return;
        }
    }
}

/// Counts how many of it are alive.
#[derive(Debug, Default)]
pub struct Tally(Arc<()>);

impl Tally {
    pub fn new() -> Self {
        Self::default()
    }

    /// One more that counts.
    pub fn token(&self) -> Arc<()> {
        self.0.clone()
    }

    pub fn alive(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}
