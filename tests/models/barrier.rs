//! `Barrier` beside its model.

use crate::asked::Asked;
use crate::property::{check, steps, which};
use proptest::prelude::*;
use runtime::sync::Barrier;
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    Come,
    Poll(usize),
    Cancel(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Come),
        6 => which().prop_map(Step::Poll),
        1 => which().prop_map(Step::Cancel),
    ]
}

/// What a barrier does, without concurrency.
struct Model {
    size: usize,
    /// How many of this round were polled, whether or not they still wait.
    here: usize,
    round: usize,
    /// The round that each belongs to, once it was polled.
    waiters: Vec<Option<usize>>,
}

impl Model {
    /// Whether it leads, once all are there.
    fn poll(&mut self, id: usize) -> Poll<bool> {
        if let Some(round) = self.waiters[id] {
            return if round < self.round { Poll::Ready(false) } else { Poll::Pending };
        }
        self.waiters[id] = Some(self.round);
        self.here += 1;
        if self.here < self.size {
            return Poll::Pending;
        }
        self.here = 0;
        self.round += 1;
        Poll::Ready(true)
    }

    fn wakes(&self, id: usize) -> usize {
        usize::from(self.waiters[id].is_some_and(|round| round < self.round))
    }
}

/// Answers whether there was anything to do.
fn apply<'a>(
    step: Step,
    barrier: &'a Barrier,
    model: &mut Model,
    asked: &mut Asked<'a, bool>,
) -> Option<()> {
    match step {
        Step::Come => {
            asked.add(model.waiters.len(), async { barrier.wait().await.is_leader() });
            model.waiters.push(None);
        }
        Step::Poll(which) => {
            let (id, got) = asked.poll(which)?;
            assert_eq!(got, model.poll(id));
        }
        Step::Cancel(which) => drop(asked.cancel(which)?),
    }
    Some(())
}

#[test]
fn a_barrier_behaves_like_its_model() {
    check("barrier", (0..5_usize, steps(step())), |(size, steps)| {
        let barrier = Barrier::new(size);
        let mut model = Model { size, here: 0, round: 0, waiters: Vec::new() };
        let mut asked = Asked::new();
        let compared = |step| {
            let done = apply(step, &barrier, &mut model, &mut asked);
            asked.assert_wakes(|id| model.wakes(id));
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
