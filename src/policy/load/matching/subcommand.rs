//! `subcommand`.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::Matcher;

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let names = reader.sets.expand(texts(node, "subcommand", complaints), SetKind::Strings, complaints);
    Some(Matcher::Subcommand(names.into_iter().map(|(name, _)| name.to_owned()).collect()))
}
