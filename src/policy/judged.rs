//! A command as the rules see it.

use super::catalog::{Catalog, Entry, Style};
use super::effects::{self, Effect, KindSet};
use super::matcher::{self, Given, Places, lexical};
use super::mates::Mates;
use super::normal::{Argument, Clarity, Command, base_name, readings};
use crate::model::{Ancestor, Digest, Invocation, ProcessId, ToolCall};
use crate::shell::RedirectionKind;
use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which effects of a candidate count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// All.
    #[default]
    Whole,
    /// Those that only its line shows: the program comes to the kernel door itself, with its real argv.
    Line,
}

/// A program that would run, as far as it is known: what matchers look at.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Names that `allow` rules may use too.
    pub(crate) certain: Vec<String>,
    /// Names that `deny` and `ask` rules may use.
    pub(crate) possible: Vec<String>,
    /// Its own path first, then the paths that rules name and that are the same file.
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) sha256: Option<Digest>,
    /// All of argv.
    pub(crate) arguments: Vec<Argument>,
    /// Every directory that it may run in, absolute.
    pub(crate) directories: Vec<PathBuf>,
    /// Whether it may run in a directory that is not among them.
    pub(crate) elsewhere: bool,
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// Names of variables that the command itself sets (`X=1 cmd`, `env X=1 cmd`).
    pub(crate) assigns: bool,
    /// Its standard input, where the line says it.
    pub(crate) stdin: Option<Arc<str>>,
    /// Whether standard input comes from a pipe or a file.
    pub(crate) fed: bool,
    /// The whole line that it comes from.
    pub(crate) line: Option<Arc<str>>,
    /// Whether the program is known at all (`$X y` is not).
    pub(crate) program_known: bool,
    /// It only starts another command that is judged too: an allow rule need not name it.
    pub(crate) passes_on: bool,
    /// The text after a shell's `-c`.
    pub(crate) script: Option<String>,
    /// The process that runs it, where one does.
    pub(crate) process: Option<ProcessId>,
    /// Its own redirections.
    pub(crate) redirections: Vec<(RedirectionKind, Argument)>,
    /// The variables that stand before it, or that a wrapper sets.
    pub(crate) assignments: Vec<(String, Argument)>,
    /// Symbolic links that the line has made before, with where they lead.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
    /// Whether another program starts it, which is judged when it starts it.
    pub(crate) apart: bool,
    /// Which of its effects count.
    pub(crate) part: Part,
    /// The commands of its line, and which of them it is.
    pub(crate) mates: Option<(Arc<Mates>, usize)>,
    /// The tool call that this is, in the place of a program.
    pub(crate) tool: Option<Arc<ToolCall>>,
    /// The programs above it, where they are known.
    pub(crate) ancestors: Option<Arc<[Ancestor]>>,
}

impl Candidate {
    /// Makes a candidate of an invocation that runs now.
    pub(crate) fn running(invocation: &Invocation, catalog: &Catalog) -> Self {
        let program = &invocation.program;
        let mut candidate = Self {
            certain: program.names.certain.clone(),
            possible: program.names.possible.clone(),
            paths: program.paths.clone(),
            sha256: program.sha256,
            arguments: invocation.argv.iter().cloned().map(Argument::Known).collect(),
            directories: vec![invocation.cwd.clone()],
            elsewhere: false,
            environment: invocation.environment.clone(),
            assigns: false,
            stdin: None,
            fed: false,
            line: None,
            program_known: true,
            passes_on: false,
            script: None,
            process: invocation.process,
            redirections: Vec::new(),
            assignments: Vec::new(),
            links: Vec::new(),
            mates: None,
            apart: false,
            part: Part::Whole,
            tool: None,
            ancestors: None,
        };
        for path in &program.paths {
            let name = base_name(path.as_os_str());
            if !candidate.possible.contains(&name) {
                candidate.possible.push(name);
            }
        }
        candidate.strip_multicall(&invocation.argv, catalog);
        candidate.join_dashed(catalog);
        candidate.find_script(catalog);
        candidate
    }

    /// Makes a candidate of a tool call.
    pub(crate) fn calling(call: &ToolCall, cwd: &Path) -> Self {
        let object = call.path.as_ref().map(|path| path.as_os_str().to_owned());
        let object = object.or_else(|| call.url.as_ref().map(OsString::from));
        let words = std::iter::once(OsString::from(&call.tool)).chain(object);
        Self {
            certain: Vec::new(),
            possible: Vec::new(),
            paths: Vec::new(),
            sha256: None,
            arguments: words.map(Argument::Known).collect(),
            directories: vec![cwd.to_owned()],
            elsewhere: false,
            environment: Vec::new(),
            assigns: false,
            stdin: None,
            fed: false,
            line: None,
            program_known: true,
            passes_on: false,
            script: None,
            process: None,
            redirections: Vec::new(),
            assignments: Vec::new(),
            links: Vec::new(),
            mates: None,
            apart: false,
            part: Part::Whole,
            tool: Some(Arc::new(call.clone())),
            ancestors: None,
        }
    }

