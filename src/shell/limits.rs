//! What is too much to parse. Checked on the text, because a stack overflow cannot be caught.

use super::parse::{Cause, Unknown};

/// The longest line, in bytes.
const BYTES: usize = 32 * 1024;
/// How deep brackets and compound commands nest.
const NESTING: usize = 10;
/// How many `case` words: the parser's time doubles with each that nests.
const CASES: usize = 6;
/// How many `{`: the second parser looks for the end of each in the rest of its word.
const BRACES: usize = 1000;
/// How many commands a line may hold.
pub(super) const COMMANDS: usize = 500;

/// Refuses what is too much. Counts quoted text too: a count that follows quotes can be led astray.
pub(super) fn check(line: &str) -> Result<(), Unknown> {
    if line.len() > BYTES {
        return Err(Unknown::new(Cause::Limit, "longer than 32 KiB"));
    }
    if line.matches('{').count() > BRACES {
        return Err(Unknown::new(Cause::Limit, "more than 1000 braces"));
    }
    if brackets(line) > NESTING {
        return Err(Unknown::new(Cause::Limit, "nested too deeply"));
    }
    let (words, cases) = compounds(line);
    if words > NESTING {
        return Err(Unknown::new(Cause::Limit, "nested too deeply"));
    }
    if cases > CASES {
        return Err(Unknown::new(Cause::Limit, "too many case commands"));
    }
    Ok(())
}

/// Returns how deep `(`, `{ ` and `${` nest.
fn brackets(line: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut characters = line.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let opens_brace = before == '$' || characters.peek().is_none_or(|next| next.is_whitespace());
        match character {
            '(' => depth += 1,
            '{' if opens_brace => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        before = character;
    }
    deepest
}

/// Returns how deep the words of compound commands nest, and how many `case` there are.
fn compounds(line: &str) -> (usize, usize) {
    let (mut depth, mut deepest, mut cases) = (0_usize, 0, 0);
    for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')) {
        match word {
            "if" | "while" | "until" | "for" | "select" => depth += 1,
            "case" => {
                depth += 1;
                cases += 1;
            }
            "fi" | "done" | "esac" => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (deepest, cases)
}
