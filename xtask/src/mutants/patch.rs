//! One mutant as written down in `tests/mutants`: a diff under a header of `# key: value` lines.

use std::path::Path;
use std::time::Duration;

/// A test that takes longer counts as hung, unless the header says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

/// A bug, as a patch to the sources, with the test that must notice it.
#[derive(Debug)]
pub struct Patch {
    pub name: String,
    /// What the bug was, in a few words.
    pub lesson: String,
    /// Arguments of `cargo test` that run the one test.
    pub test: Vec<String>,
    pub is_model: bool,
    pub timeout: Duration,
    pub text: String,
}

impl Patch {
    /// Reads one patch.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let header = |key: &str| {
            let prefix = format!("# {key}:");
            let lines = text.lines().take_while(|line| line.starts_with('#'));
            lines.filter_map(|line| line.strip_prefix(&prefix)).map(str::trim).next()
        };
        let need = |key| header(key).ok_or_else(|| format!("{name}: no `# {key}:` in the header"));
        let patch = Self {
            name: name.to_owned(),
            lesson: need("lesson")?.to_owned(),
            test: need("test")?.split_whitespace().map(str::to_owned).collect(),
            is_model: match need("cfg")? {
                "plain" => false,
                "loom" => true,
                other => return Err(format!("{name}: cfg is plain or loom, not `{other}`")),
            },
            timeout: match header("timeout").map(str::parse) {
                None => DEFAULT_TIMEOUT,
                Some(Ok(seconds)) => Duration::from_secs(seconds),
                Some(Err(_)) => return Err(format!("{name}: timeout is a number of seconds")),
            },
            text: text.to_owned(),
        };
        if patch.files().next().is_none() {
            return Err(format!("{name}: no `+++ b/` line, so it changes no file"));
        }
        Ok(patch)
    }

    /// The files it changes, relative to the root.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(|line| line.strip_prefix("+++ b/"))
    }

    /// What two patches share if the same build runs the same test.
    pub fn key(&self) -> String {
        format!("{} {}", self.is_model, self.test.join(" "))
    }
}

/// Reads all patches of a folder, in the order of their names.
pub fn read_all(folder: &Path) -> Result<Vec<Patch>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut patches = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            patches.push(Patch::parse(&name, &text)?);
        }
    }
    patches.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(patches)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const TEXT: &str = "# lesson: newer overtakes older\n# test: --lib ring::tests::order\n\
        # cfg: plain\n# timeout: 20\n--- a/src/engine/ring/ring.rs\n\
        +++ b/src/engine/ring/ring.rs\n@@ -1 +1 @@\n-a\n+b\n";

    #[test]
    fn a_header_is_read_in_full() {
        let patch = Patch::parse("order", TEXT).unwrap();
        assert_eq!(patch.lesson, "newer overtakes older");
        assert_eq!(patch.test, ["--lib", "ring::tests::order"]);
        assert_eq!((patch.is_model, patch.timeout.as_secs()), (false, 20));
        assert_eq!(patch.files().collect::<Vec<_>>(), ["src/engine/ring/ring.rs"]);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (from, to, message) in [
            ("# lesson:", "#", "no `# lesson:`"),
            ("plain", "tsan", "not `tsan`"),
            ("20", "soon", "number of seconds"),
            ("+++ b/", "+++ ", "changes no file"),
        ] {
            let error = Patch::parse("order", &TEXT.replace(from, to)).unwrap_err();
            assert!(error.starts_with("order: ") && error.contains(message), "{error}");
        }
    }
}
