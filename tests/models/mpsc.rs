//! The bounded mpsc channel beside its model: its room and its values.

use crate::asked::Asked;
use crate::permits::{Permits, Refusal};
use crate::probe::Probe;
use crate::property::{check, pick, steps, which};
use proptest::prelude::*;
use runtime::sync::mpsc::error::{TryRecvError, TrySendError};
use runtime::sync::mpsc::{self, OwnedPermit, PermitIterator, Receiver, Sender};
use std::collections::VecDeque;
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    TrySend,
    TryReserve(usize),
    Send,
    Reserve(usize),
    ReserveOwned,
    Poll(usize),
    Cancel(usize),
    UsePermit(usize),
    DropPermit(usize),
    TryRecv,
    PollRecv,
    RecvMany(usize),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let count = 0..4_usize;
    prop_oneof![
        12 => Just(Step::TrySend),
        3 => count.clone().prop_map(Step::TryReserve),
        8 => Just(Step::Send),
        4 => count.clone().prop_map(Step::Reserve),
        2 => Just(Step::ReserveOwned),
        16 => which().prop_map(Step::Poll),
        4 => which().prop_map(Step::Cancel),
        6 => which().prop_map(Step::UsePermit),
        3 => which().prop_map(Step::DropPermit),
        10 => Just(Step::TryRecv),
        10 => Just(Step::PollRecv),
        2 => count.prop_map(Step::RecvMany),
        1 => Just(Step::Close),
    ]
}

/// What a future got: its value is sent, or there is room for so many.
enum Got<'a> {
    Sent(u32),
    Room(Room<'a>),
}

enum Room<'a> {
    Owned(OwnedPermit<u32>),
    Many(PermitIterator<'a, u32>),
}

impl Room<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Owned(_) => 1,
            Self::Many(permits) => permits.len(),
        }
    }
}

/// A channel beside its model.
struct Bench<'a> {
    tx: &'a Sender<u32>,
    rx: Receiver<u32>,
    bound: usize,
    asked: Asked<'a, Option<Got<'a>>>,
    held: Vec<Room<'a>>,
    room: Permits,
    values: VecDeque<u32>,
    next: u32,
    probe: Probe,
    /// There is somebody to wake for the receiver, and how often it was woken.
    waits: bool,
    wakes: usize,
}

impl<'a> Bench<'a> {
    fn new(bound: usize, tx: &'a Sender<u32>, rx: Receiver<u32>) -> Self {
        Self {
            tx,
            rx,
            bound,
            asked: Asked::new(),
            held: Vec::new(),
            room: Permits::new(bound),
            values: VecDeque::new(),
            next: 0,
            probe: Probe::new(),
            waits: false,
            wakes: 0,
        }
    }

