//! Reading a rule.

use super::TABLE;
use crate::model::{Decision, Layer, Place, RuleId, Severity};
use crate::policy::catalog::Catalog;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::example::Example;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::Keyed as _;
use crate::policy::load::matching::MatchReader;
use crate::policy::load::sets::Sets;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{Matcher, Places};
use crate::policy::rule::{Covers, Rule};
use std::path::PathBuf;
use std::sync::Arc;

/// A rule with the examples that stand beside it.
pub(crate) struct RuleWithExamples {
    pub(crate) rule: Rule,
    pub(crate) examples: Vec<Example>,
}

/// Which file a rule stands in.
pub(in crate::policy::load) struct File {
    pub(in crate::policy::load) path: Arc<PathBuf>,
    pub(in crate::policy::load) layer: Layer,
}

/// What a rule says, as far as it was read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) decision: Option<Decision>,
    pub(super) id: Option<String>,
    pub(super) matcher: Option<Matcher>,
    pub(super) title: Option<Arc<str>>,
    pub(super) reason: Option<Arc<str>>,
    pub(super) suggest: Option<Arc<str>>,
    pub(super) severity: Option<Severity>,
    pub(super) controls: Arc<[String]>,
    pub(super) tags: Arc<[String]>,
    pub(super) examples: Vec<Example>,
    pub(super) covers: Covers,
}

/// Reads the rules of one file.
pub(in crate::policy::load) struct RuleReader<'a, 'node> {
    pub(in crate::policy::load) file: File,
    pub(in crate::policy::load) sets: &'a Sets<'node>,
    pub(in crate::policy::load) places: &'a Places,
    pub(in crate::policy::load) catalog: &'a Catalog,
}

impl<'a, 'node> RuleReader<'a, 'node> {
    /// Returns what reads the matchers of a rule that decides so.
    pub(super) fn matching(&self, decision: Decision) -> MatchReader<'a, 'node> {
        MatchReader { sets: self.sets, places: self.places, decision, negated: false }
    }

    /// Reads a rule; `number` is its place in the list, from 1.
    pub(in crate::policy::load) fn read(
        &self,
        node: &'node Node,
        number: usize,
        complaints: &mut Complaints<'_>,
    ) -> Option<RuleWithExamples> {
        let before = complaints.count();
        let fields = Fields::open(node, "a rule", TABLE, complaints)?;
        if fields.get("action").is_none() {
            let fix = "add `action: deny`, `action: ask` or `action: allow`".to_owned();
            complaints.at("P011", node.spot, "a rule without action", Some(fix));
        }
        if fields.get("pattern").is_none() && fields.get("match").is_none() {
            let fix = "add `pattern: \"git push --force\"` or `match: { program: git }`".to_owned();
            complaints.at("P011", node.spot, "a rule without pattern or match", Some(fix));
        }
        let mut draft = Draft::default();
        for row in TABLE {
            if let Some(value) = fields.get(row.key().name) {
                (row.read)(self, &mut draft, value, &fields, complaints);
            }
        }
        let rule = Rule {
            id: RuleId::new(&draft.id.unwrap_or_else(|| format!("rule-{number}"))),
            decision: draft.decision.unwrap_or(Decision::Deny),
            place: Place {
                file: Arc::clone(&self.file.path),
                line: node.spot.line,
                column: node.spot.column,
                layer: self.file.layer,
            },
            title: draft.title,
            reason: draft.reason,
            suggest: draft.suggest,
            severity: draft.severity,
            controls: draft.controls,
            tags: draft.tags,
            matcher: draft.matcher?,
            covers: draft.covers,
        };
        (complaints.count() == before).then_some(RuleWithExamples { rule, examples: draft.examples })
    }
}
