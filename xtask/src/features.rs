//! Checks that each feature of the facade builds without the others.

use crate::programs::{self, Outcome, cargo, root};
use std::fs;

/// Type-checks the facade once for each feature that its manifest has.
pub fn run(_: &[String]) -> Outcome {
    let manifest = root().join("tokio/Cargo.toml");
    let text = fs::read_to_string(&manifest)
        .map_err(|error| format!("{}: {error}", manifest.display()))?;
    let features = names(&text);
    for feature in &features {
        let mut check = cargo("features");
        check.args(["check", "--quiet", "--package", "tokio", "--no-default-features"]);
        programs::run(check.args(["--features", feature]))
            .map_err(|error| format!("{feature}: {error}"))?;
    }
    println!("FEATURES {}, each builds alone", features.len());
    Ok(())
}

/// The keys of the manifest's table of features.
fn names(manifest: &str) -> Vec<&str> {
    let lines = manifest.lines().skip_while(|line| *line != "[features]").skip(1);
    let table = lines.take_while(|line| !line.starts_with('['));
    let keys = table.filter_map(|line| Some(line.split_once(" = ")?.0));
    keys.filter(|key| !key.starts_with([' ', '#'])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_the_keys_of_their_table() {
        let manifest = "[dependencies]\na = \"1\"\n\n[features]\ndefault = []\nfull = [\n    \"b\",\n]\n# On.\nb = []\n\n[lib]\nc = 1\n";
        assert_eq!(names(manifest), ["default", "full", "b"]);
    }
}
