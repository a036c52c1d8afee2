//! Fetches what a compiler lacks to build for other systems or with a sanitizer.
//!
//! Rustup has both the built standard library of other systems and its source. Where rustup
//! cannot download, Debian's `rustc-web` and `rust-web-src` are a recent compiler with the source
//! of its own standard library; cargo stays the one of the toolchain.

use crate::programs::{Outcome, output, run};
use std::path::{Path, PathBuf};
use std::process::Command;

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
/// Debian's packages, each with a file that tells whether it is there.
const DEBIAN: [(&str, &str); 3] = [
    ("rustc-web", DEBIAN_RUSTC),
    ("rust-web-src", "/usr/lib/rustlib/src/rust/library/std"),
    ("lld", "/usr/bin/ld.lld"),
];

/// Adds to the active toolchain; says whether it is there now.
pub fn rustup(what: &str, name: &str) -> bool {
    run(Command::new("rustup").args([what, "add", name])).is_ok()
}

/// Lets `cargo` use options that are not stable yet, without another toolchain.
pub fn unstable(cargo: &mut Command) {
    cargo.env("RUSTC_BOOTSTRAP", "1");
}

/// Makes `cargo` call Debian's compiler, installing what is not there.
pub fn debian(cargo: &mut Command) -> Outcome {
    if !DEBIAN.iter().all(|(_, path)| Path::new(path).exists()) {
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        // A rustup that came from Debian conflicts with these; it must not be removed for them.
        let install = ["install", "-qq", "-y", "--no-install-recommends", "--no-remove"];
        run(Command::new("apt-get").args(install).args(DEBIAN.map(|(package, _)| package)))?;
    }
    cargo.env("RUSTC", DEBIAN_RUSTC);
    unstable(cargo);
    Ok(())
}

/// The runtime library of `sanitizer` in the active toolchain; Debian's compiler comes without.
pub fn sanitizer_runtime(sanitizer: &str) -> Result<PathBuf, String> {
    let folder = output(Command::new("rustc").args(["--print", "target-libdir"]), false)?;
    let ending = format!("_rt.{sanitizer}.a");
    let files = std::fs::read_dir(folder.trim()).map_err(|error| error.to_string())?;
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .find(|path| path.to_string_lossy().ends_with(&ending))
        .ok_or_else(|| format!("no {sanitizer} runtime in {}", folder.trim()))
}
