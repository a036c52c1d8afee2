//! One event loop: what only its holder may touch.

use super::account::Account;
use super::backlog::{Backlog, PATIENCE};
use super::claim::Claim;
use super::counters::Counters;
use super::queue::Queue;
use super::shared::{Outside, Shared};
use super::{current, park, rescue, steal};
use crate::engine::clock::AnchoredClock;
use crate::engine::reactor::{self, Events, Look, Port, Reactor, Wait};
use crate::engine::ring::{Fifo, MicrotaskRing, Pop};
use crate::engine::task::{FreeLists, OwnedTasks, Task};
use crate::shim::thread::ThreadId;
use crate::shim::{Arc, UnsafeCell};
use std::cell::Cell;
use std::ops::RangeInclusive;
use std::ptr::NonNull;

/// How many tasks one look at the ring takes over when the lane is empty.
const RING_BATCH: usize = 64;

/// How many polls of the root future count as one look at the operating system being due; so a
/// program that only yields still sees its sockets within so many yields.
const ROOT_POLL_WEIGHT: u32 = 8;

/// Polls between two looks at the ring, from what is known of their length.
const RING_INTERVALS: RangeInclusive<u64> = 2..=127;

/// The same before anything is known.
const RING_INTERVAL: u32 = 61;

/// The right to run a loop. One thread has it, or the loop's [`Slot`](super::slot::Slot).
pub(super) struct Held(pub(super) Arc<Core>);

/// One loop. Whoever holds it may do all of this; [`current::hold`] says who does.
pub(crate) struct Core {
    shared: Arc<Shared>,
    /// What others see of this loop: a part of `shared`, found once.
    outside: NonNull<Outside>,
    index: usize,
    /// Whether somebody wants to hear of each poll, or how long it takes.
    observed: bool,
    /// Tasks ready to run.
    queue: UnsafeCell<Queue>,
    /// Live tasks of this loop.
    owned: UnsafeCell<OwnedTasks>,
    memory: FreeLists,
    events: UnsafeCell<Events>,
    /// Whether the holder itself woke the root future.
    root_woken: Cell<bool>,
    /// Whether the loop has shut down, and takes no more tasks.
    closed: Cell<bool>,
    /// Whether the loop is counted as one that searches.
    searching: Cell<bool>,
    /// The address of the task that is being polled, or 0.
    running: Cell<usize>,
    /// Polls since the last look at the operating system.
    polls_since_turn: Cell<u32>,
    /// At so many polls of tasks the root future may go before those that are ready.
    batch_ends_at: Cell<u64>,
    /// Whether a task of this round has woken itself, to let others go first.
    yielded: Cell<bool>,
    /// Polls between two looks at the ring while the lane has work.
    ring_interval: Cell<u32>,
    /// Polls until the ring goes first.
    polls_to_ring: Cell<u32>,
    /// What its ready tasks are worth.
    backlog: Backlog,
    /// When it looks after the other loops next, though it is busy.
    next_rescue: Cell<u64>,
    /// How long it works.
    account: Account,
    /// Whether a task has panicked where that ends the runtime.
    panicked: Cell<bool>,
    /// The thread that drove the loop last.
    driver: Cell<Option<ThreadId>>,
}

// SAFETY: what is not `Send` in it (the links of queues and lists) belongs to the loop alone and
// moves with it; one thread at a time holds it.
unsafe impl Send for Core {}
// SAFETY: only the holder touches anything but `shared` and `index`, see `Held`.
unsafe impl Sync for Core {}

/// Whether the caller still holds the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a loop that is not held any more must not be touched"]
pub(super) enum Hold {
    Kept,
    /// A task has handed the loop to another thread, to block this one.
    Lost,
}

