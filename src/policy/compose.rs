//! The commands of a shell line → candidates, with what stands around each of them on the line.

use super::catalog::Catalog;
use super::evaluate::{Judged, Unread};
use super::judged::{Candidate, Part};
use super::line::program;
use super::mates::Mates;
use super::normal::Argument;
use super::{settle, unwrap};
use crate::shell::{self, Cause, SimpleCommand, Word};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where and with what a shell line starts.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) directories: Vec<PathBuf>,
    pub(super) elsewhere: bool,
    pub(super) environment: Vec<(OsString, OsString)>,
    /// Whether a program starts it that is judged when it does.
    pub(super) apart: bool,
    /// Symbolic links that were made before.
    pub(super) links: Vec<(PathBuf, PathBuf)>,
}

/// Adds the commands of a shell line, and what they start.
pub(super) fn add(text: &str, start: &Start, depth: usize, catalog: &Catalog, judged: &mut Judged) {
    let reading = shell::read(text);
    for unknown in &reading.unknown {
        // Where more stands than is read, anything may.
        let runs = matches!(unknown.cause(), Cause::Dynamic | Cause::Limit);
        judged.unread.push(Unread { why: unknown.to_string(), text: text.to_owned(), runs });
    }
    let line: Arc<str> = text.into();
    let mut all: Vec<Candidate> = reading.commands.iter().map(|command| candidate(command, start, &line)).collect();
    made_before(&mut all, start);
    let mates = Arc::new(Mates::new(all.clone(), &reading.commands));
    for (position, mut candidate) in all.into_iter().enumerate() {
        candidate.mates = Some((Arc::clone(&mates), position));
        unwrap::expand_at(candidate, depth, catalog, judged);
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
    let settled = |word: &Word| match word {
        Word::Dynamic(raw) | Word::Quoted(raw) => {
            settle::settled(raw, &directories, elsewhere, line).map_or_else(|| argument(word), Argument::Known)
        }
        Word::Literal(_) | Word::Pattern(_) => argument(word),
    };
    let arguments: Vec<Argument> = command.words.iter().map(settled).collect();
    let opened = command.redirections.iter().filter(|one| one.reads() || one.writes());
    let redirections = opened.map(|one| (one.kind, settled(&one.target))).collect();
    let cwd = directories.first().cloned().unwrap_or_default();
    let first = arguments.first().and_then(Argument::known).map(OsStr::to_owned);
    let program = first.as_ref().map(|word| program(word, &cwd)).unwrap_or_default();
    let mut environment = start.environment.clone();
    let assignments: Vec<(String, Argument)> =
        command.assignments.iter().map(|one| (one.name.clone(), argument(&one.value))).collect();
    environment.extend(assignments.iter().map(|(name, value)| (name.into(), value.shown())));
    Candidate {
        process: None,
        certain: program.names.certain,
        possible: program.names.possible,
        paths: program.paths,
        sha256: None,
        program_known: first.is_some() || command.words.is_empty(),
        arguments,
        directories,
        elsewhere,
        environment,
        assigns: !command.assignments.is_empty() || command.writes(),
        stdin: command.stdin.clone().map(Arc::from),
        fed: command.fed,
        line: Some(Arc::clone(line)),
        passes_on: command.words.is_empty() || command.callee == shell::Callee::Function,
        script: None,
        redirections,
        assignments,
        links: start.links.clone(),
        mates: None,
        apart: start.apart,
        part: Part::Whole,
        tool: None,
        ancestors: None,
    }
}

/// The most directories that a command is judged in.
const DIRECTORIES: usize = 16;

/// Returns where a command may run: each place of the line, from each folder in which the line may start.
fn directories(command: &SimpleCommand, start: &Start) -> (Vec<PathBuf>, bool) {
    let mut directories = Vec::new();
    let mut elsewhere = start.elsewhere;
    for place in &command.places {
        let literal: Option<Vec<&str>> = place.steps.iter().map(Word::literal).collect();
        let Some(steps) = literal else {
            elsewhere = true;
            continue;
        };
        for from in &start.directories {
            let directory = steps.iter().fold(from.clone(), |directory, step| step_to(&directory, step));
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
    }
    if directories.len() > DIRECTORIES {
        directories.truncate(DIRECTORIES);
        elsewhere = true;
    }
    if directories.is_empty() {
        directories.clone_from(&start.directories);
    }
    (directories, elsewhere)
}

/// `~` stays as it is written: which folder that is, the places of the policy say.
fn step_to(directory: &Path, step: &str) -> PathBuf {
    if step == "~" || step.starts_with("~/") { PathBuf::from(step) } else { directory.join(step) }
}

/// The programs that give a file another name, and for which of them the new name is a link.
const COPIERS: [(&str, bool); 4] = [("cp", false), ("mv", false), ("install", false), ("ln", true)];

/// Follows what a line itself makes: a program that it copies is called by its new name, and a link leads
/// where it leads though it is not there yet.
fn made_before(all: &mut [Candidate], start: &Start) {
    let mut names: Vec<(PathBuf, String)> = Vec::new();
    let mut links = start.links.clone();
    for candidate in all {
        candidate.links.clone_from(&links);
        for (path, name) in &names {
            if candidate.paths.contains(path) && !candidate.possible.contains(name) {
                candidate.possible.push(name.clone());
            }
        }
        let copier = COPIERS.iter().find(|(copier, _)| candidate.all_names().any(|name| name == *copier));
        let Some((_, links_to)) = copier else { continue };
        let words: Option<Vec<&OsStr>> = candidate.arguments.iter().skip(1).map(Argument::known).collect();
        let symbolic = words.iter().flatten().filter_map(|word| word.to_str());
        let symbolic = symbolic.clone().any(|word| word == "--symbolic" || is_short(word, 's'));
        let operands: Vec<&Path> = words
            .into_iter()
            .flatten()
            .filter(|word| !word.as_encoded_bytes().starts_with(b"-"))
            .map(Path::new)
            .collect();
        let Some((source, target)) = operands.first().zip(operands.get(1).copied().or(Some(Path::new(".")))) else {
            continue;
        };
        for directory in &candidate.directories {
            let target = super::matcher::lexical(&directory.join(target));
            let inside = source.file_name().map(|name| target.join(name));
            for path in std::iter::once(target.clone()).chain(inside) {
                if let Some(name) = source.file_name() {
                    names.push((path.clone(), name.to_string_lossy().into_owned()));
                }
                if *links_to && symbolic {
                    let folder = path.parent().unwrap_or(directory);
                    links.push((path.clone(), step_to(folder, &source.to_string_lossy())));
                }
            }
        }
    }
}

/// Says whether a word is a bundle of short options with this letter.
fn is_short(word: &str, letter: char) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains(letter)
}
