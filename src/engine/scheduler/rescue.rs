//! Does for loops that are stuck in a long poll what they cannot do.
//!
//! A loop that has not begun a poll between two looks, milliseconds apart, is stuck. What waits for
//! it is done in its place: events and timers are delivered, and the task that it woke last is run.
//! The tasks in its lane are there for everybody in any case.

use super::shared::Outside;
use super::watch::PERIOD;
use super::worker::Core;

/// Notes how far the loops are, for the next look.
pub(super) fn note_polls(loops: &[Outside]) {
    for outside in loops {
        outside.polls_seen.set(outside.counters.polls.get());
    }
}

/// The other loops that have not begun a poll since the last note, though they do not sleep.
fn stuck(loops: &[Outside], index: usize) -> impl Iterator<Item = &Outside> {
    loops.iter().enumerate().filter_map(move |(other, outside)| {
        let stuck = other != index
            && !outside.doze.is_asleep()
            && outside.counters.polls.get() == outside.polls_seen.get();
        stuck.then_some(outside)
    })
}

fn relieve(core: &Core) {
    for outside in stuck(&core.shared().loops, core.index()) {
        core.turn_for(outside);
        if let Some(task) = outside.loot.as_ref().and_then(|loot| loot.next.take()) {
            core.take_over(task);
        }
    }
}

/// Looks after the other loops for one that has nothing else to do; `true` if that gave it work.
pub(super) fn look_after(core: &Core) -> bool {
    relieve(core);
    core.has_work() || core.steal()
}

/// Looks after the other loops for one that is busy, once in a while: no sleeper may be left to.
pub(super) fn look_after_now_and_then(core: &Core) {
    let shared = core.shared();
    if !shared.is_multi_thread() {
        return;
    }
    let now = shared.clock().tick();
    if now >= core.next_rescue() {
        core.set_next_rescue(now + PERIOD.as_nanos() as u64);
        relieve(core);
        note_polls(&shared.loops);
    }
}
