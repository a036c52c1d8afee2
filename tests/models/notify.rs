//! `Notify` beside its model.

use crate::probe::Probe;
use crate::property::{check, pick, steps, which};
use proptest::prelude::*;
use runtime::sync::Notify;
use runtime::sync::futures::{Notified, OwnedNotified};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

#[derive(Clone, Debug)]
enum Step {
    /// Makes a future that owns its share or not.
    Make(bool),
    Poll(usize),
    Enable(usize),
    Cancel(usize),
    One,
    Last,
    Waiters,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any::<bool>().prop_map(Step::Make),
        5 => which().prop_map(Step::Poll),
        1 => which().prop_map(Step::Enable),
        2 => which().prop_map(Step::Cancel),
        3 => Just(Step::One),
        2 => Just(Step::Last),
        1 => Just(Step::Waiters),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Fresh,
    Queued,
    ByOne,
    ByLast,
    ByAll,
    Over,
}

/// What a `Notify` does, without concurrency.
#[derive(Default)]
struct Model {
    permit: bool,
    waiters: Vec<Waiter>,
    queue: VecDeque<usize>,
}

#[derive(Clone, Copy)]
struct Waiter {
    stage: Stage,
    /// Has been polled while it waited, so that there is somebody to wake.
    listens: bool,
    wakes: usize,
}

impl Model {
    fn make(&mut self) -> usize {
        self.waiters.push(Waiter { stage: Stage::Fresh, listens: false, wakes: 0 });
        self.waiters.len() - 1
    }

    fn call(&mut self, id: usize, by: Stage) {
        let waiter = &mut self.waiters[id];
        waiter.stage = by;
        waiter.wakes += usize::from(waiter.listens);
    }

    fn notify(&mut self, by: Stage) {
        let next = if by == Stage::ByLast { self.queue.pop_back() } else { self.queue.pop_front() };
        match next {
            Some(id) => self.call(id, by),
            None => self.permit = true,
        }
    }

    fn notify_waiters(&mut self) {
        self.queue.clear();
        for id in 0..self.waiters.len() {
            if matches!(self.waiters[id].stage, Stage::Fresh | Stage::Queued) {
                self.call(id, Stage::ByAll);
            }
        }
    }

    /// Whether it is notified.
    fn poll(&mut self, id: usize, listens: bool) -> bool {
        let waiter = &mut self.waiters[id];
        match waiter.stage {
            Stage::Fresh if self.permit => self.permit = false,
            Stage::Fresh | Stage::Queued => {
                if waiter.stage == Stage::Fresh {
                    self.queue.push_back(id);
                }
                waiter.stage = Stage::Queued;
                waiter.listens |= listens;
                return false;
            }
            _ => {}
        }
        waiter.stage = Stage::Over;
        true
    }

    fn cancel(&mut self, id: usize) {
        self.queue.retain(|queued| *queued != id);
        let stage = std::mem::replace(&mut self.waiters[id].stage, Stage::Over);
        if matches!(stage, Stage::ByOne | Stage::ByLast) {
            self.notify(stage);
        }
    }
}

enum Future<'a> {
    Borrowed(Pin<Box<Notified<'a>>>),
    Owned(Pin<Box<OwnedNotified>>),
}

impl Future<'_> {
    fn poll(&mut self, probe: &Probe) -> bool {
        match self {
            Self::Borrowed(future) => probe.poll(future.as_mut()).is_ready(),
            Self::Owned(future) => probe.poll(future.as_mut()).is_ready(),
        }
    }

    fn enable(&mut self) -> bool {
        match self {
            Self::Borrowed(future) => future.as_mut().enable(),
            Self::Owned(future) => future.as_mut().enable(),
        }
    }
}

struct Bench<'a> {
    notify: &'a Arc<Notify>,
    model: Model,
    waiting: Vec<(usize, Future<'a>, Probe)>,
}

impl Bench<'_> {
    /// Answers whether there was anything to do.
    fn step(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Make(owned) => {
                let future = match owned {
                    true => Future::Owned(Box::pin(self.notify.clone().notified_owned())),
                    false => Future::Borrowed(Box::pin(self.notify.notified())),
                };
                self.waiting.push((self.model.make(), future, Probe::new()));
            }
            Step::Poll(which) => {
                let at = pick(which, self.waiting.len())?;
                let (id, future, probe) = &mut self.waiting[at];
                let notified = future.poll(probe);
                assert_eq!(notified, self.model.poll(*id, true));
                if notified {
                    drop(self.waiting.remove(at));
                }
            }
            Step::Enable(which) => {
                let at = pick(which, self.waiting.len())?;
                let (id, future, _) = &mut self.waiting[at];
                assert_eq!(future.enable(), self.model.poll(*id, false));
            }
            Step::Cancel(which) => {
                let at = pick(which, self.waiting.len())?;
                let (id, ..) = self.waiting.remove(at);
                self.model.cancel(id);
            }
            Step::One => {
                self.notify.notify_one();
                self.model.notify(Stage::ByOne);
            }
            Step::Last => {
                self.notify.notify_last();
                self.model.notify(Stage::ByLast);
            }
            Step::Waiters => {
                self.notify.notify_waiters();
                self.model.notify_waiters();
            }
        }
        Some(())
    }
}

#[test]
fn a_notify_behaves_like_its_model() {
    check("notify", steps(step()), |steps| {
        let notify = Arc::new(Notify::new());
        let mut bench = Bench { notify: &notify, model: Model::default(), waiting: Vec::new() };
        let compared = |step| {
            let done = bench.step(step);
            for (id, _, probe) in &bench.waiting {
                assert_eq!(probe.wakes(), bench.model.waiters[*id].wakes);
            }
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
