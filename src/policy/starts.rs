//! What one command starts: the command after a wrapper's options, a shell's line, `find -exec`.

use super::catalog::{Catalog, Entry, Wrapper};
use super::compose;
use super::effects::{holds, texts};
use super::found::found;
use super::judged::{Candidate, View};
use super::normal::{Argument, Clarity, Flag, operand_starts};
use super::unwrap::ELSEWHERE;
use crate::shell;
use std::ffi::{OsStr, OsString};

/// Something that a command starts.
pub(super) enum Started {
    Command(Box<Candidate>),
    Line { text: String, elsewhere: bool },
    Unknown { why: String, text: String },
}

impl Started {
    fn line(text: impl Into<String>) -> Self {
        Self::Line { text: text.into(), elsewhere: false }
    }
}

/// Returns what a command starts in one of its readings. Notes the text after a shell's `-c`.
pub(super) fn starts(view: &View<'_>, entry: &Entry, script: &mut Option<String>) -> Vec<Started> {
    let candidate = view.candidate;
    if entry.shell {
        return shell_starts(view, script);
    }
    if entry.multicall && entry.subcommands.is_empty() {
        let applet = |from: usize| wrapped(view, &Wrapper::default(), from);
        return operand_starts(&candidate.arguments, entry).into_iter().flat_map(applet).collect();
    }
    let mut started = Vec::new();
    let chain = entry.chain(view.command.chain());
    for runs in entry.runs.iter().chain(chain.iter().flat_map(|sub| &sub.runs)) {
        if holds(&runs.when, view) == super::fit::Fit::No {
            continue;
        }
        started.extend(texts(&runs.line, view).into_iter().map(|text| match text {
            Some(text) => Started::Line { text, elsewhere: runs.elsewhere },
            None => unknown_line(candidate),
        }));
    }
    if let Some(wrapper) = &entry.wrapper {
        started.extend(wrapper_starts(view, entry, wrapper));
    }
    for wrapper in chain.iter().filter_map(|sub| sub.wrapper.as_ref()) {
        let from = match (wrapper.dashes, view.command.dashes) {
            (_, _) if wrapper.itself => itself(view, entry),
            (true, Some((_, at))) => Some(at + 1),
            (true, None) => None,
            (false, _) => view.command.operands.first().map(|operand| operand.at),
        };
        started.extend(from.into_iter().flat_map(|from| wrapped(view, wrapper, from)));
    }
    started
}

/// Returns where the subcommand stands, if it is the name of a program that the catalog knows.
fn itself(view: &View<'_>, entry: &Entry) -> Option<usize> {
    let at = operand_starts(&view.candidate.arguments, entry).into_iter().next()?;
    let word = view.candidate.arguments.get(at)?.known()?.to_str()?;
    view.catalog.entry(word).map(|_| at)
}

fn wrapper_starts(view: &View<'_>, entry: &Entry, wrapper: &Wrapper) -> Vec<Started> {
    let command = &view.command;
    if !wrapper.actions.is_empty() {
        return actions(view, wrapper);
    }
    if command.flags.iter().any(|flag| wrapper.inert.iter().any(|inert| flag.name() == inert)) {
        return Vec::new();
    }
    if let Some(script) = value(view, wrapper.script.as_ref()) {
        return vec![script.and_then(OsStr::to_str).map_or_else(|| unknown_line(view.candidate), Started::line)];
    }
    if wrapper.only_script {
        return Vec::new();
    }
    if wrapper.dashes {
        return command.dashes.map(|(_, at)| wrapped(view, wrapper, at + 1)).unwrap_or_default();
    }
    if let Some(module) = value(view, wrapper.module.as_ref()) {
        return started_module(view, module, wrapper);
    }
    if wrapper.module.is_some() {
        return Vec::new();
    }
    let mut starts = operand_starts(&view.candidate.arguments, entry);
    if starts.is_empty() {
        starts.push(view.candidate.arguments.len());
    }
    starts.into_iter().flat_map(|from| wrapped(view, wrapper, from)).collect()
}

/// `python -m NAME ARGS` is taken for the program of that name.
fn started_module(view: &View<'_>, module: Option<&OsStr>, wrapper: &Wrapper) -> Vec<Started> {
    let Some(module) = module else { return vec![unknown_line(view.candidate)] };
    let from = view.command.operands.first().map_or(usize::MAX, |operand| operand.at);
    let rest = view.candidate.arguments.get(from..).unwrap_or_default().iter().cloned();
    let mut inner = view.candidate.clone();
    inner.script = None;
    inner.become_program([Argument::Known(module.to_owned())].into_iter().chain(rest).collect());
    inner.passes_on = wrapper.covers;
    vec![Started::Command(Box::new(inner))]
}

