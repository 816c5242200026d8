//! What [`text`](super::text) does, one character after the other.
//!
//! The shim uses it without the standard library and without memory of its own, so this file needs
//! neither.

use core::ascii;

/// The most characters of one argument that a message shows.
pub const ARGUMENT_LIMIT: usize = 80;
/// The most characters of a whole command that a one-line message shows.
pub const COMMAND_LIMIT: usize = 240;
/// Stands where something is left out.
const LEFT_OUT: char = '…';

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

/// Says whether a character cannot stand in a text as it is: escapes themselves begin with `\`.
pub(crate) fn is_escaped(character: char) -> bool {
    is_unsafe(character) || character == '\\'
}

/// Returns the characters of the bytes, with every unsafe one, and every byte that is not UTF-8, as an
/// escape (`\n`, `\u{202e}`, `\xff`).
pub(crate) fn escaped(bytes: &[u8]) -> impl Iterator<Item = char> + Clone {
    bytes.utf8_chunks().flat_map(|chunk| {
        let invalid = chunk.invalid().iter().flat_map(|byte| ascii::escape_default(*byte));
        chunk.valid().chars().flat_map(one).chain(invalid.map(char::from))
    })
}

fn one(character: char) -> impl Iterator<Item = char> + Clone {
    let escape = is_escaped(character).then(|| character.escape_default());
    let plain = escape.is_none().then_some(character);
    plain.into_iter().chain(escape.into_iter().flatten())
}

/// Returns the text cut to at most `limit` characters, with `…` as the last where it was cut.
pub(crate) fn shortened<T: Iterator<Item = char> + Clone>(
    text: T,
    limit: usize,
) -> impl Iterator<Item = char> + Clone + use<T> {
    let is_cut = text.clone().nth(limit).is_some();
    let kept = if is_cut { limit.saturating_sub(1) } else { limit };
    text.take(kept).chain(is_cut.then_some(LEFT_OUT))
}

/// Says whether an argument can stand on a shell line as it is, cut or whole.
fn is_plain(mut text: impl Iterator<Item = char>) -> bool {
    let mut begins_plain = false;
    let other = text.find(|character| {
        let is_plain = character.is_alphanumeric()
            || matches!(character, '-' | '_' | '.' | '/' | ':' | '=' | '@' | '%' | '+' | ',');
        begins_plain |= is_plain;
        !is_plain
    });
    begins_plain && other.is_none_or(|character| character == LEFT_OUT) && text.all(|character| character == LEFT_OUT)
}

/// Returns one argument escaped, at most `limit` characters of it, quoted where a shell would need it.
pub(crate) fn argument(bytes: &[u8], limit: usize) -> impl Iterator<Item = char> + Clone {
    let short = shortened(escaped(bytes), limit);
    let quote = (!is_plain(short.clone())).then_some('\'');
    let quoted = short.flat_map(move |character| {
        let before = if quote == Some(character) { r"'\'" } else { "" };
        before.chars().chain(Some(character))
    });
    quote.into_iter().chain(quoted).chain(quote)
}

/// Returns a command on one line: escaped, quoted, each argument and the whole shortened.
pub(crate) fn command<'a, A>(argv: A, limit: usize) -> impl Iterator<Item = char> + Clone + use<'a, A>
where
    A: Iterator<Item = &'a [u8]> + Clone,
{
    let line = argv.enumerate().flat_map(|(index, item)| {
        let space = (index > 0).then_some(' ');
        space.into_iter().chain(argument(item, ARGUMENT_LIMIT))
    });
    shortened(line, limit)
}
