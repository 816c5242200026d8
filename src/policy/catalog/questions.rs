//! What the doors and the gate ask of the catalog.

use super::data::Catalog;
use super::option::{OptionTable, Takes};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Returns the last part of a path, or the text itself.
fn base(text: &OsStr) -> Option<&str> {
    Path::new(text).file_name().and_then(OsStr::to_str)
}

impl Catalog {
    /// Says whether a program of this name reads shell language.
    #[must_use]
    pub fn is_shell(&self, name: &str) -> bool {
        self.entry(login_name(name)).is_some_and(|entry| entry.shell)
    }

    /// Returns the shells, sorted.
    #[must_use]
    pub fn shells(&self) -> Vec<String> {
        self.shell_names().iter().map(|name| (*name).to_owned()).collect()
    }

    /// Says whether one file holds many programs and is judged by the one that is called.
    #[must_use]
    pub fn is_multicall(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| entry.multicall)
    }

    /// Says whether a program finds its parts through `argv[0]`, which must then be absolute.
    #[must_use]
    pub fn looks_beside_itself(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| entry.beside)
    }

    /// Returns which program a multi-call file called `name` runs, and at which index of argv that
    /// program's own argv begins: `busybox rm x` gives `("rm", 1)`, a busybox called `rm` `("rm", 0)`.
    #[must_use]
    pub fn applet(&self, argv: &[OsString], name: &str) -> Option<(String, usize)> {
        if !self.is_multicall(name) {
            return None;
        }
        let zeroth = argv.first().and_then(|zeroth| base(zeroth)).map(login_name)?;
        if !self.is_multicall(zeroth) {
            return Some((zeroth.to_owned(), 0));
        }
        // Called by its own name it has commands of its own (rustup).
        if self.entry(zeroth).is_some_and(|entry| !entry.subcommands.is_empty()) {
            return None;
        }
        let index = argv.iter().skip(1).position(|argument| !argument.as_bytes().starts_with(b"-"))? + 1;
        base(argv.get(index)?).map(|applet| (applet.to_owned(), index))
    }

    /// Returns where the script file stands that an interpreter called one of `names` would read: the
    /// first operand that is not the value of an option. Nothing for `-c`, `-e`, `-m`, and standard input.
    #[must_use]
    pub fn script_operand(&self, argv: &[OsString], names: &[&str]) -> Option<usize> {
        let entry = names
            .iter()
            .filter_map(|name| self.entry(login_name(name)))
            .find(|entry| entry.interpreter || entry.shell)?;
        let operand = first_operand(argv, &entry.options, &entry.inline)?;
        argv.get(operand).filter(|script| script.as_bytes() != b"-").map(|_| operand)
    }

    /// Returns where the program stands in the argv of a dynamic loader called one of `names`.
    #[must_use]
    pub fn loader_operand(&self, argv: &[OsString], names: &[&str]) -> Option<usize> {
        let entry = names.iter().filter_map(|name| self.entry(name)).find(|entry| entry.loader)?;
        first_operand(argv, &entry.options, &entry.inline)
    }
}

/// Strips the dash that login(1) puts before the name of a shell.
pub(super) fn login_name(name: &str) -> &str {
    name.strip_prefix('-').unwrap_or(name)
}

/// Returns the index of the first operand; nothing where an option in `inline` comes before it.
fn first_operand(argv: &[OsString], table: &OptionTable, inline: &[String]) -> Option<usize> {
    let mut index = 1;
    while let Some(argument) = argv.get(index) {
        let text = argument.to_string_lossy();
        if text == "--" {
            return argv.get(index + 1).map(|_| index + 1);
        }
        if !text.starts_with(['-', '+']) || text.len() < 2 {
            return Some(index);
        }
        let (name, attached) = text.split_once('=').map_or((text.as_ref(), false), |(name, _)| (name, true));
        let known = table.exact(name);
        if inline.iter().any(|one| one == name) {
            return None;
        }
        let mut takes_next = !attached && known.is_some_and(|switch| matches!(switch.takes, Takes::Value(_)));
        if known.is_none() && !name.starts_with("--") {
            // A bundle such as `-uc` or `-euo pipefail`.
            for (at, letter) in name.char_indices().skip(1) {
                let short = format!("-{letter}");
                if inline.contains(&short) {
                    return None;
                }
                if table.exact(&short).is_some_and(|switch| matches!(switch.takes, Takes::Value(_))) {
                    takes_next = at + letter.len_utf8() == text.len();
                    break;
                }
            }
        }
        index += 1 + usize::from(takes_next);
    }
    None
}
