//! The examples as programs.
#![allow(dead_code)] // each test file uses its own part

use std::path::PathBuf;
use std::process::{Child, Command, Output};

/// The program of an example, which cargo builds next to the tests.
pub fn program(name: &str) -> Command {
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile: PathBuf = test.ancestors().nth(2).expect("tests lie in PROFILE/deps").into();
    let path = profile.join("examples").join(name);
    assert!(path.exists(), "{} is missing: run `cargo build --examples`", path.display());
    Command::new(path)
}

/// Runs an example to its end; answers what it printed, too.
pub fn run(name: &str, arguments: &[&str]) -> (Output, String) {
    let output = program(name).args(arguments).output().expect("it is a program");
    let text = String::from_utf8(output.stdout.clone()).expect("it prints text");
    (output, text)
}

/// Sends what Ctrl-C sends.
pub fn interrupt(child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().expect("`kill` is there");
    assert!(sent.success());
}
