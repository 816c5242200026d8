//! Reading a mapping of questions that must all hold.

use super::TABLE;
use crate::model::Decision;
use crate::policy::load::complaint::{Complaints, Spot};
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::Keyed as _;
use crate::policy::load::path_set::Case;
use crate::policy::load::sets::Sets;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{Matcher, Places};

/// Reads the matchers of one file.
#[derive(Clone, Copy)]
pub(in crate::policy::load) struct MatchReader<'a, 'node> {
    pub(in crate::policy::load) sets: &'a Sets<'node>,
    pub(in crate::policy::load) places: &'a Places,
    pub(in crate::policy::load) decision: Decision,
    /// Whether the matcher stands below an odd number of `not`.
    pub(in crate::policy::load) negated: bool,
}

impl<'node> MatchReader<'_, 'node> {
    /// Reads a mapping of questions that must all hold.
    pub(in crate::policy::load) fn read(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let fields = Fields::open(node, "match", TABLE, complaints)?;
        if fields.entries().is_empty() {
            let fix = "say which commands it is about, for example `match: { program: git }`".to_owned();
            complaints.at("P014", node.spot, "an empty match would match everything", Some(fix));
            return None;
        }
        self.fields(&fields, node.spot, complaints)
    }

    /// Reads the keys of an opened mapping that are questions about the command.
    pub(in crate::policy::load) fn fields(
        &self,
        fields: &Fields<'node>,
        spot: Spot,
        complaints: &mut Complaints<'_>,
    ) -> Option<Matcher> {
        let before = complaints.count();
        let (mut parts, mut asked) = (Vec::new(), 0);
        for row in TABLE {
            if let (Some(node), Some(read)) = (fields.get(row.key().name), row.read) {
                asked += 1;
                parts.extend(read(self, node, fields, complaints));
            }
        }
        if fields.get("regex").is_none()
            && let Some(node) = fields.get("regex_on")
        {
            complaints.at("P011", node.spot, "regex_on without regex", Some("add `regex:`".to_owned()));
        }
        if complaints.count() == before && parts.len() != asked {
            // A question that came to nothing would match everything.
            complaints.at("P014", spot, "a key of this match has nothing in it", None);
        }
        (complaints.count() == before).then_some(Matcher::All(parts))
    }

    /// Deny and ask sets match without regard to case; what widens an allow, or the reach of
    /// `outside`, does not.
    pub(super) fn case(&self) -> Case {
        let widens = (self.decision == Decision::Allow) != self.negated;
        if widens { Case::Matters } else { Case::Ignored }
    }
}
