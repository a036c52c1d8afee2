//! `OnceCell` against a sequential model, with random steps, failures and cancellations.
//!
//! `PROPTEST_CASES` sets the number of cases, say to a million.

mod support {
    pub mod probe;
}

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use runtime::sync::{OnceCell, SetError};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use support::probe::Probe;

#[derive(Clone, Debug)]
enum Step {
    /// Asks for the value, with a function that takes two polls.
    Ask {
        fails: bool,
    },
    Poll(usize),
    Cancel(usize),
    Set,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Fresh,
    Queued,
    /// Has the right to make the value, and does not know.
    Turn,
    Making,
    Over,
}

/// What a cell does, without concurrency; callers are their numbers.
#[derive(Default)]
struct Model {
    value: Option<usize>,
    maker: Option<usize>,
    queue: VecDeque<usize>,
    askers: Vec<(Stage, bool)>,
}

impl Model {
    fn poll(&mut self, id: usize) -> Poll<Result<usize, ()>> {
        let (stage, fails) = self.askers[id];
        let next = match (stage, self.value) {
            (Stage::Fresh | Stage::Queued, Some(value)) => {
                self.askers[id].0 = Stage::Over;
                return Poll::Ready(Ok(value));
            }
            (Stage::Fresh, None) if self.maker.is_some() => {
                self.queue.push_back(id);
                Stage::Queued
            }
            (Stage::Fresh | Stage::Turn, None) => {
                self.maker = Some(id);
                Stage::Making
            }
            (Stage::Making, None) => {
                self.askers[id].0 = Stage::Over;
                if fails {
                    self.pass_on();
                    return Poll::Ready(Err(()));
                }
                self.value = Some(id);
                return Poll::Ready(Ok(id));
            }
            (stage, _) => stage,
        };
        self.askers[id].0 = next;
        Poll::Pending
    }

    fn pass_on(&mut self) {
        self.maker = self.queue.pop_front();
        if let Some(next) = self.maker {
            self.askers[next].0 = Stage::Turn;
        }
    }

    fn cancel(&mut self, id: usize) {
        let stage = std::mem::replace(&mut self.askers[id].0, Stage::Over);
        self.queue.retain(|queued| *queued != id);
        if matches!(stage, Stage::Turn | Stage::Making) {
            self.pass_on();
        }
    }
}

type Asking<'a> = Pin<Box<dyn Future<Output = Result<&'a usize, ()>> + 'a>>;

async fn make(id: usize, fails: bool) -> Result<usize, ()> {
    let mut polls = 0;
    poll_fn(|_| {
        polls += 1;
        if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if fails { Err(()) } else { Ok(id) }
}

fn run(steps: Vec<Step>) {
    const SET: usize = 1_000;
    let cell = OnceCell::new();
    let mut model = Model::default();
    let mut asking: Vec<Option<Asking<'_>>> = Vec::new();
    let mut probes: Vec<Probe> = Vec::new();
    for step in steps {
        match step {
            Step::Ask { fails } => {
                let id = asking.len();
                asking.push(Some(Box::pin(cell.get_or_try_init(move || make(id, fails)))));
                probes.push(Probe::new());
                model.askers.push((Stage::Fresh, fails));
            }
            Step::Poll(id) => {
                let Some(Some(future)) = asking.get_mut(id) else { continue };
                let got = probes[id].poll(future.as_mut());
                assert_eq!(got.map(|result| result.copied()), model.poll(id));
                if model.askers[id].0 == Stage::Over {
                    asking[id] = None;
                }
            }
            Step::Cancel(id) => {
                if asking.get_mut(id).is_some_and(|future| future.take().is_some()) {
                    model.cancel(id);
                }
            }
            Step::Set => {
                let expected = match (model.value, model.maker) {
                    (Some(_), _) => Err(SetError::AlreadyInitializedError(SET)),
                    (None, Some(_)) => Err(SetError::InitializingError(SET)),
                    (None, None) => Ok(()),
                };
                model.value = model.value.or(expected.is_ok().then_some(SET));
                assert_eq!(cell.set(SET), expected);
            }
        }
        assert_eq!(cell.get(), model.value.as_ref());
        for ((stage, _), probe) in model.askers.iter().zip(&probes) {
            let is_called =
                *stage == Stage::Turn || *stage == Stage::Queued && model.value.is_some();
            match stage {
                Stage::Over | Stage::Making => {}
                _ => assert_eq!(probe.wakes(), usize::from(is_called)),
            }
        }
    }
}

#[test]
fn a_cell_behaves_like_its_model() {
    let step = prop_oneof![
        3 => any::<bool>().prop_map(|fails| Step::Ask { fails }),
        8 => (0..6_usize).prop_map(Step::Poll),
        2 => (0..6_usize).prop_map(Step::Cancel),
        1 => Just(Step::Set),
    ];
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    println!("a cell: {} cases", config.cases);
    let case = |steps| {
        run(steps);
        Ok(())
    };
    TestRunner::new(config).run(&proptest::collection::vec(step, 0..40), case).unwrap();
}
