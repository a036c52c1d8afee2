//! Futures that are polled by hand until they are ready or cancelled.

use crate::probe::Probe;
use crate::property::pick;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// The futures, each with the number that its model knows it by.
pub struct Asked<'a, T>(Vec<One<'a, T>>);

struct One<'a, T> {
    id: usize,
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
    probe: Probe,
}

impl<'a, T> Asked<'a, T> {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, id: usize, future: impl Future<Output = T> + 'a) {
        self.0.push(One { id, future: Box::pin(future), probe: Probe::new() });
    }

    /// Polls one of them, which goes if it is ready.
    pub fn poll(&mut self, which: usize) -> Option<(usize, Poll<T>)> {
        let at = pick(which, self.0.len())?;
        let one = &mut self.0[at];
        let polled = (one.id, one.probe.poll(one.future.as_mut()));
        if polled.1.is_ready() {
            drop(self.0.remove(at));
        }
        Some(polled)
    }

    /// Drops one of them; answers which.
    pub fn cancel(&mut self, which: usize) -> Option<usize> {
        let at = pick(which, self.0.len())?;
        Some(self.0.remove(at).id)
    }

    /// Each was woken as often as the model says.
    pub fn assert_wakes(&self, expected: impl Fn(usize) -> usize) {
        for one in &self.0 {
            assert_eq!(one.probe.wakes(), expected(one.id), "wake-ups of number {}", one.id);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}
