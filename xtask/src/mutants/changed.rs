//! Picks the mutants whose verdict the current change may alter.

use super::patch::Patch;
use crate::programs::{output, root};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Every room stands on these, and every verdict on the last.
const UNDER_ALL: [&str; 5] = ["src/shim/", "src/util/", "src/lib.rs", "Cargo.", "xtask/"];

/// How many are tried at most: twenty minutes' worth.
const AT_MOST: usize = 36;

/// Keeps what the current change concerns, or some of every room if git cannot tell what changed.
pub fn retain(patches: &mut Vec<Patch>) {
    let whole = patches.len();
    let paths = paths();
    let under_all = paths.as_ref().is_none_or(is_under_all);
    let mut rooms = BTreeSet::new();
    patches.retain(|patch| {
        let own = paths.as_ref().is_some_and(|paths| concerns(paths, patch));
        // What is under all rooms may change any verdict: one of each room stands for the rest.
        own || under_all && rooms.insert(patch.files().next().map(room))
    });
    println!("the change concerns {} of {whole} mutants", patches.len());
    thin(patches, AT_MOST);
}

/// Keeps `limit` of them at most, evenly spread.
fn thin<T>(patches: &mut Vec<T>, limit: usize) {
    let whole = patches.len();
    if whole <= limit {
        return;
    }
    let mut share = 0;
    patches.retain(|_| {
        share += limit;
        let keeps = share >= whole;
        share -= if keeps { whole } else { 0 };
        keeps
    });
    println!("trying {limit} of them; `cargo xtask mutants` tries all");
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

/// Whether a changed path is under all rooms.
fn is_under_all(paths: &BTreeSet<String>) -> bool {
    paths.iter().any(|path| UNDER_ALL.iter().any(|prefix| path.starts_with(prefix)))
}

/// Whether a changed path is the patch itself, its test file, or in its rooms.
fn concerns(paths: &BTreeSet<String>, patch: &Patch) -> bool {
    let mut own: BTreeSet<String> = patch.files().map(room).collect();
    own.insert(format!("tests/mutants/{}.patch", patch.name));
    own.extend(patch.test.iter().map(|argument| format!("tests/{argument}.rs")));
    paths.iter().any(|path| own.contains(&room(path)))
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
        for path in ["src/engine/ring/lane.rs", "tests/ring_order.rs", "tests/mutants/order.patch"]
        {
            assert!(tried(path), "{path}");
        }
        for path in ["src/engine/clock/wheel.rs", "src/sync/mutex.rs", "README.md"] {
            assert!(!tried(path), "{path}");
        }
        for (path, under_all) in [("src/shim/native.rs", true), ("src/sync/mutex.rs", false)] {
            assert_eq!(is_under_all(&BTreeSet::from([path.to_owned()])), under_all, "{path}");
        }
    }

    #[test]
    fn what_is_left_of_too_many_is_spread_over_all() {
        let mut numbers: Vec<u32> = (1..=10).collect();
        thin(&mut numbers, 4);
        assert_eq!(numbers, [3, 5, 8, 10]);
        thin(&mut numbers, 4);
        assert_eq!(numbers, [3, 5, 8, 10]);
    }
}
