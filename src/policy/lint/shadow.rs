//! Rules that never decide, because another one does whatever they match.

use super::codes::{REDUNDANT, SHADOWED};
use super::covers::{Reach, covers};
use super::run::{Finding, Written};
use crate::model::Decision;
use crate::policy::catalog::Catalog;
use crate::policy::load::yaml::Node;
use crate::policy::outline::{entries, get, items, same, word};

/// Keys that do not change what a rule matches.
const NO_CONDITION: [&str; 15] = [
    "id",
    "title",
    "pattern",
    "match",
    "action",
    "reason",
    "suggest",
    "severity",
    "controls",
    "tags",
    "examples",
    "approval",
    "obligations",
    "effects",
    "review_by",
];

/// Looks for rules that another one decides for.
pub(super) fn rules(rules: &[Written<'_>], catalog: &Catalog, found: &mut Vec<Finding>) {
    for (index, rule) in rules.iter().enumerate() {
        let Some(decision) = rule.decision else { continue };
        let others = || rules.iter().enumerate().filter(move |(other, _)| *other != index);
        let stricter = others().find(|(_, other)| {
            let decides = other.decision.is_some_and(|other| other > decision);
            decides && !is_excepted(rules, other) && hides(other, rule, catalog)
        });
        if let Some((_, other)) = stricter {
            let verb = other.decision.map_or("", Decision::as_str);
            let message = format!(
                "rule \"{}\" never decides: rule \"{}\" ({}) says {verb} to everything that it matches",
                rule.id,
                other.id,
                other.place()
            );
            let fix = "leave one of the two out, or say in the stricter one what it is not about (`not: …`)";
            found.push(rule.finding(SHADOWED, rule.node.spot, message, fix));
            continue;
        }
        let twin = others().find(|(other, twin)| {
            let is_same = twin.decision == Some(decision) && does_no_more(rule) && does_no_more(twin);
            let earlier = *other < index;
            is_same && (equal(twin, rule) && earlier || is_covered_allow(twin, rule, catalog))
        });
        if let Some((_, other)) = twin {
            let message = format!("rule \"{}\" adds nothing to rule \"{}\" ({})", rule.id, other.id, other.place());
            found.push(rule.finding(REDUNDANT, rule.node.spot, message, "leave one of the two out"));
        }
    }
}

/// An allow says nothing besides allowing, so one that a wider one covers is idle. A denial may be there
/// for its own reason.
fn is_covered_allow(wide: &Written<'_>, rule: &Written<'_>, catalog: &Catalog) -> bool {
    rule.decision == Some(Decision::Allow)
        && unchecked(wide) == unchecked(rule)
        && hides(wide, rule, catalog)
        && !equal(wide, rule)
        // Where each covers the other, one of the two is to be kept.
        && !hides(rule, wide, catalog)
}

fn unchecked<'n>(rule: &Written<'n>) -> Option<&'n str> {
    word(rule.node, "effects")
}

/// Says whether the rule only decides, and asks nothing of anybody besides.
fn does_no_more(rule: &Written<'_>) -> bool {
    ["approval", "obligations", "limit"].iter().all(|key| get(rule.node, key).is_none())
}

fn equal(left: &Written<'_>, right: &Written<'_>) -> bool {
    let says = |rule: &Written<'_>, key: &str| get(rule.node, key).cloned();
    let sets = |rule: &Written<'_>| get(&rule.file.root, "sets").cloned();
    let same_file = std::ptr::eq(left.file, right.file);
    let no_sets = sets(left).is_none() && sets(right).is_none();
    (same_file || no_sets)
        && ["pattern", "match", "when", "effects"].iter().all(|key| match (says(left, key), says(right, key)) {
            (Some(left), Some(right)) => same(&left, &right),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        })
}

/// Says whether an exception may switch the rule off.
fn is_excepted(rules: &[Written<'_>], rule: &Written<'_>) -> bool {
    rules.iter().any(|one| {
        let exceptions = get(&one.file.root, "exceptions").map(items).unwrap_or_default();
        let disabled = get(&one.file.root, "lower_layers").and_then(|lower| get(lower, "may_disable"));
        exceptions.iter().any(|exception| word(exception, "rule") == Some(rule.id.as_str()))
            || disabled
                .is_some_and(|ids| items(ids).iter().any(|id| crate::policy::outline::text(id) == Some(&rule.id)))
    })
}

/// Says whether `wide` certainly matches whatever `rule` matches.
fn hides(wide: &Written<'_>, rule: &Written<'_>, catalog: &Catalog) -> bool {
    conditions(wide)
        .iter()
        .all(|(key, value)| key.text != "limit" && get(rule.node, &key.text).is_some_and(|other| same(value, other)))
        && covers(&reach(wide), &reach(rule), catalog)
}

/// Returns what must hold besides the match.
fn conditions<'n>(rule: &Written<'n>) -> Vec<&'n (crate::policy::load::yaml::Key, Node)> {
    entries(rule.node).iter().filter(|(key, _)| !NO_CONDITION.contains(&key.text.as_str())).collect()
}

fn reach<'n>(rule: &'n Written<'_>) -> Reach<'n> {
    Reach { file: rule.file, node: rule.node, decision: rule.decision.unwrap_or(Decision::Deny) }
}
