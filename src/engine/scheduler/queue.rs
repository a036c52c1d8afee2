//! The ready tasks of one loop, for its holder.

use crate::engine::ring::{Fifo, Lane, Next, Victim};
use crate::engine::task::Task;
use crate::shim::Arc;

/// How often in a row the task that was woken last goes first.
const STREAK: u8 = 3;

/// What others may take from a loop that steals and is stolen from.
pub(super) struct Loot {
    pub(super) lane: Victim<Task>,
    pub(super) next: Next<Task>,
}

/// Tasks in the order they were woken.
pub(super) enum Queue {
    /// Of a loop by itself: nothing in it is atomic.
    Alone(Fifo<Task>),
    /// Of a loop among others.
    Open(Open),
}

/// The owner's side of a queue that others may take from.
pub(super) struct Open {
    lane: Lane<Task>,
    loot: Arc<Loot>,
    /// How often the task woken last has gone first.
    streak: u8,
    /// Whether it ever does.
    lifo: bool,
}

impl Queue {
    pub(super) fn alone() -> Self {
        Self::Alone(Fifo::new())
    }

    /// A queue, and what others may take of it. With `lifo`, what was woken last runs next.
    pub(super) fn open(lifo: bool) -> (Self, Arc<Loot>) {
        let lane = Lane::new();
        let loot = Arc::new(Loot { lane: lane.victim(), next: Next::new() });
        (Self::Open(Open { lane, loot: loot.clone(), streak: 0, lifo }), loot)
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Alone(tasks) => tasks.len(),
            Self::Open(tasks) => tasks.len(),
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Alone(tasks) => tasks.is_empty(),
            Self::Open(tasks) => tasks.lane.is_empty() && tasks.loot.next.is_empty(),
        }
    }

    /// Takes the task to run next; what does not fit any more goes to `shed`.
    #[inline]
    pub(super) fn pop(&mut self, shed: &mut Fifo<Task>) -> Option<Task> {
        match self {
            Self::Alone(tasks) => tasks.pop_front(),
            Self::Open(tasks) => tasks.pop(shed),
        }
    }
}

impl Open {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.lane.len() + usize::from(!self.loot.next.is_empty())
    }

    /// Queues a task to run next; the one that it displaces goes behind all others.
    #[inline]
    pub(super) fn push_next(&mut self, task: Task, shed: &mut Fifo<Task>) {
        if !self.lifo {
            self.lane.push(task, shed);
        } else if let Some(displaced) = self.loot.next.replace(task) {
            self.lane.push(displaced, shed);
        }
    }

    /// Queues a task behind all others.
    #[inline]
    pub(super) fn push_back(&mut self, task: Task, shed: &mut Fifo<Task>) {
        self.lane.push(task, shed);
    }

    /// Takes the task woken last, or the oldest if that has gone first often enough.
    #[inline]
    fn pop(&mut self, shed: &mut Fifo<Task>) -> Option<Task> {
        if let Some(task) = self.loot.next.take() {
            if self.streak < STREAK {
                self.streak += 1;
                return Some(task);
            }
            self.lane.push(task, shed);
        }
        self.streak = 0;
        self.lane.pop()
    }

    /// The owner's end of the lane, to steal into.
    pub(super) fn lane(&mut self) -> &mut Lane<Task> {
        &mut self.lane
    }
}
