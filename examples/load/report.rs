//! The table at the end.

use crate::args::Protocol;
use crate::tally::{Durations, Tally};
use std::fmt::Write;
use std::time::Duration;

/// The percentiles of the table.
const SHARES: [f64; 4] = [0.5, 0.99, 0.999, 1.0];

/// What came of one protocol.
#[derive(Debug)]
pub struct Row {
    pub protocol: Protocol,
    pub connections: u32,
    pub elapsed: Duration,
    pub tally: Tally,
}

impl Row {
    /// Whether something got through, and all of it was right.
    pub fn passed(&self) -> bool {
        self.tally.wrong == 0 && self.tally.trips.count() > 0
    }

    fn trips_per_second(&self) -> f64 {
        self.tally.trips.count() as f64 / self.elapsed.as_secs_f64()
    }
}

/// What was measured, a row a protocol; then what went wrong, if anything did.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "{:<14}{:>8}{:>12}{:>10}{:>10}{:>10}{:>10}{:>12}{:>8}",
            "", "clients", "trips/s", "p50", "p99", "p99.9", "max", "bytes", "errors"
        ),
    );
    rows.iter().for_each(|row| round_trips(&mut text, row));
    rows.iter().for_each(|row| lateness(&mut text, row));
    rows.iter().for_each(|row| troubles(&mut text, row));
    text
}

fn round_trips(text: &mut String, row: &Row) {
    let Row { protocol, connections, tally, .. } = row;
    let [p50, p99, p999, max] = percentiles(&tally.trips);
    let (trips, bytes) = (row.trips_per_second(), size(tally.bytes));
    let errors = tally.errors.values().sum::<u64>() + tally.wrong;
    line(
        text,
        format_args!(
            "{protocol:<14}{connections:>8}{trips:>12.0}{p50:>10}{p99:>10}{p999:>10}{max:>10}\
             {bytes:>12}{errors:>8}"
        ),
    );
}

fn lateness(text: &mut String, row: &Row) {
    let [p50, p99, p999, max] = percentiles(&row.tally.lateness);
    let name = format!("{} timers late", row.protocol);
    line(text, format_args!("{name:<34}{p50:>10}{p99:>10}{p999:>10}{max:>10}"));
}

fn troubles(text: &mut String, Row { protocol, tally, .. }: &Row) {
    for (kind, count) in &tally.errors {
        line(text, format_args!("{protocol}: {count} x {kind}"));
    }
    if tally.wrong > 0 {
        line(text, format_args!("{protocol}: {} x WRONG BYTES", tally.wrong));
    }
    if tally.trips.count() == 0 {
        line(text, format_args!("{protocol}: NOTHING GOT THROUGH"));
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("a string takes any text");
}

fn percentiles(durations: &Durations) -> [String; 4] {
    SHARES.map(|share| short(durations.quantile(share)))
}

/// A duration in the unit that leaves up to four digits.
fn short(duration: Duration) -> String {
    let us = duration.as_secs_f64() * 1e6;
    match us {
        ..1e3 => format!("{us:.0} us"),
        ..1e6 => format!("{:.2} ms", us / 1e3),
        _ => format!("{:.2} s", us / 1e6),
    }
}

fn size(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        ..1.0 => bytes.to_string(),
        ..1e3 => format!("{megabytes:.1} MB"),
        _ => format!("{:.2} GB", megabytes / 1e3),
    }
}