/// Returns the value of an option that is given: nothing inside where it is not known.
fn value<'v>(view: &'v View<'_>, name: Option<&String>) -> Option<Option<&'v OsStr>> {
    let given = |flag: &&Flag| name.is_some_and(|name| flag.spellings.contains(name));
    view.command.flags.iter().find(given).map(|flag| flag.value.as_deref())
}

fn unknown_line(candidate: &Candidate) -> Started {
    Started::Unknown { why: "a shell line that is only known when it runs".to_owned(), text: candidate.shown() }
}

/// `sh -c LINE`, `sh <<X`, `… | sh`.
fn shell_starts(view: &View<'_>, script_text: &mut Option<String>) -> Vec<Started> {
    let (candidate, command) = (view.candidate, &view.command);
    let given = |name: &str| command.flags.iter().any(|flag| flag.spellings.iter().any(|own| own == name));
    if given("-c") {
        let Some(script) = command.operands.first() else { return Vec::new() };
        let text = script.text.to_str().filter(|_| script.clarity == Clarity::Known);
        *script_text = text.map(str::to_owned);
        return vec![text.map_or_else(|| unknown_line(candidate), Started::line)];
    }
    let script = command.operands.first().filter(|_| !given("-s"));
    match (script, &candidate.stdin) {
        // A script file: what it starts is judged when it starts.
        (Some(script), _) if script.clarity == Clarity::Known => Vec::new(),
        (None, Some(stdin)) => vec![Started::line(stdin.as_ref())],
        (None, None) if !candidate.fed => Vec::new(),
        (Some(_), _) | (None, None) => vec![unknown_line(candidate)],
    }
}

/// The command after a wrapper's own options.
fn wrapped(view: &View<'_>, wrapper: &Wrapper, from: usize) -> Vec<Started> {
    let candidate = view.candidate;
    let mut words: Vec<Argument> = candidate.arguments.get(from..).unwrap_or_default().to_vec();
    if let Some(split) = value(view, wrapper.split.as_ref()) {
        match split.and_then(OsStr::to_str).map(shell::parse) {
            Some(Ok(commands)) if commands.len() == 1 => {
                let mut front: Vec<Argument> = commands.iter().flat_map(compose::words).collect();
                front.append(&mut words);
                words = front;
            }
            _ => {
                let why = "a command in a text that is not understood".to_owned();
                return vec![Started::Unknown { why, text: candidate.shown() }];
            }
        }
    }
    let mut inner = candidate.clone();
    inner.script = None;
    let mut set = Vec::new();
    if wrapper.assignments {
        // `env - CMD` begins with an empty environment.
        let bare = words.first().and_then(Argument::known).is_some_and(|word| word == "-");
        words.drain(..usize::from(bare));
        let count = words.iter().take_while(|word| assignment(word).is_some()).count();
        for word in words.drain(..count) {
            let known = word.known().is_some();
            if let Some((name, value)) = assignment(&word) {
                let shown = value.to_string_lossy().into_owned();
                set.push((name.clone(), if known { Argument::Known(value.clone()) } else { Argument::Unknown(shown) }));
                inner.environment.push((name.into(), value));
                inner.assigns = true;
            }
        }
    }
    words.drain(..wrapper.skip.min(words.len()));
    if wrapper.colons {
        words = with_colons(words);
    }
    if words.is_empty() {
        return alone(set, inner);
    }
    let first = words.first().and_then(Argument::known).and_then(OsStr::to_str).unwrap_or_default();
    if wrapper.files.iter().any(|ending| first.ends_with(ending)) {
        return Vec::new();
    }
    let placeholder = wrapper.placeholder.iter().find_map(|name| value(view, Some(name)));
    let placeholder = placeholder.map(|text| text.unwrap_or(OsStr::new("{}")).to_owned());
    match placeholder.as_ref().and_then(|text| text.to_str()) {
        Some(text) => words = words.iter().map(|word| replaced(word, text, &[])).collect::<Vec<_>>().concat(),
        None if wrapper.appends => words.push(Argument::Unknown("…".to_owned())),
        None => {}
    }
    if wrapper.elsewhere {
        inner.directories = vec![ELSEWHERE.into()];
        inner.elsewhere = false;
    }
    if wrapper.line || (wrapper.colons && words.len() == 1) {
        return vec![joined(&words, wrapper.elsewhere).unwrap_or_else(|| unknown_line(candidate))];
    }
    match value(view, wrapper.directory.as_ref()) {
        Some(Some(directory)) => {
            inner.directories = inner.directories.iter().map(|from| from.join(directory)).collect();
        }
        Some(None) => inner.elsewhere = true,
        None => {}
    }
    inner.become_program(words);
    // Nobody who may run `npx` may run any program of any name with it; in a container it is not ours.
    inner.passes_on = wrapper.covers && (wrapper.elsewhere || is_bounded(&inner, view.catalog));
    inner.assignments = set;
    vec![Started::Command(Box::new(inner))]
}