    /// Finds the text after a shell's `-c`.
    pub(crate) fn find_script(&mut self, catalog: &Catalog) {
        let shell = self.all_names().find_map(|name| catalog.entry(name)).filter(|entry| entry.shell);
        let Some(command) = readings("", &self.arguments, shell).into_iter().next().filter(|_| shell.is_some()) else {
            return;
        };
        if command.flags.iter().any(|flag| flag.name() == "-c") {
            let script = command.operands.first().filter(|operand| operand.clarity == Clarity::Known);
            self.script = script.map(|operand| operand.text.to_string_lossy().into_owned());
        }
    }

    /// `busybox rm x` is judged with the argv of `rm`.
    fn strip_multicall(&mut self, argv: &[OsString], catalog: &Catalog) {
        let name = self.all_names().find_map(|name| catalog.applet(argv, name));
        if let Some((applet, index)) = name {
            self.arguments.drain(..index.min(self.arguments.len()));
            if !self.possible.contains(&applet) {
                self.possible.push(applet);
            }
        }
    }

    /// Makes this the command of other words, in the same surroundings.
    pub(crate) fn become_program(&mut self, words: Vec<Argument>) {
        let cwd = self.directories.first().cloned().unwrap_or_default();
        let first = words.first().and_then(Argument::known).map(ToOwned::to_owned);
        let program = first.as_ref().map(|word| super::line::program(word, &cwd)).unwrap_or_default();
        self.program_known = first.is_some();
        self.certain = program.names.certain;
        self.possible = program.names.possible;
        self.paths = program.paths;
        self.sha256 = None;
        self.script = None;
        self.arguments = words;
        self.redirections.clear();
        self.assignments.clear();
    }

    /// Says whether there is no program: only assignments or redirections.
    pub(crate) fn is_bare(&self) -> bool {
        self.arguments.is_empty() && self.program_known
    }

    /// Returns the files that are read for its standard input.
    pub(crate) fn fed_by(&self) -> Vec<(OsString, Clarity)> {
        let read = |(kind, target): &(RedirectionKind, Argument)| {
            let clarity = if target.known().is_some() { Clarity::Known } else { Clarity::Unknown };
            let reads = matches!(kind, RedirectionKind::Read | RedirectionKind::ReadWrite);
            reads.then(|| (target.shown(), clarity))
        };
        let read: Vec<_> = self.redirections.iter().filter_map(read).collect();
        match &self.mates {
            Some((mates, position)) if read.is_empty() && self.fed => mates.printed(*position),
            Some(_) | None => read,
        }
    }

    /// Says whether this is `cat FILES` and nothing else.
    pub(crate) fn prints_files(&self) -> bool {
        let plain = |word: &Argument| word.known().is_none_or(|text| !text.as_encoded_bytes().starts_with(b"-"));
        let cat = self.arguments.first().and_then(Argument::known).is_some_and(|name| name == "cat");
        cat && self.redirections.is_empty() && self.arguments.iter().skip(1).all(plain)
    }

    /// Follows the links that the line itself has made.
    /// `follows` says whether the last part is followed too.
    pub(crate) fn through_links(&self, written: &Path, real: PathBuf, follows: bool, places: &Places) -> PathBuf {
        let led = |(link, target): &(PathBuf, PathBuf)| {
            let below = written.strip_prefix(link).ok()?;
            (follows || !below.as_os_str().is_empty()).then(|| target.join(below))
        };
        match self.links.iter().rev().find_map(led) {
            Some(target) => {
                let target = places.absolute(target.as_os_str(), Path::new("/"));
                lexical(&places.world.canonical(&target))
            }
            None => real,
        }
    }

    /// `git-push x`, which is how git calls its own parts, is judged as `git push x`.
    pub(crate) fn join_dashed(&mut self, catalog: &Catalog) {
        let Some(zeroth) = self.arguments.first().and_then(Argument::known).map(base_name) else { return };
        let Some((program, subcommand)) = zeroth.split_once('-') else { return };
        let dashes = |entry: &&Entry| entry.style == Style::Git && entry.subcommands.contains_key(subcommand);
        if catalog.entry(program).filter(dashes).is_none() {
            return;
        }
        self.arguments.splice(..1, [program, subcommand].map(|word| Argument::Known(word.into())));
        if !self.possible.iter().any(|name| name == program) {
            self.possible.push(program.to_owned());
        }
    }

    /// Returns every name, the certain ones first.
    pub(crate) fn all_names(&self) -> impl Iterator<Item = &str> {
        self.certain.iter().chain(&self.possible).map(String::as_str)
    }

    /// Returns the best name to show.
    pub(crate) fn name(&self) -> String {
        let shown = || self.arguments.first().map(|first| first.shown().to_string_lossy().into_owned());
        self.all_names().next().map(str::to_owned).or_else(shown).unwrap_or_default()
    }

