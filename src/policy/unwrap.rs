//! What wrappers and shells start: `env`, `sudo`, `timeout`, `xargs`, `sh -c`, `eval`, one in another.

use super::catalog::{Catalog, Entry, Wrapper};
use super::evaluate::Judged;
use super::judged::Candidate;
use super::line::{self, Start};
use super::normal::{Argument, Clarity, Command, Flag, operand_starts, readings};
use crate::model::{Invocation, Via};
use crate::shell;
use std::ffi::{OsStr, OsString};

/// How deep wrappers are unwrapped.
const DEPTH: usize = 10;
/// How many commands one subject may hold.
const COMMANDS: usize = 500;

/// Returns an invocation and every command that it starts as far as that can be known, itself first.
#[must_use]
pub fn unwrap(invocation: &Invocation, catalog: &Catalog) -> line::Line {
    let mut judged = Judged::default();
    expand(Candidate::running(invocation, catalog), catalog, &mut judged);
    let mut unknown = judged.unread.into_iter().next().map(|(why, _)| why);
    let wrapper = invocation.program.names.first().unwrap_or_default().to_owned();
    let mut commands = Vec::new();
    for candidate in judged.candidates.into_iter().skip(1) {
        let argv: Option<Vec<OsString>> =
            candidate.arguments.iter().map(|word| word.known().map(OsStr::to_owned)).collect();
        let Some(argv) = argv else {
            unknown.get_or_insert_with(|| format!("what `{}` does is only known when it runs", candidate.shown()));
            continue;
        };
        let directory = candidate.directories.last().cloned().unwrap_or_else(|| invocation.cwd.clone());
        let mut inner = line::invocation(argv, &directory);
        inner.environment = candidate.environment;
        inner.via = Via::Wrapper(wrapper.clone());
        commands.push(inner);
    }
    commands.insert(0, invocation.clone());
    line::Line { commands, unknown }
}

/// Adds a candidate and everything that it starts.
pub(super) fn expand(candidate: Candidate, catalog: &Catalog, judged: &mut Judged) {
    expand_at(candidate, 0, catalog, judged);
}

/// The same, at a depth of wrappers in wrappers.
pub(super) fn expand_at(mut candidate: Candidate, depth: usize, catalog: &Catalog, judged: &mut Judged) {
    if depth > DEPTH || judged.candidates.len() >= COMMANDS {
        judged.unread.push(("commands in commands, more than can be followed".to_owned(), candidate.shown()));
        return;
    }
    candidate.join_dashed(catalog);
    let entry = candidate.all_names().find_map(|name| catalog.entry(name));
    let mut started = Vec::new();
    if let Some(entry) = entry {
        for command in readings(&candidate.name(), &candidate.arguments, Some(entry)) {
            started.extend(starts(&mut candidate, entry, &command));
        }
        let more = entry.wrapper.as_ref().is_some_and(|wrapper| wrapper.privileged || !wrapper.actions.is_empty());
        candidate.passes_on = !started.is_empty() && !more;
    }
    let start = Start {
        directories: candidate.directories.clone(),
        elsewhere: candidate.elsewhere,
        environment: candidate.environment.clone(),
    };
    judged.candidates.push(candidate);
    for one in started {
        match one {
            Started::Command(inner) => expand_at(*inner, depth + 1, catalog, judged),
            Started::Line(text) if depth < DEPTH => line::add(&text, &start, depth + 1, catalog, judged),
            Started::Line(text) => judged.unread.push(("shell lines nested too deeply".to_owned(), text)),
            Started::Unknown(why, text) => judged.unread.push((why, text)),
        }
    }
}

/// Something that a command starts.
enum Started {
    Command(Box<Candidate>),
    Line(String),
    Unknown(String, String),
}

fn starts(candidate: &mut Candidate, entry: &Entry, command: &Command) -> Vec<Started> {
    if entry.shell {
        return shell_starts(candidate, command);
    }
    if entry.multicall {
        let applet = |from: usize| wrapped(candidate, &Wrapper::default(), from, None, None);
        return operand_starts(&candidate.arguments, entry).into_iter().flat_map(applet).collect();
    }
    let Some(wrapper) = &entry.wrapper else { return Vec::new() };
    if !wrapper.actions.is_empty() {
        return actions(candidate, wrapper);
    }
    if command.flags.iter().any(|flag| wrapper.inert.iter().any(|inert| flag.name() == inert)) {
        return Vec::new();
    }
    let value = |name: &Option<String>| {
        let given = |flag: &&Flag| name.as_deref() == Some(flag.name());
        command.flags.iter().find(given).map(|flag| flag.value.as_deref())
    };
    if let Some(script) = value(&wrapper.script) {
        return vec![script_line(script, candidate)];
    }
    if wrapper.only_script {
        return Vec::new();
    }
    if wrapper.line {
        return joined_line(candidate);
    }
    let (split, directory) = (value(&wrapper.split), value(&wrapper.directory));
    let mut starts = operand_starts(&candidate.arguments, entry);
    if starts.is_empty() {
        starts.push(candidate.arguments.len());
    }
    starts.into_iter().flat_map(|from| wrapped(candidate, wrapper, from, split, directory)).collect()
}

fn script_line(script: Option<&OsStr>, candidate: &Candidate) -> Started {
    match script.and_then(OsStr::to_str) {
        Some(text) => Started::Line(text.to_owned()),
        None => Started::Unknown("a shell line that is only known when it runs".to_owned(), candidate.shown()),
    }
}