impl Core {
    pub(super) fn new(shared: Arc<Shared>, index: usize, queue: Queue) -> Self {
        let ring_interval = shared.config.ring_interval.unwrap_or(RING_INTERVAL);
        let events = Events::with_capacity(shared.config.events_max);
        let config = &shared.config;
        let observed = config.hooks.watch_polls() || config.poll_times.is_some();
        let observed = observed || config.end_on_panic;
        Self {
            outside: NonNull::from(&shared.loops[index]),
            shared,
            index,
            observed,
            queue: UnsafeCell::new(queue),
            owned: UnsafeCell::new(OwnedTasks::new()),
            memory: FreeLists::new(),
            events: UnsafeCell::new(events),
            root_woken: Cell::new(false),
            closed: Cell::new(false),
            searching: Cell::new(false),
            running: Cell::new(0),
            polls_since_turn: Cell::new(0),
            batch_ends_at: Cell::new(0),
            yielded: Cell::new(false),
            ring_interval: Cell::new(ring_interval),
            polls_to_ring: Cell::new(ring_interval),
            backlog: Backlog::new(),
            next_rescue: Cell::new(0),
            account: Account::new(),
            panicked: Cell::new(false),
            driver: Cell::new(None),
        }
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) fn outside(&self) -> &Outside {
        // SAFETY: it lies in what `shared` keeps in place for as long as this is here.
        unsafe { self.outside.as_ref() }
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.outside().counters
    }

    /// What `current` and the memory of tasks need to know while this thread holds the loop.
    pub(super) fn memory(&self) -> &FreeLists {
        &self.memory
    }

    fn with_queue<R>(&self, access: impl FnOnce(&mut Queue) -> R) -> R {
        // SAFETY: only the holder comes here, and no queue operation calls foreign code.
        self.queue.with_mut(|queue| access(unsafe { &mut *queue }))
    }

    /// As `with_queue`; what the lane sheds goes to the ring.
    #[inline]
    fn with_shed<R>(&self, access: impl FnOnce(&mut Queue, &mut Fifo<Task>) -> R) -> R {
        let mut shed = Fifo::new();
        let result = self.with_queue(|queue| access(queue, &mut shed));
        if !shed.is_empty() {
            self.shed(shed);
        }
        result
    }

    fn with_owned<R>(&self, access: impl FnOnce(&mut OwnedTasks) -> R) -> R {
        // SAFETY: only the holder comes here, and no list operation calls foreign code.
        self.owned.with_mut(|owned| access(unsafe { &mut *owned }))
    }

    /// Queues a task that the holder woke.
    #[inline]
    pub(super) fn schedule(&self, task: Task) {
        self.counters().local_schedules.add(1);
        let left = self.with_queue(|queue| match queue {
            Queue::Alone(tasks) => {
                if task.address() == self.running.get() {
                    self.yielded.set(true);
                }
                tasks.push_back(task);
                None
            }
            Queue::Open(_) => Some(task),
        });
        if let Some(task) = left {
            self.schedule_among_others(task);
        }
    }

    fn schedule_among_others(&self, task: Task) {
        // Who wakes itself wants the others to run first.
        let yields = task.address() == self.running.get();
        let ready = self.with_shed(|queue, shed| {
            let Queue::Open(tasks) = queue else { unreachable!("it was open a moment ago") };
            if yields {
                tasks.push_back(task, shed);
            } else {
                tasks.push_next(task, shed);
            }
            tasks.len()
        });
        // What waits behind something else could be run by another loop.
        if self.backlog.is_worth_help(ready) && self.shared.idle.may_help() {
            self.shared.unpark_any(false);
        }
    }

    /// Moves what the lane has no room for to the ring.
    #[cold]
    fn shed(&self, shed: Fifo<Task>) {
        self.counters().overflows.add(1);
        let mut refused = self.shared.ring.append(shed);
        while let Some(task) = refused.pop_front() {
            discard(task);
        }
    }

    /// Takes a finished task of this loop out of the set of live ones.
    #[inline]
    pub(super) fn release(&self, task: &Task) -> bool {
        self.with_owned(|owned| owned.remove(task))
    }

    /// Forgets the tasks of this loop that have ended elsewhere.
    fn reap(&self) {
        let released = &self.outside().released;
        while let Pop::Item(task) = released.pop() {
            drop(self.with_owned(|owned| owned.take(&task)));
        }
    }

    /// Has a new root future polled before anything else.
    pub(super) fn begin_root(&self) {
        self.batch_ends_at.set(0);
        self.wake_root();
    }

    /// Notes that the holder woke the root future.
    #[inline]
    pub(super) fn wake_root(&self) {
        self.root_woken.set(true);
    }

