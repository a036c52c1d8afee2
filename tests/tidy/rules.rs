//! The rules that one Rust file can break by itself.

use crate::Finding;
use crate::source::Source;

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

pub fn file_length(source: &Source<'_>) -> Vec<Finding> {
    let lines = source.code();
    let message = format!("{lines} lines of code, at most {FILE_LINES_MAX}: split the file");
    (lines > FILE_LINES_MAX).then(|| source.finding(1, message)).into_iter().collect()
}

pub fn function_length(source: &Source<'_>) -> Vec<Finding> {
    let functions = source.find(&["fn"]).filter_map(|start| {
        let body = source.body(start)?;
        let lines = source.lines_between(start, source.pairs[body]);
        let name = source.text(start + 1);
        (lines > FUNCTION_LINES_MAX).then(|| {
            let message = format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}");
            source.finding(source.tokens[start].line, message)
        })
    });
    functions.collect()
}

/// Every unsafe block or impl is argued for right above its statement.
pub fn safety_comment(source: &Source<'_>) -> Vec<Finding> {
    let unsafes = (0..source.tokens.len())
        .filter(|&i| source.text(i) == "unsafe" && ["{", "impl"].contains(&source.text(i + 1)));
    let bare = unsafes.filter(|&i| !is_argued(source, i));
    source.findings(bare, "unsafe without a `// SAFETY:` comment directly above")
}

/// Looks up from the token through its own statement, over one line of code at most.
fn is_argued(source: &Source<'_>, i: usize) -> bool {
    let start = source.tokens[source.attributes(source.statement(i))].line;
    let mut code = 0;
    for line in (1..=source.tokens[i].line).rev() {
        if source.comments_on(line).any(|comment| comment.text.contains("SAFETY:")) {
            return true;
        }
        let is_code = source.code_lines.contains(&line);
        let is_blank = !is_code && source.comments_on(line).next().is_none();
        code += usize::from(is_code);
        if is_blank || code > 2 || (is_code && line < start) {
            return false;
        }
    }
    false
}

/// Every unsafe function says what its caller must uphold; a trait's impl repeats its trait.
pub fn safety_section(source: &Source<'_>) -> Vec<Finding> {
    let impls = trait_impls(source);
    let functions = (0..source.tokens.len()).filter(|&i| {
        let name = match source.reads(i, &["unsafe", "extern"]) {
            true => i + 3,
            false => i + 1,
        };
        source.text(i) == "unsafe"
            && source.text(name) == "fn"
            && source.text(name + 1) != "("
            && !impls.iter().any(|body| body.contains(&i))
    });
    let silent = functions.filter(|&i| {
        let docs = source.docs(source.item(i));
        !docs.iter().any(|text| text.contains("# Safety"))
    });
    source.findings(silent, "unsafe fn without a `# Safety` section")
}

/// The bodies of `impl Trait for Type`.
fn trait_impls(source: &Source<'_>) -> Vec<std::ops::Range<usize>> {
    let starts = (0..source.tokens.len()).filter(|&i| {
        let before = i.checked_sub(1).map_or(";", |before| source.text(before));
        source.text(i) == "impl" && ["unsafe", ";", "}", "{", "]"].contains(&before)
    });
    let bodies = starts.filter_map(|i| {
        let body = source.body(i)?;
        let is_trait = (i..body).any(|k| source.text(k) == "for" && source.text(k + 1) != "<");
        is_trait.then(|| body..source.pairs[body])
    });
    bodies.collect()
}

/// `SeqCst` is rarely needed, and never without a word why.
pub fn seqcst(source: &Source<'_>) -> Vec<Finding> {
    let bare = orderings(source)
        .into_iter()
        .filter(|(i, is_commented)| source.text(*i) == "SeqCst" && !is_commented);
    source.findings(bare.map(|(i, _)| i), "`SeqCst` without a comment: which two would both miss?")
}

