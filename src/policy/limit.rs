//! `limit:`: a rule that counts only when a budget is used up.

use super::judged::Candidate;
use crate::model::{Charge, Place, RuleId, Situation};
use std::sync::Arc;
use std::time::Duration;

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How often it may happen; nothing where the budget is of a kind that cannot be measured here.
    pub count: Option<u64>,
    /// In how long.
    pub per: Duration,
    /// What has a budget of its own.
    pub key: Vec<LimitKey>,
}

/// What a budget is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKey {
    /// The session, which holds all of them.
    Session,
    /// The rule; each has its own anyway.
    Rule,
    /// The program.
    Program,
    /// The working directory.
    Cwd,
    /// The host that is reached.
    Host,
}

impl Limit {
    /// Returns the use of the budget that a match would be.
    pub(super) fn charge(&self, rule: &RuleId, place: &Place, candidate: &Candidate) -> Charge {
        let mut budget = format!("{place} {rule}");
        for key in &self.key {
            match key {
                // Several hosts share one budget as long as it is not known which one is reached.
                LimitKey::Session | LimitKey::Rule | LimitKey::Host => {}
                LimitKey::Program => budget.push_str(&format!("\0{}", candidate.name())),
                LimitKey::Cwd => {
                    let cwd = candidate.directories.first();
                    budget.push_str(&format!("\0{}", cwd.map(|cwd| cwd.to_string_lossy()).unwrap_or_default()));
                }
            }
        }
        Charge { budget: Arc::from(budget), per: self.per }
    }

    /// Says whether the budget is used up. What cannot be measured is.
    pub(super) fn is_used_up(&self, charge: &Charge, situation: &Situation) -> bool {
        match (self.count, &situation.usage) {
            (Some(count), Some(usage)) => usage.of_budget(&charge.budget) >= count,
            (None, _) | (_, None) => true,
        }
    }
}
