//! The rules for files that are not code: manifests, documents, scripts.

use crate::Finding;

/// Folders of somebody's machine. (Split, or this file would break its own rule.)
const MACHINE: [&str; 3] = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];
/// How the work was organised is no part of the project.
const FOREIGN_WORDS: [&str; 3] =
    [concat!("helper", " session"), concat!("work", "place"), concat!("coding", " agent")];

/// Finds paths of one machine, with words that mean nothing to a reader of the project.
pub fn foreign(path: &str, text: &str) -> Vec<Finding> {
    let bad = text.lines().enumerate().filter_map(|(at, line)| {
        let lower = line.to_lowercase();
        let word = MACHINE
            .iter()
            .find(|folder| names(line, folder))
            .or_else(|| FOREIGN_WORDS.iter().find(|word| lower.contains(**word)))?;
        Some(Finding::new(path, at + 1, format!("`{word}` means nothing elsewhere")))
    });
    bad.collect()
}

/// Whether an absolute path starts with `folder`; an address or relative path only contains it.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|sign| sign.is_alphanumeric() || "._-~}".contains(sign))
    })
}

/// Finds dependencies without a comment above that says what they do for us.
pub fn dependencies(path: &str, manifest: &str) -> Vec<Finding> {
    let (mut in_table, mut depth, mut above) = (false, 0, "");
    let mut found = Vec::new();
    for (at, line) in manifest.lines().enumerate() {
        let trimmed = line.trim();
        let is_header = depth == 0 && trimmed.starts_with('[');
        if is_header {
            in_table = trimmed.ends_with("dependencies]");
        }
        let is_entry = in_table && depth == 0 && !is_header && trimmed.contains('=')
            || is_header && trimmed.contains("dependencies.");
        if is_entry && !trimmed.starts_with('#') && !above.starts_with('#') {
            let message = "a dependency needs a comment: what it does for us".into();
            found.push(Finding::new(path, at + 1, message));
        }
        let code = trimmed.split('#').next().unwrap_or_default();
        if !is_header {
            depth += code.matches(['[', '{']).count();
            depth -= code.matches([']', '}']).count().min(depth);
        }
        above = trimmed;
    }
    found
}
