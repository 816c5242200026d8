//! `cwd`: the working directory.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::path_set::{self, Case};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{CwdMatcher, Matcher};

pub(super) const KEYS: &[Key] = &[
    Key::new("inside", Kind::Set(SetKind::Paths), "It lies in this set."),
    Key::new("outside", Kind::Set(SetKind::Paths), "It lies outside of this set."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let fields = Fields::open(node, "cwd", KEYS, complaints)?;
    let mut parts = Vec::new();
    for (name, make) in [("inside", CwdMatcher::Inside as fn(_) -> _), ("outside", CwdMatcher::Outside as fn(_) -> _)] {
        if let Some(items) = fields.get(name) {
            let items = reader.sets.expand(texts(items, name, complaints), SetKind::Paths, complaints);
            let set = path_set::read(&items, Case::Matters, reader.places, complaints);
            parts.push(Matcher::Cwd(make(set)));
        }
    }
    if parts.is_empty() {
        complaints.at("P014", node.spot, "cwd has nothing in it", Some("write `{ inside: workspace }`".to_owned()));
    }
    Some(Matcher::All(parts))
}
