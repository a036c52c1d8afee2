//! Picks the mutants whose verdict the current change may alter.

use super::patch::Patch;
use crate::programs::{output, root};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Every room stands on these, and every verdict on the last.
const UNDER_ALL: [&str; 5] = ["src/shim/", "src/util/", "src/lib.rs", "Cargo.", "xtask/"];

/// Keeps what the current change concerns, or everything if git cannot tell what changed.
pub fn retain(patches: &mut Vec<Patch>) {
    let Some(paths) = paths() else {
        println!("cannot tell what changed: trying all mutants");
        return;
    };
    let whole = patches.len();
    patches.retain(|patch| concerns(&paths, patch));
    println!("the change concerns {} of {whole} mutants", patches.len());
}

/// The changed paths, committed or not, since the main branch or, on it, since the last commit.
fn paths() -> Option<BTreeSet<String>> {
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(root()).stderr(Stdio::null());
        output(&mut git, false).ok()
    };
    let branch = |main| git(&["merge-base", "HEAD", main]);
    let mut base = branch("origin/main").or_else(|| branch("main"))?;
    if base == git(&["rev-parse", "HEAD"])? {
        base = git(&["rev-parse", "HEAD~1"])?;
    }
    let tracked = git(&["diff", "--name-only", base.trim()])?;
    let fresh = git(&["ls-files", "--others", "--exclude-standard"])?;
    Some(tracked.lines().chain(fresh.lines()).map(str::to_owned).collect())
}

/// Whether a changed path is the patch itself, its test file, in its rooms, or under all rooms.
fn concerns(paths: &BTreeSet<String>, patch: &Patch) -> bool {
    let mut own: BTreeSet<String> = patch.files().map(room).collect();
    own.insert(format!("tests/mutants/{}.patch", patch.name));
    own.extend(patch.test.iter().map(|argument| format!("tests/{argument}.rs")));
    paths.iter().any(|path| {
        own.contains(&room(path)) || UNDER_ALL.iter().any(|prefix| path.starts_with(prefix))
    })
}

/// The room of a source file (`src/sync`, `src/engine/ring`); any other path stands for itself.
fn room(path: &str) -> String {
    let depth = if path.starts_with("src/engine/") { 3 } else { 2 };
    let parts: Vec<&str> = path.split('/').collect();
    let is_source = parts[0] == "src" && parts.len() > depth;
    if is_source { parts[..depth].join("/") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::patch::tests::TEXT;
    use super::*;

    #[test]
    fn a_mutant_is_tried_when_its_room_test_or_patch_changed() {
        let text = TEXT.replace("--lib ring::tests::order", "--test ring_order");
        let patch = Patch::parse("order", &text).unwrap();
        let tried = |path: &str| concerns(&BTreeSet::from([path.to_owned()]), &patch);
        for path in [
            "src/engine/ring/lane.rs",
            "tests/ring_order.rs",
            "tests/mutants/order.patch",
            "src/shim/native.rs",
            "Cargo.lock",
        ] {
            assert!(tried(path), "{path}");
        }
        for path in ["src/engine/clock/wheel.rs", "src/sync/mutex.rs", "README.md"] {
            assert!(!tried(path), "{path}");
        }
    }
}
