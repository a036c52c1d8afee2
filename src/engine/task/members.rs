//! The tasks of a set that is waited on as a whole.
//!
//! Each task of the set has a [`Member`]: a small allocation with its join handle, and with links
//! for the list of all members and for the queue of those that have ended. A task that ends wakes
//! its joiner, and the joiner of a member is a waker that pushes the member on that queue. So
//! telling who has ended takes a few steps, however many are in the set.
//!
//! ```text
//!                   the task ends: wake          pop
//!   running, listed --------------------> queued, listed ----> out, with its output
//!          |                                    |
//!          | let_go                             | let_go
//!          v                                    v
//!   the waker is dropped, or queues         queued, without a handle
//!   a member without a handle: freed        : freed by `pop` or by the end of the set
//! ```
//!
//! Who frees a member? As long as its task may still wake it, the waker has the right to; a push
//! hands that on to the queue, and with it to whoever pops, or back to the waker if the set has
//! ended and closed the queue.

use super::error::JoinError;
use super::id::Id;
use super::join::{AbortHandle, JoinHandle};
use super::memory;
use crate::engine::ring::{Chained, Fifo, Link, Stack};
use crate::shim::Arc;
use crate::util::atomic_waker::AtomicWaker;
use crate::util::first_panic::FirstPanic;
use crate::util::list::{Linked, Links, List};
use crate::util::quietly::quietly;
use std::alloc::Layout;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

/// One task of a set. The link is the first field, so that its address is the member's.
#[repr(C)]
struct Member<T> {
    /// Belongs to the waker until its push, then to the queue.
    link: Link,
    /// Neighbours in the list of all members; the set's alone.
    all: Links<Member<T>>,
    /// Empty once the set has no interest in the task; the set's alone.
    handle: Cell<Option<JoinHandle<T>>>,
    /// Keeps the queue alive for the waker, whose alone it is, and which takes it out at its end.
    ended: Cell<Option<Arc<Ended<T>>>>,
}

// SAFETY: always the same field.
unsafe impl<T> Linked for Member<T> {
    #[inline]
    fn links(&self) -> &Links<Self> {
        &self.all
    }
}

/// What the tasks of a set reach of it.
struct Ended<T> {
    /// Members whose tasks have ended, closed at the end of the set.
    queue: Stack<Left<T>>,
    /// Who waits for the next member to end.
    waker: AtomicWaker,
}

/// A member that its task has nothing to do with any more.
struct Left<T>(NonNull<Member<T>>);

// SAFETY: the one thing in a member that belongs to a thread is the handle, which may move to
// another thread if the output may.
unsafe impl<T: Send> Send for Left<T> {}

// SAFETY: the link is the member's first field and nobody else's, and the pointer is that of the
// whole allocation.
unsafe impl<T> Chained for Left<T> {
    #[inline]
    fn into_node(self) -> NonNull<Link> {
        ManuallyDrop::new(self).0.cast()
    }

    #[inline]
    unsafe fn from_node(node: NonNull<Link>) -> Self {
        Self(node.cast())
    }
}

impl<T> Left<T> {
    /// # Safety
    ///
    /// The member must be alive, and the caller have the right to free it once it is in no list.
    unsafe fn new(member: NonNull<Member<T>>) -> Self {
        Self(member)
    }

