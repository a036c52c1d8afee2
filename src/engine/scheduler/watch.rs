//! The timer that has a sleeper look after loops that are stuck in a long poll.
//!
//! While some loop runs and others sleep, one timer is set that ends the sleep of one of them, every
//! few milliseconds. Whoever that is looks after the others ([`rescue`]). When all sleep nobody
//! watches, and while all run they look after each other now and then.
//!
//! The timer is set when a loop wakes beside sleepers, or falls asleep beside others that run; it is
//! set once for each period, whoever wants it. Where it went off in vain, the last loop to fall
//! asleep stops it the next few times, so that a program that does a little now and then is not
//! woken twice for it:
//!
//! ```text
//!   a loop that wakes                   the last to fall asleep
//!   one less asleep                     stop the timer; note that nobody has set it
//!   fence                               fence
//!   set the timer unless that is noted  are all still asleep? else set it
//! ```

use super::idle::Idle;
use super::rescue;
use super::shared::Outside;
use crate::engine::reactor::Bell;
use crate::shim::atomic::{AtomicBool, AtomicU8, Ordering, fence};
use std::io;
use std::time::Duration;

/// How long a loop may be in one poll before others take over what waits for it: between one and
/// two of these.
pub(crate) const PERIOD: Duration = Duration::from_millis(3);

/// How often the timer is stopped for each time that it went off in vain.
///
/// Loops that sleep for microseconds stop it that often in a period of milliseconds, at the price of
/// a system call each; those that sleep for longer are spared nearly all wake-ups.
const STOPS: u8 = 8;

/// What ends the sleep of one loop after a [`PERIOD`].
pub(super) trait Timer {
    fn start(&self, sleeper: usize);
    fn stop(&self);
}

impl Timer for Bell {
    fn start(&self, sleeper: usize) {
        self.ring_after(PERIOD, sleeper);
    }

    fn stop(&self) {
        self.silence();
    }
}

/// The timer of one runtime.
pub(super) struct Watch<T = Bell> {
    timer: T,
    /// Whether it is set. Written by whoever sets or stops it, and by the loop that hears it;
    /// publishes that it is stopped.
    set: AtomicBool,
    /// How often it may be stopped. Written by loops that fall asleep or hear it; publishes nothing.
    stops: AtomicU8,
}

impl Watch {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self::with_timer(Bell::new()?))
    }

    /// Sets the timer if some loop runs beside one that sleeps, and nobody has set it. Called by each
    /// loop that has woken or is about to sleep.
    pub(super) fn ensure(&self, idle: &Idle, loops: &[Outside]) {
        self.settle(idle, || {
            rescue::note_polls(loops);
            loops.iter().position(|outside| outside.doze.is_asleep()).unwrap_or(0)
        });
    }
}

impl<T: Timer> Watch<T> {
    pub(super) fn with_timer(timer: T) -> Self {
        Self { timer, set: AtomicBool::new(false), stops: AtomicU8::new(0) }
    }

    pub(super) fn timer(&self) -> &T {
        &self.timer
    }

    /// As `ensure`; `begin` notes how far all loops are, and answers which one sleeps.
    pub(super) fn settle(&self, idle: &Idle, begin: impl Fn() -> usize) {
        // Pairs with the fence in `stop`: of wake-then-look and stop-then-count, one sees the other.
        fence(Ordering::SeqCst);
        if idle.some_are_asleep() {
            self.start(begin);
        } else if idle.all_are_asleep() {
            self.stop(idle, begin);
        }
    }

    fn start(&self, begin: impl Fn() -> usize) {
        // Relaxed: only whether somebody has set it. A timer that is set twice goes off once.
        // Acquire pairs with the release in `stop`: the timer is stopped before it is started.
        if !self.set.load(Ordering::Relaxed) && !self.set.swap(true, Ordering::Acquire) {
            self.timer.start(begin());
        }
    }

    fn stop(&self, idle: &Idle, begin: impl Fn() -> usize) {
        // Relaxed: a budget, of which two loops may take one and the same.
        let stops = self.stops.load(Ordering::Relaxed);
        // Relaxed: a timer that is about to be set is somebody's who is awake.
        if stops == 0 || !self.set.load(Ordering::Relaxed) {
            return;
        }
        // Relaxed: as above.
        self.stops.store(stops - 1, Ordering::Relaxed);
        self.timer.stop();
        // Release pairs with the acquire in `start`; the fence orders it before the count.
        self.set.store(false, Ordering::Release);
        // Pairs with the fence in `settle`.
        fence(Ordering::SeqCst);
        if idle.some_are_asleep() {
            // Somebody has woken, and may have seen it set.
            self.start(begin);
        }
    }

    /// The timer has gone off; the caller has woken by it.
    pub(super) fn heard(&self, idle: &Idle) {
        // Relaxed: as in `start`.
        self.set.store(false, Ordering::Relaxed);
        let in_vain = idle.all_but_one_are_asleep();
        // Relaxed: as in `stop`.
        self.stops.store(if in_vain { STOPS } else { 0 }, Ordering::Relaxed);
    }
}
