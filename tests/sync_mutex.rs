//! Behaviour of `Mutex`.

mod support {
    pub mod probe;
}

use runtime::sync::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard, Semaphore,
    TryLockError,
};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, for_every_cut, panicking_waker, poll_and_drop, waker_fn};

#[test]
fn a_cancelled_lock_leaves_the_mutex_to_others() {
    for_every_cut(|polls| {
        let mutex = Mutex::new(0);
        let mut held = Some(mutex.try_lock().unwrap());
        let cut = poll_and_drop(mutex.lock(), polls, |_| drop(held.take()));
        let completed = cut.is_some();
        drop((cut, held));
        assert!(mutex.try_lock().is_ok(), "after {polls} polls");
        completed
    });
}

#[test]
fn a_cancelled_owned_lock_leaves_the_mutex_to_others() {
    for_every_cut(|polls| {
        let mutex = Arc::new(Mutex::new(0));
        let mut held = Some(mutex.clone().try_lock_owned().unwrap());
        let cut = poll_and_drop(mutex.clone().lock_owned(), polls, |_| drop(held.take()));
        let completed = cut.is_some();
        drop((cut, held));
        assert!(mutex.try_lock().is_ok(), "after {polls} polls");
        assert_eq!(Arc::strong_count(&mutex), 1);
        completed
    });
}

#[test]
fn one_who_is_cancelled_after_its_turn_came_passes_it_on() {
    let mutex = Mutex::new(0);
    let held = mutex.try_lock().unwrap();
    let [first, second] = [(); 2].map(|()| Probe::new());
    let mut gone = Box::pin(mutex.lock());
    let mut next = pin!(mutex.lock());
    assert!(first.poll(gone.as_mut()).is_pending());
    assert!(second.poll(next.as_mut()).is_pending());
    drop(held);
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
    drop(gone);
    assert_eq!(second.wakes(), 1);
    assert!(second.poll(next).is_ready());
}

#[test]
fn the_lock_goes_to_those_who_wait_in_their_order() {
    let mutex = Mutex::new(());
    let mut held = Some(mutex.try_lock().unwrap());
    let probes = [(); 5].map(|()| Probe::new());
    let mut waiting = [(); 5].map(|()| Box::pin(mutex.lock()));
    for (waiter, probe) in waiting.iter_mut().zip(&probes) {
        assert!(probe.poll(waiter.as_mut()).is_pending());
    }
    for turn in 0..5 {
        drop(held.take());
        assert!(mutex.try_lock().is_err(), "nobody overtakes");
        let woken: Vec<_> = probes.iter().map(Probe::wakes).collect();
        assert_eq!(woken, (0..5).map(|at| usize::from(at <= turn)).collect::<Vec<_>>());
        let Poll::Ready(guard) = probes[turn].poll(waiting[turn].as_mut()) else { panic!() };
        held = Some(guard);
    }
}

#[test]
fn a_panicking_holder_unlocks_and_poisons_nothing() {
    let mutex = Arc::new(Mutex::new(1));
    catch_unwind(AssertUnwindSafe(|| {
        let mut guard = mutex.try_lock().unwrap();
        *guard = 2;
        panic!("while it holds the lock");
    }))
    .unwrap_err();
    assert_eq!(*mutex.try_lock().unwrap(), 2);
}

#[test]
fn a_panicking_map_unlocks() {
    fn panics(_: &mut i32) -> &mut i32 {
        panic!("while it maps")
    }
    let mutex = Arc::new(Mutex::new(1));
    catch_unwind(AssertUnwindSafe(|| MutexGuard::map(mutex.try_lock().unwrap(), panics)))
        .map(drop)
        .unwrap_err();
    let owned = mutex.clone().try_lock_owned().unwrap();
    catch_unwind(AssertUnwindSafe(|| OwnedMutexGuard::map(owned, panics))).map(drop).unwrap_err();
    assert!(mutex.try_lock().is_ok());
    assert_eq!(Arc::strong_count(&mutex), 1);
}

