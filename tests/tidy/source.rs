//! One Rust file as the rules see it: brackets paired, tests told apart, paths spelled out.

use crate::Finding;
use crate::lexer::{Comment, Token, lex};
use std::collections::BTreeSet;
use std::ops::Range;

/// A path that the code names, with the line it stands on.
#[derive(Debug)]
pub struct Named<'a> {
    pub segments: Vec<&'a str>,
    pub line: usize,
    /// How many inline modules are around it: as many times `super` stays in the file.
    pub depth: usize,
}

/// A Rust file, cut into tokens.
pub struct Source<'a> {
    /// Relative to the root of the repository.
    pub path: &'a str,
    pub tokens: Vec<Token<'a>>,
    pub comments: Vec<Comment<'a>>,
    /// Lines that hold a token.
    pub code_lines: BTreeSet<usize>,
    /// For each bracket the token that it pairs with; any other token stands for itself.
    pub pairs: Vec<usize>,
    /// Whether a token belongs to a test.
    pub in_test: Vec<bool>,
}

impl<'a> Source<'a> {
    /// Reads a file's text.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        let (tokens, comments) = lex(text);
        let pairs = pair(&tokens);
        let code_lines = tokens.iter().map(|token| token.line).collect();
        let in_test = vec![is_test_path(path); tokens.len()];
        let mut source = Self { path, tokens, comments, code_lines, pairs, in_test };
        for i in 0..source.tokens.len() {
            source.mark_test_module(i);
        }
        source
    }

    /// Whether it is part of the library, where all rules hold.
    pub fn is_library(&self) -> bool {
        self.path.starts_with("src/")
    }

    /// The text of token `i`, or nothing beyond the end.
    pub fn text(&self, i: usize) -> &'a str {
        self.tokens.get(i).map_or("", |token| token.text)
    }

    /// Whether the tokens from `i` on read so.
    pub fn reads(&self, i: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(k, word)| self.text(i + k) == *word)
    }

    /// Tokens outside of tests that read `words`.
    pub fn find<'s>(&'s self, words: &'s [&str]) -> impl Iterator<Item = usize> + 's {
        (0..self.tokens.len()).filter(|&i| !self.in_test[i] && self.reads(i, words))
    }

    /// Lines of code; those of tests do not count, unless there is nothing else.
    pub fn code(&self) -> usize {
        let whole = is_test_path(self.path);
        let tokens = self.tokens.iter().zip(&self.in_test);
        let lines = tokens.filter(|(_, in_test)| whole || !**in_test).map(|(token, _)| token.line);
        lines.collect::<BTreeSet<_>>().len()
    }

    /// Lines of code that users run.
    pub fn code_of_library(&self) -> usize {
        if is_test_path(self.path) { 0 } else { self.code() }
    }

    /// Lines of code from one token to another.
    pub fn lines_between(&self, first: usize, last: usize) -> usize {
        self.code_lines.range(self.tokens[first].line..=self.tokens[last].line).count()
    }

    /// The first token of the attributes in front of token `i`.
    pub fn attributes(&self, i: usize) -> usize {
        let mut start = i;
        while start > 1 && self.text(start - 1) == "]" {
            let open = self.pairs[start - 1];
            if open == 0 || self.text(open - 1) != "#" {
                break;
            }
            start = open - 1;
        }
        start
    }

    /// The first token that is no attribute, from token `i` on.
    pub fn after_attributes(&self, mut i: usize) -> usize {
        while self.reads(i, &["#", "["]) {
            i = self.pairs[i + 1] + 1;
        }
        i
    }

    /// Skips a visibility at token `i`.
    pub fn after_visibility(&self, i: usize) -> usize {
        match (self.text(i), self.text(i + 1)) {
            ("pub", "(") => self.pairs[i + 1] + 1,
            ("pub", _) => i + 1,
            _ => i,
        }
    }

    /// Documentation of the item whose first token after its attributes is `i`.
    pub fn docs(&self, i: usize) -> Vec<&'a str> {
        let start = self.attributes(i);
        let from = start.checked_sub(1).map_or(0, |before| self.tokens[before].at);
        let to = self.tokens[i].at;
        let between = self.comments.iter().filter(|c| from <= c.at && c.at < to && c.is_doc());
        let attributes = (start..i).filter(|&k| self.reads(k, &["[", "doc"])).map(|_| "#[doc]");
        between.map(|comment| comment.text).chain(attributes).collect()
    }

    /// The first token of the item whose keyword is token `i`: its visibility or qualifier.
    pub fn item(&self, i: usize) -> usize {
        let mut start = i;
        loop {
            let before = start.wrapping_sub(1);
            start = match self.text(before) {
                "pub" | "const" | "async" | "unsafe" | "extern" => before,
                ")" if self.text(self.pairs[before].wrapping_sub(1)) == "pub" => {
                    self.pairs[before] - 1
                }
                _ => return start,
            }
        }
    }

    /// The first token of the statement, arm or element around token `i`.
    pub fn statement(&self, i: usize) -> usize {
        let mut start = i;
        while start > 0 {
            start = match self.text(start - 1) {
                ";" | "{" | "}" | "," => break,
                ")" | "]" => self.pairs[start - 1],
                _ => start - 1,
            }
        }
        start
    }

    /// The `{` of the function or impl that starts at token `i`, should it have a body.
    pub fn body(&self, i: usize) -> Option<usize> {
        let mut at = i + 1;
        loop {
            match self.text(at) {
                "{" => return Some(at),
                "(" | "[" => at = self.pairs[at] + 1,
                ";" | "" => return None,
                _ => at += 1,
            }
        }
    }

    /// A finding at `line` of this file.
    pub fn finding(&self, line: usize, message: String) -> Finding {
        Finding { path: self.path.to_owned(), line, message }
    }

    /// The same finding at each of these tokens.
    pub fn findings(&self, at: impl Iterator<Item = usize>, message: &str) -> Vec<Finding> {
        at.map(|i| self.finding(self.tokens[i].line, message.to_owned())).collect()
    }

    /// The plain comments on `line`.
    pub fn comments_on(&self, line: usize) -> impl Iterator<Item = &Comment<'a>> {
        self.comments.iter().filter(move |c| !c.is_doc() && covers(c, line))
    }

    /// Every path of an import, or that starts with a word for a crate or module.
    pub fn paths(&self) -> Vec<Named<'a>> {
        let mut found = Vec::new();
        let mut i = 0;
        while i < self.tokens.len() {
            if self.in_test[i] {
                i += 1;
            } else if self.is_import(i) {
                i = self.import(i + 1, &[], &mut found);
            } else if is_root(self.text(i)) && self.text(i + 1) == "::" {
                i = self.inline(i, &mut found);
            } else {
                i += 1;
            }
        }
        found
    }

    /// The tokens of each `use` statement.
    pub fn imports(&self) -> Vec<Range<usize>> {
        let starts = (0..self.tokens.len()).filter(|&i| self.is_import(i));
        let until_end = |start: usize| (start..).find(|&i| [";", ""].contains(&self.text(i)));
        starts.map(|start| start..until_end(start).expect("tokens end")).collect()
    }

    /// Whether token `i` begins an import, and not a list of captured lifetimes.
    fn is_import(&self, i: usize) -> bool {
        self.text(i) == "use" && self.text(i + 1) != "<"
    }

    /// Reads one branch of an import up to its `,`, `;` or `}`, which it gives back.
    fn import(&self, mut i: usize, before: &[&'a str], found: &mut Vec<Named<'a>>) -> usize {
        let mut segments = before.to_vec();
        let line = self.tokens.get(i).map_or(0, |token| token.line);
        loop {
            match self.text(i) {
                "{" => {
                    let end = self.pairs[i];
                    while i < end {
                        i = self.import(i + 1, &segments, found);
                    }
                    return end + 1;
                }
                "as" => i += 1,
                "::" => {}
                "," | ";" | "}" | "" => break,
                name => segments.push(name),
            }
            i += 1;
        }
        if segments.len() > before.len() {
            found.push(Named { segments, line, depth: self.depth(i) });
        }
        i
    }

    fn inline(&self, mut i: usize, found: &mut Vec<Named<'a>>) -> usize {
        let line = self.tokens[i].line;
        let mut segments = vec![self.text(i)];
        while self.text(i + 1) == "::" && self.text(i + 2).starts_with(char::is_alphabetic) {
            segments.push(self.text(i + 2));
            i += 2;
        }
        found.push(Named { segments, line, depth: self.depth(i) });
        i + 1
    }

    /// How many inline modules are around token `i`.
    fn depth(&self, i: usize) -> usize {
        let opens = |k: &usize| self.text(*k) == "mod" && self.text(k + 2) == "{";
        (0..i).filter(opens).filter(|k| self.pairs[k + 2] > i).count()
    }

    /// Marks the inline module that starts at `#[cfg(test)]`, should token `i` be that.
    fn mark_test_module(&mut self, i: usize) {
        if !self.reads(i, &["#", "[", "cfg", "("]) {
            return;
        }
        let condition = i + 3..self.pairs[i + 3];
        let is_test =
            condition.clone().any(|k| self.text(k) == "test" && self.text(k - 2) != "not");
        let module = self.after_visibility(self.after_attributes(i));
        if is_test && self.text(module) == "mod" && self.text(module + 2) == "{" {
            self.in_test[i..=self.pairs[module + 2]].fill(true);
        }
    }
}

/// Whether a file holds nothing but tests.
fn is_test_path(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    folder.split('/').any(|part| ["tests", "benches", "examples"].contains(&part))
        || stem == "tests"
        || stem.ends_with("_tests")
}

/// Whether a path that starts so leads out of the file.
fn is_root(word: &str) -> bool {
    ["crate", "super", "std", "core", "alloc"].contains(&word)
}

fn covers(comment: &Comment<'_>, line: usize) -> bool {
    (comment.line..=comment.line + comment.text.matches('\n').count()).contains(&line)
}

/// Pairs brackets; one that is never closed stands for itself.
fn pair(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut pairs: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => open.push(i),
            ")" | "]" | "}" => {
                if let Some(start) = open.pop() {
                    pairs[start] = i;
                    pairs[i] = start;
                }
            }
            _ => {}
        }
    }
    pairs
}
