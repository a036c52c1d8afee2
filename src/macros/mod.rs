//! Syntax for tasks that wait on several futures, next to the attributes that start a runtime.

mod chain;
mod join;
mod live;
mod maybe_done;
mod pin;
mod select;
#[doc(hidden)]
pub mod support;
mod task_local;
#[cfg(test)]
mod tests;
mod try_join;

/// Runs an `async fn` to completion on a runtime of its own.
///
/// It is for programs whose whole `main` is asynchronous. Where more of a runtime is to be set than
/// there are options here, or where several are needed, use
/// [`Builder`](crate::runtime::Builder) directly. The function need not be called `main`: any `async
/// fn`, with arguments or `self` too, becomes one that blocks until its body is done. It must not
/// be called from inside a runtime.
///
/// The body itself is not a spawned task: it runs on the calling thread, while tasks run on the threads
/// of the runtime, if it has any.
///
/// # Options
///
/// | option | value | what it does |
/// |---|---|---|
/// | `flavor` | `"multi_thread"` | tasks on threads of the runtime's own; the default of `main` |
/// | | `"current_thread"` | everything on the calling thread; the default of [`test`](macro@test) |
/// | | `"local"` | everything on the calling thread, with `spawn_local` beside `spawn` |
/// | `worker_threads` | a number | how many threads; as many as there are cores unless given |
/// | `unhandled_panic` | `"ignore"` or `"shutdown_runtime"` | what a panic in a task does; with `"current_thread"` |
/// | `start_paused` | `true` or `false` | starts with a paused clock |
/// | `name` | a string | the name of the runtime |
/// | `crate` | a path, as a string | where the expansion finds this crate; `"::runtime"` unless given |
///
/// # Panics
///
/// The function panics if the runtime cannot be built, for instance for lack of file descriptors,
/// or if it is called from inside a runtime.
///
/// # Examples
///
/// ```
/// #[runtime::main]
/// async fn main() {
///     let answer = runtime::spawn(async { 6 * 7 });
///     assert_eq!(answer.await.unwrap(), 42);
/// }
/// ```
///
/// is the same as
///
/// ```
/// # #[allow(clippy::needless_doctest_main)]
/// fn main() {
///     runtime::runtime::Builder::new_multi_thread()
///         .enable_all()
///         .build()
///         .expect("the runtime could not be built")
///         .block_on(async {
///             let answer = runtime::spawn(async { 6 * 7 });
///             assert_eq!(answer.await.unwrap(), 42);
///         })
/// }
/// ```
///
/// Any return type will do:
///
/// ```
/// #[runtime::main(flavor = "current_thread", name = "parser")]
/// async fn parse(text: &str) -> Result<i32, std::num::ParseIntError> {
///     let number = text.parse::<i32>()?;
///     Ok(number)
/// }
///
/// assert_eq!(parse("42"), Ok(42));
/// assert!(parse("forty-two").is_err());
/// ```
///
/// A crate that goes by another name:
///
/// ```
/// use runtime as rt;
///
/// #[rt::main(flavor = "current_thread", crate = "rt")]
/// async fn main() {
///     rt::spawn(async {}).await.unwrap();
/// }
/// ```
pub use ringloop_macros::main;

/// Runs an `async fn` as a test on a runtime of its own.
///
/// It takes the options of [`main`](macro@main), but runs everything on one thread unless told
/// otherwise, so that tests are cheap to start and easy to reproduce.
///
/// The attribute includes the standard `#[test]`; `#[should_panic]`, `#[ignore]` and the like go
/// next to it as usual, and a test may return a `Result`.
///
/// # Panics
///
/// As [`main`](macro@main).
///
/// # Examples
///
/// ```
/// #[runtime::test]
/// async fn tasks_give_their_output() {
///     assert_eq!(runtime::spawn(async { 6 * 7 }).await.unwrap(), 42);
/// }
/// ```
///
/// Hours in no time, since a paused clock jumps whenever there is nothing to do but wait:
///
/// ```
/// use runtime::time::{Duration, Instant, sleep};
///
/// #[runtime::test(start_paused = true)]
/// async fn patience() {
///     let start = Instant::now();
///     sleep(Duration::from_secs(3600)).await;
///     assert_eq!(start.elapsed().as_secs(), 3600);
/// }
/// ```
pub use ringloop_macros::test;
