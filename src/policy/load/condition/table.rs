//! The keys below `when`, each with what reads it.

use super::identity;
use super::reader::WhenReader;
use crate::model::Environment;
use crate::policy::condition::{Condition, Span};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, list, texts};
use crate::policy::load::keys::{Key, Keyed, Kind};
use crate::policy::load::matching::values;
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::{Node, Value};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Reads the value of a key. Where it returns nothing, it has complained.
pub(super) type Read = for<'a, 'n, 'f> fn(&WhenReader<'a, 'n>, &'n Node, &mut Complaints<'f>) -> Option<Condition>;

/// A key below `when`.
pub(crate) struct WhenKey {
    key: Key,
    pub(super) read: Read,
}

impl Keyed for WhenKey {
    fn key(&self) -> &Key {
        &self.key
    }
}

const fn key(name: &'static str, value: Kind, read: Read, about: &'static str) -> WhenKey {
    WhenKey { key: Key::new(name, value, about), read }
}

/// Every key below `when`.
pub(crate) static TABLE: &[WhenKey] = &[
    key("time", Kind::Set(SetKind::Times), time, "It is one of these times of the week."),
    key("identity", identity::KIND, identity::read, "Whose session it is."),
    key(
        "environment",
        Kind::Words(ENVIRONMENTS),
        |_, node, complaints| Some(Condition::Environment(environments(node, complaints))),
        "Whether it runs in continuous integration.",
    ),
    key(
        "env_is",
        Kind::Named(&Kind::Texts),
        |_, node, complaints| values(node, "env_is", complaints).map(Condition::Variables),
        "The session was started with these variables.",
    ),
    key("git", Kind::Mapping(GIT), git, "What is checked out."),
    key(
        "any",
        Kind::Whens,
        |reader, node, found| several(reader, node, "any", found).map(Condition::Any),
        "One holds.",
    ),
    key("all", Kind::Whens, |reader, node, found| several(reader, node, "all", found).map(Condition::All), "All hold."),
    key(
        "not",
        Kind::When,
        |reader, node, found| reader.read(node, found).map(|part| Condition::Not(Box::new(part))),
        "This does not hold.",
    ),
];

/// The words for where a session runs.
pub(super) const ENVIRONMENTS: &[&str] = &["ci", "interactive"];

/// Reads them: one, or a list.
pub(super) fn environments(node: &Node, complaints: &mut Complaints<'_>) -> Vec<Environment> {
    let mut out = Vec::new();
    for (word, spot) in texts(node, "environment", complaints) {
        match word {
            "ci" => out.push(Environment::Ci),
            "interactive" => out.push(Environment::Interactive),
            _ => {
                let fix = Some("write ci or interactive".to_owned());
                complaints.at("P013", spot, format!("\"{word}\" is not a value of environment"), fix);
            }
        }
    }
    out
}

const GIT: &[Key] =
    &[Key::new("branch", Kind::Either(&[Kind::Set(SetKind::Strings), Kind::Mapping(BRANCH)]), "The branch.")];

const BRANCH: &[Key] = &[
    Key::new("in", Kind::Set(SetKind::Strings), "It is one of these."),
    Key::new("not_in", Kind::Set(SetKind::Strings), "It is none of these."),
];

fn time<'n>(reader: &WhenReader<'_, 'n>, node: &'n Node, complaints: &mut Complaints<'_>) -> Option<Condition> {
    let items = reader.sets.expand(texts(node, "time", complaints), SetKind::Times, complaints);
    let mut spans = Vec::new();
    for (text, spot) in items {
        match Span::read(text) {
            Ok(span) => spans.push(span),
            Err(problem) => {
                let fix = "write for example \"Mon-Fri 08:00-18:00 Europe/Berlin\"".to_owned();
                complaints.at("P035", spot, problem, Some(fix));
            }
        }
    }
    Some(Condition::Time(spans))
}

fn git<'n>(reader: &WhenReader<'_, 'n>, node: &'n Node, complaints: &mut Complaints<'_>) -> Option<Condition> {
    let fields = Fields::open(node, "git", GIT, complaints)?;
    let Some(branch) = fields.get("branch") else {
        complaints.at("P014", node.spot, "git has nothing in it", Some("write `{ branch: [main] }`".to_owned()));
        return None;
    };
    if !matches!(branch.value, Value::Map(_)) {
        return branches(reader, branch, "branch", complaints).map(Condition::Branch);
    }
    let fields = Fields::open(branch, "branch", BRANCH, complaints)?;
    let mut parts = Vec::new();
    parts.extend(fields.get("in").and_then(|node| branches(reader, node, "in", complaints)).map(Condition::Branch));
    let other = fields.get("not_in").and_then(|node| branches(reader, node, "not_in", complaints));
    parts.extend(other.map(|set| Condition::Not(Box::new(Condition::Branch(set)))));
    if fields.entries().is_empty() {
        complaints.at("P014", branch.spot, "branch has nothing in it", Some("write `{ in: [main] }`".to_owned()));
    }
    Some(Condition::All(parts))
}

fn branches<'n>(
    reader: &WhenReader<'_, 'n>,
    node: &'n Node,
    name: &str,
    complaints: &mut Complaints<'_>,
) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for (text, spot) in reader.sets.expand(texts(node, name, complaints), SetKind::Strings, complaints) {
        match GlobBuilder::new(text).literal_separator(false).build() {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => complaints.at("P031", spot, format!("not a pattern: {}", error.kind()), None),
        }
    }
    match set.build() {
        Ok(set) => Some(set),
        Err(error) => {
            complaints.at("P031", node.spot, error.to_string(), None);
            None
        }
    }
}

fn several<'n>(
    reader: &WhenReader<'_, 'n>,
    node: &'n Node,
    name: &str,
    complaints: &mut Complaints<'_>,
) -> Option<Vec<Condition>> {
    let items = list(node, name, complaints);
    if items.is_empty() {
        complaints.at("P014", node.spot, format!("{name} has nothing in it"), Some("leave the key out".to_owned()));
        return None;
    }
    Some(items.iter().filter_map(|item| reader.read(item, complaints)).collect())
}