    /// Whether the root future is to be polled: it was woken, and it is its turn.
    ///
    /// It waits until no task is ready, or a batch has run of as many as there may be between two
    /// looks at the operating system; but for one round if a task yields, as it does to let others go
    /// first. So what was spawned or woken before it has mostly run when it goes on.
    pub(super) fn take_root_wake(&self) -> bool {
        let polls = self.counters().polls.get();
        if polls < self.batch_ends_at.get() && self.has_tasks() {
            return false;
        }
        self.batch_ends_at.set(polls);
        self.root_woken.replace(false) | self.shared.take_root_wake()
    }

    fn is_root_woken(&self) -> bool {
        self.root_woken.get() || self.shared.is_root_woken()
    }

    fn has_tasks(&self) -> bool {
        !self.with_queue(|queue| queue.is_empty()) || !self.shared.ring.is_empty()
    }

    /// Whether there is anything to do but wait; asked after the announcement of a sleep.
    pub(super) fn has_work(&self) -> bool {
        self.is_root_woken() || self.has_tasks()
    }

    /// Runs tasks until none is ready, or the operating system is due for a look.
    ///
    /// A task that has begun to wait for I/O waits for one round: the tasks that are ready now, and
    /// not those that become so.
    pub(super) fn run_tasks(&self) -> Hold {
        let limit = self.shared.config.event_interval;
        let polls = self.counters().polls.get();
        if polls >= self.batch_ends_at.get() {
            self.batch_ends_at.set(polls + u64::from(limit));
        }
        let mut left = (self.batch_ends_at.get() - polls).min(u64::from(limit));
        let mut round = self.with_queue(|queue| queue.len());
        while left > 0 && self.polls_since_turn.get() < limit {
            left -= 1;
            let Some(task) = self.next() else { break };
            self.polls_since_turn.set(self.polls_since_turn.get() + 1);
            if self.run(task) == Hold::Lost {
                return Hold::Lost;
            }
            if round > 1 {
                round -= 1;
            } else if self.is_waited_for() {
                break;
            } else if self.yielded.replace(false) && self.is_root_woken() {
                self.batch_ends_at.set(self.counters().polls.get());
                break;
            } else {
                round = self.with_queue(|queue| queue.len());
            }
        }
        Hold::Kept
    }

    /// Whether something else than a task that is ready wants its turn at once.
    fn is_waited_for(&self) -> bool {
        self.outside().port.waiting_for_io() || self.panicked.get() || self.shared.is_ending()
    }

    /// Counts a poll of the root future against the next look at the operating system.
    pub(super) fn count_root_poll(&self) {
        let weight = (self.shared.config.event_interval / ROOT_POLL_WEIGHT).max(1);
        self.polls_since_turn.set(self.polls_since_turn.get() + weight);
    }

    /// Runs one task.
    #[inline]
    fn run(&self, task: Task) -> Hold {
        if self.searching.get() {
            self.end_search();
        }
        if !task.is_adopted() {
            let kept = task.adopt_by(self.index);
            self.with_owned(|owned| owned.insert(kept));
        }
        self.counters().polls.add(1);
        self.running.set(task.address());
        let panicked = if self.observed { self.run_observed(task) } else { task.run() };
        if !current::holds(self) {
            return Hold::Lost;
        }
        self.running.set(0);
        if panicked && self.shared.config.end_on_panic {
            self.panicked.set(true);
        }
        Hold::Kept
    }

    /// Runs one task as the user wants it observed; answers whether its future panicked.
    #[cold]
    fn run_observed(&self, task: Task) -> bool {
        let histogram = self.outside().histogram.as_ref();
        let start = histogram.map(|_| self.shared.clock().now());
        let panicked = self.shared.config.hooks.around_poll(task);
        if let (Some(histogram), Some(start)) = (histogram, start) {
            // The loop may be another thread's by now, who counts as well; then this poll is not.
            if current::holds(self) {
                histogram.count(self.shared.clock().now().saturating_sub(start));
            }
        }
        panicked
    }

    /// Whether this thread is in the poll of a task of this loop.
    pub(super) fn is_running(&self) -> bool {
        self.running.get() != 0
    }

