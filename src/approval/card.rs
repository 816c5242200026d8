//! What a person sees before answering.

use crate::model::text::{argument, escape, escape_os, shorten};
use crate::model::{Door, Evaluation, Outcome, ProcessId, Request, Truth};
use crate::sys::procfs;
use std::time::Duration;

/// The most arguments and characters of an argument that a card shows. What is left out is counted.
const ARGUMENTS: usize = 64;
const ARGUMENT_CHARACTERS: usize = 400;
/// The most characters of the whole command: the rule and the question must stay in sight.
const COMMAND_CHARACTERS: usize = 1200;
/// The most parents that a card shows.
const ANCESTORS: usize = 8;

/// One process above the one that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancestor {
    /// Its number.
    pub process: ProcessId,
    /// Its command name, escaped.
    pub name: String,
}

/// A question to a person. All texts are escaped and can be shown as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    lines: Vec<(String, String)>,
    may_remember: bool,
}

impl Card {
    /// Describes what asks, and why the policy wants an answer. `may_remember` offers an answer for the
    /// whole session.
    #[must_use]
    pub fn of(request: &Request, evaluation: &Evaluation, may_remember: bool) -> Self {
        let mut lines = Vec::new();
        let mut line = |label: &str, text: String| lines.push((label.to_owned(), text));
        line("program", escape_os(request.program.path.as_os_str()).into_owned());
        line("command", command(request));
        line("directory", escape_os(request.cwd.as_os_str()).into_owned());
        line("asked by", chain(&ancestors(request.parent)));
        match evaluation.outcome {
            Outcome::Rule(_) => {
                if let Some(found) = evaluation.deciding() {
                    let place = escape_os(found.place.file.as_os_str()).into_owned();
                    line("rule", format!("{} ({place}:{})", escape(found.rule.as_str().as_bytes()), found.place.line));
                    if let Some(reason) = &found.reason {
                        line("reason", shorten(&escape(reason.as_bytes()), 600));
                    }
                    if let Some(severity) = found.severity {
                        line("severity", severity.as_str().to_owned());
                    }
                }
            }
            Outcome::Default => line("rule", "none matched; the policy's default is to ask".to_owned()),
            Outcome::Unknown => {
                let why = evaluation.unknown.as_deref().unwrap_or("a part of the command cannot be known");
                line("rule", format!("the policy asks about what cannot be known: {}", escape(why.as_bytes())));
            }
        }
        if request.door == Door::Kernel && request.truth == Truth::Unverified {
            line("warning", "a debugger controls the caller; what runs may differ from what is shown".to_owned());
        }
        Self { lines, may_remember }
    }

    /// Says whether the answer may be kept for the session.
    #[must_use]
    pub fn may_remember(&self) -> bool {
        self.may_remember
    }

    /// Returns the card as text for a terminal of this width.
    #[must_use]
    pub fn text(&self, timeout: Duration) -> String {
        let mut out = String::from("\n  tollgate: may this run?\n\n");
        for (label, text) in &self.lines {
            out.push_str(&format!("  {label:<10} {text}\n"));
        }
        let seconds = timeout.as_secs_f64().ceil();
        let span =
            if seconds > 120.0 { format!("{} minutes", (seconds / 60.0).ceil()) } else { format!("{seconds} seconds") };
        out.push_str(&format!("\n  Without an answer it is denied in {span}.\n"));
        out
    }
}

fn command(request: &Request) -> String {
    let mut shown: Vec<String> =
        request.argv.iter().take(ARGUMENTS).map(|item| argument(item, ARGUMENT_CHARACTERS)).collect();
    let left_out = request.argv.len().saturating_sub(ARGUMENTS);
    if left_out > 0 {
        shown.push(format!("… and {left_out} more arguments"));
    }
    let whole = shown.join(" ");
    let hidden = whole.chars().count().saturating_sub(COMMAND_CHARACTERS);
    if hidden == 0 {
        return whole;
    }
    format!("{} ({hidden} more characters are in the record)", shorten(&whole, COMMAND_CHARACTERS))
}

fn ancestors(first: ProcessId) -> Vec<Ancestor> {
    let mut out = Vec::new();
    let mut process = first.0;
    while process > 1 && out.len() < ANCESTORS {
        let parent = procfs::parent(process).unwrap_or(0);
        // The reaper, our child, is where the chain ends. Its name is no sign: every program can take it.
        if parent.cast_unsigned() == std::process::id() {
            break;
        }
        let name = procfs::command_name(process).unwrap_or_default();
        out.push(Ancestor { process: ProcessId(process), name: escape_os(&name).into_owned() });
        process = parent;
    }
    out
}

fn chain(ancestors: &[Ancestor]) -> String {
    let shown: Vec<String> = ancestors.iter().map(|found| format!("{} ({})", found.name, found.process)).collect();
    if shown.is_empty() { "(gone)".to_owned() } else { shown.join(" ← ") }
}