#[test]
fn a_panicking_waker_loses_nobodys_turn() {
    let mutex = Mutex::new(());
    let held = mutex.try_lock().unwrap();
    let mut waiting = Box::pin(mutex.lock());
    let waker = panicking_waker();
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    catch_unwind(AssertUnwindSafe(|| drop(held))).unwrap_err();
    let Poll::Ready(guard) = Probe::new().poll(waiting.as_mut()) else { panic!("it is its turn") };
    drop(guard);
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn a_waker_may_use_the_mutex_when_woken_or_dropped() {
    let mutex = Arc::new(Mutex::new(0));
    let again = mutex.clone();
    let waker = waker_fn(move || drop(again.try_lock()));
    let held = mutex.try_lock().unwrap();
    let mut waiting = pin!(mutex.lock());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    let probe = Probe::new();
    assert!(probe.poll(waiting.as_mut()).is_pending());
    drop(held);
    assert!(probe.poll(waiting).is_ready());
}

#[test]
fn every_guard_holds_the_lock_until_it_goes_and_then_gives_it_up_once() {
    let mutex = Arc::new(Mutex::new((1, (2, 3))));
    let refused = || assert!(mutex.try_lock().is_err());
    let mapped: MappedMutexGuard<'_, (i32, i32)> =
        MutexGuard::map(mutex.try_lock().unwrap(), |pair| &mut pair.1);
    refused();
    let mapped = MappedMutexGuard::map(mapped, |pair| &mut pair.0);
    refused();
    let Err(mapped) = MappedMutexGuard::try_map(mapped, |_| None::<&mut i32>) else { panic!() };
    refused();
    drop(mapped);

    let owned = mutex.clone().try_lock_owned().unwrap();
    let Err(owned) = OwnedMutexGuard::try_map(owned, |_| None::<&mut i32>) else { panic!() };
    refused();
    let owned: OwnedMappedMutexGuard<_, (i32, i32)> =
        OwnedMutexGuard::map(owned, |pair| &mut pair.1);
    refused();
    let Ok(owned) = OwnedMappedMutexGuard::try_map(owned, |pair| Some(&mut pair.1)) else {
        panic!()
    };
    refused();
    drop(owned);
    assert!(mutex.try_lock().is_ok());
    assert_eq!(Arc::strong_count(&mutex), 1);
}

#[test]
fn an_owned_guard_may_be_the_last_owner() {
    let token = Arc::new(());
    let mutex = Arc::new(Mutex::new((token.clone(), 1)));
    let guard = OwnedMutexGuard::map(mutex.try_lock_owned().unwrap(), |pair| &mut pair.1);
    assert_eq!(Arc::strong_count(&token), 2);
    drop(guard);
    assert_eq!(Arc::strong_count(&token), 1);
}

#[test]
fn a_value_without_a_known_size_can_be_locked() {
    let mutex: Arc<Mutex<dyn Display + Send>> = Arc::new(Mutex::new("text"));
    assert_eq!(mutex.try_lock().unwrap().to_string(), "text");
    let numbers: Box<Mutex<[u8]>> = Box::new(Mutex::new([1, 2, 3]));
    let last = MutexGuard::map(numbers.try_lock().unwrap(), |numbers| &mut numbers[1..]);
    assert_eq!(*last, [2, 3]);
}

#[test]
fn debug_shows_the_value_unless_it_is_locked() {
    let mutex = Mutex::new("text");
    assert_eq!(format!("{mutex:?}"), r#"Mutex { data: "text" }"#);
    let guard = mutex.try_lock().unwrap();
    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
    assert_eq!(format!("{guard:?} {guard}"), r#""text" text"#);
    let guard = MutexGuard::map(guard, |text| text);
    assert_eq!(format!("{guard:?} {guard}"), r#""text" text"#);
}

#[test]
fn a_refusal_reads_as_one_of_a_call_that_would_block() {
    let mutex = Arc::new(Mutex::new(0));
    let _held = mutex.try_lock().unwrap();
    let error: TryLockError = mutex.clone().try_lock_owned().unwrap_err();
    assert_eq!(error.to_string(), "operation would block");
}

#[test]
fn default_and_from_make_unlocked_mutexes() {
    assert_eq!(Mutex::<u32>::default().into_inner(), 0);
    let mut mutex = Mutex::from(1);
    *mutex.get_mut() += 1;
    assert_eq!(*mutex.try_lock().unwrap(), 2);
}

#[runtime::test(flavor = "current_thread")]
async fn blocking_inside_a_runtime_is_refused() {
    let mutex = Arc::new(Mutex::new(0));
    catch_unwind(AssertUnwindSafe(|| drop(mutex.blocking_lock()))).unwrap_err();
    catch_unwind(AssertUnwindSafe(|| drop(mutex.clone().blocking_lock_owned()))).unwrap_err();
    assert!(mutex.try_lock().is_ok());
}

#[runtime::test(flavor = "current_thread")]
async fn a_lock_that_is_always_free_lets_others_run() {
    let mutex = Arc::new(Mutex::new(0));
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        *mutex.lock().await += 1;
    }
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        *mutex.clone().lock_owned().await += 1;
    }
}

#[runtime::test(flavor = "current_thread")]
async fn a_task_without_budget_keeps_its_place_and_loses_nothing_when_cancelled() {
    let (mutex, spare) = (Mutex::new(0), Semaphore::new(1));
    let [first, second] = [(); 2].map(|()| Probe::new());
    while first.poll(pin!(spare.acquire())).is_ready() {}
    let mut free = Box::pin(mutex.lock());
    assert!(first.poll(free.as_mut()).is_pending());
    assert_eq!(first.wakes(), 2, "woken at once, to go on with a new budget");
    assert!(mutex.try_lock().is_err(), "it has the lock");
    drop(free);
    let held = mutex.try_lock().unwrap();

    let (mut one, mut other) = (pin!(mutex.lock()), pin!(mutex.lock()));
    assert!(first.poll(one.as_mut()).is_pending());
    assert!(second.poll(other.as_mut()).is_pending());
    drop(held);
    assert_eq!((first.wakes(), second.wakes()), (3, 0));
}

#[test]
fn stress_threads_count_under_the_lock_without_a_miss() {
    let mutex = Arc::new(Mutex::new(0));
    let rounds = 2_000;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..rounds {
                    *mutex.blocking_lock() += 1;
                }
            });
        }
    });
    assert_eq!(*mutex.try_lock().unwrap(), 4 * rounds);
}
