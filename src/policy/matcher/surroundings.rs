//! Where a command runs, and with which environment.

use super::{PathSet, Trial};
use crate::policy::fit::Fit;
use crate::policy::judged::Candidate;
use globset::{GlobMatcher, GlobSet};

/// The working directory.
#[derive(Debug)]
pub(crate) enum CwdMatcher {
    Inside(PathSet),
    Outside(PathSet),
}

impl CwdMatcher {
    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        let candidate = trial.view.candidate;
        let mut inside = 0;
        for directory in &candidate.directories {
            let set = match self {
                Self::Inside(set) | Self::Outside(set) => set,
            };
            inside += usize::from(set.contains(&trial.places.world.canonical(directory)));
        }
        let all = candidate.directories.len();
        let fit = match (inside, all) {
            (0, _) => Fit::No,
            (inside, all) if inside == all => Fit::Certain,
            _ => Fit::Possible,
        };
        let fit = match self {
            Self::Inside(_) => fit,
            Self::Outside(_) => fit.negated(),
        };
        if candidate.elsewhere { fit.clamp(Fit::Unknown, Fit::Possible) } else { fit }
    }
}

/// Variables of the environment.
#[derive(Debug)]
pub(crate) enum EnvMatcher {
    /// One of these is set.
    SetAny(GlobSet),
    /// Each of these has one of these values.
    Is(Vec<(String, Vec<GlobMatcher>)>),
}

impl EnvMatcher {
    pub(crate) fn fit(&self, candidate: &Candidate) -> Fit {
        match self {
            Self::SetAny(names) => Fit::of(candidate.environment.iter().any(|(name, _)| names.is_match(name))),
            Self::Is(wanted) => Fit::all(wanted.iter().map(|(name, values)| {
                let found = candidate.environment.iter().rev().find(|(own, _)| own == name.as_str());
                Fit::of(found.is_some_and(|(_, value)| values.iter().any(|wanted| wanted.is_match(value))))
            })),
        }
    }
}
