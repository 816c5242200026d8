//! How a command is read: what the rules see of it, for people.

use super::effects::Effect;
use super::evaluate::Judged;
use super::judged::{Candidate, View};
use super::normal::Flag;
use super::set::Policy;
use super::{line, unwrap};
use crate::model::{Subject, ToolCall};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// One command as the rules see it. All texts are raw: not escaped for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SeenCommand {
    /// The command as a shell would show it.
    pub command: String,
    /// The best name of its program.
    pub program: String,
    /// The canonical subcommand, for programs that have some.
    pub subcommand: Option<String>,
    /// Its options by their canonical names, with their values.
    pub flags: Vec<String>,
    /// Its operands.
    pub operands: Vec<String>,
    /// Every directory that it may run in.
    pub directories: Vec<PathBuf>,
    /// Whether it only starts the command behind it (`sudo`, `env`), which is judged too.
    pub starts_another: bool,
    /// Whether the catalog knows the program's options.
    pub known: bool,
    /// Whether a part of it is only known when it runs.
    pub open: bool,
    /// In how many other ways it can be read; the rules see all of them.
    pub other_readings: usize,
    /// What it does, in whichever way it is read: `fs.delete /w/x`.
    pub effects: Vec<String>,
    /// Whether all that it does is known, so that an allow rule may cover it.
    pub bounded: bool,
}

impl SeenCommand {
    /// Returns it as one line, raw: program, subcommand, flags, operands, and what is special.
    #[must_use]
    pub fn one_line(&self) -> String {
        let mut words = vec![self.program.clone()];
        words.extend(self.subcommand.iter().map(|name| format!("subcommand {name}")));
        words.extend((!self.flags.is_empty()).then(|| format!("flags {}", self.flags.join(" "))));
        words.extend((!self.operands.is_empty()).then(|| format!("operands {}", self.operands.join(" "))));
        words.extend(self.starts_another.then(|| "starts the next one".to_owned()));
        words.extend((!self.known).then(|| "not in the catalog".to_owned()));
        words.extend((!self.effects.is_empty()).then(|| format!("does {}", self.effects.join(", "))));
        words.extend((self.known && !self.bounded).then(|| "may do what is not known".to_owned()));
        words.extend(self.open.then(|| "a part is only known when it runs".to_owned()));
        words.join(", ")
    }
}

/// Everything that is judged together, and what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Seen {
    /// The commands, in the order of the line; what wrappers start after them.
    pub commands: Vec<SeenCommand>,
    /// Why a part could not be read, where one could not.
    pub unread: Vec<String>,
}

impl Policy {
    /// Says how a shell line is read.
    #[must_use]
    pub fn view_line(&self, line: &str, cwd: &Path, environment: &[(OsString, OsString)]) -> Seen {
        self.all_seen(&line::judged(line, cwd, environment, &self.catalog))
    }

    /// Says how a subject is read, with what it starts.
    #[must_use]
    pub fn view(&self, subject: &Subject) -> Seen {
        let mut judged = Judged::default();
        for reading in &subject.readings {
            unwrap::expand(Candidate::running(reading, &self.catalog), &self.catalog, &mut judged);
        }
        self.all_seen(&judged)
    }

    /// Says how a tool call is read, with the shell line that it runs.
    #[must_use]
    pub fn view_tool(&self, call: &ToolCall, cwd: &Path) -> Seen {
        let line = call.line.as_ref().map(|line| self.view_line(line, cwd, &[])).unwrap_or_default();
        let own = self.one(&Candidate::calling(call, cwd));
        Seen { commands: own.into_iter().chain(line.commands).collect(), unread: line.unread }
    }

    fn all_seen(&self, judged: &Judged) -> Seen {
        let commands = judged.candidates.iter().filter_map(|candidate| self.one(candidate)).collect();
        Seen { commands, unread: judged.unread.iter().map(|unread| unread.why.clone()).collect() }
    }

    fn one(&self, candidate: &Candidate) -> Option<SeenCommand> {
        let views = View::of(candidate, &self.catalog);
        let other_readings = views.len().saturating_sub(1);
        let bounded = views.iter().all(View::is_bounded);
        let mut effects: Vec<String> =
            views.iter().flat_map(|view| view.effects(&self.places)).map(Effect::describe).collect();
        effects.sort();
        effects.dedup();
        let command = views.into_iter().next()?.command;
        let operand = |text: &OsString| text.to_string_lossy().into_owned();
        Some(SeenCommand {
            command: candidate.shown(),
            program: command.program.clone(),
            subcommand: command.subcommand.clone(),
            flags: command.flags.iter().filter(|flag| flag.certain).map(flag_text).collect(),
            operands: command.operands.iter().map(|one| operand(&one.text)).collect(),
            directories: candidate.directories.clone(),
            starts_another: candidate.passes_on,
            known: command.known,
            open: command.open || !candidate.program_known,
            other_readings,
            effects,
            bounded,
        })
    }
}

fn flag_text(flag: &Flag) -> String {
    match &flag.value {
        Some(value) => format!("{}={}", flag.name(), value.to_string_lossy()),
        None => flag.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layer;
    use crate::policy::{Context, Source};

    #[test]
    fn wrappers_shells_and_unknown_parts_are_shown() {
        let text = "version: \"1.0\"\nrules: []\n".to_owned();
        let source = Source::Text { name: "x".to_owned(), text, layer: Layer::Session };
        let policy = Policy::load(&[source], &Context::described(Path::new("/home/dev/proj"))).unwrap();
        let seen = policy.view_line("env A=1 rm --recursive x && git -C y push -f origin $B", Path::new("/w"), &[]);
        let words: Vec<(&str, Option<&str>, bool, bool)> = seen
            .commands
            .iter()
            .map(|one| (one.program.as_str(), one.subcommand.as_deref(), one.starts_another, one.open))
            .collect();
        assert_eq!(words, [("env", None, true, false), ("rm", None, false, false), ("git", Some("push"), false, true)]);
        assert_eq!(seen.commands[1].flags, ["--recursive"]);
        assert!(seen.commands[2].flags.contains(&"--force".to_owned()), "{seen:?}");
        assert_eq!(policy.view_line("rm 'x", Path::new("/w"), &[]).unread.len(), 1);
    }
}
