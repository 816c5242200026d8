//! The keys of a rule, each with what reads it.

use super::reader::{Draft, RuleReader};
use crate::model::{Decision, Severity};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::{Key, Keyed, Kind};
use crate::policy::load::yaml::Node;
use crate::policy::load::{example, pattern};
use crate::policy::rule::Covers;
use std::sync::Arc;

/// Reads the value of a key into the draft. Where it adds nothing, it has complained.
pub(super) type Read = for<'a, 'n, 'f> fn(&RuleReader<'a, 'n>, &mut Draft, &'n Node, &Fields<'n>, &mut Complaints<'f>);

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

const SEVERITIES: [(&str, Severity); 4] =
    [("low", Severity::Low), ("medium", Severity::Medium), ("high", Severity::High), ("critical", Severity::Critical)];

/// Every key of a rule, in the order in which they are read: a matcher is read by its decision.
pub(crate) static TABLE: &[RuleKey] = &[
    key(
        "action",
        Kind::Word(DECISION_WORDS),
        |_, draft, _, fields, complaints| draft.decision = fields.word("action", &DECISIONS, complaints),
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
        Kind::Word(&["low", "medium", "high", "critical"]),
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
        "effects",
        Kind::Word(&["bounded", "unchecked"]),
        |_, draft, _, fields, found| {
            let words = [("bounded", Covers::Bounded), ("unchecked", Covers::Unchecked)];
            draft.covers = fields.word("effects", &words, found).unwrap_or_default();
        },
        "For allow: whether it covers commands whose effects are not known.",
    ),
    key(
        "examples",
        Kind::Mapping(example::KEYS),
        |_, draft, node, _, found| draft.examples = example::read(node, found),
        "Commands that it must match, and commands that it must not.",
    ),
];

fn shared(name: &str, fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Option<Arc<str>> {
    fields.text(name, complaints).map(Arc::from)
}

fn words(name: &str, fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Arc<[String]> {
    fields.texts(name, complaints).into_iter().map(|(text, _)| text.to_owned()).collect()
}

fn id<'n>(
    _: &RuleReader<'_, 'n>,
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
    reader: &RuleReader<'_, 'n>,
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
    reader: &RuleReader<'_, 'n>,
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
        draft.matcher = reader.matching(draft.decision.unwrap_or(Decision::Deny)).read(node, complaints);
    }
}
