//! Wakers made of an `Arc`, borrowed without touching its count.

use crate::shim::Arc;
use std::mem::ManuallyDrop;
use std::task::{RawWaker, RawWakerVTable, Waker};

/// What a waker made of an `Arc<Self>` does.
pub(crate) trait ArcWake: Send + Sync + 'static {
    /// Wakes, without giving up a count.
    fn wake(this: &Arc<Self>);
}

/// A waker that borrows the count of `arc`; clones of it count for themselves.
pub(crate) fn borrowed<W: ArcWake>(arc: &Arc<W>) -> ManuallyDrop<Waker> {
    let data = Arc::as_ptr(arc).cast();
    // SAFETY: the methods of `Erased<W>` take the pointer of a live `Arc<W>`, which the borrow
    // keeps alive; the waker is never dropped, so its missing count is never given up.
    ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(data, &Erased::<W>::METHODS)) })
}

struct Erased<W>(W);

impl<W: ArcWake> Erased<W> {
    const METHODS: RawWakerVTable = RawWakerVTable::new(
        |data| {
            // SAFETY: called with a live waker's data; the clone's count is its own.
            let arc = unsafe { Self::arc(data) };
            std::mem::forget(Arc::clone(&arc));
            RawWaker::new(data, &Self::METHODS)
        },
        // SAFETY: called with the data of a waker that ends here, count and all.
        |data| W::wake(&ManuallyDrop::into_inner(unsafe { Self::arc(data) })),
        // SAFETY: called with a live waker's data.
        |data| W::wake(&*unsafe { Self::arc(data) }),
        // SAFETY: called with the data of a waker that ends here, count and all.
        |data| drop(ManuallyDrop::into_inner(unsafe { Self::arc(data) })),
    );

    /// The `Arc` behind a waker, without its count.
    ///
    /// # Safety
    ///
    /// `data` must be that of a live waker of this type.
    unsafe fn arc(data: *const ()) -> ManuallyDrop<Arc<W>> {
        // SAFETY: passed on to the caller.
        ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<W>()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shim::atomic::{AtomicUsize, Ordering};

    struct Count(AtomicUsize);

    impl ArcWake for Count {
        fn wake(this: &Arc<Self>) {
            // Relaxed: the test is one thread.
            this.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn counts_and_wakes() {
        let arc = Arc::new(Count(AtomicUsize::new(0)));
        let waker = borrowed(&arc);
        assert_eq!(Arc::strong_count(&arc), 1, "a borrowed waker has no count");
        let clone = Waker::clone(&waker);
        assert_eq!(Arc::strong_count(&arc), 2);
        assert!(clone.will_wake(&waker));
        clone.wake_by_ref();
        clone.wake();
        // Relaxed: the test is one thread.
        assert_eq!((Arc::strong_count(&arc), arc.0.load(Ordering::Relaxed)), (1, 2));
    }
}