    #[inline]
    fn member(&self) -> &Member<T> {
        // SAFETY: alive until this is dropped.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Drop for Left<T> {
    #[inline]
    fn drop(&mut self) {
        drop(self.member().handle.take());
        // SAFETY: the right to free the member ends here, and both cells are empty.
        unsafe { memory::free(self.0.cast(), Layout::new::<Member<T>>()) }
    }
}

/// The tasks of one set.
pub(crate) struct Members<T> {
    all: List<Member<T>>,
    len: usize,
    /// What was taken off the queue, in the order in which the tasks ended.
    ready: Fifo<Left<T>>,
    ended: Arc<Ended<T>>,
}

// SAFETY: a shared set tells its length and nothing else.
unsafe impl<T: Send> Sync for Members<T> {}

impl<T> Members<T> {
    pub(crate) fn new() -> Self {
        let ended = Ended { queue: Stack::new(), waker: AtomicWaker::new() };
        Self { all: List::new(), len: 0, ready: Fifo::new(), ended: Arc::new(ended) }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds a task that nobody has waited for yet.
    pub(crate) fn insert(&mut self, mut handle: JoinHandle<T>) -> AbortHandle {
        let abort = handle.abort_handle();
        let member = memory::allocate(Layout::new::<Member<T>>()).cast::<Member<T>>();
        let new = Member {
            link: Link::new(),
            all: Links::new(),
            handle: Cell::new(None),
            ended: Cell::new(Some(self.ended.clone())),
        };
        // SAFETY: the memory is fresh and of this very layout.
        unsafe { member.write(new) };
        // SAFETY: nothing is known of the member yet; the list keeps it in place from here on.
        unsafe { self.all.push_back(member) };
        self.len += 1;
        let data = member.as_ptr().cast_const().cast();
        // SAFETY: the methods take a member that no waker was made for before.
        let waker = unsafe { Waker::from_raw(RawWaker::new(data, &Joiner::<T>::METHODS)) };
        let late = handle.leave_waker(waker);
        self.all.back().expect("linked above").handle.set(Some(handle));
        if let Some(waker) = late {
            waker.wake();
        }
        abort
    }

    /// Takes out a task that has ended, with its output.
    pub(crate) fn pop(&mut self) -> Option<(Id, Result<T, JoinError>)> {
        loop {
            let left = self.ready.pop_front().or_else(|| {
                self.ready = self.ended.queue.take();
                self.ready.pop_front()
            })?;
            // The set has let go of one without a handle before it came off the queue.
            let Some(handle) = left.member().handle.take() else { continue };
            // SAFETY: with a handle, it is in the list.
            unsafe { self.all.remove(left.0) };
            self.len -= 1;
            drop(left);
            return Some((handle.id(), handle.into_output()));
        }
    }

    /// As [`Members::pop`], and waits for a task to end; gives nothing if the set is empty.
    pub(crate) fn poll_pop(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<(Id, Result<T, JoinError>)>> {
        let popped = self.pop();
        if popped.is_some() || self.len == 0 {
            return Poll::Ready(popped);
        }
        let replaced = self.ended.waker.replace(cx.waker());
        // Again, for tasks that have ended before the waker was there.
        let Some(popped) = self.pop() else {
            // The user's code: it may end tasks of this set, which is for the next poll to see.
            drop(replaced);
            return Poll::Pending;
        };
        // What has been taken out is not lost to its panic.
        quietly(|| drop(replaced));
        Poll::Ready(Some(popped))
    }

    /// Asks all tasks to stop.
    pub(crate) fn abort_all(&mut self) {
        let mut panics = FirstPanic::new();
        let mut all = self.all.take();
        while let Some(member) = all.front() {
            let handle = member.handle.take();
            panics.run(|| handle.iter().for_each(JoinHandle::abort));
            member.handle.set(handle);
            all.pass_front(&mut self.all);
        }
        panics.resume();
    }

    /// Gives all tasks up, after `last` was done to each.
    pub(crate) fn let_go(&mut self, last: impl Fn(&JoinHandle<T>)) {
        let mut panics = FirstPanic::new();
        while let Some(member) = self.all.front() {
            // The member is alive until its handle is dropped, since its waker is not gone, or in
            // the queue since only `pop` takes from that.
            let handle = member.handle.take();
            self.all.pop_front();
            self.len -= 1;
            panics.run(|| {
                handle.iter().for_each(&last);
                drop(handle);
            });
        }
        panics.resume();
    }
}

impl<T> Drop for Members<T> {
    fn drop(&mut self) {
        self.let_go(|_| {});
        // Refuses members to come, which frees them, and frees those in the queue.
        drop(self.ended.queue.close());
    }
}

/// The waker that a task keeps for its member.
struct Joiner<T>(T);

impl<T> Joiner<T> {
    const METHODS: RawWakerVTable = RawWakerVTable::new(
        |_| unreachable!("a task keeps the one waker of a member"),
        // SAFETY: called with the data of a waker that ends here.
        |data| Self::wake(unsafe { Self::end(data) }),
        |_| unreachable!("a task wakes its joiner by value"),
        // Frees the member, which the set has let go of.
        // SAFETY: called with the data of a waker that ends here.
        |data| drop(unsafe { Self::end(data) }),
    );

    /// The member of a waker that ends here, and the queue it was to go on.
    ///
    /// # Safety
    ///
    /// `data` must be that of a waker of this type, which is not used again.
    unsafe fn end(data: *const ()) -> (Left<T>, Arc<Ended<T>>) {
        let member = NonNull::new(data.cast_mut().cast::<Member<T>>()).expect("a live member");
        // SAFETY: the waker kept the member alive, and hands on its right to free it.
        let left = unsafe { Left::new(member) };
        let ended = left.member().ended.take().expect("a waker ends once");
        (left, ended)
    }

    /// Queues the member; its task has ended.
    fn wake((left, ended): (Left<T>, Arc<Ended<T>>)) {
        // Whoever makes the queue non-empty wakes: a set that sees the others has been told, or
        // will be. From the push on the member is the set's.
        if let Ok(true) = ended.queue.push(left) {
            ended.waker.wake();
        }
    }
}
