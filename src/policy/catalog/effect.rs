//! What a program does, as the data files say it: when, and to what.

use super::select::{RawSelect, Select};
use crate::policy::effects::EffectKind;
use crate::policy::matcher::WantedFlag;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One value, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Several<T>(pub(super) Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Several<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let items = if let serde_json::Value::Array(items) = value { items } else { vec![value] };
        let read = |item| serde_json::from_value(item).map_err(serde::de::Error::custom);
        items.into_iter().map(read).collect::<Result<Vec<T>, _>>().map(Self)
    }
}

/// A regular expression that is compiled when it is first needed: most are never.
#[derive(Debug)]
pub(crate) struct LazyRegex {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    pub(super) fn read(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Returns the expression; nothing where it is faulty, which a test of the data finds.
    pub(crate) fn get(&self) -> Option<&Regex> {
        let compile = || {
            let limit = crate::policy::matcher::REGEX_LIMIT;
            regex::RegexBuilder::new(&self.text).dot_matches_new_line(true).size_limit(limit).build().ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Compiles it now. Returns what is wrong.
    #[cfg(test)]
    pub(super) fn check(&self) -> Result<(), String> {
        match self.get() {
            Some(_) => Ok(()),
            None => Err(format!("\"{}\" is no regular expression, or too large", self.text)),
        }
    }
}

/// A condition on some texts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawText {
    of: Several<RawSelect>,
    regex: Option<String>,
    not: Option<String>,
}

/// An effect as the data files write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawItem {
    #[serde(rename = "do")]
    kinds: Several<String>,
    #[serde(rename = "if")]
    any: Several<String>,
    all: Several<String>,
    unless: Several<String>,
    count: Option<String>,
    text: Several<RawText>,
    fed: Option<bool>,
    path: Several<RawSelect>,
    otherwise: Several<RawSelect>,
    host: Several<RawSelect>,
    branch: Several<RawSelect>,
    recursive: Option<RawRecursive>,
}

/// `true`, or the options that make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RawRecursive {
    Always(bool),
    Flags(Vec<String>),
}

impl<'de> Deserialize<'de> for RawRecursive {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if let serde_json::Value::Bool(always) = value {
            return Ok(Self::Always(always));
        }
        serde_json::from_value::<Several<String>>(value)
            .map(|flags| Self::Flags(flags.0))
            .map_err(serde::de::Error::custom)
    }
}

/// Whether an effect reaches everything below its paths.
#[derive(Debug, Default)]
pub(crate) enum Recursive {
    #[default]
    Never,
    Always,
    /// One of these options is given.
    With(Vec<WantedFlag>),
}

/// How many operands there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) least: usize,
    pub(crate) most: Option<usize>,
}

/// A condition on some texts: one of them fits.
#[derive(Debug)]
pub(crate) struct TextTest {
    pub(crate) of: Vec<Select>,
    pub(crate) regex: Option<LazyRegex>,
    /// None of them fits this.
    pub(crate) not: Option<LazyRegex>,
}

/// When something holds.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    pub(crate) any: Vec<WantedFlag>,
    pub(crate) all: Vec<WantedFlag>,
    pub(crate) unless: Vec<WantedFlag>,
    pub(crate) count: Option<Count>,
    pub(crate) text: Vec<TextTest>,
    /// Whether standard input is a pipe or a file.
    pub(crate) fed: Option<bool>,
}

/// One effect of a program, with its condition and its objects.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) kinds: Vec<EffectKind>,
    pub(crate) when: Condition,
    pub(crate) path: Vec<Select>,
    /// Its paths where `path` finds none.
    pub(crate) otherwise: Vec<Select>,
    pub(crate) host: Vec<Select>,
    pub(crate) branch: Vec<Select>,
    pub(crate) recursive: Recursive,
}

/// A command line that a program starts, as the data files write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRuns {
    line: Several<RawSelect>,
    #[serde(rename = "if")]
    any: Several<String>,
    unless: Several<String>,
    text: Several<RawText>,
    elsewhere: bool,
}

/// A command line that a program starts.
#[derive(Debug)]
pub(crate) struct Runs {
    pub(crate) line: Vec<Select>,
    pub(crate) when: Condition,
    /// On another machine, or in a container.
    pub(crate) elsewhere: bool,
}

/// What an example in the data says: a line with the effects that it has.
pub(super) type Examples = BTreeMap<String, Vec<String>>;

pub(super) fn selects(raw: Several<RawSelect>) -> Result<Vec<Select>, String> {
    let read: Result<Vec<Vec<Select>>, String> = raw.0.into_iter().map(Select::read).collect();
    read.map(|several| several.into_iter().flatten().collect())
}

fn flags(raw: Several<String>) -> Result<Vec<WantedFlag>, String> {
    let read = |text: &String| WantedFlag::read(text).map_err(|error| format!("{text}: {error}"));
    raw.0.iter().map(read).collect()
}

