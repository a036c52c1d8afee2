//! The sources of one loop, found by the token that the poller hands back.
//!
//! A token is an index and a generation. An index is used again after its source is gone, so an
//! event that was on its way meanwhile carries an older generation and finds nothing. That is why
//! a source can be freed at once: no event refers to its memory.

use super::delivery::Delivery;
use super::source::Source;
use super::{Ready, shutdown_error};
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::shim::{Arc, Mutex, MutexGuard};
use mio::Token;
use slab::Slab;
use std::io;

const INDEX_BITS: u32 = usize::BITS / 2;
const INDEX: usize = (1 << INDEX_BITS) - 1;

/// The token of the wake-up.
pub(super) const WAKE: Token = Token(usize::MAX);
/// The token of the alarm.
pub(super) const ALARM: Token = Token(usize::MAX - 1);
/// The token of the bell.
pub(super) const BELL: Token = Token(usize::MAX - 2);
// The largest indices are left out, which keeps every token of a source off the three above.
const CAPACITY: usize = INDEX - 2;

/// All sources of one loop.
#[derive(Debug)]
pub(super) struct Registry {
    entries: Mutex<Entries>,
    // The number of entries, written under the lock, read by a turn that asks whether there is
    // anything to poll.
    len: AtomicUsize,
}

/// What the lock guards.
#[derive(Debug)]
pub(super) struct Entries {
    slab: Slab<Arc<Source>>,
    generation: usize,
    open: bool,
}

impl Registry {
    pub(super) const fn new() -> Registry {
        let entries = Entries { slab: Slab::new(), generation: 0, open: true };
        Registry { entries: Mutex::new(entries), len: AtomicUsize::new(0) }
    }

    /// Makes a source that is taken to be `ready` until an event says more.
    pub(super) fn add(&self, ready: Ready) -> io::Result<Arc<Source>> {
        self.change(|entries| entries.add(ready))
    }

    /// Forgets a source.
    pub(super) fn remove(&self, source: &Source) {
        let gone = self.change(|entries| entries.remove(source.token()));
        // The last reference may drop wakers, which is foreign code: only now, without the lock.
        drop(gone);
    }

    /// Ends all sources, has everybody woken who waits for one, and refuses further ones.
    pub(super) fn close(&self, delivery: &mut Delivery) {
        for source in self.change(Entries::close) {
            source.shut();
            source.collect_all(Ready::ALL, delivery);
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock()
    }

    pub(super) fn is_empty(&self) -> bool {
        // Relaxed: a hint; a source that is added right now is polled for by a later turn.
        self.len.load(Ordering::Relaxed) == 0
    }

    fn change<R>(&self, step: impl FnOnce(&mut Entries) -> R) -> R {
        let mut entries = self.entries.lock();
        let result = step(&mut entries);
        // Relaxed: the lock orders the writers, and readers take it as a hint.
        self.len.store(entries.slab.len(), Ordering::Relaxed);
        result
    }
}

impl Entries {
    /// Finds the source of a token, unless it is gone.
    pub(super) fn get(&self, token: Token) -> Option<&Arc<Source>> {
        self.slab.get(token.0 & INDEX).filter(|source| source.token() == token)
    }

    fn add(&mut self, ready: Ready) -> io::Result<Arc<Source>> {
        if !self.open {
            return Err(shutdown_error());
        }
        if self.slab.len() >= CAPACITY {
            return Err(io::Error::from_raw_os_error(libc::ENOMEM));
        }
        let entry = self.slab.vacant_entry();
        self.generation = self.generation.wrapping_add(1) & INDEX;
        let token = Token(self.generation << INDEX_BITS | entry.key());
        Ok(Arc::clone(entry.insert(Arc::new(Source::new(token, ready)))))
    }

    fn remove(&mut self, token: Token) -> Option<Arc<Source>> {
        self.get(token)?;
        let source = self.slab.remove(token.0 & INDEX);
        if self.slab.is_empty() {
            self.slab.shrink_to_fit();
        }
        Some(source)
    }

    fn close(&mut self) -> Vec<Arc<Source>> {
        self.open = false;
        std::mem::take(&mut self.slab).into_iter().map(|(_, source)| source).collect()
    }
}
