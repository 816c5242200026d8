//! Reading a mapping of conditions that must all hold.

use super::{Identities, TABLE};
use crate::policy::condition::Condition;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::Keyed as _;
use crate::policy::load::sets::Sets;
use crate::policy::load::yaml::Node;

/// Reads the conditions of one file.
#[derive(Clone, Copy)]
pub(in crate::policy::load) struct WhenReader<'a, 'node> {
    pub(in crate::policy::load) sets: &'a Sets<'node>,
    pub(in crate::policy::load) identities: &'a Identities,
}

impl<'node> WhenReader<'_, 'node> {
    /// Reads a mapping of conditions.
    pub(in crate::policy::load) fn read(
        &self,
        node: &'node Node,
        complaints: &mut Complaints<'_>,
    ) -> Option<Condition> {
        let fields = Fields::open(node, "when", TABLE, complaints)?;
        if fields.entries().is_empty() {
            complaints.at("P014", node.spot, "when has nothing in it", Some("leave the key out".to_owned()));
            return None;
        }
        self.fields(&fields, |_| true, complaints)
    }

    /// Reads those keys of an opened mapping that `own` says are conditions.
    pub(in crate::policy::load) fn fields(
        &self,
        fields: &Fields<'node>,
        own: impl Fn(&str) -> bool,
        complaints: &mut Complaints<'_>,
    ) -> Option<Condition> {
        let before = complaints.count();
        let mut parts = Vec::new();
        for row in TABLE {
            if let Some(node) = fields.get(row.key().name).filter(|_| own(row.key().name)) {
                let part = (row.read)(self, node, complaints);
                if part.is_none() && complaints.count() == before {
                    complaints.at("P014", node.spot, format!("{} has nothing in it", row.key().name), None);
                }
                parts.extend(part);
            }
        }
        (complaints.count() == before && !parts.is_empty()).then_some(Condition::All(parts))
    }
}
