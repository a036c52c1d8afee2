//! Runtime ids.

use crate::engine::scheduler::next_id;
use std::fmt;

/// An opaque number that tells a runtime apart from all others of the program.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
///
/// let a = Builder::new_current_thread().build()?;
/// let b = Builder::new_current_thread().build()?;
/// assert_ne!(a.handle().id(), b.handle().id());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub(super) u64);

impl Id {
    /// An id that no runtime has.
    pub(crate) fn next() -> Self {
        Self(next_id())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
