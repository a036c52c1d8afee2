//! The end of a runtime: close, drain, join, in that order.

use super::current;
use super::shared::Shared;
use super::worker::{Core, discard};
use crate::shim::Arc;

impl Shared {
    /// Ends every task and refuses new ones; `false` if that was begun before.
    ///
    /// Loops that other threads drive end when those notice; [`Shared::pool`] can be joined to wait
    /// for them.
    pub(crate) fn shut_down(this: &Arc<Self>) -> bool {
        if !this.begin_end() {
            return false;
        }
        let mut late = this.ring.close();
        let _context = current::enter(this);
        for (index, outside) in this.loops.iter().enumerate() {
            outside.port.shutdown();
            // Nobody drives the loop of a current-thread runtime now.
            if !this.is_multi_thread()
                && let Some(held) = outside.core.take()
            {
                current::hold(&held, Core::finish);
            }
            this.unpark(index);
        }
        while let Some(task) = late.pop_front() {
            discard(task);
        }
        this.pool.close();
        true
    }
}

impl Core {
    /// Ends the loop, as its holder.
    pub(super) fn finish(&self) {
        self.close();
        // The descriptors go with it. Whoever looks after this loop is done in a moment.
        drop(self.outside().reactor.with(Option::take));
    }
}
