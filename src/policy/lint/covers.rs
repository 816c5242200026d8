//! Whether one rule certainly matches whatever another one matches.
//!
//! Read from what is written, key by key. What is not certain is no: a finding here is believed.

use crate::model::Decision;
use crate::policy::catalog::Catalog;
use crate::policy::load::yaml::{Key, Node};
use crate::policy::matcher::WantedFlag;
use crate::policy::normal::{Argument, Command, base_name, readings};
use crate::policy::outline::{Outline, entries, get, items, same, text, texts};
use std::ffi::OsString;

/// What a rule matches, and where it is written.
pub(super) struct Reach<'n> {
    pub(super) file: &'n Outline,
    pub(super) node: &'n Node,
    pub(super) decision: Decision,
}

/// Says whether `wide` certainly matches whatever `narrow` matches.
pub(super) fn covers(wide: &Reach<'_>, narrow: &Reach<'_>, catalog: &Catalog) -> bool {
    let pattern = |reach: &Reach<'_>| get(reach.node, "pattern").and_then(text).map(str::to_owned);
    match (pattern(wide), pattern(narrow)) {
        (Some(wide), Some(narrow)) => literal_covers(&wide, &narrow),
        (Some(wide), None) => literal_covers_match(&wide, narrow, catalog),
        (None, Some(text)) => match_covers_literal(wide, &text, catalog),
        (None, None) => match (get(wide.node, "match"), get(narrow.node, "match")) {
            (Some(one), Some(other)) => clause(wide, narrow, one, &[other]),
            _ => false,
        },
    }
}

/// Whether both rules look at paths and texts in the same way: an allow wants all paths to fit and whole
/// texts, deny and ask want one.
fn look_alike(wide: &Reach<'_>, narrow: &Reach<'_>) -> bool {
    (wide.decision == Decision::Allow) == (narrow.decision == Decision::Allow)
}

/// Returns the words of a pattern that is a command.
fn words(pattern: &str) -> Option<Vec<&str>> {
    let special = ['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$', '\'', '"'];
    (!pattern.contains(special)).then(|| pattern.split_whitespace().collect())
}

/// One command covers another that begins with it and adds words: more options and operands are matched
/// too. The last word must not be an option, whose value the next word might be.
fn literal_covers(wide: &str, narrow: &str) -> bool {
    let (Some(wide), Some(narrow)) = (words(wide), words(narrow)) else { return wide == narrow };
    let complete = wide.last().is_some_and(|last| !last.starts_with('-')) || wide == narrow;
    complete && !wide.is_empty() && narrow.starts_with(&wide)
}

/// Reads a pattern that is a command as rules do.
fn read(words: &[&str], catalog: &Catalog) -> Option<Command> {
    let name = base_name(words.first()?.as_ref());
    let arguments: Vec<Argument> = words.iter().map(|word| Argument::Known(OsString::from(word))).collect();
    let mut found = readings(&name, &arguments, catalog.entry(&name)).into_iter();
    let first = found.next()?;
    (found.next().is_none() && first.known && !words.first()?.contains('/')).then_some(first)
}

/// `git push` covers a match of git with the subcommand push and whatever else.
fn literal_covers_match(wide: &str, narrow: &Reach<'_>, catalog: &Catalog) -> bool {
    let Some(command) = words(wide).and_then(|words| read(&words, catalog)) else { return false };
    let Some(node) = get(narrow.node, "match") else { return false };
    let all_are = |key: &str, wanted: &str| {
        let found = get(node, key).map(|value| expanded(narrow.file, value)).unwrap_or_default();
        !found.is_empty() && found.iter().all(|item| item == wanted)
    };
    command.flags.is_empty()
        && command.operands.is_empty()
        && all_are("program", &command.program)
        && command.subcommand.as_deref().is_none_or(|wanted| all_are("subcommand", wanted))
}

/// A match of git covers `git push --force`.
fn match_covers_literal(wide: &Reach<'_>, narrow: &str, catalog: &Catalog) -> bool {
    let Some(command) = words(narrow).and_then(|words| read(&words, catalog)) else { return false };
    let Some(node) = get(wide.node, "match") else { return false };
    !entries(node).is_empty()
        && entries(node).iter().all(|(key, value)| {
            let found = expanded(wide.file, value);
            match key.text.as_str() {
                "program" => found.contains(&command.program),
                "subcommand" => command.subcommand.as_ref().is_some_and(|name| found.contains(name)),
                "flags" if items(value).is_empty() && text(value).is_none() => {
                    let of = |name: &str| get(value, name).map(|node| expanded(wide.file, node)).unwrap_or_default();
                    of("none").is_empty()
                        && (of("any").is_empty() || of("any").iter().any(|flag| gives(&command, flag)))
                        && of("all").iter().all(|flag| gives(&command, flag))
                }
                "flags" => found.iter().any(|flag| gives(&command, flag)),
                _ => false,
            }
        })
}

fn gives(command: &Command, flag: &str) -> bool {
    use crate::policy::fit::Fit;
    let wanted = WantedFlag::read(flag);
    wanted.is_ok_and(|wanted| command.flags.iter().any(|given| wanted.fit(given) == Fit::Certain))
}

/// Returns the texts of a value with sets in the place of their names; nothing where it holds more than
/// texts.
fn expanded(file: &Outline, node: &Node) -> Vec<String> {
    if items(node).iter().any(|item| text(item).is_none()) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (item, _) in texts(node) {
        match item.strip_prefix('$').and_then(|name| file.set(name)) {
            Some(items) => out.extend(items.into_iter().map(|(item, _)| item.to_owned())),
            None => out.push(item.to_owned()),
        }
    }
    out
}

