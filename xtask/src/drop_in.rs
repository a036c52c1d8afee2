//! Runs unmodified programs on the facade: those in `examples/drop-in/`, or one of the registry.

mod published;

use crate::programs::{self, Outcome, cargo, output, root, target};
use std::path::Path;
use std::process::Command;
use std::{fs, io};

/// The folder under `target/` of our own programs.
const OURS: &str = "drop-in";

/// Without arguments runs what `examples/drop-in/` has; else `[OPTION...] NAME [ARGUMENT...]` is a
/// published program, with options for the cargo that builds it and arguments of its own.
pub fn run(arguments: &[String]) -> Outcome {
    let name = arguments.iter().position(|argument| !argument.starts_with('-'));
    match name {
        Some(at) => published::run(&arguments[..at], &arguments[at], &arguments[at + 1..]),
        None if arguments.is_empty() => ours(),
        None => Err("options for cargo stand before the name of a published program".into()),
    }
}

/// Builds all programs of the workspace, and runs each to its end.
fn ours() -> Outcome {
    let folder = root().join("examples/drop-in");
    let names = members(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let cargo = |command: &str| {
        let mut cargo = cargo(OURS);
        cargo.current_dir(&folder).args([command, "--locked"]);
        cargo
    };
    programs::run(cargo("build").arg("--workspace")).map_err(|error| {
        format!("{error} (if the lock file is out of date: `cargo update --workspace` there)")
    })?;
    on_the_facade(cargo("tree"))?;
    let mut failed = Vec::new();
    for name in &names {
        if let Err(error) = programs::run(&mut Command::new(target(OURS).join("debug").join(name)))
        {
            eprintln!("{name}: {error}");
            failed.push(name.as_str());
        }
    }
    println!("DROP-IN ran={} of {}", names.len() - failed.len(), names.len());
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// The packages in `folder` that are programs, in the order of their names.
fn members(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().join("src/main.rs").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Whether `tree`, a `cargo tree` of some workspace, has the facade for its one tokio.
fn on_the_facade(mut tree: Command) -> Outcome {
    // Cargo answers with an error if there are two.
    let found = output(tree.args(["--invert", "tokio", "--depth", "0"]), false)?;
    if found.contains(&format!("({})", root().join("tokio").display())) {
        return Ok(());
    }
    Err(format!("it is not built on the facade, but on {found}"))
}
