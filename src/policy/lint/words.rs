//! What a file and a rule should say besides what they decide.

use super::codes::{
    ALLOW_DEFAULT, Code, EXPIRED, NO_DATE, NO_EXAMPLES, NO_ID, NO_REASON, NO_SUGGEST, SAME_ID, UNHEARD, UNUSED_SET,
};
use super::run::{Finding, Written};
use crate::model::{Decision, Layer};
use crate::policy::load::Spot;
use crate::policy::load::yaml::{Node, Value};
use crate::policy::outline::{Outline, entries, get, items, text, word};
use jiff::civil::Date;
use std::collections::HashMap;

/// Looks at what a file says besides its rules.
pub(super) fn file(outline: &Outline, today: Date, found: &mut Vec<Finding>) {
    let mut find = |code: Code, spot: Spot, message: String, fix: &str| {
        found.push(Finding {
            level: code.level,
            rule: None,
            complaint: outline.complain(code.name, spot, message, fix),
            waived: None,
        });
    };
    let root = &outline.root;
    if let Some(node) = get(root, "metadata").and_then(|metadata| get(metadata, "review_by")) {
        match day(node) {
            Some(day) if day < today => {
                let message = format!("this policy was to be reviewed by {day}, and that has passed");
                find(EXPIRED, node.spot, message, "review it, and write the next date");
            }
            Some(_) => {}
            None => find(NO_DATE, node.spot, "review_by is not a date".to_owned(), "write a date such as 2027-05-01"),
        }
    }
    for exception in get(root, "exceptions").map(items).unwrap_or_default() {
        if let Some(node) = get(exception, "expires")
            && let Some(day) = day(node)
            && day < today
        {
            let name = word(exception, "id").unwrap_or("this exception");
            let message = format!("{name} expired on {day} and is ignored");
            find(EXPIRED, node.spot, message, "leave it out, or have it approved again with a new date");
        }
    }
    if let Some(defaults) = get(root, "defaults") {
        if let Some(node) = get(defaults, "action").filter(|node| text(node) == Some("allow")) {
            let message = "whatever no rule matches is allowed".to_owned();
            find(ALLOW_DEFAULT, node.spot, message, "write `action: ask`, and allow what is needed by rules");
        }
        if let Some(node) = get(defaults, "no_approver").filter(|node| text(node) == Some("allow")) {
            let message = "what asks is allowed where nobody is there to answer".to_owned();
            find(UNHEARD, node.spot, message, "write `no_approver: deny`, and allow what is needed by rules");
        }
    }
    for (name, set) in get(root, "sets").map(entries).unwrap_or_default() {
        let _: &Node = set;
        if !uses(root, &format!("${}", name.text)) {
            let message = format!("no rule uses the set ${}", name.text);
            find(UNUSED_SET, name.spot, message, "leave the set out, or use it");
        }
    }
}

/// Says whether a word stands anywhere below a node.
fn uses(node: &Node, wanted: &str) -> bool {
    match &node.value {
        Value::Text { text, .. } => text == wanted,
        Value::List(items) => items.iter().any(|item| uses(item, wanted)),
        Value::Map(entries) => entries.iter().any(|(_, value)| uses(value, wanted)),
    }
}

/// Reads a day, with or without a time behind it.
fn day(node: &Node) -> Option<Date> {
    text(node)?.split('T').next()?.parse().ok()
}

/// Looks at what a rule says besides its match.
pub(super) fn rule(rule: &Written<'_>, found: &mut Vec<Finding>) {
    let lacks = |key: &str| get(rule.node, key).is_none();
    let spot = rule.node.spot;
    let mut find = |code, message: String, fix: &str| found.push(rule.finding(code, spot, message, fix));
    if lacks("id") {
        let message = "a rule without an id is named by its place, and another name tomorrow".to_owned();
        find(NO_ID, message, "add `id: area.what`; records and messages name it");
    }
    let Some(decision) = rule.decision.filter(|decision| *decision > Decision::Allow) else { return };
    if lacks("reason") {
        let message = format!("rule \"{}\" does not say why", rule.id);
        find(NO_REASON, message, "add `reason: \"…\"`; the agent and the person who is asked read it");
    }
    if decision == Decision::Deny && lacks("suggest") {
        let message = format!("rule \"{}\" does not say what to do instead", rule.id);
        find(NO_SUGGEST, message, "add `suggest: \"…\"`; without another way agents try to get around");
    }
    if decision == Decision::Deny && lacks("examples") {
        let message = format!("rule \"{}\" has no examples", rule.id);
        find(
            NO_EXAMPLES,
            message,
            "add `examples: { match: [\"…\"], not_match: [\"…\"] }`; they are tried at every load",
        );
    }
}

/// Looks for ids that stand in two files. A copy of a built-in policy, which `tollgate init` writes, keeps
/// its ids.
pub(super) fn ids(rules: &[Written<'_>], found: &mut Vec<Finding>) {
    let mut first: HashMap<&str, &Written<'_>> = HashMap::new();
    for rule in rules.iter().filter(|rule| get(rule.node, "id").is_some()) {
        if let Some(other) = first.get(rule.id.as_str()) {
            if other.file.layer == Layer::Builtin {
                continue;
            }
            let message = format!("the id \"{}\" stands in {} too", rule.id, other.place());
            found.push(rule.finding(SAME_ID, rule.spot("id"), message, "give one of them another id"));
        } else {
            first.insert(&rule.id, rule);
        }
    }
}
