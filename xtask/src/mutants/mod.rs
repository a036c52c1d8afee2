//! Puts known bugs back, one at a time, to see that a test notices each.

mod changed;
mod patch;
mod scratch;

use crate::programs::{Outcome, passed, root};
use patch::Patch;
use scratch::{Finish, Scratch};
use std::collections::BTreeSet;

/// What became of one mutant.
enum Verdict {
    Killed(&'static str),
    Survived,
    Broken(String),
}

/// Tries the mutants whose name contains the filter, or those that the current change concerns.
pub fn run(arguments: &[String]) -> Outcome {
    let mut patches = patch::read_all(&root().join("tests/mutants"))?;
    match arguments.first().map(String::as_str) {
        Some("--changed") => changed::retain(&mut patches),
        Some(filter) => patches.retain(|patch| patch.name.contains(filter)),
        None => {}
    }
    let scratch = Scratch::new()?;
    let mut trusted = BTreeSet::new();
    let mut killed = 0;
    for patch in &patches {
        match verdict(patch, &scratch, &mut trusted)? {
            Verdict::Killed(how) => {
                killed += 1;
                println!("killed   {}: {} ({how})", patch.name, patch.lesson);
            }
            Verdict::Survived => println!("SURVIVED {}: {}", patch.name, patch.lesson),
            Verdict::Broken(why) => println!("BROKEN   {}: {why}", patch.name),
        }
    }
    scratch.restore()?;
    println!("MUTANTS killed={killed} of {}", patches.len());
    if killed == patches.len() { Ok(()) } else { Err("a test does not notice its bug".into()) }
}

/// Tries one mutant; its test must first pass without the bug.
fn verdict(
    patch: &Patch,
    scratch: &Scratch,
    trusted: &mut BTreeSet<String>,
) -> Result<Verdict, String> {
    scratch.restore()?;
    if !trusted.contains(&patch.key()) {
        if let Err(why) = passes(patch, scratch) {
            return Ok(Verdict::Broken(format!("without the bug, {why}")));
        }
        trusted.insert(patch.key());
    }
    if let Err(why) = scratch.apply(patch).and_then(|()| scratch.build(patch)) {
        return Ok(Verdict::Broken(why));
    }
    Ok(match scratch.test(patch)? {
        Finish::Passed(_) => Verdict::Survived,
        Finish::Failed(_) => Verdict::Killed("failed"),
        Finish::Hung => Verdict::Killed("hung"),
    })
}

/// Whether the patch's test passes on the tree as it is. A filter that finds no test does not.
fn passes(patch: &Patch, scratch: &Scratch) -> Outcome {
    scratch.build(patch)?;
    match scratch.test(patch)? {
        Finish::Passed(text) if passed(&text) > 0 => Ok(()),
        Finish::Passed(_) => Err(format!("no test matches `{}`", patch.test.join(" "))),
        Finish::Failed(text) => Err(format!("its test fails:\n{text}")),
        Finish::Hung => Err("its test hangs".into()),
    }
}
