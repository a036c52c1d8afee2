//! `JoinSet` beside its model.

use crate::probe::Probe;
use crate::property::{check, pick, steps, which};
use proptest::prelude::*;
use runtime::runtime::{Builder, Runtime};
use runtime::sync::oneshot;
use runtime::task::{AbortHandle, Id, JoinError, JoinSet, yield_now};
use std::collections::VecDeque;
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    Spawn,
    /// Lets a task end well, or panic.
    Finish(usize, bool),
    Abort(usize),
    TryNext,
    PollNext,
    AbortAll,
    DetachAll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => Just(Step::Spawn),
        10 => (which(), any::<bool>()).prop_map(|(which, well)| Step::Finish(which, well)),
        3 => which().prop_map(Step::Abort),
        6 => Just(Step::TryNext),
        10 => Just(Step::PollNext),
        1 => Just(Step::AbortAll),
        1 => Just(Step::DetachAll),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Well,
    Panic,
    Abort,
}

type Output = Result<(Id, usize), JoinError>;

/// A task that runs, and how to end it.
struct Task {
    tell: oneshot::Sender<bool>,
    abort: AbortHandle,
    /// It belongs to the set.
    member: bool,
}

/// The set beside what is known of it.
struct Bench {
    set: JoinSet<usize>,
    running: Vec<Task>,
    /// Those that have ended, together with whoever ended at the same time.
    ended: VecDeque<Vec<(Id, End)>>,
    probe: Probe,
    waits: bool,
    wakes: usize,
}

impl Bench {
    fn new() -> Self {
        Self {
            set: JoinSet::new(),
            running: Vec::new(),
            ended: VecDeque::new(),
            probe: Probe::new(),
            waits: false,
            wakes: 0,
        }
    }

    fn spawn(&mut self) {
        let (tell, told) = oneshot::channel();
        let abort = self.set.spawn(async {
            match told.await {
                Ok(true) => 1,
                // Without the hook, which would print it.
                _ => std::panic::resume_unwind(Box::new(2)),
            }
        });
        self.running.push(Task { tell, abort, member: true });
    }

    /// Notes that tasks of the set have ended at the same time.
    fn end(&mut self, ended: Vec<(Id, End)>) {
        if !ended.is_empty() {
            self.ended.push_back(ended);
            self.wakes += usize::from(std::mem::take(&mut self.waits));
        }
    }

    /// The output is that of a task whose turn it is.
    fn assert_next(&mut self, output: Output) {
        let ended = match output {
            Ok((id, _)) => (id, End::Well),
            Err(error) if error.is_panic() => (error.id(), End::Panic),
            Err(error) => (error.id(), End::Abort),
        };
        let group = self.ended.front_mut().expect("one has ended");
        let at = group.iter().position(|one| *one == ended).expect("it ended first, and so");
        group.swap_remove(at);
        if group.is_empty() {
            self.ended.pop_front();
        }
    }

    /// One task ends, and does so in a moment.
    fn end_one(&mut self, which: usize, how: End) -> Option<()> {
        let at = pick(which, self.running.len())?;
        let task = self.running.swap_remove(at);
        match how {
            End::Well => task.tell.send(true).expect("the task listens"),
            End::Panic => task.tell.send(false).expect("the task listens"),
            End::Abort => task.abort.abort(),
        }
        self.end(task.member.then_some((task.abort.id(), how)).into_iter().collect());
        Some(())
    }

    /// Answers whether there was anything to do.
    async fn step(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Spawn => self.spawn(),
            Step::Finish(which, true) => self.end_one(which, End::Well)?,
            Step::Finish(which, false) => self.end_one(which, End::Panic)?,
            Step::Abort(which) => self.end_one(which, End::Abort)?,
            Step::TryNext => match self.set.try_join_next_with_id() {
                Some(output) => self.assert_next(output),
                None => assert!(self.ended.is_empty()),
            },
            Step::PollNext => match self.probe.with(|cx| self.set.poll_join_next_with_id(cx)) {
                Poll::Ready(Some(output)) => self.assert_next(output),
                Poll::Ready(None) => assert_eq!(self.members(), 0),
                Poll::Pending => {
                    assert!(self.ended.is_empty() && self.members() > 0);
                    self.waits = true;
                }
            },
            Step::AbortAll => {
                self.set.abort_all();
                let members = self.running.extract_if(.., |task| task.member);
                let ended = members.map(|task| (task.abort.id(), End::Abort)).collect();
                self.end(ended);
            }
            Step::DetachAll => {
                self.set.detach_all();
                self.ended.clear();
                self.running.iter_mut().for_each(|task| task.member = false);
            }
        }
        // Whoever is to end has its turn.
        yield_now().await;
        yield_now().await;
        Some(())
    }

    fn members(&self) -> usize {
        let ended: usize = self.ended.iter().map(Vec::len).sum();
        ended + self.running.iter().filter(|task| task.member).count()
    }

    async fn run(mut self, steps: Vec<Step>) -> usize {
        let mut operations = 0;
        for step in steps {
            operations += usize::from(self.step(step).await.is_some());
            assert_eq!(self.set.len(), self.members());
            assert_eq!(self.probe.wakes(), self.wakes);
            assert!(self.running.iter().all(|task| !task.abort.is_finished()));
        }
        operations
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime can be made")
}

#[test]
fn a_join_set_behaves_like_its_model() {
    let runtime = runtime();
    check("join_set", steps(step()), |steps| runtime.block_on(Bench::new().run(steps)));
}
