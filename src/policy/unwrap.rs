//! What wrappers and shells start: `env`, `sudo`, `timeout`, `xargs`, `sh -c`, `eval`, one in another.

use super::catalog::{Catalog, Entry};
use super::compose::{self, Start};
use super::door;
use super::evaluate::{Judged, Unread};
use super::judged::{Candidate, View};
use super::line;
use super::starts::{Started, starts};
use crate::model::{Invocation, Via};
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
    let mut unknown = judged.unread.into_iter().next().map(|unread| unread.why);
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
        let why = "commands in commands, more than can be followed".to_owned();
        judged.unread.push(Unread { why, text: candidate.shown(), runs: true });
        return;
    }
    candidate.join_dashed(catalog);
    let mut started = Vec::new();
    let mut script = candidate.script.take();
    let mut passes_on = false;
    for view in View::of(&candidate, catalog) {
        let Some(entry) = view.entry else { continue };
        let own = starts(&view, entry, &mut script);
        passes_on |= !own.is_empty() && only_starts(entry, &view);
        started.extend(own);
    }
    candidate.script = script;
    candidate.passes_on |= passes_on;
    let apart = candidate.apart || !door::runs_in_the_shell(&candidate);
    let start = Start {
        apart,
        directories: candidate.directories.clone(),
        elsewhere: candidate.elsewhere,
        environment: candidate.environment.clone(),
        links: candidate.links.clone(),
    };
    judged.candidates.push(candidate);
    for one in started {
        match one {
            Started::Command(mut inner) => {
                inner.apart = apart;
                expand_at(*inner, depth + 1, catalog, judged);
            }
            Started::Line { text, elsewhere } if depth < DEPTH => {
                let start = if elsewhere {
                    Start { directories: vec![ELSEWHERE.into()], ..start.clone() }
                } else {
                    start.clone()
                };
                compose::add(&text, &start, depth + 1, catalog, judged);
            }
            Started::Line { text, .. } => {
                let why = "shell lines nested too deeply".to_owned();
                judged.unread.push(Unread { why, text, runs: true });
            }
            Started::Unknown { why, text } => judged.unread.push(Unread { why, text, runs: true }),
        }
    }
}

/// Where commands run whose files are not those of this machine. Nothing of a policy lies there.
pub(super) const ELSEWHERE: &str = "/elsewhere";

/// Says whether a program does nothing but start others, so that an allow rule need not name it.
fn only_starts(entry: &Entry, view: &View<'_>) -> bool {
    let plain = |wrapper: &super::catalog::Wrapper| !wrapper.privileged && wrapper.actions.is_empty();
    let starts = entry.shell || entry.multicall || entry.wrapper.as_ref().is_some_and(plain);
    let holds = |item: &super::catalog::Item| super::effects::holds(&item.when, view) > super::fit::Fit::No;
    starts && !entry.effects.iter().flatten().any(holds) && entry.runs.is_empty()
}
