//! The only way to relax a rule: written down, approved, and for a while.

use super::condition::Condition;
use super::evaluate::fit_of;
use super::fit::Fit;
use super::judged::View;
use super::matcher::{Matcher, Places};
use crate::model::{Decision, Match, Place, RuleId, Situation, Weight};
use jiff::Timestamp;
use std::sync::Arc;

/// An exception from a rule.
#[derive(Debug)]
pub struct Exception {
    /// Its name.
    pub id: RuleId,
    /// The rule that it relaxes.
    pub rule: RuleId,
    /// Where it stands.
    pub place: Place,
    /// Why it exists.
    pub reason: Arc<str>,
    /// Who approved it.
    pub approved_by: Vec<String>,
    pub(crate) expires: Timestamp,
    pub(crate) matcher: Option<Matcher>,
    pub(crate) condition: Option<Condition>,
    /// Whether it also allows what it takes from the rule: its layer may.
    pub(crate) allows: bool,
}

impl Exception {
    /// Says whether a rule's match is excepted. Everything must be certain, the time too.
    pub(super) fn covers(&self, found: &Match, views: &[View<'_>], places: &Places, situation: &Situation) -> bool {
        let now = situation.now.and_then(|now| Timestamp::try_from(now).ok());
        self.rule == found.rule
            && found.place.layer <= self.place.layer
            && now.is_some_and(|now| now < self.expires)
            && self.condition.as_ref().is_none_or(|condition| condition.fit(situation) == Fit::Certain)
            && self
                .matcher
                .as_ref()
                .is_none_or(|matcher| fit_of(matcher, Decision::Allow, views, places) == Fit::Certain)
    }

    /// Returns what stands in the place of the rule's match.
    pub(super) fn matched(&self, command: String) -> Match {
        Match {
            rule: self.id.clone(),
            decision: Decision::Allow,
            weight: if self.allows { Weight::Decides } else { Weight::Noted },
            place: self.place.clone(),
            reason: Some(Arc::clone(&self.reason)),
            suggest: None,
            severity: None,
            controls: Arc::default(),
            tags: Arc::default(),
            terms: None,
            charge: None,
            command,
        }
    }
}
