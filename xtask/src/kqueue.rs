//! Type-checks the kqueue siblings of the platform files on any system.

use crate::compiler;
use crate::programs::{self, Outcome, cargo};

/// One of each family: they differ in what their libc has.
const TARGETS: [&str; 2] = ["x86_64-apple-darwin", "x86_64-unknown-freebsd"];

/// Checks the library for one system.
fn check(target: &str) -> Outcome {
    let mut cargo = cargo("kqueue");
    cargo.args(["check", "--package", "ringloop", "--target", target]);
    if !compiler::rustup("target", target) {
        compiler::debian(&mut cargo)?;
        cargo.arg("-Zbuild-std=std,panic_abort");
    }
    programs::run(&mut cargo)?;
    println!("KQUEUE {target} ok");
    Ok(())
}

/// Checks for all systems.
pub fn run(_: &[String]) -> Outcome {
    TARGETS.into_iter().try_for_each(check)
}
