//! Tests of the scanner: for each rule code that breaks it, and code that only looks so.

use crate::layers::imports_point_down;
use crate::lexer::lex;
use crate::source::Source;
use crate::texts;
use crate::{Finding, rules};

type Rule = fn(&Source<'_>) -> Vec<Finding>;

fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source::new(path, text)).iter().map(|finding| finding.line).collect()
}

/// Asserts on which lines of a library file a rule finds something.
#[track_caller]
fn finds(rule: Rule, text: &str, expected: &[usize]) {
    assert_eq!(lines(rule, "src/sync/mutex.rs", text), expected, "in:\n{text}");
}

#[test]
fn text_in_literals_and_comments_is_no_code() {
    let text =
        r##"a("} // \" x", r#"" {"#, b"\\", '"', '\'', b'{'); /* { /* } */ */ 'life: b // c"##;
    let (tokens, comments) = lex(text);
    let tokens: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let expected = [
        "a",
        "(",
        r#""} // \" x""#,
        ",",
        r##"r#"" {"#"##,
        ",",
        r#"b"\\""#,
        ",",
        "'\"'",
        ",",
        r"'\''",
        ",",
        "b'{'",
        ")",
        ";",
        "'life",
        ":",
        "b",
    ];
    assert_eq!(tokens, expected);
    let comments: Vec<&str> = comments.iter().map(|comment| comment.text).collect();
    assert_eq!(comments, ["/* { /* } */ */", "// c"]);
}

#[test]
fn lines_are_counted_through_every_kind_of_token() {
    let (tokens, comments) = lex("/* 1\n2 */ a \"3\n4\" b\n// c\nd");
    let tokens: Vec<_> = tokens.iter().map(|token| (token.text, token.line)).collect();
    assert_eq!(tokens, [("a", 2), ("\"3\n4\"", 2), ("b", 3), ("d", 5)]);
    assert_eq!((comments[0].line, comments[1].line), (1, 4));
}

#[test]
fn comments_for_documentation_are_told_apart() {
    for (text, is_doc) in [
        ("/// a", true),
        ("//! a", true),
        ("// a", false),
        ("//// a", false),
        ("/** a */", true),
        ("/**/", false),
    ] {
        assert_eq!(lex(text).1[0].is_doc(), is_doc, "{text}");
    }
}

#[test]
fn length_counts_code_without_comments_and_tests() {
    let long = "x();\n".repeat(601);
    finds(rules::file_length, &long, &[1]);
    finds(rules::file_length, &"// x\n\n".repeat(601), &[]);
    finds(rules::file_length, &format!("#[cfg(test)]\nmod tests {{\n{long}}}"), &[]);
    assert_eq!(lines(rules::file_length, "tests/x.rs", &long), [1]);
}

#[test]
fn a_function_is_measured_by_its_own_lines() {
    let body = "x();\n// why\n".repeat(69);
    finds(rules::function_length, &format!("struct A;\nfn f(a: [u8; 2]) {{\n{body}}}"), &[2]);
    let body = "x();\n// why\n".repeat(68);
    finds(rules::function_length, &format!("fn f() {{\n{body}}}\ntrait T {{ fn g(); }}"), &[]);
}

#[test]
fn safety_is_argued_directly_above_the_statement() {
    for good in [
        "// SAFETY: a\nlet x = unsafe { y };",
        "// SAFETY: a\n// b\n#[inline]\nunsafe impl Send for A {}",
        "match x {\n// SAFETY: a\nSome(y) => unsafe { y },\n}",
        "a\n// SAFETY: a\n.map(|x| unsafe { x })",
        "// SAFETY: a\nlet x =\nunsafe { y };",
        "type A = unsafe fn();",
    ] {
        finds(rules::safety_comment, good, &[]);
    }
    finds(rules::safety_comment, "unsafe { x }", &[1]);
    finds(rules::safety_comment, "// SAFETY: a\n\nunsafe { x }", &[3]);
    finds(rules::safety_comment, "// SAFETY: a\nunsafe { x };\nunsafe { y };", &[3]);
    finds(rules::safety_comment, "/// SAFETY: a\nunsafe impl A for B {}", &[2]);
}

