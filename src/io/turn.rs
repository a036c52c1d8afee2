//! A pinned value that two tasks use in turns, without blocking a thread.
//!
//! Whoever finds the value in use leaves a waker, then looks once more; whoever is done gives the
//! value up, then looks for a waker:
//!
//! ```text
//! one task (`poll_turn`)           the other (drop of `Turn`)
//! value: try_lock fails
//! waiting: put the waker           value: unlock
//! value: try_lock again            waiting: take the waker, wake it
//! ```
//!
//! The two visits to `waiting` exclude each other, so one comes first. If it is the put, the
//! waker is found. If it is the take, the unlock before it is visible to the second `try_lock`.
//! Nobody ever waits inside a lock for `value`, so foreign code may run while it is held: a waker
//! that comes straight back in is told to wait.

use crate::shim::{Arc, Mutex, MutexGuard};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

/// A value of two tasks. It exists inside an [`Arc`] only, which keeps it in place.
#[derive(Debug)]
pub(super) struct Turns<T> {
    value: Mutex<T>,
    waiting: Mutex<Option<Waker>>,
}

/// Exclusive use of the value until dropped.
struct Turn<'a, T> {
    // Taken on drop: the value is given up before the other task is woken.
    value: Option<MutexGuard<'a, T>>,
    waiting: &'a Mutex<Option<Waker>>,
}

impl<T> Turns<T> {
    pub(super) fn new(value: T) -> Arc<Self> {
        Arc::new(Self { value: Mutex::new(value), waiting: Mutex::new(None) })
    }

    /// Runs `act` on the value, once the other task is not using it.
    pub(super) fn poll_with<R>(
        &self,
        cx: &mut Context<'_>,
        act: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let mut turn = ready!(self.poll_turn(cx));
        let value = turn.value.as_deref_mut().expect("a turn holds the value until it is dropped");
        // SAFETY: `new` puts the value on the heap before anybody can get here, nothing moves it
        // out of there but `into_inner`, and that asks for `T: Unpin`.
        act(unsafe { Pin::new_unchecked(value) }, cx)
    }

    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<Turn<'_, T>> {
        if let Some(turn) = self.try_turn() {
            return Poll::Ready(turn);
        }
        let waker = cx.waker().clone();
        let replaced = self.waiting.lock().replace(waker);
        drop(replaced);
        self.try_turn().map_or(Poll::Pending, Poll::Ready)
    }

    fn try_turn(&self) -> Option<Turn<'_, T>> {
        Some(Turn { value: Some(self.value.try_lock()?), waiting: &self.waiting })
    }
}

impl<T: Unpin> Turns<T> {
    /// Takes the value out, if this is the last reference.
    pub(super) fn into_inner(turns: Arc<Self>) -> Option<T> {
        Some(Arc::try_unwrap(turns).ok()?.value.into_inner())
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        self.value = None;
        let waker = self.waiting.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
