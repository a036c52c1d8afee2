//! Behaviour of `RwLock`.

mod support {
    pub mod probe;
}

use runtime::sync::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, for_every_cut, panicking_waker, poll_and_drop};

#[test]
fn a_cancelled_writer_leaves_the_lock_to_others() {
    for_every_cut(|polls| {
        let lock = RwLock::new(0);
        let mut held = vec![lock.try_read().unwrap(), lock.try_read().unwrap()];
        let cut = poll_and_drop(lock.write(), polls, |_| drop(held.pop()));
        let completed = cut.is_some();
        drop((cut, held));
        assert!(lock.try_write().is_ok(), "after {polls} polls");
        completed
    });
}

#[test]
fn a_cancelled_reader_leaves_the_lock_to_others() {
    for_every_cut(|polls| {
        let lock = RwLock::new(0);
        let mut held = Some(lock.try_write().unwrap());
        let cut = poll_and_drop(lock.read(), polls, |_| drop(held.take()));
        let completed = cut.is_some();
        drop((cut, held));
        assert!(lock.try_write().is_ok(), "after {polls} polls");
        completed
    });
}

#[test]
fn a_writer_that_gives_up_lets_the_readers_behind_it_go_on() {
    let lock = RwLock::new(0);
    let reader = lock.try_read().unwrap();
    let probes = [(); 3].map(|()| Probe::new());
    let mut writer = Box::pin(lock.write());
    assert!(probes[0].poll(writer.as_mut()).is_pending());
    assert!(lock.try_read().is_err(), "a reader does not overtake");
    let mut readers = [(); 2].map(|()| Box::pin(lock.read()));
    for (waiting, probe) in readers.iter_mut().zip(&probes[1..]) {
        assert!(probe.poll(waiting.as_mut()).is_pending());
    }
    drop(writer);
    assert_eq!(probes.each_ref().map(Probe::wakes), [0, 1, 1]);
    for (waiting, probe) in readers.iter_mut().zip(&probes[1..]) {
        assert!(probe.poll(waiting.as_mut()).is_ready());
    }
    drop(reader);
}

#[test]
fn the_end_of_a_writer_lets_in_all_readers_before_the_next_one() {
    let lock = RwLock::new(0);
    let held = lock.try_write().unwrap();
    let probes = [(); 4].map(|()| Probe::new());
    let mut readers = [(); 3].map(|()| Box::pin(lock.read()));
    for at in 0..2 {
        assert!(probes[at].poll(readers[at].as_mut()).is_pending());
    }
    let mut writer = pin!(lock.write());
    assert!(probes[2].poll(writer.as_mut()).is_pending());
    assert!(probes[3].poll(readers[2].as_mut()).is_pending());
    drop(held);
    assert_eq!(probes.each_ref().map(Probe::wakes), [1, 1, 0, 0]);
    drop(readers);
    let Poll::Ready(mut guard) = probes[2].poll(writer) else { panic!("nobody else waits") };
    *guard = 1;
}

#[test]
fn a_downgrade_lets_readers_in_and_no_writer() {
    let lock = RwLock::new(0);
    let mut held = lock.try_write().unwrap();
    *held = 1;
    let [first, second] = [(); 2].map(|()| Probe::new());
    let mut reader = pin!(lock.read());
    let mut writer = pin!(lock.write());
    assert!(first.poll(reader.as_mut()).is_pending());
    assert!(second.poll(writer.as_mut()).is_pending());
    let held = held.downgrade();
    let Poll::Ready(guard) = first.poll(reader) else { panic!("readers share") };
    assert_eq!((*guard, *held, second.wakes()), (1, 1, 0));
    drop(guard);
    assert_eq!(second.wakes(), 0, "the one that was a writer still reads");
    drop(held);
    assert!(second.poll(writer).is_ready());
}

