//! `Mutex` and `RwLock` beside their model.

use crate::asked::Asked;
use crate::permits::Permits;
use crate::property::{check, pick, steps, which};
use proptest::prelude::*;
use runtime::sync::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard, TryLockError,
};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    /// Asks for the lock, or for a share of it, with a future that owns it or not.
    Ask {
        shared: bool,
        owned: bool,
    },
    Try {
        shared: bool,
        owned: bool,
    },
    Poll(usize),
    Cancel(usize),
    Release(usize),
    Downgrade(usize),
    Map(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let flags = || (any::<bool>(), any::<bool>());
    prop_oneof![
        4 => flags().prop_map(|(shared, owned)| Step::Ask { shared, owned }),
        2 => flags().prop_map(|(shared, owned)| Step::Try { shared, owned }),
        8 => which().prop_map(Step::Poll),
        2 => which().prop_map(Step::Cancel),
        6 => which().prop_map(Step::Release),
        2 => which().prop_map(Step::Downgrade),
        1 => which().prop_map(Step::Map),
    ]
}

/// A lock that is held, in whole or in part.
trait Held<'a> {
    fn is_shared(&self) -> bool;
    fn value(&self) -> u32;
    /// Adds one, if the lock is held in whole.
    fn count(&mut self);
    fn map(self: Box<Self>) -> Guard<'a>;
    fn downgrade(self: Box<Self>) -> Guard<'a>;
}

type Guard<'a> = Box<dyn Held<'a> + 'a>;
type Asking<'a> = Pin<Box<dyn Future<Output = Guard<'a>> + 'a>>;

// A row says how a guard writes, how it is narrowed, and what it is downgraded to.
macro_rules! held {
    ($($guard:ty, $is_shared:literal: |$this:ident| $count:expr, $map:expr, $downgrade:expr;)*) => {$(
        impl<'a> Held<'a> for $guard {
            fn is_shared(&self) -> bool {
                $is_shared
            }

            fn value(&self) -> u32 {
                **self
            }

            fn count(&mut self) {
                let $this = self;
                $count
            }

            fn map(self: Box<Self>) -> Guard<'a> {
                let $this = *self;
                Box::new($map)
            }

            fn downgrade(self: Box<Self>) -> Guard<'a> {
                let $this = *self;
                Box::new($downgrade)
            }
        }
    )*};
}

held! {
    MutexGuard<'a, u32>, false: |g| **g += 1, MutexGuard::map(g, |v| v), g;
    MappedMutexGuard<'a, u32>, false: |g| **g += 1, MappedMutexGuard::map(g, |v| v), g;
    OwnedMutexGuard<u32>, false: |g| **g += 1, OwnedMutexGuard::map(g, |v| v), g;
    OwnedMappedMutexGuard<u32, u32>, false:
        |g| **g += 1, OwnedMappedMutexGuard::map(g, |v| v), g;
    RwLockReadGuard<'a, u32>, true: |g| _ = g, RwLockReadGuard::map(g, |v| v), g;
    OwnedRwLockReadGuard<u32>, true: |g| _ = g, OwnedRwLockReadGuard::map(g, |v| v), g;
    RwLockWriteGuard<'a, u32>, false:
        |g| **g += 1, RwLockWriteGuard::map(g, |v| v), g.downgrade();
    OwnedRwLockWriteGuard<u32>, false:
        |g| **g += 1, OwnedRwLockWriteGuard::map(g, |v| v),
        OwnedRwLockWriteGuard::downgrade_map(g, |v| v);
    RwLockMappedWriteGuard<'a, u32>, false: |g| **g += 1, RwLockMappedWriteGuard::map(g, |v| v), g;
    OwnedRwLockMappedWriteGuard<u32>, false:
        |g| **g += 1, OwnedRwLockMappedWriteGuard::map(g, |v| v), g;
}

/// Anything that can be locked for the test.
trait Lock {
    /// How many shares make the whole.
    fn shares(&self) -> usize;
    fn ask<'a>(self: &'a Arc<Self>, shared: bool, owned: bool) -> Asking<'a>;
    fn try_ask<'a>(
        self: &'a Arc<Self>,
        shared: bool,
        owned: bool,
    ) -> Result<Guard<'a>, TryLockError>;
}

fn boxed<'a>(guard: impl Held<'a> + 'a) -> Guard<'a> {
    Box::new(guard)
}

impl Lock for Mutex<u32> {
    fn shares(&self) -> usize {
        1
    }

    fn ask<'a>(self: &'a Arc<Self>, _: bool, owned: bool) -> Asking<'a> {
        match owned {
            true => Box::pin(async { boxed(self.clone().lock_owned().await) }),
            false => Box::pin(async { boxed(self.lock().await) }),
        }
    }

    fn try_ask<'a>(self: &'a Arc<Self>, _: bool, owned: bool) -> Result<Guard<'a>, TryLockError> {
        match owned {
            true => self.clone().try_lock_owned().map(boxed),
            false => self.try_lock().map(boxed),
        }
    }
}

