//! The tree of questions of one rule.

use super::{
    ArgvMatcher, BranchMatcher, CwdMatcher, EffectMatcher, EnvMatcher, FlagMatcher, HostMatcher, Literal,
    ParentMatcher, PathMatcher, Places, ProgramMatcher, SourceMatcher, TextMatcher, Token, ToolMatcher, UrlMatcher,
    Wanted, recursive_fit,
};
use crate::model::Decision;
use crate::policy::effects::{Effect, KindSet};
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
    /// The effect that is asked about, for rules that ask about effects.
    pub(crate) effect: Option<&'a Effect>,
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
    Effect(EffectMatcher),
    Source(SourceMatcher),
    Host(HostMatcher),
    Branch(BranchMatcher),
    Recursive(Wanted),
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
            Self::Effect(effect) => effect.fit(trial.effect),
            Self::Source(source) => source.fit(trial.effect),
            Self::Host(host) => host.fit(trial),
            Self::Branch(branch) => branch.fit(trial),
            Self::Recursive(wanted) => recursive_fit(*wanted, trial.effect),
            Self::All(parts) => Fit::all(parts.iter().map(|part| part.fit(trial))),
            Self::Any(parts) => Fit::any(parts.iter().map(|part| part.fit(trial))),
            Self::Not(part) if trial.effect.is_none() && part.effects().is_some() => part.over_effects(trial).negated(),
            Self::Not(part) => part.fit(Trial { sense: trial.sense.opposite(), ..trial }).negated(),
        }
    }

    /// Says how well some effect of the command fits.
    fn over_effects(&self, trial: Trial<'_>) -> Fit {
        let effects = trial.view.effects(trial.places).iter();
        let sense = trial.sense.opposite();
        Fit::any(effects.map(|effect| self.fit(Trial { effect: Some(effect), sense, ..trial }).min(effect.fit)))
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
            | Self::Effect(_)
            | Self::Source(_)
            | Self::Host(_)
            | Self::Branch(_)
            | Self::Recursive(_)
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
                | Self::Effect(_)
                | Self::Source(_)
                | Self::Host(_)
                | Self::Branch(_)
                | Self::Recursive(_) => false,
            }
    }

    /// Says whether only a command that has an effect can fit.
    pub(crate) fn needs_effect(&self) -> bool {
        match self {
            Self::Effect(_) | Self::Source(_) | Self::Host(_) | Self::Recursive(_) => true,
            Self::All(parts) => parts.iter().any(Self::needs_effect),
            Self::Any(parts) => parts.iter().all(Self::needs_effect),
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
            | Self::Branch(_)
            | Self::Not(_) => false,
        }
    }

    /// Returns the effects of which one must be there for the matcher to fit; nothing where it does not
    /// ask about effects. Everything below `match` is then asked of one effect.
    pub(crate) fn effects(&self) -> Option<KindSet> {
        match self {
            Self::Effect(effect) => Some(effect.kinds()),
            Self::Source(_) | Self::Host(_) | Self::Recursive(_) => Some(KindSet::all()),
            Self::All(parts) => parts.iter().filter_map(Self::effects).reduce(KindSet::and),
            // One part that does not ask about effects may hold for a command that has none; it then still
            // is one that holds for each.
            Self::Any(parts) => {
                let asked = parts.iter().any(|part| part.effects().is_some());
                asked.then(|| {
                    parts
                        .iter()
                        .map(|part| part.effects().unwrap_or(KindSet::all()))
                        .fold(KindSet::default(), KindSet::union)
                })
            }
            Self::Not(part) => part.effects().map(|_| KindSet::all()),
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
            | Self::Branch(_) => None,
        }
    }
}

/// Looks for the subcommand: where the catalog found it, or among the operands of a program that the
/// catalog does not know.
fn subcommand(names: &[String], trial: Trial<'_>) -> Fit {
    let command = &trial.view.command;
    if command.subcommand.is_some() {
        let is = |name: &String| {
            let mut chain = command.chain();
            name.split_whitespace().all(|word| chain.next() == Some(word))
        };
        return Fit::of(names.iter().any(is));
    }
    let tokens = |name: &String| name.split_whitespace().map(Token::word).collect::<Vec<_>>();
    let fits = names.iter().map(|name| super::argv::prefix(&tokens(name), command));
    let fit = Fit::any(fits);
    if fit == Fit::No && command.open && command.operands.is_empty() { Fit::Unknown } else { fit }
}
