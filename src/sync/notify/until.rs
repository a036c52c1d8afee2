//! Waiting until a look finds what it is after.

use super::{Notified, Notify};
use crate::engine::task::budget;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// Looks, and looks again after each call to everybody, until it finds something.
    #[must_use = "futures do nothing unless awaited"]
    pub(in crate::sync) struct Until<'a, L> {
        notify: &'a Notify,
        #[pin]
        notified: Option<Notified<'a>>,
        look: L,
    }
}

impl Notify {
    /// Waits until `look` finds something; whoever brings it calls `notify_waiters` afterwards.
    ///
    /// The result costs one unit of the task's budget. `look` may be foreign code.
    pub(in crate::sync) fn until<R, L: FnMut() -> Option<R>>(&self, look: L) -> Until<'_, L> {
        Until { notify: self, notified: None, look }
    }
}

impl<R, L: FnMut() -> Option<R>> Future for Until<'_, L> {
    type Output = R;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let charge = ready!(budget::poll_proceed(cx));
        let mut this = self.project();
        if let Some(notified) = this.notified.as_mut().as_pin_mut() {
            ready!(notified.poll(cx));
        }
        let mut found = (this.look)();
        while found.is_none() {
            // Made first, so that it counts from before the look.
            this.notified.set(Some(this.notify.notified()));
            found = (this.look)();
            if let (None, Some(notified)) = (&found, this.notified.as_mut().as_pin_mut()) {
                ready!(notified.poll(cx));
            }
        }
        charge.made_progress();
        found.map_or(Poll::Pending, Poll::Ready)
    }
}