/// Each use of a memory ordering, and whether a comment stands at it or up to four lines above.
pub fn orderings(source: &Source<'_>) -> Vec<(usize, bool)> {
    const NAMES: [&str; 5] = ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"];
    let imports = source.imports();
    let paths = source.paths();
    let is_imported = |name: &str| {
        let mut orderings = paths.iter().filter(|path| path.segments.contains(&"Ordering"));
        orderings.any(|path| ["*", name].iter().any(|last| path.segments.ends_with(&[last])))
    };
    let sites = (2..source.tokens.len()).filter(|&i| {
        let name = source.text(i);
        NAMES.contains(&name)
            && !source.in_test[i]
            && !imports.iter().any(|import| import.contains(&i))
            && (source.reads(i - 2, &["Ordering", "::"]) || is_imported(name))
    });
    sites.map(|i| (i, has_comment_near(source, source.tokens[i].line))).collect()
}

fn has_comment_near(source: &Source<'_>, line: usize) -> bool {
    let reach = (line.saturating_sub(4).max(1)..=line).rev();
    let mut lines = reach.map(|k| (source.comments_on(k).next().is_some(), k));
    lines
        .find(|(is_comment, k)| *is_comment || !source.code_lines.contains(k))
        .is_some_and(|(is_comment, _)| is_comment)
}

/// A condition on anything but a `mod` or `use` line scatters a platform over the code.
pub fn cfg_place(source: &Source<'_>) -> Vec<Finding> {
    let misplaced = conditions(source).into_iter().filter(|&i| {
        let item = source.after_visibility(source.after_attributes(source.attributes(i)));
        source.text(i) != "#" || !["mod", "use"].contains(&source.text(item))
    });
    source.findings(misplaced, "a cfg belongs on a `mod` or `use` line: make it a file")
}

/// Every `#[cfg(..)]`, `#![cfg(..)]`, `#[cfg_attr(..)]` and `cfg!(..)`.
pub fn conditions(source: &Source<'_>) -> Vec<usize> {
    let is_condition = |&i: &usize| {
        let inner = usize::from(source.text(i + 1) == "!");
        let is_attribute = source.text(i) == "#"
            && source.text(i + 1 + inner) == "["
            && ["cfg", "cfg_attr"].contains(&source.text(i + 2 + inner));
        (is_attribute || source.reads(i, &["cfg", "!", "("])) && !source.in_test[i]
    };
    (0..source.tokens.len()).filter(is_condition).collect()
}

/// The definition of each macro, with its lines of code.
pub fn macro_lines(source: &Source<'_>) -> Vec<(usize, usize)> {
    let macros = source.find(&["macro_rules", "!"]);
    let lines = macros.filter_map(|i| {
        let body = source.body(i)?;
        Some((i, source.lines_between(i, source.pairs[body])))
    });
    lines.collect()
}

/// Models are a way to test, so code speaks of them only where it swaps the primitives.
pub fn loom_word(source: &Source<'_>) -> Vec<Finding> {
    if source.path.starts_with("src/shim/") || source.path.ends_with("loom_tests.rs") {
        return Vec::new();
    }
    let word = |text: &str| {
        let mut words = text.split(|sign: char| !sign.is_alphanumeric());
        words.any(|word| word.eq_ignore_ascii_case("loom"))
    };
    let on_modules = modules_with_attributes(source);
    let tokens = source.tokens.iter().enumerate();
    let code = tokens.filter(|(i, token)| {
        let named = token.text.split('_').any(|part| part == "loom");
        named && !on_modules.iter().any(|module| module.contains(i))
    });
    let comments = source.comments.iter().filter(|comment| word(comment.text));
    let lines = code.map(|(_, token)| token.line).chain(comments.map(|comment| comment.line));
    let message = "loom is named only in shim, loom_tests.rs and the cfg of a `mod` line";
    lines.map(|line| source.finding(line, message.into())).collect()
}

/// The `mod` lines, from their first attribute to their name.
fn modules_with_attributes(source: &Source<'_>) -> Vec<std::ops::RangeInclusive<usize>> {
    let modules = (0..source.tokens.len()).filter(|&i| source.text(i) == "mod");
    modules.map(|i| source.attributes(source.item(i))..=i + 1).collect()
}

