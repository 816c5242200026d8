//! `host`: whom the command speaks to.

use super::MatchReader;
use crate::policy::effects::HostSet;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::{HostMatcher, Matcher};

pub(super) const KEYS: &[Key] = &[
    Key::new("in", Kind::Set(SetKind::Hosts), "It is one of these."),
    Key::new("not_in", Kind::Set(SetKind::Hosts), "It is none of these."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    if !matches!(node.value, Value::Map(_)) {
        let within = Some(set(reader, node, "host", complaints));
        return Some(Matcher::Host(HostMatcher { within, not_in: None }));
    }
    let fields = Fields::open(node, "host", KEYS, complaints)?;
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "host has nothing in it", Some("write `{ in: [example.com] }`".to_owned()));
    }
    let mut read = |name: &str| fields.get(name).map(|node| set(reader, node, name, complaints));
    let (within, not_in) = (read("in"), read("not_in"));
    Some(Matcher::Host(HostMatcher { within, not_in }))
}

fn set<'n>(reader: &MatchReader<'_, 'n>, node: &'n Node, name: &str, complaints: &mut Complaints<'_>) -> HostSet {
    let items = reader.sets.expand(texts(node, name, complaints), SetKind::Hosts, complaints);
    let mut set = HostSet::default();
    for (text, spot) in items {
        if let Err(problem) = set.add(text) {
            let fix = "write a name, `*.name`, an address, `10.0.0.0/8`, or a name with a port".to_owned();
            complaints.at("P031", spot, problem, Some(fix));
        }
    }
    set
}
