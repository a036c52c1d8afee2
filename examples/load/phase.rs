//! One protocol under load, from the first client to the last.

use crate::args::{Args, Protocol};
use crate::client::{self, Exchange};
use crate::report::Row;
use crate::tally::Tally;
use indicatif::{ProgressBar, ProgressStyle};
use runtime::time::{MissedTickBehavior, interval, sleep};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the progress bar moves.
const REDRAW: Duration = Duration::from_millis(100);
/// How often lateness is measured.
const TICK: Duration = Duration::from_millis(1);

/// What the tasks of a phase share.
#[derive(Debug)]
pub struct Phase {
    over: AtomicBool,
    tally: Mutex<Tally>,
}

/// Why a phase ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    InTime,
    Interrupted,
}

impl Phase {
    /// Drives `addr` for as long as the arguments say, or until `interrupt`.
    pub async fn run(
        args: &Args,
        protocol: Protocol,
        addr: SocketAddr,
        interrupt: Pin<&mut impl Future<Output = io::Result<()>>>,
    ) -> io::Result<(Row, Ended)> {
        let phase =
            Arc::new(Self { over: AtomicBool::new(false), tally: Mutex::new(Tally::new()) });
        let started = Instant::now();
        let bar = runtime::spawn(show_progress(phase.clone(), protocol, args.duration()));
        let timers = runtime::spawn(measure_lateness(phase.clone()));
        let clients: Vec<_> = (0..args.connections)
            .map(|number| Exchange::new(number, args.size()))
            .map(|echo| runtime::spawn(client::work(phase.clone(), protocol, addr, echo)))
            .collect();
        let ended = runtime::select! {
            () = sleep(args.duration()) => Ended::InTime,
            result = interrupt => result.map(|()| Ended::Interrupted)?,
        };
        let elapsed = started.elapsed();
        // Relaxed: the flag alone says all; nothing else is to be seen with it.
        phase.over.store(true, Ordering::Relaxed);
        for task in clients.into_iter().chain([bar, timers]) {
            task.await?;
        }
        let tally = std::mem::replace(&mut *phase.tally(), Tally::new());
        Ok((Row { protocol, connections: args.connections, elapsed, tally }, ended))
    }

    pub fn is_over(&self) -> bool {
        // Relaxed: see the store.
        self.over.load(Ordering::Relaxed)
    }

    /// Counts a round trip; a wrong one counts even when the time is up.
    pub fn returned(&self, took: Duration, bytes: usize, right: bool) {
        let mut tally = self.tally();
        if !right {
            tally.wrong += 1;
        } else if !self.is_over() {
            tally.trips.record(took);
            tally.bytes += bytes as u64;
        }
    }

    pub fn failed(&self, error: &io::Error) {
        *self.tally().errors.entry(error.to_string()).or_default() += 1;
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Draws a bar on a terminal, and nothing elsewhere.
async fn show_progress(phase: Arc<Phase>, protocol: Protocol, duration: Duration) {
    let style = ProgressStyle::with_template("{prefix} {bar:40} {msg}")
        .expect("the template is well formed");
    let bar = ProgressBar::new(duration.as_millis() as u64)
        .with_style(style)
        .with_prefix(protocol.to_string());
    let started = Instant::now();
    let mut redraw = interval(REDRAW);
    while !phase.is_over() {
        redraw.tick().await;
        bar.set_position(started.elapsed().as_millis() as u64);
        bar.set_message(format!("{} round trips", phase.tally().trips.count()));
    }
    bar.finish_and_clear();
}

/// Ticks beside the clients, and notes how much later than asked each tick comes.
async fn measure_lateness(phase: Arc<Phase>) {
    let mut ticks = interval(TICK);
    // A late tick moves the ones after it, so that one delay is counted once.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !phase.is_over() {
        let due = ticks.tick().await;
        phase.tally().lateness.record(due.elapsed());
    }
}
