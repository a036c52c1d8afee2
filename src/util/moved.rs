//! A marker for whoever holds values that it only ever moves.

use std::marker::PhantomData;

/// Stands for a `T` that a shared reference does not reach.
///
/// So its holder may be sent, and shared as well, if the `T` may be sent: the compiler concludes
/// that for the holder, and nobody has to promise it.
pub(crate) struct Moved<T>(PhantomData<T>);

// SAFETY: there is nothing in here to be reached.
unsafe impl<T: Send> Sync for Moved<T> {}

impl<T> Moved<T> {
    pub(crate) const MARK: Moved<T> = Moved(PhantomData);
}
