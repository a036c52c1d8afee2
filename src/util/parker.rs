//! A thread that sleeps until it is woken, with a memory of one wake-up.

use super::arc_wake::ArcWake;
use crate::shim::{Arc, Condvar, Mutex};

/// One thread's place to sleep.
#[derive(Debug, Default)]
pub(crate) struct Parker {
    woken: Mutex<bool>,
    signal: Condvar,
}

impl Parker {
    /// Makes the thread's current or next [`Parker::park`] return.
    pub(crate) fn unpark(&self) {
        *self.woken.lock() = true;
        self.signal.notify_one();
    }

    /// Sleeps until there is a wake-up, and uses it up.
    pub(crate) fn park(&self) {
        let mut woken = self.woken.lock();
        while !*woken {
            woken = self.signal.wait(woken);
        }
        *woken = false;
    }
}

impl ArcWake for Parker {
    fn wake(this: &Arc<Self>) {
        this.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_up_before_the_sleep_is_kept_once() {
        let parker = Parker::default();
        parker.unpark();
        parker.unpark();
        parker.park();
        assert!(!*parker.woken.lock(), "two wake-ups are one");
    }
}