/// Keys that speak of one and the same effect, so that they must be looked at together.
const OF_EFFECTS: [&str; 7] = ["effect", "path", "host", "git", "source", "recursive", "url"];

/// Says whether a mapping of questions holds wherever all of `narrow` hold.
fn clause(one: &Reach<'_>, other: &Reach<'_>, wide: &Node, narrow: &[&Node]) -> bool {
    let mut all: Vec<&Node> = narrow.to_vec();
    for node in narrow {
        all.extend(get(node, "all").map(items).unwrap_or_default());
    }
    let direct = !entries(wide).is_empty()
        && entries(wide).iter().all(|(key, value)| question(one, other, wide, (key, value), &all));
    direct
        || narrow.iter().any(|node| {
            // Each of the alternatives must be covered, together with what stands beside them.
            let parts = get(node, "any").map(items).unwrap_or_default();
            let with = |part| [&all[..], &[part]].concat();
            !parts.is_empty() && parts.iter().all(|part| clause_of_part(one, other, wide, &with(part)))
        })
}

/// The same below `any`, one level deep: deeper ones are not looked into.
fn clause_of_part(one: &Reach<'_>, other: &Reach<'_>, wide: &Node, narrow: &[&Node]) -> bool {
    entries(wide).iter().all(|(key, value)| question(one, other, wide, (key, value), narrow))
}

fn question(one: &Reach<'_>, other: &Reach<'_>, wide: &Node, (key, value): (&Key, &Node), narrow: &[&Node]) -> bool {
    let name = key.text.as_str();
    match name {
        "any" => return items(value).iter().any(|part| clause(one, other, part, narrow)),
        "all" => return items(value).iter().all(|part| clause(one, other, part, narrow)),
        _ => {}
    }
    let looks = !matches!(name, "program" | "subcommand" | "flags" | "argv" | "tool");
    if looks && !look_alike(one, other) {
        return false;
    }
    let of_effects = OF_EFFECTS.contains(&name);
    narrow.iter().any(|node| {
        let Some(theirs) = get(node, name) else { return false };
        // All questions about an effect must be answered by the same mapping.
        let together = !of_effects
            || OF_EFFECTS.iter().all(|key| {
                let asked = get(wide, key).is_some();
                !asked || get(node, key).is_some()
            }) && get(wide, "effect").is_some() == get(node, "effect").is_some();
        together && implied(one, other, name, (wide, value), (node, theirs))
    })
}

/// Says whether the answer to their question answers ours.
fn implied(
    one: &Reach<'_>,
    other: &Reach<'_>,
    name: &str,
    (wide, ours): (&Node, &Node),
    (narrow, theirs): (&Node, &Node),
) -> bool {
    let within = |ours: &Node, theirs: &Node| {
        let (ours, theirs) = (expanded(one.file, ours), expanded(other.file, theirs));
        let takes_away = |items: &[String]| items.iter().any(|item| item.starts_with('!'));
        let plain = !takes_away(&ours) && !takes_away(&theirs) && !theirs.is_empty();
        plain && theirs.iter().all(|item| ours.contains(item))
    };
    // A value that names sets says the same only in the same file.
    let says_same = same(ours, theirs) && (std::ptr::eq(one.file, other.file) || !names_sets(ours));
    match name {
        "program" | "subcommand" | "effect" | "tool" | "source" => says_same || within(ours, theirs),
        "flags" => says_same || flags(ours, theirs, &within),
        "path" | "cwd" => says_same || places(ours, theirs, &within),
        "regex" => {
            let scopes = |node: &Node| get(node, "regex_on").cloned();
            let same_scopes = match (scopes(wide), scopes(narrow)) {
                (Some(ours), Some(theirs)) => same(&ours, &theirs),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            says_same && same_scopes
        }
        // It is compared together with the expression.
        "regex_on" => get(wide, "regex").is_some(),
        _ => says_same,
    }
}

fn names_sets(node: &Node) -> bool {
    text(node).is_some_and(|text| text.starts_with('$'))
        || items(node).iter().any(names_sets)
        || entries(node).iter().any(|(_, value)| names_sets(value))
}

fn flags(ours: &Node, theirs: &Node, within: &impl Fn(&Node, &Node) -> bool) -> bool {
    // A list alone is `any`.
    let is_list = |node: &Node| entries(node).is_empty();
    match (is_list(ours), is_list(theirs)) {
        (true, true) => within(ours, theirs),
        (true, false) => get(theirs, "any").is_some_and(|theirs| within(ours, theirs)),
        (false, _) => entries(ours).iter().all(|(key, value)| {
            let listed = Some(theirs).filter(|_| is_list(theirs) && key.text == "any");
            let Some(theirs) = get(theirs, &key.text).or(listed) else { return false };
            if key.text == "any" { within(value, theirs) } else { within(theirs, value) }
        }),
    }
}

fn places(ours: &Node, theirs: &Node, within: &impl Fn(&Node, &Node) -> bool) -> bool {
    !entries(ours).is_empty()
        && entries(ours).iter().all(|(key, value)| {
            let Some(theirs) = get(theirs, &key.text) else { return false };
            match key.text.as_str() {
                "in" | "inside" => within(value, theirs),
                "outside" => within(theirs, value),
                _ => same(value, theirs) && !names_sets(value),
            }
        })
}
