//! The sources of one loop, found by the token that the poller hands back.
//!
//! A token is an index and a generation. An index is used again after its source is gone, so an
//! event that was on its way meanwhile carries an older generation and finds nothing. That is why
//! a source can be freed at once: no event refers to its memory.

use super::source::Source;
use super::{Ready, shutdown_error};
use crate::shim::Arc;
use mio::Token;
use slab::Slab;
use std::io;

const INDEX_BITS: u32 = usize::BITS / 2;
const INDEX: usize = (1 << INDEX_BITS) - 1;

/// The token of the wake-up.
pub(super) const WAKE: Token = Token(usize::MAX);
/// The token of the alarm.
pub(super) const ALARM: Token = Token(usize::MAX - 1);
// The largest index is left out, which keeps every token of a source off the two above.
const CAPACITY: usize = INDEX - 1;

/// All sources of one loop. The port keeps it behind a lock.
#[derive(Debug)]
pub(super) struct Registry {
    sources: Slab<Arc<Source>>,
    generation: usize,
    open: bool,
}

impl Registry {
    pub(super) const fn new(open: bool) -> Registry {
        Registry { sources: Slab::new(), generation: 0, open }
    }

    /// Makes a source that is taken to be `ready` until an event says more.
    pub(super) fn add(&mut self, ready: Ready) -> io::Result<Arc<Source>> {
        if !self.open {
            return Err(shutdown_error());
        }
        if self.sources.len() >= CAPACITY {
            return Err(io::Error::from_raw_os_error(libc::ENOMEM));
        }
        let entry = self.sources.vacant_entry();
        self.generation = self.generation.wrapping_add(1) & INDEX;
        let token = Token(self.generation << INDEX_BITS | entry.key());
        Ok(Arc::clone(entry.insert(Arc::new(Source::new(token, ready)))))
    }

    /// Finds the source of a token, unless it is gone.
    pub(super) fn get(&self, token: Token) -> Option<&Arc<Source>> {
        self.sources.get(token.0 & INDEX).filter(|source| source.token() == token)
    }

    /// Forgets a source, and hands it back to be dropped with no lock held.
    pub(super) fn remove(&mut self, token: Token) -> Option<Arc<Source>> {
        self.get(token)?;
        let source = self.sources.remove(token.0 & INDEX);
        if self.sources.is_empty() {
            self.sources.shrink_to_fit();
        }
        Some(source)
    }

    /// Refuses all further sources, and hands back those there are.
    pub(super) fn close(&mut self) -> Vec<Arc<Source>> {
        self.open = false;
        std::mem::take(&mut self.sources).into_iter().map(|(_, source)| source).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }
}
