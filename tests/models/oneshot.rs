//! The oneshot channel beside its model.

use crate::probe::{Probe, Tally};
use crate::property::check;
use proptest::collection::vec;
use proptest::prelude::*;
use runtime::sync::oneshot::{self, Receiver, Sender, error::TryRecvError};
use std::mem::take;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

#[derive(Clone, Debug)]
enum Step {
    Send,
    DropSender,
    PollClosed,
    Poll,
    TryRecv,
    Close,
    DropReceiver,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Send),
        1 => Just(Step::DropSender),
        3 => Just(Step::PollClosed),
        3 => Just(Step::Poll),
        2 => Just(Step::TryRecv),
        1 => Just(Step::Close),
        1 => Just(Step::DropReceiver),
    ]
}

/// What the channel knows, without concurrency.
#[derive(Default)]
struct Model {
    value: bool,
    closed: bool,
    over: bool,
    tx_waits: bool,
    rx_waits: bool,
    tx_wakes: usize,
    rx_wakes: usize,
}

impl Model {
    fn close(&mut self, sender_alive: bool) {
        if !self.closed && sender_alive && take(&mut self.tx_waits) {
            self.tx_wakes += 1;
        }
        self.closed = true;
    }

    fn complete(&mut self, receiver_there: bool) {
        if receiver_there && !self.over && take(&mut self.rx_waits) {
            self.rx_wakes += 1;
        }
    }
}

struct Bench {
    tally: Tally,
    tx: Option<Sender<Arc<()>>>,
    rx: Option<Receiver<Arc<()>>>,
    tx_probe: Probe,
    rx_probe: Probe,
    model: Model,
}

impl Bench {
    fn new() -> Self {
        let (tx, rx) = oneshot::channel();
        let [tx_probe, rx_probe] = [(); 2].map(|()| Probe::new());
        let (tx, rx) = (Some(tx), Some(rx));
        Self { tally: Tally::new(), tx, rx, tx_probe, rx_probe, model: Model::default() }
    }

    /// Answers whether there was anything to do.
    fn step(&mut self, step: Step) -> Option<()> {
        let Self { model, tx, rx, .. } = self;
        match step {
            Step::Send => {
                let sent = tx.take()?.send(self.tally.token()).is_ok();
                assert_eq!(sent, !model.closed);
                model.value = sent;
                model.complete(rx.is_some());
            }
            Step::DropSender => {
                drop(tx.take()?);
                model.complete(rx.is_some());
            }
            Step::PollClosed => {
                let tx = tx.as_mut()?;
                let closed = self.tx_probe.with(|cx| tx.poll_closed(cx)).is_ready();
                assert_eq!((closed, tx.is_closed()), (model.closed, model.closed));
                model.tx_waits = !closed;
            }
            Step::Poll => {
                let rx = rx.as_mut().filter(|rx| !rx.is_terminated())?;
                let waits = tx.is_some() && !model.closed;
                let got = self.rx_probe.poll(Pin::new(rx));
                assert_eq!(got.is_pending(), waits);
                model.rx_waits |= waits;
                if let Poll::Ready(got) = got {
                    assert_eq!(got.is_ok(), take(&mut model.value));
                    model.over = true;
                    // A receiver that has completed has left.
                    model.close(tx.is_some());
                }
            }
            Step::TryRecv => {
                let got = rx.as_mut()?.try_recv();
                let waits = tx.is_some() && !model.closed && !model.over;
                assert_eq!(got.is_ok(), take(&mut model.value));
                assert_eq!(got == Err(TryRecvError::Empty), waits);
                model.over |= !waits;
                if model.over {
                    model.close(tx.is_some());
                }
            }
            Step::Close => {
                rx.as_mut()?.close();
                model.close(tx.is_some());
            }
            Step::DropReceiver => {
                drop(rx.take()?);
                model.value = false;
                model.close(tx.is_some());
            }
        }
        Some(())
    }
}

#[test]
fn a_oneshot_behaves_like_its_model() {
    // Few, since nothing is of interest once both ends are gone.
    check("oneshot", vec(step(), 0..16), |steps| {
        let mut bench = Bench::new();
        let compared = |step| {
            let done = bench.step(step);
            assert_eq!(bench.tally.alive(), usize::from(bench.model.value));
            assert_eq!(bench.tx_probe.wakes(), bench.model.tx_wakes);
            assert_eq!(bench.rx_probe.wakes(), bench.model.rx_wakes);
            done
        };
        steps.into_iter().filter_map(compared).count()
    });
}
