//! Runs unmodified programs on the facade.

use crate::programs::{self, Outcome, cargo, output, root, target};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// The folder under `target/` of our own programs.
const OURS: &str = "drop-in";
/// The folder under `target/` of published programs.
const PUBLISHED: &str = "published";

/// Without arguments runs what `examples/drop-in/` has; else `[OPTION...] NAME [ARGUMENT...]` is a
/// published program, with options for the cargo that builds it and arguments of its own.
pub fn run(arguments: &[String]) -> Outcome {
    let name = arguments.iter().position(|argument| !argument.starts_with('-'));
    match name {
        Some(at) => published(&arguments[..at], &arguments[at], &arguments[at + 1..]),
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
    // An error if there are two.
    let users = output(cargo("tree").args(["--invert", "tokio", "--depth", "0"]), false)?;
    if !users.contains(&format!("({})", root().join("tokio").display())) {
        return Err(format!("the programs are not built on the facade, but on {users}"));
    }
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

/// Builds a program of the registry as `cargo install` does, but on the facade, and runs it.
///
/// It is not built `--locked`: its own lock file would pin the tokio that the patch replaces.
fn published(options: &[String], name: &str, arguments: &[String]) -> Outcome {
    let facade = root().join("tokio");
    let folder = target(PUBLISHED).join(name);
    let patch = format!("patch.crates-io.tokio.path='{}'", facade.display());
    let mut install = cargo(PUBLISHED);
    install.args(["install", name, "--config", &patch, "--root"]).arg(&folder).args(options);
    programs::run(&mut install)?;
    let program = installed(&folder.join("bin"), name.split('@').next().unwrap_or(name))?;
    if !is_on_the_facade(&program).map_err(|error| format!("{}: {error}", program.display()))? {
        return Err(format!("nothing of {} is in {name}: does it use tokio 1?", root().display()));
    }
    println!("DROP-IN {name}: {}", program.display());
    programs::run(Command::new(program).args(arguments))
}

/// The program called `name` in `folder`, or the only one there.
fn installed(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let named = folder.join(name);
    if named.is_file() {
        return Ok(named);
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    match (files.next(), files.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(format!("which of those in {}? Say `--bin=NAME` first", folder.display())),
    }
}

/// Whether code of ours is in `program`: panics carry the paths of their sources.
fn is_on_the_facade(program: &Path) -> io::Result<bool> {
    let sources = root().join("src/engine/");
    let sources = sources.as_os_str().as_encoded_bytes();
    Ok(fs::read(program)?.windows(sources.len()).any(|window| window == sources))
}
