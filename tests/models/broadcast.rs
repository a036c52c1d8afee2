//! The broadcast channel beside its model.

use crate::probe::{Probe, Tally};
use crate::property::{check, steps, which};
use crate::seat::{Seat, one, take_one};
use proptest::prelude::*;
use runtime::sync::broadcast::error::{RecvError, TryRecvError};
use runtime::sync::broadcast::{self, Receiver, Sender, WeakSender};
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

/// A value that says whether it is alive.
type Value = (u64, Arc<()>);

/// Numbers say which of the senders or receivers does it.
#[derive(Clone, Debug)]
enum Step {
    Send(usize),
    Subscribe(usize),
    CloneTx(usize),
    DropTx(usize),
    Downgrade(usize),
    Upgrade(usize),
    DropWeak(usize),
    /// Starts to wait for the receivers to go.
    Closed(usize),
    PollTx(usize),
    Resubscribe(usize),
    TryRecv(usize),
    /// Polls once and cancels.
    Glance(usize),
    Recv(usize),
    PollRx(usize),
    DropRx(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => which().prop_map(Step::Send),
        3 => which().prop_map(Step::Subscribe),
        2 => which().prop_map(Step::CloneTx),
        2 => which().prop_map(Step::DropTx),
        1 => which().prop_map(Step::Downgrade),
        2 => which().prop_map(Step::Upgrade),
        1 => which().prop_map(Step::DropWeak),
        2 => which().prop_map(Step::Closed),
        3 => which().prop_map(Step::PollTx),
        1 => which().prop_map(Step::Resubscribe),
        8 => which().prop_map(Step::TryRecv),
        3 => which().prop_map(Step::Glance),
        6 => which().prop_map(Step::Recv),
        12 => which().prop_map(Step::PollRx),
        4 => which().prop_map(Step::DropRx),
    ]
}

/// A receiver beside what it has yet to get, and how much it has missed.
struct Rx {
    seat: Seat<Receiver<Value>, Result<u64, RecvError>>,
    owed: VecDeque<u64>,
    missed: u64,
}

impl Rx {
    fn new(rx: Receiver<Value>) -> Self {
        Self { seat: Seat::new(rx), owed: VecDeque::new(), missed: 0 }
    }

    fn next(&mut self, closed: bool) -> Result<u64, TryRecvError> {
        match std::mem::take(&mut self.missed) {
            0 => self.owed.pop_front().ok_or(match closed {
                true => TryRecvError::Closed,
                false => TryRecvError::Empty,
            }),
            missed => Err(TryRecvError::Lagged(missed)),
        }
    }

    fn poll(&mut self, closed: bool) -> Poll<Result<u64, RecvError>> {
        match self.next(closed) {
            Ok(value) => Poll::Ready(Ok(value)),
            Err(TryRecvError::Empty) => Poll::Pending,
            Err(TryRecvError::Closed) => Poll::Ready(Err(RecvError::Closed)),
            Err(TryRecvError::Lagged(missed)) => Poll::Ready(Err(RecvError::Lagged(missed))),
        }
    }
}

/// The channel beside what is known of it.
struct Bench {
    capacity: usize,
    sent: u64,
    tally: Tally,
    tx: Vec<Seat<Sender<Value>, ()>>,
    weak: Vec<WeakSender<Value>>,
    rx: Vec<Rx>,
}

impl Bench {
    fn new(capacity: usize) -> Self {
        let (tx, rx) = broadcast::channel(capacity);
        Self {
            capacity: capacity.next_power_of_two(),
            sent: 0,
            tally: Tally::new(),
            tx: vec![Seat::new(tx)],
            weak: Vec::new(),
            rx: vec![Rx::new(rx)],
        }
    }

    fn send(&mut self, who: usize) -> Option<()> {
        let tx = one(&mut self.tx, who)?.free()?;
        let receivers = self.rx.len();
        let sent = tx.send((self.sent, self.tally.token())).map_err(drop);
        assert_eq!(sent, if receivers == 0 { Err(()) } else { Ok(receivers) });
        for rx in &mut self.rx {
            rx.owed.push_back(self.sent);
            if rx.owed.len() > self.capacity {
                rx.owed.pop_front();
                rx.missed += 1;
            }
            rx.seat.call();
        }
        self.sent += 1;
        Some(())
    }

