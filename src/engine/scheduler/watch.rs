//! Looking after loops that are stuck in a long poll.
//!
//! While some loop runs and others sleep, one timer is set that ends the sleep of one of them, every
//! few milliseconds. Whoever that is looks at the loops that run: one that has not begun a poll
//! since the last look is stuck, and what waits for it (events, timers, tasks) is done in its
//! place. When all sleep nobody watches, and while all run nobody is free to.
//!
//! The timer is set when a loop wakes beside sleepers, or falls asleep beside others that run; it is
//! set once for each period, whoever wants it.

use super::idle::Idle;
use super::shared::Outside;
use crate::engine::reactor::Bell;
use crate::shim::atomic::{AtomicBool, Ordering};
use std::io;
use std::time::Duration;

/// How long a loop may be in one poll before others take over what waits for it: between one and
/// two of these.
pub(crate) const PERIOD: Duration = Duration::from_millis(3);

/// The timer of one runtime.
pub(super) struct Watch {
    bell: Bell,
    /// Whether it is set. Written by whoever sets it, and by the loop that hears it; publishes
    /// nothing.
    set: AtomicBool,
}

impl Watch {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { bell: Bell::new()?, set: AtomicBool::new(false) })
    }

    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Sets the timer if some loop runs beside one that sleeps, and nobody has set it.
    pub(super) fn ensure(&self, idle: &Idle, loops: &[Outside]) {
        let asleep = idle.asleep();
        if asleep == 0 || asleep >= loops.len() {
            return;
        }
        // Relaxed: only whether somebody has set it. A timer that is set twice rings once.
        if self.set.load(Ordering::Relaxed) || self.set.swap(true, Ordering::Relaxed) {
            return;
        }
        for outside in loops {
            // Relaxed: figures; what is compared is whether they move.
            outside.polls_seen.set(outside.counters.polls.get());
        }
        let sleeper = loops.iter().position(|outside| outside.doze.is_asleep());
        self.bell.ring_after(PERIOD, sleeper.unwrap_or(0));
    }

    /// The timer has gone off.
    pub(super) fn heard(&self) {
        // Relaxed: as in `ensure`.
        self.set.store(false, Ordering::Relaxed);
    }
}

/// The loops that have not begun a poll for a whole period, though they do not sleep.
pub(super) fn stuck(loops: &[Outside], index: usize) -> impl Iterator<Item = &Outside> {
    loops.iter().enumerate().filter_map(move |(other, outside)| {
        let stuck = other != index
            && !outside.doze.is_asleep()
            && outside.counters.polls.get() == outside.polls_seen.get();
        stuck.then_some(outside)
    })
}
