//! How the data files point at a part of a command: `last`, `--output`, `rest remote`,
//! `{ of: first, regex: '…' }`.

use super::effect::{LazyRegex, Several};
use serde::Deserialize;

/// Where a text is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The operands from one index to another; negative ones count from the end.
    Operands { from: isize, to: isize },
    /// The operands after `--`.
    AfterDashes,
    /// The values of an option.
    Option(String),
    /// What find(1) finds.
    Found,
    /// Standard input, where the line says it.
    Stdin,
    /// The same, but nothing where files are read for it.
    Typed,
    /// The files that were read for standard input.
    Fed,
    /// The working directory.
    Cwd,
    /// A path that the data itself says.
    Literal(String),
    /// Something that only shows when it runs.
    Unknown,
}

/// Which of the texts are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Filter {
    #[default]
    All,
    /// `scheme://…`, `host:path`, `user@host:path`.
    Remote,
    /// What is neither.
    Local,
    /// `scheme://…`, but not `file://`.
    Url,
    /// Everything but `file://…`: what curl(1) takes for a host.
    Web,
    /// What stands behind `file://`.
    FileUrl,
}

/// A selector as the data files write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RawSelect {
    Plain(String),
    Detailed { of: Vec<String>, regex: Option<String> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Detail {
    of: Several<String>,
    #[serde(default)]
    regex: Option<String>,
}

impl<'de> Deserialize<'de> for RawSelect {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if let serde_json::Value::String(text) = value {
            return Ok(Self::Plain(text));
        }
        let detail: Detail = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
        Ok(Self::Detailed { of: detail.of.0, regex: detail.regex })
    }
}

/// A part of a command.
#[derive(Debug)]
pub(crate) struct Select {
    pub(crate) origin: Origin,
    pub(crate) filter: Filter,
    /// Each text is a folder, in which the names of the other operands are meant (`cp a b dir`).
    pub(crate) names_in: bool,
    /// Every first group of it, or all of it where it has none, is the text.
    pub(crate) regex: Option<LazyRegex>,
}

/// The words for operands.
const OPERANDS: [(&str, isize, isize); 8] = [
    ("operands", 0, -1),
    ("first", 0, 0),
    ("second", 1, 1),
    ("third", 2, 2),
    ("last", -1, -1),
    ("rest", 1, -1),
    ("rest2", 2, -1),
    ("but-last", 0, -2),
];

impl Select {
    /// Reads a selector; one over several parts becomes several.
    pub(super) fn read(raw: RawSelect) -> Result<Vec<Self>, String> {
        match raw {
            RawSelect::Plain(text) => Ok(vec![Self::one(&text, None)?]),
            RawSelect::Detailed { of, regex } => of.iter().map(|text| Self::one(text, regex.clone())).collect(),
        }
    }

    fn one(text: &str, regex: Option<String>) -> Result<Self, String> {
        let (source, filter) = match text.rsplit_once(' ') {
            Some((source, word)) => (source, filter(word)?),
            None => (text, Filter::All),
        };
        let (source, names_in) = source.strip_suffix("/names").map_or((source, false), |source| (source, true));
        Ok(Self { origin: origin(source)?, filter, names_in, regex: regex.map(LazyRegex::read) })
    }

    /// Returns the option whose values it takes.
    pub(super) fn option(&self) -> Option<&str> {
        match &self.origin {
            Origin::Option(name) => Some(name),
            Origin::Operands { .. }
            | Origin::AfterDashes
            | Origin::Found
            | Origin::Stdin
            | Origin::Typed
            | Origin::Fed
            | Origin::Cwd
            | Origin::Literal(_)
            | Origin::Unknown => None,
        }
    }

    #[cfg(test)]
    pub(super) fn check(&self) -> Result<(), String> {
        self.regex.as_ref().map_or(Ok(()), LazyRegex::check)
    }
}

fn filter(word: &str) -> Result<Filter, String> {
    match word {
        "remote" => Ok(Filter::Remote),
        "local" => Ok(Filter::Local),
        "url" => Ok(Filter::Url),
        "web" => Ok(Filter::Web),
        "file-url" => Ok(Filter::FileUrl),
        other => Err(format!("\"{other}\" is no filter: write remote, local, url, web or file-url")),
    }
}

fn origin(source: &str) -> Result<Origin, String> {
    if let Some((_, from, to)) = OPERANDS.iter().find(|(word, _, _)| *word == source) {
        return Ok(Origin::Operands { from: *from, to: *to });
    }
    match source {
        "after-dashes" => return Ok(Origin::AfterDashes),
        "found" => return Ok(Origin::Found),
        "stdin" => return Ok(Origin::Stdin),
        "typed" => return Ok(Origin::Typed),
        "fed" => return Ok(Origin::Fed),
        "cwd" => return Ok(Origin::Cwd),
        "unknown" => return Ok(Origin::Unknown),
        _ => {}
    }
    if source.starts_with(['-', '+']) || source.ends_with('=') {
        return Ok(Origin::Option(source.to_owned()));
    }
    if source.starts_with(['/', '~', '.']) {
        return Ok(Origin::Literal(source.to_owned()));
    }
    if let Some(literal) = source.strip_prefix('=') {
        return Ok(Origin::Literal(literal.to_owned()));
    }
    Err(format!("\"{source}\" is no part of a command"))
}
