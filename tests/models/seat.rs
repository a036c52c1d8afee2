//! Handles that may be busy with one of their futures.

use crate::probe::Probe;
use crate::property::pick;
use std::future::Future;
use std::mem::{replace, take};
use std::pin::Pin;
use std::task::Poll;

/// A handle that is free to be used, or lent to a future that gives it back with its output.
pub struct Seat<H, T> {
    state: State<H, T>,
    /// The future waits, by what the model knows.
    waits: bool,
    /// How often it should have been woken.
    wakes: usize,
}

enum State<H, T> {
    Free(H),
    Busy(Pin<Box<dyn Future<Output = (H, T)>>>, Probe),
    /// Only while it changes.
    Between,
}

impl<H, T> Seat<H, T> {
    pub fn new(handle: H) -> Self {
        Self { state: State::Free(handle), waits: false, wakes: 0 }
    }

    /// The handle, if it is free.
    pub fn free(&mut self) -> Option<&mut H> {
        match &mut self.state {
            State::Free(handle) => Some(handle),
            _ => None,
        }
    }

    /// Starts a future, if the handle is free.
    pub fn lend<F>(&mut self, future: impl FnOnce(H) -> F) -> Option<()>
    where
        F: Future<Output = (H, T)> + 'static,
    {
        self.free()?;
        if let State::Free(handle) = replace(&mut self.state, State::Between) {
            self.state = State::Busy(Box::pin(future(handle)), Probe::new());
            self.wakes = 0;
        }
        Some(())
    }

    /// Polls the future, if there is one.
    pub fn poll(&mut self) -> Option<Poll<T>> {
        let State::Busy(future, probe) = &mut self.state else { return None };
        let polled = probe.poll(future.as_mut());
        self.waits = polled.is_pending();
        Some(polled.map(|(handle, output)| {
            self.state = State::Free(handle);
            output
        }))
    }

    /// Something has happened that wakes whoever waits.
    pub fn call(&mut self) {
        self.wakes += usize::from(take(&mut self.waits));
    }

    pub fn assert_wakes(&self) {
        if let State::Busy(_, probe) = &self.state {
            assert_eq!(probe.wakes(), self.wakes);
        }
    }
}

/// One of them, if there is any.
pub fn one<H>(seats: &mut [H], which: usize) -> Option<&mut H> {
    pick(which, seats.len()).map(|at| &mut seats[at])
}

/// Takes one out of them.
pub fn take_one<H>(seats: &mut Vec<H>, which: usize) -> Option<H> {
    pick(which, seats.len()).map(|at| seats.swap_remove(at))
}
