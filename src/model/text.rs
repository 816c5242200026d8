//! Foreign bytes, made safe to print.
//!
//! argv, paths and environment come from the agent. On a terminal a control character moves the
//! cursor, a bidi mark reorders the line, a zero-width one hides a difference. Nothing from outside
//! reaches a person except through here.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// The most characters of one argument that a message shows.
pub const ARGUMENT_LIMIT: usize = 80;
/// The most characters of a whole command that a one-line message shows.
pub const COMMAND_LIMIT: usize = 240;

/// Says whether a character changes how others are shown, or cannot be seen.
#[must_use]
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the bytes as text in which every control, bidi and invisible character, and every byte
/// that is not UTF-8, is written as an escape (`\n`, `\u{202e}`, `\xff`).
#[must_use]
pub fn escape(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.chars().any(|character| is_unsafe(character) || character == '\\')
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_unsafe(character) || character == '\\' {
                out.extend(character.escape_default());
            } else {
                out.push(character);
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    Cow::Owned(out)
}

/// Returns [`escape`] of an argument or path.
#[must_use]
pub fn escape_os(text: &OsStr) -> Cow<'_, str> {
    escape(text.as_bytes())
}

/// Says whether an argument can stand on a shell line as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | '@' | '%' | '+' | ','))
}

/// Returns one argument escaped, quoted where a shell would need it, and at most `limit` characters
/// long, with `…` where something is left out.
#[must_use]
pub fn argument(argument: &OsStr, limit: usize) -> String {
    let escaped = escape_os(argument);
    let short = shorten(&escaped, limit);
    if is_plain(&short) || (short.ends_with('…') && is_plain(short.trim_end_matches('…'))) {
        short
    } else {
        format!("'{}'", short.replace('\'', r"'\''"))
    }
}

/// Returns the text cut to at most `limit` characters, with `…` as the last where it was cut.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(limit.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Returns a command on one line: escaped, quoted, each argument and the whole shortened.
#[must_use]
pub fn command<S: AsRef<OsStr>>(argv: &[S], limit: usize) -> String {
    let mut out = String::new();
    for item in argv {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&argument(item.as_ref(), ARGUMENT_LIMIT));
        if out.chars().count() > limit {
            break;
        }
    }
    shorten(&out, limit)
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
        let long = "x".repeat(500);
        assert!(command(&["echo", &long], 240).chars().count() <= 240);
        assert!(command(&["echo", &long], 240).contains('…'));
    }
}