#[test]
fn a_panicking_waker_of_a_downgrade_leaves_the_lock_free() {
    let lock = RwLock::new(0);
    let held = lock.try_write().unwrap();
    let mut reader = Box::pin(lock.read());
    let waker = panicking_waker();
    assert!(reader.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    catch_unwind(AssertUnwindSafe(|| held.downgrade())).map(drop).unwrap_err();
    drop(reader);
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_panicking_holder_unlocks_and_poisons_nothing() {
    let lock = RwLock::new(1);
    catch_unwind(AssertUnwindSafe(|| {
        *lock.try_write().unwrap() = 2;
        let _guard = lock.try_write().unwrap();
        panic!("while it holds the lock");
    }))
    .unwrap_err();
    assert_eq!(*lock.try_write().unwrap(), 2);
}

#[test]
fn a_panicking_map_unlocks() {
    fn panics(_: &i32) -> &i32 {
        panic!("while it maps")
    }
    fn panics_mut(_: &mut i32) -> &mut i32 {
        panic!("while it maps")
    }
    let lock = Arc::new(RwLock::new(1));
    let failed = |map: &dyn Fn()| catch_unwind(AssertUnwindSafe(map)).unwrap_err();
    let read = || lock.try_read().unwrap();
    let write = || lock.try_write().unwrap();
    let read_owned = || lock.clone().try_read_owned().unwrap();
    let write_owned = || lock.clone().try_write_owned().unwrap();
    failed(&|| drop(RwLockReadGuard::map(read(), panics)));
    failed(&|| drop(RwLockWriteGuard::map(write(), panics_mut)));
    failed(&|| drop(RwLockWriteGuard::downgrade_map(write(), panics)));
    failed(&|| drop(OwnedRwLockReadGuard::map(read_owned(), panics)));
    failed(&|| drop(OwnedRwLockWriteGuard::map(write_owned(), panics_mut)));
    failed(&|| drop(OwnedRwLockWriteGuard::downgrade_map(write_owned(), panics)));
    assert!(lock.try_write().is_ok());
    assert_eq!(Arc::strong_count(&lock), 1);
}

#[test]
fn every_borrowed_guard_holds_the_lock_until_it_goes_and_then_gives_it_up_once() {
    let lock = RwLock::with_max_readers((1, (2, 3)), 3);
    let refused = || assert!(lock.try_read().is_err());
    let written: RwLockMappedWriteGuard<'_, (i32, i32)> =
        RwLockWriteGuard::map(lock.try_write().unwrap(), |pair| &mut pair.1);
    refused();
    let written = RwLockMappedWriteGuard::try_map(written, |_| None::<&mut i32>).unwrap_err();
    let mut written = RwLockMappedWriteGuard::map(written, |pair| &mut pair.0);
    *written = 5;
    refused();
    drop(written);

    let guard = lock.try_write().unwrap();
    let guard = RwLockWriteGuard::try_map(guard, |_| None::<&mut i32>).unwrap_err();
    let guard = RwLockWriteGuard::try_downgrade_map(guard, |_| None::<&i32>).unwrap_err();
    refused();
    drop(RwLockWriteGuard::into_mapped(guard));

    let read = RwLockWriteGuard::downgrade_map(lock.try_write().unwrap(), |pair| &pair.1.0);
    assert_eq!(*read, 5);
    let read = RwLockReadGuard::try_map(read, |_| None::<&i32>).unwrap_err();
    let others = [lock.try_read().unwrap(), lock.try_read().unwrap()];
    refused();
    drop((read, others));
    assert!(lock.try_write().is_ok());
}

#[test]
fn every_owned_guard_holds_the_lock_until_it_goes_and_then_gives_it_up_once() {
    let lock = Arc::new(RwLock::with_max_readers((1, (2, 3)), 3));
    let refused = || assert!(lock.try_read().is_err());
    let write = || lock.clone().try_write_owned().unwrap();
    let written: OwnedRwLockMappedWriteGuard<_, (i32, i32)> =
        OwnedRwLockWriteGuard::map(write(), |pair| &mut pair.1);
    refused();
    let written = OwnedRwLockMappedWriteGuard::try_map(written, |_| None::<&mut i32>).unwrap_err();
    let mut written = OwnedRwLockMappedWriteGuard::map(written, |pair| &mut pair.0);
    *written = 5;
    refused();
    drop(written);

    let guard = OwnedRwLockWriteGuard::try_map(write(), |_| None::<&mut i32>).unwrap_err();
    let guard = OwnedRwLockWriteGuard::try_downgrade_map(guard, |_| None::<&i32>).unwrap_err();
    refused();
    drop(OwnedRwLockWriteGuard::into_mapped(guard));

    let read = OwnedRwLockWriteGuard::downgrade_map(write(), |pair| &pair.1.0);
    assert_eq!(*read, 5);
    let read = OwnedRwLockReadGuard::try_map(read, |_| None::<&i32>).unwrap_err();
    let others = [(); 2].map(|()| lock.clone().try_read_owned().unwrap());
    refused();
    drop((read, others));
    drop(write().downgrade());
    assert!(lock.try_write().is_ok());
    assert_eq!(Arc::strong_count(&lock), 1);
}

#[test]
fn a_lock_for_nobody_or_for_too_many_is_refused() {
    for max_readers in [0, u32::MAX >> 3 | 1 << 31, (u32::MAX >> 3) + 1] {
        catch_unwind(|| RwLock::with_max_readers((), max_readers)).map(drop).unwrap_err();
    }
    assert!(RwLock::with_max_readers((), u32::MAX >> 3).try_write().is_ok());
}

#[test]
fn a_lock_for_one_reader_can_be_downgraded() {
    let lock = RwLock::with_max_readers(1, 1);
    let reader = lock.try_write().unwrap().downgrade();
    assert!(lock.try_read().is_err());
    drop(reader);
    assert!(lock.try_read().is_ok());
}

#[test]
fn debug_shows_the_value_unless_a_writer_has_it() {
    let lock = RwLock::new("text");
    let reader = lock.try_read().unwrap();
    assert_eq!(format!("{lock:?} {reader:?} {reader}"), r#"RwLock { data: "text" } "text" text"#);
    drop(reader);
    let writer = lock.try_write().unwrap();
    assert_eq!(format!("{lock:?} {writer:?}"), r#"RwLock { data: <locked> } "text""#);
}

#[test]
fn a_value_without_a_known_size_can_be_locked() {
    let lock: Arc<RwLock<[u8]>> = Arc::new(RwLock::new([1, 2, 3]));
    lock.try_write().unwrap()[0] = 5;
    let tail = RwLockReadGuard::map(lock.try_read().unwrap(), |all| &all[1..]);
    assert_eq!((lock.try_read().unwrap()[0], &*tail), (5, &[2, 3][..]));
}

#[runtime::test(flavor = "current_thread")]
async fn blocking_inside_a_runtime_is_refused() {
    let lock = RwLock::new(0);
    catch_unwind(AssertUnwindSafe(|| drop(lock.blocking_read()))).unwrap_err();
    catch_unwind(AssertUnwindSafe(|| drop(lock.blocking_write()))).unwrap_err();
    assert!(lock.try_write().is_ok());
}

#[runtime::test(flavor = "current_thread")]
async fn a_lock_that_is_always_free_lets_others_run() {
    let lock = RwLock::new(0);
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        drop(lock.read().await);
    }
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        *lock.write().await += 1;
    }
}

#[test]
fn stress_readers_never_see_half_of_a_write() {
    let lock = RwLock::new((0_u32, 0_u32));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let lock = &lock;
            scope.spawn(move || {
                for round in 0..1_000 {
                    if (round + thread) % 4 == 0 {
                        let mut guard = lock.blocking_write();
                        guard.0 += 1;
                        guard.1 += 1;
                        let guard = guard.downgrade();
                        assert_eq!(guard.0, guard.1);
                    } else {
                        let guard = lock.blocking_read();
                        assert_eq!(guard.0, guard.1);
                    }
                }
            });
        }
    });
    assert_eq!(*lock.try_read().unwrap(), (1_000, 1_000));
}

#[test]
#[should_panic = "a RwLock may not be created with 0 readers"]
fn a_lock_is_for_one_reader_at_least() {
    let _ = RwLock::with_max_readers(0, 0);
}
