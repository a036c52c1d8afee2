//! Behaviour of the mpsc channels.

mod support {
    pub mod probe;
}

use runtime::sync::mpsc::error::{SendError, TryRecvError, TrySendError};
use runtime::sync::mpsc::{self, Receiver};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use support::probe::{Probe, Tally, for_every_cut, panicking_waker, poll_and_drop, waker_fn};

#[test]
fn a_cancelled_recv_loses_no_value() {
    for_every_cut(|polls| {
        let (tx, mut rx) = mpsc::channel(2);
        let cut = poll_and_drop(rx.recv(), polls, |turn| {
            if turn == 1 {
                tx.try_send(7).unwrap();
            }
        });
        let completed = cut.is_some();
        let value = cut.flatten().or_else(|| rx.try_recv().ok());
        assert_eq!(value.is_some(), polls >= 2, "{polls} polls");
        completed
    });
}

#[test]
fn a_cancelled_send_gives_up_its_place_and_its_value() {
    for_every_cut(|polls| {
        let tally = Tally::new();
        let (tx, mut rx) = mpsc::channel(1);
        tx.try_send(tally.token()).unwrap();
        let cut = poll_and_drop(tx.send(tally.token()), polls, |turn| {
            if turn == 1 {
                drop(rx.try_recv());
            }
        });
        let sent = cut.is_some();
        let waiting = rx.len();
        assert_eq!(tally.alive(), waiting, "{polls} polls");
        assert_eq!(tx.capacity(), 1 - waiting);
        assert_eq!(waiting, usize::from(sent || polls < 2));
        sent
    });
}

#[test]
fn a_cancelled_recv_many_has_taken_nothing() {
    for_every_cut(|polls| {
        let (tx, mut rx) = mpsc::unbounded_channel();
        let mut buffer = Vec::new();
        let cut = poll_and_drop(rx.recv_many(&mut buffer, 10), polls, |turn| {
            if turn == 1 {
                (0..3).for_each(|i| tx.send(i).unwrap());
            }
        });
        assert_eq!(buffer.len(), cut.unwrap_or(0));
        assert_eq!(buffer.len() + rx.len(), if polls >= 2 { 3 } else { 0 });
        cut.is_some()
    });
}

#[test]
fn waiting_senders_are_served_in_order() {
    let (tx, mut rx) = mpsc::channel(1);
    tx.try_send(0).unwrap();
    let probe = Probe::new();
    let mut waiting: Vec<_> = (1..5).map(|i| Box::pin(tx.send(i))).collect();
    for send in &mut waiting {
        assert!(probe.poll(send.as_mut()).is_pending());
    }
    for (i, send) in waiting.iter_mut().enumerate() {
        assert_eq!(rx.try_recv(), Ok(i));
        assert_eq!(probe.wakes(), i + 1);
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)), "nobody overtakes");
        assert!(probe.poll(send.as_mut()).is_ready());
    }
}

