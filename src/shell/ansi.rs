//! `$'…'`: the escapes of ANSI C quoting, bash(1), QUOTING.

use std::ffi::OsString;
use std::iter::Peekable;
use std::os::unix::ffi::OsStringExt;
use std::str::Chars;

/// Decodes the text between the quotes. Returns nothing for an escape that is not understood.
pub(super) fn decode(text: &str) -> Option<OsString> {
    let mut out = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\\' {
            escape(&mut characters, &mut out)?;
        } else {
            push(&mut out, character);
        }
    }
    Some(OsString::from_vec(out))
}

fn push(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn escape(characters: &mut Peekable<Chars<'_>>, out: &mut Vec<u8>) -> Option<()> {
    let kind = characters.next()?;
    let simple = match kind {
        'a' => 7,
        'b' => 8,
        'e' | 'E' => 27,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'v' => 11,
        '\\' | '\'' | '"' | '?' => {
            push(out, kind);
            return Some(());
        }
        '0'..='7' => byte(number(characters, 8, 2, kind.to_digit(8)?))?,
        'x' => byte(number(characters, 16, 2, 0))?,
        'u' | 'U' => {
            let most = if kind == 'u' { 4 } else { 8 };
            push(out, char::from_u32(number(characters, 16, most, 0))?);
            return Some(());
        }
        // `\cX` and whatever a newer shell knows.
        _ => return None,
    };
    // A NUL ends the word in some shells and not in others.
    (simple != 0).then(|| out.push(simple))
}

fn byte(value: u32) -> Option<u8> {
    u8::try_from(value & 0xff).ok()
}

/// Reads at most `most` digits after a value that is there already.
fn number(characters: &mut Peekable<Chars<'_>>, radix: u32, most: usize, start: u32) -> u32 {
    let mut value = start;
    for _ in 0..most {
        let Some(digit) = characters.peek().and_then(|character| character.to_digit(radix)) else { break };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        characters.next();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_the_bytes_that_bash_makes_of_them() {
        for (text, expected) in [
            (r"\162\u006d", &b"rm"[..]),
            (r"\x72m", b"rm"),
            (r"a\'b\n", b"a'b\n"),
            (r"\xff", b"\xff"),
            (r"\U0001f600", "\u{1f600}".as_bytes()),
        ] {
            assert_eq!(decode(text).map(OsString::into_vec).as_deref(), Some(expected), "{text}");
        }
        for text in [r"\c[", r"\q", r"\0", r"\"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
