//! A rule, ready to judge.

use super::matcher::Matcher;
use crate::model::{Decision, Match, Place, RuleId, Severity};
use std::sync::Arc;

/// One rule of a policy.
#[derive(Debug)]
pub struct Rule {
    /// Its name: its `id`, or `rule-N` by its position in the file.
    pub id: RuleId,
    /// What it says.
    pub decision: Decision,
    /// Where it stands.
    pub place: Place,
    /// A few words on what it is about.
    pub title: Option<Arc<str>>,
    /// Why it exists.
    pub reason: Option<Arc<str>>,
    /// What to do instead.
    pub suggest: Option<Arc<str>>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// The controls that it implements.
    pub controls: Arc<[String]>,
    /// Its tags.
    pub tags: Arc<[String]>,
    pub(crate) matcher: Matcher,
    /// For allow: whether it also covers a command whose effects are not known.
    pub(crate) covers: Covers,
}

/// Which commands an allow rule covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Covers {
    /// Only those whose effects are known, so that the rules on effects can judge them.
    #[default]
    Bounded,
    /// Others too: `effects: unchecked`.
    Unchecked,
}

impl Rule {
    /// Returns what the evaluation says of this rule when it matched a command.
    pub(crate) fn matched(&self, command: String) -> Match {
        Match {
            rule: self.id.clone(),
            decision: self.decision,
            place: self.place.clone(),
            reason: self.reason.clone(),
            suggest: self.suggest.clone(),
            severity: self.severity,
            controls: Arc::clone(&self.controls),
            tags: Arc::clone(&self.tags),
            command,
        }
    }
}
