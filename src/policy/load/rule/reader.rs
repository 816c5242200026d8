//! Reading a rule.

use super::TABLE;
use crate::model::{Decision, Place, RuleId, Severity};
use crate::policy::condition::Condition;
use crate::policy::demands::{Approval, Obligation};
use crate::policy::limit::Limit;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::example::Example;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::Keyed as _;
use crate::policy::load::readers::Readers;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::Matcher;
use crate::policy::rule::{Covers, Rule};
use std::sync::Arc;

/// A rule with the examples that stand beside it.
pub(crate) struct RuleWithExamples {
    pub(crate) rule: Rule,
    pub(crate) examples: Vec<Example>,
}

/// The word under `action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Decide(Decision),
    /// It records and never decides.
    Log,
}

impl Action {
    /// Returns the decision as which its matcher is read: one that only records looks as one that asks.
    pub(super) fn read_as(self) -> Decision {
        match self {
            Self::Decide(decision) => decision,
            Self::Log => Decision::Ask,
        }
    }
}

/// What a rule says, as far as it was read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) action: Option<Action>,
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
    pub(super) approval: Option<Approval>,
    pub(super) obligations: Vec<Obligation>,
    pub(super) limit: Option<Limit>,
    pub(super) condition: Option<Condition>,
}

/// Reads a rule; `number` is its place in the list, from 1.
pub(in crate::policy::load) fn read<'node>(
    readers: &Readers<'_, 'node>,
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
            (row.read)(readers, &mut draft, value, &fields, complaints);
        }
    }
    let rule = Rule {
        id: RuleId::new(&draft.id.unwrap_or_else(|| format!("rule-{number}"))),
        decision: draft.action.map_or(Decision::Deny, Action::read_as),
        only_logs: draft.action == Some(Action::Log),
        place: Place {
            file: Arc::clone(&readers.file),
            line: node.spot.line,
            column: node.spot.column,
            layer: readers.layer,
        },
        title: draft.title,
        reason: draft.reason,
        suggest: draft.suggest,
        severity: draft.severity,
        controls: draft.controls,
        tags: draft.tags,
        tightens_only: false,
        covers: draft.covers,
        approval: draft.approval,
        obligations: draft.obligations,
        limit: draft.limit,
        condition: draft.condition,
        matcher: draft.matcher?,
    };
    (complaints.count() == before).then_some(RuleWithExamples { rule, examples: draft.examples })
}
