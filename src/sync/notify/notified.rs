//! The futures of a `Notify`.

use super::word::Word;
use super::{Call, Notify};
use crate::shim::UserArc;
use crate::util::wait_queue::{Home, Phase, Waiter};
use pin_project_lite::pin_project;
use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// Waits for a notification, from [`Notify::notified`].
    ///
    /// # Cancel safety
    ///
    /// See [`Notify::notified`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Notify, futures::Notified};
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Notify::new();
    /// let notified: Notified<'_> = notify.notified();
    /// notify.notify_waiters();
    /// notified.await;
    /// # }
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    #[derive(Debug)]
    pub struct Notified<'a> {
        #[pin]
        listener: Listener<&'a Notify>,
    }

    impl PinnedDrop for Notified<'_> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            this.project().listener.end();
        }
    }
}

pin_project! {
    /// Waits for a notification, from [`Notify::notified_owned`].
    ///
    /// # Cancel safety
    ///
    /// See [`Notify::notified`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Notify, futures::OwnedNotified};
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Arc::new(Notify::new());
    /// let notified: OwnedNotified = notify.clone().notified_owned();
    /// notify.notify_waiters();
    /// notified.await;
    /// # }
    /// ```
    #[must_use = "futures do nothing unless awaited"]
    #[derive(Debug)]
    pub struct OwnedNotified {
        #[pin]
        listener: Listener<UserArc<Notify>>,
    }

    impl PinnedDrop for OwnedNotified {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            this.project().listener.end();
        }
    }
}

impl<'a> Notified<'a> {
    #[inline]
    pub(super) fn new(notify: &'a Notify) -> Self {
        Self { listener: Listener::new(notify) }
    }

    /// Takes a place in the queue now, instead of at the first poll.
    ///
    /// Returns whether the future is notified already, so that the next poll completes it. It is
    /// for waiting on a condition that several tasks may change: line up first, then look at the
    /// condition, then await.
    ///
    /// # Examples
    ///
    /// Several receivers, each of which must not miss a value that comes between its look and its
    /// wait:
    ///
    /// ```
    /// use runtime::sync::Notify;
    /// use std::collections::VecDeque;
    /// use std::pin::pin;
    /// use std::sync::Mutex;
    ///
    /// async fn recv<T>(values: &Mutex<VecDeque<T>>, notify: &Notify) -> T {
    ///     let mut notified = pin!(notify.notified());
    ///     loop {
    ///         // From here on `notify_one` finds this future.
    ///         notified.as_mut().enable();
    ///         if let Some(value) = values.lock().unwrap().pop_front() {
    ///             return value;
    ///         }
    ///         notified.as_mut().await;
    ///         notified.set(notify.notified());
    ///     }
    /// }
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (values, notify) = (Mutex::new(VecDeque::new()), Notify::new());
    /// values.lock().unwrap().push_back(1);
    /// assert_eq!(recv(&values, &notify).await, 1);
    /// # }
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().listener.listen(None).is_ready()
    }
}

impl OwnedNotified {
    pub(super) fn new(notify: UserArc<Notify>) -> Self {
        Self { listener: Listener::new(notify) }
    }

    /// Takes a place in the queue now, instead of at the first poll.
    ///
    /// See [`Notified::enable`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    /// use std::pin::pin;
    /// use std::sync::Arc;
    ///
    /// let notify = Arc::new(Notify::new());
    /// let mut notified = pin!(notify.clone().notified_owned());
    /// assert!(!notified.as_mut().enable());
    /// notify.notify_one();
    /// assert!(notified.as_mut().enable());
    /// ```
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().listener.listen(None).is_ready()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().listener.listen(Some(cx))
    }
}

impl Future for OwnedNotified {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().listener.listen(Some(cx))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Has not queued.
    Fresh,
    /// Has queued, and does not know of a notification.
    Queued,
    /// Has used up its notification.
    Notified,
}

pin_project! {
    // What both futures do; they call `end` when dropped.
    struct Listener<H>
    where
        H: Home<Note = Call>,
        H: Deref<Target = Notify>,
    {
        #[pin]
        waiter: Waiter<H>,
        // Calls to everybody before it was made.
        generation: usize,
        stage: Stage,
    }
}

impl<H: Home<Note = Call> + Deref<Target = Notify>> Listener<H> {
    #[inline]
    fn new(notify: H) -> Self {
        let generation = notify.load().generation();
        Self { waiter: Waiter::new(notify, Call::None), generation, stage: Stage::Fresh }
    }

    /// Takes a notification, or waits for one; without a context nobody is woken for it.
    #[inline]
    fn listen(mut self: Pin<&mut Self>, cx: Option<&mut Context<'_>>) -> Poll<()> {
        let waits = match self.stage {
            Stage::Fresh => !self.take() && self.as_mut().line_up(cx),
            Stage::Queued => self.as_ref().still_waits(cx),
            Stage::Notified => false,
        };
        if waits {
            return Poll::Pending;
        }
        *self.project().stage = Stage::Notified;
        Poll::Ready(())
    }

    /// Whether everybody was called since this future was made.
    fn was_called(&self, word: Word) -> bool {
        word.generation() != self.generation
    }

    /// Takes a notification that is there already. A call to everybody leaves the permit to others.
    #[inline]
    fn take(&self) -> bool {
        let word = self.waiter.home().change(|word| {
            (word.has_permit() && !self.was_called(word)).then(|| word.without_permit())
        });
        word.is_ok() || word.is_err_and(|word| self.was_called(word))
    }

    /// Joins the queue; answers whether it did, or a notification came first.
    #[inline(never)]
    fn line_up(mut self: Pin<&mut Self>, cx: Option<&mut Context<'_>>) -> bool {
        let waker = cx.map(|cx| cx.waker().clone());
        let this = self.as_ref();
        let mut queue = this.waiter.home().queue.lock();
        let before = this.waiter.home().change(|word| match word.has_permit() {
            _ if this.was_called(word) => None,
            true => Some(word.without_permit()),
            false => Some(word.with_waiters()),
        });
        if before.is_ok_and(|word| !word.has_permit()) {
            this.project_ref().waiter.link(&mut queue, Call::None, waker);
            drop(queue);
            *self.as_mut().project().stage = Stage::Queued;
            return true;
        }
        // The lock before the waker, whose drop is foreign code.
        drop(queue);
        false
    }

    fn still_waits(self: Pin<&Self>, cx: Option<&mut Context<'_>>) -> bool {
        let waiter = self.project_ref().waiter;
        waiter.phase() == Phase::Linked && cx.is_none_or(|cx| waiter.refresh(cx))
    }

    #[inline]
    fn end(self: Pin<&mut Self>) {
        if self.stage == Stage::Queued {
            self.as_ref().leave();
        }
    }

    /// Leaves the queue, and passes on a notification that was for one.
    #[cold]
    fn leave(self: Pin<&Self>) {
        let waiter = self.project_ref().waiter;
        let notify: &Notify = waiter.home();
        let mut queue = notify.queue.lock();
        let waker = waiter.unlink(&mut queue);
        notify.settle(&queue);
        drop(queue);
        drop(waker);
        if let Some(call @ (Call::First | Call::Last)) = waiter.verdict() {
            notify.notify(call);
        }
    }
}

impl<H: Home<Note = Call> + Deref<Target = Notify>> fmt::Debug for Listener<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("stage", &self.stage).finish_non_exhaustive()
    }
}
