//! `Semaphore` beside its model.

use crate::asked::Asked;
use crate::permits::{Permits, Refusal};
use crate::property::{check, pick, steps, which};
use proptest::prelude::*;
use runtime::sync::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};
use std::sync::Arc;
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    /// Makes a future, whose permit owns its share of the semaphore or not.
    Acquire(u32, bool),
    TryAcquire(u32, bool),
    Poll(usize),
    Cancel(usize),
    Release(usize),
    ForgetHeld(usize),
    Split(usize, usize),
    Merge(usize),
    Add(usize),
    Forget(usize),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let count = 0..4_u32;
    let small = 0..3_usize;
    prop_oneof![
        8 => (count.clone(), any::<bool>()).prop_map(|(count, owned)| Step::Acquire(count, owned)),
        4 => (count, any::<bool>()).prop_map(|(count, owned)| Step::TryAcquire(count, owned)),
        16 => which().prop_map(Step::Poll),
        4 => which().prop_map(Step::Cancel),
        12 => which().prop_map(Step::Release),
        1 => which().prop_map(Step::ForgetHeld),
        2 => (which(), small.clone()).prop_map(|(which, count)| Step::Split(which, count)),
        2 => which().prop_map(Step::Merge),
        4 => small.clone().prop_map(Step::Add),
        2 => small.prop_map(Step::Forget),
        1 => Just(Step::Close),
    ]
}

/// A permit of either kind.
enum Held<'a> {
    Borrowed(SemaphorePermit<'a>),
    Owned(OwnedSemaphorePermit),
}

impl Held<'_> {
    fn count(&self) -> usize {
        match self {
            Self::Borrowed(permit) => permit.num_permits(),
            Self::Owned(permit) => permit.num_permits(),
        }
    }

    fn forget(self) {
        match self {
            Self::Borrowed(permit) => permit.forget(),
            Self::Owned(permit) => permit.forget(),
        }
    }

    fn split(&mut self, count: usize) -> Option<Self> {
        match self {
            Self::Borrowed(permit) => permit.split(count).map(Self::Borrowed),
            Self::Owned(permit) => permit.split(count).map(Self::Owned),
        }
    }

    /// Takes up the other one, or gives it back if it is of the other kind.
    fn merge(&mut self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Borrowed(permit), Self::Borrowed(other)) => permit.merge(other),
            (Self::Owned(permit), Self::Owned(other)) => permit.merge(other),
            (_, other) => return Some(other),
        }
        None
    }
}

struct Bench<'a> {
    semaphore: &'a Arc<Semaphore>,
    model: Permits,
    asked: Asked<'a, Result<Held<'a>, AcquireError>>,
    held: Vec<Held<'a>>,
}

impl<'a> Bench<'a> {
    fn try_acquire(&self, count: u32, owned: bool) -> Result<Held<'a>, TryAcquireError> {
        match owned {
            true => self.semaphore.clone().try_acquire_many_owned(count).map(Held::Owned),
            false => self.semaphore.try_acquire_many(count).map(Held::Borrowed),
        }
    }

    fn acquire(&mut self, count: u32, owned: bool) {
        let id = self.model.ask(count as usize);
        let semaphore = self.semaphore;
        self.asked.add(id, async move {
            Ok(match owned {
                true => Held::Owned(semaphore.clone().acquire_many_owned(count).await?),
                false => Held::Borrowed(semaphore.acquire_many(count).await?),
            })
        });
    }

    fn take_held(&mut self, which: usize) -> Option<Held<'a>> {
        pick(which, self.held.len()).map(|at| self.held.swap_remove(at))
    }

    /// Answers whether there was anything to do.
    fn step(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Acquire(count, owned) => self.acquire(count, owned),
            Step::TryAcquire(count, owned) => {
                let got = self.try_acquire(count, owned);
                let expected =
                    self.model.try_take(count as usize).map_err(|refusal| match refusal {
                        Refusal::TooFew => TryAcquireError::NoPermits,
                        Refusal::Closed => TryAcquireError::Closed,
                    });
                assert_eq!(got.as_ref().err(), expected.as_ref().err());
                self.held.extend(got);
            }
            Step::Poll(which) => {
                let (id, got) = self.asked.poll(which)?;
                let expected = self.model.poll(id);
                assert_eq!(got.is_ready(), expected.is_ready());
                if let Poll::Ready(got) = got {
                    assert_eq!(Poll::Ready(got.is_ok()), expected);
                    self.held.extend(got);
                }
            }
            Step::Cancel(which) => {
                let id = self.asked.cancel(which)?;
                self.model.cancel(id);
            }
            Step::Release(which) => {
                let permit = self.take_held(which)?;
                self.model.give(permit.count());
            }
            Step::ForgetHeld(which) => self.take_held(which)?.forget(),
            Step::Split(which, count) => {
                let at = pick(which, self.held.len())?;
                let before = self.held[at].count();
                let part = self.held[at].split(count);
                let expected = (count <= before).then_some(count);
                assert_eq!(part.as_ref().map(Held::count), expected);
                assert_eq!(self.held[at].count(), before - expected.unwrap_or(0));
                self.held.extend(part);
            }
            Step::Merge(which) => {
                let at = pick(which, self.held.len().saturating_sub(1))?;
                let other = self.held.pop()?;
                let count = other.count();
                let before = self.held[at].count();
                let back = self.held[at].merge(other);
                let merged = if back.is_some() { 0 } else { count };
                assert_eq!(self.held[at].count(), before + merged);
                self.held.extend(back);
            }
            Step::Add(count) => {
                self.semaphore.add_permits(count);
                self.model.give(count);
            }
            Step::Forget(count) => {
                let forgotten = count.min(self.model.free);
                self.model.free -= forgotten;
                assert_eq!(self.semaphore.forget_permits(count), forgotten);
            }
            Step::Close => {
                self.semaphore.close();
                self.model.close();
            }
        }
        Some(())
    }

    fn run(mut self, steps: Vec<Step>) -> usize {
        let compared = |step| {
            let done = self.step(step);
            assert_eq!(self.semaphore.available_permits(), self.model.free);
            assert_eq!(self.semaphore.is_closed(), self.model.closed);
            self.asked.assert_wakes(|id| self.model.wakes(id));
            done
        };
        steps.into_iter().filter_map(compared).count()
    }
}

#[test]
fn a_semaphore_behaves_like_its_model() {
    check("semaphore", (0..4_usize, steps(step())), |(free, steps)| {
        let semaphore = Arc::new(Semaphore::new(free));
        let model = Permits::new(free);
        let bench = Bench { semaphore: &semaphore, model, asked: Asked::new(), held: Vec::new() };
        bench.run(steps)
    });
}
