//! `{a,b}` and `{1..3}`: one word as it is written → the words that bash makes of it, still as they would be
//! written. See bash(1), Brace Expansion.

/// The most words that one word may become.
const WORDS: usize = 64;
/// How deep braces nest.
const DEPTH: usize = 5;

/// What braces make of a word.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Braces {
    /// The word has no brace expression.
    None,
    /// These words.
    Words(Vec<String>),
    /// Several words, which are not worked out: too many, or with an expansion among them.
    Several,
}

/// Expands the braces of a word.
pub(super) fn expand(raw: &str) -> Braces {
    if !raw.contains('{') {
        return Braces::None;
    }
    let characters: Vec<char> = raw.chars().collect();
    if raw.contains(['$', '`']) {
        let listed = raw.contains(',') || raw.contains("..");
        return if listed && open(&characters, 0).is_some() { Braces::Several } else { Braces::None };
    }
    match all(&characters, 0) {
        Some(words) if words.len() == 1 => Braces::None,
        Some(words) => Braces::Words(words),
        None => Braces::Several,
    }
}

/// Returns the place after the quoted text or the escape that starts here.
fn skip_quoted(characters: &[char], at: usize) -> Option<usize> {
    match characters.get(at)? {
        '\\' => Some(at + 2),
        quote @ ('\'' | '"') => {
            let mut end = at + 1;
            while let Some(character) = characters.get(end) {
                if character == quote {
                    return Some(end + 1);
                }
                end += if *character == '\\' && *quote == '"' { 2 } else { 1 };
            }
            Some(end)
        }
        _ => None,
    }
}

/// Returns the first `{` that is not quoted and does not belong to `${`.
fn open(characters: &[char], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(character) = characters.get(at) {
        if let Some(after) = skip_quoted(characters, at) {
            at = after;
        } else if *character == '$' && characters.get(at + 1) == Some(&'{') {
            at += 2;
        } else if *character == '{' {
            return Some(at);
        } else {
            at += 1;
        }
    }
    None
}

/// Returns the `}` of the `{` here, and the commas between them.
fn close(characters: &[char], start: usize) -> Option<(usize, Vec<usize>)> {
    let (mut at, mut depth, mut commas) = (start + 1, 0_usize, Vec::new());
    while let Some(character) = characters.get(at) {
        if let Some(after) = skip_quoted(characters, at) {
            at = after;
            continue;
        }
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((at, commas)),
            '}' => depth -= 1,
            ',' if depth == 0 => commas.push(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Returns every word, or nothing where that is not worked out.
fn all(characters: &[char], depth: usize) -> Option<Vec<String>> {
    let text = |from: usize, to: usize| characters.get(from..to).unwrap_or_default().iter().collect::<String>();
    let Some(start) = open(characters, 0) else { return Some(vec![text(0, characters.len())]) };
    if depth > DEPTH {
        return None;
    }
    // What bash makes of a brace without its other half is nothing to rely on.
    let (end, commas) = close(characters, start)?;
    let inner = characters.get(start + 1..end).unwrap_or_default();
    let before = text(0, start);
    let rest = all(characters.get(end + 1..).unwrap_or_default(), depth)?;
    let middle = if commas.is_empty() {
        match sequence(&inner.iter().collect::<String>())? {
            Some(words) => words,
            // `{}` and `{x}` stand for themselves.
            None if open(inner, 0).is_none() => vec![text(start, end + 1)],
            None => return None,
        }
    } else {
        let mut words = Vec::new();
        let mut from = start + 1;
        for to in commas.into_iter().chain([end]) {
            words.extend(all(characters.get(from..to).unwrap_or_default(), depth + 1)?);
            from = to + 1;
        }
        words
    };
    if middle.len().saturating_mul(rest.len()) > WORDS {
        return None;
    }
    let join = |one: &String| rest.iter().map(|after| format!("{before}{one}{after}")).collect::<Vec<_>>();
    Some(middle.iter().flat_map(join).collect())
}

/// Reads `1..3`, `a..e`, `1..9..2`. Outside: not worked out. Inside: not a sequence.
#[expect(clippy::option_option, reason = "two questions: can it be told, and is it one")]
fn sequence(inner: &str) -> Option<Option<Vec<String>>> {
    if !inner.contains("..") {
        return Some(None);
    }
    let parts: Vec<&str> = inner.split("..").collect();
    let (start, end, step) = match parts.as_slice() {
        [start, end] => (*start, *end, 1),
        [start, end, step] => (*start, *end, plain(step)?.checked_abs()?.max(1)),
        _ => return None,
    };
    let letter = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|c| c.is_ascii_alphabetic() && characters.next().is_none())
    };
    if let (Some(first), Some(last)) = (letter(start), letter(end)) {
        if first.is_ascii_lowercase() != last.is_ascii_lowercase() {
            return None;
        }
        let numbers = range(i64::from(u32::from(first)), i64::from(u32::from(last)), step)?;
        let words = numbers.iter().map(|number| u8::try_from(*number).ok().map(|byte| char::from(byte).to_string()));
        return words.collect::<Option<_>>().map(Some);
    }
    let numbers = range(plain(start)?, plain(end)?, step)?;
    Some(Some(numbers.iter().map(ToString::to_string).collect()))
}

/// Reads a number that bash does not pad with zeros.
fn plain(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text && number.abs() < 1_000_000_000).then_some(number)
}

fn range(first: i64, last: i64, step: i64) -> Option<Vec<i64>> {
    let count = usize::try_from((last - first).abs() / step).ok()? + 1;
    if count > WORDS {
        return None;
    }
    let step = if last < first { -step } else { step };
    Some(std::iter::successors(Some(first), |number| number.checked_add(step)).take(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_become_the_words_that_bash_makes_of_them() {
        let words = |raw: &str| match expand(raw) {
            Braces::Words(words) => words.join(" "),
            Braces::None => raw.to_owned(),
            Braces::Several => "?".to_owned(),
        };
        for (raw, expected) in [
            ("{a,b}", "a b"),
            ("x{a,b}y{1..3}", "xay1 xay2 xay3 xby1 xby2 xby3"),
            ("{rm,-rf,/}", "rm -rf /"),
            ("{a,{b,c}d}", "a bd cd"),
            ("{c..a}", "c b a"),
            ("{1..7..3}", "1 4 7"),
            ("{}", "{}"),
            ("{x}", "{x}"),
            ("'{a,b}'", "'{a,b}'"),
            ("\\{a,b}", "\\{a,b}"),
            ("{a,'b,c'}", "a 'b,c'"),
            ("{a,}x", "ax x"),
            ("{1..99999999999999999999}", "?"),
            ("{01..3}", "?"),
            ("{a,b", "?"),
            ("$x{a,b}", "?"),
            ("${x,y}", "${x,y}"),
        ] {
            assert_eq!(words(raw), expected, "{raw}");
        }
    }
}
