//! A rule, ready to judge.

use super::condition::Condition;
use super::demands::{Approval, Obligation};
use super::fit::Fit;
use super::judged::Candidate;
use super::limit::Limit;
use super::matcher::Matcher;
use crate::model::{Decision, Match, Place, RuleId, Severity, Situation, Weight};
use std::sync::Arc;

/// One rule of a policy.
#[derive(Debug)]
pub struct Rule {
    /// Its name: its `id`, or `rule-N` by its position in the file.
    pub id: RuleId,
    /// What it says. A rule that only records is read as one that asks.
    pub decision: Decision,
    /// Whether it only records.
    pub only_logs: bool,
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
    /// Whether its layer may only tighten: its ask does not relax a default that denies.
    pub tightens_only: bool,
    /// Who must say yes.
    pub approval: Option<Approval>,
    /// What must be done beside it.
    pub obligations: Vec<Obligation>,
    /// It counts only when this is used up.
    pub limit: Option<Limit>,
    pub(crate) condition: Option<Condition>,
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
    /// Says how well its condition holds. What is not known counts where the rule is strict.
    pub(crate) fn condition_fit(&self, situation: &Situation) -> Fit {
        let fit = self.condition.as_ref().map_or(Fit::Certain, |condition| condition.fit(situation));
        match (fit, self.decision) {
            (Fit::Unknown, Decision::Ask | Decision::Deny) => Fit::Possible,
            (fit, _) => fit,
        }
    }

    /// Says whether it counts only because nothing is known of what it asks for: an ask does not relax a
    /// default that denies then.
    fn is_unsure(&self, situation: &Situation) -> bool {
        let condition = self.condition.as_ref().is_some_and(|condition| condition.fit(situation) == Fit::Unknown);
        condition || (self.limit.is_some() && situation.usage.is_none())
    }

    /// Returns why what it permits cannot be had here.
    fn obstacle(&self, situation: &Situation) -> Option<Arc<str>> {
        let approval = self.approval.as_ref().and_then(|approval| approval.obstacle(situation)).map(Arc::from);
        approval.or_else(|| self.obligations.iter().find_map(Obligation::obstacle).map(Arc::from))
    }

    /// Returns what the evaluation says of this rule when it matched a command.
    pub(crate) fn matched(&self, candidate: &Candidate, command: String, situation: &Situation) -> Match {
        let charge = self.limit.as_ref().map(|limit| (limit, limit.charge(&self.id, &self.place, candidate)));
        let used_up = charge.as_ref().is_none_or(|(limit, charge)| limit.is_used_up(charge, situation));
        let obstacle = if self.decision < Decision::Deny { self.obstacle(situation) } else { None };
        Match {
            rule: self.id.clone(),
            decision: if obstacle.is_some() { Decision::Deny } else { self.decision },
            weight: match (self.only_logs, used_up) {
                (true, _) => Weight::Noted,
                (false, true) if self.tightens_only || self.is_unsure(situation) => Weight::Tightens,
                (false, true) => Weight::Decides,
                (false, false) => Weight::Counted,
            },
            place: self.place.clone(),
            reason: obstacle.or_else(|| self.reason.clone()),
            suggest: self.suggest.clone(),
            severity: self.severity,
            controls: Arc::clone(&self.controls),
            tags: Arc::clone(&self.tags),
            terms: self.approval.as_ref().map(Approval::terms),
            charge: charge.filter(|_| !used_up).map(|(_, charge)| charge),
            command,
        }
    }
}
