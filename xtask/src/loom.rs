//! Runs the loom models.

use crate::programs::{Outcome, cargo, output};
use std::process::Command;

/// Explores every model whose name contains the filter.
pub fn run(arguments: &[String]) -> Outcome {
    let filter = arguments.first().map_or("", String::as_str);
    let listed = output(models().args(["--", "--list", "--format=terse"]), false)?;
    let names = select(&listed, filter);
    if names.is_empty() {
        return Err(format!("no model has `{filter}` in its name"));
    }
    output(models().args(["--", "--exact"]).args(&names), true)?;
    println!("LOOM models={}", names.len());
    Ok(())
}

/// The command that builds the unit tests as models.
fn models() -> Command {
    let mut cargo = cargo("loom");
    configure(&mut cargo).args(["test", "--release", "--lib"]);
    cargo
}

/// Swaps the primitives for loom's; to be used with `--release`, since models take many steps.
pub fn configure(cargo: &mut Command) -> &mut Command {
    cargo.env("RUSTFLAGS", "--cfg loom").env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
}

/// The models among the listed tests. (A test's own filters would be joined by "or".)
fn select<'a>(listed: &'a str, filter: &str) -> Vec<&'a str> {
    let tests = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    tests.filter(|name| name.contains("loom_tests") && name.contains(filter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_that_match_are_selected() {
        let listed = "a::loom_tests::x: test\na::tests::x: test\nb::loom_tests::y: test\n";
        assert_eq!(select(listed, ""), ["a::loom_tests::x", "b::loom_tests::y"]);
        assert_eq!(select(listed, "b::"), ["b::loom_tests::y"]);
    }
}
