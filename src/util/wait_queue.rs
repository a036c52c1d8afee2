//! A queue of waiting futures: first come, first served.
//!
//! Each future carries its own node, a [`Waiter`], so waiting never allocates. A waiter goes from
//! idle to linked, and then either back (it gave up) or to done (somebody popped it):
//!
//! ```text
//!   Idle -- link --> Linked -- pop_front, .. ---> Done
//!    ^                  |
//!    +----- unlink -----+
//! ```
//!
//! With every waiter the queue keeps a note of the user's, say how many permits are still missing.
//! Note and waker belong to the holder of the queue's lock until the waiter is done, and from then
//! on to the waiter alone. Wakers are foreign code, so all calls here that meet one hand it out, to
//! be woken or dropped once the lock is released.

use crate::shim::atomic::{AtomicU8, Ordering};
use crate::shim::{Cell, Mutex, MutexGuard};
use crate::util::list::{Linked, Links, List};
use crate::util::wakers::Wakers;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Waker};

/// Where waiters line up, each with a note `N`.
pub(crate) struct WaitQueue<N> {
    list: Mutex<List<Node<N>>>,
}

/// What a [`Waiter`] has gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Not in the queue.
    Idle,
    /// In the queue.
    Linked,
    /// Taken out of the queue by somebody who had something for it.
    Done,
}

struct Node<N> {
    links: Links<Node<N>>,
    /// A [`Phase`]. Changes under the queue's lock; Done publishes the note to the waiter, whose
    /// node may be gone right after.
    phase: AtomicU8,
    note: Cell<N>,
    waker: Cell<Option<Waker>>,
}

// SAFETY: always the same field.
unsafe impl<N> Linked for Node<N> {
    #[inline]
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl<N> WaitQueue<N> {
    pub(crate) const fn new() -> Self {
        Self { list: Mutex::new(List::new()) }
    }

    pub(crate) fn lock(&self) -> Locked<'_, N> {
        Locked { queue: self, list: self.list.lock() }
    }
}

/// A [`WaitQueue`] while nobody else can change it.
pub(crate) struct Locked<'a, N> {
    queue: *const WaitQueue<N>,
    list: MutexGuard<'a, List<Node<N>>>,
}

impl<N> Locked<'_, N> {
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The note of the waiter that is first in line.
    pub(crate) fn front(&mut self) -> Option<&mut N> {
        self.note_of(List::front)
    }

    /// The note of the waiter that is last in line.
    pub(crate) fn back(&mut self) -> Option<&mut N> {
        self.note_of(List::back)
    }

    fn note_of(&mut self, which: fn(&List<Node<N>>) -> Option<&Node<N>>) -> Option<&mut N> {
        let note = which(&self.list)?.note.as_ptr();
        // SAFETY: the note of a linked node belongs to the holder of the lock, who lends it to
        // the result.
        Some(unsafe { &mut *note })
    }

    /// Takes out the first in line; answers whether there was one.
    #[inline]
    pub(crate) fn pop_front(&mut self, wakers: &mut Wakers) -> bool {
        let Some(waker) = self.list.take_front(Node::finish) else { return false };
        if let Some(waker) = waker {
            wakers.push(waker);
        }
        true
    }

    /// Takes out the first in line, for callers that take no other: no batch is needed then.
    #[inline]
    pub(crate) fn pop_one(&mut self) -> Option<Waker> {
        self.list.take_front(Node::finish).flatten()
    }

    /// Takes out the last in line, as [`Locked::pop_one`] does the first.
    pub(crate) fn pop_last(&mut self) -> Option<Waker> {
        self.list.take_back(Node::finish).flatten()
    }
}

impl<N> Node<N> {
    /// Tells the waiter of a node that was just unlinked that it is done; gives its waker.
    #[inline]
    fn finish(&self) -> Option<Waker> {
        let waker = self.waker.take();
        // Release: publishes the note to the Acquire in `Waiter::phase`. The last access: the
        // waiter learns of its release by it alone, and until then it is alive.
        self.phase.store(Phase::Done as u8, Ordering::Release);
        waker
    }
}

/// Knows the queue that a [`Waiter`] lines up in.
///
/// # Safety
///
/// `queue` must give the same queue each time, wherever the value is moved, and that queue must
/// stay in place until the value is dropped.
pub(crate) unsafe trait Home {
    /// What the queue notes for each waiter.
    type Note: Send;

    /// The queue.
    fn queue(&self) -> &WaitQueue<Self::Note>;
}

/// A future's place in a [`WaitQueue`].
pub(crate) struct Waiter<H: Home> {
    node: Node<H::Note>,
    home: H,
}

// SAFETY: note and waker are reached under the queue's lock, or by the waiter alone once it is
// done; links only under the lock. So threads may share a waiter if its parts may change threads;
// `verdict` reads the note from any thread.
unsafe impl<H: Home + Sync> Sync for Waiter<H> where H::Note: Sync {}

impl<H: Home> Waiter<H> {
    #[inline]
    pub(crate) fn new(home: H, note: H::Note) -> Self {
        let node = Node {
            links: Links::new(),
            phase: AtomicU8::new(Phase::Idle as u8),
            note: Cell::new(note),
            waker: Cell::new(None),
        };
        Self { node, home }
    }

