//! A loop with nothing to do: search, announce, look again, wait.

use super::worker::Core;
use super::{rescue, steal};
use crate::engine::reactor::Wait;
use std::time::Duration;

/// Waits until something may be there to do.
pub(super) fn park(core: &Core) {
    if core.shared().is_multi_thread() && core.steal() {
        return;
    }
    let shared = core.shared();
    let counters = core.counters();
    if let Some(hook) = &shared.config.before_park {
        hook();
    }
    if core.has_work() {
        // The hook has spawned or woken something. It does so each time, maybe.
        core.turn(Wait::No);
    } else {
        core.trim();
        core.note_rest();
        counters.parks.add(1);
        counters.park_unparks.add(1);
        let _parked = Parked(core);
        while !sleep(core) {}
    }
    if let Some(hook) = &shared.config.after_unpark {
        hook();
    }
}

/// Ends the rest of a loop when dropped, also when a waker panics in the turn.
struct Parked<'a>(&'a Core);

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.0.counters().park_unparks.add(1);
        self.0.note_wake();
    }
}

/// Takes the announcement of a sleep back when dropped, also when a waker panics in the turn.
struct Asleep<'a>(&'a Core);

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        let searching = self.0.shared().idle.wake(&self.0.outside().doze);
        self.0.set_searching(searching);
    }
}

/// One sleep, announced; `false` if it was only one to look after the other loops, and none of them
/// needed it.
fn sleep(core: &Core) -> bool {
    let shared = core.shared();
    let outside = core.outside();
    if shared.is_multi_thread() {
        outside.note_sleep();
    }
    let look_everywhere = shared.idle.sleep(&outside.doze, core.set_searching(false));
    let asleep = Asleep(core);
    // The last look: who fills a queue after it sees the announcement.
    let found = core.has_work()
        || shared.is_ending()
        || look_everywhere && steal::any(&shared.loops, core.index());
    if let Some(watch) = &shared.watch {
        watch.ensure(&shared.idle, &shared.loops);
    }
    if found {
        core.turn(Wait::No);
    } else if !shared.clock().is_frozen() || !skip_ahead(core) {
        core.turn(Wait::Until(None));
    }
    drop(asleep);
    let searching = core.is_searching();
    let rang = outside.port.take_bell();
    if let Some(watch) = &shared.watch {
        if rang {
            watch.heard(&shared.idle);
        }
        if rang
            && !searching
            && !core.has_work()
            && !shared.is_ending()
            && !rescue::look_after(core)
        {
            // Back to sleep, which sets the timer again.
            return false;
        }
        watch.ensure(&shared.idle, &shared.loops);
    }
    if searching && !core.has_work() {
        // Whoever woke this loop left its work somewhere; it may be gone by now.
        core.steal();
    }
    true
}

/// Lets stopped time jump to the next timer; `false` if there is nothing to jump to.
///
/// What the operating system has ready goes first, so that time stands still while there is
/// anything else to do.
fn skip_ahead(core: &Core) -> bool {
    let shared = core.shared();
    if core.turn(Wait::No) > 0 || core.has_work() {
        return true;
    }
    // Code that blocks takes real time: nothing jumps ahead of it, and its end wakes the loop.
    if shared.pool.watch() {
        return false;
    }
    let Some(deadline) = shared.port(core.index()).timers().next_deadline() else { return false };
    let by = deadline.saturating_sub(shared.clock().now());
    // Time that another thread has set going again needs no jump.
    if shared.clock().advance(Duration::from_nanos(by)) {
        core.turn(Wait::No);
    }
    true
}
