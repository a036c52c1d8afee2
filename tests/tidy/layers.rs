//! The order of the rooms: who may import whom.

use crate::Finding;
use crate::source::{Named, Source};

/// From the top down. A room imports what is further down; rooms of one row ignore each other.
///
/// The order is total between rows, so no cycle of rooms can arise.
const ROWS: [&[&str]; 14] = [
    &["macros"],
    &["process", "inspect"],
    &["net", "fs", "signal"],
    &["time", "io"],
    &["task"],
    &["runtime"],
    &["engine::scheduler"],
    &["engine::blocking"],
    &["engine::reactor"],
    &["sync"],
    &["engine::task"],
    &["engine::clock", "engine::ring"],
    &["util"],
    &["shim"],
];

/// Finds imports that point up, sideways, or past the rooms.
pub fn imports_point_down(source: &Source<'_>) -> Vec<Finding> {
    let module = module(source.path);
    let from = match module.as_slice() {
        // These two only list their rooms.
        [] | ["engine"] => return Vec::new(),
        _ => room(&module),
    };
    let Some(from) = from else {
        return vec![source.finding(1, "its room is not in the table of rooms".into())];
    };
    let paths = source.paths();
    let bad = paths.iter().filter_map(|path| {
        let target = resolve(&module, path)?;
        let message = match room(&target) {
            Some(to) => refuse(&from, &to)?,
            None => format!("`{}` is in no room of the table", target.join("::")),
        };
        Some(source.finding(path.line, message))
    });
    bad.collect()
}

/// Why `from` may not import `to`.
fn refuse(from: &str, to: &str) -> Option<String> {
    let row = |room: &str| ROWS.iter().position(|row| row.contains(&room));
    let is_machine = |room: &str| room.starts_with("engine::") || room == "util" || room == "shim";
    if from == to {
        None
    } else if from.starts_with("engine::") && !is_machine(to) {
        Some(format!("`{from}` is part of the engine, `{to}` lies above it"))
    } else if row(from) < row(to) {
        None
    } else {
        Some(format!("`{from}` must not import `{to}`: imports point down"))
    }
}

/// The module that a file is.
fn module(path: &str) -> Vec<&str> {
    let stem = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Vec<&str> = stem.split('/').collect();
    if ["mod", "lib"].contains(&parts[parts.len() - 1]) {
        parts.pop();
    }
    parts
}

/// Where a path leads from `module`, unless it leaves the crate or stays in the file.
fn resolve<'a>(module: &[&'a str], path: &Named<'a>) -> Option<Vec<&'a str>> {
    let ups = path.segments.iter().take_while(|segment| **segment == "super").count();
    let (base, rest) = match path.segments[0] {
        "crate" => (&module[..0], &path.segments[1..]),
        "super" if ups <= path.depth => return None,
        "super" => {
            let up = module.len().saturating_sub(ups - path.depth);
            (&module[..up], &path.segments[ups..])
        }
        _ => return None,
    };
    Some([base, rest].concat())
}

/// The room that a module or item lies in; a name that goes through a room list is in none.
fn room(path: &[&str]) -> Option<String> {
    let depth = if path.first() == Some(&"engine") { 2 } else { 1 };
    let name = path.get(..depth)?.join("::");
    ROWS.iter().any(|row| row.contains(&name.as_str())).then_some(name)
}
