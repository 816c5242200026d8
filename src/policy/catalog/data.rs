//! Finding a program in the data files that are compiled in.
//!
//! The build script turns the YAML beside this file into one JSON text per program and tables of
//! names. An entry is read when its program is first judged: reading all of them would be most of a start.

use super::entry::{Entry, RawEntry};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

mod compiled {
    //! `ENTRIES` (family, name, JSON), `NAMES` (sorted, with the index of the entry), `PATTERNS` (names
    //! with `*`, in two parts), `SHELLS` (sorted), `INJECTING` (variables that change what programs run).
    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
}

/// What tollgate knows of programs.
#[derive(Debug)]
pub struct Catalog {
    /// One slot for each entry that is compiled in; nothing in it where the data is faulty, which a test
    /// finds.
    slots: Vec<OnceLock<Option<Entry>>>,
    /// What a policy says besides.
    own: HashMap<String, Entry>,
}

static BUILTIN: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(Catalog::with(HashMap::new())));

impl Catalog {
    /// Returns the catalog that is compiled in.
    #[must_use]
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// Returns the catalog with what a policy says besides, which goes first.
    fn with(own: HashMap<String, Entry>) -> Self {
        Self { slots: compiled::ENTRIES.iter().map(|_| OnceLock::new()).collect(), own }
    }

    /// Returns what is known of a program of this name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        if let Some(own) = self.own.get(name) {
            return Some(own);
        }
        let index = index(name)?;
        let (_, _, json) = compiled::ENTRIES.get(index)?;
        self.slots.get(index)?.get_or_init(|| read(json).ok()).as_ref()
    }

    /// Returns the names of all shells, sorted.
    pub(super) fn shell_names(&self) -> &'static [&'static str] {
        compiled::SHELLS
    }

    /// Returns the patterns of the variables that change what other programs run.
    pub(crate) fn injecting() -> &'static [&'static str] {
        compiled::INJECTING
    }
}

/// Returns the index of the entry for a name.
fn index(name: &str) -> Option<usize> {
    let by_name = compiled::NAMES.binary_search_by_key(&name, |(own, _)| own).ok();
    let found = by_name.and_then(|at| compiled::NAMES.get(at)).map(|(_, index)| *index);
    let fits = |start: &str, rest: &str| name.strip_prefix(start).is_some_and(|tail| tail_is_like(rest, tail));
    let by_pattern = || compiled::PATTERNS.iter().find(|(start, rest, _)| fits(start, rest)).map(|(.., index)| *index);
    found.or_else(by_pattern)
}

fn read(json: &str) -> Result<Entry, String> {
    let raw: RawEntry = serde_json::from_str(json).map_err(|error| error.to_string())?;
    raw.read()
}

/// Says whether a name fits a pattern in which `*` stands for any characters. Compiling a glob for each
/// name would take longer than all the rest of a start.
pub(crate) fn is_like(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| tail_is_like(rest, tail)),
        None => pattern == name,
    }
}

/// The same for what follows the first `*`.
fn tail_is_like(mut rest: &str, mut tail: &str) -> bool {
    while let Some((part, after)) = rest.split_once('*') {
        let Some(at) = tail.find(part) else { return false };
        tail = tail.get(at + part.len()..).unwrap_or_default();
        rest = after;
    }
    tail.ends_with(rest)
}

#[cfg(test)]
pub(super) mod all {
    use super::*;
    use crate::policy::catalog::effect::Examples;

    /// Reads every entry. Returns each with its name, or what is wrong with it.
    pub(in crate::policy) fn entries() -> Vec<(String, Result<Examples, String>)> {
        let one = |(family, name, json): &(&str, &str, &str)| {
            let read = || {
                let raw: RawEntry = serde_json::from_str(json).map_err(|error| error.to_string())?;
                let examples = raw.examples.clone();
                raw.read()?.check()?;
                Ok(examples)
            };
            (format!("{family}.yaml {name}"), read())
        };
        compiled::ENTRIES.iter().map(one).collect()
    }
}
