//! `flags`: options in any spelling and order.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::{FlagMatcher, Matcher, WantedFlag};

pub(super) const KEYS: &[Key] = &[
    Key::new("any", Kind::Set(SetKind::Strings), "One of these options is given."),
    Key::new("all", Kind::Set(SetKind::Strings), "All of these options are given."),
    Key::new("none", Kind::Set(SetKind::Strings), "None of these options is given."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    if !matches!(node.value, Value::Map(_)) {
        return Some(Matcher::Flags(FlagMatcher { any: wanted(reader, node, complaints), ..FlagMatcher::default() }));
    }
    let fields = Fields::open(node, "flags", KEYS, complaints)?;
    let mut read = |name: &str| fields.get(name).map(|node| wanted(reader, node, complaints)).unwrap_or_default();
    let flags = FlagMatcher { any: read("any"), all: read("all"), none: read("none") };
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "flags has nothing in it", Some("leave the key out".to_owned()));
    }
    Some(Matcher::Flags(flags))
}

/// Reads options, each with a pattern for its value or without.
pub(super) fn wanted<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    complaints: &mut Complaints<'_>,
) -> Vec<WantedFlag> {
    let items = reader.sets.expand(texts(node, "flags", complaints), SetKind::Strings, complaints);
    let mut out = Vec::new();
    for (text, spot) in items {
        match WantedFlag::read(text) {
            Ok(_) if !text.starts_with(['-', '+', ':']) => {
                let fix = format!("write \"--{text}\" or \"-{text}\"");
                complaints.at("P015", spot, format!("\"{text}\" is no option"), Some(fix));
            }
            Ok(wanted) => out.push(wanted),
            Err(error) => complaints.at("P031", spot, format!("not a pattern: {}", error.kind()), None),
        }
    }
    out
}
