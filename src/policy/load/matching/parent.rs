//! `parent`: the programs above the one that runs.

use super::{MatchReader, program};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{Matcher, ParentMatcher};

/// The keys of one program above.
const ONE: &[Key] = &[
    Key::new("program", program::KIND, "Which program it is."),
    Key::new("subcommand", Kind::Set(SetKind::Strings), "One of these is its subcommand."),
];

/// The keys of `parent`.
pub(super) const KEYS: &[Key] = &[
    Key::new("program", program::KIND, "Which program it is."),
    Key::new("subcommand", Kind::Set(SetKind::Strings), "One of these is its subcommand."),
    Key::new("any_ancestor", Kind::Mapping(ONE), "Some program above, however far."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let fields = Fields::open(node, "parent", KEYS, complaints)?;
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "parent has nothing in it", Some("write `{ program: npm }`".to_owned()));
    }
    let mut parts = Vec::new();
    if fields.get("program").is_some() || fields.get("subcommand").is_some() {
        parts.extend(one(reader, &fields, false, complaints));
    }
    if let Some(node) = fields.get("any_ancestor") {
        let fields = Fields::open(node, "any_ancestor", ONE, complaints)?;
        if fields.entries().is_empty() {
            let fix = "write `{ program: npm }`".to_owned();
            complaints.at("P014", node.spot, "any_ancestor has nothing in it", Some(fix));
        }
        parts.extend(one(reader, &fields, true, complaints));
    }
    (!parts.is_empty()).then_some(Matcher::All(parts))
}

fn one<'n>(
    reader: &MatchReader<'_, 'n>,
    fields: &Fields<'n>,
    any: bool,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let program = match fields.get("program") {
        Some(node) => Some(program::several(reader, node, complaints)?),
        None => None,
    };
    let subcommands = fields.get("subcommand").map(|node| {
        let names = reader.sets.expand(texts(node, "subcommand", complaints), SetKind::Strings, complaints);
        names.into_iter().map(|(name, _)| name.to_owned()).collect()
    });
    Some(Matcher::Parent(ParentMatcher { any, program, subcommands }))
}
