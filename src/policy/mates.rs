//! The commands of one line as each other's surroundings: what feeds what, what was fetched before.

use super::catalog::Catalog;
use super::effects::{Effect, EffectKind};
use super::evaluate::Judged;
use super::judged::{Candidate, View};
use super::matcher::{Given, Places};
use super::normal::{Argument, Clarity};
use super::unwrap;
use crate::shell::{SimpleCommand, Spot, SubstitutionKind, Word};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// All commands of one line.
#[derive(Debug)]
pub(crate) struct Mates {
    all: Vec<Candidate>,
    /// For each the ones whose output is its standard input.
    upstream: Vec<Vec<usize>>,
    /// For each the ones whose output stands in its words.
    inserted: Vec<Vec<usize>>,
}

/// What comes out of some commands.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// Some of it comes from the network.
    pub(crate) network: bool,
    /// All of it is what stands in files that are known.
    pub(crate) files: bool,
    /// Some of it is the environment, or what a store of secrets says.
    pub(crate) dumps: bool,
    /// The files that it may hold.
    pub(crate) read: Vec<Given>,
}

impl Mates {
    pub(super) fn new(all: Vec<Candidate>, commands: &[SimpleCommand]) -> Self {
        // Variables that the line has set, with the commands whose output they hold.
        let mut held: Vec<(&str, Vec<usize>)> = Vec::new();
        let mut inserted = Vec::new();
        for command in commands {
            let read = command.substitutions.iter().filter(|one| one.kind != SubstitutionKind::WriteTo);
            let mut own: Vec<usize> = Vec::new();
            for one in read {
                match one.spot {
                    Spot::Word(_) | Spot::Redirection => own.extend(&one.commands),
                    Spot::Assignment(index) => {
                        let name = command.assignments.get(index).map(|assignment| assignment.name.as_str());
                        held.extend(name.map(|name| (name, one.commands.clone())));
                    }
                }
            }
            own.extend(unknown_texts(command).flat_map(|text| in_variables(text, &held)));
            let passed = command.assignments.iter().map(|one| {
                let from: Vec<usize> = written(&one.value).map(|text| in_variables(text, &held)).unwrap_or_default();
                (one.name.as_str(), from)
            });
            let passed: Vec<_> = passed.filter(|(_, from)| !from.is_empty()).collect();
            held.extend(passed);
            inserted.push(own);
        }
        Self { all, upstream: commands.iter().map(|command| command.upstream.clone()).collect(), inserted }
    }

    /// Returns what feeds the standard input of a command.
    pub(crate) fn fed(&self, position: usize, catalog: &Catalog, places: &Places) -> Output {
        self.output(self.upstream.get(position), catalog, places)
    }

    /// Returns the files that `cat FILES |` prints into a command, which is no different from `< FILE`.
    /// Nothing where something else feeds it besides.
    pub(crate) fn printed(&self, position: usize) -> Vec<(OsString, Clarity)> {
        let feeds = |index: usize| self.upstream.get(index).map(Vec::as_slice).unwrap_or_default();
        let [only] = feeds(position) else { return Vec::new() };
        let Some(cat) = self.all.get(*only).filter(|one| feeds(*only).is_empty() && one.prints_files()) else {
            return Vec::new();
        };
        let file = |word: &Argument| match word {
            Argument::Known(text) => Some((text.clone(), Clarity::Known)),
            Argument::Pattern(text) => Some((text.clone(), Clarity::Pattern)),
            Argument::Unknown(_) | Argument::Quoted(_) => None,
        };
        cat.arguments.iter().skip(1).map(file).collect::<Option<_>>().unwrap_or_default()
    }

    /// Returns what stands in the words of a command.
    pub(crate) fn inserted(&self, position: usize, catalog: &Catalog, places: &Places) -> Output {
        self.output(self.inserted.get(position), catalog, places)
    }