/// `eval a b` runs the line `a b`.
fn joined_line(candidate: &Candidate) -> Vec<Started> {
    let words: Option<Vec<&str>> =
        candidate.arguments.iter().skip(1).map(|word| word.known().and_then(OsStr::to_str)).collect();
    let Some(words) = words else { return vec![script_line(None, candidate)] };
    let line = words.join(" ");
    let line = line.strip_prefix("-- ").unwrap_or(&line).to_owned();
    vec![Started::Line(line)]
}

/// `sh -c LINE`, `sh <<X`, `… | sh`.
fn shell_starts(candidate: &mut Candidate, command: &Command) -> Vec<Started> {
    let given = |name: &str| command.flags.iter().any(|flag| flag.spellings.iter().any(|own| own == name));
    if given("-c") {
        let Some(script) = command.operands.first() else { return Vec::new() };
        if script.clarity != Clarity::Known {
            return vec![script_line(None, candidate)];
        }
        candidate.script = script.text.to_str().map(str::to_owned);
        return vec![script_line(Some(&script.text), candidate)];
    }
    let script = command.operands.first().filter(|_| !given("-s"));
    match (script, &candidate.stdin) {
        // A script file: what it starts is judged when it starts.
        (Some(script), _) if script.clarity == Clarity::Known => Vec::new(),
        (None, Some(stdin)) => vec![Started::Line(stdin.to_string())],
        (None, None) if !candidate.fed => Vec::new(),
        (Some(_), _) | (None, None) => vec![script_line(None, candidate)],
    }
}

/// The command after a wrapper's own options.
fn wrapped(
    candidate: &Candidate,
    wrapper: &Wrapper,
    from: usize,
    split: Option<Option<&OsStr>>,
    directory: Option<Option<&OsStr>>,
) -> Vec<Started> {
    let mut words: Vec<Argument> = candidate.arguments.get(from..).unwrap_or_default().to_vec();
    if let Some(split) = split {
        match split.and_then(OsStr::to_str).map(shell::parse) {
            Some(Ok(commands)) if commands.len() == 1 => {
                let mut front: Vec<Argument> = commands.iter().flat_map(line::words).collect();
                front.append(&mut words);
                words = front;
            }
            _ => {
                return vec![Started::Unknown(
                    "a command in a text that is not understood".to_owned(),
                    candidate.shown(),
                )];
            }
        }
    }
    let mut inner = candidate.clone();
    inner.script = None;
    if wrapper.assignments {
        let count = words.iter().take_while(|word| assignment(word).is_some()).count();
        for (name, value) in words.drain(..count).filter_map(|word| assignment(&word)) {
            inner.environment.push((name, value));
            inner.assigns = true;
        }
    }
    words.drain(..wrapper.skip.min(words.len()));
    if words.is_empty() {
        return Vec::new();
    }
    if wrapper.appends {
        words.push(Argument::Unknown("…".to_owned()));
    }
    match directory {
        Some(Some(directory)) => {
            inner.directories = inner.directories.iter().map(|from| from.join(directory)).collect();
        }
        Some(None) => inner.elsewhere = true,
        None => {}
    }
    inner.become_program(words);
    vec![Started::Command(Box::new(inner))]
}

fn assignment(word: &Argument) -> Option<(OsString, OsString)> {
    let text = word.shown().into_string().ok()?;
    let (name, value) = text.split_once('=')?;
    let valid = !name.is_empty() && !name.starts_with('-') && !name.contains('/');
    valid.then(|| (name.into(), value.into()))
}

/// `find START… -exec CMD {} ;`
fn actions(candidate: &Candidate, wrapper: &Wrapper) -> Vec<Started> {
    let arguments = candidate.arguments.get(1..).unwrap_or_default();
    let is_expression =
        |word: &&Argument| word.known().and_then(OsStr::to_str).is_some_and(|text| text.starts_with(['-', '(', '!']));
    let options =
        |word: &&Argument| word.known().and_then(OsStr::to_str).is_some_and(|text| ["-H", "-L", "-P"].contains(&text));
    let mut starts: Vec<Argument> =
        arguments.iter().skip_while(options).take_while(|word| !is_expression(word)).map(below).collect();
    if starts.is_empty() {
        starts.push(Argument::Pattern("./*".into()));
    }
    let mut started = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let action = word.known().and_then(OsStr::to_str).unwrap_or_default();
        if !wrapper.actions.iter().any(|known| known == action) {
            continue;
        }
        let end = |word: &&Argument| !word.known().is_some_and(|own| own == ";" || own == "+");
        let inner: Vec<Argument> = words.by_ref().take_while(end).flat_map(|word| found(word, &starts)).collect();
        if !inner.is_empty() {
            let mut one = candidate.clone();
            one.elsewhere |= action.ends_with("dir");
            one.become_program(inner);
            started.push(Started::Command(Box::new(one)));
        }
    }
    started
}

/// Returns what stands for the files that are found below a starting point.
fn below(start: &Argument) -> Argument {
    match start {
        Argument::Known(folder) => {
            let mut pattern = folder.clone();
            pattern.push("/*");
            Argument::Pattern(pattern)
        }
        Argument::Pattern(_) | Argument::Unknown(_) | Argument::Quoted(_) => start.clone(),
    }
}

/// Replaces `{}` by what may be found.
fn found(word: &Argument, starts: &[Argument]) -> Vec<Argument> {
    match word.known().and_then(OsStr::to_str) {
        Some("{}") => starts.to_vec(),
        Some(text) if text.contains("{}") => vec![Argument::Unknown(text.to_owned())],
        _ => vec![word.clone()],
    }
}
