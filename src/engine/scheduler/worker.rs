//! One event loop: what only its holder may touch.

use super::counters::Counters;
use super::shared::Shared;
use super::{current, park};
use crate::engine::reactor::{Reactor, Wait};
use crate::engine::ring::{Fifo, Pop};
use crate::engine::task::{FreeLists, OwnedTasks, Task};
use crate::shim::{Arc, UnsafeCell};
use std::cell::Cell;

/// How many tasks one look at the ring takes over when the lane is empty.
const RING_BATCH: usize = 64;

/// How many polls of the root future count as one look at the operating system being due; so a
/// program that only yields still sees its sockets within so many yields.
const ROOT_POLL_WEIGHT: u32 = 8;

/// One loop. Whoever holds it may do all of this; [`current::hold`] says who does.
pub(crate) struct Core {
    shared: Arc<Shared>,
    index: usize,
    /// Tasks ready to run, in the order they were woken.
    lane: UnsafeCell<Fifo<Task>>,
    /// Live tasks of this loop.
    owned: UnsafeCell<OwnedTasks>,
    reactor: UnsafeCell<Reactor>,
    memory: FreeLists,
    /// Whether the holder itself woke the root future.
    root_woken: Cell<bool>,
    /// Whether the loop has shut down, and takes no more tasks.
    closed: Cell<bool>,
    /// Polls since the last look at the operating system.
    polls_since_turn: Cell<u32>,
    /// Polls until the ring goes first.
    polls_to_ring: Cell<u32>,
}

// SAFETY: what is not `Send` in it (the links of queues and lists) belongs to the loop alone and
// moves with it; one thread at a time holds it.
unsafe impl Send for Core {}

impl Core {
    pub(super) fn new(shared: Arc<Shared>, index: usize, reactor: Reactor) -> Self {
        let polls_to_ring = Cell::new(shared.config.ring_interval);
        Self {
            shared,
            index,
            lane: UnsafeCell::new(Fifo::new()),
            owned: UnsafeCell::new(OwnedTasks::new()),
            reactor: UnsafeCell::new(reactor),
            memory: FreeLists::new(),
            root_woken: Cell::new(false),
            closed: Cell::new(false),
            polls_since_turn: Cell::new(0),
            polls_to_ring,
        }
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.shared.loops[self.index].counters
    }

    /// Runs `inside` as the holder of this loop.
    pub(super) fn held<R>(&self, inside: impl FnOnce() -> R) -> R {
        // SAFETY: the caller has the box of this loop, which stays in place, and calls from the
        // one thread that has it, for as long as `inside` runs.
        let _held = unsafe { (current::hold(self), self.memory.lend()) };
        inside()
    }

    fn with_lane<R>(&self, access: impl FnOnce(&mut Fifo<Task>) -> R) -> R {
        // SAFETY: only the holder comes here, and no queue operation calls foreign code.
        self.lane.with_mut(|lane| access(unsafe { &mut *lane }))
    }

    fn with_owned<R>(&self, access: impl FnOnce(&mut OwnedTasks) -> R) -> R {
        // SAFETY: only the holder comes here, and no list operation calls foreign code.
        self.owned.with_mut(|owned| access(unsafe { &mut *owned }))
    }

    /// Queues a task that the holder woke.
    #[inline]
    pub(super) fn schedule(&self, task: Task) {
        self.with_lane(|lane| lane.push_back(task));
    }

    /// Takes a finished task out of the set of live ones.
    #[inline]
    pub(super) fn release(&self, task: &Task) -> bool {
        self.counters().count_end();
        task.is_adopted() && self.with_owned(|owned| owned.remove(task))
    }

    /// Notes that the holder woke the root future.
    #[inline]
    pub(super) fn wake_root(&self) {
        self.root_woken.set(true);
    }

    /// Whether the root future was woken since the last call.
    pub(super) fn take_root_wake(&self) -> bool {
        self.root_woken.replace(false) | self.shared.take_root_wake()
    }