    /// A value that was not sent yet.
    fn value(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// A value has come.
    fn push(&mut self, value: u32) {
        self.values.push_back(value);
        self.wake_receiver();
    }

    fn wake_receiver(&mut self) {
        self.wakes += usize::from(std::mem::take(&mut self.waits));
    }

    fn is_over(&self) -> bool {
        self.room.closed && self.room.free == self.bound
    }

    fn recv(&mut self) -> Result<u32, TryRecvError> {
        let value = self.values.pop_front();
        self.room.give(usize::from(value.is_some()));
        let over = self.is_over();
        value.ok_or(if over { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }

    /// Calls that do not wait; answers whether there was anything to do.
    fn at_once(&mut self, step: &Step) -> Option<()> {
        match *step {
            Step::TrySend => {
                let value = self.value();
                let taken = self.room.try_take(1);
                let expected = taken.map_err(|refusal| match refusal {
                    Refusal::TooFew => TrySendError::Full(value),
                    Refusal::Closed => TrySendError::Closed(value),
                });
                assert_eq!(self.tx.try_send(value), expected);
                if taken.is_ok() {
                    self.push(value);
                }
            }
            Step::TryReserve(count) => {
                let taken = self.room.try_take(count);
                let got = self.tx.try_reserve_many(count);
                assert_eq!(got.is_ok(), taken.is_ok());
                self.held.extend(got.map(Room::Many));
            }
            Step::UsePermit(which) => {
                let at = pick(which, self.held.len())?;
                let value = self.value();
                match self.held.swap_remove(at) {
                    Room::Owned(permit) => drop(permit.send(value)),
                    Room::Many(mut permits) => {
                        let permit = permits.next();
                        self.held.push(Room::Many(permits));
                        permit?.send(value);
                    }
                }
                self.push(value);
            }
            Step::DropPermit(which) => {
                let at = pick(which, self.held.len())?;
                let room = self.held.swap_remove(at);
                self.room.give(room.len());
            }
            _ => return None,
        }
        Some(())
    }

    /// Futures; answers whether there was anything to do.
    fn in_time(&mut self, step: &Step) -> Option<()> {
        let tx = self.tx;
        match *step {
            Step::Send => {
                let (id, value) = (self.room.ask(1), self.value());
                let send = async move { tx.send(value).await.ok().map(|()| Got::Sent(value)) };
                self.asked.add(id, send);
            }
            Step::Reserve(count) if count <= self.bound => {
                let reserve =
                    async move { Some(Got::Room(Room::Many(tx.reserve_many(count).await.ok()?))) };
                self.asked.add(self.room.ask(count), reserve);
            }
            Step::ReserveOwned => {
                let tx = tx.clone();
                let reserve =
                    async { Some(Got::Room(Room::Owned(tx.reserve_owned().await.ok()?))) };
                self.asked.add(self.room.ask(1), reserve);
            }
            Step::Poll(which) => {
                let (id, got) = self.asked.poll(which)?;
                let expected = self.room.poll(id);
                assert_eq!(got.is_ready(), expected.is_ready());
                if let Poll::Ready(got) = got {
                    assert_eq!(Poll::Ready(got.is_some()), expected);
                    match got {
                        Some(Got::Sent(value)) => self.push(value),
                        Some(Got::Room(room)) => self.held.push(room),
                        None => {}
                    }
                }
            }
            Step::Cancel(which) => self.room.cancel(self.asked.cancel(which)?),
            _ => return None,
        }
        Some(())
    }

    /// What the receiver does; answers whether there was anything to do.
    fn receive(&mut self, step: &Step) -> Option<()> {
        match *step {
            Step::TryRecv => assert_eq!(self.rx.try_recv(), self.recv()),
            Step::PollRecv => {
                let polled = self.probe.with(|cx| self.rx.poll_recv(cx));
                let expected = match self.recv() {
                    Err(TryRecvError::Empty) => Poll::Pending,
                    received => Poll::Ready(received.ok()),
                };
                assert_eq!(polled, expected);
                self.waits |= polled.is_pending();
            }
            Step::RecvMany(limit) => {
                let mut buffer = Vec::new();
                let polled = self.probe.with(|cx| self.rx.poll_recv_many(cx, &mut buffer, limit));
                let count = limit.min(self.values.len());
                let expected: Vec<_> = self.values.drain(..count).collect();
                let waits = limit > 0 && count == 0 && !self.is_over();
                self.room.give(count);
                assert_eq!(buffer, expected);
                assert_eq!(polled, if waits { Poll::Pending } else { Poll::Ready(count) });
                self.waits |= waits;
            }
            Step::Close => {
                self.rx.close();
                self.room.close();
            }
            _ => return None,
        }
        Some(())
    }

    fn step(&mut self, step: Step) -> Option<()> {
        let was_over = self.is_over();
        let sent = self.at_once(&step).or_else(|| self.in_time(&step));
        // The receiver does not wake itself: it knows that it has closed.
        if self.is_over() && !was_over {
            self.wake_receiver();
        }
        let done = sent.or_else(|| self.receive(&step));
        // After the end a wake-up more does no harm.
        assert!(was_over || self.probe.wakes() == self.wakes);
        assert_eq!((self.tx.capacity(), self.tx.is_closed()), (self.room.free, self.room.closed));
        assert_eq!((self.rx.len(), self.rx.capacity()), (self.values.len(), self.room.free));
        self.asked.assert_wakes(|id| self.room.wakes(id));
        done
    }

    /// Answers how many operations there were, and what is left once all futures are gone.
    fn run(mut self, steps: Vec<Step>) -> (usize, Receiver<u32>, VecDeque<u32>) {
        let operations = steps.into_iter().filter_map(|step| self.step(step)).count();
        (operations, self.rx, self.values)
    }
}

#[test]
fn a_bounded_channel_behaves_like_its_model() {
    check("mpsc_bounded", (1..4_usize, steps(step())), |(bound, steps)| {
        let (tx, rx) = mpsc::channel(bound);
        let (operations, mut rx, values) = Bench::new(bound, &tx, rx).run(steps);
        drop(tx);
        assert_eq!(values, std::iter::from_fn(|| rx.try_recv().ok()).collect::<Vec<_>>());
        assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(rx.capacity(), bound, "all room came back");
        operations
    });
}
