//! From a `Waker` to its task.

use super::header::{Header, Task};
use super::state::Wake;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

static METHODS: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// A waker that borrows its runner's reference.
#[inline]
pub(super) fn borrowed(header: &Header) -> ManuallyDrop<Waker> {
    let data = std::ptr::from_ref(header).cast();
    // SAFETY: the methods take the front of a live cell; the runner's reference keeps it alive
    // while this waker is borrowed, and it is never dropped.
    ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(data, &METHODS)) })
}

/// The task that the waker behind `data` holds a reference to, without taking it.
///
/// # Safety
///
/// `data` must be that of a live waker of this module.
unsafe fn task(data: *const ()) -> ManuallyDrop<Task> {
    let header = NonNull::new(data.cast_mut().cast::<Header>()).expect("a cell is not at null");
    // SAFETY: the waker has a reference, which `ManuallyDrop` leaves with it.
    ManuallyDrop::new(unsafe { Task::from_raw(header) })
}

/// Counts another waker.
///
/// # Safety
///
/// `data` must be that of a live waker of this module.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: called through the table with a live waker's data.
    unsafe { task(data) }.header().state.retain();
    RawWaker::new(data, &METHODS)
}

/// Wakes with the waker's own reference.
///
/// # Safety
///
/// `data` must be that of a waker that ends here of this module.
unsafe fn wake(data: *const ()) {
    // SAFETY: called through the table with the data of a waker that ends here.
    let task = unsafe { task(data) };
    match task.header().state.wake_by_value() {
        // The waker's reference now belongs to the queue.
        Wake::Schedule => ManuallyDrop::into_inner(task).schedule(),
        Wake::Nothing => {}
        // SAFETY: that was the last reference.
        Wake::Free => unsafe { (task.header().methods.free)(task.as_raw()) },
    }
}

/// Wakes, and leaves the waker its reference.
///
/// # Safety
///
/// `data` must be that of a live waker of this module.
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: called through the table with a live waker's data.
    let task = unsafe { task(data) };
    match task.header().state.wake_by_ref() {
        Wake::Schedule => task.schedule_counted(),
        Wake::Nothing | Wake::Free => {}
    }
}

/// Gives up the waker's reference.
///
/// # Safety
///
/// `data` must be that of a waker that ends here of this module.
unsafe fn drop(data: *const ()) {
    // SAFETY: called through the table with the data of a waker that ends here.
    std::mem::drop(ManuallyDrop::into_inner(unsafe { task(data) }));
}
