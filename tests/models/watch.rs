//! The watch channel beside its model.

use crate::probe::Probe;
use crate::property::{check, steps, which};
use crate::seat::{Seat, one, take_one};
use proptest::prelude::*;
use runtime::sync::watch::{self, Receiver, Sender};
use std::pin::pin;
use std::task::Poll;

/// Numbers say which of the senders or receivers does it.
#[derive(Clone, Debug)]
enum Step {
    Send(usize, u8),
    Replace(usize, u8),
    Modify(usize, bool),
    Subscribe(usize),
    CloneTx(usize),
    DropTx(usize),
    /// Starts to wait for the receivers to go.
    Closed(usize),
    PollTx(usize),
    CloneRx(usize),
    DropRx(usize),
    Glance(usize),
    Changed(usize),
    WaitFor(usize, u8),
    PollRx(usize),
    Borrow(usize),
    Update(usize),
    Mark(usize, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let flag = any::<bool>;
    prop_oneof![
        4 => (which(), 0..8_u8).prop_map(|(who, value)| Step::Send(who, value)),
        1 => (which(), 0..8_u8).prop_map(|(who, value)| Step::Replace(who, value)),
        2 => (which(), flag()).prop_map(|(who, tell)| Step::Modify(who, tell)),
        2 => which().prop_map(Step::Subscribe),
        1 => which().prop_map(Step::CloneTx),
        1 => which().prop_map(Step::DropTx),
        2 => which().prop_map(Step::Closed),
        3 => which().prop_map(Step::PollTx),
        1 => which().prop_map(Step::CloneRx),
        3 => which().prop_map(Step::DropRx),
        2 => which().prop_map(Step::Glance),
        3 => which().prop_map(Step::Changed),
        3 => (which(), 0..4_u8).prop_map(|(who, value)| Step::WaitFor(who, value)),
        8 => which().prop_map(Step::PollRx),
        1 => which().prop_map(Step::Borrow),
        2 => which().prop_map(Step::Update),
        1 => (which(), flag()).prop_map(|(who, seen)| Step::Mark(who, seen)),
    ]
}

/// A receiver beside what is known of it.
struct Rx {
    seat: Seat<Receiver<u8>, bool>,
    /// The value is news to it.
    news: bool,
    /// The value that it waits for, if it does, and which one it has looked at.
    wants: Option<(u8, Option<usize>)>,
}

impl Rx {
    fn new(rx: Receiver<u8>, news: bool) -> Self {
        Self { seat: Seat::new(rx), news, wants: None }
    }
}

/// The channel beside what is known of it.
struct Bench {
    tx: Vec<Seat<Sender<u8>, ()>>,
    rx: Vec<Rx>,
    value: u8,
    version: usize,
}

impl Bench {
    fn new() -> Self {
        let (tx, rx) = watch::channel(0);
        Self { tx: vec![Seat::new(tx)], rx: vec![Rx::new(rx, false)], value: 0, version: 0 }
    }

    /// A value has come.
    fn tell(&mut self) {
        self.version += 1;
        for rx in &mut self.rx {
            rx.news = true;
            rx.seat.call();
        }
    }

    /// What a poll of a busy receiver should give.
    fn look(&mut self, which: usize) -> Option<Poll<bool>> {
        let (version, value, closed) = (self.version, self.value, self.tx.is_empty());
        let rx = one(&mut self.rx, which)?;
        let met = match &mut rx.wants {
            None => std::mem::take(&mut rx.news),
            Some((_, looked)) if *looked == Some(version) => false,
            Some((wanted, looked)) => {
                *looked = Some(version);
                rx.news = false;
                value == *wanted
            }
        };
        Some(if met || closed { Poll::Ready(met) } else { Poll::Pending })
    }

