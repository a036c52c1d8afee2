//! The jobs that wait for a thread, with the threads that wait for a job.
//!
//! Everything here happens under the pool's lock, decides, and leaves the doing to the caller.

use crate::engine::task::{Id, Task};
use crate::shim::atomic::{AtomicBool, Ordering};
use crate::shim::{Arc, Condvar};
use crate::util::core_id;
use crate::util::quietly::quietly;
use std::collections::VecDeque;
use std::mem;

/// A job that is no task: it may keep its thread for as long as it likes, and counts neither
/// towards the limit on threads nor as blocking work that holds up stopped time.
pub(crate) type Detached = Box<dyn FnOnce() + Send>;

/// More room than this is not kept once the queue is empty.
const ROOM_KEPT: usize = 1024;

/// Something for a thread to do.
pub(super) enum Job {
    Closure(Task),
    Detached(Detached),
}

/// What kind of job a thread has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    Closure,
    Detached,
}

/// A job's name. Detached jobs of no size have the same one, and nothing to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Task(Id),
    Detached(*const ()),
}

impl Job {
    /// Runs the job, whose panic it keeps to itself: a task's goes to the join handle, and of a
    /// detached one the panic hook has told already.
    pub(super) fn run(self) -> Ran {
        let ran = self.kind();
        match self {
            Job::Closure(task) => drop(task.run()),
            Job::Detached(run) => _ = quietly(run),
        }
        ran
    }

    /// Drops a closure that will not run, and tells its join handle.
    pub(super) fn discard(self) {
        match self {
            Job::Closure(task) => task.shut_down(),
            Job::Detached(run) => drop(run),
        }
    }

    /// What tells this job from the others in the queue.
    pub(super) fn mark(&self) -> Mark {
        match self {
            Job::Closure(task) => Mark::Task(task.id()),
            Job::Detached(run) => Mark::Detached((&raw const **run).cast()),
        }
    }

    fn kind(&self) -> Ran {
        match self {
            Job::Closure(_) => Ran::Closure,
            Job::Detached(_) => Ran::Detached,
        }
    }
}

/// Where one thread waits for a call.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) signal: Condvar,
    /// Whether the thread was called since it sat down. Only used under the pool's lock.
    called: AtomicBool,
}

impl Seat {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { signal: Condvar::default(), called: AtomicBool::new(false) })
    }

    pub(super) fn is_called(&self) -> bool {
        // Relaxed: the pool's lock orders it.
        self.called.load(Ordering::Relaxed)
    }

    fn set_called(&self, called: bool) {
        // Relaxed: the pool's lock orders it.
        self.called.store(called, Ordering::Relaxed);
    }
}

/// A thread that waits for a call.
struct Idle {
    seat: Arc<Seat>,
    /// Where it ran last.
    core: Option<u32>,
}

/// Who has to be told that there is something to do, once the lock is released.
#[must_use]
pub(super) enum Call {
    Nobody,
    /// This thread, which sits idle.
    Idle(Arc<Seat>),
    /// A thread that does not exist yet, but is counted as one on its way.
    NewThread,
}

/// What a thread that asks for a job gets.
#[must_use]
pub(super) enum Next {
    /// A job, and somebody to call before it runs.
    Run(Job, Call),
    /// Nothing now: the thread has sat down, and waits for a call.
    Wait,
    /// Nothing any more: the thread is off the books.
    Leave,
}

/// Jobs and threads of one pool.
pub(super) struct Roster {
    queue: VecDeque<Job>,
    /// Threads without a job, in the order in which they sat down.
    idle: VecDeque<Idle>,
    /// Threads that were called and have not arrived yet: one for the closures, and one for each
    /// detached job.
    called: usize,
    threads: usize,
    /// Threads that run a detached job.
    away: usize,
    /// Closures that wait or run.
    in_flight: usize,
    /// Whether the host wants to hear when no closure is in flight any more.
    watched: bool,
    closed: bool,
    threads_max: usize,
}

