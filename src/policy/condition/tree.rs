//! The tree of conditions of one rule.

use super::{Selector, Span};
use crate::model::{Environment, Situation};
use crate::policy::fit::Fit;
use globset::{GlobMatcher, GlobSet};

/// A condition, or several.
#[derive(Debug)]
pub(crate) enum Condition {
    /// It is one of these times.
    Time(Vec<Span>),
    /// The session is one of these.
    Identity(Vec<Selector>),
    /// The session runs in one of these.
    Environment(Vec<Environment>),
    /// The session was started with these variables.
    Variables(Vec<(String, Vec<GlobMatcher>)>),
    /// This branch is checked out.
    Branch(GlobSet),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

impl Condition {
    /// Says whether it holds; [`Fit::Unknown`] where that is not known.
    pub(crate) fn fit(&self, situation: &Situation) -> Fit {
        match self {
            Self::Time(spans) => {
                let now = situation.now.and_then(|now| jiff::Timestamp::try_from(now).ok());
                now.map_or(Fit::Unknown, |now| Fit::of(spans.iter().any(|span| span.contains(now))))
            }
            Self::Identity(selectors) => Fit::any(selectors.iter().map(|selector| selector.fit(situation))),
            Self::Environment(wanted) => {
                situation.environment.map_or(Fit::Unknown, |found| Fit::of(wanted.contains(&found)))
            }
            Self::Variables(wanted) => situation.variables.as_ref().map_or(Fit::Unknown, |variables| {
                Fit::all(wanted.iter().map(|(name, values)| {
                    let found = variables.iter().rev().find(|(own, _)| own == name.as_str());
                    Fit::of(found.is_some_and(|(_, value)| values.iter().any(|wanted| wanted.is_match(value))))
                }))
            }),
            Self::Branch(branches) => {
                situation.branch.as_ref().map_or(Fit::Unknown, |branch| Fit::of(branches.is_match(branch)))
            }
            Self::All(parts) => Fit::all(parts.iter().map(|part| part.fit(situation))),
            Self::Any(parts) => Fit::any(parts.iter().map(|part| part.fit(situation))),
            Self::Not(part) => part.fit(situation).negated(),
        }
    }

    /// Says whether some part asks for the branch.
    pub(crate) fn reads_branch(&self) -> bool {
        match self {
            Self::Branch(_) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_branch),
            Self::Not(part) => part.reads_branch(),
            Self::Time(_) | Self::Identity(_) | Self::Environment(_) | Self::Variables(_) => false,
        }
    }
}