    /// Notes which task is being polled; answers which one was.
    pub(super) fn set_running(&self, running: usize) -> usize {
        self.running.replace(running)
    }

    /// The task to run next: the lane's, and every so often the ring's before it.
    fn next(&self) -> Option<Task> {
        let left = self.polls_to_ring.get() - 1;
        self.polls_to_ring.set(left);
        if left == 0 {
            self.polls_to_ring.set(self.ring_interval.get());
            if let Pop::Item(task) = self.shared.ring.pop() {
                self.counters().taken_over.add(1);
                return Some(task);
            }
        }
        let task = self.with_shed(|queue, shed| queue.pop(shed));
        task.or_else(|| self.refill(&self.shared.ring))
    }

    /// Takes over what the ring holds, up to a batch; the lane is empty.
    fn refill(&self, ring: &MicrotaskRing<Task>) -> Option<Task> {
        if ring.is_empty() {
            return None;
        }
        let mut batch = Fifo::new();
        // Busy is not drained: who is at work there, or on its way, sees to what it leaves.
        let _ = ring.pop_batch(RING_BATCH, &mut batch);
        self.counters().taken_over.add(batch.len() as u64);
        let first = batch.pop_front();
        // The lane was empty, but a thief may be in the way of filling it.
        self.with_shed(|queue, shed| match queue {
            Queue::Alone(tasks) => tasks.append(&mut batch),
            Queue::Open(tasks) => {
                while let Some(task) = batch.pop_front() {
                    tasks.push_back(task, shed);
                }
            }
        });
        first
    }

    /// Looks at the operating system if that is due, and waits for it if there is nothing to do.
    pub(super) fn turn_or_park(&self) {
        let due = self.polls_since_turn.get() >= self.shared.config.event_interval;
        if !self.has_work() {
            park::park(self);
        } else if due || self.outside().port.waiting_for_io() {
            self.turn(Wait::No);
            rescue::look_after_now_and_then(self);
        }
    }

    /// One turn of the reactor: a look at the operating system, then wake-ups. Answers how many.
    pub(super) fn turn(&self, wait: Wait) -> usize {
        self.polls_since_turn.set(0);
        self.shared.note_forced_yields();
        if !self.outside().released.is_empty() {
            self.reap();
        }
        let measured = self.shared.is_multi_thread();
        let polls = self.counters().polls.get();
        self.look(self.outside(), |reactor, events, port, clock| {
            if measured && let Some(mean) = self.backlog.end(clock, polls) {
                self.tune(mean);
            }
            let look =
                reactor.with(|reactor| Some(reactor.as_mut()?.look(events, port, clock, wait)));
            if measured {
                self.backlog.begin(clock, polls);
            }
            look
        })
    }

    /// Has the ring go first after as many polls as fit into what its tasks may wait, where a poll
    /// takes `mean` nanoseconds, unless the user says how many.
    fn tune(&self, mean: u64) {
        if self.shared.config.ring_interval.is_some() {
            return;
        }
        let (least, most) = (*RING_INTERVALS.start(), *RING_INTERVALS.end());
        let interval = (PATIENCE / mean.max(1)).clamp(least, most) as u32;
        self.ring_interval.set(interval);
        self.polls_to_ring.set(self.polls_to_ring.get().min(interval));
    }

    pub(super) fn next_rescue(&self) -> u64 {
        self.next_rescue.get()
    }

    pub(super) fn set_next_rescue(&self, at: u64) {
        self.next_rescue.set(at);
    }

    /// Looks at the operating system for a loop that is stuck, unless it is at it itself.
    pub(super) fn turn_for(&self, other: &Outside) {
        self.look(other, |reactor, events, port, clock| {
            let look = reactor.try_with(|reactor| {
                Some(reactor.as_mut()?.look(events, port, clock, Wait::No))
            })??;
            if look.woken {
                // It may be meant for the other thread, which is about to wait.
                port.unpark();
            }
            Some(look)
        });
    }

