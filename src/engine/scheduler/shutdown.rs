//! The end of a runtime: close, drain, join, in that order.

use super::current;
use super::shared::Shared;
use super::worker::discard;
use crate::shim::Arc;

impl Shared {
    /// Ends every task and refuses new ones; `false` if that was done before.
    pub(crate) fn shut_down(this: &Arc<Self>) -> bool {
        let mut late = this.loops[0].ring.close();
        let Some(core) = this.slot.take() else { return false };
        let _context = current::enter(this);
        core.held(|| {
            core.close();
            this.loops[0].port.shutdown();
            while let Some(task) = late.pop_front() {
                discard(task);
            }
            core.drain();
        });
        drop(core);
        this.pool.close();
        true
    }
}
