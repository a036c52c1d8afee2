//! The typed back of a task's allocation: the future, then its output.

use super::budget;
use super::error::JoinError;
use super::header::{Header, Methods, Task};
use super::join::JoinHandle;
use super::memory;
use super::owner::OwnerRef;
use super::state::{Completion, End};
use super::waker;
use crate::shim::UnsafeCell;
use crate::util::quietly::quietly;
use pin_project_lite::pin_project;
use std::alloc::Layout;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

pin_project! {
    /// What the back of the cell holds.
    #[project = StageView]
    #[project_replace = StageTaken]
    enum Stage<F: Future> {
        Future { #[pin] future: F },
        Output { output: Result<F::Output, JoinError> },
        Empty,
    }
}

/// One task's allocation.
#[repr(C)]
struct TaskCell<F: Future> {
    header: Header,
    /// Reached by whoever claimed `RUNNING`, and after `COMPLETE` by the join handle.
    stage: UnsafeCell<Stage<F>>,
}

/// Makes a task of `future`: the reference for its first queue, and the handle that waits for its
/// output. Who runs the task first also adopts it: see [`Task::adopt`].
///
/// # Safety
///
/// If `F` or its output is not `Send`, the owner must run and shut down the task on this thread
/// only. If `F` is not `'static`, it must not outlive what it borrows.
pub(crate) unsafe fn spawn_cell<F: Future>(
    future: F,
    owner: OwnerRef,
    spawned_at: &'static Location<'static>,
) -> (Task, JoinHandle<F::Output>) {
    let cell = memory::allocate(Layout::new::<TaskCell<F>>()).cast::<TaskCell<F>>();
    let header = Header::new(TaskCell::<F>::METHODS, owner, spawned_at);
    // Field by field, so that a large future is moved once.
    // SAFETY: the memory is fresh and of this very layout.
    unsafe {
        (&raw mut (*cell.as_ptr()).header).write(header);
        (&raw mut (*cell.as_ptr()).stage).write(UnsafeCell::new(Stage::Future { future }));
    }
    let header = cell.cast::<Header>();
    // SAFETY: a new state counts three references: these two, and the one for `adopt`.
    unsafe { (Task::from_raw(header), JoinHandle::new(Task::from_raw(header))) }
}

impl<F: Future> TaskCell<F> {
    const METHODS: &'static Methods = &Methods {
        // SAFETY: callers pass a task of this type, whose stage they have claimed.
        cancel: |task| unsafe { Running::<F>::new(task) }.cancel(),
        // SAFETY: as above.
        poll: |task| unsafe { Running::<F>::new(task) }.poll(),
        take_output: Self::take_output,
        // SAFETY: callers pass a task of this type, whose stage is theirs.
        drop_output: |task| unsafe { Claim::<F>::new(task) }.discard(),
        free: Self::free,
    };

    /// Moves the output out; see [`Methods::take_output`].
    ///
    /// # Safety
    ///
    /// `task` must be of this type and complete, the caller its join handle, and `out` a place for
    /// a poll of the output.
    unsafe fn take_output(task: &Task, out: *mut ()) {
        // SAFETY: the task is complete, so the stage belongs to the join handle.
        let mut claim = unsafe { Claim::<F>::new(task) };
        let taken = claim.stage(|stage| stage.project_replace(Stage::Empty));
        let StageTaken::Output { output } = taken else {
            panic!("JoinHandle polled after completion: its output was taken by an earlier poll")
        };
        // SAFETY: the caller passes a place for a poll of this very output.
        unsafe { *out.cast::<Poll<Result<F::Output, JoinError>>>() = Poll::Ready(output) };
    }

    /// Frees the cell; see [`Methods::free`].
    ///
    /// # Safety
    ///
    /// `header` must be the front of a live cell of this type that nobody refers to any more.
    unsafe fn free(header: NonNull<Header>) {
        let cell = header.cast::<Self>();
        // SAFETY: the caller gave up the last reference, so nobody else reaches the cell. What
        // the stage may still hold is an error without foreign code, or nothing.
        unsafe {
            cell.drop_in_place();
            memory::free(cell.cast(), Layout::new::<Self>());
        }
    }
}

/// The right to the stage of a live cell.
struct Claim<'a, F: Future> {
    cell: &'a TaskCell<F>,
}

impl<'a, F: Future> Claim<'a, F> {
    /// # Safety
    ///
    /// `task` must be of this type, and its stage the caller's alone as long as this is in use.
    unsafe fn new(task: &'a Task) -> Self {
        // SAFETY: the reference keeps the cell alive, which begins with the header.
        Self { cell: unsafe { task.as_raw().cast().as_ref() } }
    }