fn text(raw: RawText) -> Result<TextTest, String> {
    if raw.regex.is_none() && raw.not.is_none() {
        return Err("a text condition needs regex or not".to_owned());
    }
    Ok(TextTest { of: selects(raw.of)?, regex: raw.regex.map(LazyRegex::read), not: raw.not.map(LazyRegex::read) })
}

fn count(text: &str) -> Result<Count, String> {
    let problem = || format!("\"{text}\" is no count: write 0, 2+, or 1-2");
    let number = |text: &str| text.parse::<usize>().map_err(|_| problem());
    if let Some(least) = text.strip_suffix('+') {
        return Ok(Count { least: number(least)?, most: None });
    }
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    Ok(Count { least: number(least)?, most: Some(number(most)?) })
}

impl RawItem {
    pub(super) fn read(self) -> Result<Item, String> {
        let kind = |word: &String| EffectKind::read(word).ok_or_else(|| format!("there is no effect \"{word}\""));
        let kinds: Vec<EffectKind> = self.kinds.0.iter().map(kind).collect::<Result<_, _>>()?;
        if kinds.is_empty() {
            return Err("an effect without `do`".to_owned());
        }
        if kinds.iter().any(|kind| kind.is_on_files()) && self.path.0.is_empty() {
            return Err(format!("{} needs `path`", self.kinds.0.join(", ")));
        }
        let recursive = match self.recursive {
            None | Some(RawRecursive::Always(false)) => Recursive::Never,
            Some(RawRecursive::Always(true)) => Recursive::Always,
            Some(RawRecursive::Flags(names)) => Recursive::With(flags(Several(names))?),
        };
        Ok(Item {
            kinds,
            when: Condition {
                any: flags(self.any)?,
                all: flags(self.all)?,
                unless: flags(self.unless)?,
                count: self.count.as_deref().map(count).transpose()?,
                text: self.text.0.into_iter().map(text).collect::<Result<_, _>>()?,
                fed: self.fed,
            },
            path: selects(self.path)?,
            otherwise: selects(self.otherwise)?,
            host: selects(self.host)?,
            branch: selects(self.branch)?,
            recursive,
        })
    }
}

impl RawRuns {
    pub(super) fn read(self) -> Result<Runs, String> {
        if self.line.0.is_empty() {
            return Err("`runs` needs `line`".to_owned());
        }
        let when = Condition {
            any: flags(self.any)?,
            unless: flags(self.unless)?,
            text: self.text.0.into_iter().map(text).collect::<Result<_, _>>()?,
            ..Condition::default()
        };
        Ok(Runs { line: selects(self.line)?, when, elsewhere: self.elsewhere })
    }
}

impl Condition {
    /// Returns every option that it asks for.
    pub(super) fn options(&self) -> impl Iterator<Item = &str> {
        self.any.iter().chain(&self.all).chain(&self.unless).map(|flag| flag.name.as_str())
    }

    /// Returns every selector in it.
    pub(super) fn selects(&self) -> impl Iterator<Item = &Select> {
        self.text.iter().flat_map(|test| &test.of)
    }

    #[cfg(test)]
    fn check(&self) -> Result<(), String> {
        self.selects().try_for_each(Select::check)?;
        let regexes = self.text.iter().flat_map(|test| test.regex.iter().chain(&test.not));
        regexes.into_iter().try_for_each(LazyRegex::check)
    }
}

impl Item {
    /// Returns every selector in it.
    pub(super) fn selects(&self) -> impl Iterator<Item = &Select> {
        let objects = self.path.iter().chain(&self.otherwise).chain(&self.host).chain(&self.branch);
        objects.chain(self.when.selects())
    }

    /// Returns every option that it names.
    pub(super) fn options(&self) -> impl Iterator<Item = &str> {
        let recursive = match &self.recursive {
            Recursive::With(flags) => flags.as_slice(),
            Recursive::Never | Recursive::Always => &[],
        };
        let selected = self.selects().filter_map(Select::option);
        self.when.options().chain(recursive.iter().map(|flag| flag.name.as_str())).chain(selected)
    }

    #[cfg(test)]
    pub(super) fn check(&self) -> Result<(), String> {
        self.selects().try_for_each(Select::check)?;
        self.when.check()
    }
}

impl Runs {
    /// Returns every option that it names.
    pub(super) fn options(&self) -> impl Iterator<Item = &str> {
        let selects = self.line.iter().chain(self.when.selects());
        self.when.options().chain(selects.filter_map(Select::option))
    }

    #[cfg(test)]
    pub(super) fn check(&self) -> Result<(), String> {
        self.line.iter().try_for_each(Select::check)?;
        self.when.check()
    }
}
