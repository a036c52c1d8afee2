//! Models of the clock's concurrent claims, explored in every interleaving.

use super::anchor::Tick;
use super::frozen::Frozen;
use crate::shim::atomic::{AtomicU64, AtomicUsize, Ordering};
use crate::shim::{Arc, thread};

/// A clock that may be stopped, over a system's clock that moves at every reading.
struct Model {
    frozen: Frozen,
    system: AtomicU64,
}

impl Model {
    fn new() -> Arc<Self> {
        // A count for this execution alone: statics outlive it.
        let shifted = Box::leak(Box::new(AtomicUsize::new(0)));
        let model = Self { frozen: Frozen::new(shifted), system: AtomicU64::new(1) };
        // The shim makes an atomic at its first use, which has to come before all others.
        model.now();
        Arc::new(model)
    }

    /// Acquire and release: what a core did before it read the clock is done for whoever reads a
    /// later time, which is what the hardware's counter and the fence in `pause` give.
    fn real(&self) -> u64 {
        self.system.fetch_add(1, Ordering::AcqRel)
    }

    fn now(&self) -> u64 {
        self.frozen.now(|| self.real())
    }

    fn pause(&self) {
        assert!(self.frozen.pause(|| self.real()));
    }

    fn resume(&self) {
        assert!(self.frozen.resume(|| self.real()));
    }
}

/// Reads the clock twice on another thread while `act` runs on this one.
fn readings_during(model: &Arc<Model>, act: impl FnOnce(&Model)) -> (u64, u64) {
    let reader = thread::spawn({
        let model = model.clone();
        move || (model.now(), model.now())
    });
    act(model);
    reader.join().unwrap()
}

#[test]
fn tick_never_goes_back_with_two_refreshers() {
    loom::model(|| {
        let tick = Arc::new(Tick::new());
        assert_eq!(tick.get(), 0);
        let refreshers = [[2, 3], [1, 4]].map(|times| {
            let tick = tick.clone();
            thread::spawn(move || {
                let seen = times.map(|time| tick.raise(time));
                assert!(seen[0] >= times[0] && seen[1] >= times[1] && seen[1] >= seen[0]);
            })
        });
        let (first, second) = (tick.get(), tick.get());
        assert!(first <= second, "the tick went back from {first} to {second}");
        for refresher in refreshers {
            refresher.join().unwrap();
        }
        assert_eq!(tick.get(), 4);
    });
}

#[test]
fn a_pause_does_not_turn_time_back_for_a_reader() {
    loom::model(|| {
        let model = Model::new();
        let (first, second) = readings_during(&model, Model::pause);
        assert!(first <= second, "time went back from {first} to {second}");
        assert!(second <= model.now(), "stopped before what a reader saw");
    });
}

#[test]
fn advances_add_up_and_are_seen_whole() {
    // So large that a torn number would be neither.
    const STEPS: [u64; 2] = [u32::MAX as u64 + 2, 1 << 40];

    loom::model(|| {
        let model = Model::new();
        model.pause();
        let start = model.now();
        let other = thread::spawn({
            let model = model.clone();
            move || assert!(model.frozen.advance(STEPS[0]))
        });
        assert!(model.frozen.advance(STEPS[1]));
        let seen = model.now() - start;
        assert!(seen == STEPS[1] || seen == STEPS[0] + STEPS[1], "{seen}");
        other.join().unwrap();
        assert_eq!(model.now() - start, STEPS[0] + STEPS[1]);
    });
}

#[test]
fn time_resumes_from_where_it_stopped_for_every_reader() {
    loom::model(|| {
        let model = Model::new();
        let (first, second) = readings_during(&model, |model| {
            model.pause();
            let stopped = model.now();
            model.resume();
            assert!(model.now() >= stopped);
        });
        assert!(first <= second, "time went back from {first} to {second}");
        assert!(second <= model.now());
    });
}