/// A lock, and for how many readers it is.
struct Readers(Arc<RwLock<u32>>, u32);

impl Lock for Readers {
    fn shares(&self) -> usize {
        self.1 as usize
    }

    fn ask<'a>(self: &'a Arc<Self>, shared: bool, owned: bool) -> Asking<'a> {
        match (shared, owned) {
            (true, true) => Box::pin(async { boxed(self.0.clone().read_owned().await) }),
            (true, false) => Box::pin(async { boxed(self.0.read().await) }),
            (false, true) => Box::pin(async { boxed(self.0.clone().write_owned().await) }),
            (false, false) => Box::pin(async { boxed(self.0.write().await) }),
        }
    }

    fn try_ask<'a>(
        self: &'a Arc<Self>,
        shared: bool,
        owned: bool,
    ) -> Result<Guard<'a>, TryLockError> {
        match (shared, owned) {
            (true, true) => self.0.clone().try_read_owned().map(boxed),
            (true, false) => self.0.try_read().map(boxed),
            (false, true) => self.0.clone().try_write_owned().map(boxed),
            (false, false) => self.0.try_write().map(boxed),
        }
    }
}

/// A lock beside its model, whose permits are shares.
struct Bench<'a, L> {
    lock: &'a Arc<L>,
    model: Permits,
    value: u32,
    asked: Asked<'a, Guard<'a>>,
    held: Vec<Guard<'a>>,
}

impl<'a, L: Lock> Bench<'a, L> {
    fn new(lock: &'a Arc<L>) -> Self {
        let model = Permits::new(lock.shares());
        Self { lock, model, value: 0, asked: Asked::new(), held: Vec::new() }
    }

    fn need(&self, shared: bool) -> usize {
        if shared { 1 } else { self.lock.shares() }
    }

    /// Keeps what was got, after a look at the value.
    fn hold(&mut self, mut guard: Guard<'a>) {
        assert_eq!(guard.value(), self.value);
        guard.count();
        self.value += u32::from(!guard.is_shared());
        self.held.push(guard);
    }

    fn take_held(&mut self, which: usize) -> Option<Guard<'a>> {
        pick(which, self.held.len()).map(|at| self.held.swap_remove(at))
    }

    /// Answers whether there was anything to do.
    fn step(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Ask { shared, owned } => {
                let id = self.model.ask(self.need(shared));
                self.asked.add(id, self.lock.ask(shared, owned));
            }
            Step::Try { shared, owned } => {
                let got = self.lock.try_ask(shared, owned);
                assert_eq!(got.is_ok(), self.model.try_take(self.need(shared)).is_ok());
                got.into_iter().for_each(|guard| self.hold(guard));
            }
            Step::Poll(which) => {
                let (id, got) = self.asked.poll(which)?;
                assert_eq!(got.is_ready(), self.model.poll(id).is_ready());
                if let Poll::Ready(guard) = got {
                    self.hold(guard);
                }
            }
            Step::Cancel(which) => {
                let id = self.asked.cancel(which)?;
                self.model.cancel(id);
            }
            Step::Release(which) => {
                let shared = self.take_held(which)?.is_shared();
                self.model.give(self.need(shared));
            }
            Step::Downgrade(which) => {
                let guard = self.take_held(which)?;
                let before = self.need(guard.is_shared());
                let guard = guard.downgrade();
                self.model.give(before - self.need(guard.is_shared()));
                self.held.push(guard);
            }
            Step::Map(which) => {
                let guard = self.take_held(which)?.map();
                assert_eq!(guard.value(), self.value);
                self.held.push(guard);
            }
        }
        Some(())
    }

    fn run(mut self, steps: Vec<Step>) -> usize {
        let compared = |step| {
            let done = self.step(step);
            self.asked.assert_wakes(|id| self.model.wakes(id));
            done
        };
        let operations = steps.into_iter().filter_map(compared).count();
        self.held.clear();
        self.asked.clear();
        assert!(self.lock.try_ask(false, false).is_ok(), "everything came back");
        operations
    }
}

fn check_lock<L: Lock>(name: &str, lock: impl Fn() -> L) {
    check(name, steps(step()), |steps| {
        let lock = Arc::new(lock());
        Bench::new(&lock).run(steps)
    });
}

#[test]
fn a_mutex_behaves_like_its_model() {
    check_lock("mutex", || Mutex::new(0));
}

#[test]
fn a_rwlock_behaves_like_its_model() {
    for max_readers in [1, 3, u32::MAX >> 3] {
        let name = format!("rwlock_for_{max_readers}");
        let lock = || Readers(Arc::new(RwLock::with_max_readers(0, max_readers)), max_readers);
        check_lock(&name, lock);
    }
}
