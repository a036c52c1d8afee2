//! `SetOnce` beside its model.

use crate::asked::Asked;
use crate::property::{check, which};
use proptest::collection::vec;
use proptest::prelude::*;
use runtime::sync::{SetOnce, SetOnceError};
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    Wait,
    Poll(usize),
    Cancel(usize),
    Set(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Wait),
        12 => which().prop_map(Step::Poll),
        3 => which().prop_map(Step::Cancel),
        1 => any::<u32>().prop_map(Step::Set),
    ]
}

/// What is known without concurrency: the value, and who was polled before it came.
#[derive(Default)]
struct Model {
    value: Option<u32>,
    waiters: Vec<bool>,
}

/// Answers whether there was anything to do.
fn apply<'a>(
    step: Step,
    once: &'a SetOnce<u32>,
    model: &mut Model,
    asked: &mut Asked<'a, u32>,
) -> Option<()> {
    match step {
        Step::Wait => {
            asked.add(model.waiters.len(), async { *once.wait().await });
            model.waiters.push(false);
        }
        Step::Poll(which) => {
            let (id, got) = asked.poll(which)?;
            assert_eq!(got, model.value.map_or(Poll::Pending, Poll::Ready));
            model.waiters[id] = true;
        }
        Step::Cancel(which) => drop(asked.cancel(which)?),
        Step::Set(value) => {
            let expected = if model.value.is_some() { Err(SetOnceError(value)) } else { Ok(()) };
            assert_eq!(once.set(value), expected);
            model.value = model.value.or(Some(value));
        }
    }
    Some(())
}

#[test]
fn a_value_that_is_set_once_behaves_like_its_model() {
    // Few, since nothing is of interest once there is a value.
    check("set_once", vec(step(), 0..40), |steps| {
        let once = SetOnce::new();
        let mut model = Model::default();
        let mut asked = Asked::new();
        let compared = |step| {
            let done = apply(step, &once, &mut model, &mut asked);
            assert_eq!(once.get(), model.value.as_ref());
            asked.assert_wakes(|id| usize::from(model.value.is_some() && model.waiters[id]));
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
