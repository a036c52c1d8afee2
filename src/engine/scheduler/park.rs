//! A loop with nothing to do: announce, look again, wait.

use super::worker::Core;
use crate::engine::reactor::Wait;

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
        let wait = if core.has_work() { Wait::No } else { Wait::Until(None) };
        core.turn(wait);
        doze.retract();
    }
    if let Some(hook) = &shared.config.after_unpark {
        hook();
    }
}
