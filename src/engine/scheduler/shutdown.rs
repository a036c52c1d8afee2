//! The end of a runtime: close, drain, join, in that order.

use super::current;
use super::shared::Shared;
use super::worker::{Core, discard};
use crate::shim::Arc;
use crate::shim::atomic::Ordering;
use crate::util::first_panic::FirstPanic;

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
        let mut panics = FirstPanic::new();
        while let Some(task) = late.pop_front() {
            panics.run(|| discard(task));
        }
        for (index, outside) in this.loops.iter().enumerate() {
            match outside.core.take() {
                // Nobody drives it: that of a current-thread runtime, or one whose thread comes late.
                Some(held) => panics.run(|| {
                    current::hold(&held, |core| {
                        core.note_begin();
                        core.finish();
                        core.note_end();
                    });
                }),
                None => this.unpark(index),
            }
        }
        panics.run(|| this.pool.close());
        panics.resume();
        true
    }

    /// One more loop has ended; the last one ends what was waited for.
    ///
    /// Until then some loop may be in a round of tasks, and they must not see their timers and
    /// sockets end before they do.
    fn loop_has_ended(&self) {
        // AcqRel pairs with itself: all other loops have dropped their tasks before the last goes on.
        if self.loops_left.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        let mut panics = FirstPanic::new();
        for outside in &self.loops {
            panics.run(|| outside.port.shutdown());
        }
        panics.resume();
    }
}

impl Core {
    /// Ends the loop, as its holder.
    pub(super) fn finish(&self) {
        if self.shared().is_multi_thread() && self.counters().parks.get() == 0 {
            self.note_idleness();
        }
        let mut panics = FirstPanic::new();
        panics.run(|| self.close());
        // The descriptors go with it. Whoever looks after this loop is done in a moment.
        panics.run(|| drop(self.outside().reactor.with(Option::take)));
        panics.run(|| self.shared().loop_has_ended());
        panics.resume();
    }
}
