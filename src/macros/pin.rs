//! The macro `pin!`.

/// Pins values where they stand, in the current function, and binds each to its old name.
///
/// A reference to a future is itself a future only if it is pinned. So pin a future that is to be
/// awaited by reference, for instance in a [`select!`](crate::select) inside a loop. Nothing is
/// allocated, and in return the pinned value cannot leave the function; use [`Box::pin`] for one
/// that must.
///
/// The macro takes either names that are in scope or whole `let` statements.
///
/// # Examples
///
/// By name:
///
/// ```
/// # futures::executor::block_on(async {
/// let answer = async { 6 * 7 };
/// runtime::pin!(answer);
/// assert_eq!((&mut answer).await, 42);
/// # });
/// ```
///
/// With the statements that make the values:
///
/// ```
/// # futures::executor::block_on(async {
/// runtime::pin! {
///     let greeting = async { "hello" };
///     let answer = async { 42 };
/// }
/// assert_eq!(runtime::join!(&mut greeting, &mut answer), ("hello", 42));
/// # });
/// ```
///
/// Only names can be pinned by name:
///
/// ```compile_fail
/// runtime::pin!(async { 42 });
/// ```
#[macro_export]
macro_rules! pin {
    ($($name:ident),* $(,)?) => {$(
        #[allow(unused_mut, reason = "not everybody needs it to be mutable")]
        let mut $name = $crate::macros::support::pin!($name);
    )*};
    ($(let $name:ident = $value:expr;)*) => {$(
        #[allow(unused_mut, reason = "not everybody needs it to be mutable")]
        let mut $name = $crate::macros::support::pin!($value);
    )*};
}
