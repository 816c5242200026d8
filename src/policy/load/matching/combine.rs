//! `any`, `all` and `not`.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::yaml::Node;
use crate::policy::matcher::Matcher;

pub(super) fn any<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    Some(Matcher::Any(several(reader, node, "any", complaints)))
}

pub(super) fn all<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    Some(Matcher::All(several(reader, node, "all", complaints)))
}

pub(super) fn not<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let opposite = MatchReader { negated: !reader.negated, ..*reader };
    opposite.read(node, complaints).map(|part| Matcher::Not(Box::new(part)))
}

fn several<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    name: &str,
    complaints: &mut Complaints<'_>,
) -> Vec<Matcher> {
    let items = list(node, name, complaints);
    if items.is_empty() {
        complaints.at("P014", node.spot, format!("{name} has nothing in it"), Some("leave the key out".to_owned()));
    }
    items.iter().filter_map(|item| reader.read(item, complaints)).collect()
}