#[test]
fn dropping_the_receiver_wakes_everybody_even_if_some_panic() {
    let tally = Tally::new();
    let (tx, rx) = mpsc::channel(1);
    tx.try_send(tally.token()).unwrap();
    let probe = Probe::new();
    let mut sends: Vec<_> = (0..40).map(|_| Box::pin(tx.send(tally.token()))).collect();
    for (at, send) in sends.iter_mut().enumerate() {
        let waker = if at % 4 == 0 { panicking_waker() } else { probe.waker() };
        assert!(send.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    let mut closed = pin!(tx.closed());
    assert!(probe.poll(closed.as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
    assert_eq!(probe.wakes(), 31);
    assert_eq!(tally.alive(), 40, "the value in the channel is gone");
    assert!(probe.poll(closed).is_ready());
    assert!(sends.iter_mut().all(|send| matches!(probe.poll(send.as_mut()), Poll::Ready(Err(_)))));
    drop(sends);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn a_panicking_receiver_waker_loses_no_value() {
    let (tx, mut rx) = mpsc::unbounded_channel();
    let waker = panicking_waker();
    assert!(rx.poll_recv(&mut Context::from_waker(&waker)).is_pending());
    catch_unwind(AssertUnwindSafe(|| tx.send(1))).unwrap_err();
    tx.send(2).unwrap();
    assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(1), Ok(2)));
    assert!(rx.poll_recv(&mut Context::from_waker(&waker)).is_pending());
    catch_unwind(AssertUnwindSafe(|| drop(tx))).unwrap_err();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_panicking_sender_waker_loses_no_value_and_no_room() {
    let receive_one = |rx: &mut Receiver<i32>| rx.try_recv().ok();
    let receive_many = |rx: &mut Receiver<i32>| {
        let mut buffer = Vec::new();
        let received = catch_unwind(AssertUnwindSafe(|| {
            Probe::new().poll(pin!(rx.recv_many(&mut buffer, 8))).is_ready()
        }));
        match received {
            Ok(_) => buffer.pop(),
            Err(panic) => {
                assert_eq!(buffer, [], "what was not handed out is still in the channel");
                resume_unwind(panic)
            }
        }
    };
    for receive in [receive_one, receive_many] {
        let (tx, mut rx) = mpsc::channel(1);
        tx.try_send(1).unwrap();
        let mut send = Box::pin(tx.send(2));
        assert!(send.as_mut().poll(&mut Context::from_waker(&panicking_waker())).is_pending());
        catch_unwind(AssertUnwindSafe(|| receive(&mut rx))).unwrap_err();
        assert_eq!(receive(&mut rx), Some(1));
        assert_eq!(tx.capacity(), 0, "the room is the waiting sender's");
        assert!(Probe::new().poll(send.as_mut()).is_ready());
        assert_eq!(receive(&mut rx), Some(2));
        assert_eq!(tx.capacity(), 1);
        drop(send);
        drop(tx);
        assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    }
}

#[test]
fn destructors_of_values_may_use_the_channel_and_panic() {
    struct Value {
        tx: mpsc::UnboundedSender<Value>,
        tally: Tally,
        _token: Arc<()>,
        panics: bool,
    }
    impl Drop for Value {
        fn drop(&mut self) {
            assert!(self.tx.is_closed());
            let _token = self.tally.token();
            let after = Value { tx: self.tx.clone(), tally: Tally::new(), _token, panics: false };
            if self.panics {
                std::mem::forget(self.tx.send(after));
                panic!("told to panic");
            }
            std::mem::forget(after);
        }
    }
    let tally = Tally::new();
    let (tx, rx) = mpsc::unbounded_channel();
    for at in 0..50 {
        let (tx, _token) = (tx.clone(), tally.token());
        let value = Value { tx, tally: Tally::new(), _token, panics: at % 20 == 5 };
        assert!(value.tx.clone().send(value).is_ok());
    }
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
    assert_eq!(tally.alive(), 0, "all were dropped");
}

#[test]
fn wakers_of_both_sides_may_use_the_channel() {
    let (tx, mut rx) = mpsc::channel(1);
    let again = tx.clone();
    let waker = waker_fn(move || {
        let _ = again.try_send(0);
    });
    assert!(rx.poll_recv(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    tx.try_send(1).unwrap();
    assert_eq!(rx.try_recv(), Ok(1));
    let again = tx.downgrade();
    let waker = waker_fn(move || {
        let _ = again.upgrade().map(|tx| tx.try_send(2));
    });
    tx.try_send(3).unwrap();
    let mut send = Box::pin(tx.send(4));
    assert!(send.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    assert_eq!(rx.try_recv(), Ok(3));
    assert!(Probe::new().poll(send.as_mut()).is_ready());
    assert_eq!(rx.try_recv(), Ok(4));
}

#[test]
fn a_permit_that_outlives_the_receiver_drops_its_value_at_once() {
    let tally = Tally::new();
    let (tx, rx) = mpsc::channel(2);
    let (owned, permit) = (tx.clone().try_reserve_owned().unwrap(), tx.try_reserve().unwrap());
    drop(rx);
    permit.send(tally.token());
    let tx = owned.send(tally.token());
    assert_eq!((tally.alive(), tx.capacity()), (0, 2));
}

#[test]
fn a_send_that_got_room_before_the_receiver_went_hands_its_value_back() {
    let (tx, mut rx) = mpsc::channel(1);
    tx.try_send(0).unwrap();
    let probe = Probe::new();
    let mut send = pin!(tx.send(1));
    assert!(probe.poll(send.as_mut()).is_pending());
    assert_eq!(rx.try_recv(), Ok(0));
    drop(rx);
    assert_eq!(probe.poll(send), Poll::Ready(Err(SendError(1))));
}

#[runtime::test]
async fn a_channel_that_is_never_empty_lets_others_run() {
    let (tx, mut rx) = mpsc::unbounded_channel();
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        tx.send(()).unwrap();
        rx.recv().await.unwrap();
    }
    let (tx, mut rx) = mpsc::channel(1);
    let other = runtime::spawn(async { 1 });
    while !other.is_finished() {
        tx.send(()).await.unwrap();
        rx.try_recv().unwrap();
    }
}

#[test]
fn blocking_calls_inside_a_runtime_are_refused() {
    let runtime = runtime::runtime::Builder::new_current_thread().build().unwrap();
    let (tx, mut rx) = mpsc::channel::<u32>(1);
    let (_first, mut one) = mpsc::unbounded_channel::<u32>();
    let (_second, mut many) = mpsc::unbounded_channel::<u32>();
    let calls: [&mut dyn FnMut(); 4] = [
        &mut || assert_eq!(tx.blocking_send(1), Ok(())),
        &mut || assert_eq!(rx.blocking_recv(), None),
        &mut || assert_eq!(one.blocking_recv(), None),
        &mut || assert_ne!(many.blocking_recv_many(&mut Vec::new(), 1), usize::MAX),
    ];
    for call in calls {
        let panic = runtime.block_on(async { catch_unwind(AssertUnwindSafe(call)) }).unwrap_err();
        let message = panic.downcast_ref::<String>().map_or("", String::as_str);
        let message = panic.downcast_ref::<&str>().copied().unwrap_or(message);
        assert!(message.contains("Cannot block the current thread"), "{message}");
    }
}

#[test]
fn threads_may_block_on_both_ends() {
    let (tx, mut rx) = mpsc::channel(2);
    let senders: Vec<_> = (0..3)
        .map(|_| {
            let tx = tx.clone();
            std::thread::spawn(move || (0..1_000).for_each(|i| tx.blocking_send(i).unwrap()))
        })
        .collect();
    drop(tx);
    let (mut sum, mut buffer) = (0, Vec::new());
    while rx.blocking_recv_many(&mut buffer, 7) > 0 {
        sum += buffer.drain(..).sum::<usize>();
    }
    senders.into_iter().for_each(|sender| sender.join().unwrap());
    assert_eq!(sum, 3 * 499_500);
}

#[runtime::test]
async fn tasks_pass_everything_through_a_narrow_channel() {
    let (tx, mut rx) = mpsc::channel(1);
    for task in 0..10 {
        let tx = tx.clone();
        runtime::spawn(async move {
            for i in 0..100 {
                tx.send((task, i)).await.unwrap();
            }
        });
    }
    drop(tx);
    let mut next = [0; 10];
    while let Some((task, i)) = rx.recv().await {
        assert_eq!(i, next[task], "each sender's values stay in order");
        next[task] += 1;
    }
    assert_eq!(next, [100; 10]);
}

#[runtime::test(start_paused = true)]
async fn sending_with_a_limit_ends_in_time_and_hands_the_value_back() {
    use mpsc::error::SendTimeoutError;
    use runtime::time::{Duration, Instant};
    let limit = Duration::from_secs(5);
    let (tx, mut rx) = mpsc::channel(1);
    assert_eq!(tx.send_timeout(1, limit).await, Ok(()));
    let start = Instant::now();
    assert_eq!(tx.send_timeout(2, limit).await, Err(SendTimeoutError::Timeout(2)));
    assert_eq!(start.elapsed(), limit);
    assert_eq!((rx.recv().await, tx.capacity()), (Some(1), 1), "no room was lost");
    drop(rx);
    assert_eq!(tx.send_timeout(3, limit).await, Err(SendTimeoutError::Closed(3)));
}
