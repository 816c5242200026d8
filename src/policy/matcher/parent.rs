//! The programs above the one that runs.

use super::NamePattern;
use super::ProgramMatcher;
use crate::model::Ancestor;
use crate::policy::fit::Fit;
use crate::policy::judged::Candidate;

/// A program above.
#[derive(Debug)]
pub(crate) struct ParentMatcher {
    /// Whether it may be any of them, or must be the next one.
    pub(crate) any: bool,
    pub(crate) program: Option<ProgramMatcher>,
    pub(crate) subcommands: Option<Vec<String>>,
}

impl ParentMatcher {
    pub(crate) fn fit(&self, candidate: &Candidate) -> Fit {
        let Some(ancestors) = &candidate.ancestors else { return Fit::Unknown };
        let nearest = ancestors.iter().map(|ancestor| ancestor.generation).filter(|number| *number > 0).min();
        let asked = ancestors.iter().filter(|one| self.any || one.generation == 0 || Some(one.generation) == nearest);
        Fit::any(asked.map(|ancestor| self.one(ancestor)))
    }

    fn one(&self, ancestor: &Ancestor) -> Fit {
        let program = self.program.as_ref().is_none_or(|program| {
            program.tests.iter().any(|test| {
                let name = |name: &NamePattern| ancestor.names.iter().any(|own| name.is_match(own));
                let in_dirs = || {
                    let folder = ancestor.path.parent();
                    test.dirs.is_empty() || folder.is_some_and(|folder| test.dirs.iter().any(|dir| dir == folder))
                };
                test.name.as_ref().is_none_or(name)
                    && test.path.as_ref().is_none_or(|path| *path == ancestor.path)
                    && test.sha256.is_none_or(|digest| ancestor.sha256 == Some(digest))
                    && in_dirs()
            })
        });
        let subcommand = self
            .subcommands
            .as_ref()
            .is_none_or(|wanted| ancestor.subcommand.as_ref().is_some_and(|own| wanted.contains(own)));
        Fit::of(program && subcommand)
    }
}
