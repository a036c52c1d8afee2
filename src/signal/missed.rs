//! When signals of each kind came last, whether anybody listened or not.
//!
//! A program may drop a listener and make another, as every `select!` with a `ctrl_c()` in a loop
//! does. What comes in between, before the loop has looked at the operating system again, is as
//! if it had come a moment later: it counts for the new one.

use crate::shim::atomic::{AtomicU64, Ordering};
use crate::shim::{Arc, Mutex, OnceLock};
use std::collections::BTreeMap;
use std::ffi::c_int;
use std::io;
use std::time::Instant;

/// The kinds that anybody has ever listened for. Their handlers stay.
static KINDS: Mutex<BTreeMap<c_int, Arc<Last>>> = Mutex::new(BTreeMap::new());

/// What the times are counted from.
static START: OnceLock<Instant> = OnceLock::new();

/// When the last signal of a kind came.
#[derive(Debug)]
pub(super) struct Last {
    // Nanoseconds since the start, 0 for never. Written by the handler; it publishes nothing else.
    at: AtomicU64,
}

impl Last {
    /// The record of a kind, which is kept from the first call on.
    pub(super) fn of(signum: c_int) -> io::Result<Arc<Last>> {
        let start = *START.get_or_init(Instant::now);
        let mut kinds = KINDS.lock();
        if let Some(last) = kinds.get(&signum) {
            return Ok(Arc::clone(last));
        }
        let last = Arc::new(Last { at: AtomicU64::new(0) });
        let noted = Arc::clone(&last);
        let note = move || noted.raise(since(start, Instant::now()));
        // SAFETY: the closure reads the clock and writes one atomic, both of which a signal handler
        // may do.
        unsafe { signal_hook_registry::register(signum, note) }?;
        kinds.insert(signum, Arc::clone(&last));
        Ok(last)
    }

    /// Whether a signal has come since `then`.
    ///
    /// One that comes in these moments may count here although a listener, made before this call,
    /// hears of it as well; but none that this answers "no" for stays unheard by that listener: to
    /// be made, it has waited for all handlers that did not know of it.
    pub(super) fn is_after(&self, then: Instant) -> bool {
        let start = START.get().expect("set by `of`");
        // Acquire: pairs with `raise`. Those handlers have run, so their numbers are there.
        self.at.load(Ordering::Acquire) > since(*start, then)
    }

    fn raise(&self, to: u64) {
        // Release: pairs with `is_after`. The latest wins, in whatever order handlers end.
        self.at.fetch_max(to, Ordering::Release);
    }
}

fn since(start: Instant, then: Instant) -> u64 {
    u64::try_from(then.saturating_duration_since(start).as_nanos()).unwrap_or(u64::MAX)
}