    /// What senders do; answers whether there was anything to do.
    fn send(&mut self, step: &Step) -> Option<()> {
        let heard = !self.rx.is_empty();
        match *step {
            Step::Send(who, value) => {
                let sent = one(&mut self.tx, who)?.free()?.send(value);
                assert_eq!(sent.is_ok(), heard);
                if heard {
                    self.value = value;
                    self.tell();
                }
            }
            Step::Replace(who, value) => {
                let old = one(&mut self.tx, who)?.free()?.send_replace(value);
                assert_eq!(old, std::mem::replace(&mut self.value, value));
                self.tell();
            }
            Step::Modify(who, tell) => {
                let modify = |value: &mut u8| {
                    *value = (*value + 1) % 8;
                    tell
                };
                assert_eq!(one(&mut self.tx, who)?.free()?.send_if_modified(modify), tell);
                modify(&mut self.value);
                if tell {
                    self.tell();
                }
            }
            Step::Subscribe(who) => {
                let rx = one(&mut self.tx, who)?.free()?.subscribe();
                self.rx.push(Rx::new(rx, false));
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
            Step::Closed(who) => one(&mut self.tx, who)?.lend(|tx| async {
                tx.closed().await;
                (tx, ())
            })?,
            Step::PollTx(who) => {
                let polled = one(&mut self.tx, who)?.poll()?;
                assert_eq!(polled.is_pending(), heard);
            }
            _ => return None,
        }
        Some(())
    }

    /// What receivers do; answers whether there was anything to do.
    fn receive(&mut self, step: &Step) -> Option<()> {
        let (value, closed) = (self.value, self.tx.is_empty());
        match *step {
            Step::CloneRx(who) => {
                let rx = one(&mut self.rx, who)?;
                let twin = Rx::new(rx.seat.free()?.clone(), rx.news);
                self.rx.push(twin);
            }
            Step::DropRx(who) => {
                drop(take_one(&mut self.rx, who)?);
                if self.rx.is_empty() {
                    self.tx.iter_mut().for_each(Seat::call);
                }
            }
            Step::Glance(who) => {
                let rx = one(&mut self.rx, who)?;
                let polled = Probe::new().poll(pin!(rx.seat.free()?.changed()));
                let news = std::mem::take(&mut rx.news);
                let expected = if news || closed { Poll::Ready(news) } else { Poll::Pending };
                assert_eq!(polled.map(|changed| changed.is_ok()), expected);
            }
            Step::Changed(who) => {
                let rx = one(&mut self.rx, who)?;
                rx.seat.lend(|mut rx| async {
                    let changed = rx.changed().await.is_ok();
                    (rx, changed)
                })?;
                rx.wants = None;
            }
            Step::WaitFor(who, wanted) => {
                let rx = one(&mut self.rx, who)?;
                rx.seat.lend(|mut rx| async move {
                    let met = rx.wait_for(|value| *value == wanted).await.is_ok();
                    (rx, met)
                })?;
                rx.wants = Some((wanted, None));
            }
            Step::PollRx(who) => {
                let polled = one(&mut self.rx, who)?.seat.poll()?;
                assert_eq!(Some(polled), self.look(who));
            }
            Step::Borrow(who) => {
                let rx = one(&mut self.rx, who)?;
                let seen = rx.seat.free()?.borrow();
                assert_eq!((*seen, seen.has_changed()), (value, rx.news));
            }
            Step::Update(who) => {
                let rx = one(&mut self.rx, who)?;
                let seen = rx.seat.free()?.borrow_and_update();
                assert_eq!((*seen, seen.has_changed()), (value, rx.news));
                rx.news = false;
            }
            Step::Mark(who, seen) => {
                let rx = one(&mut self.rx, who)?;
                match seen {
                    true => rx.seat.free()?.mark_unchanged(),
                    false => rx.seat.free()?.mark_changed(),
                }
                rx.news = !seen;
            }
            _ => return None,
        }
        Some(())
    }

    fn compare(&mut self) {
        let (senders, receivers) = (self.tx.len(), self.rx.len());
        for tx in &mut self.tx {
            tx.assert_wakes();
            if let Some(tx) = tx.free() {
                assert_eq!((tx.sender_count(), tx.receiver_count()), (senders, receivers));
                assert_eq!((*tx.borrow(), tx.is_closed()), (self.value, receivers == 0));
            }
        }
        for rx in &mut self.rx {
            rx.seat.assert_wakes();
            let expected = (senders > 0).then_some(rx.news);
            if let Some(rx) = rx.seat.free() {
                assert_eq!(rx.has_changed().ok(), expected);
            }
        }
    }
}

#[test]
fn a_watch_channel_behaves_like_its_model() {
    check("watch", steps(step()), |steps| {
        let mut bench = Bench::new();
        let compared = |step| {
            let done = bench.send(&step).or_else(|| bench.receive(&step));
            bench.compare();
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
