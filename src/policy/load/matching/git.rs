//! `git`: the repository that the command works on.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::{BranchMatcher, Matcher};
use globset::GlobSet;

const BRANCH: &[Key] = &[
    Key::new("in", Kind::Set(SetKind::Strings), "It is one of these."),
    Key::new("not_in", Kind::Set(SetKind::Strings), "It is none of these."),
];

pub(super) const KEYS: &[Key] = &[Key::new(
    "branch",
    Kind::Either(&[Kind::Set(SetKind::Strings), Kind::Mapping(BRANCH)]),
    "The branch that a push writes to, else the one that is checked out.",
)];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let fields = Fields::open(node, "git", KEYS, complaints)?;
    let Some(node) = fields.get("branch") else {
        complaints.at("P014", node.spot, "git has nothing in it", Some("write `{ branch: main }`".to_owned()));
        return None;
    };
    if !matches!(node.value, Value::Map(_)) {
        let within = names(reader, node, "branch", complaints);
        return Some(Matcher::Branch(BranchMatcher { within, not_in: None }));
    }
    let fields = Fields::open(node, "branch", BRANCH, complaints)?;
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "branch has nothing in it", Some("write `{ in: [main] }`".to_owned()));
    }
    let mut read = |name: &str| fields.get(name).and_then(|node| names(reader, node, name, complaints));
    let (within, not_in) = (read("in"), read("not_in"));
    Some(Matcher::Branch(BranchMatcher { within, not_in }))
}

fn names<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    name: &str,
    complaints: &mut Complaints<'_>,
) -> Option<GlobSet> {
    let items = reader.sets.expand(texts(node, name, complaints), SetKind::Strings, complaints);
    match BranchMatcher::names(items.iter().map(|(text, _)| *text)) {
        Ok(names) => Some(names),
        Err(error) => {
            complaints.at("P031", node.spot, format!("not a pattern for branches: {}", error.kind()), None);
            None
        }
    }
}
