//! Builds a program of the registry on the facade, from its own sources with its own lock file.

use crate::programs::{self, Outcome, cargo, cargo_path, output, root, target};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The folder under `target/` of sources and builds.
const FOLDER: &str = "published";

/// Runs `name`, which may end in `@VERSION`, with `arguments`; cargo gets `options`.
pub fn run(options: &[String], name: &str, arguments: &[String]) -> Outcome {
    let unpacked = fetch(name)?;
    let source = target(FOLDER).join("source").join(unpacked.file_name().unwrap_or_default());
    prepare(&unpacked, &source).map_err(|error| format!("{}: {error}", source.display()))?;
    super::on_the_facade(patched("tree", &source))?;
    let mut run = patched("run", &source);
    if !options.iter().any(|option| option.starts_with("--profile")) {
        run.arg("--release");
    }
    if let Ok(folder) = env::current_dir() {
        run.current_dir(folder);
    }
    programs::run(run.args(options).arg("--").args(arguments))
}

/// Has cargo download a package, and answers where it has unpacked it.
fn fetch(name: &str) -> Result<PathBuf, String> {
    let mut info = Command::new(cargo_path());
    let shown = output(info.args(["info", "--registry", "crates-io", name]), false)?;
    let version = shown.lines().find_map(|line| line.strip_prefix("version: "));
    let version = version.and_then(|line| line.split(' ').next()).ok_or("no version is shown")?;
    let package = format!("{}-{version}", name.split('@').next().unwrap_or(name));
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => env::home_dir().ok_or("no home directory")?.join(".cargo"),
    };
    let sources = home.join("registry/src");
    let registries = fs::read_dir(&sources);
    let registries = registries.map_err(|error| format!("{}: {error}", sources.display()))?;
    let mut folders = registries.filter_map(|entry| Some(entry.ok()?.path().join(&package)));
    folders.find(|folder| folder.is_dir()).ok_or_else(|| format!("{package} is not unpacked"))
}

/// Copies the sources, once; only the lock file is changed, and cargo completes it.
fn prepare(unpacked: &Path, source: &Path) -> io::Result<()> {
    if source.exists() {
        return Ok(());
    }
    // Under another name until it is whole.
    let partial = source.with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    copy(unpacked, &partial)?;
    let lock = partial.join("Cargo.lock");
    if lock.exists() {
        fs::write(&lock, without_tokio(&fs::read_to_string(&lock)?))?;
    }
    fs::rename(&partial, source)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// A lock file that leaves it open which tokio is used.
fn without_tokio(lock: &str) -> String {
    let packages = lock.split("[[package]]\n");
    let kept: Vec<_> =
        packages.filter(|package| !package.starts_with("name = \"tokio\"\n")).collect();
    kept.join("[[package]]\n")
}

/// Cargo's `command` for the program in `source`, with the patch that its user would write.
fn patched(command: &str, source: &Path) -> Command {
    let patch = format!("patch.crates-io.tokio.path='{}'", root().join("tokio").display());
    let mut cargo = cargo(FOLDER);
    // For what the lock file leaves open, or a program without one.
    cargo.env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
    cargo.args([command, "--config", &patch, "--manifest-path"]).arg(source.join("Cargo.toml"));
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tokio_leaves_the_lock_file() {
        let package = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n");
        let of = |names: &[&str]| names.iter().map(|name| package(name)).collect::<String>();
        let lock = of(&["a", "tokio", "tokio-util"]);
        assert_eq!(
            without_tokio(&format!("version = 4\n{lock}")),
            format!("version = 4\n{}", of(&["a", "tokio-util"]))
        );
    }
}
