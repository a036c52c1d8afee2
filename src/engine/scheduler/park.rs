//! A loop with nothing to do: announce, look again, wait.

use super::worker::Core;
use crate::engine::reactor::Wait;
use std::time::Duration;

/// Waits until something may be there to do.
pub(super) fn park(core: &Core) {
    let shared = core.shared();
    if let Some(hook) = &shared.config.before_park {
        hook();
    }
    // The hook may have spawned or woken something.
    if !core.has_work() {
        core.trim();
        let doze = &shared.loops[core.index()].doze;
        doze.announce();
        // The last look: who fills a queue after it sees the announcement.
        if core.has_work() {
            core.turn(Wait::No);
        } else if !shared.clock().is_frozen() || !skip_ahead(core) {
            core.turn(Wait::Until(None));
        }
        doze.retract();
    }
    if let Some(hook) = &shared.config.after_unpark {
        hook();
    }
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
