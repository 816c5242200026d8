//! The keys of the language as data: what each is called, what it is for, what may stand under it.
//!
//! One table per mapping. The loader reads by them, messages suggest from them, and whatever describes
//! the language (a JSON Schema, an editor, a page) is made from them.

use super::sets::SetKind;

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The word in the file.
    pub name: &'static str,
    /// What may stand under it.
    pub value: Kind,
    /// What it is for, in one line.
    pub about: &'static str,
}

impl Key {
    /// Makes a key.
    pub(crate) const fn new(name: &'static str, value: Kind, about: &'static str) -> Self {
        Self { name, value, about }
    }
}

/// What may stand under a key.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// One text.
    Text,
    /// One text, or a list of them.
    Texts,
    /// One text, a list of them, or `$name` for a set of this type.
    Set(SetKind),
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or a list of them.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number, not below 0.
    Number,
    /// A length of time: `90s`, `5m`, `1h`.
    Duration,
    /// A day: `2026-11-20`.
    Date,
    /// A mapping with these keys.
    Mapping(&'static [Key]),
    /// A list of such mappings.
    Mappings(&'static [Key]),
    /// A mapping in which every key is a name of the writer's own.
    Named(&'static Self),
    /// A list of these.
    List(&'static Self),
    /// One of these kinds.
    Either(&'static [Self]),
    /// What stands under `match`.
    Match,
    /// A list of what stands under `match`.
    Matches,
    /// What stands under `when`.
    When,
    /// A list of what stands under `when`.
    Whens,
    /// What stands under `match` and under `when`, in one mapping.
    MatchAndWhen,
    /// The rules of a file.
    Rules,
}

/// A row of a table that is about a key.
pub(crate) trait Keyed {
    /// Returns the key.
    fn key(&self) -> &Key;
}

impl Keyed for Key {
    fn key(&self) -> &Key {
        self
    }
}
