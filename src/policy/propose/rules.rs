//! The rules that would cover a command.

use crate::model::{Invocation, Program, Scope, Subject, Via, text};
use crate::policy::catalog::Catalog;
use crate::policy::judged::{self, View};
use crate::policy::line;
use crate::policy::normal::normalise;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A program that ran, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The session and number of the record.
    pub id: String,
    /// All of argv.
    pub argv: Vec<OsString>,
    /// The file that ran.
    pub exe: PathBuf,
    /// Where it ran.
    pub cwd: PathBuf,
    /// The folder that the session worked in.
    pub workspace: PathBuf,
}

impl Observed {
    /// Describes what ran as the gate saw it: by its file.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let mut program: Program = line::program(self.exe.as_os_str(), Path::new("/"));
        let zeroth = self.argv.first().and_then(|zeroth| Path::new(zeroth).file_name());
        let name = zeroth.map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|name| !program.names.possible.contains(name)) {
            program.names.possible.push(name);
        }
        let invocation = Invocation {
            program,
            argv: self.argv.clone(),
            cwd: self.cwd.clone(),
            environment: Vec::new(),
            process: None,
            via: Via::Direct,
        };
        Subject { readings: vec![invocation], scope: Scope::Exec }
    }

    /// Returns the command as a person would write it, raw.
    #[must_use]
    pub fn shown(&self) -> String {
        let words: Vec<String> = self.argv.iter().map(|word| text::argument(word, usize::MAX)).collect();
        words.join(" ")
    }
}

/// How wide a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Width {
    /// Exactly these arguments.
    Exact,
    /// The program with the subcommand.
    Subcommand,
    /// The program with any arguments.
    Program,
}

/// A rule that could be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) matching: Matching,
    /// Whether the catalog does not know all that the command does.
    pub(super) unchecked: bool,
}

impl Candidate {
    /// Returns the lines of the rule behind its id, each indented.
    pub(super) fn yaml(&self) -> String {
        let unchecked = if self.unchecked { "    effects: unchecked\n" } else { "" };
        format!("    action: allow\n    {}\n{unchecked}", self.matching.yaml())
    }
}

/// What a rule matches, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Matching {
    /// A command.
    Pattern(String),
    /// A program and a regular expression for the whole command.
    Whole { program: String, regex: String },
    /// A program with a subcommand.
    Subcommand { program: String, name: String },
    /// A program.
    Program(String),
}

impl Matching {
    pub(super) fn width(&self) -> Width {
        match self {
            Self::Pattern(_) | Self::Whole { .. } => Width::Exact,
            Self::Subcommand { .. } => Width::Subcommand,
            Self::Program(_) => Width::Program,
        }
    }

    /// Returns the lines of the rule that say what it matches.
    pub(super) fn yaml(&self) -> String {
        let quoted = super::write::quoted;
        match self {
            Self::Pattern(text) => format!("pattern: {}", quoted(text)),
            Self::Whole { program, regex } => {
                format!("match: {{ program: {}, regex: {} }}", quoted(program), quoted(regex))
            }
            Self::Subcommand { program, name } => {
                format!("match: {{ program: {}, subcommand: {} }}", quoted(program), quoted(name))
            }
            Self::Program(program) => format!("match: {{ program: {} }}", quoted(program)),
        }
    }
}

/// Characters that make a pattern more than a command.
const SPECIAL: [char; 17] = ['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$', '\'', '"', '#'];

/// Returns the rules that cover a command, the narrowest first; none where argv is no text.
///
/// A shell runs whatever it is told, so there is nothing between its exact arguments and everything.
pub(super) fn rules(observed: &Observed, catalog: &Catalog) -> Vec<Candidate> {
    let subject = observed.subject();
    let Some(invocation) = subject.readings.first() else { return Vec::new() };
    let words: Option<Vec<&str>> = observed.argv.iter().skip(1).map(|word| word.to_str()).collect();
    // A name that the file certainly has, or the file itself.
    let certain = invocation.program.names.certain.first().cloned();
    let path = observed.exe.to_str().map(str::to_owned);
    let (Some(words), Some(program)) = (words, certain.clone().or(path)) else { return Vec::new() };
    if words.iter().any(|word| word.chars().any(text::is_unsafe)) {
        return Vec::new();
    }
    let plain = |word: &&str| !word.is_empty() && !word.contains(SPECIAL) && !word.contains(char::is_whitespace);
    let entry = catalog.entry(invocation.program.names.first().unwrap_or_default());
    let running = judged::Candidate::running(invocation, catalog);
    let unchecked = !View::of(&running, catalog).iter().all(View::is_bounded);
    let candidates =
        |rules: Vec<Matching>| rules.into_iter().map(|matching| Candidate { matching, unchecked }).collect();
    let mut out = Vec::new();
    if certain.is_some() && !program.contains(SPECIAL) && words.iter().all(plain) {
        out.push(Matching::Pattern([&[program.as_str()], &words[..]].concat().join(" ")));
    }
    let arguments = words.iter().map(|word| text::argument(OsStr::new(word), usize::MAX));
    let whole: Vec<String> = std::iter::once(program.clone()).chain(arguments).collect();
    out.push(Matching::Whole { program: program.clone(), regex: regex::escape(&whole.join(" ")) });
    if entry.is_some_and(|entry| entry.shell || entry.wrapper.is_some()) {
        return candidates(out);
    }
    if let Some(name) = normalise(invocation, catalog).subcommand {
        out.push(Matching::Subcommand { program: program.clone(), name });
    }
    out.push(Matching::Program(program));
    candidates(out)
}