    fn look(
        &self,
        at: &Outside,
        look: impl FnOnce(&Claim<Option<Reactor>>, &mut Events, &Port, &AnchoredClock) -> Option<Look>,
    ) -> usize {
        self.events.with_mut(|events| {
            // SAFETY: only the holder comes here, and nothing that is woken below can come here
            // again: a thread that drives a runtime may not drive another, and hands its loop on
            // only from inside the poll of a task.
            let events = unsafe { &mut *events };
            let Some(look) = look(&at.reactor, events, &at.port, self.shared.clock()) else {
                return 0;
            };
            let delivered = reactor::deliver(events, &at.port, &look);
            if delivered.fired > 0 {
                at.reactor.try_with(|reactor| {
                    if let Some(reactor) = reactor {
                        reactor.pace(&look, delivered.fired);
                    }
                });
            }
            delivered.events + delivered.fired
        })
    }

    /// Takes work from another loop, to run it next; `true` if there was some.
    pub(super) fn steal(&self) -> bool {
        if !self.searching.get() && !self.shared.idle.begin_search() {
            return false;
        }
        self.searching.set(true);
        let stolen = self.with_queue(|queue| match queue {
            Queue::Alone(_) => None,
            Queue::Open(tasks) => steal::steal(&self.shared.loops, self.index, tasks),
        });
        let Some((task, count)) = stolen else { return false };
        self.counters().steal_operations.add(1);
        self.counters().stolen.add(count as u64);
        self.take_over(task);
        true
    }

    /// Queues a task that was another loop's, to run next.
    pub(super) fn take_over(&self, task: Task) {
        self.with_shed(|queue, shed| match queue {
            Queue::Alone(tasks) => tasks.push_back(task),
            Queue::Open(tasks) => tasks.push_next(task, shed),
        });
    }

    /// Says that the search is over, and has somebody else search if there is more to be found.
    pub(super) fn end_search(&self) {
        self.searching.set(false);
        // Producers that saw the search woke nobody.
        if self.shared.idle.end_search()
            && (!self.shared.ring.is_empty()
                || !self.with_queue(|queue| queue.is_empty())
                || steal::any(&self.shared.loops, self.index))
        {
            self.shared.unpark_any(false);
        }
    }

    /// Whether the loop is counted as searching.
    pub(super) fn is_searching(&self) -> bool {
        self.searching.get()
    }

    /// Notes whether the loop is counted as searching; answers whether it was.
    pub(super) fn set_searching(&self, searching: bool) -> bool {
        self.searching.replace(searching)
    }

    /// Whether a task has panicked where that ends the runtime.
    pub(super) fn has_panicked(&self) -> bool {
        self.panicked.get()
    }

    /// Notes that this thread begins to drive the loop.
    pub(super) fn note_begin(&self) {
        let thread = current::thread_id();
        if self.driver.replace(Some(thread)) != Some(thread) {
            self.outside().set_thread(thread);
        }
        self.account.begin(self.counters(), self.shared.clock());
    }

    /// Notes that the loop has rested, which every loop does once, however late its thread comes.
    pub(super) fn note_idleness(&self) {
        self.counters().parks.add(1);
        self.counters().park_unparks.add(2);
    }

    /// Notes that the loop is about to have nothing to do.
    pub(super) fn note_rest(&self) {
        self.account.rest(self.counters(), self.shared.clock(), self.shared.is_multi_thread());
    }

    /// Notes that the loop has been woken.
    pub(super) fn note_wake(&self) {
        self.account.wake(self.counters(), self.shared.clock());
    }

    /// Notes that this thread ceases to drive the loop.
    pub(super) fn note_end(&self) {
        if self.account.is_open() {
            self.note_rest();
        }
    }

    /// Gives memory back before a sleep.
    pub(super) fn trim(&self) {
        if !self.outside().released.is_empty() {
            self.reap();
        }
        self.memory.trim();
    }

    /// Whether the loop has shut down.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Takes no more tasks, and ends every live and queued one.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.discard_queued();
        while let Some(task) = self.with_owned(OwnedTasks::pop) {
            task.shut_down();
        }
        // What the dropped futures woke is complete by now.
        self.discard_queued();
        // References of tasks that have ended elsewhere; the set has none any more.
        drop(self.outside().released.close());
    }

    fn discard_queued(&self) {
        while let Some(task) = self.with_shed(|queue, shed| queue.pop(shed)) {
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
