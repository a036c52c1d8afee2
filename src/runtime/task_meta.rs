//! What hooks are told of a task.

use crate::engine::task::Id;
use std::marker::PhantomData;
use std::panic::Location;

/// What a hook of the [`Builder`](super::Builder) is told of a task.
///
/// # Examples
///
/// ```
/// use runtime::runtime::Builder;
///
/// let rt = Builder::new_current_thread()
///     .on_task_spawn(|task| println!("{} from {}", task.id(), task.spawned_at()))
///     .build()?;
/// rt.block_on(rt.spawn(async {})).unwrap();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TaskMeta<'a> {
    id: Id,
    spawned_at: &'static Location<'static>,
    _lifetime: PhantomData<&'a ()>,
}

impl TaskMeta<'_> {
    pub(super) fn new(id: Id, spawned_at: &'static Location<'static>) -> Self {
        Self { id, spawned_at, _lifetime: PhantomData }
    }

    /// Returns the id of the task.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread()
    ///     .on_task_terminate(|task| println!("{} has ended", task.id()))
    ///     .build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn id(&self) -> Id {
        self.id
    }

    /// Returns where in the source the task was spawned.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::Builder;
    ///
    /// let rt = Builder::new_current_thread()
    ///     .on_before_task_poll(|task| println!("polls {}", task.spawned_at()))
    ///     .build()?;
    /// rt.block_on(rt.spawn(async {})).unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }
}

/// What a panic in a task does to the runtime.
///
/// # Examples
///
/// ```
/// use runtime::runtime::{Builder, UnhandledPanic};
///
/// let rt = Builder::new_current_thread().unhandled_panic(UnhandledPanic::Ignore).build()?;
/// assert!(rt.block_on(rt.spawn(async { panic!("oh") })).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum UnhandledPanic {
    /// Nothing: the join handle of the task tells of it.
    Ignore,
    /// It ends all tasks, and makes `block_on` panic.
    ShutdownRuntime,
}
