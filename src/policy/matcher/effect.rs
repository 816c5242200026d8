//! Questions about one effect of a command: which it is, where, to whom.

use super::{Sense, Trial};
use crate::policy::effects::{Branch, CodeSource, Effect, EffectKind, Host, HostSet, KindSet, target_branches};
use crate::policy::fit::Fit;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// One of these effects.
#[derive(Debug)]
pub(crate) struct EffectMatcher {
    kinds: KindSet,
}

impl EffectMatcher {
    /// Takes the words of a rule. `code.exec` is code from anywhere: the others are kinds of it.
    pub(crate) fn of(kinds: impl Iterator<Item = EffectKind>) -> Self {
        let mut set: KindSet = kinds.collect();
        if set.contains(EffectKind::CodeExec) {
            let kinds = [EffectKind::CodeInline, EffectKind::CodeNetwork, EffectKind::CodeRemotePackage];
            set = set.union(kinds.into_iter().collect());
        }
        Self { kinds: set }
    }

    pub(crate) fn kinds(&self) -> KindSet {
        self.kinds
    }

    pub(crate) fn fit(&self, effect: Option<&Effect>) -> Fit {
        Fit::of(effect.is_some_and(|effect| self.kinds.contains(effect.kind)))
    }
}

/// Where the code comes from that an effect runs.
#[derive(Debug)]
pub(crate) struct SourceMatcher {
    pub(crate) sources: Vec<CodeSource>,
}

impl SourceMatcher {
    pub(crate) fn fit(&self, effect: Option<&Effect>) -> Fit {
        match effect.and_then(|effect| effect.source) {
            Some(CodeSource::Unknown) if !self.sources.contains(&CodeSource::Unknown) => Fit::Unknown,
            Some(source) => Fit::of(self.sources.contains(&source)),
            None => Fit::No,
        }
    }
}

/// The hosts of an effect.
#[derive(Debug, Default)]
pub(crate) struct HostMatcher {
    pub(crate) within: Option<HostSet>,
    pub(crate) not_in: Option<HostSet>,
}

impl HostMatcher {
    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        let hosts = trial.effect.map(|effect| effect.hosts.as_slice()).unwrap_or_default();
        let one = |host: &Option<Host>| {
            let Some(host) = host else { return Fit::Unknown };
            let within = self.within.as_ref().is_none_or(|set| set.contains(host));
            Fit::of(within && !self.not_in.as_ref().is_some_and(|set| set.contains(host)))
        };
        match trial.sense {
            Sense::Some => Fit::any(hosts.iter().map(one)),
            Sense::Every if hosts.is_empty() => Fit::No,
            Sense::Every => Fit::all(hosts.iter().map(one)),
        }
    }
}

/// The branch that an effect is about: the target of a push, else the one that is checked out.
#[derive(Debug, Default)]
pub(crate) struct BranchMatcher {
    pub(crate) within: Option<GlobSet>,
    pub(crate) not_in: Option<GlobSet>,
}

impl BranchMatcher {
    /// Compiles names of branches. `release/*` is not `release/1/x`.
    pub(crate) fn names<'n>(names: impl Iterator<Item = &'n str>) -> Result<GlobSet, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for name in names {
            set.add(GlobBuilder::new(name).literal_separator(true).build()?);
        }
        set.build()
    }

    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        let own = trial.effect.map(|effect| effect.branches.as_slice()).unwrap_or_default();
        let found;
        let branches = if own.is_empty() {
            found = target_branches(trial.view, trial.places);
            found.as_slice()
        } else {
            own
        };
        let one = |branch: &Branch| match branch {
            Branch::Unknown => Fit::Unknown,
            Branch::All => Fit::of(trial.sense == Sense::Some),
            Branch::Name(name) => {
                let within = self.within.as_ref().is_none_or(|set| set.is_match(name));
                Fit::of(within && !self.not_in.as_ref().is_some_and(|set| set.is_match(name)))
            }
        };
        match trial.sense {
            Sense::Some => Fit::any(branches.iter().map(one)),
            Sense::Every => Fit::all(branches.iter().map(one)),
        }
    }
}

/// Says whether an effect reaches everything below its paths.
pub(crate) fn recursive_fit(wanted: Wanted, effect: Option<&Effect>) -> Fit {
    let fit = effect.map_or(Fit::No, |effect| effect.recursive);
    match wanted {
        Wanted::Recursive => fit,
        Wanted::Single => fit.negated(),
    }
}

/// What `recursive` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Recursive,
    Single,
}
