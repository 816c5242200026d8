//! Foreign bytes, made safe to print.
//!
//! argv, paths and environment come from the agent. On a terminal a control character moves the
//! cursor, a bidi mark reorders the line, a zero-width one hides a difference. Nothing from outside
//! reaches a person except through here.

use super::escape;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

pub use super::escape::{ARGUMENT_LIMIT, COMMAND_LIMIT, is_unsafe};

/// Returns the bytes as text in which every control, bidi and invisible character, and every byte
/// that is not UTF-8, is written as an escape (`\n`, `\u{202e}`, `\xff`).
#[must_use]
pub fn escape(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(escape::is_escaped) => Cow::Borrowed(text),
        Ok(_) | Err(_) => Cow::Owned(escape::escaped(bytes).collect()),
    }
}

/// Returns [`escape`] of an argument or path.
#[must_use]
pub fn escape_os(text: &OsStr) -> Cow<'_, str> {
    escape(text.as_bytes())
}

/// Returns one argument escaped, quoted where a shell would need it, and at most `limit` characters
/// long, with `…` where something is left out.
#[must_use]
pub fn argument(argument: &OsStr, limit: usize) -> String {
    escape::argument(argument.as_bytes(), limit).collect()
}

/// Returns the text cut to at most `limit` characters, with `…` as the last where it was cut.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    escape::shortened(text.chars(), limit).collect()
}

/// Returns a command on one line: escaped, quoted, each argument and the whole shortened.
#[must_use]
pub fn command<S: AsRef<OsStr>>(argv: &[S], limit: usize) -> String {
    escape::command(argv.iter().map(|item| item.as_ref().as_bytes()), limit).collect()
}

/// Returns an error and what caused it, `X: because Y: because Z`, safe to print. Lines stay lines.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) && character != '\n' {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_survives() {
        let shown = escape(b"a\x1b[2Jb\r\n\xff\xe2\x80\xae");
        assert_eq!(shown, r"a\u{1b}[2Jb\r\n\xff\u{202e}");
        assert!(!shown.chars().any(is_unsafe));
    }

    #[test]
    fn a_backslash_is_escaped_so_that_escapes_cannot_be_forged() {
        assert_eq!(escape(br"\u{1b}"), r"\\u{1b}");
    }

    #[test]
    fn a_chain_names_every_cause_once_and_moves_no_cursor() {
        let inner = std::io::Error::other("inner\u{1b}[2J");
        let outer = std::io::Error::other(Wrapped(inner));
        assert_eq!(chain(&Wrapped(outer)), "outer: outer: inner\\u{1b}[2J");
    }

    #[derive(Debug)]
    struct Wrapped(std::io::Error);

    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }

    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_command_is_quoted_and_shortened() {
        assert_eq!(command(&["git", "commit", "-m", "a b"], 240), "git commit -m 'a b'");
        assert_eq!(command(&["", "it's", "a=b", "…", "é"], 240), r"'' 'it'\''s' a=b '…' é");
        assert_eq!(command(&["a b c", "d"], 5), "'a b…");
        assert_eq!(argument(OsStr::new("abcdef"), 4), "abc…");
        assert_eq!(argument(OsStr::new("ab def"), 4), "'ab …'");
        let long = "x".repeat(500);
        assert!(command(&["echo", &long], 240).chars().count() <= 240);
        assert!(command(&["echo", &long], 240).contains('…'));
    }
}