/// Primitives come from the shim, or models would not see them.
pub fn shim_only(source: &Source<'_>) -> Vec<Finding> {
    if source.path.starts_with("src/shim/") {
        return Vec::new();
    }
    let paths = source.paths();
    let foreign = paths.iter().filter(|path| {
        ["std", "core", "alloc"].contains(&path.segments[0])
            && ["sync", "thread", "thread_local"].contains(path.segments.get(1).unwrap_or(&""))
    });
    let has_macro = paths.iter().any(|path| path.segments.ends_with(&["shim", "thread_local"]));
    let bare = source.find(&["thread_local", "!"]).filter(|_| !has_macro);
    let lines = foreign.map(|path| path.line).chain(bare.map(|i| source.tokens[i].line));
    lines.map(|line| source.finding(line, "take it from `crate::shim`".into())).collect()
}

/// What a user can name has a documentation comment.
pub fn documented(source: &Source<'_>) -> Vec<Finding> {
    const KINDS: [&str; 9] =
        ["fn", "struct", "enum", "union", "trait", "type", "static", "const", "mod"];
    let items = source.find(&["pub"]).filter(|&i| {
        let qualifiers = ["unsafe", "const", "async", "extern", "safe"];
        let is_qualifier = |k: usize| {
            let text = source.text(k);
            // `const` is a kind by itself unless a function follows.
            text.starts_with('"')
                || qualifiers.contains(&text)
                    && (text != "const"
                        || ["fn", "unsafe", "async", "extern"].contains(&source.text(k + 1)))
        };
        let kind = (i + 1..).find(|&k| !is_qualifier(k)).expect("tokens end");
        let is_file = source.text(kind) == "mod" && source.text(kind + 2) == ";";
        KINDS.contains(&source.text(kind)) && !is_file
    });
    source
        .findings(items.filter(|&i| source.docs(i).is_empty()), "public, but without documentation")
}

/// Nothing unfinished stays, in code or in a comment.
pub fn unfinished(source: &Source<'_>) -> Vec<Finding> {
    let tokens = (0..source.tokens.len()).filter(|&i| {
        ["todo", "unimplemented", "dbg"].contains(&source.text(i)) && source.text(i + 1) == "!"
    });
    let mut found = source.findings(tokens, "unfinished");
    for comment in &source.comments {
        let mut words = comment.text.split(|sign: char| !sign.is_alphanumeric());
        let is_mark = words.any(|word| ["FIXME", "XXX", "HACK"].contains(&word));
        let has_issue = comment.text.split("TODO").skip(1).all(|rest| rest.starts_with("(#"));
        if is_mark || !has_issue {
            let message = "finish it, or write `TODO(#issue)`".into();
            found.push(source.finding(comment.line, message));
        }
    }
    found
}

/// An `expect` says which invariant holds; an `unwrap` does not.
pub fn unwrap(source: &Source<'_>) -> Vec<Finding> {
    let found = source.find(&[".", "unwrap", "(", ")"]);
    source.findings(found, "`unwrap` outside of a test: `expect` the invariant")
}

/// A file says in its first sentence what it is for, and that is one thing.
pub fn first_sentence(source: &Source<'_>) -> Vec<Finding> {
    let head = source.comments.iter().map_while(|comment| comment.text.strip_prefix("//!"));
    let head: Vec<&str> = head.map(str::trim).take_while(|line| !line.is_empty()).collect();
    let text = head.join(" ");
    let sentence = text.split_once(". ").map_or(text.as_str(), |(first, _)| first);
    let message = match sentence {
        "" => "a file begins with `//!` and what it is for",
        _ if sentence.split_whitespace().any(|word| word == "and") => {
            "the first sentence has an \"and\": one file, one responsibility"
        }
        _ => return Vec::new(),
    };
    vec![source.finding(1, message.into())]
}
