//! Which options are given, in any spelling.

use crate::policy::fit::Fit;
use crate::policy::normal::{Command, Flag};
use globset::GlobMatcher;
use std::ffi::OsString;

/// The values with which an option is as if it were not given.
const OFF: [&str; 5] = ["false", "f", "0", "none", "no"];

/// An option as a rule writes it: `--force`, `-f`, `+refspec`, `--pid=host`, `--tag=*`.
#[derive(Debug)]
pub(crate) struct WantedFlag {
    pub(crate) name: String,
    pub(crate) value: Option<GlobMatcher>,
}

impl WantedFlag {
    /// Reads what stands in a rule.
    pub(crate) fn read(text: &str) -> Result<Self, globset::Error> {
        let Some((name, value)) = text.split_once('=') else {
            return Ok(Self { name: text.to_owned(), value: None });
        };
        Ok(Self { name: name.to_owned(), value: Some(globset::Glob::new(value)?.compile_matcher()) })
    }

    /// Says how well a given option is this one.
    pub(crate) fn fit(&self, flag: &Flag) -> Fit {
        if !flag.spellings.contains(&self.name) {
            return Fit::No;
        }
        let value = match (&self.value, &flag.value) {
            (None, _) => Fit::Certain,
            (Some(wanted), Some(value)) => Fit::of(wanted.is_match(value)),
            (Some(_), None) if flag.hidden.is_some() => Fit::Unknown,
            // Given without a value, or another option of the same letter.
            (Some(_), None) => Fit::No,
        };
        if flag.certain { value } else { value.at_most_possible() }
    }

    /// Says how well some option of the command is this one.
    pub(crate) fn among(&self, command: &Command) -> Fit {
        let best = self.given(command);
        if command.open { best.max(Fit::Unknown) } else { best }
    }

    /// Says how well the command certainly ends up with this option: the last one of the name counts, and
    /// `--dry-run=false`, `--dry-run=none` and `--no-dry-run` take it back.
    pub(crate) fn stands(&self, command: &Command) -> Fit {
        let opposite = self.name.strip_prefix("--").map(|name| format!("--no-{name}"));
        let takes_back = |flag: &Flag| opposite.as_ref().is_some_and(|name| flag.spellings.contains(name));
        let named = |flag: &&Flag| flag.spellings.contains(&self.name) || takes_back(flag);
        let Some(last) = command.flags.iter().rev().find(named) else { return Fit::No };
        let off = |value: &OsString| OFF.iter().any(|word| value.eq_ignore_ascii_case(word));
        if takes_back(last) || (last.bare && self.value.is_none() && last.value.as_ref().is_some_and(off)) {
            return Fit::No;
        }
        let fit = self.fit(last);
        if command.certain { fit } else { fit.at_most_possible() }
    }

    /// The same, of the options that are known.
    pub(crate) fn given(&self, command: &Command) -> Fit {
        let best = Fit::any(command.flags.iter().map(|flag| self.fit(flag)));
        if command.certain { best } else { best.at_most_possible() }
    }
}

/// Options that must, or must not, be given.
#[derive(Debug, Default)]
pub(crate) struct FlagMatcher {
    pub(crate) any: Vec<WantedFlag>,
    pub(crate) all: Vec<WantedFlag>,
    pub(crate) none: Vec<WantedFlag>,
}

impl FlagMatcher {
    pub(crate) fn fit(&self, command: &Command) -> Fit {
        let any = if self.any.is_empty() {
            Fit::Certain
        } else {
            Fit::any(self.any.iter().map(|wanted| wanted.among(command)))
        };
        let all = Fit::all(self.all.iter().map(|wanted| wanted.among(command)));
        let none = Fit::any(self.none.iter().map(|wanted| wanted.among(command))).negated();
        any.min(all).min(none)
    }
}
