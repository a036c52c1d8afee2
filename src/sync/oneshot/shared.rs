//! The one allocation behind a oneshot channel.

use super::state::{After, Completion, End, Snapshot, State};
use crate::shim::Cell;
use std::ops::Deref;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

/// What both ends reach.
pub(super) struct Shared<T> {
    state: State,
    /// The sender's until it completes the channel, then the receiver's.
    value: Cell<Option<T>>,
    /// See [`State`] for who owns which waker when.
    tx_waker: Cell<Option<Waker>>,
    rx_waker: Cell<Option<Waker>>,
}

/// One end's reference to the channel.
pub(super) struct Seat<T>(NonNull<Shared<T>>);

// SAFETY: the methods below touch a cell only where the state, which publishes what was done to it,
// says that it is their end's: each says why. So a value goes from one thread to another, but only
// one at a time reaches it.
unsafe impl<T: Send> Send for Seat<T> {}
// SAFETY: as above; what a shared seat offers safely reads the state only.
unsafe impl<T: Send> Sync for Seat<T> {}

impl<T> Deref for Seat<T> {
    type Target = Shared<T>;

    #[inline]
    fn deref(&self) -> &Shared<T> {
        // SAFETY: the memory is freed by the second end that leaves, and leaving consumes a seat.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Seat<T> {
    /// The seats of the sender and the receiver of a new channel.
    pub(super) fn pair() -> (Self, Self) {
        let shared = Box::new(Shared {
            state: State::new(),
            value: Cell::new(None),
            tx_waker: Cell::new(None),
            rx_waker: Cell::new(None),
        });
        let shared = NonNull::from(Box::leak(shared));
        (Self(shared), Self(shared))
    }

    /// Sends `value` and leaves, as the sender; the receiver may have closed before.
    #[inline]
    pub(super) fn send(self, value: T) -> Result<(), T> {
        if self.state.load().waits(End::Sender) {
            self.send_after_waiting(value)
        } else {
            self.send_now(value)
        }
    }

    /// Sends after having waited for the receiver to close.
    #[cold]
    fn send_after_waiting(mut self, value: T) -> Result<(), T> {
        // Dropped last, since that is foreign code.
        let _waker = self.withdraw(End::Sender);
        self.send_now(value)
    }

    #[inline]
    fn send_now(self, value: T) -> Result<(), T> {
        // The channel is not complete, so the cell is the sender's.
        self.value.set(Some(value));
        match self.state.complete(Completion::Sent) {
            Ok(after) => {
                self.follow_up(after);
                Ok(())
            }
            Err(_) => Err(self.take_back()),
        }
    }

    /// Leaves with the value that was refused.
    #[cold]
    fn take_back(self) -> T {
        // The channel is not complete, so the cell is still the sender's.
        let value = self.value.take();
        self.end();
        value.expect("put there by `send`, and refused")
    }

    /// Leaves without a value, as the sender.
    pub(super) fn end(mut self) {
        let _waker = self.withdraw(End::Sender);
        match self.state.complete(Completion::Ended) {
            Ok(after) => self.follow_up(after),
            Err(_) => unreachable!("only values are refused"),
        }
    }

    #[inline]
    fn follow_up(self, after: After) {
        match after {
            After::Nothing => {}
            After::Free => self.free(),
            After::Wake => self.wake_receiver(),
        }
    }

    #[inline(never)]
    fn wake_receiver(self) {
        // `complete` found RX_WAITS, so the waker is the sender's.
        let waker = self.rx_waker.take();
        // The waker may panic, and the receiver may free what this end uses: leave first.
        self.leave(End::Sender);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Leaves as the receiver, with the value that it did not take.
    #[inline]
    pub(super) fn hang_up(self, state: Snapshot) {
        if state.is_gone(End::Sender) { self.free() } else { self.hang_up_first() }
    }

    #[inline(never)]
    fn hang_up_first(mut self) {
        let _own_waker = self.withdraw(End::Receiver);
        let before = self.state.close();
        let waker = self.claim_sender(before);
        let value = self.take(before);
        // Both are the user's code, which may panic: leave first.
        self.leave(End::Receiver);
        if let Some(waker) = waker {
            waker.wake();
        }
        drop(value);
    }

    /// The sender's waker, if closing the channel was news to it.
    fn claim_sender(&self, before: Snapshot) -> Option<Waker> {
        if before.is_closed() || before.is_complete() || !before.waits(End::Sender) {
            return None;
        }
        // `close` found TX_WAITS and was the first, so the waker is the receiver's.
        self.tx_waker.take()
    }

    /// Closes as the receiver, which may still take what was sent before.
    pub(super) fn close(&mut self) {
        let before = self.state.close();
        if let Some(waker) = self.claim_sender(before) {
            waker.wake();
        }
    }

    /// The value, as the receiver, if it was sent.
    #[inline]
    pub(super) fn take(&mut self, state: Snapshot) -> Option<T> {
        if !state.is_sent() {
            return None;
        }
        // The channel is complete, so the cell is the receiver's.
        self.value.take()
    }

    /// Waits as `end` for the news from the other one.
    #[inline]
    pub(super) fn poll_news(&mut self, end: End, cx: &Context<'_>) -> Poll<Snapshot> {
        let state = self.state.load();
        if state.has_news(end) {
            return Poll::Ready(state);
        }
        self.register(end, state, cx.waker()).map_or_else(Poll::Ready, |()| Poll::Pending)
    }

    #[inline(never)]
    fn register(&mut self, end: End, state: Snapshot, waker: &Waker) -> Result<(), Snapshot> {
        if state.waits(end) {
            self.state.vacate(end)?;
        }
        // With its WAITS bit clear the cell is this end's own.
        let cell = self.waker_cell(end);
        let (same, other) = match cell.take() {
            Some(same) if same.will_wake(waker) => (Some(same), None),
            other => (None, other),
        };
        cell.set(same.or_else(|| Some(waker.clone())));
        let occupied = self.state.occupy(end);
        drop(other);
        occupied
    }

    /// Takes back the waker of `end`, which waits no more, unless the other end is about to wake it.
    #[inline]
    fn withdraw(&mut self, end: End) -> Option<Waker> {
        if !self.state.load().waits(end) || self.state.vacate(end).is_err() {
            return None;
        }
        // With its WAITS bit clear the cell is this end's own.
        self.waker_cell(end).take()
    }

    fn waker_cell(&self, end: End) -> &Cell<Option<Waker>> {
        match end {
            End::Sender => &self.tx_waker,
            End::Receiver => &self.rx_waker,
        }
    }

    #[inline]
    fn leave(self, end: End) {
        if self.state.leave(end) {
            self.free();
        }
    }

    #[inline]
    fn free(self) {
        // SAFETY: both ends have left, this one as the second, and the memory came from a box.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl<T> Shared<T> {
    #[inline]
    pub(super) fn state(&self) -> Snapshot {
        self.state.load()
    }
}
