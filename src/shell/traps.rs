//! Texts that a parser fails on, instead of saying that it does not read them, or that both misread. They are
//! refused before.

use super::parse::{Cause, Unknown};

/// The longest number that every parser can hold, in digits.
const DIGITS: usize = 9;

/// Refuses texts with a known trap.
pub(super) fn check(text: &str) -> Result<(), Unknown> {
    if long_number(text) {
        return Err(Unknown::new(Cause::Syntax, "a descriptor with a long number"));
    }
    if text.contains("<<") && (torn_here_document(text) || here_document_in_braces(text)) {
        return Err(Unknown::new(Cause::Syntax, "a here-document and an expansion that stand in each other"));
    }
    if text.split("<<").skip(1).any(empty_delimiter) {
        return Err(Unknown::new(Cause::Syntax, "a here-document with an empty delimiter"));
    }
    if named_descriptor(text) {
        return Err(Unknown::new(Cause::Syntax, "a redirection with a named descriptor"));
    }
    Ok(())
}

/// `cat <<X ${y` and a new line: one parser looks for the here-document inside the expansion, for ever.
fn torn_here_document(text: &str) -> bool {
    text.lines().any(|line| {
        let Some((_, rest)) = line.split_once("<<") else { return false };
        let count = |character: char| rest.matches(character).count();
        let expands = rest.contains(['$', '`']) || rest.contains("<(") || rest.contains(">(");
        expands && (count('(') != count(')') || count('{') != count('}') || count('`') % 2 == 1)
    })
}

/// `cat <<''` without a line after it: one parser finds the empty end again and again, until memory is full.
/// Takes what follows `<<`.
fn empty_delimiter(rest: &str) -> bool {
    let word = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
    // `<<<`, and what is no delimiter at all.
    if word.is_empty() || word.starts_with(['<', '>', '\n', '(', ')', ';', '&', '|']) {
        return false;
    }
    let mut quote = None;
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (_, Some(open)) if character == open => quote = None,
            ('\\', None | Some('"')) => {
                if characters.next().is_some_and(|next| !next.is_ascii_whitespace()) {
                    return false;
                }
            }
            ('$', None) => {}
            (_, None) if character.is_ascii_whitespace() || character.is_ascii_control() => {
                if matches!(character, ' ' | '\t' | '\n') {
                    return true;
                }
            }
            (_, None) if matches!(character, '<' | '>' | '(' | ')' | ';' | '&' | '|') => return true,
            (_, None | Some(_)) => return false,
        }
    }
    true
}

/// `${x<<Y}`: the same.
fn here_document_in_braces(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let mut depth = 0_usize;
        let end = rest.char_indices().find(|(_, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let inside = end.map_or(rest, |(end, _)| rest.get(..end).unwrap_or_default());
        inside.contains("<<")
    })
}

/// `{fd}>FILE`: one parser takes the braces for the program, and both do with a line continuation inside.
fn named_descriptor(text: &str) -> bool {
    let joined = text.replace("\\\n", "");
    joined.match_indices('}').any(|(at, _)| {
        let follows = joined.get(at + 1..).is_some_and(|rest| rest.starts_with(['<', '>']));
        let before = joined.get(..at).and_then(|before| before.rsplit_once('{'));
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        follows && before.is_some_and(|(before, name)| is_name(name) && !before.ends_with('$'))
    })
}

/// `99999999999>FILE`, `~+99999999999999999999`: numbers that do not fit.
fn long_number(text: &str) -> bool {
    let mut digits = 0;
    let mut before = ' ';
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits += 1;
            continue;
        }
        if digits > DIGITS && (matches!(character, '<' | '>') || matches!(before, '~' | '+' | '-')) {
            return true;
        }
        (digits, before) = (0, character);
    }
    digits > DIGITS && matches!(before, '~' | '+' | '-')
}
