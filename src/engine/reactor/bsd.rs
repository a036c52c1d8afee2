//! What kqueue does its own way: its timeouts are exact, its urgent data is ordinary data.

use crate::engine::clock::AnchoredClock;
use mio::{Interest, Registry, Token};
use std::io;
use std::time::Duration;

/// The interest in urgent data, which kqueue reports as readable.
pub(crate) const fn priority() -> Interest {
    Interest::READABLE
}

/// Ends a wait at an exact time. `kevent` counts in nanoseconds, so its own timeout does.
#[derive(Debug)]
pub(crate) struct Alarm;

impl Alarm {
    pub(super) fn new(_: &Registry, _: Token, _: &AnchoredClock) -> io::Result<Alarm> {
        Ok(Alarm)
    }

    /// Sees to it that a wait which begins now ends at `deadline`; answers the timeout it needs.
    pub(super) fn set(&mut self, deadline: u64, clock: &AnchoredClock) -> Option<Duration> {
        Some(Duration::from_nanos(deadline.saturating_sub(clock.now())))
    }

    /// Notes that the alarm went off; a timeout never does.
    pub(super) fn rang(&mut self) {}
}
