//! What a rule asks of a command, one kind of question per file.

mod argv;
mod effect;
mod flags;
mod literal;
mod overlap;
mod parent;
mod path;
mod program;
mod surroundings;
mod text;
mod tool;
mod tree;

pub(crate) use argv::{ArgvMatcher, Token};
pub(crate) use effect::{BranchMatcher, EffectMatcher, HostMatcher, SourceMatcher, Wanted, recursive_fit};
pub(crate) use flags::{FlagMatcher, WantedFlag};
pub(crate) use literal::Literal;
pub(crate) use parent::ParentMatcher;
pub use path::seen_by;
pub(crate) use path::{Given, PathMatcher, PathSet, PathTest, Places, given, lexical, resolve_links};
pub(crate) use program::{NamePattern, ProgramMatcher, ProgramTest};
pub(crate) use surroundings::{CwdMatcher, EnvMatcher};
pub(crate) use text::{REGEX_LIMIT, TextMatcher, TextScope};
pub(crate) use tool::{ToolMatcher, UrlMatcher};
pub(crate) use tree::{Matcher, Sense, Trial};

#[cfg(test)]
mod tests;
