//! Shell lines, for `check`, examples and previews.

use super::catalog::Catalog;
use super::compose;
use super::evaluate::Judged;
use super::normal::base_name;
use crate::model::{Invocation, Names, Program, Via};
use std::ffi::{OsStr, OsString};
use std::path::Path;

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
    let mut unknown = judged.unread.into_iter().next().map(|unread| unread.why);
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
        // Where upper and lower case are the same to the disk, `RM` is `rm`.
        let mut possible = vec![name.clone()];
        possible.extend(name.contains(|c: char| c.is_ascii_uppercase()).then(|| name.to_ascii_lowercase()));
        return Program { names: Names { certain: vec![name], possible }, ..Program::default() };
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
    let start = compose::Start {
        directories: vec![cwd.to_owned()],
        elsewhere: false,
        environment: environment.to_vec(),
        apart: false,
        links: Vec::new(),
    };
    compose::add(text, &start, 0, catalog, &mut judged);
    judged
}
