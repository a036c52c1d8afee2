//! Compares the time of core paths on this runtime with that on the published tokio.
//!
//! Both sides are one source, `xtask/paths`, built twice. They take turns, so that whatever else the
//! machine does hits both, and what is said of a path is the median of the ratios of its rounds.

use crate::programs::{self, Outcome, cargo, target};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// How often both sides run each path, unless told otherwise.
const ROUNDS: usize = 15;
/// How many seconds one run is to take.
const RUN: f64 = 0.1;
/// As often as a path is run first, to find out how many times make [`RUN`].
const PROBE: u32 = 2_000;

/// What a round says of a path: nanoseconds an operation.
#[derive(Clone, Copy)]
struct Round {
    theirs: f64,
    ours: f64,
}

/// Runs every path whose name contains the filter, on both sides.
pub fn run(arguments: &[String]) -> Outcome {
    let (rounds, filter) = parse(arguments)?;
    let ours = build("ours", &["--package", "paths"], "paths")?;
    let theirs = build("tokio", &["--manifest-path", "benches/versus/Cargo.toml"], "versus")?;
    let names = programs::output(&mut Command::new(&ours), false)?;
    println!("{:<20} {:>11} {:>11} {:>8}   between", "", "tokio, ns", "ours, ns", "ratio");
    let mut medians = Vec::new();
    for name in names.lines().filter(|name| name.contains(&filter)) {
        let all = compare(&theirs, &ours, name, rounds)?;
        let ratios = sorted(all.iter().map(|round| round.theirs / round.ours));
        let ns = |side: fn(&Round) -> f64| median(&sorted(all.iter().map(side)));
        let (low, high) = (ratios[rounds / 4], ratios[rounds - 1 - rounds / 4]);
        println!(
            "{name:<20} {:>11.1} {:>11.1} {:>7.2}x   {low:.2} and {high:.2}",
            ns(|round| round.theirs),
            ns(|round| round.ours),
            median(&ratios),
        );
        medians.push(median(&ratios));
    }
    if medians.is_empty() {
        return Err(format!("no path has `{filter}` in its name"));
    }
    let mean = medians.iter().map(|ratio| ratio.ln()).sum::<f64>() / medians.len() as f64;
    println!("VERSUS paths={} geomean={:.2}x", medians.len(), mean.exp());
    Ok(())
}

fn parse(arguments: &[String]) -> Result<(usize, String), String> {
    let (mut rounds, mut filter) = (ROUNDS, String::new());
    for argument in arguments {
        match argument.strip_prefix("--rounds=") {
            Some(number) => {
                rounds = number.parse().map_err(|_| format!("not a number: {number}"))?
            }
            None => filter.clone_from(argument),
        }
    }
    if rounds == 0 { Err("at least one round".into()) } else { Ok((rounds, filter)) }
}

fn build(side: &str, what: &[&str], binary: &str) -> Result<PathBuf, String> {
    let name = format!("versus/{side}");
    let mut cargo = cargo(&name);
    programs::run(cargo.args(["build", "--release", "--quiet"]).args(what))?;
    Ok(target(&name).join("release").join(binary))
}

fn compare(theirs: &Path, ours: &Path, name: &str, rounds: usize) -> Result<Vec<Round>, String> {
    let times = enough(theirs, name)?.max(enough(ours, name)?);
    let round = |at: usize| {
        // Who goes first changes.
        let (theirs, ours) = if at.is_multiple_of(2) {
            let theirs = cost(theirs, name, times)?;
            (theirs, cost(ours, name, times)?)
        } else {
            let ours = cost(ours, name, times)?;
            (cost(theirs, name, times)?, ours)
        };
        Ok(Round { theirs, ours })
    };
    (0..rounds).map(round).collect()
}

/// How many times take long enough for start and end of the process to be little beside them.
fn enough(binary: &Path, name: &str) -> Result<u32, String> {
    let mut times = PROBE;
    loop {
        let run = cost(binary, name, times)? * f64::from(times) / 1e9;
        if run > RUN / 8.0 {
            return Ok((f64::from(times) * (RUN / run).max(1.0)) as u32);
        }
        times *= 8;
    }
}

/// Nanoseconds an operation, without what a process takes to start and to end.
fn cost(binary: &Path, name: &str, times: u32) -> Result<f64, String> {
    let once = seconds(binary, name, 1)?;
    let all = seconds(binary, name, times)?;
    Ok((all - once).max(1e-9) * 1e9 / f64::from(times - 1))
}

fn seconds(binary: &Path, name: &str, times: u32) -> Result<f64, String> {
    let start = Instant::now();
    programs::run(Command::new(binary).args([name, &times.to_string()]))?;
    Ok(start.elapsed().as_secs_f64())
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { sorted[middle - 1].midpoint(sorted[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        let numbers = sorted([4.0, 1.0, 3.0, 2.0].into_iter());
        assert_eq!((median(&numbers), median(&numbers[..3])), (2.5, 2.0));
    }

    #[test]
    fn a_filter_and_a_number_of_rounds_are_told_apart() {
        let arguments = ["--rounds=3".to_owned(), "mutex".to_owned()];
        assert_eq!(parse(&arguments), Ok((3, "mutex".to_owned())));
        assert!(parse(&["--rounds=0".to_owned()]).is_err());
    }
}
