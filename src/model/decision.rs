//! What the policy says of a subject.

use super::{Charge, RuleId, Terms};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What a rule, a default, or a whole policy says. Ordered: the strictest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decision {
    /// It may run.
    Allow,
    /// A person decides.
    Ask,
    /// It must not run.
    Deny,
}

impl Decision {
    /// Returns the word that policies and records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How bad it is when the thing that a rule speaks of happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A nuisance.
    Low,
    /// Work is lost.
    Medium,
    /// Harm that reaches others.
    High,
    /// Harm that cannot be undone.
    Critical,
}

impl Severity {
    /// Returns the word that policies and records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Whose policy file it is. Ordered: an upper layer binds those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Given for one session on the command line.
    Session,
    /// In the repository, `.tollgate/policy.yaml`.
    Project,
    /// The person's own, below `$XDG_CONFIG_HOME`.
    User,
    /// The organisation's, below `/etc/tollgate`.
    Managed,
    /// Compiled into the program.
    Builtin,
}

impl Layer {
    /// Returns the word that policies and records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Project => "project",
            Self::User => "user",
            Self::Managed => "managed",
            Self::Builtin => "builtin",
        }
    }
}

/// Where a rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The policy file, or `builtin:starter`.
    pub file: Arc<PathBuf>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Whose file it is.
    pub layer: Layer,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// How a match counts. Ordered: what decides comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// It takes part in the decision.
    Decides,
    /// It can only make the decision stricter: its layer may not relax what the others, or the defaults, say.
    Tightens,
    /// A rule with a limit whose budget is not used up: this is counted, and decides nothing.
    Counted,
    /// A rule that only records, or one that an exception stands in for.
    Noted,
}

/// One rule that matched, with what a person needs to understand it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The rule.
    pub rule: RuleId,
    /// What it says.
    pub decision: Decision,
    /// How it counts.
    pub weight: Weight,
    /// Where it stands.
    pub place: Place,
    /// Why it exists.
    pub reason: Option<Arc<str>>,
    /// What to do instead.
    pub suggest: Option<Arc<str>>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// The controls that it implements, such as `SOC2:CC8.1`.
    pub controls: Arc<[String]>,
    /// The rule's tags.
    pub tags: Arc<[String]>,
    /// What it demands of an answer.
    pub terms: Option<Terms>,
    /// What it takes from a budget when it is let run.
    pub charge: Option<Charge>,
    /// The command that it matched, as a shell would show it, raw (not escaped for a terminal).
    pub command: String,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The rule at this index of [`Evaluation::matches`].
    Rule(usize),
    /// No rule matched: `defaults.action`.
    Default,
    /// A part could not be known: `defaults.unknown` or `defaults.unknown_in_deny_scope`.
    Unknown,
}

/// The decision, and every rule that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The strictest that applies.
    pub decision: Decision,
    /// What made it so.
    pub outcome: Outcome,
    /// All matches, those that decide first and the strictest of them first; within one decision in the order of the files.
    pub matches: Vec<Match>,
    /// Why a part is unknown, where one is: for the card, `explain` and the record.
    pub unknown: Option<String>,
}

impl Match {
    /// Says whether it takes part in the decision in some way.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self.weight {
            Weight::Decides | Weight::Tightens => true,
            Weight::Counted | Weight::Noted => false,
        }
    }

    /// Returns the word for what it says: the decision, or `log` where it decides nothing.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.weight {
            Weight::Decides | Weight::Tightens => self.decision.as_str(),
            Weight::Counted => "count",
            Weight::Noted => "log",
        }
    }
}

impl Evaluation {
    /// Returns the terms of every rule that asks, taken together: the strictest of each.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let asks = self.matches.iter().filter(|found| found.counts() && found.decision == Decision::Ask);
        let none = Terms { timeout: None, may_remember: true, needs_person: false };
        asks.filter_map(|found| found.terms).fold(none, |one, other| Terms {
            timeout: one.timeout.into_iter().chain(other.timeout).min(),
            may_remember: one.may_remember && other.may_remember,
            needs_person: one.needs_person || other.needs_person,
        })
    }

    /// Returns the match that decided, where a rule did.
    #[must_use]
    pub fn deciding(&self) -> Option<&Match> {
        match self.outcome {
            Outcome::Rule(index) => self.matches.get(index),
            Outcome::Default | Outcome::Unknown => None,
        }
    }

    /// Returns the name of the rule that decided, or `default` or `unknown`.
    #[must_use]
    pub fn rule_name(&self) -> &str {
        match self.outcome {
            Outcome::Rule(index) => self.matches.get(index).map_or("default", |found| found.rule.as_str()),
            Outcome::Default => "default",
            Outcome::Unknown => "unknown",
        }
    }
}
