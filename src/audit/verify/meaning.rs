//! What lines mean together: each ask has an answer, each run an end, nothing follows the end.

use super::{Cause, Fault};
use crate::audit::read::Line;
use std::collections::{BTreeMap, HashMap};

/// What became of a decision so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It was let run.
    Released,
    /// A person is asked.
    Asked,
    /// A person would be asked, but everything runs whatever the answer.
    AskObserved,
    /// It must not run.
    Refused,
    /// Its end is known.
    Over,
}

/// What a file said so far.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    started: bool,
    ended: bool,
    /// By number: what became of it, and on which line of the file it stands.
    decisions: HashMap<u64, (Standing, u64)>,
    nth: BTreeMap<String, u64>,
    /// The last gap: what was pending then may have no line.
    last_gap: Option<u64>,
}

type Wrong = (Cause, String);

impl Meaning {
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Takes a line into account and returns what is wrong with it.
    pub(super) fn line(&mut self, seq: u64, number: u64, line: &Line) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let kind = line.kind();
        if !self.started && kind != "session_start" {
            wrong.push((Cause::Order, "the first line does not start a session".to_owned()));
        }
        if self.started && kind == "session_start" {
            wrong.push((Cause::Order, "a session starts twice".to_owned()));
        }
        self.started = true;
        if self.ended && kind != "checkpoint" {
            wrong.push((Cause::Order, "it follows the end of the session".to_owned()));
        }
        match kind {
            "session_end" => self.ended = true,
            "gap" => self.last_gap = Some(seq),
            "decision" => wrong.extend(self.decision(seq, number, line)),
            "approval" => wrong.extend(self.approval(line)),
            "outcome" => wrong.extend(self.outcome(line)),
            _ => {}
        }
        wrong
    }

    fn decision(&mut self, seq: u64, number: u64, line: &Line) -> Option<Wrong> {
        let word = line.text("decision").unwrap_or_default();
        let observed = line.text("mode") == Some("observe");
        let standing = match word {
            "allow" => Standing::Released,
            "deny" if observed => Standing::Released,
            "ask" if observed => Standing::AskObserved,
            "ask" => Standing::Asked,
            "deny" => Standing::Refused,
            _ => return Some((Cause::Reference, "its decision is none of allow, ask and deny".to_owned())),
        };
        self.decisions.insert(seq, (standing, number));
        let count = self.nth.entry(word.to_owned()).or_default();
        let expected = *count + 1;
        let nth = line.number("nth").unwrap_or_default();
        *count = nth;
        (nth != expected).then(|| (Cause::Nth, format!("it is {word} number {nth}, but {expected} is next")))
    }

    fn approval(&mut self, line: &Line) -> Option<Wrong> {
        let of = line.number("of_seq").unwrap_or(u64::MAX);
        let standing = match line.text("answer") {
            Some("granted") => Standing::Released,
            Some("denied" | "timeout" | "cancelled" | "no_approver") => Standing::Refused,
            _ => return Some((Cause::Reference, "its answer is none that there is".to_owned())),
        };
        match self.decisions.get_mut(&of) {
            Some((asked @ Standing::Asked, _)) => {
                *asked = standing;
                None
            }
            Some((asked @ Standing::AskObserved, _)) => {
                *asked = Standing::Released;
                None
            }
            Some(_) | None => Some((Cause::Reference, format!("it answers #{of}, which asks nothing"))),
        }
    }

    fn outcome(&mut self, line: &Line) -> Option<Wrong> {
        let of = line.number("of_seq").unwrap_or(u64::MAX);
        match self.decisions.get_mut(&of) {
            Some((standing @ (Standing::Released | Standing::AskObserved), _)) => {
                *standing = Standing::Over;
                None
            }
            Some((Standing::Refused | Standing::Asked, _)) => {
                Some((Cause::RefusedRan, format!("#{of} was not let run, but this is its end")))
            }
            Some((Standing::Over, _)) => Some((Cause::Reference, format!("#{of} has an end already"))),
            None => Some((Cause::Reference, format!("#{of} decides nothing"))),
        }
    }

    /// Returns what a session that is over must not leave open. A later gap excuses it.
    pub(super) fn pending(&self) -> Vec<Fault> {
        let mut open: Vec<_> = self
            .decisions
            .iter()
            .filter(|(seq, _)| self.last_gap.is_none_or(|gap| gap < **seq))
            .filter_map(|(_, (standing, number))| {
                let line = Some(*number);
                match standing {
                    Standing::Asked => {
                        Some(Fault { line, cause: Cause::Unanswered, detail: "it asks, and no line answers".into() })
                    }
                    Standing::Released | Standing::AskObserved => Some(Fault {
                        line,
                        cause: Cause::NoOutcome,
                        detail: "it was let run, and no line says how that ended".into(),
                    }),
                    Standing::Refused | Standing::Over => None,
                }
            })
            .collect();
        open.sort_by_key(|fault| fault.line);
        open
    }
}
