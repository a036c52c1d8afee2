//! A copy of the tree that a mutant may spoil, with builds that are kept for the next one.

use super::patch::Patch;
use crate::loom;
use crate::programs::{Outcome, cargo_path, root, target};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The copy, which equals the tree after [`Scratch::restore`].
pub struct Scratch {
    tree: PathBuf,
}

/// How a test run ended, with what it printed.
pub enum Finish {
    Passed(String),
    Failed(String),
    Hung,
}

impl Scratch {
    /// Opens the copy that an earlier run left, or an empty one.
    pub fn new() -> Result<Self, String> {
        let tree = target("mutants").join("tree");
        fs::create_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        Ok(Self { tree })
    }

    /// Makes the copy equal to the tree.
    ///
    /// Equal files stay untouched, so that cargo builds only what depends on a changed one.
    pub fn restore(&self) -> Outcome {
        mirror(root(), &self.tree).map_err(|error| format!("cannot copy the tree: {error}"))
    }

    /// Applies the patch to the copy. Lines may have moved, but must read as in the patch.
    pub fn apply(&self, patch: &Patch) -> Outcome {
        let mut git = Command::new("git");
        // Without a ceiling git finds the repository around the copy, and applies to that.
        git.env("GIT_CEILING_DIRECTORIES", target("mutants"));
        git.args(["apply", "-"]).current_dir(&self.tree).stdin(Stdio::piped());
        let failed = |error| format!("git apply: {error}");
        let mut child = git.spawn().map_err(failed)?;
        let mut pipe = child.stdin.take().expect("stdin is piped above");
        pipe.write_all(patch.text.as_bytes()).map_err(failed)?;
        drop(pipe);
        let status = child.wait().map_err(failed)?;
        if status.success() { Ok(()) } else { Err("the patch does not apply".into()) }
    }

    /// Builds the patch's test: a bug that does not compile was not noticed by a test.
    pub fn build(&self, patch: &Patch) -> Outcome {
        let done = self.cargo_test(patch, 0).arg("--no-run").output();
        let done = done.map_err(|error| format!("cannot start cargo: {error}"))?;
        if done.status.success() {
            return Ok(());
        }
        Err(format!("it does not build:\n{}", String::from_utf8_lossy(&done.stderr)))
    }

    /// Runs the patch's test, which is built already.
    pub fn test(&self, patch: &Patch) -> Result<Finish, String> {
        let done = self.cargo_test(patch, patch.timeout.as_secs()).stdin(Stdio::null()).output();
        let done = done.map_err(|error| format!("cannot start cargo: {error}"))?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        Ok(match done.status.code() {
            Some(0) => Finish::Passed(text),
            Some(_) => Finish::Failed(text),
            // `timeout` dies of the signal that it sends to its whole process group.
            None => Finish::Hung,
        })
    }

    /// `cargo test` in the copy, ended with all its children after `seconds`, if not 0.
    fn cargo_test(&self, patch: &Patch, seconds: u64) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", &seconds.to_string()]).arg(cargo_path());
        command.args(["test", "--quiet"]).args(&patch.test).current_dir(&self.tree);
        let build = if patch.is_model { "mutants/loom" } else { "mutants/plain" };
        command.env("CARGO_TARGET_DIR", target(build));
        if patch.is_model {
            loom::configure(&mut command).arg("--release");
        }
        command
    }
}

/// Makes the files below `to` those below `from`.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    let (wanted, found) = (files(from)?, files(to)?);
    for stale in found.difference(&wanted) {
        fs::remove_file(to.join(stale))?;
    }
    for name in &wanted {
        let text = fs::read(from.join(name))?;
        let copy = to.join(name);
        if !found.contains(name) {
            fs::create_dir_all(copy.parent().expect("a file lies in a folder"))?;
        } else if fs::read(&copy)? == text {
            continue;
        }
        fs::write(copy, text)?;
    }
    Ok(())
}

/// The files below `root`, relative to it, without the repository's own and build products.
fn files(root: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name();
            let is_product = folder.as_os_str().is_empty()
                && (name == ".git" || name.as_encoded_bytes().starts_with(b"target"));
            if is_product {
                continue;
            }
            let path = folder.join(name);
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fresh folder of this process.
    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_mirror_adds_mends_removes_and_leaves_equal_files_alone() {
        let (from, to) = (folder("from"), folder("to"));
        fs::create_dir_all(from.join("src/deep")).unwrap();
        fs::create_dir_all(from.join("target/debug")).unwrap();
        for (name, text) in [("src/deep/a.rs", "a"), ("src/b.rs", "b"), ("target/debug/x", "x")] {
            fs::write(from.join(name), text).unwrap();
        }
        mirror(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("src/deep/a.rs")).unwrap(), b"a");
        assert!(!to.join("target").exists());

        let written = fs::metadata(to.join("src/deep/a.rs")).unwrap().modified().unwrap();
        fs::write(to.join("src/b.rs"), "spoilt").unwrap();
        fs::write(to.join("src/stale.rs"), "").unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("src/b.rs")).unwrap(), b"b");
        assert_eq!(files(&to).unwrap(), files(&from).unwrap());
        let kept = fs::metadata(to.join("src/deep/a.rs")).unwrap().modified().unwrap();
        assert_eq!(kept, written);
        fs::remove_dir_all(from).unwrap();
        fs::remove_dir_all(to).unwrap();
    }
}
