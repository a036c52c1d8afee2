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
use std::alloc::Layout;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// What the back of the cell holds.
enum Stage<F: Future> {
    Future(F),
    Output(Result<F::Output, JoinError>),
    Empty,
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
        (&raw mut (*cell.as_ptr()).stage).write(UnsafeCell::new(Stage::Future(future)));
    }
    let header = cell.cast::<Header>();
    // SAFETY: a new state counts three references: these two, and the one for `adopt`.
    unsafe { (Task::from_raw(header), JoinHandle::from_raw(header)) }
}

impl<F: Future> TaskCell<F> {
    const METHODS: &'static Methods = &Methods {
        cancel: Self::cancel,
        poll: Self::poll,
        take_output: Self::take_output,
        drop_output: Self::drop_output,
        free: Self::free,
    };

    /// Puts `new` into the stage and drops what was there in place, since it may be pinned.
    ///
    /// If that drop panics, `new` is in place all the same.
    ///
    /// # Safety
    ///
    /// The caller must have claimed the stage.
    unsafe fn replace(&self, new: Stage<F>) {
        struct Fill<F: Future>(*mut Stage<F>, Option<Stage<F>>);
        impl<F: Future> Drop for Fill<F> {
            fn drop(&mut self) {
                if let Some(new) = self.1.take() {
                    // SAFETY: the old value was dropped, wholly or as far as it goes.
                    unsafe { self.0.write(new) };
                }
            }
        }
        self.stage.with_mut(|stage| {
            let _fill = Fill(stage, Some(new));
            // SAFETY: the stage is the caller's, and `Fill` overwrites what is dropped here.
            unsafe { stage.drop_in_place() };
        });
    }

    /// Polls the future; stores the output if that was the end.
    ///
    /// # Safety
    ///
    /// The caller must have claimed the stage, which holds the future.
    unsafe fn advance(&self, cx: &mut Context<'_>) -> Poll<()> {
        /// Drops the future of a poll that panics, while the thread still unwinds.
        struct Unwound<'a, F: Future>(&'a TaskCell<F>);
        impl<F: Future> Drop for Unwound<'_, F> {
            fn drop(&mut self) {
                // SAFETY: the stage is the caller's, and the poll is over.
                quietly(|| unsafe { self.0.replace(Stage::Empty) });
            }
        }
        let unwound = Unwound(self);
        let output = self.stage.with_mut(|stage| {
            // SAFETY: the stage is the caller's; nobody else can reach it.
            let Stage::Future(future) = (unsafe { &mut *stage }) else {
                unreachable!("a claimed task that is not complete has its future")
            };
            // SAFETY: a cell never moves, and `replace` drops the future in place.
            unsafe { Pin::new_unchecked(future) }.poll(cx)
        });
        std::mem::forget(unwound);
        output.map(|output| {
            // SAFETY: as above.
            unsafe { self.replace(Stage::Output(Ok(output))) }
        })
    }

    /// Polls the future; see [`Methods::poll`].
    ///
    /// # Safety
    ///
    /// `header` must be the front of a live cell of this type, its future claimed, and one
    /// reference to it the callee's to give up.
    unsafe fn poll(header: NonNull<Header>) -> bool {
        // SAFETY: the caller passes a live cell of this type.
        let cell = unsafe { header.cast::<Self>().as_ref() };
        let front = &cell.header;
        // Nobody else writes the count while the future is claimed.
        front.polls.set(front.polls.get().wrapping_add(1));
        let waker = waker::borrowed(front);
        let entered = front.id.enter();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            budget::limited(|| {
                // SAFETY: the caller has claimed the future.
                unsafe { cell.advance(&mut Context::from_waker(&waker)) }
            })
        }));
        drop(entered);
        match polled {
            Ok(Poll::Pending) => match front.state.end_poll() {
                End::Idle => {}
                // SAFETY: the reference that came in goes back to the queue.
                End::Requeue => unsafe { Task::from_raw(header) }.schedule(),
                // SAFETY: the future is still claimed, and the reference goes along.
                End::Cancel => unsafe { Self::cancel(header) },
            },
            // SAFETY: the output is stored, and the reference goes along.
            Ok(Poll::Ready(())) => unsafe { Self::complete(header) },
            // SAFETY: the future is still claimed, and the reference goes along.
            Err(payload) => unsafe {
                Self::fail(header, JoinError::panic(front.id, payload));
                return true;
            },
        }
        false
    }

    /// Drops the future, then completes; see [`Methods::cancel`].
    ///
    /// # Safety
    ///
    /// As for `poll`.
    unsafe fn cancel(header: NonNull<Header>) {
        // SAFETY: the caller passes a live cell of this type.
        let cell = unsafe { header.cast::<Self>().as_ref() };
        let id = cell.header.id;
        let entered = id.enter();
        // SAFETY: the caller has claimed the future.
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { cell.replace(Stage::Empty) }));
        drop(entered);
        let error = match dropped {
            Ok(()) => JoinError::cancelled(id),
            Err(payload) => JoinError::panic(id, payload),
        };
        // SAFETY: as above; the reference goes along.
        unsafe { Self::fail(header, error) }
    }

    /// Stores `error` in place of whatever the stage holds, and completes.
    ///
    /// # Safety
    ///
    /// As for `poll`.
    unsafe fn fail(header: NonNull<Header>, error: JoinError) {
        // SAFETY: the caller passes a live cell of this type.
        let cell = unsafe { header.cast::<Self>().as_ref() };
        let entered = cell.header.id.enter();
        // SAFETY: the caller has claimed the stage.
        quietly(|| unsafe { cell.replace(Stage::Output(Err(error))) });
        drop(entered);
        // SAFETY: the outcome is stored, and the reference goes along.
        unsafe { Self::complete(header) }
    }

    /// Ends the task, whose outcome is stored, and gives up the runner's reference.
    ///
    /// # Safety
    ///
    /// As for `poll`.
    unsafe fn complete(header: NonNull<Header>) {
        // SAFETY: the caller passes a live cell and one reference to it.
        let task = unsafe { Task::from_raw(header) };
        let front = task.header();
        let refs = 1 + usize::from(front.owner.release(&task));
        let header = task.into_raw();
        // SAFETY: the references counted in `refs` keep the cell alive until they are given up.
        let front = unsafe { header.as_ref() };
        let mut completion = front.state.complete(refs, true);
        if completion == Completion::Unwanted {
            // SAFETY: still claimed, and the join handle has left for good.
            unsafe { Self::drop_output(header) };
            completion = front.state.complete(refs, false);
        }
        let last = match completion {
            Completion::WakeJoiner => {
                // SAFETY: the bit said that a waker is there, and completion made it ours.
                let waker = front.join_waker.with(|slot| unsafe { (*slot).assume_init_read() });
                quietly(|| waker.wake());
                front.state.release(refs)
            }
            Completion::Free => true,
            Completion::Done => false,
            Completion::Unwanted => unreachable!("the output is gone"),
        };
        if last {
            // SAFETY: that was the last reference.
            unsafe { Self::free(header) }
        }
    }

    /// Moves the output out; see [`Methods::take_output`].
    ///
    /// # Safety
    ///
    /// `header` must be the front of a live cell of this type that is complete, the caller the
    /// join handle, and `out` a place for a poll of the output.
    unsafe fn take_output(header: NonNull<Header>, out: *mut ()) {
        // SAFETY: the caller passes a live cell of this type.
        let cell = unsafe { header.cast::<Self>().as_ref() };
        // SAFETY: the task is complete, so the stage belongs to the join handle.
        let stage = cell.stage.with_mut(|stage| unsafe { stage.replace(Stage::Empty) });
        let Stage::Output(output) = stage else {
            panic!("JoinHandle polled after completion: its output was taken by an earlier poll")
        };
        // SAFETY: the caller passes a place for a poll of this very output.
        unsafe { *out.cast::<Poll<Result<F::Output, JoinError>>>() = Poll::Ready(output) };
    }

    /// Drops what the stage holds; see [`Methods::drop_output`].
    ///
    /// # Safety
    ///
    /// `header` must be the front of a live cell of this type, whose stage is the caller's.
    unsafe fn drop_output(header: NonNull<Header>) {
        // SAFETY: the caller passes a live cell of this type.
        let cell = unsafe { header.cast::<Self>().as_ref() };
        // SAFETY: the stage is the caller's.
        if cell.stage.with(|stage| matches!(unsafe { &*stage }, Stage::Empty)) {
            return;
        }
        let entered = cell.header.id.enter();
        // SAFETY: the caller has the right to the stage.
        quietly(|| unsafe { cell.replace(Stage::Empty) });
        drop(entered);
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
