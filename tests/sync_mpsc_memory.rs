//! How much memory a channel takes, and that it gives it back.

use runtime::sync::mpsc;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what each thread has allocated.
struct Counting;

thread_local! {
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.set(BYTES.get() + layout.size() as isize);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        // SAFETY: passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn an_idle_channel_is_small() {
    let before = BYTES.get();
    let unbounded = mpsc::unbounded_channel::<[u64; 100]>();
    assert!(BYTES.get() - before <= 200, "{} bytes", BYTES.get() - before);
    drop(unbounded);
    let bounded = mpsc::channel::<[u64; 100]>(1_000_000);
    assert!(BYTES.get() - before <= 200, "{} bytes", BYTES.get() - before);
    drop(bounded);
    assert_eq!(BYTES.get(), before);
}

#[test]
fn a_burst_is_given_back_when_it_is_received() {
    let before = BYTES.get();
    let (tx, mut rx) = mpsc::unbounded_channel();
    for round in 0..3 {
        (0..10_000_u64).for_each(|i| tx.send(i + round).unwrap());
        assert!(BYTES.get() - before >= 80_000);
        while rx.try_recv().is_ok() {}
        assert!(BYTES.get() - before <= 1_000, "{} bytes", BYTES.get() - before);
    }
    drop((tx, rx));
    assert_eq!(BYTES.get(), before);
}

#[test]
fn a_steady_flow_allocates_nothing() {
    let (tx, mut rx) = mpsc::channel(8);
    let turn = |rx: &mut mpsc::Receiver<u64>| {
        (0..8).for_each(|i| tx.try_send(i).unwrap());
        (0..8).for_each(|i| assert_eq!(rx.try_recv(), Ok(i)));
    };
    (0..10).for_each(|_| turn(&mut rx));
    let before = BYTES.get();
    (0..100).for_each(|_| {
        turn(&mut rx);
        assert_eq!(BYTES.get(), before);
    });
}
