//! A process-wide source of numbers, the same in every build.
//!
//! Statics outlive a model's run, so they cannot be loom's; and no protocol rests on this one.

use std::sync::atomic::{AtomicU64, Ordering};

/// Hands out numbers, each once.
#[derive(Debug)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) const fn new(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }

    /// Takes the next `count` numbers; answers the first of them.
    pub(crate) fn take(&self, count: u64) -> u64 {
        // Relaxed: it publishes nothing; each add answers numbers of its own.
        self.0.fetch_add(count, Ordering::Relaxed)
    }
}
