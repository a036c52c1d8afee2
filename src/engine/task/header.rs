//! The front of a task's allocation, the same for every future.

use super::id::Id;
use super::owner::OwnerRef;
use super::state::{Start, State, Wake};
use crate::engine::ring::{Chained, Link};
use crate::util::list::{Linked, Links};
use std::cell::Cell;
use std::panic::Location;
use std::ptr::NonNull;

/// The home of a task whose set is no loop's.
const NOWHERE: u32 = u32::MAX;

/// What only the typed back of the cell can do. Each function takes a task of the future type that
/// the table was made for.
pub(super) struct Methods {
    /// Drops the future, which the caller has claimed, then stores the outcome and completes.
    pub(super) cancel: unsafe fn(Task),
    /// Polls the future once, which the caller has claimed. Answers whether the future panicked.
    pub(super) poll: unsafe fn(Task) -> bool,
    /// Moves the output to `*mut Poll<Result<T, JoinError>>`; for the join handle of a complete task.
    pub(super) take_output: unsafe fn(&Task, *mut ()),
    /// Drops an output nobody will take; for the join handle of a complete task.
    pub(super) drop_output: unsafe fn(&Task),
    /// Frees the live cell with this front; nobody refers to it any more.
    pub(super) free: unsafe fn(NonNull<Header>),
}

/// The front of the allocation.
#[repr(C)]
pub(crate) struct Header {
    /// Where the queue that holds the task keeps its link.
    link: Link,
    pub(super) state: State,
    pub(super) methods: &'static Methods,
    pub(super) owner: OwnerRef,
    /// Neighbours in the owner's set of live tasks.
    owned: Links<Header>,
    pub(super) id: Id,
    /// Where in the source the task was spawned.
    pub(super) spawned_at: &'static Location<'static>,
    /// Which loop's set of live tasks took the reference that was set aside for one: 0 for none so
    /// far, `NOWHERE` for a set that is no loop's. Written by the first runner.
    home: Cell<u32>,
    /// How often the future was polled; written by its runner.
    pub(super) polls: Cell<u32>,
}

impl Header {
    pub(super) fn new(
        methods: &'static Methods,
        owner: OwnerRef,
        spawned_at: &'static Location<'static>,
    ) -> Self {
        Self {
            link: Link::new(),
            state: State::new(),
            methods,
            owner,
            owned: Links::new(),
            id: Id::next(),
            spawned_at,
            home: Cell::new(0),
            polls: Cell::new(0),
        }
    }
}

// SAFETY: always the same field.
unsafe impl Linked for Header {
    #[inline]
    fn links(&self) -> &Links<Self> {
        &self.owned
    }
}

/// A counted reference to a task.
pub(crate) struct Task {
    header: NonNull<Header>,
}

// SAFETY: whatever a reference reaches is atomic, immutable, or claimed through `state`; futures
// that are not `Send` are polled and dropped by their owner's thread alone (see `spawn_cell`).
unsafe impl Send for Task {}
// SAFETY: as above.
unsafe impl Sync for Task {}

impl Task {
    /// Makes a reference of one that was counted before.
    ///
    /// # Safety
    ///
    /// `header` must point to a live cell, and one count on it must be the caller's to give.
    #[inline]
    pub(super) unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Self { header }
    }

    #[inline]
    pub(super) fn into_raw(self) -> NonNull<Header> {
        let header = self.header;
        std::mem::forget(self);
        header
    }

    #[inline]
    pub(super) fn as_raw(&self) -> NonNull<Header> {
        self.header
    }

    #[inline]
    pub(super) fn header(&self) -> &Header {
        // SAFETY: the reference is counted, so the cell is alive.
        unsafe { self.header.as_ref() }
    }

    pub(crate) fn id(&self) -> Id {
        self.header().id
    }

    /// Where in the source the task was spawned.
    pub(crate) fn spawned_at(&self) -> &'static Location<'static> {
        self.header().spawned_at
    }

    /// Whether the reference for the owner's set was taken.
    #[inline]
    pub(crate) fn is_adopted(&self) -> bool {
        self.header().home.get() != 0
    }

    /// The loop whose set of live tasks has the task, if it is a loop's. For the runner.
    #[inline]
    pub(crate) fn home(&self) -> Option<usize> {
        match self.header().home.get() {
            0 | NOWHERE => None,
            home => Some(home as usize - 1),
        }
    }

    /// Takes the reference that was counted at birth for a set of live tasks which is no loop's.
    ///
    /// # Panics
    ///
    /// If it was taken before.
    #[inline]
    pub(crate) fn adopt(&self) -> Task {
        self.adopt_as(NOWHERE)
    }

    /// Takes the reference that was counted at birth for the set of live tasks of a loop.
    ///
    /// # Panics
    ///
    /// If it was taken before.
    #[inline]
    pub(crate) fn adopt_by(&self, index: usize) -> Task {
        self.adopt_as(index as u32 + 1)
    }

    #[inline]
    fn adopt_as(&self, home: u32) -> Task {
        assert!(self.header().home.replace(home) == 0, "a task has one owner");
        // SAFETY: counted at birth, and taken once, here.
        unsafe { Task::from_raw(self.header) }
    }

    /// What tells the task apart from all others that are alive.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        self.header.as_ptr().addr()
    }

    /// Runs the task once; answers whether its future panicked.
    #[inline]
    pub(crate) fn run(self) -> bool {
        let start = self.header().state.start_poll();
        // SAFETY: the methods are those of the task, and `Poll` and `Cancel` say that the future
        // is ours.
        unsafe {
            match start {
                Start::Poll => return (self.header().methods.poll)(self),
                Start::Cancel => (self.header().methods.cancel)(self),
                Start::Stale => {}
            }
        }
        false
    }

    /// Drops the future and completes the task as cancelled, unless it is running or complete.
    pub(crate) fn shut_down(self) {
        if self.header().state.claim_for_shutdown() {
            // SAFETY: the methods are those of the task, whose future was claimed.
            unsafe { (self.header().methods.cancel)(self) }
        }
    }

    /// Asks the task to stop at its next suspension.
    pub(crate) fn abort(&self) {
        match self.header().state.abort() {
            Wake::Schedule => self.schedule_counted(),
            Wake::Nothing | Wake::Free => {}
        }
    }

    /// Hands the task to its owner.
    #[inline]
    pub(super) fn schedule(self) {
        OwnerRef::schedule(self);
    }

    /// Hands the task to its owner with a reference that a transition has added.
    #[inline]
    pub(super) fn schedule_counted(&self) {
        // SAFETY: the transition to notified counted a reference for the queue.
        unsafe { Task::from_raw(self.header) }.schedule();
    }
}

impl Clone for Task {
    fn clone(&self) -> Self {
        self.header().state.retain();
        Self { header: self.header }
    }
}

impl Drop for Task {
    #[inline]
    fn drop(&mut self) {
        if self.header().state.release(1) {
            // SAFETY: that was the last reference.
            unsafe { (self.header().methods.free)(self.header) }
        }
    }
}

// SAFETY: the link belongs to whichever queue holds the reference, and comes back as it went in.
unsafe impl Chained for Task {
    #[inline]
    fn into_node(self) -> NonNull<Link> {
        // The link is the first field of a `repr(C)` header.
        self.into_raw().cast()
    }

    #[inline]
    unsafe fn from_node(node: NonNull<Link>) -> Self {
        // SAFETY: the caller passes what `into_node` gave, which carried a reference.
        unsafe { Task::from_raw(node.cast()) }
    }
}