    fn stage<R>(&mut self, step: impl FnOnce(Pin<&mut Stage<F>>) -> R) -> R {
        self.cell.stage.with_mut(|stage| {
            // SAFETY: the stage is the holder's alone, who lends it to one step at a time.
            let stage = unsafe { &mut *stage };
            // SAFETY: a cell never moves, and what is in its stage is dropped in place.
            step(unsafe { Pin::new_unchecked(stage) })
        })
    }

    /// Puts `new` into the stage and drops what was there in place, since it may be pinned.
    ///
    /// If that drop panics, `new` is in place all the same, as after every assignment.
    fn replace(&mut self, new: Stage<F>) {
        self.stage(|mut stage| stage.set(new));
    }

    /// Polls the future; stores the output if that was the end.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        /// Drops the future of a poll that panics, while the thread still unwinds.
        struct Unwound<'a, 'b, F: Future>(&'a mut Claim<'b, F>);
        impl<F: Future> Drop for Unwound<'_, '_, F> {
            fn drop(&mut self) {
                quietly(|| self.0.replace(Stage::Empty));
            }
        }
        let unwound = Unwound(self);
        let output = unwound.0.stage(|stage| match stage.project() {
            StageView::Future { future } => future.poll(cx),
            _ => unreachable!("a claimed task that is not complete has its future"),
        });
        std::mem::forget(unwound);
        output.map(|output| self.replace(Stage::Output { output: Ok(output) }))
    }

    /// Drops what the stage holds, in the name of the task.
    fn discard(&mut self) {
        if self.stage(|stage| matches!(*stage, Stage::Empty)) {
            return;
        }
        let entered = self.cell.header.id.enter();
        quietly(|| self.replace(Stage::Empty));
        drop(entered);
    }
}

/// A task whose stage the holder has claimed to run it, with one reference.
struct Running<F: Future> {
    task: Task,
    _future: PhantomData<F>,
}

impl<F: Future> Running<F> {
    /// # Safety
    ///
    /// `task` must be of this type, and its stage claimed by the caller, who passes the claim on.
    unsafe fn new(task: Task) -> Self {
        Self { task, _future: PhantomData }
    }

    fn claim(&mut self) -> Claim<'_, F> {
        // SAFETY: the stage is claimed, and its one runner is borrowed exclusively.
        unsafe { Claim::new(&self.task) }
    }

    /// Polls the future; see [`Methods::poll`].
    fn poll(mut self) -> bool {
        let front = self.task.header();
        let id = front.id;
        // Nobody else writes the count while the future is claimed.
        front.polls.set(front.polls.get().wrapping_add(1));
        let waker = waker::borrowed(front);
        let entered = id.enter();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            budget::limited(|| self.claim().advance(&mut Context::from_waker(&waker)))
        }));
        drop(entered);
        match polled {
            Ok(Poll::Pending) => match self.task.header().state.end_poll() {
                // The transition has given up the reference.
                End::Idle => std::mem::forget(self.task),
                End::Requeue => self.task.schedule(),
                End::Cancel => self.cancel(),
            },
            Ok(Poll::Ready(())) => self.complete(),
            Err(payload) => {
                self.fail(JoinError::panic(id, payload));
                return true;
            }
        }
        false
    }

    /// Drops the future, then completes; see [`Methods::cancel`].
    fn cancel(mut self) {
        let id = self.task.id();
        let entered = id.enter();
        let dropped = catch_unwind(AssertUnwindSafe(|| self.claim().replace(Stage::Empty)));
        drop(entered);
        let error = match dropped {
            Ok(()) => JoinError::cancelled(id),
            Err(payload) => JoinError::panic(id, payload),
        };
        self.fail(error);
    }

    /// Stores `error` in place of whatever the stage holds, and completes.
    fn fail(mut self, error: JoinError) {
        let entered = self.task.id().enter();
        quietly(|| self.claim().replace(Stage::Output { output: Err(error) }));
        drop(entered);
        self.complete();
    }

    /// Ends the task, whose outcome is stored, and gives up the runner's reference.
    fn complete(mut self) {
        let refs = 1 + usize::from(OwnerRef::release(&self.task));
        let mut completion = self.task.header().state.complete(refs, true);
        if matches!(completion, Completion::Unwanted) {
            // The join handle has left for good.
            self.claim().discard();
            completion = self.task.header().state.complete(refs, false);
        }
        let last = match completion {
            Completion::WakeJoiner(kept) => {
                let waker = kept.take();
                quietly(|| waker.wake());
                self.task.header().state.release(refs)
            }
            Completion::Free => true,
            Completion::Done => false,
            Completion::Unwanted => unreachable!("the output is gone"),
        };
        // This one is among the references that were given up.
        let header = self.task.into_raw();
        if last {
            // SAFETY: that was the last reference.
            unsafe { TaskCell::<F>::free(header) }
        }
    }
}
