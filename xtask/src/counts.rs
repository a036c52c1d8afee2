//! Compares the instructions that core paths take with those that are written down.
//!
//! Instructions repeat where time does not: no noise from neighbours, and a change of one in fifty
//! is seen. They say nothing of the kernel, of caches, or of threads that get in each other's way.
//! The counts belong to one compiler, named at the top of the file; another may give others.

use crate::programs::{self, Outcome, cargo, root, target};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the counts are written down, one path a line.
const FILE: &str = "xtask/counts.txt";
/// How often each path is run, twice: the difference is free of what a process does once.
const TIMES: [u32; 2] = [2_000, 6_000];
/// By how many percent a count may differ from the one written down, unless the file says more: it
/// does where two threads meet, since there the count depends on who comes first.
const TOLERANCE: f64 = 2.0;
/// Which of its copying functions the C library picks depends on the processor; these are without
/// those that only some have.
const PLAIN_COPIES: &str = "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-AVX512VL,-ERMS,-FSRM";

/// What is written down of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    count: f64,
    tolerance: f64,
}

/// Counts every path whose name contains the filter; `--bless` writes the counts down.
pub fn run(arguments: &[String]) -> Outcome {
    let bless = arguments.iter().any(|argument| argument == "--bless");
    let filter = arguments.iter().find(|argument| !argument.starts_with("--"));
    let binary = build()?;
    provide_valgrind()?;
    let path = root().join(FILE);
    let mut written = parse(&std::fs::read_to_string(&path).unwrap_or_default())?;
    let names = programs::output(&mut Command::new(&binary), false)?;
    let (mut total, mut failed) = (0, Vec::new());
    for name in names.lines().filter(|name| filter.is_none_or(|filter| name.contains(filter))) {
        total += 1;
        let count = cost(&binary, name)?;
        let (verdict, is_ok) = judge(written.get(name), count);
        println!("{name:<20} {count:>10.1}  {verdict}");
        if bless {
            let tolerance = written.get(name).map_or(TOLERANCE, |entry| entry.tolerance);
            written.insert(name.to_owned(), Entry { count, tolerance });
        } else if !is_ok {
            failed.push(name);
        }
    }
    if bless {
        let gone = |name: &String| filter.is_none() && !names.lines().any(|line| line == name);
        written.retain(|name, _| !gone(name));
        std::fs::write(&path, print(&written, &compiler()?)).map_err(|error| error.to_string())?;
    }
    println!("COUNTS ok={} of {total}", total - failed.len());
    if failed.is_empty() && total > 0 {
        return Ok(());
    }
    Err(format!(
        "not as in {FILE}: {}. Where the change is meant, or the compiler is another: --bless",
        failed.join(", ")
    ))
}

fn build() -> Result<PathBuf, String> {
    let mut cargo = cargo("counts");
    // One unit, so that what is inlined does not depend on how a crate is cut up.
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    programs::run(cargo.args(["build", "--release", "--quiet", "--package", "paths"]))?;
    Ok(target("counts").join("release/paths"))
}

/// Installs valgrind where it is missing.
fn provide_valgrind() -> Outcome {
    let mut version = Command::new("valgrind");
    if version.arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    {
        return Ok(());
    }
    programs::run(Command::new("apt-get").args(["update", "-qq"]))?;
    let install = ["install", "-qq", "-y", "--no-install-recommends", "valgrind"];
    programs::run(Command::new("apt-get").args(install))
}

fn compiler() -> Result<String, String> {
    programs::output(Command::new("rustc").arg("--version"), false)
}

/// Instructions of one operation of the path.
fn cost(binary: &Path, name: &str) -> Result<f64, String> {
    let [few, many] = TIMES;
    let more = instructions(binary, name, many)? - instructions(binary, name, few)?;
    Ok(more / f64::from(many - few))
}

fn instructions(binary: &Path, name: &str, times: u32) -> Result<f64, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(binary).args([name, &times.to_string()]).env("GLIBC_TUNABLES", PLAIN_COPIES);
    let output = valgrind.output().map_err(|error| format!("cannot start valgrind: {error}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|line| line.split("Collected :").nth(1));
    match collected.and_then(|number| number.trim().parse().ok()) {
        Some(number) if output.status.success() => Ok(number),
        _ => Err(format!("{name} failed: {log}")),
    }
}

/// How `count` compares with what is written down, for the user, and whether it passes.
fn judge(written: Option<&Entry>, count: f64) -> (String, bool) {
    let Some(entry) = written else { return (format!("NEW: not in {FILE}"), false) };
    let percent = (count / entry.count - 1.0) * 100.0;
    let is_ok = percent.abs() <= entry.tolerance;
    let verdict = match percent {
        _ if is_ok => "ok",
        ..0.0 => "LESS",
        _ => "MORE",
    };
    (format!("{verdict}: {percent:+.1} % of {:.1}", entry.count), is_ok)
}

fn parse(text: &str) -> Result<BTreeMap<String, Entry>, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            let mut number = || words.next().and_then(|word| word.parse().ok());
            match (number(), number()) {
                (Some(count), Some(tolerance)) => Ok((name, Entry { count, tolerance })),
                _ => Err(format!("{FILE} has a line that is no path with two numbers: {line}")),
            }
        })
        .collect()
}

fn print(entries: &BTreeMap<String, Entry>, compiler: &str) -> String {
    let mut text = format!(
        "# Instructions an operation, and by how many percent they may differ.\n\
         # Written by `cargo xtask counts --bless` with {compiler}"
    );
    for (name, Entry { count, tolerance }) in entries {
        writeln!(text, "{name:<20} {count:>10.1} {tolerance:>4}").expect("a string takes anything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let entry = |count, tolerance| Entry { count, tolerance };
        let entries = BTreeMap::from([
            ("a".to_owned(), entry(12.5, 2.0)),
            ("b".to_owned(), entry(7.0, 10.0)),
        ]);
        assert_eq!(parse(&print(&entries, "rustc 1\n")), Ok(entries));
        assert!(parse("a many 2").is_err());
    }

    #[test]
    fn a_count_passes_within_its_tolerance_only() {
        let entry = Entry { count: 100.0, tolerance: 2.0 };
        assert!(judge(Some(&entry), 101.9).1 && judge(Some(&entry), 98.1).1);
        assert!(!judge(Some(&entry), 102.1).1 && !judge(Some(&entry), 97.9).1);
        assert!(!judge(None, 100.0).1);
    }
}
