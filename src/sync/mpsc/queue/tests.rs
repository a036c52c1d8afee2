//! The list against a model, then with as much concurrency as threads give.

use super::{Head, Queue};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;

/// In each of these tests only one thread uses the head.
fn head<T>(queue: &Queue<T>) -> Head<'_, T> {
    // SAFETY: see above.
    unsafe { queue.head() }
}

#[derive(Clone, Debug)]
enum Step {
    Push(usize),
    Pop(usize),
    Len,
    Await,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..40_usize).prop_map(Step::Push),
        12 => (0..40_usize).prop_map(Step::Pop),
        6 => Just(Step::Len),
        3 => Just(Step::Await),
        1 => Just(Step::Close),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_its_model(steps in proptest::collection::vec(step(), 0..40)) {
        let queue = Queue::new();
        let (mut model, mut next) = (VecDeque::new(), 0..);
        let (mut closed, mut awaited) = (false, false);
        for step in steps {
            match step {
                Step::Push(count) => for value in next.by_ref().take(count) {
                    let value = Arc::new(value);
                    let pushed = queue.push(value.clone());
                    prop_assert_eq!(pushed.is_err(), closed);
                    if let Ok(wake) = pushed {
                        prop_assert_eq!(wake, std::mem::take(&mut awaited));
                        model.push_back(value);
                    }
                }
                Step::Pop(count) => for _ in 0..count {
                    prop_assert_eq!(head(&queue).pop(), model.pop_front());
                }
                Step::Len => {}
                Step::Await => {
                    prop_assert_eq!(head(&queue).await_next(), model.is_empty());
                    awaited |= model.is_empty();
                }
                Step::Close => { head(&queue).close(); closed = true; }
            }
            if !matches!(step, Step::Pop(_)) {
                prop_assert_eq!(head(&queue).len(), model.len());
            }
            prop_assert_eq!(head(&queue).is_empty(), model.is_empty());
        }
        drop(queue);
        prop_assert!(model.iter().all(|value| Arc::strong_count(value) == 1), "nothing leaks");
    }
}

#[test]
fn threads_lose_nothing_and_keep_their_own_order() {
    const EACH: usize = 20_000;
    let queue = Queue::new();
    std::thread::scope(|scope| {
        for sender in 0..3 {
            let queue = &queue;
            scope.spawn(move || (0..EACH).for_each(|i| assert!(queue.push((sender, i)).is_ok())));
        }
        let mut next = [0; 3];
        while next != [EACH; 3] {
            let length = head(&queue).len();
            assert!(length <= 3 * EACH);
            while let Some((sender, i)) = head(&queue).pop() {
                assert_eq!(i, next[sender]);
                next[sender] += 1;
            }
            std::thread::yield_now();
        }
    });
    assert!(head(&queue).is_empty());
}
