//! The keys of a rule, each with what reads it.

use super::demands;
use super::reader::{Action, Draft};
use crate::model::{Decision, Severity};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::{Key, Keyed, Kind};
use crate::policy::load::readers::Readers;
use crate::policy::load::yaml::Node;
use crate::policy::load::{example, pattern};
use crate::policy::rule::Covers;
use std::sync::Arc;

/// Reads the value of a key into the draft. Where it adds nothing, it has complained.
pub(super) type Read = for<'a, 'n, 'f> fn(&Readers<'a, 'n>, &mut Draft, &'n Node, &Fields<'n>, &mut Complaints<'f>);

/// A key of a rule.
pub(crate) struct RuleKey {
    key: Key,
    pub(super) read: Read,
}

impl Keyed for RuleKey {
    fn key(&self) -> &Key {
        &self.key
    }
}

const fn key(name: &'static str, value: Kind, read: Read, about: &'static str) -> RuleKey {
    RuleKey { key: Key::new(name, value, about), read }
}

/// The words for decisions.
pub(in crate::policy::load) const DECISIONS: [(&str, Decision); 3] =
    [("allow", Decision::Allow), ("ask", Decision::Ask), ("deny", Decision::Deny)];

/// The same, without what they stand for.
pub(in crate::policy::load) const DECISION_WORDS: &[&str] = &["allow", "ask", "deny"];

const ACTIONS: [(&str, Action); 4] = [
    ("allow", Action::Decide(Decision::Allow)),
    ("ask", Action::Decide(Decision::Ask)),
    ("deny", Action::Decide(Decision::Deny)),
    ("log", Action::Log),
];

/// The words for severities.
pub(in crate::policy::load) const SEVERITY_WORDS: &[&str] = &["low", "medium", "high", "critical"];

/// The same, with what they stand for.
pub(in crate::policy::load) const SEVERITIES: [(&str, Severity); 4] =
    [("low", Severity::Low), ("medium", Severity::Medium), ("high", Severity::High), ("critical", Severity::Critical)];

/// Every key of a rule, in the order in which they are read: a matcher is read by its decision.
pub(crate) static TABLE: &[RuleKey] = &[
    key(
        "action",
        Kind::Word(&["allow", "ask", "deny", "log"]),
        |_, draft, _, fields, complaints| draft.action = fields.word("action", &ACTIONS, complaints),
        "What the rule says.",
    ),
    key("id", Kind::Text, id, "Its name: one word, unique in the file."),
    key("title", Kind::Text, |_, draft, _, fields, found| draft.title = shared("title", fields, found), "A few words."),
    key("pattern", Kind::Text, pattern, "The short way to say which commands it is about."),
    key("match", Kind::Match, matching, "The full way to say what it is about."),
    key("reason", Kind::Text, |_, draft, _, fields, found| draft.reason = shared("reason", fields, found), "Why."),
    key(
        "suggest",
        Kind::Text,
        |_, draft, _, fields, found| draft.suggest = shared("suggest", fields, found),
        "What to do instead.",
    ),
    key(
        "severity",
        Kind::Word(SEVERITY_WORDS),
        |_, draft, _, fields, found| draft.severity = fields.word("severity", &SEVERITIES, found),
        "How bad it is.",
    ),
    key(
        "controls",
        Kind::Texts,
        |_, draft, _, fields, found| draft.controls = words("controls", fields, found),
        "The controls of a standard that it implements.",
    ),
    key(
        "tags",
        Kind::Texts,
        |_, draft, _, fields, found| draft.tags = words("tags", fields, found),
        "Words to find rules by.",
    ),
    key(
        "examples",
        Kind::Mapping(example::KEYS),
        |_, draft, node, _, found| draft.examples = example::read(node, found),
        "Commands that it must match, and commands that it must not.",
    ),
    key(
        "when",
        Kind::When,
        |readers, draft, node, _, found| draft.condition = readers.when().read(node, found),
        "What must be so, beside the command.",
    ),
    key(
        "limit",
        Kind::Mapping(demands::LIMIT),
        |_, draft, node, _, found| draft.limit = demands::limit(node, found),
        "It counts only when this budget is used up.",
    ),
    key("approval", Kind::Mapping(demands::APPROVAL), approval, "Who must say yes, and how."),
    key(
        "obligations",
        Kind::Mappings(demands::OBLIGATION),
        |_, draft, node, _, found| draft.obligations = demands::obligations(node, found),
        "What must be done beside the action.",
    ),
    key(
        "effects",
        Kind::Word(&["bounded", "unchecked"]),
        effects,
        "For allow: whether it covers commands whose effects are not known.",
    ),
];

fn shared(name: &str, fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Option<Arc<str>> {
    fields.text(name, complaints).map(Arc::from)
}

fn words(name: &str, fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Arc<[String]> {
    fields.texts(name, complaints).into_iter().map(|(text, _)| text.to_owned()).collect()
}

fn approval<'n>(
    _: &Readers<'_, 'n>,
    draft: &mut Draft,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) {
    if draft.action.is_some_and(|action| action != Action::Decide(Decision::Ask)) {
        let fix = "write `action: ask`, or leave approval out".to_owned();
        complaints.at("P017", node.spot, "approval in a rule that does not ask", Some(fix));
    }
    draft.approval = demands::approval(node, complaints);
}

fn effects<'n>(
    _: &Readers<'_, 'n>,
    draft: &mut Draft,
    node: &'n Node,
    fields: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) {
    let words = [("bounded", Covers::Bounded), ("unchecked", Covers::Unchecked)];
    draft.covers = fields.word("effects", &words, complaints).unwrap_or_default();
    if draft.covers == Covers::Unchecked && draft.action.is_some_and(|action| action != Action::Decide(Decision::Allow))
    {
        let fix = "leave it out: only an allow can leave effects unchecked".to_owned();
        complaints.at("P017", node.spot, "effects: unchecked in a rule that does not allow", Some(fix));
    }
}

fn id<'n>(
    _: &Readers<'_, 'n>,
    draft: &mut Draft,
    node: &'n Node,
    fields: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) {
    draft.id = fields.text("id", complaints).map(str::to_owned);
    let is_word = |id: &String| !id.is_empty() && !id.contains(|c: char| c.is_whitespace() || c.is_control());
    if draft.id.as_ref().is_some_and(|id| !is_word(id)) {
        complaints.at("P015", node.spot, "an id is one word", Some("for example `git.force-push`".to_owned()));
    }
}

fn pattern<'n>(
    reader: &Readers<'_, 'n>,
    draft: &mut Draft,
    node: &'n Node,
    fields: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) {
    if fields.get("match").is_none() {
        let text = fields.text("pattern", complaints);
        draft.matcher = text.and_then(|text| pattern::read(text, node.spot, reader.catalog, complaints));
    }
}

fn matching<'n>(
    reader: &Readers<'_, 'n>,
    draft: &mut Draft,
    node: &'n Node,
    fields: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) {
    if fields.get("pattern").is_some() {
        let fix = "keep one of the two".to_owned();
        complaints.at("P016", node.spot, "a rule with both pattern and match", Some(fix));
    } else {
        // It is read even where the action is missing, so that its own errors show at once.
        draft.matcher = reader.matching(draft.action.map_or(Decision::Deny, Action::read_as)).read(node, complaints);
    }
}
