//! Variables whose value is known although a line does not set them: where it runs, and whose home it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What stands for the working directory.
const HERE: [&str; 4] = ["${PWD}", "$PWD", "$(pwd)", "`pwd`"];
/// What stands for the home folder.
const HOME: [&str; 2] = ["${HOME}", "$HOME"];

/// Returns what a word becomes that holds nothing unknown but these. `~` stands for the home folder, as in
/// every word that the shell part reads.
pub(super) fn settled(raw: &str, directories: &[PathBuf], elsewhere: bool, line: &str) -> Option<OsString> {
    if !raw.contains(['$', '`']) || sets(line, "HOME") || sets(line, "PWD") {
        return None;
    }
    let here = match directories {
        [only] if !elsewhere => Some(only.as_path()),
        _ => None,
    };
    let mut out = String::new();
    let mut rest = raw;
    let mut quoted = false;
    while let Some(next) = rest.chars().next() {
        if let Some((value, after)) = variable(rest, here)? {
            let plain = value.chars().all(|c| c.is_alphanumeric() || "_./@%+:,-=~".contains(c));
            if !quoted && !plain {
                return None;
            }
            out.push_str(value);
            rest = after;
            continue;
        }
        match next {
            '"' => quoted = !quoted,
            ' ' if quoted => out.push(next),
            next if next.is_alphanumeric() || "_./@%+:,-=".contains(next) => out.push(next),
            _ => return None,
        }
        rest = rest.get(next.len_utf8()..)?;
    }
    Some(out.into())
}

/// Reads a variable at the beginning of a text. Nothing where none stands there; nothing at all for one that
/// is not known.
fn variable<'t>(text: &'t str, here: Option<&'t Path>) -> Option<Option<(&'t str, &'t str)>> {
    if !text.starts_with(['$', '`']) {
        return Some(None);
    }
    let read = |names: &[&str]| {
        let name = names.iter().find(|name| text.starts_with(**name))?;
        let after = text.get(name.len()..)?;
        let longer = !name.ends_with(['}', ')', '`']) && after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        (!longer).then_some(after)
    };
    if let Some(after) = read(&HERE) {
        return Some(Some((here?.to_str()?, after)));
    }
    read(&HOME).map(|after| Some(("~", after)))
}

/// Says whether a line may give a variable another value: its name stands there without a `$`.
fn sets(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        let after = line.get(at + name.len()..).unwrap_or_default();
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let whole = !before.ends_with(part) && !after.starts_with(part);
        whole
            && !before.ends_with('$')
            && (!before.ends_with("${") || !after.starts_with(['}', '/', '#', '%', '^', ',', '@']))
    })
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn where_a_line_runs_is_known_unless_the_line_says_otherwise() {
        let one = |raw: &str, line: &str| {
            settled(raw, &["/w/a b".into()], false, line).map(|text| text.into_string().unwrap())
        };
        for (raw, expected) in [
            ("\"$PWD:/x\"", Some("/w/a b:/x")),
            ("\"$(pwd)\"/y:/x", Some("/w/a b/y:/x")),
            ("\"${PWD}/..\"", Some("/w/a b/..")),
            ("-v=$HOME/x", Some("-v=~/x")),
            ("$PWD", None),
            ("\"$PWDX\"", None),
            ("\"$PWD$X\"", None),
            ("\"${PWD%/*}\"", None),
            ("\"$PWD\"*", None),
        ] {
            assert_eq!(one(raw, raw).as_deref(), expected, "{raw}");
        }
        for line in ["PWD=/ x \"$PWD\"", "read PWD; x \"$PWD\"", "HOME=/; x \"$PWD\"", "x \"${PWD:=/}$PWD\""] {
            assert_eq!(one("\"$PWD\"", line), None, "{line}");
        }
        assert_eq!(settled("\"$PWD\"", &["/a".into(), "/b".into()], false, ""), None);
    }
}
