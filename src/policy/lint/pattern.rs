//! Patterns and regular expressions that match everything, nothing, or something else than is meant.

use super::codes::{DOT, NEVER, RUNS_ANYTHING, SQL_CASE, TOO_WIDE};
use super::regular;
use super::run::{Finding, Written};
use crate::model::Decision;
use crate::policy::catalog::Catalog;
use crate::policy::load::yaml::Node;
use crate::policy::outline::{entries, get, items, text, texts};

/// The characters that make a pattern a regular expression.
const SPECIAL: [char; 14] = ['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'];

/// Looks at what a rule matches.
pub(super) fn rule(rule: &Written<'_>, catalog: &Catalog, found: &mut Vec<Finding>) {
    if let Some(node) = get(rule.node, "pattern") {
        let text = text(node).unwrap_or_default();
        if text.contains(SPECIAL) {
            expression(rule, node, text, IsAll::Yes, catalog, found);
            dots(rule, node, text, catalog, found);
        }
    }
    if let Some(node) = get(rule.node, "match") {
        matching(rule, node, IsAll::Yes, catalog, found);
        runs_anything(rule, node, found);
    }
}

/// Whether a part of a rule is all that the rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IsAll {
    Yes,
    No,
}

fn matching(rule: &Written<'_>, node: &Node, is_all: IsAll, catalog: &Catalog, found: &mut Vec<Finding>) {
    let keys = entries(node).iter().filter(|(key, _)| key.text != "regex_on").count();
    let alone = if keys == 1 { is_all } else { IsAll::No };
    for (key, value) in entries(node) {
        match key.text.as_str() {
            "regex" => expression(rule, value, text(value).unwrap_or_default(), alone, catalog, found),
            "program" if alone == IsAll::Yes && texts(value).iter().any(|(name, _)| *name == "*" || *name == "**") => {
                wide(rule, value, "every program has a name that `*` matches", found);
            }
            "flags" => wanted_and_forbidden(rule, value, found),
            "any" => items(value).iter().for_each(|part| matching(rule, part, alone, catalog, found)),
            "all" => items(value).iter().for_each(|part| matching(rule, part, IsAll::No, catalog, found)),
            _ => {}
        }
    }
}

fn wide(rule: &Written<'_>, node: &Node, why: &str, found: &mut Vec<Finding>) {
    let message = format!("rule \"{}\" matches every command: {why}", rule.id);
    let decision = rule.decision.map_or("log", Decision::as_str);
    let fix = format!("say which commands it is about; for all others there is `defaults: {{ action: {decision} }}`");
    found.push(rule.finding(TOO_WIDE, node.spot, message, fix));
}

fn expression(rule: &Written<'_>, node: &Node, text: &str, is_all: IsAll, catalog: &Catalog, found: &mut Vec<Finding>) {
    let Some(hir) = regular::parse(text) else { return };
    let matches_all = match rule.decision {
        Some(Decision::Allow) => regular::is_everything(&hir),
        Some(Decision::Ask | Decision::Deny) | None => regular::is_found_everywhere(&hir),
    };
    if matches_all && is_all == IsAll::Yes {
        let parts: Vec<&str> = text.split('|').collect();
        let kept: Vec<&str> = parts.iter().copied().filter(|part| !matches!(*part, "" | ".*" | "(.*)")).collect();
        if !kept.is_empty() && kept.len() < parts.len() {
            let message =
                format!("rule \"{}\" matches every command: `|.*` matches whatever the rest does not", rule.id);
            found.push(rule.finding(TOO_WIDE, node.spot, message, format!("write \"{}\"", kept.join("|"))));
        } else {
            wide(rule, node, "the expression also matches nothing, and nothing is in every command", found);
        }
    }
    sql(rule, node, text, &regular::cased_words(&hir), found);
    if let Some(mended) = lost_star(text, catalog) {
        let message = format!("a `.` in this expression is exactly one character; `{mended}` is probably meant");
        found.push(rule.finding(NEVER, node.spot, message, format!("write \"{mended}\"")));
    }
}

/// Words that begin a statement.
const STATEMENTS: [&str; 11] =
    ["select", "insert", "update", "delete", "drop", "truncate", "alter", "grant", "revoke", "create", "union"];

/// Words that say what it is about; no other language uses them beside the above.
const PARTS: [&str; 8] = ["from", "into", "table", "database", "schema", "where", "values", "join"];

fn is_sql(word: &str) -> bool {
    let word = word.to_lowercase();
    STATEMENTS.contains(&word.as_str()) || PARTS.contains(&word.as_str())
}