    /// Returns the command as a shell would show it, raw.
    pub(crate) fn shown(&self) -> String {
        let words: Vec<String> =
            self.arguments.iter().map(|word| word.shown().to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    /// Returns the catalog's entries for its names, each once.
    fn entries<'c>(&self, catalog: &'c Catalog) -> Vec<&'c Entry> {
        let mut entries: Vec<&Entry> = Vec::new();
        for name in self.all_names() {
            let found = catalog.entry(name);
            if let Some(entry) = found.filter(|entry| !entries.iter().any(|known| std::ptr::eq(*known, *entry))) {
                entries.push(entry);
            }
        }
        entries
    }
}

/// A candidate in one of its normal forms, with the texts that regexes search.
pub(crate) struct View<'a> {
    pub(crate) candidate: &'a Candidate,
    pub(crate) command: Command,
    /// What the catalog knows of the program.
    pub(crate) entry: Option<&'a Entry>,
    pub(crate) catalog: &'a Catalog,
    texts: OnceCell<Texts>,
    paths: OnceCell<Vec<Given>>,
    effects: OnceCell<Vec<Effect>>,
}

/// The texts of a command.
pub(crate) struct Texts {
    /// What deny and ask rules search.
    pub(crate) strict: Vec<String>,
    /// The text that an allow rule must match whole: program by a certain name, arguments quoted.
    pub(crate) exact: Option<String>,
}

impl<'a> View<'a> {
    /// Returns every normal form of a candidate.
    pub(crate) fn of(candidate: &'a Candidate, catalog: &'a Catalog) -> Vec<Self> {
        let name = candidate.name();
        let known = candidate.entries(catalog);
        let entries: Vec<Option<&Entry>> =
            if known.is_empty() { vec![None] } else { known.into_iter().map(Some).collect() };
        let one = |entry: Option<&'a Entry>| {
            let commands = readings(&name, &candidate.arguments, entry).into_iter();
            commands.map(move |command| Self {
                candidate,
                command,
                entry,
                catalog,
                texts: OnceCell::new(),
                paths: OnceCell::new(),
                effects: OnceCell::new(),
            })
        };
        entries.into_iter().flat_map(one).collect()
    }

    /// Returns what the command does.
    pub(crate) fn effects(&self, places: &Places) -> &[Effect] {
        self.effects.get_or_init(|| effects::effects(self, places))
    }

    /// Returns the kinds of effects that the command has, or may have.
    pub(crate) fn kinds(&self, places: &Places) -> KindSet {
        self.effects(places).iter().map(|effect| effect.kind).collect()
    }

    /// Says whether its effects are all known.
    pub(crate) fn is_bounded(&self) -> bool {
        effects::are_known(self)
    }

    /// Returns the paths that the command is given.
    pub(crate) fn paths(&self, places: &Places) -> &[Given] {
        self.paths.get_or_init(|| matcher::given(self.candidate, &self.command, places))
    }

    /// Returns the texts of the command.
    pub(crate) fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Texts::of(self.candidate, &self.command))
    }
}

impl Texts {
    fn of(candidate: &Candidate, command: &Command) -> Self {
        let is_script = |word: &str| candidate.script.as_deref() == Some(word);
        // The script of a shell is judged on its own: at the kernel door by the execs that come of it.
        let words: Vec<String> = candidate
            .arguments
            .iter()
            .skip(1)
            .map(|word| word.shown().to_string_lossy().into_owned())
            .filter(|word| !is_script(word))
            .collect();
        let arguments = words.join(" ");
        let mut strict = Vec::new();
        let written = candidate.arguments.first().map(|word| word.shown().to_string_lossy().into_owned());
        for name in written.iter().map(String::as_str).chain(candidate.all_names()) {
            push(&mut strict, format!("{name} {arguments}"));
        }
        push(&mut strict, normal_text(command, is_script));
        let name = candidate
            .certain
            .first()
            .cloned()
            .or_else(|| candidate.paths.first().map(|path| path.to_string_lossy().into_owned()));
        let known = candidate.arguments.iter().all(|word| word.known().is_some());
        let exact = name.filter(|_| known && !candidate.assigns).map(|name| {
            let rest =
                candidate.arguments.iter().skip(1).map(|word| crate::model::text::argument(&word.shown(), usize::MAX));
            [name].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
        });
        Self { strict, exact }
    }
}

fn push(texts: &mut Vec<String>, text: String) {
    let text = text.trim_end().to_owned();
    if !texts.contains(&text) {
        texts.push(text);
    }
}

/// Returns program, subcommand, every spelling of every flag, and the operands: a pattern that was
/// written for one spelling finds the others.
fn normal_text(command: &Command, is_script: impl Fn(&str) -> bool) -> String {
    let mut words = vec![command.program.clone()];
    words.extend(command.chain().map(str::to_owned));
    for flag in command.flags.iter().filter(|flag| flag.certain) {
        words.extend(flag.spellings.iter().cloned());
        let value = flag.value.as_ref().map(|value| value.to_string_lossy().into_owned());
        words.extend(value.filter(|value| !is_script(value)));
    }
    let operands = command.operands.iter().map(|operand| operand.text.to_string_lossy().into_owned());
    words.extend(operands.filter(|operand| !is_script(operand)));
    words.join(" ")
}
