//! What a contributor runs: `cargo xtask NAME`.

mod compiler;
mod counts;
mod drop_in;
mod features;
mod footprint;
mod instruments;
mod kqueue;
mod loom;
mod mutants;
mod programs;
mod properties;
mod sanitizers;
mod stress;
mod versus;

use programs::Outcome;
use std::process::ExitCode;

/// One subcommand, as `help` lists it.
struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

// One row a subcommand.
#[rustfmt::skip]
const TASKS: &[Task] = &[
    Task { name: "loom", arguments: "[FILTER]", about: "explore the models of the concurrent protocols", run: loom::run },
    Task { name: "mutants", arguments: "[--changed | FILTER]", about: "put known bugs back; each must fail its test", run: mutants::run },
    Task { name: "kqueue", arguments: "", about: "type-check for macOS and FreeBSD", run: kqueue::run },
    Task { name: "tsan", arguments: "[FILTER]", about: "unit tests under ThreadSanitizer", run: sanitizers::thread },
    Task { name: "asan", arguments: "[FILTER]", about: "unit tests under AddressSanitizer", run: sanitizers::address },
    Task { name: "stress", arguments: "[SECONDS]", about: "tests named stress_*, for that long each", run: stress::run },
    Task { name: "properties", arguments: "[OPERATIONS]", about: "primitives beside their models, a million operations of each", run: properties::run },
    Task { name: "counts", arguments: "[--bless] [FILTER]", about: "instructions of core paths, against those written down", run: counts::run },
    Task { name: "features", arguments: "", about: "each feature of the facade, alone", run: features::run },
    Task { name: "drop-in", arguments: "[[OPTIONS] NAME [ARGUMENTS]]", about: "unmodified programs on the facade", run: drop_in::run },
    Task { name: "all", arguments: "", about: "every check above, whole", run: all },
    Task { name: "footprint", arguments: "", about: "what an empty program costs, beside the published tokio", run: footprint::run },
    Task { name: "conformance", arguments: "[ARGUMENTS]", about: "published test suites on the facade", run: instruments::conformance },
    Task { name: "versus", arguments: "[--rounds=N] [FILTER]", about: "time of core paths, beside the published tokio", run: versus::run },
    Task { name: "api", arguments: "[ARGUMENTS]", about: "public items that the facade lacks", run: instruments::api },
    Task { name: "help", arguments: "", about: "this list", run: help },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "help".into());
    let rest: Vec<String> = arguments.collect();
    let outcome = match TASKS.iter().find(|task| task.name == name) {
        Some(task) => (task.run)(&rest),
        None => Err(format!("no command `{name}`; `cargo xtask help` lists them")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask {name}: {message}");
            ExitCode::FAILURE
        }
    }
}

fn help(_: &[String]) -> Outcome {
    for task in TASKS {
        println!("cargo xtask {:<38} {}", format!("{} {}", task.name, task.arguments), task.about);
    }
    Ok(())
}

/// Runs every check to its end, then says which failed.
fn all(_: &[String]) -> Outcome {
    let whole = [
        "loom",
        "mutants",
        "kqueue",
        "tsan",
        "asan",
        "stress",
        "properties",
        "counts",
        "features",
        "drop-in",
    ];
    let mut failed = Vec::new();
    for task in TASKS.iter().filter(|task| whole.contains(&task.name)) {
        println!("== {}", task.name);
        if let Err(message) = (task.run)(&[]) {
            eprintln!("{message}");
            failed.push(task.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}
