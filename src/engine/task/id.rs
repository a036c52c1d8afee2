//! Task ids.

use crate::shim::{Counter, thread_local};
use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;

/// An opaque number that tells a task apart from all others that are alive in the program.
///
/// Ids are never given out twice while the program runs; they are not consecutive, and say
/// nothing about the order in which tasks were spawned.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let task = runtime::spawn(async { runtime::task::id() });
/// let id = task.id();
/// assert_eq!(task.await.unwrap(), id);
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(NonZeroU64);

/// How many ids a thread takes at a time, so that spawning shares no counter.
const CHUNK: u64 = 1024;

/// The first id of the next chunk.
static NEXT_CHUNK: Counter = Counter::new(1);

thread_local! {
    // The next id of this thread's chunk; one past a multiple of `CHUNK` means that it is used up.
    static NEXT: Cell<u64> = const { Cell::new(1) };
    static CURRENT: Cell<Option<Id>> = const { Cell::new(None) };
}

impl Id {
    /// Takes an id nobody has.
    #[inline]
    pub(crate) fn next() -> Self {
        NEXT.with(|next| {
            let mut id = next.get();
            if id % CHUNK == 1 {
                id = NEXT_CHUNK.take(CHUNK) + 1;
            }
            next.set(id + 1);
            Self(NonZeroU64::new(id).expect("chunks start above zero"))
        })
    }

    /// The id of the task that this thread is running, if any.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.with(Cell::get)
    }

    /// Makes this the running task until the answer is dropped.
    #[inline]
    pub(super) fn enter(self) -> Entered {
        Entered(CURRENT.with(|current| current.replace(Some(self))))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Puts the task that ran before back when dropped.
pub(super) struct Entered(Option<Id>);

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.0));
    }
}
