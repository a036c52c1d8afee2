//! Whom to take work from.

use super::queue::{Loot, Open};
use super::shared::Outside;
use crate::engine::ring::Pop;
use crate::engine::task::Task;
use crate::util::rng::thread_rng_n;

/// The loops after `start` and before it, without `index` itself.
fn others(loops: &[Outside], index: usize, start: usize) -> impl Iterator<Item = (usize, &Loot)> {
    (0..loops.len())
        .map(move |step| (start + step) % loops.len())
        .filter(move |&victim| victim != index)
        .filter_map(|victim| Some((victim, &**loops[victim].loot.as_ref()?)))
}

/// Takes half of the lane of some other loop: one task to run now, the rest into `queue`. Answers
/// how many there are, the first included.
pub(super) fn steal(loops: &[Outside], index: usize, queue: &mut Open) -> Option<(Task, usize)> {
    let start = thread_rng_n(loops.len() as u32) as usize;
    for (_, loot) in others(loops, index, start) {
        // Busy: another thief is there, and is about to share what it got.
        if let Pop::Item(task) = loot.lane.steal_into(queue.lane()) {
            return Some((task, 1 + queue.lane().len()));
        }
    }
    None
}

/// Whether any other loop has tasks in its lane.
pub(super) fn any(loops: &[Outside], index: usize) -> bool {
    others(loops, index, 0).any(|(_, loot)| !loot.lane.is_empty())
}
