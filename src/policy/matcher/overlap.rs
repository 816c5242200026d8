//! Whether two patterns for paths have a path in common.

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Character(char),
    /// One character that is no slash.
    One,
    /// Any characters but slashes.
    Star,
    /// Any characters.
    Deep,
}

/// Says whether a pattern that a shell expands, in which `*` is no leading dot, and a pattern of a set may
/// stand for the same path. Where in doubt it says that they may.
pub(crate) fn overlap(shell: &str, set: &str) -> bool {
    let shells: Vec<Vec<Piece>> = folders(shell.to_owned()).iter().map(|text| pieces(text)).collect();
    let sets = alternatives(set).into_iter().flat_map(folders);
    sets.map(|text| pieces(&text)).any(|set| {
        shells.iter().any(|shell| {
            let mut seen = vec![false; (shell.len() + 1) * (set.len() + 1) * 2];
            meet(shell, &set, (0, 0, true), &mut seen)
        })
    })
}

/// The most `**/` that are told apart.
const FOLDERS: usize = 4;

/// Writes out what `**/` stands for: nothing, or folders.
fn folders(pattern: String) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = pattern.as_str();
    for _ in 0..FOLDERS {
        let Some((before, after)) = rest.split_once("**/") else { break };
        out = out.iter().flat_map(|start| [format!("{start}{before}"), format!("{start}{before}**/")]).collect();
        rest = after;
    }
    out.iter().map(|start| format!("{start}{rest}")).collect()
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        out.push(match character {
            '*' => {
                let mut deep = false;
                while rest.next_if_eq(&'*').is_some() {
                    deep = true;
                }
                if deep { Piece::Deep } else { Piece::Star }
            }
            '?' => Piece::One,
            '[' => {
                let class: String = rest.clone().take_while(|inner| *inner != ']').collect();
                if !class.is_empty() && rest.clone().any(|inner| inner == ']') {
                    rest.nth(class.chars().count());
                    let mut only = class.chars();
                    match (only.next(), only.next()) {
                        (Some(one), None) => Piece::Character(one),
                        _ => Piece::One,
                    }
                } else {
                    Piece::Character('[')
                }
            }
            '\\' => Piece::Character(rest.next().unwrap_or('\\')),
            other => Piece::Character(other),
        });
    }
    out
}

/// The most alternatives that braces are taken apart into.
const ALTERNATIVES: usize = 64;

/// Takes `{a,b}` apart; what is too much, or nested, becomes `**`.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inside, after)) = after.split_once('}') else { break };
        if inside.contains('{') || out.len() * (inside.matches(',').count() + 1) > ALTERNATIVES {
            return vec!["**".to_owned()];
        }
        let one = |start: &String| inside.split(',').map(|word| format!("{start}{before}{word}")).collect::<Vec<_>>();
        out = out.iter().flat_map(one).collect();
        rest = after;
    }
    out.iter().map(|start| format!("{start}{rest}")).collect()
}

/// Where in the two patterns, and whether a part of a path begins here.
type At = (usize, usize, bool);

fn meet(shell: &[Piece], set: &[Piece], at: At, seen: &mut [bool]) -> bool {
    let (left, right, start) = at;
    let index = (left * (set.len() + 1) + right) * 2 + usize::from(start);
    match seen.get_mut(index) {
        Some(known) if !*known => *known = true,
        _ => return false,
    }
    let (here, there) = (shell.get(left), set.get(right));
    if here.is_none() && there.is_none() {
        return true;
    }
    let skips = |piece: Option<&Piece>| matches!(piece, Some(Piece::Star | Piece::Deep));
    if skips(here) && meet(shell, set, (left + 1, right, start), seen) {
        return true;
    }
    if skips(there) && meet(shell, set, (left, right + 1, start), seen) {
        return true;
    }
    let (Some(here), Some(there)) = (here, there) else { return false };
    let Some(slash) = common(*here, *there, start) else { return false };
    let next = |piece: Piece, at: usize| if matches!(piece, Piece::Star | Piece::Deep) { at } else { at + 1 };
    let (left, right) = (next(*here, left), next(*there, right));
    // Two wildcards have both in common: a slash, and something else.
    slash.into_iter().any(|slash| meet(shell, set, (left, right, slash), seen))
}

/// Returns whether one character of both is a slash; both where it may be.
fn common(shell: Piece, set: Piece, start: bool) -> Option<Vec<bool>> {
    use Piece::{Character, Deep, One, Star};
    match (shell, set) {
        (Character(left), Character(right)) => (left == right).then_some(vec![left == '/']),
        (Character('/'), Deep) | (Deep, Character('/')) => Some(vec![true]),
        (Character('/'), One | Star) | (One | Star, Character('/')) => None,
        // A wildcard of a shell is no leading dot.
        (One | Star | Deep, Character('.')) if start => None,
        (Character(_), One | Star | Deep) | (One | Star | Deep, Character(_)) => Some(vec![false]),
        (Deep, Deep) => Some(vec![true, false]),
        (One | Star, One | Star | Deep) | (Deep, One | Star) => Some(vec![false]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_overlap_where_a_path_fits_both() {
        for (shell, set, expected) in [
            ("/w/*.rs", "**/.env", false),
            ("/w/*", "**/.env", false),
            ("/w/.*", "**/.env", true),
            ("/w/.e*", "**/.env.*", true),
            ("/w/s*.rs", "**/.env", false),
            ("/w/**/*.ts", "**/.env", false),
            ("/h/.s*/id", "/h/.ssh/**", true),
            ("/h/src/*.c", "/h/.ssh/**", false),
            ("/h/*/id", "/h/.ssh/**", false),
            ("/etc/shad?w", "/etc/shadow", true),
            ("/etc/[a-z]hadow", "/etc/shadow", true),
            ("/w/x*", "/{w,v}/{xy,z}", true),
            ("/w/x*", "/{v,u}/{xy,z}", false),
            ("/w/*", "/w/build/**", false),
            ("/w/*/x", "/w/build/**", true),
        ] {
            assert_eq!(overlap(shell, set), expected, "{shell} {set}");
        }
    }
}