fn sql(rule: &Written<'_>, node: &Node, text: &str, cased: &[String], found: &mut Vec<Finding>) {
    let any_of = |known: &[&str], only_upper: bool| {
        cased.iter().any(|word| {
            let upper = word.chars().all(char::is_uppercase);
            known.contains(&word.to_lowercase().as_str()) && (upper || !only_upper)
        })
    };
    let statement = any_of(&STATEMENTS, false) && any_of(&PARTS, false);
    if statement && !is_git(text) || any_of(&STATEMENTS, true) {
        let message = "SQL does not mind case, but this expression does: `select` and `SELECT` are two things to it";
        found.push(rule.finding(SQL_CASE, node.spot, message, format!("write \"(?i){text}\"")));
    }
}

/// `git stash drop` and the like have words of SQL, and mind case.
fn is_git(text: &str) -> bool {
    text.contains("git")
}

/// Returns the expression with the `*` that its dots have probably lost.
///
/// A dot that stands for one character on purpose is one in a name (`notes.txt`, `docs.rs`) or one that
/// something follows that repeats it. Lost is the `*` where a dot ends the expression, stands before an
/// option, or joins words that no name holds: SQL, a program and its subcommand.
fn lost_star(text: &str, catalog: &Catalog) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut lost = 0;
    let mut in_class = false;
    for (index, character) in characters.iter().enumerate() {
        out.push(*character);
        let before = index.checked_sub(1).and_then(|index| characters.get(index)).copied();
        let next = characters.get(index + 1).copied();
        let is_escaped = before == Some('\\');
        match character {
            '[' if !is_escaped => in_class = true,
            ']' if !is_escaped => in_class = false,
            _ => {}
        }
        if *character != '.' || is_escaped || in_class || matches!(next, Some('*' | '+' | '?' | '{' | '.')) {
            continue;
        }
        let word = |words: &mut dyn Iterator<Item = &char>| -> String {
            words.take_while(|c| c.is_alphanumeric() || **c == '_').collect()
        };
        let left: String = word(&mut characters.iter().take(index).rev()).chars().rev().collect();
        let right = word(&mut characters.iter().skip(index + 1));
        let ends = matches!(next, None | Some('|' | ')' | '$'));
        let before_option = next == Some('-') && before.is_some_and(char::is_alphanumeric);
        let joins_sql = is_sql(&left) || (is_sql(&right) && right.chars().all(char::is_uppercase));
        let begins = left.len() == index && catalog.entry(&left).is_some();
        let joins_program = begins && right.len() > 3;
        if (ends && before.is_some_and(|c| !c.is_whitespace())) || before_option || joins_sql || joins_program {
            out.push('*');
            lost += 1;
        }
    }
    (lost > 0).then_some(out)
}

/// A command with a dot in it, and no other sign of a regular expression.
fn dots(rule: &Written<'_>, node: &Node, text: &str, catalog: &Catalog, found: &mut Vec<Finding>) {
    let only_dots = !text.replace('.', "").contains(SPECIAL);
    if !only_dots || lost_star(text, catalog).is_some() {
        return;
    }
    let message = "the dot makes this a regular expression: other spellings and orders of the options do not match";
    let first = text.split_whitespace().next().unwrap_or_default();
    let fix = format!("write `match: {{ program: {first}, … }}`, or `\\.` where an expression is meant");
    found.push(rule.finding(DOT, node.spot, message, fix));
}

fn wanted_and_forbidden(rule: &Written<'_>, flags: &Node, found: &mut Vec<Finding>) {
    let of = |key: &str| get(flags, key).map(texts).unwrap_or_default();
    let none = of("none");
    let forbidden = |name: &str| none.iter().any(|(other, _)| *other == name);
    let (any, all) = (of("any"), of("all"));
    let all_of_any = !any.is_empty() && any.iter().all(|(name, _)| forbidden(name));
    let wanted = all.iter().find(|(name, _)| forbidden(name)).or_else(|| any.first().filter(|_| all_of_any));
    if let Some((name, spot)) = wanted {
        let message = format!("rule \"{}\" wants {name} and forbids it", rule.id);
        found.push(rule.finding(NEVER, *spot, message, "leave it out of one of the two"));
    }
}

/// Keys that say which arguments a program may have.
const NARROWING: [&str; 9] = ["subcommand", "flags", "argv", "regex", "path", "not", "tool", "url", "all"];

/// An allow of `sudo` allows whatever it is told to start, as somebody else. (What a shell starts comes to
/// the gate by itself.)
fn runs_anything(rule: &Written<'_>, node: &Node, found: &mut Vec<Finding>) {
    if rule.decision != Some(Decision::Allow)
        || entries(node).iter().any(|(key, _)| NARROWING.contains(&key.text.as_str()))
    {
        return;
    }
    let Some(programs) = get(node, "program") else { return };
    for (name, spot) in texts(programs) {
        if matches!(name, "sudo" | "doas" | "su" | "pkexec" | "run0") {
            let message =
                format!("rule \"{}\" allows {name} with any arguments, and {name} runs whatever it is told", rule.id);
            found.push(rule.finding(
                RUNS_ANYTHING,
                spot,
                message,
                "name the programs that may run, or say which arguments",
            ));
        }
    }
}
