//! The gates of the project's style: what is checked here is not argued about in a review.
//!
//! Each test is one rule, and prints every place that breaks it.

#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/lexer.rs"]
mod lexer;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/scanner_tests.rs"]
mod scanner_tests;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/texts.rs"]
mod texts;

use source::Source;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

/// A place that breaks a rule.
#[derive(Debug)]
pub struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: String) -> Self {
        Self { path: path.to_owned(), line, message }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

#[test]
fn files_are_short() {
    check_rust(rules::file_length);
}

#[test]
fn functions_are_short() {
    check_rust(rules::function_length);
}

#[test]
fn unsafe_code_is_argued_for() {
    check_rust(rules::safety_comment);
}

#[test]
fn unsafe_functions_state_their_contract() {
    check_rust(rules::safety_section);
}

#[test]
fn sequential_consistency_is_explained() {
    check_rust(rules::seqcst);
}

#[test]
fn orderings_are_explained() {
    let sites = count(|source| rules::orderings(source).len());
    let bare = |source: &Source<'_>| {
        let bare = rules::orderings(source).into_iter().filter(|(_, is_commented)| !is_commented);
        source.findings(
            bare.map(|(i, _)| i),
            "an ordering without a comment: what does it pair with?",
        )
    };
    check_share(bare, sites / 10);
}

#[test]
fn conditions_are_rare() {
    let found = |source: &Source<'_>| {
        source.findings(rules::conditions(source).into_iter(), "a cfg (there are too many)")
    };
    check_share(found, code().max(1_000) * 12 / 1_000);
}

#[test]
fn conditions_choose_files() {
    check_library(rules::cfg_place);
}

#[test]
fn macros_are_rare() {
    let lines = count(|source| rules::macro_lines(source).iter().map(|(_, lines)| lines).sum());
    let limit = code().max(5_000) * 2 / 100;
    let found = |source: &Source<'_>| {
        let macros = rules::macro_lines(source).into_iter().map(|(i, _)| i);
        source.findings(macros, "a macro (together they have too many lines)")
    };
    if lines > limit {
        check_library(found);
    }
}

#[test]
fn models_stay_in_their_files() {
    check_library(rules::loom_word);
}

#[test]
fn primitives_come_from_the_shim() {
    check_library(rules::shim_only);
}

#[test]
fn imports_point_down() {
    check_library(layers::imports_point_down);
}

#[test]
fn public_items_are_documented() {
    check_rust(rules::documented);
}

#[test]
fn nothing_is_unfinished() {
    check_rust(rules::unfinished);
}

#[test]
fn nothing_is_unwrapped() {
    check_rust(rules::unwrap);
}

#[test]
fn a_file_is_for_one_thing() {
    check_library(rules::first_sentence);
}

#[test]
fn dependencies_earn_their_place() {
    check(&["toml"], |path, text| {
        // The programs in that folder are there for the sake of their dependencies.
        let is_ours = path.ends_with("Cargo.toml") && !path.starts_with("examples/drop-in/");
        if is_ours { texts::dependencies(path, text) } else { Vec::new() }
    });
}

#[test]
fn texts_make_sense_elsewhere() {
    check(&["rs", "md", "toml", "patch", "yml", "sh", "run"], texts::foreign);
}

/// Checks each Rust file.
fn check_rust(rule: impl Fn(&Source<'_>) -> Vec<Finding>) {
    check(&["rs"], |path, text| rule(&Source::new(path, text)));
}

/// Checks each Rust file of the library.
fn check_library(rule: impl Fn(&Source<'_>) -> Vec<Finding>) {
    check_rust(|source| if source.is_library() { rule(source) } else { Vec::new() });
}

/// Lets the library break a rule `limit` times.
fn check_share(rule: impl Fn(&Source<'_>) -> Vec<Finding>, limit: usize) {
    if count(|source| rule(source).len()) > limit {
        check_library(rule);
    }
}

/// Fails with all findings in files with one of these extensions.
fn check(extensions: &[&str], rule: impl Fn(&str, &str) -> Vec<Finding>) {
    let files = files(extensions);
    assert!(!files.is_empty(), "no files to check: {extensions:?}");
    let found: Vec<_> = files.iter().flat_map(|(path, text)| rule(path, text)).collect();
    let report: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(report.is_empty(), "{} findings:\n{}", report.len(), report.join("\n"));
}

/// The library's lines of code.
fn code() -> usize {
    count(|source| source.code_of_library())
}

/// Adds `number` up over the library.
fn count(number: impl Fn(&Source<'_>) -> usize) -> usize {
    let files = files(&["rs"]);
    let sources = files.iter().map(|(path, text)| Source::new(path, text));
    sources.filter(|source| source.is_library()).map(|source| number(&source)).sum()
}

/// Path and text of every file with one of these extensions, or names, below the root.
fn files(extensions: &[&str]) -> Vec<(String, String)> {
    // Read when the test runs, so that a built test can look at another checkout.
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets the root"));
    let mut found = Vec::new();
    visit(&root, &root, extensions, &mut found);
    found.sort();
    found
}

fn visit(root: &Path, folder: &Path, extensions: &[&str], found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let path = entry.expect("an entry of the repository can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = name.rsplit('.').next().unwrap_or_default();
        let is_product = name == ".git" || folder == root && name.starts_with("target");
        if path.is_dir() && !is_product {
            visit(root, &path, extensions, found);
        } else if path.is_file() && extensions.contains(&extension) {
            let relative = path.strip_prefix(root).expect("found below the root");
            let text = fs::read_to_string(&path).expect("a text file is UTF-8");
            found.push((relative.to_string_lossy().into_owned(), text));
        }
    }
}
