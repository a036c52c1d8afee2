//! Splits Rust text into tokens, with comments set apart.

/// A word, a literal, a lifetime, `::`, or one character of punctuation.
#[derive(Debug)]
pub struct Token<'a> {
    pub text: &'a str,
    pub at: usize,
    pub line: usize,
}

/// A comment, documentation included.
#[derive(Debug)]
pub struct Comment<'a> {
    pub text: &'a str,
    pub at: usize,
    pub line: usize,
}

impl Comment<'_> {
    /// Whether it documents the item after it, or the file around it.
    pub fn is_doc(&self) -> bool {
        ["///", "//!", "/**", "/*!"].iter().any(|start| self.text.starts_with(start))
            && !["////", "/***", "/**/"].iter().any(|start| self.text.starts_with(start))
    }
}

/// Tokens and comments of `text`, each in order.
pub fn lex(text: &str) -> (Vec<Token<'_>>, Vec<Comment<'_>>) {
    let (mut tokens, mut comments) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 1);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (len, is_comment) = match comment(rest) {
            Some(len) => (len, true),
            None => (literal(rest).unwrap_or_else(|| word(rest, first)), false),
        };
        let text = &rest[..len];
        if is_comment {
            comments.push(Comment { text, at, line });
        } else if !first.is_whitespace() {
            tokens.push(Token { text, at, line });
        }
        line += text.matches('\n').count();
        at += len;
    }
    (tokens, comments)
}

/// The length of the comment at the start.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let mut depth = 0;
    for (at, pair) in rest.as_bytes().windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(at + 2);
        }
    }
    Some(rest.len())
}

/// The length of the string or character at the start.
fn literal(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - body.len();
    if prefix > 1 {
        return None;
    }
    let len = match body.chars().next()? {
        'r' => raw_string(body),
        '"' => Some(1 + until_quote(&body[1..], '"')),
        '\'' => character(body),
        _ => None,
    };
    len.map(|len| prefix + len)
}

fn raw_string(body: &str) -> Option<usize> {
    let hashes = body[1..].len() - body[1..].trim_start_matches('#').len();
    let text = body[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let closed = text.find(&end).map_or(text.len(), |at| at + end.len());
    Some(2 + hashes + closed)
}

/// A character, as opposed to a lifetime, closes right after its first sign or is an escape.
fn character(body: &str) -> Option<usize> {
    let sign = body[1..].chars().next()?;
    let closes = body[1 + sign.len_utf8()..].starts_with('\'');
    if sign == '\\' || closes { Some(1 + until_quote(&body[1..], '\'')) } else { None }
}

/// The length up to the closing quote, and with it.
fn until_quote(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if sign == quote {
            return at + 1;
        } else {
            escaped = sign == '\\';
        }
    }
    text.len()
}

/// The length of the word, lifetime, `::` or single sign at the start.
fn word(rest: &str, first: char) -> usize {
    if rest.starts_with("::") {
        return 2;
    }
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    if !is_word(first) && first != '\'' {
        return first.len_utf8();
    }
    let tail = &rest[first.len_utf8()..];
    first.len_utf8() + tail.find(|sign| !is_word(sign)).unwrap_or(tail.len())
}
