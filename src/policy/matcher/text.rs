//! Regular expressions, each with the texts that it searches.

use super::{Sense, Trial};
use crate::model::Decision;
use crate::policy::fit::Fit;
use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// The most memory that one compiled regular expression may take.
pub(crate) const REGEX_LIMIT: usize = 1 << 20;

/// What a regular expression is searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextScope {
    /// The whole line, where there is one.
    Line,
    /// The command: program and arguments.
    Argv,
    /// Standard input that the line itself gives: here-document, here-string, `echo … |`.
    StdinLiteral,
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).dot_matches_new_line(true).size_limit(REGEX_LIMIT).build()
}

/// A regular expression of a rule.
#[derive(Debug)]
pub(crate) struct TextMatcher {
    regex: Regex,
    /// For allow: must match a whole command. Compiled when it is first asked; few rules do.
    anchored: OnceLock<Option<Regex>>,
    pub(crate) scopes: Vec<TextScope>,
}

impl TextMatcher {
    /// Compiles an expression. `.` also matches line ends.
    pub(crate) fn read(text: &str, scopes: Vec<TextScope>) -> Result<Self, regex::Error> {
        Ok(Self { regex: compile(text)?, anchored: OnceLock::new(), scopes })
    }

    /// Says whether the expression matches a whole text. Where that cannot be compiled, none does.
    fn is_whole(&self, text: &str) -> bool {
        let compiled = self.anchored.get_or_init(|| compile(&format!(r"\A(?:{})\z", self.regex.as_str())).ok());
        compiled.as_ref().is_some_and(|anchored| anchored.is_match(text))
    }

    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        let candidate = trial.view.candidate;
        let texts = trial.view.texts();
        if trial.sense == Sense::Every && trial.decision == Decision::Allow {
            // An allow covers one whole command and nothing that stands beside it.
            let whole = |text: &String| self.is_whole(text);
            return Fit::of(self.scopes.contains(&TextScope::Argv) && texts.exact.as_ref().is_some_and(whole));
        }
        let found = self.scopes.iter().any(|scope| match scope {
            TextScope::Line => candidate.line.as_deref().is_some_and(|line| self.regex.is_match(line)),
            TextScope::Argv => texts.strict.iter().any(|text| self.regex.is_match(text)),
            TextScope::StdinLiteral => candidate.stdin.as_deref().is_some_and(|stdin| self.regex.is_match(stdin)),
        });
        // A here-document inside `sh -c` never becomes an argv, so a denial also searches the script.
        let script = || candidate.script.as_deref().is_some_and(|script| self.regex.is_match(script));
        if found || (trial.decision == Decision::Deny && script()) {
            return Fit::Certain;
        }
        let open = candidate.arguments.iter().any(|argument| argument.known().is_none());
        if open && self.scopes.contains(&TextScope::Argv) { self.open_fit(trial) } else { Fit::No }
    }

    /// A command with an unknown part may match once it is known; only an expression that already fits
    /// the program is counted, or every `$X` would ask.
    fn open_fit(&self, trial: Trial<'_>) -> Fit {
        let candidate = trial.view.candidate;
        if !candidate.program_known {
            return Fit::Unknown;
        }
        let start = candidate.name();
        let names_it = self.regex.as_str().to_lowercase().contains(&start.to_lowercase());
        if names_it && !start.is_empty() { Fit::Unknown } else { Fit::No }
    }
}
