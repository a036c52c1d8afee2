//! How an operation on a descriptor waits.
//!
//! It is tried first, and waited for after it would have blocked:
//!
//! ```text
//!   ready, or never asked ──operation──▶ done
//!     ▲                         │
//!     │                     WouldBlock
//!     │                         ▼
//!     └──event── wait ◀── clear what was sampled before the operation, or register
//! ```

use super::registration::Registration;
use super::{Interest, Ready};
use crate::engine::reactor::{Direction, ReadyEvent};
use crate::engine::task::budget::{RestoreOnPending, poll_proceed};
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

/// Whether an operation that succeeded has left nothing to be had by the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drained {
    Yes,
    /// It was handed less than it asked for: nothing is left, unless urgent data stands before it.
    Short,
    No,
}

impl Registration {
    /// Does `op`, waiting while it answers `WouldBlock`; only the last caller for each direction is
    /// woken.
    pub(crate) fn poll_io<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.poll_drain(cx, direction, || op().map(|result| (result, Drained::No)))
    }

    /// As [`Registration::poll_io`]; `op` also says whether the next one would block, which saves the
    /// attempt.
    pub(crate) fn poll_drain<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut op: impl FnMut() -> io::Result<(R, Drained)>,
    ) -> Poll<io::Result<R>> {
        loop {
            let charge = ready!(poll_proceed(cx));
            let seen = match self.source()? {
                Some(_) => Some(ready!(self.poll_ready(cx, direction))?),
                None => None,
            };
            if let Some(result) = self.attempt(seen, direction.mask(), &mut op) {
                charge.made_progress();
                return Poll::Ready(result);
            }
            self.charge_for_blocking(seen, &charge);
        }
    }

    /// Does `op`, waiting while it answers `WouldBlock`, beside any number of others.
    pub(crate) async fn async_io<R>(
        &self,
        interest: Interest,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        let mask = interest.mask();
        let mut op = || op().map(|result| (result, Drained::No));
        loop {
            let seen = match self.source()? {
                Some(_) => Some(self.until_ready(mask).await?),
                None => None,
            };
            let charge = poll_fn(poll_proceed).await;
            if let Some(result) = self.attempt(seen, mask, &mut op) {
                charge.made_progress();
                return result;
            }
            self.charge_for_blocking(seen, &charge);
        }
    }

    /// As [`Registration::async_io`], for an operation that a user brings: all but `WouldBlock` is the
    /// user's, an interruption included.
    pub(crate) async fn async_io_of_user<R>(
        &self,
        interest: Interest,
        mut op: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        let once = || match op() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            outcome => Ok(outcome),
        };
        self.async_io(interest, once).await?
    }

    /// Does `op` if the object is ready for it as far as anybody knows.
    pub(crate) fn try_io<R>(
        &self,
        interest: Interest,
        op: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        let mask = interest.mask();
        let seen = self.ready(mask)?;
        if seen.is_some_and(|seen| seen.ready.is_empty()) {
            // Who goes on to yield and try again does wait, if by other means than ours.
            self.begin_waiting();
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let result = op();
        if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
            // Who waits next is told if this fails; the answer to this attempt is there.
            let _ = self.note_blocked(seen, mask);
        }
        result
    }

    /// Waits for readiness, beside any number of others.
    ///
    /// It costs no budget: nothing is handed out, and who asks goes on to try.
    pub(crate) async fn readiness(&self, interest: Interest) -> io::Result<ReadyEvent> {
        self.until_ready(interest.mask()).await
    }

    /// Waits for readiness in one direction; only the last caller for each is woken.
    pub(crate) fn poll_readiness(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        let charge = ready!(poll_proceed(cx));
        let seen = ready!(self.poll_ready(cx, direction))?;
        charge.made_progress();
        Poll::Ready(Ok(seen))
    }

    /// Does `op` once; `None` if it would block and the caller has to wait.
    ///
    /// `WouldBlock` is the operating system's word, and takes back what was `seen`. A drained object
    /// has said nothing about its end, which may have come in one event with the last data.
    fn attempt<R>(
        &self,
        seen: Option<ReadyEvent>,
        mask: Ready,
        op: &mut impl FnMut() -> io::Result<(R, Drained)>,
    ) -> Option<io::Result<R>> {
        let error = match retried(op) {
            Ok((result, drained)) => {
                match (seen, drained) {
                    (Some(seen), Drained::Yes) => self.clear(seen, mask),
                    (Some(seen), Drained::Short) => self.clear_unless_urgent(seen, mask),
                    (None, _) | (_, Drained::No) => {}
                }
                return Some(Ok(result));
            }
            Err(error) => error,
        };
        if error.kind() != io::ErrorKind::WouldBlock {
            return Some(Err(error));
        }
        self.note_blocked(seen, mask).err().map(Err)
    }

    /// Waiting is free, but the end of a side lasts: what blocks in spite of it is tried again at once.
    fn charge_for_blocking(&self, seen: Option<ReadyEvent>, charge: &RestoreOnPending) {
        if seen.is_some_and(|seen| self.lasts(seen)) {
            charge.made_progress();
        }
    }

    /// Takes in that an operation would have blocked.
    fn note_blocked(&self, seen: Option<ReadyEvent>, mask: Ready) -> io::Result<()> {
        match seen {
            Some(seen) => self.clear(seen, mask),
            None => {
                self.register_as(self.unless_asked() - mask)?;
            }
        }
        Ok(())
    }
}

/// Makes a system call again that a signal interrupted.
fn retried<R>(op: &mut impl FnMut() -> io::Result<R>) -> io::Result<R> {
    loop {
        match op() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
