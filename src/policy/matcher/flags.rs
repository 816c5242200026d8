//! Which options are given, in any spelling.

use crate::policy::fit::Fit;
use crate::policy::normal::{Command, Flag};
use globset::GlobMatcher;

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
