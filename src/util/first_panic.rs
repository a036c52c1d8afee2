//! Goes on after a panic, to pass it on in the end.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The first panic of several pieces of foreign code that must all run.
#[derive(Default)]
#[must_use = "the panic has to be passed on"]
pub(crate) struct FirstPanic(Option<Box<dyn Any + Send>>);

impl FirstPanic {
    pub(crate) fn new() -> Self {
        Self(None)
    }

    /// Runs `f`; if it panics, that is kept for later.
    pub(crate) fn run(&mut self, f: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(f)) {
            match self.0 {
                None => self.0 = Some(panic),
                Some(_) => discard(panic),
            }
        }
    }

    /// Panics as the first one did that panicked.
    pub(crate) fn resume(self) {
        if let Some(panic) = self.0 {
            resume_unwind(panic);
        }
    }
}

/// Drops what a panic carried, which is one more chance to panic, with something else to be dropped.
pub(super) fn discard(mut panic: Box<dyn Any + Send>) {
    for _ in 0..8 {
        match catch_unwind(AssertUnwindSafe(|| drop(panic))) {
            Ok(()) => return,
            Err(worse) => panic = worse,
        }
    }
    // Its like may go on for ever, so the memory is given up.
    std::mem::forget(panic);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn all_run_and_the_first_panic_goes_on() {
        let mut ran = Vec::new();
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let mut panics = FirstPanic::new();
            for at in 0..4 {
                panics.run(|| {
                    ran.push(at);
                    if at % 2 == 1 {
                        std::panic::panic_any(at);
                    }
                });
            }
            panics.resume();
        }))
        .unwrap_err();
        assert_eq!((ran, panic.downcast_ref()), (vec![0, 1, 2, 3], Some(&1)));
        FirstPanic::new().resume();
    }

    #[test]
    fn a_later_panic_is_dropped_and_may_panic_once_more() {
        struct Carried(&'static AtomicUsize);
        impl Drop for Carried {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
                panic!("in the destructor of a panic");
            }
        }
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        let mut ran = 0;
        let mut panics = FirstPanic::new();
        panics.run(|| panic!("first"));
        panics.run(|| std::panic::panic_any(Carried(&DROPPED)));
        panics.run(|| ran += 1);
        assert_eq!((ran, DROPPED.load(Ordering::Relaxed)), (1, 1));
        let panic = catch_unwind(AssertUnwindSafe(|| panics.resume())).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"first"));
    }
}
