//! The guard of an entered runtime.

use super::Handle;
use crate::engine::scheduler::current;
use std::fmt;
use std::marker::PhantomData;

/// Keeps the thread in the context of a runtime until it is dropped.
///
/// Made by [`Runtime::enter`](super::Runtime::enter) and [`Handle::enter`].
///
/// # Panics
///
/// Guards must be dropped in the reverse order of their making; another order panics.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{Builder, Handle};
///
/// let rt = Builder::new_current_thread().build()?;
/// let guard = rt.enter();
/// assert_eq!(Handle::current().id(), rt.handle().id());
/// drop(guard);
/// assert!(Handle::try_current().is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "the context is left again as soon as the guard is dropped"]
pub struct EnterGuard<'a> {
    _entered: current::Entered,
    _handle: PhantomData<&'a Handle>,
}

impl<'a> EnterGuard<'a> {
    pub(super) fn new(handle: &'a Handle) -> Self {
        Self { _entered: current::enter(handle.shared()), _handle: PhantomData }
    }
}

impl fmt::Debug for EnterGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnterGuard").finish_non_exhaustive()
    }
}
