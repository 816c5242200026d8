//! Lines that the parser is known to read otherwise than a shell does. They are refused by their text.

use super::parse::{Cause, Unknown};

/// Refuses lines with a known trap.
pub(super) fn check(line: &str) -> Result<(), Unknown> {
    if line.lines().any(torn_here_document) {
        return Err(Unknown::new(Cause::Syntax, "a command substitution on the line of a here-document"));
    }
    if named_descriptor(line) {
        return Err(Unknown::new(Cause::Syntax, "a redirection with a named descriptor"));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.windows(2).any(|pair| matches!(pair, [first, "time"] if first.ends_with('!'))) {
        return Err(Unknown::new(Cause::Syntax, "`! time` is read differently by different shells"));
    }
    Ok(())
}

/// `{fd}>FILE`: the parser takes the braces for the program.
fn named_descriptor(line: &str) -> bool {
    line.match_indices(['}']).any(|(at, _)| {
        let follows = line.get(at + 1..).is_some_and(|rest| rest.starts_with(['<', '>']));
        let name = line.get(..at).and_then(|before| before.rsplit_once('{')).map(|(_, name)| name);
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        follows && name.is_some_and(is_name)
    })
}

/// `cat <<X; echo $(rm y)`: what follows the delimiter on its line is torn apart.
fn torn_here_document(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find("<<") {
        rest = rest.get(at + 2..).unwrap_or_default();
        if let Some(string) = rest.strip_prefix('<') {
            rest = string;
            continue;
        }
        return ["$(", "`", "<(", ">(", "${"].iter().any(|start| rest.contains(start));
    }
    false
}