#[test]
fn unsafe_functions_need_a_section_unless_a_trait_has_it() {
    let rule = rules::safety_section;
    finds(rule, "/// # Safety\n/// a\n#[inline]\npub(crate) const unsafe fn f() {}", &[]);
    finds(rule, "/// Text.\nunsafe fn f() {}\nunsafe extern \"C\" fn g() {}", &[2, 3]);
    finds(rule, "unsafe impl<T: for<'a> F<'a>> A for B<T> { unsafe fn f() {} }", &[]);
    finds(rule, "impl<F: for<'a> G<'a>> B<F> {\nunsafe fn f() {} }", &[2]);
    finds(rule, "struct V { drop: unsafe fn(*const ()) }", &[]);
}

#[test]
fn orderings_need_a_comment_within_reach() {
    let bare = |text: &str| {
        let source = Source::new("src/sync/mutex.rs", text);
        let sites = rules::orderings(&source);
        (sites.len(), sites.iter().filter(|(_, is_commented)| !is_commented).count())
    };
    assert_eq!(bare("a.load(Ordering::Acquire);"), (1, 1));
    assert_eq!(bare("// pairs with b\na.load(Ordering::Acquire);"), (1, 0));
    assert_eq!(bare("// far\n\na.load(Ordering::Acquire);"), (1, 1));
    assert_eq!(bare("a.load(Ordering::Acquire); // pairs"), (1, 0));
    assert_eq!(bare("struct Acquire;\nimpl Acquire {}"), (0, 0), "a name of ours");
    assert_eq!(bare("use a::Ordering::{Acquire, Release};\na.load(Acquire);"), (1, 1));
    assert_eq!(bare("#[cfg(test)]\nmod tests { fn f() { a.load(Ordering::Acquire); } }"), (0, 0));
    finds(rules::seqcst, "fence(Ordering::SeqCst);", &[1]);
    finds(rules::seqcst, "// both would miss\nfence(Ordering::SeqCst);", &[]);
}

#[test]
fn conditions_stand_on_modules_and_imports() {
    let rule = rules::cfg_place;
    finds(rule, "#[cfg(a)]\nmod a;\n#[cfg(b)]\n#[allow(c)]\npub(crate) use b::C;", &[]);
    finds(rule, "#[cfg(a)]\nfn f() { if cfg!(b) {} }", &[1, 2]);
    finds(rule, "#[cfg(test)]\nmod tests { #[cfg(a)] fn f() {} }", &[]);
    let source = Source::new("src/lib.rs", "#![cfg_attr(a, b)]\n#[cfg(c)] mod d;\ncfg!(e)");
    assert_eq!(rules::conditions(&source).len(), 3);
}

#[test]
fn macros_are_measured_by_their_lines() {
    let source = Source::new("src/lib.rs", "macro_rules! a {\n() => {\nb\n};\n}\na!();");
    assert_eq!(
        rules::macro_lines(&source).iter().map(|(_, lines)| *lines).collect::<Vec<_>>(),
        [5]
    );
}

#[test]
fn models_are_named_where_they_are_declared() {
    let rule = rules::loom_word;
    finds(rule, "#[cfg(all(test, loom))]\nmod loom_tests;\n#[cfg(not(loom))] mod tests {}", &[]);
    finds(rule, "// under loom\n#[cfg(loom)]\nuse a;\nlet bloom = 1;", &[2, 1]);
    assert!(lines(rule, "src/shim/mod.rs", "use loom;").is_empty());
    assert!(lines(rule, "src/sync/loom_tests.rs", "use loom;").is_empty());
}

#[test]
fn primitives_are_found_in_any_form_of_path() {
    let rule = rules::shim_only;
    finds(rule, "use std::{cell::Cell,\nsync::{Arc, atomic::AtomicU8},\nthread};", &[2, 2, 3]);
    finds(rule, "fn f() { std::thread::park() }\nuse core::sync::atomic;", &[1, 2]);
    finds(rule, "use std::task::Poll;\nuse crate::shim::Arc;\n// std::sync", &[]);
    finds(rule, "thread_local! {}", &[1]);
    finds(rule, "use crate::shim::{Arc, thread_local};\nthread_local! {}", &[]);
    finds(rule, "#[cfg(test)]\nmod tests { use std::sync::Arc; }", &[]);
    assert!(lines(rule, "src/shim/native.rs", "use std::sync::Arc;").is_empty());
}

