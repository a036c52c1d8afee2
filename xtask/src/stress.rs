//! Runs the stress tests for longer than `cargo test` does.

use crate::programs::{self, Outcome, cargo};

/// How long each test runs when the user does not say.
const DEFAULT_SECONDS: u64 = 60;

/// Runs the tests named `stress_*` one after the other, so that each has all cores.
pub fn run(arguments: &[String]) -> Outcome {
    let seconds = match arguments.first() {
        Some(text) => text.parse().map_err(|_| format!("`{text}` is not a number of seconds"))?,
        None => DEFAULT_SECONDS,
    };
    let mut cargo = cargo("stress");
    cargo.env("STRESS_SECONDS", seconds.to_string());
    cargo.args(["test", "--release", "--lib", "--tests", "stress_", "--", "--test-threads=1"]);
    let tests = programs::passed(&programs::output(&mut cargo, true)?);
    println!("STRESS tests={tests} seconds={seconds}");
    Ok(())
}
