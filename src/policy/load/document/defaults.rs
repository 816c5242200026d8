//! `defaults:`.

use super::Stated;
use crate::model::Decision;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::rule::{DECISION_WORDS, DECISIONS};
use crate::policy::load::yaml::Node;
use std::time::Duration;

pub(super) const KEYS: &[Key] = &[
    Key::new("action", Kind::Word(DECISION_WORDS), "Where no rule matches."),
    Key::new("unknown", Kind::Word(DECISION_WORDS), "Where a part cannot be known before it runs."),
    Key::new("unknown_in_deny_scope", Kind::Word(DECISION_WORDS), "The same, where a deny rule would need to know it."),
    Key::new("no_approver", Kind::Word(&["allow", "deny"]), "What an ask becomes where nobody is there to answer."),
    Key::new("ask_timeout", Kind::Duration, "How long a question waits."),
    Key::new("audit", Kind::Word(&["all", "decisions", "denials"]), "What must be recorded at the least."),
    Key::new("agent_message", Kind::Text, "What every denial also tells the agent."),
];

/// The shortest and the longest time that a question may wait.
const TIMEOUTS: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(24 * 3600);

/// Reads them into what the file states.
pub(super) fn read(stated: &mut Stated, node: &Node, complaints: &mut Complaints<'_>) {
    let Some(fields) = Fields::open(node, "defaults", KEYS, complaints) else { return };
    stated.action = fields.word("action", &DECISIONS, complaints);
    stated.unknown = fields.word("unknown", &DECISIONS, complaints);
    stated.unknown_in_deny_scope = fields.word("unknown_in_deny_scope", &DECISIONS, complaints);
    stated.no_approver = fields.word("no_approver", &DECISIONS, complaints);
    if stated.no_approver == Some(Decision::Ask) {
        let spot = fields.get("no_approver").map(|node| node.spot).unwrap_or_default();
        complaints.at("P013", spot, "no_approver cannot be ask: nobody is there", Some("write deny".to_owned()));
        stated.no_approver = None;
    }
    stated.ask_timeout = fields.duration("ask_timeout", TIMEOUTS, complaints);
    // Everything is recorded, whatever a policy would be content with.
    fields.word("audit", &[("all", ()), ("decisions", ()), ("denials", ())], complaints);
    stated.agent_message = fields.text("agent_message", complaints).map(str::to_owned);
}
