//! The macro `try_join!`.

/// Awaits several futures at once until all have succeeded or one has failed.
///
/// Gives `Ok` with a tuple of all values, or the first `Err`; then the other futures are dropped
/// where they stand. All errors must be of one type.
///
/// In everything else it is as [`join!`](crate::join): all futures run on the current task
/// without an allocation, and each poll starts with another one unless `biased;` is
/// written before them.
///
/// # Cancel safety
///
/// Dropping the future that awaits `try_join!` drops every branch, with the values of those that
/// are done. So does an error in one of them.
///
/// # Errors
///
/// The error of the branch that failed first.
///
/// # Examples
///
/// ```
/// async fn parse(text: &str) -> Result<i32, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// # futures::executor::block_on(async {
/// assert_eq!(runtime::try_join!(parse("1"), parse("2")), Ok((1, 2)));
/// assert!(runtime::try_join!(parse("1"), parse("two")).is_err());
/// # });
/// ```
///
/// One failure ends the wait, even if another branch would never be done:
///
/// ```
/// use std::future::pending;
///
/// # futures::executor::block_on(async {
/// let outcome = runtime::try_join!(pending::<Result<(), &str>>(), async { Err::<(), _>("no") });
/// assert_eq!(outcome, Err("no"));
/// # });
/// ```
#[macro_export]
macro_rules! try_join {
    ($($futures:tt)*) => {
        $crate::macros::support::try_join!([$crate::macros::support] $($futures)*)
    };
}
