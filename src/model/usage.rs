//! Budgets: how often something may happen before a rule counts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// One use of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Which budget: the rule, and what its key is made of.
    pub budget: Arc<str>,
    /// How long the use counts.
    pub per: Duration,
}

/// How often each budget was used in the time that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    used: HashMap<Arc<str>, u64>,
}

impl Usage {
    /// Makes a view of these counts.
    #[must_use]
    pub fn of(counts: impl IntoIterator<Item = (Arc<str>, u64)>) -> Self {
        Self { used: counts.into_iter().collect() }
    }

    /// Returns how often a budget was used. One that has no count of its own shares that of `""`, where
    /// there is one.
    #[must_use]
    pub fn of_budget(&self, budget: &str) -> u64 {
        self.used.get(budget).or_else(|| self.used.get("")).copied().unwrap_or_default()
    }
}
