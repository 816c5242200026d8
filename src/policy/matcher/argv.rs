//! The arguments in order.

use super::WantedFlag;
use crate::policy::fit::Fit;
use crate::policy::judged::View;
use crate::policy::normal::{Argument, Clarity, Command, Operand};
use regex::Regex;

/// A token of a prefix: one of these words.
#[derive(Debug)]
pub(crate) struct Token {
    words: Vec<String>,
}

impl Token {
    /// Makes a token of one word.
    pub(crate) fn word(word: &str) -> Self {
        Self { words: vec![word.to_owned()] }
    }

    /// Makes a token of alternatives.
    pub(crate) fn of(words: Vec<String>) -> Self {
        Self { words }
    }

    fn is(&self, text: &std::ffi::OsStr) -> bool {
        self.words.iter().any(|word| text == word.as_str())
    }
}

/// Questions about argv.
#[derive(Debug, Default)]
pub(crate) struct ArgvMatcher {
    pub(crate) prefix: Vec<Token>,
    pub(crate) contains: Vec<Token>,
    pub(crate) contains_regex: Vec<Regex>,
    pub(crate) allow_flags: Option<Vec<WantedFlag>>,
    pub(crate) forbid_flags: Vec<WantedFlag>,
    /// `forbid_flags: ["*"]`: every option that `allow_flags` does not list.
    pub(crate) forbid_all: bool,
    pub(crate) max_operands: Option<usize>,
}

impl ArgvMatcher {
    pub(crate) fn fit(&self, view: &View<'_>) -> Fit {
        let command = &view.command;
        let arguments = view.candidate.arguments.get(1..).unwrap_or_default();
        let mut fit = self.prefix_fit(command, arguments);
        fit = fit.min(Fit::all(self.contains.iter().map(|token| contains(token, arguments))));
        fit = fit.min(Fit::all(self.contains_regex.iter().map(|regex| contains_regex(regex, arguments))));
        fit = fit.min(self.flags_fit(command));
        let Some(most) = self.max_operands else { return fit };
        // The subcommand, or the prefix, is not counted.
        let count = command.operands.len().saturating_sub(self.prefix_operands(command));
        let few = Fit::of(count <= most);
        fit.min(if command.open { few.min(Fit::Unknown) } else { few })
    }

    /// A prefix fits the arguments as they are, or the operands with options skipped.
    fn prefix_fit(&self, command: &Command, arguments: &[Argument]) -> Fit {
        if self.prefix.is_empty() {
            return Fit::Certain;
        }
        let literal = self.prefix.len() <= arguments.len()
            && self
                .prefix
                .iter()
                .zip(arguments)
                .all(|(token, argument)| argument.known().is_some_and(|text| token.is(text)));
        if literal {
            return Fit::Certain;
        }
        prefix(&self.prefix, command)
    }

    fn prefix_operands(&self, command: &Command) -> usize {
        self.prefix.len().saturating_sub(command.chain().count())
    }

    fn flags_fit(&self, command: &Command) -> Fit {
        let forbidden = Fit::any(self.forbid_flags.iter().map(|wanted| wanted.among(command)));
        let mut fit = forbidden.negated();
        if self.forbid_all || self.allow_flags.is_some() {
            let listed = self.allow_flags.as_deref().unwrap_or_default();
            let known = |flag| Fit::any(listed.iter().map(|wanted| wanted.fit(flag)));
            fit = fit.min(Fit::all(command.flags.iter().filter(|flag| flag.certain).map(known)));
            if command.open {
                fit = fit.min(Fit::Unknown);
            }
        }
        fit
    }
}

/// Matches tokens against the operands in order. An operand that may be the value of an unknown option
/// may be passed over: `tool -C /tmp publish` and `tool --quiet publish` both begin with `publish`.
pub(super) fn prefix(tokens: &[Token], command: &Command) -> Fit {
    let word = |name: &str| Operand {
        text: name.into(),
        role: crate::policy::normal::Role::Plain,
        may_be_value: !command.certain,
        clarity: Clarity::Known,
        at: 0,
    };
    let subcommands: Vec<Operand> = command.chain().map(word).collect();
    let operands: Vec<&Operand> = subcommands.iter().chain(&command.operands).collect();
    step(tokens, &operands)
}

fn step(tokens: &[Token], operands: &[&Operand]) -> Fit {
    let Some((token, tokens_left)) = tokens.split_first() else { return Fit::Certain };
    let Some((operand, operands_left)) = operands.split_first() else { return Fit::No };
    let here = match operand.clarity {
        Clarity::Known if token.is(&operand.text) => step(tokens_left, operands_left),
        Clarity::Known => Fit::No,
        Clarity::Pattern | Clarity::Unknown => Fit::Unknown,
    };
    if operand.may_be_value {
        here.at_most_possible().max(step(tokens, operands_left).at_most_possible())
    } else {
        here
    }
}

fn contains(token: &Token, arguments: &[Argument]) -> Fit {
    over(arguments, |text| token.is(text))
}

fn contains_regex(regex: &Regex, arguments: &[Argument]) -> Fit {
    over(arguments, |text| regex.is_match(&text.to_string_lossy()))
}

fn over(arguments: &[Argument], holds: impl Fn(&std::ffi::OsStr) -> bool) -> Fit {
    Fit::any(arguments.iter().map(|argument| argument.known().map_or(Fit::Unknown, |text| Fit::of(holds(text)))))
}
