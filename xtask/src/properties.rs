//! Compares the primitives with their sequential models for longer than `cargo test` does.

use crate::programs::{Outcome, cargo, output};

/// How many operations each property compares when the user does not say.
const DEFAULT_OPERATIONS: u64 = 1_000_000;

/// Runs `tests/models`, and adds up what each property says that it has carried out.
pub fn run(arguments: &[String]) -> Outcome {
    let wanted = match arguments.first() {
        Some(text) => {
            text.parse().map_err(|_| format!("`{text}` is not a number of operations"))?
        }
        None => DEFAULT_OPERATIONS,
    };
    // The build is that of the stress tests, and so is its folder.
    let mut cargo = cargo("stress");
    cargo.env("PROPERTY_OPERATIONS", wanted.to_string());
    cargo.args(["test", "--release", "--test", "models", "--", "--show-output"]);
    let counts = counts(&output(&mut cargo, true)?);
    if counts.is_empty() {
        return Err("no property has printed its count".into());
    }
    println!("PROPERTIES properties={} operations={}", counts.len(), counts.iter().sum::<u64>());
    Ok(())
}

/// What the lines `PROPERTY name operations=N` say.
fn counts(output: &str) -> Vec<u64> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("PROPERTY "));
    lines.filter_map(|line| line.rsplit_once(" operations=")?.1.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_property_is_counted_by_its_line() {
        let text = "running 2 tests\nPROPERTY a operations=7\n\nPROPERTY b c operations=20\nx\n";
        assert_eq!(counts(text), [7, 20]);
        assert!(counts("test PROPERTY operations=1 ... ok").is_empty());
    }
}
