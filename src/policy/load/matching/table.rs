//! The keys below `match`, each with what reads it.

use super::{
    MatchReader, argv, combine, cwd, effect, env, flags, git, host, parent, path, program, regex, subcommand, tool,
};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::{Key, Keyed, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::Matcher;

/// Reads the value of a key. Where it returns nothing, it has complained.
pub(super) type Read =
    for<'a, 'n, 'f> fn(&MatchReader<'a, 'n>, &'n Node, &Fields<'n>, &mut Complaints<'f>) -> Option<Matcher>;

/// A key below `match`.
pub(crate) struct MatchKey {
    key: Key,
    /// Nothing where the key only says more about another one, which reads it.
    pub(super) read: Option<Read>,
}

impl Keyed for MatchKey {
    fn key(&self) -> &Key {
        &self.key
    }
}

const fn key(name: &'static str, value: Kind, read: Read, about: &'static str) -> MatchKey {
    MatchKey { key: Key::new(name, value, about), read: Some(read) }
}

/// Every key below `match`, in the order in which they are asked: what is cheap and rarely so first.
pub(crate) static TABLE: &[MatchKey] = &[
    key("program", program::KIND, program::read, "Which program: a name, a path, a digest."),
    key("subcommand", Kind::Set(SetKind::Strings), subcommand::read, "One of these is its subcommand."),
    key(
        "flags",
        Kind::Either(&[Kind::Set(SetKind::Strings), Kind::Mapping(flags::KEYS)]),
        flags::read,
        "Options, in any spelling and order.",
    ),
    key("argv", Kind::Mapping(argv::KEYS), argv::read, "The arguments in order."),
    key("regex", Kind::Text, regex::read, "A regular expression that is searched in the command."),
    MatchKey { key: Key::new("regex_on", Kind::Words(regex::SCOPES), "What `regex` is searched in."), read: None },
    key("path", Kind::Mapping(&path::KEYS), path::read, "The paths that the command works on."),
    key("cwd", Kind::Mapping(cwd::KEYS), cwd::read, "The working directory."),
    key("env", Kind::Mapping(env::KEYS), env::read, "The environment of the program."),
    key("effect", Kind::Words(effect::EFFECTS), effect::effect, "What the command does; one of these."),
    key("source", Kind::Words(effect::SOURCE_WORDS), effect::source, "Where the code comes from that it runs."),
    key("recursive", Kind::Flag, effect::recursive, "Whether the effect reaches everything below its paths."),
    key(
        "host",
        Kind::Either(&[Kind::Set(SetKind::Hosts), Kind::Mapping(host::KEYS)]),
        host::read,
        "The host that the effect is about.",
    ),
    key("git", Kind::Mapping(git::KEYS), git::read, "The branch that it writes to."),
    key("parent", Kind::Mapping(parent::KEYS), parent::read, "The programs above the one that runs."),
    key("tool", Kind::Set(SetKind::Strings), tool::read, "One of the agent's own tools is called; `*` is a pattern."),
    key("url", Kind::Mapping(tool::URL), tool::url, "The address that a tool fetches."),
    key("any", Kind::Matches, combine::any, "One of these matches must hold."),
    key("all", Kind::Matches, combine::all, "All of these matches must hold."),
    key("not", Kind::Match, combine::not, "This match must not hold."),
];
