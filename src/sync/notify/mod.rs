//! Wakes tasks, without a value.

mod notified;
mod until;
mod word;

#[cfg(all(test, loom))]
mod loom_tests;

pub use notified::{Notified, OwnedNotified};

use crate::shim::UserArc;
use crate::shim::atomic::{AtomicUsize, Ordering};
use crate::util::wait_queue::{Home, Locked, WaitQueue};
use crate::util::wakers::Wakers;
use std::fmt;
use word::Word;

/// Notifies one task, or all that wait.
///
/// It carries no data: think of a semaphore that starts with no permit and
/// never holds more than one. [`Notify::notified`] waits for the permit and takes it,
/// [`Notify::notify_one`] leaves one unless somebody waits already. So a notification that comes
/// before its waiter is not lost, but two of them count as one.
///
/// [`Notify::notify_waiters`] leaves no permit: it wakes those who wait at that moment. A
/// [`Notified`] counts as waiting from the moment it is made, even before its first poll.
///
/// # Examples
///
/// A channel that keeps only the waking from [`Notify`]:
///
/// ```
/// use runtime::sync::Notify;
/// use std::collections::VecDeque;
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Default)]
/// struct Channel<T> {
///     values: Mutex<VecDeque<T>>,
///     notify: Notify,
/// }
///
/// impl<T> Channel<T> {
///     fn send(&self, value: T) {
///         self.values.lock().unwrap().push_back(value);
///         self.notify.notify_one();
///     }
///
///     // For one receiver.
///     async fn recv(&self) -> T {
///         loop {
///             if let Some(value) = self.values.lock().unwrap().pop_front() {
///                 return value;
///             }
///             self.notify.notified().await;
///         }
///     }
/// }
///
/// # #[runtime::main(flavor = "current_thread")]
/// # async fn main() {
/// let channel = Arc::new(Channel::default());
/// let sender = channel.clone();
/// runtime::spawn(async move { sender.send(5) });
/// assert_eq!(channel.recv().await, 5);
/// # }
/// ```
pub struct Notify {
    /// A [`Word`]. Changes to it publish what its writer did before a notification.
    word: AtomicUsize,
    queue: WaitQueue<Call>,
}

/// What a waiter was woken by; the queue's note for each waiter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Nothing yet.
    None,
    /// `notify_one`: to be passed on if the waiter has no use for it.
    First,
    /// `notify_last`: likewise.
    Last,
    /// `notify_waiters`.
    All,
}

// SAFETY: a reference always leads to the same queue, which stays in place while it is borrowed.
unsafe impl Home for &Notify {
    type Note = Call;
    fn queue(&self) -> &WaitQueue<Call> {
        &self.queue
    }
}

// SAFETY: moving an `Arc` leaves what it points to in place, and keeps it alive.
unsafe impl Home for UserArc<Notify> {
    type Note = Call;
    fn queue(&self) -> &WaitQueue<Call> {
        &self.queue
    }
}

impl Notify {
    /// Makes a `Notify` without a permit.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// let notify = Notify::new();
    /// notify.notify_one();
    /// ```
    pub fn new() -> Notify {
        Self::const_new()
    }

    /// Makes a `Notify` without a permit, in a constant or static too.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// static RELOAD: Notify = Notify::const_new();
    /// RELOAD.notify_one();
    /// ```
    pub const fn const_new() -> Notify {
        Self { word: AtomicUsize::new(Word::EMPTY.0), queue: WaitQueue::new() }
    }