#[test]
fn imports_are_held_against_the_table() {
    let at = |path: &str, text: &str| lines(imports_point_down, path, text);
    assert!(
        at("src/time/sleep.rs", "use crate::runtime::Handle;\nuse crate::util::list;").is_empty()
    );
    assert!(
        at("src/engine/ring/lane.rs", "use super::ring::Ring;\nuse super::super::ring;").is_empty()
    );
    assert_eq!(at("src/sync/mutex.rs", "use crate::{util::list,\ntime::sleep};"), [2]);
    assert_eq!(at("src/sync/mutex.rs", "fn f() { crate::time::sleep() }"), [1]);
    assert_eq!(at("src/engine/ring/mod.rs", "use super::task::Task;"), [1], "through super");
    assert_eq!(
        at("src/engine/scheduler/park.rs", "use crate::sync::Notify;"),
        [1],
        "engine to room"
    );
    assert_eq!(at("src/time/sleep.rs", "use crate::io::Read;"), [1], "same row");
    assert_eq!(at("src/time/sleep.rs", "use crate::spawn;"), [1], "through the root");
    assert_eq!(at("src/attic/mod.rs", "struct A;"), [1], "a room that nobody knows");
    assert!(at("src/lib.rs", "pub use crate::task::spawn;").is_empty());
    assert!(at("src/sync/mutex.rs", "#[cfg(test)]\nmod tests { use crate::time; }").is_empty());
}

#[test]
fn public_items_are_told_from_restricted_ones() {
    let rule = rules::documented;
    finds(rule, "/// A.\n#[derive(B)]\npub struct A;\n#[doc(hidden)]\npub fn b() {}", &[]);
    finds(
        rule,
        "pub struct A;\npub const fn b() {}\npub unsafe extern \"C\" fn c() {}",
        &[1, 2, 3],
    );
    finds(rule, "pub(crate) fn a() {}\npub use b::C;\npub mod d;\nstruct E { pub f: u8 }", &[]);
    finds(rule, "/// Of a.\npub fn a() {}\npub const B: u8 = 1;", &[3]);
}

#[test]
fn marks_of_unfinished_work_are_found() {
    let rule = rules::unfinished;
    finds(rule, "fn f() { todo!() }\n// FIXME: x\n// TODO: y\nfn g() { dbg!(1) }", &[1, 4, 2, 3]);
    finds(rule, "// TODO(#12): y\nlet todo = \"FIXME\"; // a hack", &[]);
}

#[test]
fn unwraps_are_found_outside_of_tests() {
    finds(rules::unwrap, "a.unwrap();\nb.unwrap_or(1);\nc\n.unwrap()", &[1, 4]);
    finds(rules::unwrap, "#[cfg(test)]\nmod tests { fn f() { a.unwrap(); } }", &[]);
    assert!(lines(rules::unwrap, "tests/a.rs", "a.unwrap()").is_empty());
}

#[test]
fn a_file_opens_with_one_responsibility() {
    let rule = rules::first_sentence;
    finds(rule, "//! Counts\n//! things. And more, and more.\n//!\n//! This and that.", &[]);
    finds(rule, "//! Counts\n//! and sorts.", &[1]);
    finds(rule, "use a::b;", &[1]);
}

#[test]
fn dependencies_need_a_comment_each() {
    let at = |text: &str| {
        let found = texts::dependencies("Cargo.toml", text);
        found.iter().map(|finding| finding.line).collect::<Vec<_>>()
    };
    let text =
        "[package]\nname = \"a\"\n[dependencies]\n# Why.\nb = { features = [\n\"x=1\",\n] }\n";
    assert!(at(text).is_empty());
    assert_eq!(at("[dev-dependencies]\n# Why.\na = \"1\"\nb = \"1\""), [4]);
    assert_eq!(at("[target.'cfg(unix)'.dependencies]\na = \"1\"\n[features]\nb = []"), [2]);
    assert_eq!(at("[dependencies.a]\nversion = \"1\""), [1]);
}

#[test]
fn paths_of_one_machine_are_found() {
    let at = |text: &str| texts::foreign("README.md", text).len();
    let root = concat!("/ro", "ot/a");
    assert_eq!(at(&format!("see {root}\nor https://example.org{root}, src{root}")), 1);
    assert_eq!(at(concat!("a Helper", " Session")), 1);
}
