//! The macro `select!`.

/// Awaits several futures at once, until one completes, and drops the others.
///
/// # Syntax
///
/// One or more branches, at most 64, and perhaps an `else` at the end:
///
/// ```text
/// <pattern> = <future> (, if <condition>)? => <handler>,
/// else => <handler>,
/// ```
///
/// The comma after a handler in braces may be left out. `#[cfg(...)]` may stand before a branch.
/// All handlers, that of `else` included, have one type, which is the type of the whole.
/// A handler may `await`, and may use `?`, `return`, `break` and `continue` for what surrounds
/// the macro.
///
/// # What happens
///
/// 1. Every condition is evaluated; where it is false, the branch is disabled.
/// 2. Every future expression is evaluated, those of disabled branches included. To keep one from
///    running, put it into an async block: `_ = async { source.take().unwrap().await }, if armed`.
/// 3. All branches that are not disabled are polled until one completes.
/// 4. If its value matches the pattern, all futures are dropped, the handler runs, and its value
///    is that of the macro. Since the futures are gone, handlers may borrow what they borrowed.
/// 5. If the value does not match, the branch is disabled and the wait goes on with the others.
/// 6. Once no branch is left, the handler of `else` runs.
///
/// All branches run on the current task: at the same time, but never in parallel. They live inside
/// the caller's own future; nothing is allocated. While the task has used up its budget, nothing
/// is polled.
///
/// # Fairness
///
/// Each poll starts with a branch drawn at random and goes on from there, so that a branch that is
/// always ready does not starve the rest. With `biased;` before the first branch they are polled in
/// the order they are written. That saves drawing a number, and gives priority where it is
/// wanted; but then a branch that is always ready keeps all those below it from ever being polled.
///
/// # Cancel safety
///
/// Whatever a branch did before it was dropped is done, and whatever it held is gone. In a loop,
/// use operations that are documented as cancel safe, such as receiving from a channel,
/// accepting a connection or reading what is there. Those that keep progress in their future,
/// such as `read_exact`, are to be pinned outside the loop and selected by reference.
///
/// # Panics
///
/// If every branch is disabled and there is no `else`.
///
/// # Examples
///
/// The first of two:
///
/// ```
/// use std::future::{pending, ready};
///
/// # futures::executor::block_on(async {
/// let winner = runtime::select! {
///     number = ready(1) => number,
///     number = pending() => number,
/// };
/// assert_eq!(winner, 1);
/// # });
/// ```
///
/// Until all sources are exhausted:
///
/// ```
/// use futures::stream::{self, StreamExt};
///
/// # futures::executor::block_on(async {
/// let (mut left, mut right) = (stream::iter([1, 2]), stream::iter([3, 4]));
/// let mut sum = 0;
/// loop {
///     runtime::select! {
///         Some(number) = left.next() => sum += number,
///         Some(number) = right.next() => sum += number,
///         else => break,
///     }
/// }
/// assert_eq!(sum, 10);
/// # });
/// ```
///
/// Going on with the same future each time around, and not polling it after it is done:
///
/// ```
/// # futures::executor::block_on(async {
/// let slow = async { "done" };
/// runtime::pin!(slow);
/// let (mut outcome, mut ticks) = (None, 0);
/// while ticks < 3 || outcome.is_none() {
///     runtime::select! {
///         value = &mut slow, if outcome.is_none() => outcome = Some(value),
///         () = async {} => ticks += 1,
///     }
/// }
/// assert_eq!(outcome, Some("done"));
/// # });
/// ```
///
/// By priority, the shutdown first:
///
/// ```
/// use std::future::ready;
///
/// # futures::executor::block_on(async {
/// let next = runtime::select! {
///     biased;
///     () = ready(()) => "shut down",
///     _job = ready(7) => "work",
/// };
/// assert_eq!(next, "shut down");
/// # });
/// ```
#[macro_export]
macro_rules! select {
    ($($branches:tt)*) => {
        $crate::macros::support::select!([$crate::macros::support] $($branches)*)
    };
}