    fn output(&self, from: Option<&Vec<usize>>, catalog: &Catalog, places: &Places) -> Output {
        let mut output = Output { files: true, ..Output::default() };
        let mut left: Vec<usize> = from.cloned().unwrap_or_default();
        let mut seen = vec![false; self.all.len()];
        while let Some(index) = left.pop() {
            match seen.get_mut(index) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            left.extend(self.upstream.get(index).into_iter().flatten());
            left.extend(self.inserted.get(index).into_iter().flatten());
            let Some(candidate) = self.all.get(index) else { continue };
            each_effect(candidate, catalog, places, |effect| match effect {
                Some(effect) if effect.kind.is_on_hosts() => output.network = true,
                Some(effect) if effect.kind == EffectKind::FsRead => output.read.append(&mut effect.paths),
                Some(effect) if matches!(effect.kind, EffectKind::EnvDump | EffectKind::SecretRead) => {
                    output.dumps = true
                }
                Some(_) => {}
                None => output.files = false,
            });
        }
        output
    }

    /// Says whether a command before this one has fetched a file of this name.
    pub(crate) fn has_fetched(&self, position: usize, path: &Path, catalog: &Catalog, places: &Places) -> bool {
        let mut fetched: Vec<PathBuf> = Vec::new();
        for candidate in self.all.iter().take(position) {
            let (mut network, mut written) = (false, Vec::new());
            each_effect(candidate, catalog, places, |effect| match effect {
                Some(effect) if effect.kind == EffectKind::NetConnect => network = true,
                Some(effect) if effect.kind == EffectKind::FsWrite => written.append(&mut effect.paths),
                Some(_) | None => {}
            });
            // What a file was made from is followed: `cp a b`, `mv a b`, `tar xf a`.
            let reads = || fetched.iter().any(|known| mentions(candidate, known, places));
            if network || reads() {
                fetched.extend(written.iter().filter_map(Given::known).map(Path::to_owned));
            }
        }
        fetched.iter().any(|known| path.starts_with(known))
    }
}

/// Returns a word as it is written, where it is only known when it runs.
fn written(word: &Word) -> Option<&str> {
    match word {
        Word::Dynamic(text) | Word::Quoted(text) => Some(text),
        Word::Literal(_) | Word::Pattern(_) => None,
    }
}

/// Returns the parts of a command that are only known when it runs, as they are written.
fn unknown_texts(command: &SimpleCommand) -> impl Iterator<Item = &str> {
    let targets = command.redirections.iter().map(|one| &one.target);
    command.words.iter().chain(targets).filter_map(written).chain(command.stdin_written.as_deref())
}

/// Returns the commands whose output stands in the variables that a text mentions.
fn in_variables(text: &str, held: &[(&str, Vec<usize>)]) -> Vec<usize> {
    held.iter().filter(|(name, _)| mentions_variable(text, name)).flat_map(|(_, from)| from.iter().copied()).collect()
}

/// Says whether a text holds `$NAME` or `${NAME…}`.
fn mentions_variable(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        before.ends_with(['$', '{', '!', '#']) && !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Says whether a command has a path among its words.
fn mentions(candidate: &Candidate, path: &Path, places: &Places) -> bool {
    let words = candidate.arguments.iter().skip(1).filter_map(Argument::known);
    words.into_iter().any(|word| candidate.directories.iter().any(|directory| places.absolute(word, directory) == path))
}

/// Programs that print what stands in files, or change it in ways that leave it what it is.
const PLAIN: [&str; 14] =
    ["cat", "head", "tail", "sed", "grep", "cut", "sort", "uniq", "tr", "echo", "printf", "ls", "find", "xargs"];

/// Calls `look` with every effect of a command and of what it starts; with nothing where it may print what
/// no effect tells.
fn each_effect(candidate: &Candidate, catalog: &Catalog, places: &Places, mut look: impl FnMut(Option<&mut Effect>)) {
    let mut judged = Judged::default();
    unwrap::expand(candidate.clone(), catalog, &mut judged);
    for candidate in &judged.candidates {
        for view in View::of(candidate, catalog) {
            super::effects::effects(&view, places).iter_mut().for_each(|effect| look(Some(effect)));
        }
        if !candidate.all_names().any(|name| PLAIN.contains(&name)) {
            look(None);
        }
    }
}
