//! Starts other programs in the project's tree.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a subcommand ends: well, or with a message for the user.
pub type Outcome = Result<(), String>;

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ lies in the root")
}

/// A folder for one kind of build, apart from that of `cargo build`, whose flags differ.
pub fn target(name: &str) -> PathBuf {
    root().join("target").join(name)
}

/// The cargo that started us.
pub fn cargo_path() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Cargo, to be run in the root and to build into `target(name)`.
pub fn cargo(name: &str) -> Command {
    let mut cargo = Command::new(cargo_path());
    cargo.current_dir(root()).env("CARGO_TARGET_DIR", target(name));
    cargo
}

/// Runs `command` on this terminal; anything but success is an error.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed: {status}", title(command))) }
}

/// Runs `command` and gives what it prints, which the user sees as well if `show` is set.
pub fn output(command: &mut Command, show: bool) -> Result<String, String> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| cannot_start(command, &error))?;
    let pipe = child.stdout.take().expect("stdout is piped above");
    let mut text = String::new();
    for line in BufReader::new(pipe).lines() {
        let line = line.map_err(|error| format!("{}: {error}", title(command)))?;
        if show {
            println!("{line}");
        }
        text.push_str(&line);
        text.push('\n');
    }
    let status = child.wait().map_err(|error| format!("{}: {error}", title(command)))?;
    if status.success() { Ok(text) } else { Err(format!("{} failed: {status}", title(command))) }
}

/// How many tests passed, by the result lines that `cargo test` printed.
pub fn passed(output: &str) -> usize {
    let results = output.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    let counts = results.filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    counts.sum()
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start {}: {error}", command.get_program().display())
}

/// The program's name with its first argument, as a user would recognise it.
fn title(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let first = command.get_args().next().unwrap_or_default();
    format!("`{} {}`", program.display(), first.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_summed_over_all_result_lines() {
        let text = "test result: ok. 7 passed; 0 failed\nx\ntest result: ok. 2 passed; 0 failed\n";
        assert_eq!(passed(text), 9);
        assert_eq!(passed("test result: FAILED. 7 passed; 1 failed"), 0);
    }

    #[test]
    fn a_failing_program_is_an_error_with_its_name() {
        let error = run(Command::new("false").arg("now")).unwrap_err();
        assert!(error.starts_with("`false now` failed"), "{error}");
        assert!(output(&mut Command::new("no-such-program"), false).is_err());
    }
}
