//! `Mutex` and `RwLock` against a sequential model, with random steps and cancellations.
//!
//! `PROPTEST_CASES` sets the number of cases, say to a million.

mod support {
    pub mod probe;
}

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use runtime::sync::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard, TryLockError,
};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use support::probe::Probe;

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

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let flags = || (any::<bool>(), any::<bool>());
    let step = prop_oneof![
        4 => flags().prop_map(|(shared, owned)| Step::Ask { shared, owned }),
        2 => flags().prop_map(|(shared, owned)| Step::Try { shared, owned }),
        8 => (0..8_usize).prop_map(Step::Poll),
        2 => (0..8_usize).prop_map(Step::Cancel),
        6 => (0..4_usize).prop_map(Step::Release),
        2 => (0..4_usize).prop_map(Step::Downgrade),
        1 => (0..4_usize).prop_map(Step::Map),
    ];
    proptest::collection::vec(step, 0..50)
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

/// What a lock does, without concurrency.
struct Model {
    shares: usize,
    free: usize,
    queue: VecDeque<usize>,
    value: u32,
    waiters: Vec<Waiter>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    Queued,
    Served,
    Over,
}

struct Waiter {
    need: usize,
    stage: Stage,
}

impl Model {
    fn new(shares: usize) -> Self {
        Self { shares, free: shares, queue: VecDeque::new(), value: 0, waiters: Vec::new() }
    }

    fn need(&self, shared: bool) -> usize {
        if shared { 1 } else { self.shares }
    }

    fn try_take(&mut self, need: usize) -> bool {
        let takes = self.queue.is_empty() && self.free >= need;
        self.free -= if takes { need } else { 0 };
        takes
    }

    fn give(&mut self, count: usize) {
        self.free += count;
        while let Some(&first) = self.queue.front() {
            let waiter = &mut self.waiters[first];
            if waiter.need > self.free {
                return;
            }
            self.free -= waiter.need;
            waiter.stage = Stage::Served;
            self.queue.pop_front();
        }
    }

    /// Whether the poll gets the lock.
    fn poll(&mut self, id: usize) -> bool {
        let gets = match self.waiters[id].stage {
            Stage::Fresh => self.try_take(self.waiters[id].need),
            stage => stage == Stage::Served,
        };
        if gets {
            self.waiters[id].stage = Stage::Over;
        } else if self.waiters[id].stage == Stage::Fresh {
            self.waiters[id].stage = Stage::Queued;
            self.queue.push_back(id);
        }
        gets
    }

    fn cancel(&mut self, id: usize) {
        let stage = std::mem::replace(&mut self.waiters[id].stage, Stage::Over);
        self.queue.retain(|queued| *queued != id);
        self.give(if stage == Stage::Served { self.waiters[id].need } else { 0 });
    }
}

/// A lock beside its model.
struct Pair<'a, L> {
    lock: &'a Arc<L>,
    model: Model,
    asking: Vec<Option<Asking<'a>>>,
    probes: Vec<Probe>,
    held: Vec<Guard<'a>>,
}

impl<'a, L: Lock> Pair<'a, L> {
    fn new(lock: &'a Arc<L>) -> Self {
        let model = Model::new(lock.shares());
        Self { lock, model, asking: Vec::new(), probes: Vec::new(), held: Vec::new() }
    }

    /// Keeps what was got, after a look at the value.
    fn hold(&mut self, mut guard: Guard<'a>) {
        assert_eq!(guard.value(), self.model.value);
        guard.count();
        self.model.value += u32::from(!guard.is_shared());
        self.held.push(guard);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Ask { shared, owned } => {
                self.asking.push(Some(self.lock.ask(shared, owned)));
                self.probes.push(Probe::new());
                let need = self.model.need(shared);
                self.model.waiters.push(Waiter { need, stage: Stage::Fresh });
            }
            Step::Try { shared, owned } => {
                let got = self.lock.try_ask(shared, owned);
                assert_eq!(got.is_ok(), self.model.try_take(self.model.need(shared)));
                got.into_iter().for_each(|guard| self.hold(guard));
            }
            Step::Poll(id) => {
                let Some(Some(asking)) = self.asking.get_mut(id) else { return };
                let got = self.probes[id].poll(asking.as_mut());
                assert_eq!(got.is_ready(), self.model.poll(id));
                if let Poll::Ready(guard) = got {
                    self.asking[id] = None;
                    self.hold(guard);
                }
            }
            Step::Cancel(id) => {
                if self.asking.get_mut(id).is_some_and(|asking| asking.take().is_some()) {
                    self.model.cancel(id);
                }
            }
            Step::Release(at) if at < self.held.len() => {
                let shared = self.held.remove(at).is_shared();
                self.model.give(self.model.need(shared));
            }
            Step::Downgrade(at) if at < self.held.len() => {
                let guard = self.held.remove(at);
                let was_shared = guard.is_shared();
                let guard = guard.downgrade();
                let given = guard.is_shared() && !was_shared;
                self.held.push(guard);
                self.model.give(if given { self.model.shares - 1 } else { 0 });
            }
            Step::Map(at) if at < self.held.len() => {
                let guard = self.held.remove(at).map();
                assert_eq!(guard.value(), self.model.value);
                self.held.push(guard);
            }
            Step::Release(_) | Step::Downgrade(_) | Step::Map(_) => {}
        }
    }

    /// Whoever was served was woken, once, and nobody else was.
    fn assert_wakes(&self) {
        for (waiter, probe) in self.model.waiters.iter().zip(&self.probes) {
            match waiter.stage {
                Stage::Fresh | Stage::Queued => assert_eq!(probe.wakes(), 0),
                Stage::Served => assert_eq!(probe.wakes(), 1),
                Stage::Over => {}
            }
        }
    }

    fn run(mut self, steps: Vec<Step>) {
        for step in steps {
            self.step(step);
            self.assert_wakes();
        }
        self.held.clear();
        self.asking.clear();
        assert!(self.lock.try_ask(false, false).is_ok(), "everything came back");
    }
}

fn check<L: Lock>(name: &str, lock: impl Fn() -> L) {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    println!("{name}: {} cases", config.cases);
    let case = |steps| {
        let lock = Arc::new(lock());
        Pair::new(&lock).run(steps);
        Ok(())
    };
    TestRunner::new(config).run(&steps(), case).unwrap();
}

#[test]
fn a_mutex_behaves_like_its_model() {
    check("a mutex", || Mutex::new(0));
}

#[test]
fn a_rwlock_behaves_like_its_model() {
    for max_readers in [1, 3, u32::MAX >> 3] {
        let name = format!("a lock for {max_readers} readers");
        check(&name, || Readers(Arc::new(RwLock::with_max_readers(0, max_readers)), max_readers));
    }
}