    /// What is done with senders; answers whether there was anything to do.
    fn by_sender(&mut self, step: &Step) -> Option<()> {
        match *step {
            Step::Send(who) => self.send(who)?,
            Step::Subscribe(who) => {
                let rx = one(&mut self.tx, who)?.free()?.subscribe();
                self.rx.push(Rx::new(rx));
            }
            Step::CloneTx(who) => {
                let tx = one(&mut self.tx, who)?.free()?.clone();
                self.tx.push(Seat::new(tx));
            }
            Step::DropTx(who) => {
                drop(take_one(&mut self.tx, who)?);
                if self.tx.is_empty() {
                    self.rx.iter_mut().for_each(|rx| rx.seat.call());
                }
            }
            Step::Downgrade(who) => self.weak.push(one(&mut self.tx, who)?.free()?.downgrade()),
            Step::Upgrade(who) => {
                let tx = one(&mut self.weak, who)?.upgrade();
                assert_eq!(tx.is_some(), !self.tx.is_empty());
                self.tx.extend(tx.map(Seat::new));
            }
            Step::DropWeak(who) => drop(take_one(&mut self.weak, who)?),
            Step::Closed(who) => one(&mut self.tx, who)?.lend(|tx| async {
                tx.closed().await;
                (tx, ())
            })?,
            Step::PollTx(who) => {
                let polled = one(&mut self.tx, who)?.poll()?;
                assert_eq!(polled.is_ready(), self.rx.is_empty());
            }
            _ => return None,
        }
        Some(())
    }

    /// What is done with receivers; answers whether there was anything to do.
    fn by_receiver(&mut self, step: &Step) -> Option<()> {
        let closed = self.tx.is_empty();
        match *step {
            Step::Resubscribe(who) => {
                let rx = one(&mut self.rx, who)?.seat.free()?.resubscribe();
                self.rx.push(Rx::new(rx));
            }
            Step::TryRecv(who) => {
                let rx = one(&mut self.rx, who)?;
                let got = rx.seat.free()?.try_recv().map(|(value, _)| value);
                assert_eq!(got, rx.next(closed));
            }
            Step::Glance(who) => {
                let rx = one(&mut self.rx, who)?;
                let got = Probe::new().poll(pin!(rx.seat.free()?.recv()));
                assert_eq!(got.map(|got| got.map(|(value, _)| value)), rx.poll(closed));
            }
            Step::Recv(who) => one(&mut self.rx, who)?.seat.lend(|mut rx| async {
                let got = rx.recv().await.map(|(value, _)| value);
                (rx, got)
            })?,
            Step::PollRx(who) => {
                let rx = one(&mut self.rx, who)?;
                assert_eq!(rx.seat.poll()?, rx.poll(closed));
            }
            Step::DropRx(who) => {
                drop(take_one(&mut self.rx, who)?);
                if self.rx.is_empty() {
                    self.tx.iter_mut().for_each(Seat::call);
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn compare(&mut self) {
        let longest = self.rx.iter().map(|rx| rx.owed.len()).max().unwrap_or(0);
        assert_eq!(self.tally.alive(), longest, "values are kept as long as they are owed");
        let (senders, receivers, weak) = (self.tx.len(), self.rx.len(), self.weak.len());
        for tx in &mut self.tx {
            tx.assert_wakes();
            if let Some(tx) = tx.free() {
                assert_eq!((tx.len(), tx.receiver_count()), (longest, receivers));
                assert_eq!((tx.strong_count(), tx.weak_count()), (senders, weak));
            }
        }
        for rx in &mut self.rx {
            rx.seat.assert_wakes();
            let length = rx.owed.len() as u64 + rx.missed;
            if let Some(rx) = rx.seat.free() {
                assert_eq!((rx.len() as u64, rx.is_closed()), (length, senders == 0));
            }
        }
    }
}

#[test]
fn a_broadcast_channel_behaves_like_its_model() {
    check("broadcast", (1..9_usize, steps(step())), |(capacity, steps)| {
        let mut bench = Bench::new(capacity);
        let compared = |step| {
            let done = bench.by_sender(&step).or_else(|| bench.by_receiver(&step));
            bench.compare();
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
