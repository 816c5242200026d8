//! `path`: what the command works on.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, list, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::path_set::{self, Case};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{Matcher, PathMatcher, PathTest};

/// A static, because it names itself.
pub(super) static KEYS: [Key; 7] = [
    Key::new("in", Kind::Set(SetKind::Paths), "It lies in this set."),
    Key::new("not_in", Kind::Set(SetKind::Paths), "It does not lie in this set."),
    Key::new("outside", Kind::Set(SetKind::Paths), "It lies outside of this set."),
    Key::new("equals_or_contains", Kind::Set(SetKind::Paths), "It is one of these, or a folder that holds one."),
    Key::new("name_in", Kind::Set(SetKind::Strings), "It, or a folder that it lies in, has one of these names."),
    Key::new("name_not_in", Kind::Set(SetKind::Strings), "It has none of these names."),
    Key::new("any", Kind::Mappings(&KEYS), "One of these must hold."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    one(reader, node, complaints).map(Matcher::Path)
}

fn one<'n>(reader: &MatchReader<'_, 'n>, node: &'n Node, complaints: &mut Complaints<'_>) -> Option<PathMatcher> {
    let fields = Fields::open(node, "path", &KEYS, complaints)?;
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "path has nothing in it", Some("leave the key out".to_owned()));
    }
    let mut tests = Vec::new();
    let opposite = if reader.case() == Case::Ignored { Case::Matters } else { Case::Ignored };
    let items = |name: &str, complaints: &mut Complaints<'_>| {
        let items = fields.get(name)?;
        Some(reader.sets.expand(texts(items, name, complaints), SetKind::Paths, complaints))
    };
    if let Some(items) = items("in", complaints) {
        tests.push(PathTest::In(path_set::read(&items, reader.case(), reader.places, complaints)));
    }
    if let Some(items) = items("outside", complaints) {
        tests.push(PathTest::Outside(path_set::read(&items, opposite, reader.places, complaints)));
    }
    if let Some(items) = items("equals_or_contains", complaints) {
        tests.push(PathTest::EqualsOrContains(path_set::plain(&items, reader.places, complaints)));
    }
    if let Some(items) = items("not_in", complaints) {
        tests.push(PathTest::NotIn(path_set::read(&items, opposite, reader.places, complaints)));
    }
    for (name, make) in
        [("name_in", PathTest::NameIn as fn(_) -> _), ("name_not_in", PathTest::NameNotIn as fn(_) -> _)]
    {
        if let Some(node) = fields.get(name) {
            let items = reader.sets.expand(texts(node, name, complaints), SetKind::Strings, complaints);
            tests.push(make(path_set::names(&items, complaints)));
        }
    }
    if let Some(items) = fields.get("any") {
        let parts = list(items, "any", complaints);
        if parts.is_empty() {
            complaints.at("P014", items.spot, "any has nothing in it", Some("leave the key out".to_owned()));
        }
        tests.push(PathTest::Any(parts.iter().filter_map(|part| one(reader, part, complaints)).collect()));
    }
    Some(PathMatcher { tests })
}
