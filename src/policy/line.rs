//! Shell lines, for `check`, examples and previews.

use super::catalog::Catalog;
use super::evaluate::Judged;
use super::judged::Candidate;
use super::normal::{Argument, base_name};
use super::unwrap;
use crate::model::{Invocation, Names, Program, Via};
use crate::shell::{self, SimpleCommand, Word};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The commands of a shell line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Every command that can be known, in the order of the line; what wrappers start after them.
    pub commands: Vec<Invocation>,
    /// Why a part cannot be known, where one cannot.
    pub unknown: Option<String>,
}

/// Folders in which only the system's owner puts programs: a program there has the name it says.
const TRUSTED: [&str; 8] =
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/games", "/usr/libexec"];

/// Reads a shell line into the commands that it would run.
#[must_use]
pub fn parse_line(line: &str, cwd: &Path, catalog: &Catalog) -> Line {
    let judged = judged(line, cwd, &[], catalog);
    let mut unknown = judged.unread.into_iter().next().map(|(why, _)| why);
    let mut commands = Vec::new();
    for candidate in judged.candidates {
        let argv: Option<Vec<OsString>> =
            candidate.arguments.iter().map(|word| word.known().map(OsStr::to_owned)).collect();
        match argv {
            Some(argv) => {
                let directory = candidate.directories.last().cloned().unwrap_or_else(|| cwd.to_owned());
                let mut invocation = invocation(argv, &directory);
                invocation.environment = candidate.environment;
                invocation.via = Via::ShellLine;
                commands.push(invocation);
            }
            None => {
                unknown.get_or_insert_with(|| format!("what `{}` does is only known when it runs", candidate.shown()));
            }
        }
    }
    Line { commands, unknown }
}

/// Returns the program that a shell would take a word for, without looking at the disk.
pub(super) fn program(word: &OsStr, cwd: &Path) -> Program {
    let path = Path::new(word);
    let name = base_name(word);
    if !word.as_encoded_bytes().contains(&b'/') {
        return Program { names: Names { certain: vec![name.clone()], possible: vec![name] }, ..Program::default() };
    }
    if path.starts_with("~") {
        return Program { names: Names { certain: Vec::new(), possible: vec![name] }, ..Program::default() };
    }
    let full = super::matcher::lexical(&cwd.join(path));
    let trusted = full.parent().is_some_and(|parent| TRUSTED.iter().any(|folder| parent == Path::new(folder)));
    let certain = if trusted { vec![name.clone()] } else { Vec::new() };
    Program { names: Names { certain, possible: vec![name] }, paths: vec![full], ..Program::default() }
}

/// Makes an invocation of words.
pub(super) fn invocation(argv: Vec<OsString>, cwd: &Path) -> Invocation {
    let program = argv.first().map(|word| program(word, cwd)).unwrap_or_default();
    Invocation { program, argv, cwd: cwd.to_owned(), environment: Vec::new(), process: None, via: Via::Direct }
}

/// Reads a shell line into everything that is judged.
pub(super) fn judged(text: &str, cwd: &Path, environment: &[(OsString, OsString)], catalog: &Catalog) -> Judged {
    let mut judged = Judged::default();
    let start = Start { directories: vec![cwd.to_owned()], elsewhere: false, environment: environment.to_vec() };
    add(text, &start, 0, catalog, &mut judged);
    judged
}

/// Where and with what a shell line starts.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) directories: Vec<PathBuf>,
    pub(super) elsewhere: bool,
    pub(super) environment: Vec<(OsString, OsString)>,
}

/// Adds the commands of a shell line, and what they start.
pub(super) fn add(text: &str, start: &Start, depth: usize, catalog: &Catalog, judged: &mut Judged) {
    match shell::parse(text) {
        Err(unknown) => judged.unread.push((unknown.to_string(), text.to_owned())),
        Ok(commands) => {
            let line: Arc<str> = text.into();
            for command in commands {
                if !command.words.is_empty() {
                    let candidate = candidate(&command, start, &line);
                    unwrap::expand_at(candidate, depth, catalog, judged);
                }
            }
        }
    }
}

/// Returns the words of a command as arguments.
pub(super) fn words(command: &SimpleCommand) -> Vec<Argument> {
    command.words.iter().map(argument).collect()
}

fn argument(word: &Word) -> Argument {
    match word {
        Word::Literal(text) => Argument::Known(text.clone()),
        Word::Pattern(text) => Argument::Pattern(text.clone()),
        Word::Dynamic(text) => Argument::Unknown(text.clone()),
        Word::Quoted(text) => Argument::Quoted(text.clone()),
    }
}

fn candidate(command: &SimpleCommand, start: &Start, line: &Arc<str>) -> Candidate {
    let (directories, elsewhere) = directories(command, start);
    let arguments: Vec<Argument> = command.words.iter().map(argument).collect();
    let cwd = directories.first().cloned().unwrap_or_default();
    let first = arguments.first().and_then(Argument::known).map(OsStr::to_owned);
    let program = first.as_ref().map(|word| program(word, &cwd)).unwrap_or_default();
    let mut environment = start.environment.clone();
    for assignment in &command.assignments {
        let value = match &assignment.value {
            Word::Literal(text) => text.clone(),
            Word::Pattern(text) => text.clone(),
            Word::Dynamic(text) | Word::Quoted(text) => text.into(),
        };
        environment.push((assignment.name.clone().into(), value));
    }
    Candidate {
        process: None,
        tool: None,
        ancestors: None,
        certain: program.names.certain,
        possible: program.names.possible,
        paths: program.paths,
        sha256: None,
        program_known: first.is_some(),
        arguments,
        directories,
        elsewhere,
        environment,
        assigns: !command.assignments.is_empty() || command.writes(),
        stdin: command.stdin.clone().map(Arc::from),
        fed: command.fed,
        line: Some(Arc::clone(line)),
        passes_on: false,
        script: None,
    }
}

/// The most directories that a command is judged in.
const DIRECTORIES: usize = 16;

/// Returns where a command may run: where the line starts, and where each `cd` before it may lead.
fn directories(command: &SimpleCommand, start: &Start) -> (Vec<PathBuf>, bool) {
    let mut directories = start.directories.clone();
    let mut elsewhere = start.elsewhere;
    for target in &command.directories {
        let Word::Literal(target) = target else {
            elsewhere = true;
            continue;
        };
        let from = directories.clone();
        for directory in from {
            let next = super::matcher::lexical(&directory.join(target));
            if !directories.contains(&next) {
                directories.push(next);
            }
        }
        if directories.len() > DIRECTORIES {
            directories.truncate(DIRECTORIES);
            elsewhere = true;
        }
    }
    (directories, elsewhere)
}
