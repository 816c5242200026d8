//! A proposal as a policy file.

use super::proposal::{Proposal, ProposedRule};
use crate::model::text;

/// How many of the commands that a rule would match besides are shown.
const SHOWN: usize = 5;

/// Returns a text in quotes, as YAML and JSON both read it.
pub(super) fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            unsafe_one if text::is_unsafe(unsafe_one) => {
                out.push_str(&format!("\\U{:08x}", u32::from(unsafe_one)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Returns a foreign text that stays on its line, in a comment.
fn comment(value: &str) -> String {
    text::shorten(&text::escape(value.as_bytes()), text::COMMAND_LIMIT)
}

impl Proposal {
    /// Returns the proposal as a policy file with comments; nothing where no rule is proposed.
    #[must_use]
    pub fn yaml(&self) -> Option<String> {
        let chosen: Vec<&ProposedRule> = self.rules.iter().filter(|rule| rule.chosen).collect();
        if chosen.is_empty() {
            return None;
        }
        let mut out = format!(
            "# Proposed from {} recorded commands. Read each rule before you use it: it allows what it matches,\n# whoever asks for it. Rules that deny or ask stay stronger.\nversion: \"1.0\"\nrules:\n",
            self.observed
        );
        for rule in chosen {
            out.push_str(&about(rule));
            out.push_str(&format!("  - id: {}\n    action: allow\n    {}\n", quoted(&rule.id), rule.matching));
            if rule.effects_unchecked {
                out.push_str("    # The catalog does not know all that this does: no rule on effects sees it.\n");
                out.push_str("    effects: unchecked\n");
            }
            let times = if rule.seen == 1 { "once".to_owned() } else { format!("{} times", rule.seen) };
            out.push_str(&format!("    reason: \"Seen {times} in recorded sessions.\"\n"));
            for wider in self.rules.iter().filter(|other| is_wider(other, rule)) {
                out.push_str(&in_its_place(wider));
            }
            out.push('\n');
        }
        if !self.left_out.is_empty() {
            out.push_str("# Nothing is proposed for:\n");
        }
        for left in &self.left_out {
            out.push_str(&format!("#   {} ({} times): {}\n", comment(&left.command), left.seen, comment(&left.why)));
        }
        Some(out)
    }
}

/// Says whether a rule could stand in the place of another one.
fn is_wider(other: &ProposedRule, rule: &ProposedRule) -> bool {
    other.width > rule.width && !other.chosen && rule.covers.iter().all(|command| other.covers.contains(command))
}

/// Returns what a person should know of a rule, as comments.
fn about(rule: &ProposedRule) -> String {
    let mut out = String::new();
    for command in rule.covers.iter().take(SHOWN) {
        out.push_str(&format!("  # seen: {}\n", comment(command)));
    }
    if rule.covers.len() > SHOWN {
        out.push_str(&format!("  # seen: {} more\n", rule.covers.len() - SHOWN));
    }
    out.push_str(&also(rule, "  # "));
    out
}

fn also(rule: &ProposedRule, indent: &str) -> String {
    if rule.also.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = rule.also.iter().take(SHOWN).map(|command| format!("`{}`", comment(command))).collect();
    format!(
        "{indent}would also match {} of the sample commands, {} of them dangerous: {}\n",
        rule.also.len(),
        rule.also_dangerous,
        shown.join(", ")
    )
}

fn in_its_place(rule: &ProposedRule) -> String {
    if let Some(denied) = rule.denied.first() {
        return format!(
            "    # not proposed: {} also matches `{}`, which is denied now\n",
            rule.matching,
            comment(denied)
        );
    }
    let mut out = format!("    # wider: {}\n", rule.matching);
    out.push_str(&also(rule, "    #   "));
    out
}
