//! The macro `join!`.

/// Awaits several futures at once and gives all their outputs as a tuple.
///
/// All of them run on the current task: at the same time, but never in parallel. Spawn them, and
/// join their handles, if they should use several threads. The futures may borrow from the
/// surrounding function, and live inside the caller's own future; nothing is allocated.
///
/// Each poll starts with another branch, so that one that is always ready cannot starve the rest
/// of the task's [budget]. `join!(biased; ...)` polls them in the order they are written
/// instead: choose it where the order matters, and put the branch that is busiest last.
///
/// To stop at the first error, use [`try_join!`](crate::try_join).
///
/// [budget]: https://docs.rs/tokio/latest/tokio/task/coop/index.html
///
/// # Cancel safety
///
/// Dropping the future that awaits `join!` drops every branch, with the outputs of those that
/// are done.
///
/// # Examples
///
/// ```
/// async fn fetch(what: &str) -> usize {
///     what.len()
/// }
///
/// # futures::executor::block_on(async {
/// let (author, title) = runtime::join!(fetch("author"), fetch("title"));
/// assert_eq!((author, title), (6, 5));
/// # });
/// ```
///
/// In a fixed order:
///
/// ```
/// use std::cell::RefCell;
///
/// let log = RefCell::new(Vec::new());
/// let step = async |name| log.borrow_mut().push(name);
/// # futures::executor::block_on(async {
/// runtime::join!(biased; step("first"), step("second"), step("third"));
/// # });
/// assert_eq!(*log.borrow(), ["first", "second", "third"]);
/// ```
#[macro_export]
macro_rules! join {
    ($($futures:tt)*) => {
        $crate::macros::support::join!([$crate::macros::support] $($futures)*)
    };
}
