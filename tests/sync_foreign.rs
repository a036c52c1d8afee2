//! Every primitive on executors that are not ours: no runtime is anywhere in this file.

use futures::executor;
use runtime::sync::{
    Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore, SetOnce, broadcast, mpsc, oneshot, watch,
};
use std::sync::Arc;
use std::thread;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq, assert_ready_ok, task};

#[test]
fn a_mutex_wakes_the_first_waiter_alone() {
    let mutex = Mutex::new(1);
    let guard = assert_ready!(task::spawn(mutex.lock()).poll());
    let mut first = task::spawn(mutex.lock());
    let mut second = task::spawn(mutex.lock());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(guard);
    assert_eq!((first.is_woken(), second.is_woken()), (true, false));
    assert_eq!(*assert_ready!(first.poll()), 1);
    assert!(second.is_woken());
}

#[test]
fn a_writer_is_woken_by_the_last_reader() {
    let lock = RwLock::new(());
    let readers = [
        assert_ready!(task::spawn(lock.read()).poll()),
        assert_ready!(task::spawn(lock.read()).poll()),
    ];
    let mut writer = task::spawn(lock.write());
    assert_pending!(writer.poll());
    let [one, other] = readers;
    drop(one);
    assert!(!writer.is_woken());
    drop(other);
    assert!(writer.is_woken());
    drop(assert_ready!(writer.poll()));
}

#[test]
fn a_semaphore_wakes_for_enough_permits() {
    let semaphore = Semaphore::new(0);
    let mut taker = task::spawn(semaphore.acquire_many(2));
    assert_pending!(taker.poll());
    semaphore.add_permits(1);
    assert!(!taker.is_woken());
    semaphore.add_permits(1);
    assert!(taker.is_woken());
    assert_ready_ok!(taker.poll()).forget();
    assert_eq!(semaphore.available_permits(), 0);
}

#[test]
fn a_notification_wakes_one_listener() {
    let notify = Notify::new();
    let mut listeners = [task::spawn(notify.notified()), task::spawn(notify.notified())];
    for listener in &mut listeners {
        assert_pending!(listener.poll());
    }
    notify.notify_one();
    let [first, second] = &mut listeners;
    assert_ready!(first.poll());
    assert_pending!(second.poll());
}

#[test]
fn a_barrier_opens_for_the_last_to_come() {
    let barrier = Barrier::new(2);
    let mut first = task::spawn(barrier.wait());
    assert_pending!(first.poll());
    assert!(assert_ready!(task::spawn(barrier.wait()).poll()).is_leader());
    assert!(first.is_woken());
    assert!(!assert_ready!(first.poll()).is_leader());
}

#[test]
fn a_cell_wakes_who_waits_for_its_value() {
    let cell = SetOnce::new();
    let mut waiter = task::spawn(cell.wait());
    assert_pending!(waiter.poll());
    cell.set(5).unwrap();
    assert!(waiter.is_woken());
    assert_ready_eq!(waiter.poll(), &5);
}

#[test]
fn a_cell_is_filled_by_the_next_when_the_first_gives_up() {
    let cell = OnceCell::new();
    let mut first = task::spawn(cell.get_or_init(std::future::pending::<i32>));
    let mut second = task::spawn(cell.get_or_init(|| async { 2 }));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(first);
    assert!(second.is_woken());
    assert_ready_eq!(second.poll(), &2);
}

#[test]
fn a_channel_wakes_its_two_ends() {
    let (tx, mut rx) = mpsc::channel(1);
    {
        let mut recv = task::spawn(rx.recv());
        assert_pending!(recv.poll());
        tx.try_send(1).unwrap();
        assert!(recv.is_woken());
        assert_ready_eq!(recv.poll(), Some(1));
    }
    tx.try_send(2).unwrap();
    let mut send = task::spawn(tx.send(3));
    assert_pending!(send.poll());
    assert_eq!(rx.try_recv(), Ok(2));
    assert!(send.is_woken());
    assert_ready_ok!(send.poll());
}

#[test]
fn a_oneshot_wakes_its_two_ends() {
    let (tx, rx) = oneshot::channel();
    let mut rx = task::spawn(rx);
    assert_pending!(rx.poll());
    tx.send(1).unwrap();
    assert!(rx.is_woken());
    assert_ready_eq!(rx.poll(), Ok(1));

    let (mut tx, rx) = oneshot::channel::<i32>();
    let mut closed = task::spawn(tx.closed());
    assert_pending!(closed.poll());
    drop(rx);
    assert!(closed.is_woken());
    assert_ready!(closed.poll());
}

#[test]
fn a_broadcast_wakes_every_receiver() {
    let (tx, rx) = broadcast::channel(4);
    let mut receivers = [rx, tx.subscribe()];
    let mut waiting: Vec<_> = receivers.iter_mut().map(|rx| task::spawn(rx.recv())).collect();
    for recv in &mut waiting {
        assert_pending!(recv.poll());
    }
    tx.send(7).unwrap();
    for recv in &mut waiting {
        assert!(recv.is_woken());
        assert_ready_eq!(recv.poll(), Ok(7));
    }
}

#[test]
fn a_watch_wakes_on_a_change_and_on_the_end() {
    let (tx, mut rx) = watch::channel(0);
    {
        let mut changed = task::spawn(rx.changed());
        assert_pending!(changed.poll());
        tx.send(1).unwrap();
        assert!(changed.is_woken());
        assert_ready_ok!(changed.poll());
    }
    let mut changed = task::spawn(rx.changed());
    assert_pending!(changed.poll());
    drop(tx);
    assert!(changed.is_woken());
    assert!(assert_ready!(changed.poll()).is_err());
}

#[test]
fn threads_without_a_runtime_pass_values_round() {
    const ROUNDS: usize = 1000;
    let semaphore = Arc::new(Semaphore::new(1));
    let total = Arc::new(Mutex::new(0));
    let (tx, mut rx) = mpsc::channel(2);
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (semaphore, total, tx) = (semaphore.clone(), total.clone(), tx.clone());
            thread::spawn(move || {
                executor::block_on(async {
                    for _ in 0..ROUNDS {
                        let _permit = semaphore.acquire().await.unwrap();
                        *total.lock().await += 1;
                        tx.send(1).await.unwrap();
                    }
                });
            })
        })
        .collect();
    drop(tx);
    let received = executor::block_on(async {
        let mut received = 0;
        while let Some(one) = rx.recv().await {
            received += one;
        }
        received
    });
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    assert_eq!(
        (received, executor::block_on(async { *total.lock().await })),
        (3 * ROUNDS, 3 * ROUNDS)
    );
}
