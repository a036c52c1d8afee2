//! Runs the tests with a sanitizer compiled in, the standard library included.

use crate::compiler;
use crate::programs::{self, Outcome, cargo};

/// A fixed target keeps the flags away from procedural macros, which the compiler itself loads.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The tests of public behaviour that run code of ours beside code of ours: all but those of macros,
/// examples, style.
const ROOMS: [&str; 10] =
    ["fs", "io", "net", "process", "runtime", "signal", "stress", "sync", "task", "time"];

/// Finds data races. `--cfg tsan` is for code that orders by fences, which it does not model.
pub fn thread(arguments: &[String]) -> Outcome {
    test("thread", "tsan", "--cfg tsan", arguments)
}

/// Finds invalid accesses and leaks.
pub fn address(arguments: &[String]) -> Outcome {
    test("address", "asan", "", arguments)
}

/// Runs the tests. `--cfg sanitized` takes recycled memory out, which would hide a late access.
fn test(sanitizer: &str, name: &str, cfg: &str, arguments: &[String]) -> Outcome {
    let mut cargo = cargo(name);
    let mut flags = format!("-Zsanitizer={sanitizer} --cfg sanitized {cfg}");
    cargo.args(["test", "-Zbuild-std", "--target", TARGET]);
    match arguments.first() {
        None => {
            cargo.arg("--lib");
            for room in ROOMS {
                cargo.args(["--test", &format!("{room}_*")]);
            }
        }
        // Options are for cargo, as `--test NAME`; a word names unit tests.
        Some(first) if first.starts_with('-') => {
            cargo.args(arguments);
        }
        Some(_) => {
            cargo.arg("--lib").args(arguments);
        }
    }
    if compiler::rustup("component", "rust-src") {
        compiler::unstable(&mut cargo);
    } else {
        // GNU ld finds versioned libc symbols of the foreign runtime undefined; lld links it.
        compiler::debian(&mut cargo)?;
        let runtime = compiler::sanitizer_runtime(name)?;
        flags += " -Zexternal-clangrt -Clink-arg=-fuse-ld=lld -Clink-arg=-Wl,--whole-archive";
        flags += &format!(" -Clink-arg={} -Clink-arg=-Wl,--no-whole-archive", runtime.display());
    }
    programs::run(cargo.env("RUSTFLAGS", flags))
}