/// Says whether all effects of a command are known.
fn is_bounded(candidate: &Candidate, catalog: &Catalog) -> bool {
    View::of(candidate, catalog).iter().all(View::is_bounded)
}

/// `env X=1` sets nothing for anybody, but says what it would.
fn alone(set: Vec<(String, Argument)>, mut inner: Candidate) -> Vec<Started> {
    if set.is_empty() {
        return Vec::new();
    }
    inner.become_program(Vec::new());
    inner.program_known = true;
    inner.passes_on = true;
    inner.assignments = set;
    vec![Started::Command(Box::new(inner))]
}

/// `eval a b`, `ssh host a b`: the words are joined to the line `a b`.
fn joined(words: &[Argument], elsewhere: bool) -> Option<Started> {
    let words: Option<Vec<&str>> = words.iter().map(|word| word.known().and_then(OsStr::to_str)).collect();
    Some(Started::Line { text: words?.join(" "), elsewhere })
}

/// `parallel CMD ::: ARGS`: each argument takes the place of `{}`, or stands at the end.
fn with_colons(words: Vec<Argument>) -> Vec<Argument> {
    let is_colons = |word: &Argument| word.known().and_then(OsStr::to_str).is_some_and(|text| text.starts_with(":::"));
    let Some(at) = words.iter().position(is_colons) else {
        let mut words: Vec<Argument> = words.iter().flat_map(|word| replaced(word, "{}", &[])).collect();
        words.push(Argument::Unknown("…".to_owned()));
        return words;
    };
    let (command, rest) = words.split_at(at);
    let given: Vec<Argument> = rest.iter().filter(|word| !is_colons(word)).cloned().collect();
    let holds = |word: &Argument| word.shown().to_string_lossy().contains('{');
    if command.iter().any(holds) {
        return command.iter().flat_map(|word| replaced(word, "{}", &given)).collect();
    }
    command.iter().cloned().chain(given).collect()
}

fn assignment(word: &Argument) -> Option<(String, OsString)> {
    let text = word.shown().into_string().ok()?;
    let (name, value) = text.split_once('=')?;
    let name = name.trim_start_matches(['"', '\'']);
    let valid = !name.is_empty() && !name.starts_with('-') && !name.contains(['/', '$', '`']);
    valid.then(|| (name.to_owned(), value.into()))
}

/// `find START… -exec CMD {} ;`
fn actions(view: &View<'_>, wrapper: &Wrapper) -> Vec<Started> {
    let found = found(&view.command);
    let mut started = Vec::new();
    let mut words = view.candidate.arguments.iter().skip(1);
    while let Some(word) = words.next() {
        let action = word.known().and_then(OsStr::to_str).unwrap_or_default();
        if !wrapper.actions.iter().any(|known| known == action) {
            continue;
        }
        let end = |word: &&Argument| !word.known().is_some_and(|own| own == ";" || own == "+");
        let inner: Vec<Argument> =
            words.by_ref().take_while(end).flat_map(|word| replaced(word, "{}", &found)).collect();
        if !inner.is_empty() {
            let mut one = view.candidate.clone();
            one.elsewhere |= action.ends_with("dir");
            one.become_program(inner);
            started.push(Started::Command(Box::new(one)));
        }
    }
    started
}

/// Replaces a placeholder by what may stand there.
fn replaced(word: &Argument, placeholder: &str, by: &[Argument]) -> Vec<Argument> {
    match word.known().and_then(OsStr::to_str) {
        Some(text) if text == placeholder && !by.is_empty() => by.to_vec(),
        Some(text) if text.contains(placeholder) => vec![Argument::Unknown(text.to_owned())],
        _ => vec![word.clone()],
    }
}