impl Roster {
    pub(super) fn new(threads_max: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            idle: VecDeque::new(),
            called: 0,
            threads: 0,
            away: 0,
            in_flight: 0,
            watched: false,
            closed: false,
            threads_max,
        }
    }

    /// How many threads there are for closures.
    pub(super) fn threads(&self) -> usize {
        // Each detached job that is not taken yet has a thread on its way.
        self.threads - self.away - self.detached()
    }

    /// How many detached jobs are not taken yet: they lie in front.
    fn detached(&self) -> usize {
        self.queue.iter().take_while(|job| job.kind() == Ran::Detached).count()
    }

    pub(super) fn idle_threads(&self) -> usize {
        self.idle.len()
    }

    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Queues a job; gives it back if the pool is closed.
    pub(super) fn push(&mut self, job: Job) -> Result<Call, Job> {
        if self.closed {
            return Err(job);
        }
        match job.kind() {
            Ran::Closure => {
                self.in_flight += 1;
                self.queue.push_back(job);
                Ok(self.call())
            }
            // It has a thread of its own, whatever the limit, and goes before the closures so that
            // nobody who is on the way to one is missed there for long. But behind others of its kind:
            // if its thread is refused, none before it may be left without one.
            Ran::Detached => {
                let at = self.detached();
                self.queue.insert(at, job);
                Ok(self.call_one(usize::MAX))
            }
        }
    }

    /// Whom to call for the closures in the queue.
    fn call(&mut self) -> Call {
        // Who is on the way takes one, and then calls somebody for the one behind it.
        if self.called > 0 || self.queue.is_empty() {
            return Call::Nobody;
        }
        self.call_one(self.threads_max)
    }

    /// Calls an idle thread, or a new one while there are fewer than `threads_max`; if there are not,
    /// whoever finishes next takes what is queued.
    fn call_one(&mut self, threads_max: usize) -> Call {
        if let Some(seat) = self.take_idle(core_id::current()) {
            self.called += 1;
            seat.set_called(true);
            return Call::Idle(seat);
        }
        if self.threads - self.away >= threads_max {
            return Call::Nobody;
        }
        self.called += 1;
        self.threads += 1;
        Call::NewThread
    }

    /// The idle thread that ran on `core` last. If there is none, the one that has waited longest:
    /// calling one after the other spreads them over the cores.
    fn take_idle(&mut self, core: Option<u32>) -> Option<Arc<Seat>> {
        let at = self.idle.iter().rposition(|idle| idle.core == core).unwrap_or(0);
        self.idle.remove(at).map(|idle| idle.seat)
    }

    /// The new thread that was called for the job of that `mark`, or else for the first in the queue,
    /// cannot be made.
    ///
    /// Gives the job back if it has not been taken and no thread is left that will look at the queue
    /// (those that are away may stay there; a detached job waits for nobody); and says whom to call
    /// for those behind it, which relied on that thread.
    pub(super) fn no_thread(&mut self, mark: Option<Mark>) -> (Option<Job>, Call) {
        self.called -= 1;
        self.threads -= 1;
        let is_nobody_left = self.threads == self.away;
        let refused = match mark {
            Some(mark) if is_nobody_left || matches!(mark, Mark::Detached(_)) => {
                let at = self.queue.iter().position(|job| job.mark() == mark);
                at.and_then(|at| self.queue.remove(at))
            }
            None if is_nobody_left => self.queue.pop_front(),
            _ => None,
        };
        let is_closure = refused.as_ref().is_some_and(|job| job.kind() == Ran::Closure);
        self.in_flight -= usize::from(is_closure);
        let call = if is_nobody_left { self.call() } else { Call::Nobody };
        (refused, call)
    }

    /// A thread that was called is here.
    pub(super) fn arrive(&mut self) {
        self.called -= 1;
    }

    /// A thread has run a job.
    pub(super) fn finish(&mut self, ran: Ran) {
        match ran {
            Ran::Closure => self.in_flight -= 1,
            Ran::Detached => self.away -= 1,
        }
    }

    /// Whether the host wants to hear that no closure is in flight any more; `true` once.
    pub(super) fn take_drained(&mut self) -> bool {
        self.in_flight == 0 && mem::take(&mut self.watched)
    }

    /// What the thread that sits on `seat` does next.
    pub(super) fn next(&mut self, seat: &Arc<Seat>) -> Next {
        if let Some(job) = self.queue.pop_front() {
            self.away += usize::from(job.kind() == Ran::Detached);
            let call = self.call();
            return Next::Run(job, call);
        }
        if self.queue.capacity() > ROOM_KEPT {
            self.queue = VecDeque::new();
        }
        // More threads than the limit came about through detached jobs.
        if self.closed || self.threads - self.away > self.threads_max {
            self.leave();
            return Next::Leave;
        }
        seat.set_called(false);
        self.idle.push_back(Idle { seat: seat.clone(), core: core_id::current() });
        Next::Wait
    }

    /// The thread on `seat` has waited for too long, and leaves.
    pub(super) fn give_up(&mut self, seat: &Arc<Seat>) {
        self.idle.retain(|idle| !Arc::ptr_eq(&idle.seat, seat));
        self.leave();
    }

    fn leave(&mut self) {
        self.threads -= 1;
    }

    /// Whether closures are in flight; if so, the end of the last one will be reported.
    pub(super) fn watch(&mut self) -> bool {
        self.watched = self.in_flight > 0;
        self.watched
    }

    /// Refuses jobs from now on; answers which threads to call, so that they leave when nothing is
    /// queued any more.
    pub(super) fn close(&mut self) -> Vec<Arc<Seat>> {
        self.closed = true;
        let idle: Vec<_> = mem::take(&mut self.idle).into_iter().map(|idle| idle.seat).collect();
        self.called += idle.len();
        idle.iter().for_each(|seat| seat.set_called(true));
        idle
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_of_the_same_core_is_called_before_the_one_that_waits_longest() {
        let mut roster = Roster::new(4);
        let seats: Vec<_> = (0..4).map(|_| Seat::new()).collect();
        for (seat, core) in seats.iter().zip([0, 1, 1, 0]) {
            roster.idle.push_back(Idle { seat: seat.clone(), core: Some(core) });
        }
        let mut called = |core| {
            let seat = roster.take_idle(Some(core)).unwrap();
            seats.iter().position(|other| Arc::ptr_eq(&seat, other)).unwrap()
        };
        assert_eq!([called(1), called(2), called(1), called(1)], [2, 0, 1, 3]);
    }
}
