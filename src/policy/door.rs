//! What of a shell's line never comes to the kernel door itself.

use super::catalog::Catalog;
use super::compose::{self, Start};
use super::evaluate::Judged;
use super::judged::{Candidate, Part};
use super::normal::Argument;
use std::ffi::OsStr;

/// What bash(1), dash(1) and zsh(1) run themselves: no program comes of these names.
const BUILTINS: &str = ". : [ alias autoload bg bind bindkey break builtin caller cd chdir command compgen complete compopt \
    continue declare dirs disown echo emulate enable eval exec exit export false fc fg getopts hash help \
    history jobs kill let local logout mapfile noglob popd print printf pushd pwd read readarray \
    readonly rehash return set setopt shift shopt source suspend test times trap true type typeset \
    ulimit umask unalias unset wait";

/// Says whether the shell runs a command itself: a builtin, or only assignments and redirections.
pub(super) fn runs_in_the_shell(candidate: &Candidate) -> bool {
    let word = candidate.arguments.first().and_then(Argument::known).and_then(OsStr::to_str);
    candidate.is_bare() || word.is_some_and(|word| BUILTINS.split(' ').any(|name| name == word))
}

/// Returns the commands of a shell's `-c` line that the shell runs itself, and of the others what only the
/// line shows: their redirections, what feeds them. Everything else comes to the door with its real argv.
pub(super) fn unseen(shell: &Candidate, catalog: &Catalog) -> Vec<Candidate> {
    let Some(script) = &shell.script else { return Vec::new() };
    let start = Start {
        directories: shell.directories.clone(),
        elsewhere: false,
        environment: shell.environment.clone(),
        apart: false,
        links: Vec::new(),
    };
    let mut judged = Judged::default();
    compose::add(script, &start, 1, catalog, &mut judged);
    let mut commands = judged.candidates;
    commands.retain(|command| !command.apart);
    for command in &mut commands {
        command.ancestors.clone_from(&shell.ancestors);
        command.process = shell.process;
        if !runs_in_the_shell(command) {
            command.part = Part::Line;
        }
    }
    commands
}
