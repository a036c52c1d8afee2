//! Says what the smallest program costs on this runtime, beside the published tokio.
//!
//! The program is an empty `main` with the feature `full`, built for release from nothing, with one
//! job at a time, so that the seconds are work rather than luck with the cores.

use crate::programs::{self, Outcome, cargo_path, root, target};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const MANIFEST: &str = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
    [dependencies]\ntokio = { version = \"1.54\", features = [\"full\"] }\n\n[workspace]\n";
const PROGRAM: &str = "#[tokio::main]\nasync fn main() {}\n";

/// What the program costs.
struct Cost {
    seconds: f64,
    bytes: u64,
    crates: usize,
}

/// Builds the program both ways, and prints the ratios: above 1 this runtime is the smaller.
pub fn run(_: &[String]) -> Outcome {
    let facade = root().join("tokio");
    let patch = format!("\n[patch.crates-io]\ntokio = {{ path = {facade:?} }}\n");
    let theirs = measure("tokio", "")?;
    let ours = measure("ours", &patch)?;
    println!("{:<18} {:>10} {:>10} {:>7}", "", "tokio", "ours", "ratio");
    row("seconds to build", theirs.seconds, ours.seconds);
    row("bytes, stripped", theirs.bytes as f64, ours.bytes as f64);
    row("crates", theirs.crates as f64, ours.crates as f64);
    Ok(())
}

fn row(what: &str, theirs: f64, ours: f64) {
    println!("{what:<18} {theirs:>10.1} {ours:>10.1} {:>6.2}x", theirs / ours);
}

fn measure(name: &str, patch: &str) -> Result<Cost, String> {
    let folder = target("footprint").join(name);
    write(&folder, patch).map_err(|error| format!("{}: {error}", folder.display()))?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(cargo_path());
        cargo.current_dir(&folder).env("CARGO_TARGET_DIR", folder.join("target"));
        cargo.env("CARGO_PROFILE_RELEASE_STRIP", "true").args(arguments);
        cargo
    };
    // What is fetched now is not waited for by the build.
    programs::run(&mut cargo(&["fetch", "--quiet"]))?;
    programs::run(&mut cargo(&["clean", "--quiet"]))?;
    let start = Instant::now();
    programs::run(&mut cargo(&["build", "--release", "--quiet", "--jobs", "1", "--offline"]))?;
    let seconds = start.elapsed().as_secs_f64();
    let binary: PathBuf = folder.join("target/release/empty");
    let bytes = std::fs::metadata(&binary).map_err(|error| error.to_string())?.len();
    let tree = ["tree", "--offline", "--quiet", "--prefix", "none", "--edges", "normal,build"];
    let tree = programs::output(&mut cargo(&tree), false)?;
    Ok(Cost { seconds, bytes, crates: crates(&tree) })
}

fn write(folder: &Path, patch: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("Cargo.toml"), format!("{MANIFEST}{patch}"))?;
    std::fs::write(folder.join("src/main.rs"), PROGRAM)
}

/// How many packages a tree names, the program itself not counted. One that is named again ends in
/// a mark.
fn crates(tree: &str) -> usize {
    let names = tree.lines().skip(1).map(|line| line.trim_end_matches(" (*)"));
    let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_is_named_twice_counts_once() {
        assert_eq!(crates("empty v0.0.0\na v1.0.0\nb v1.0.0\na v1.0.0 (*)\n"), 2);
    }
}
