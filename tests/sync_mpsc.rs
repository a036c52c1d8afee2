//! Behaviour of the mpsc channels.

mod support {
    pub mod probe;
}

use proptest::prelude::*;
use runtime::sync::mpsc::error::{SendError, TryRecvError, TrySendError};
use runtime::sync::mpsc::{self, OwnedPermit, Receiver, Sender};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
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

#[derive(Clone, Debug)]
enum Step {
    TrySend,
    Send,
    PollSend(usize),
    DropSend(usize),
    Reserve,
    UsePermit(usize),
    DropPermit(usize),
    TryRecv,
    PollRecv,
    RecvMany(usize),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::TrySend),
        4 => Just(Step::Send),
        6 => (0..5_usize).prop_map(Step::PollSend),
        2 => (0..5_usize).prop_map(Step::DropSend),
        3 => Just(Step::Reserve),
        2 => (0..3_usize).prop_map(Step::UsePermit),
        1 => (0..3_usize).prop_map(Step::DropPermit),
        5 => Just(Step::TryRecv),
        5 => Just(Step::PollRecv),
        1 => (0..4_usize).prop_map(Step::RecvMany),
        1 => Just(Step::Close),
    ]
}

/// A bounded channel without concurrency. Senders in the queue have their value with them.
struct Model {
    bound: usize,
    free: usize,
    values: VecDeque<u32>,
    queue: VecDeque<usize>,
    /// Senders that got room but were not polled since.
    granted: Vec<usize>,
    closed: bool,
}

impl Model {
    fn give(&mut self) {
        match self.queue.pop_front() {
            Some(id) => self.granted.push(id),
            None => self.free += 1,
        }
    }

    fn hold(&mut self) -> Result<(), bool> {
        match self.free {
            _ if self.closed => Err(true),
            0 => Err(false),
            _ => {
                self.free -= 1;
                Ok(())
            }
        }
    }

    fn recv(&mut self) -> Result<u32, TryRecvError> {
        let value = self.values.pop_front();
        if value.is_some() {
            self.give();
        }
        let idle = self.closed && self.free == self.bound;
        value.ok_or(if idle { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }

    fn poll_send(&mut self, id: usize, value: u32) -> Poll<bool> {
        let granted = self.granted.iter().position(|granted| *granted == id);
        if let Some(at) = granted {
            self.granted.remove(at);
            if self.closed {
                self.give();
                return Poll::Ready(false);
            }
        } else if self.queue.contains(&id) {
            return Poll::Pending;
        } else if let Err(closed) = self.hold() {
            if !closed {
                self.queue.push_back(id);
                return Poll::Pending;
            }
            return Poll::Ready(false);
        }
        self.values.push_back(value);
        Poll::Ready(true)
    }

    fn drop_send(&mut self, id: usize) {
        self.queue.retain(|queued| *queued != id);
        if let Some(at) = self.granted.iter().position(|granted| *granted == id) {
            self.granted.remove(at);
            self.give();
        }
    }
}

type Send<'a> = (u32, usize, Pin<Box<dyn Future<Output = Result<(), SendError<u32>>> + 'a>>);

struct Bench<'a> {
    tx: &'a Sender<u32>,
    rx: Receiver<u32>,
    sends: Vec<Send<'a>>,
    permits: Vec<OwnedPermit<u32>>,
    model: Model,
    next: std::ops::RangeFrom<u32>,
    probe: Probe,
}

impl<'a> Bench<'a> {
    fn new(tx: &'a Sender<u32>, rx: Receiver<u32>) -> Self {
        let bound = tx.max_capacity();
        let model = Model {
            bound,
            free: bound,
            values: VecDeque::new(),
            queue: VecDeque::new(),
            granted: Vec::new(),
            closed: false,
        };
        let (sends, permits) = (Vec::new(), Vec::new());
        Self { tx, rx, sends, permits, model, next: 0.., probe: Probe::new() }
    }

    fn send(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let value = self.next.next().unwrap();
        match step {
            Step::TrySend => {
                let expected = self.model.hold().map_err(|closed| match closed {
                    true => TrySendError::Closed(value),
                    false => TrySendError::Full(value),
                });
                self.model.values.extend(expected.is_ok().then_some(value));
                prop_assert_eq!(self.tx.try_send(value), expected);
            }
            Step::Send => self.sends.push((value, value as usize, Box::pin(self.tx.send(value)))),
            Step::PollSend(at) if *at < self.sends.len() => {
                let (value, id, send) = &mut self.sends[*at];
                let sent = self.probe.poll(send.as_mut()).map(|sent| sent.is_ok());
                prop_assert_eq!(sent, self.model.poll_send(*id, *value));
                if sent.is_ready() {
                    drop(self.sends.remove(*at));
                }
            }
            Step::DropSend(at) if *at < self.sends.len() => {
                let (_, id, _) = self.sends.remove(*at);
                self.model.drop_send(id);
            }
            _ => {}
        }
        Ok(())
    }

    fn permit(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Reserve => {
                let permit = self.tx.clone().try_reserve_owned();
                prop_assert_eq!(permit.is_ok(), self.model.hold().is_ok());
                self.permits.extend(permit);
            }
            Step::UsePermit(at) if *at < self.permits.len() => {
                let value = self.next.next().unwrap();
                self.permits.remove(*at).send(value);
                self.model.values.push_back(value);
            }
            Step::DropPermit(at) if *at < self.permits.len() => {
                drop(self.permits.remove(*at));
                self.model.give();
            }
            _ => {}
        }
        Ok(())
    }

    fn recv(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::TryRecv => prop_assert_eq!(self.rx.try_recv(), self.model.recv()),
            Step::PollRecv => {
                let expected = match self.model.recv() {
                    Err(TryRecvError::Empty) => Poll::Pending,
                    received => Poll::Ready(received.ok()),
                };
                prop_assert_eq!(self.probe.with(|cx| self.rx.poll_recv(cx)), expected);
            }
            Step::RecvMany(limit) => {
                let mut buffer = Vec::new();
                let polled = self.probe.with(|cx| self.rx.poll_recv_many(cx, &mut buffer, *limit));
                for value in &buffer {
                    prop_assert_eq!(self.model.recv(), Ok(*value));
                }
                prop_assert!(polled.is_pending() || polled == Poll::Ready(buffer.len()));
            }
            Step::Close => {
                self.rx.close();
                self.model.closed = true;
                let queued = self.model.queue.drain(..);
                drop(queued);
            }
            _ => {}
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_its_model(
        bound in 1..4_usize,
        steps in proptest::collection::vec(step(), 0..100),
    ) {
        let (tx, rx) = mpsc::channel(bound);
        let mut bench = Bench::new(&tx, rx);
        for step in steps {
            bench.send(&step)?;
            bench.permit(&step)?;
            bench.recv(&step)?;
            prop_assert_eq!(bench.tx.capacity(), bench.model.free);
            prop_assert_eq!(bench.rx.len(), bench.model.values.len());
            prop_assert_eq!(bench.rx.is_closed(), bench.model.closed);
        }
    }
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
