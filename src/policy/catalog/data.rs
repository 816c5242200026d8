//! Loading the catalog from the data files that are compiled in.

use super::entry::{Entry, RawEntry, Subcommand};
use super::option::OptionTable;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

/// The data files, by family, as the build script has made them from the YAML beside this file.
const FILES: [(&str, &str); 6] = [
    ("files", include_str!(concat!(env!("OUT_DIR"), "/files.json"))),
    ("git", include_str!(concat!(env!("OUT_DIR"), "/git.json"))),
    ("infrastructure", include_str!(concat!(env!("OUT_DIR"), "/infrastructure.json"))),
    ("interpreters", include_str!(concat!(env!("OUT_DIR"), "/interpreters.json"))),
    ("packages", include_str!(concat!(env!("OUT_DIR"), "/packages.json"))),
    ("wrappers", include_str!(concat!(env!("OUT_DIR"), "/wrappers.json"))),
];

/// The compiled-in catalog is faulty. Tests hold that it is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the catalog of programs, family {family}: {problem}")]
pub struct CatalogError {
    /// The data file.
    family: String,
    /// What is wrong with it.
    problem: String,
}

/// What tollgate knows of programs.
#[derive(Debug)]
pub struct Catalog {
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    /// Names with `*`.
    by_pattern: Vec<(String, usize)>,
}

static BUILTIN: LazyLock<Result<Arc<Catalog>, CatalogError>> = LazyLock::new(|| Catalog::read(&FILES).map(Arc::new));

impl Catalog {
    /// Returns the catalog that is compiled in.
    ///
    /// # Errors
    /// Where the compiled-in data is faulty.
    pub fn builtin() -> Result<Arc<Self>, CatalogError> {
        BUILTIN.clone()
    }

    fn read(files: &[(&str, &str)]) -> Result<Self, CatalogError> {
        let mut catalog = Self { entries: Vec::new(), by_name: HashMap::new(), by_pattern: Vec::new() };
        for (family, text) in files {
            let fault = |problem: String| CatalogError { family: (*family).to_owned(), problem };
            let raw: BTreeMap<String, RawEntry> =
                serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
            for (name, entry) in raw {
                catalog.add(&name, entry).map_err(|problem| fault(format!("{name}: {problem}")))?;
            }
        }
        Ok(catalog)
    }

    fn add(&mut self, name: &str, raw: RawEntry) -> Result<(), String> {
        let index = self.entries.len();
        let own = [name.to_owned()];
        let names = if raw.names.is_empty() { own.as_slice() } else { raw.names.as_slice() };
        for spelling in names {
            if spelling.contains('*') {
                self.by_pattern.push((spelling.clone(), index));
            } else if self.by_name.insert(spelling.clone(), index).is_some() {
                return Err(format!("the name {spelling} stands twice"));
            }
        }
        self.entries.push(entry(raw)?);
        Ok(())
    }

    /// Returns what is known of a program of this name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        let by_pattern = || self.by_pattern.iter().find(|(pattern, _)| is_like(pattern, name)).map(|(_, index)| *index);
        let index = self.by_name.get(name).copied().or_else(by_pattern)?;
        self.entries.get(index)
    }

    /// Returns every plain name in the catalog for which `wanted` holds.
    pub(crate) fn names(&self, wanted: impl Fn(&Entry) -> bool) -> impl Iterator<Item = &str> {
        self.by_name
            .iter()
            .filter(move |(_, index)| self.entries.get(**index).is_some_and(&wanted))
            .map(|(name, _)| name.as_str())
    }
}

/// Says whether a name fits a pattern in which `*` stands for any characters. Compiling a glob for each
/// name would take longer than all the rest of a start.
fn is_like(pattern: &str, name: &str) -> bool {
    let Some((start, mut rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    while let Some((part, after)) = rest.split_once('*') {
        let Some(at) = name.find(part) else { return false };
        name = name.get(at + part.len()..).unwrap_or_default();
        rest = after;
    }
    name.ends_with(rest)
}

fn entry(raw: RawEntry) -> Result<Entry, String> {
    let options = Arc::new(OptionTable::read(&raw.options)?);
    let mut subcommands = HashMap::new();
    for (own, sub) in raw.subcommands {
        let table = OptionTable::read(&sub.options).map_err(|problem| format!("{own}: {problem}"))?;
        let made = Arc::new(Subcommand {
            name: own.clone(),
            options: table.over(&options),
            operands: sub.operands,
            marks: sub.marks.into_iter().map(|(start, spellings)| (start, spellings.into())).collect(),
        });
        for spelling in sub.names.into_iter().chain([own]) {
            if subcommands.insert(spelling.clone(), Arc::clone(&made)).is_some() {
                return Err(format!("the subcommand {spelling} stands twice"));
            }
        }
    }
    Ok(Entry {
        style: raw.style,
        options,
        operands: raw.operands,
        subcommands,
        wrapper: raw.wrapper,
        shell: raw.shell,
        interpreter: raw.interpreter,
        inline: raw.inline,
        loader: raw.loader,
        multicall: raw.multicall,
        beside: raw.beside,
    })
}
