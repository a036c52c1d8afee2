//! Calls the measuring scripts that are kept outside this repository.

use crate::programs::{self, Outcome, root};
use std::path::PathBuf;
use std::process::Command;

/// The published test suites, run on the facade.
pub fn conformance(arguments: &[String]) -> Outcome {
    call("conformance/conformance.py", &["--tokio"], arguments)
}

/// The public items that the facade lacks.
pub fn api(arguments: &[String]) -> Outcome {
    call("api/api_diff.py", &["diff"], arguments)
}

/// Runs `script` with the facade's folder after `before`, then the user's arguments.
fn call(script: &str, before: &[&str], arguments: &[String]) -> Outcome {
    let folder = std::env::var_os("RINGLOOP_INSTRUMENTS").map(PathBuf::from).ok_or(
        "RINGLOOP_INSTRUMENTS is not set: it names the folder that has conformance/ and api/",
    )?;
    let path = folder.join(script);
    if !path.is_file() {
        return Err(format!("RINGLOOP_INSTRUMENTS has no {script}: {}", path.display()));
    }
    let mut command = Command::new(path);
    programs::run(
        command.current_dir(root()).args(before).arg(root().join("tokio")).args(arguments),
    )
}
