//! Letting others run.

use std::future::poll_fn;
use std::task::Poll;

/// Lets every other task that is ready run before the calling one goes on.
///
/// # Examples
///
/// ```
/// # let rt = runtime::runtime::Builder::new_current_thread().build().unwrap();
/// # rt.block_on(async {
/// let task = runtime::spawn(async {});
/// runtime::task::yield_now().await;
/// assert!(task.is_finished());
/// # });
/// ```
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
