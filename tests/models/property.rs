//! Runs a case with random input until enough operations were compared.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;

/// How many operations of each property a plain `cargo test` compares.
const SHORT_RUN: usize = 2_000;

/// Runs `case` with random input until as many operations as wanted were carried out.
///
/// A case compares after each operation, and answers how many there were: steps that found nothing
/// to do are none.
pub fn check<S: Strategy>(name: &str, input: S, case: impl Fn(S::Value) -> usize) {
    let wanted = std::env::var("PROPERTY_OPERATIONS").map_or(SHORT_RUN, |text| {
        text.parse().expect("PROPERTY_OPERATIONS is a number of operations")
    });
    let done = Cell::new(0);
    let counted = |input| {
        done.set(done.get() + case(input));
        Ok(())
    };
    // What fails is printed; it becomes a test with a name, not a line in a file.
    let config = ProptestConfig {
        cases: 16,
        max_shrink_iters: 10_000,
        failure_persistence: None,
        ..Default::default()
    };
    while done.get() < wanted {
        if let Err(failure) = TestRunner::new(config.clone()).run(&input, counted) {
            panic!("{name}: {failure}");
        }
    }
    println!("PROPERTY {name} operations={}", done.get());
}

/// Some steps of one kind.
pub fn steps<S: Strategy>(step: S) -> impl Strategy<Value = Vec<S::Value>> {
    vec(step, 0..100)
}

/// Which one a step means; small, so that a failure is short.
pub fn which() -> std::ops::Range<usize> {
    0..12
}

/// Which of `len` things a step means, if there is any.
pub fn pick(which: usize, len: usize) -> Option<usize> {
    which.checked_rem(len)
}
