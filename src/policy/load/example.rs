//! `examples:` beside a rule: commands that it must match, and commands that it must not.

use super::complaint::{Complaints, Spot};
use super::fields::{Fields, list, texts};
use super::keys::{Key, Kind};
use super::yaml::{Node, Value};
use std::ffi::OsString;
use std::path::PathBuf;

/// What an example runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// A shell line.
    Line(String),
    /// One command.
    Argv(Vec<OsString>),
}

/// One example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) case: Case,
    /// Where it runs; the workspace where it does not say.
    pub(crate) cwd: Option<PathBuf>,
    /// Whether the rule must match it.
    pub(crate) matches: bool,
    pub(crate) spot: Spot,
}

const ONE: &[Key] = &[
    Key::new("line", Kind::Text, "A shell line."),
    Key::new("argv", Kind::Texts, "One command."),
    Key::new("cwd", Kind::Text, "Where it runs; the workspace where it does not say."),
];

const EXAMPLE: Kind = Kind::List(&Kind::Either(&[Kind::Text, Kind::Mapping(ONE)]));

/// The keys of `examples`.
pub(super) const KEYS: &[Key] = &[
    Key::new("match", EXAMPLE, "Commands that the rule must match."),
    Key::new("not_match", EXAMPLE, "Commands that the rule must not match."),
];

/// Reads the examples of a rule.
pub(super) fn read(node: &Node, complaints: &mut Complaints<'_>) -> Vec<Example> {
    let Some(fields) = Fields::open(node, "examples", KEYS, complaints) else { return Vec::new() };
    let mut examples = Vec::new();
    for (name, matches) in [("match", true), ("not_match", false)] {
        if let Some(items) = fields.get(name) {
            examples.extend(list(items, name, complaints).iter().filter_map(|item| one(item, matches, complaints)));
        }
    }
    examples
}

fn one(node: &Node, matches: bool, complaints: &mut Complaints<'_>) -> Option<Example> {
    let spot = node.spot;
    if let Value::Text { text, .. } = &node.value
        && !node.is_null()
    {
        return Some(Example { case: Case::Line(text.clone()), cwd: None, matches, spot });
    }
    let fields = Fields::open(node, "an example", ONE, complaints)?;
    let cwd = fields.text("cwd", complaints).map(PathBuf::from);
    let line = fields.text("line", complaints).map(|line| Case::Line(line.to_owned()));
    let argv = fields
        .get("argv")
        .map(|argv| Case::Argv(texts(argv, "argv", complaints).into_iter().map(|(word, _)| word.into()).collect()));
    match (line, argv) {
        (Some(case), None) | (None, Some(case)) => Some(Example { case, cwd, matches, spot }),
        _ => {
            let fix = "write a shell line, or `{ argv: [git, push] }`".to_owned();
            complaints.at("P011", spot, "an example has either line or argv", Some(fix));
            None
        }
    }
}