    pub(crate) fn home(&self) -> &H {
        &self.home
    }

    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        // Acquire: pairs with the Release in `Node::finish`.
        match self.node.phase.load(Ordering::Acquire) {
            0 => Phase::Idle,
            1 => Phase::Linked,
            _ => Phase::Done,
        }
    }

    /// The note, once the waiter is done.
    pub(crate) fn verdict(&self) -> Option<H::Note>
    where
        H::Note: Copy,
    {
        // A waiter that is done is out of everybody else's reach.
        (self.phase() == Phase::Done).then(|| self.node.note.get())
    }

    /// The note, whatever the phase.
    pub(crate) fn note(&self, locked: &Locked<'_, H::Note>) -> H::Note
    where
        H::Note: Copy,
    {
        self.assert_home(locked);
        self.node.note.get()
    }

    /// Lines up behind all others.
    ///
    /// # Panics
    ///
    /// If the waiter is not idle.
    pub(crate) fn link(
        self: Pin<&Self>,
        locked: &mut Locked<'_, H::Note>,
        note: H::Note,
        waker: Option<Waker>,
    ) {
        assert_eq!(self.phase(), Phase::Idle, "a waiter lines up once");
        self.assert_home(locked);
        self.node.note.set(note);
        self.node.waker.set(waker);
        // Relaxed: changed and relied on under the lock.
        self.node.phase.store(Phase::Linked as u8, Ordering::Relaxed);
        // SAFETY: the node is pinned, not linked, and unlinked before it is dropped (`Drop`). All
        // calls on the list are made under its lock.
        unsafe { locked.list.push_back(NonNull::from(&self.node)) };
    }

    /// Gives up the place in the queue. The waker comes back, to be dropped without the lock.
    pub(crate) fn unlink(&self, locked: &mut Locked<'_, H::Note>) -> Option<Waker> {
        self.assert_home(locked);
        if self.phase() != Phase::Linked {
            return None;
        }
        // SAFETY: the node is alive, and linked into the list of its home.
        unsafe { locked.list.remove(NonNull::from(&self.node)) };
        // Relaxed: changed and relied on under the lock.
        self.node.phase.store(Phase::Idle as u8, Ordering::Relaxed);
        self.node.waker.take()
    }

    #[cold]
    fn give_up(&self) {
        let waker = self.unlink(&mut self.home.queue().lock());
        drop(waker);
    }

    /// Sees to it that a linked waiter wakes `cx`; answers whether it is still linked.
    pub(crate) fn refresh(self: Pin<&Self>, cx: &Context<'_>) -> bool {
        let mut fresh: Option<Waker> = None;
        loop {
            let locked = self.home.queue().lock();
            if self.phase() != Phase::Linked {
                return false;
            }
            let stored = self.node.waker.take();
            if stored.as_ref().is_some_and(|stored| stored.will_wake(cx.waker())) {
                self.node.waker.set(stored);
                return true;
            }
            if fresh.is_some() {
                self.node.waker.set(fresh);
                drop(locked);
                drop(stored);
                return true;
            }
            self.node.waker.set(stored);
            // Cloning is foreign code: let go of the lock, and look again.
            drop(locked);
            fresh = Some(cx.waker().clone());
        }
    }

    fn assert_home(&self, locked: &Locked<'_, H::Note>) {
        assert!(ptr::eq(locked.queue, self.home.queue()), "the lock is of another queue");
    }
}

impl<H: Home> Drop for Waiter<H> {
    #[inline]
    fn drop(&mut self) {
        if self.phase() == Phase::Linked {
            self.give_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    // SAFETY: a reference always leads to the same place.
    unsafe impl Home for &WaitQueue<u32> {
        type Note = u32;
        fn queue(&self) -> &WaitQueue<u32> {
            self
        }
    }

    #[test]
    fn waiters_leave_in_order_with_their_verdict() {
        let queue = WaitQueue::new();
        let (first, second) = (pin!(Waiter::new(&queue, 0)), pin!(Waiter::new(&queue, 0)));
        first.as_ref().link(&mut queue.lock(), 1, None);
        second.as_ref().link(&mut queue.lock(), 2, None);
        assert_eq!(first.verdict(), None);

        let mut locked = queue.lock();
        *locked.front().expect("two are linked") += 10;
        assert!(locked.pop_front(&mut Wakers::new()));
        *locked.back().expect("one is linked") += 20;
        assert!(locked.pop_last().is_none(), "it has no waker");
        assert!(locked.is_empty() && !locked.pop_front(&mut Wakers::new()));
        assert_eq!((first.verdict(), second.verdict()), (Some(11), Some(22)));
    }

    #[test]
    fn a_dropped_waiter_leaves_the_queue() {
        let queue = WaitQueue::new();
        {
            let waiter = pin!(Waiter::new(&queue, 0));
            waiter.as_ref().link(&mut queue.lock(), 7, Some(Waker::noop().clone()));
            assert_eq!(queue.lock().front(), Some(&mut 7));
        }
        assert!(queue.lock().is_empty());
    }

    #[test]
    #[should_panic(expected = "another queue")]
    fn a_lock_of_another_queue_is_refused() {
        let (queue, other) = (WaitQueue::new(), WaitQueue::new());
        let waiter = pin!(Waiter::new(&queue, 0));
        waiter.as_ref().link(&mut other.lock(), 0, None);
    }
}
