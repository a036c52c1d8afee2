//! The set of live tasks of one owner.

use super::header::{Header, Task};
use crate::util::list::List;

/// Live tasks, each with one reference. Used by the holder of the loop alone, so it needs no lock.
pub(crate) struct OwnedTasks {
    list: List<Header>,
}

impl OwnedTasks {
    pub(crate) const fn new() -> Self {
        Self { list: List::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a task that is in no set.
    #[inline]
    pub(crate) fn insert(&mut self, task: Task) {
        // SAFETY: the reference kept here pins the cell until the task is taken out again.
        unsafe { self.list.push_back(task.into_raw()) }
    }

    /// Takes out `task`, which is in this set or in none; if it was here, the set's reference is
    /// the caller's to give up.
    #[inline]
    pub(crate) fn remove(&mut self, task: &Task) -> bool {
        // SAFETY: the task is alive, and in this set or in none.
        unsafe { self.list.remove(task.as_raw()) }
    }

    /// As [`OwnedTasks::remove`], with the set's reference.
    pub(crate) fn take(&mut self, task: &Task) -> Option<Task> {
        // SAFETY: a task that was here came with a reference.
        self.remove(task).then(|| unsafe { Task::from_raw(task.as_raw()) })
    }

    /// Takes out the task that has been here longest.
    pub(crate) fn pop(&mut self) -> Option<Task> {
        // SAFETY: each node in the list came with a reference.
        self.list.pop_front().map(|header| unsafe { Task::from_raw(header) })
    }
}