    /// Whether there is anything to do but wait; asked after the announcement of a sleep.
    pub(super) fn has_work(&self) -> bool {
        self.root_woken.get()
            || self.shared.is_root_woken()
            || !self.with_lane(|lane| lane.is_empty())
            || !self.shared.loops[self.index].ring.is_empty()
    }

    /// Runs the tasks that are ready now, until the operating system is due for a look.
    ///
    /// What becomes ready meanwhile is left for the next call, so that the root future waits for
    /// no more than one round.
    pub(super) fn run_tasks(&self) {
        let limit = self.shared.config.event_interval;
        for _ in 0..self.with_lane(|lane| lane.len()).max(1) {
            if self.polls_since_turn.get() >= limit {
                return;
            }
            let Some(task) = self.next() else { return };
            self.polls_since_turn.set(self.polls_since_turn.get() + 1);
            self.run(task);
        }
    }

    /// Counts a poll of the root future against the next look at the operating system.
    pub(super) fn count_root_poll(&self) {
        let weight = (self.shared.config.event_interval / ROOT_POLL_WEIGHT).max(1);
        self.polls_since_turn.set(self.polls_since_turn.get() + weight);
    }

    /// Runs one task.
    fn run(&self, task: Task) {
        if !task.is_adopted() {
            let kept = task.adopt();
            self.with_owned(|owned| owned.insert(kept));
        }
        task.run();
    }

    /// The task to run next: the lane's, and every so often the ring's before it.
    fn next(&self) -> Option<Task> {
        let left = self.polls_to_ring.get() - 1;
        self.polls_to_ring.set(left);
        if left == 0 {
            self.polls_to_ring.set(self.shared.config.ring_interval);
            if let Pop::Item(task) = self.shared.loops[self.index].ring.pop() {
                return Some(task);
            }
        }
        self.with_lane(Fifo::pop_front).or_else(|| self.refill())
    }

    /// Takes over what the ring holds, up to a batch; the lane is empty.
    fn refill(&self) -> Option<Task> {
        let ring = &self.shared.loops[self.index].ring;
        if ring.is_empty() {
            return None;
        }
        self.with_lane(|lane| {
            // Busy is not drained: the producer that is on its way wakes the loop if it sleeps.
            let _ = ring.pop_batch(RING_BATCH, lane);
            lane.pop_front()
        })
    }

    /// Looks at the operating system if that is due, and waits for it if there is nothing to do.
    pub(super) fn turn_or_park(&self) {
        let due = self.polls_since_turn.get() >= self.shared.config.event_interval;
        if !self.has_work() {
            park::park(self);
        } else if due || self.shared.port(self.index).waiting_for_io() {
            self.turn(Wait::No);
        }
    }

    /// One turn of the reactor.
    pub(super) fn turn(&self, wait: Wait) -> usize {
        self.polls_since_turn.set(0);
        let port = &self.shared.loops[self.index].port;
        // SAFETY: only the holder comes here, and nothing that a turn wakes can come here again:
        // a thread that drives a runtime may not drive another, and it hands its loop on only
        // between two polls.
        self.reactor
            .with_mut(|reactor| unsafe { &mut *reactor }.turn(port, self.shared.clock(), wait))
    }

    /// Gives memory back before a sleep.
    pub(super) fn trim(&self) {
        self.memory.trim();
    }

    /// Whether the loop has shut down.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// From now on takes no more tasks.
    pub(super) fn close(&self) {
        self.closed.set(true);
    }

    /// Ends every live and queued task.
    pub(super) fn drain(&self) {
        loop {
            let queued = self.with_lane(Fifo::pop_front);
            let Some(task) = queued else { break };
            discard(task);
        }
        while let Some(task) = self.with_owned(OwnedTasks::pop) {
            task.shut_down();
        }
        // What the dropped futures woke is complete by now.
        while let Some(task) = self.with_lane(Fifo::pop_front) {
            discard(task);
        }
    }
}

/// Ends a task that will not run: its future is dropped and its join handle told.
pub(super) fn discard(task: Task) {
    if !task.is_adopted() {
        drop(task.adopt());
    }
    task.shut_down();
}