    /// Waits for a notification.
    ///
    /// Waiters are served in the order of their first poll (or [`Notified::enable`]). A call of
    /// [`Notify::notify_waiters`] completes the future if it comes after this call, whether or not
    /// the future has been polled.
    ///
    /// # Cancel safety
    ///
    /// Cancelling gives up the place in the queue. A notification by `notify_one` or `notify_last`
    /// that was meant for a cancelled future goes to another one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Arc::new(Notify::new());
    /// let other = notify.clone();
    /// let task = runtime::spawn(async move { other.notified().await });
    /// notify.notify_one();
    /// task.await.unwrap();
    /// # }
    /// ```
    #[inline]
    pub fn notified(&self) -> Notified<'_> {
        Notified::new(self)
    }

    /// Waits for a notification, with a future that owns its share of the `Notify`.
    ///
    /// It behaves as [`Notify::notified`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    /// use std::sync::Arc;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Arc::new(Notify::new());
    /// let task = runtime::spawn(notify.clone().notified_owned());
    /// notify.notify_waiters(); // the future was made before: it is notified
    /// task.await.unwrap();
    /// # }
    /// ```
    pub fn notified_owned(self: UserArc<Self>) -> OwnedNotified {
        OwnedNotified::new(self)
    }

    /// Notifies the first in line, or leaves a permit for the next one to come.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Notify::new();
    /// notify.notify_one();
    /// notify.notify_one(); // there is a permit already
    /// notify.notified().await;
    /// # }
    /// ```
    #[inline]
    pub fn notify_one(&self) {
        self.notify(Call::First);
    }

    /// Notifies the last in line, or leaves a permit for the next one to come.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::FutureExt;
    /// use runtime::sync::Notify;
    /// use std::pin::pin;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Notify::new();
    /// let (mut first, mut last) = (pin!(notify.notified()), pin!(notify.notified()));
    /// first.as_mut().enable();
    /// last.as_mut().enable();
    /// notify.notify_last();
    /// last.await;
    /// assert!(first.now_or_never().is_none());
    /// # }
    /// ```
    pub fn notify_last(&self) {
        self.notify(Call::Last);
    }

    /// Notifies all who wait, and leaves no permit.
    ///
    /// Whoever calls [`Notify::notified`] afterwards waits for another notification.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Notify;
    ///
    /// # #[runtime::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let notify = Notify::new();
    /// let (first, second) = (notify.notified(), notify.notified());
    /// notify.notify_waiters();
    /// first.await;
    /// second.await;
    /// # }
    /// ```
    pub fn notify_waiters(&self) {
        let called = self.change(|word| (!word.has_waiters()).then(|| word.next_generation()));
        if called.is_err() {
            self.call_all();
        }
    }

    fn call_all(&self) {
        let mut wakers = Wakers::new();
        let mut queue = self.queue.lock();
        // The generation moves under the lock: whoever queues after this call has the new one.
        if !self.change_waiting(|word| word.next_generation().without_waiters()) {
            // They all left since.
            let _ = self.change(|word| Some(word.next_generation()));
        }
        while let Some(call) = queue.front() {
            *call = Call::All;
            queue.pop_front(&mut wakers);
        }
        drop(queue);
        wakers.wake_all();
    }

    #[inline]
    fn notify(&self, call: Call) {
        // With a permit there already it is written again: who takes it sees what came before
        // this call, too.
        if self.change(|word| (!word.has_waiters()).then(|| word.with_permit())).is_err() {
            self.hand_over(call);
        }
    }

    fn hand_over(&self, call: Call) {
        let mut queue = self.queue.lock();
        let served = match call {
            Call::Last => queue.back(),
            _ => queue.front(),
        };
        let Some(note) = served else {
            // They all left since.
            let _ = self.change(|word| Some(word.with_permit()));
            return;
        };
        *note = call;
        let waker = match call {
            Call::Last => queue.pop_last(),
            _ => queue.pop_one(),
        };
        self.settle(&queue);
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Clears WAITING if nobody is left in the queue.
    #[inline]
    fn settle(&self, queue: &Locked<'_, Call>) {
        if queue.is_empty() {
            self.change_waiting(Word::without_waiters);
        }
    }

    /// Replaces the word if WAITING is set; answers whether it is. Under the lock.
    #[inline]
    fn change_waiting(&self, next: impl Fn(Word) -> Word) -> bool {
        // Relaxed: it was set under the lock, with all that came before it.
        let word = Word(self.word.load(Ordering::Relaxed));
        if word.has_waiters() {
            // Not an exchange: nobody else writes to such a word.
            // Release: as in `change`.
            self.word.store(next(word).0, Ordering::Release);
        }
        word.has_waiters()
    }

    #[inline]
    fn load(&self) -> Word {
        // Acquire: pairs with the Release in `change`, for whoever finds a new generation.
        Word(self.word.load(Ordering::Acquire))
    }

    /// Replaces the word until `next` refuses; says which word was replaced, or refused.
    #[inline]
    fn change(&self, next: impl Fn(Word) -> Option<Word>) -> Result<Word, Word> {
        // Release: publishes what the caller did before it notified. Acquire: sees what the one
        // who left the permit did before. Acquire on failure: as in `load`.
        self.word
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |word| {
                next(Word(word)).map(|word| word.0)
            })
            .map(Word)
            .map_err(Word)
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.load();
        f.debug_struct("Notify")
            .field("permit", &word.has_permit())
            .field("waiters", &word.has_waiters())
            .finish()
    }
}
