//! The unbounded mpsc channel beside its model: its senders, strong and weak, and its end.

use crate::probe::{Probe, Tally};
use crate::property::{check, steps, which};
use crate::seat::{Seat, one, take_one};
use proptest::prelude::*;
use runtime::sync::mpsc::error::TryRecvError;
use runtime::sync::mpsc::{self, UnboundedReceiver, UnboundedSender, WeakUnboundedSender};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Poll;

/// A value that says whether it is alive.
type Value = (u32, Arc<()>);

/// Numbers say which of the senders does it.
#[derive(Clone, Debug)]
enum Step {
    Send(usize),
    CloneTx(usize),
    DropTx(usize),
    Downgrade(usize),
    Upgrade(usize),
    DropWeak(usize),
    /// Starts to wait for the receiver to close.
    Closed(usize),
    PollTx(usize),
    TryRecv,
    PollRecv,
    RecvMany(usize),
    Close,
    DropRx,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        40 => which().prop_map(Step::Send),
        6 => which().prop_map(Step::CloneTx),
        6 => which().prop_map(Step::DropTx),
        4 => which().prop_map(Step::Downgrade),
        6 => which().prop_map(Step::Upgrade),
        3 => which().prop_map(Step::DropWeak),
        4 => which().prop_map(Step::Closed),
        8 => which().prop_map(Step::PollTx),
        20 => Just(Step::TryRecv),
        20 => Just(Step::PollRecv),
        4 => (0..5_usize).prop_map(Step::RecvMany),
        1 => Just(Step::Close),
        1 => Just(Step::DropRx),
    ]
}

/// The channel beside what is known of it.
struct Bench {
    tally: Tally,
    tx: Vec<Seat<UnboundedSender<Value>, ()>>,
    weak: Vec<WeakUnboundedSender<Value>>,
    rx: Option<UnboundedReceiver<Value>>,
    probe: Probe,
    /// There is somebody to wake for the receiver: also one who waits no more, until it was called.
    waits: bool,
    wakes: usize,
    values: VecDeque<u32>,
    closed: bool,
    next: u32,
}

impl Bench {
    fn new() -> Self {
        let (tx, rx) = mpsc::unbounded_channel();
        Self {
            tally: Tally::new(),
            tx: vec![Seat::new(tx)],
            weak: Vec::new(),
            rx: Some(rx),
            probe: Probe::new(),
            waits: false,
            wakes: 0,
            values: VecDeque::new(),
            closed: false,
            next: 0,
        }
    }

    fn wake_receiver(&mut self) {
        self.wakes += usize::from(std::mem::take(&mut self.waits));
    }

    /// The senders learn that it is closed.
    fn close(&mut self) {
        if !std::mem::replace(&mut self.closed, true) {
            self.tx.iter_mut().for_each(Seat::call);
        }
    }

    /// What is done with senders; answers whether there was anything to do.
    fn send(&mut self, step: &Step) -> Option<()> {
        match *step {
            Step::Send(who) => {
                let value = self.next;
                let sent = one(&mut self.tx, who)?.free()?.send((value, self.tally.token()));
                assert_eq!(sent.map_err(|error| error.0.0).err(), self.closed.then_some(value));
                self.next += 1;
                if !self.closed {
                    self.values.push_back(value);
                    self.wake_receiver();
                }
            }
            Step::CloneTx(who) => {
                let tx = one(&mut self.tx, who)?.free()?.clone();
                self.tx.push(Seat::new(tx));
            }
            Step::DropTx(who) => {
                drop(take_one(&mut self.tx, who)?);
                if self.tx.is_empty() {
                    self.wake_receiver();
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
                assert_eq!(polled.is_ready(), self.closed);
            }
            _ => return None,
        }
        Some(())
    }

    /// What the receiver does; answers whether there was anything to do.
    fn receive(&mut self, step: &Step) -> Option<()> {
        let rx = self.rx.as_mut()?;
        let over = self.closed || self.tx.is_empty();
        let nothing = if over { TryRecvError::Disconnected } else { TryRecvError::Empty };
        match *step {
            Step::TryRecv => {
                let got = rx.try_recv().map(|(value, _)| value);
                assert_eq!(got, self.values.pop_front().ok_or(nothing));
            }
            Step::PollRecv => {
                let polled = self.probe.with(|cx| rx.poll_recv(cx));
                let next = self.values.pop_front();
                let waits = next.is_none() && !over;
                self.waits |= waits;
                let expected = if waits { Poll::Pending } else { Poll::Ready(next) };
                assert_eq!(polled.map(|got| got.map(|(value, _)| value)), expected);
            }
            Step::RecvMany(limit) => {
                let mut buffer = Vec::new();
                let polled = self.probe.with(|cx| rx.poll_recv_many(cx, &mut buffer, limit));
                let count = limit.min(self.values.len());
                let waits = limit > 0 && count == 0 && !over;
                self.waits |= waits;
                assert_eq!(polled, if waits { Poll::Pending } else { Poll::Ready(count) });
                assert!(buffer.iter().map(|(value, _)| *value).eq(self.values.drain(..count)));
            }
            Step::Close => {
                rx.close();
                self.close();
            }
            Step::DropRx => {
                self.rx = None;
                self.waits = false;
                self.values.clear();
                self.close();
            }
            _ => return None,
        }
        Some(())
    }

    fn compare(&mut self) {
        assert_eq!(self.tally.alive(), self.values.len());
        assert_eq!(self.probe.wakes(), self.wakes);
        let counts = (self.tx.len(), self.weak.len());
        for tx in &mut self.tx {
            tx.assert_wakes();
            if let Some(tx) = tx.free() {
                assert_eq!((tx.strong_count(), tx.weak_count()), counts);
                assert_eq!(tx.is_closed(), self.closed);
            }
        }
        for weak in &self.weak {
            assert_eq!((weak.strong_count(), weak.weak_count()), counts);
        }
        if let Some(rx) = &self.rx {
            assert_eq!((rx.sender_strong_count(), rx.sender_weak_count()), counts);
            assert_eq!((rx.len(), rx.is_empty()), (self.values.len(), self.values.is_empty()));
            assert_eq!(rx.is_closed(), self.closed || self.tx.is_empty());
        }
    }
}

#[test]
fn an_unbounded_channel_behaves_like_its_model() {
    check("mpsc_unbounded", steps(step()), |steps| {
        let mut bench = Bench::new();
        let compared = |step| {
            let done = bench.send(&step).or_else(|| bench.receive(&step));
            bench.compare();
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
