//! `OnceCell` beside its model, with makers that fail.

use crate::asked::Asked;
use crate::property::{check, which};
use proptest::prelude::*;
use runtime::sync::{OnceCell, SetError};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

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
    askers: Vec<Asker>,
}

#[derive(Clone, Copy)]
struct Asker {
    stage: Stage,
    fails: bool,
    /// Has waited for its turn.
    queued: bool,
}

impl Model {
    fn ask(&mut self, fails: bool) -> usize {
        self.askers.push(Asker { stage: Stage::Fresh, fails, queued: false });
        self.askers.len() - 1
    }

    fn poll(&mut self, id: usize) -> Poll<Result<usize, ()>> {
        let asker = &mut self.askers[id];
        match (asker.stage, self.value) {
            (Stage::Fresh | Stage::Queued, Some(value)) => {
                asker.stage = Stage::Over;
                return Poll::Ready(Ok(value));
            }
            (Stage::Fresh, None) if self.maker.is_some() => {
                self.queue.push_back(id);
                asker.queued = true;
                asker.stage = Stage::Queued;
            }
            (Stage::Fresh | Stage::Turn, None) => {
                self.maker = Some(id);
                asker.stage = Stage::Making;
            }
            (Stage::Making, None) => {
                asker.stage = Stage::Over;
                if asker.fails {
                    self.pass_on();
                    return Poll::Ready(Err(()));
                }
                self.value = Some(id);
                return Poll::Ready(Ok(id));
            }
            (Stage::Queued, None) => {}
            (stage, value) => panic!("{stage:?} with {value:?}"),
        }
        Poll::Pending
    }

    fn pass_on(&mut self) {
        self.maker = self.queue.pop_front();
        if let Some(next) = self.maker {
            self.askers[next].stage = Stage::Turn;
        }
    }

    fn cancel(&mut self, id: usize) {
        let stage = std::mem::replace(&mut self.askers[id].stage, Stage::Over);
        self.queue.retain(|queued| *queued != id);
        if matches!(stage, Stage::Turn | Stage::Making) {
            self.pass_on();
        }
    }

    /// How often somebody who has not completed was woken: when it was its turn, or by the value.
    fn wakes(&self, id: usize) -> usize {
        match self.askers[id] {
            Asker { stage: Stage::Queued, .. } => usize::from(self.value.is_some()),
            Asker { queued, .. } => usize::from(queued),
        }
    }
}

async fn make(id: usize, fails: bool) -> Result<usize, ()> {
    let mut polls = 0;
    poll_fn(|_| {
        polls += 1;
        if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if fails { Err(()) } else { Ok(id) }
}

const SET: usize = 1_000;

fn run(steps: Vec<Step>) -> usize {
    let cell = OnceCell::new();
    let mut model = Model::default();
    let mut asked = Asked::new();
    let compared = |step| {
        let done = apply(step, &cell, &mut model, &mut asked);
        assert_eq!(cell.get(), model.value.as_ref());
        asked.assert_wakes(|id| model.wakes(id));
        done
    };
    steps.into_iter().filter_map(compared).count()
}

/// Answers whether there was anything to do.
fn apply<'a>(
    step: Step,
    cell: &'a OnceCell<usize>,
    model: &mut Model,
    asked: &mut Asked<'a, Result<&'a usize, ()>>,
) -> Option<()> {
    match step {
        Step::Ask { fails } => {
            let id = model.ask(fails);
            asked.add(id, cell.get_or_try_init(move || make(id, fails)));
        }
        Step::Poll(which) => {
            let (id, got) = asked.poll(which)?;
            assert_eq!(got.map(|result| result.copied()), model.poll(id));
        }
        Step::Cancel(which) => model.cancel(asked.cancel(which)?),
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
    Some(())
}

#[test]
fn a_cell_behaves_like_its_model() {
    let step = prop_oneof![
        6 => any::<bool>().prop_map(|fails| Step::Ask { fails }),
        16 => which().prop_map(Step::Poll),
        4 => which().prop_map(Step::Cancel),
        1 => Just(Step::Set),
    ];
    // Few, since nothing is of interest once there is a value.
    check("once_cell", proptest::collection::vec(step, 0..40), run);
}
