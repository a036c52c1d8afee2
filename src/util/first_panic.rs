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
                // Dropping it is one more chance to panic, and somebody may still have to run.
                Some(_) => std::mem::forget(panic),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
