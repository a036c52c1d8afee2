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

/// All rows, then what went wrong, if anything did.
pub fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<14}{:>8}{:>12}{:>10}{:>10}{:>10}{:>10}{:>12}{:>8}\n",
        "", "clients", "trips/s", "p50", "p99", "p99.9", "max", "bytes", "errors"
    );
    for row in rows {
        let errors: u64 = row.tally.errors.values().sum::<u64>() + row.tally.wrong;
        let [p50, p99, p999, max] = percentiles(&row.tally.trips);
        line(
            &mut text,
            format_args!(
                "{:<14}{:>8}{:>12.0}{p50:>10}{p99:>10}{p999:>10}{max:>10}{:>12}{errors:>8}",
                row.protocol,
                row.connections,
                row.trips_per_second(),
                size(row.tally.bytes),
            ),
        );
    }
    for row in rows {
        let [p50, p99, p999, max] = percentiles(&row.tally.lateness);
        let name = format!("{} timers late", row.protocol);
        line(&mut text, format_args!("{name:<34}{p50:>10}{p99:>10}{p999:>10}{max:>10}"));
    }
    for row in rows {
        for (kind, count) in &row.tally.errors {
            line(&mut text, format_args!("{}: {count} x {kind}", row.protocol));
        }
        if row.tally.wrong > 0 {
            line(&mut text, format_args!("{}: {} x WRONG BYTES", row.protocol, row.tally.wrong));
        }
        if row.tally.trips.count() == 0 {
            line(&mut text, format_args!("{}: NOTHING GOT THROUGH", row.protocol));
        }
    }
    text
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
