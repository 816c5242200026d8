//! The tree of questions of one rule.

use super::{
    ArgvMatcher, CwdMatcher, EnvMatcher, FlagMatcher, Literal, ParentMatcher, PathMatcher, Places, ProgramMatcher,
    TextMatcher, ToolMatcher, UrlMatcher,
};
use crate::model::Decision;
use crate::policy::fit::Fit;
use crate::policy::judged::View;

/// Which way a question over several things (paths) leans: towards a match or away from one.
///
/// For deny and ask one path is enough, for allow every path must fit; below `not` it is the other
/// way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// One is enough.
    Some,
    /// It must be so for all.
    Every,
}

impl Sense {
    /// Returns the sense in which a rule of this decision asks.
    pub(crate) fn of(decision: Decision) -> Self {
        match decision {
            Decision::Deny | Decision::Ask => Self::Some,
            Decision::Allow => Self::Every,
        }
    }

    /// Returns the sense below a `not`.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Some => Self::Every,
            Self::Every => Self::Some,
        }
    }
}

/// What every question is asked with.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    pub(crate) view: &'a View<'a>,
    pub(crate) places: &'a Places,
    pub(crate) decision: Decision,
    pub(crate) sense: Sense,
}

/// A question, or several.
#[derive(Debug)]
pub(crate) enum Matcher {
    Program(ProgramMatcher),
    /// One of these subcommands.
    Subcommand(Vec<String>),
    Flags(FlagMatcher),
    Argv(ArgvMatcher),
    Text(TextMatcher),
    Path(PathMatcher),
    Cwd(CwdMatcher),
    Env(EnvMatcher),
    Parent(ParentMatcher),
    Tool(ToolMatcher),
    Url(UrlMatcher),
    Literal(Box<Literal>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

impl Matcher {
    /// Says how well the command fits.
    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        match self {
            Self::Program(program) => program.fit(trial.view.candidate),
            Self::Subcommand(names) => subcommand(names, trial),
            Self::Flags(flags) => flags.fit(&trial.view.command),
            Self::Argv(argv) => argv.fit(trial.view),
            Self::Text(text) => text.fit(trial),
            Self::Path(path) => path.fit(trial),
            Self::Cwd(cwd) => cwd.fit(trial),
            Self::Env(env) => env.fit(trial.view.candidate),
            Self::Parent(parent) => parent.fit(trial.view.candidate),
            Self::Tool(tool) => tool.fit(trial.view.candidate),
            Self::Url(url) => url.fit(trial.view.candidate),
            Self::Literal(literal) => literal.fit(trial),
            Self::All(parts) => Fit::all(parts.iter().map(|part| part.fit(trial))),
            Self::Any(parts) => Fit::any(parts.iter().map(|part| part.fit(trial))),
            Self::Not(part) => part.fit(Trial { sense: trial.sense.opposite(), ..trial }).negated(),
        }
    }

    /// Calls `visit` with every question that must, or may, hold: not with those below `not`.
    pub(crate) fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(visit)),
            Self::Program(_)
            | Self::Subcommand(_)
            | Self::Flags(_)
            | Self::Argv(_)
            | Self::Text(_)
            | Self::Path(_)
            | Self::Cwd(_)
            | Self::Env(_)
            | Self::Parent(_)
            | Self::Tool(_)
            | Self::Url(_)
            | Self::Literal(_)
            | Self::Not(_) => {}
        }
    }

    /// Says whether a question about the environment stands anywhere in the tree.
    pub(crate) fn reads_environment(&self) -> bool {
        self.has(|part| matches!(part, Self::Env(_)))
    }

    /// Says whether a question about the programs above stands anywhere in the tree.
    pub(crate) fn reads_ancestors(&self) -> bool {
        self.has(|part| matches!(part, Self::Parent(_)))
    }

    fn has(&self, wanted: fn(&Self) -> bool) -> bool {
        wanted(self)
            || match self {
                Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.has(wanted)),
                Self::Not(part) => part.has(wanted),
                Self::Env(_) | Self::Parent(_) | Self::Tool(_) | Self::Url(_) => false,
                Self::Program(_)
                | Self::Subcommand(_)
                | Self::Flags(_)
                | Self::Argv(_)
                | Self::Text(_)
                | Self::Path(_)
                | Self::Cwd(_)
                | Self::Literal(_) => false,
            }
    }
}

/// Looks for the subcommand: where the catalog found it, or among the operands of a program that the
/// catalog does not know.
fn subcommand(names: &[String], trial: Trial<'_>) -> Fit {
    let command = &trial.view.command;
    if let Some(found) = &command.subcommand {
        return Fit::of(names.contains(found));
    }
    let fits = names.iter().map(|name| super::argv::prefix(&[Token::word(name)], command));
    let fit = Fit::any(fits);
    if fit == Fit::No && command.open && command.operands.is_empty() { Fit::Unknown } else { fit }
}

use super::Token;
