//! One program of the catalog.

use super::effect::{Examples, Item, RawItem, RawRuns, Runs, Several};
use super::option::OptionTable;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How a program reads its options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Style {
    /// getopt_long: options anywhere, bundles, unambiguous abbreviations, `--` ends them.
    #[default]
    Gnu,
    /// As GNU, but the first operand ends the options.
    PosixStop,
    /// Global options, subcommand, options anywhere after it, abbreviations, `--no-x`.
    Git,
    /// Options anywhere, before or after the subcommand, bundles, no abbreviations (clap, pflag, nopt).
    Clap,
    /// One dash or two, no bundles, the first operand ends the options.
    Go,
    /// The same, but options stand anywhere (`go test ./... -run X`, `ffmpeg -i a b -y`).
    SingleDash,
    /// Options, starting points, then an expression of `-name value` (find(1)).
    Find,
    /// `name=value` (dd(1)).
    KeyValue,
    /// As GNU, but the first argument is a bundle with or without its dash (tar(1)).
    OldTar,
    /// No options: every argument is an operand (`yarn SCRIPT -x`).
    Words,
}

/// What the operands of a program are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Operands {
    /// Words, of which those with a slash may be paths.
    #[default]
    Text,
    /// Never paths.
    Plain,
    /// Paths whose targets are read or written.
    Path,
    /// Directory entries: the name itself is acted on, a symlink is not followed.
    Entry,
    /// The first is an expression, the others are paths (`grep`, `sed`).
    TextThenPath,
}

/// A command that a program starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wrapper {
    /// How many operands come before the command (`timeout 5 CMD`).
    pub(crate) skip: usize,
    /// `NAME=VALUE` operands before the command set its environment (`env`, `sudo`).
    pub(crate) assignments: bool,
    /// Arguments that cannot be known are added to the command (`xargs`).
    pub(crate) appends: bool,
    /// The option whose value is split into a command (`env -S`).
    pub(crate) split: Option<String>,
    /// The option whose value is a shell line (`su -c`).
    pub(crate) script: Option<String>,
    /// Nothing but that shell line is started: operands are no command.
    pub(crate) only_script: bool,
    /// The option whose value is the directory of the command (`env -C`).
    pub(crate) directory: Option<String>,
    /// Options after which the program starts nothing (`command -v`).
    pub(crate) inert: Vec<String>,
    /// The words after which a command stands, up to `;` or `+`, in which `{}` is a file (`find`).
    pub(crate) actions: Vec<String>,
    /// The command runs as somebody else: never passed over by an allow rule.
    pub(crate) privileged: bool,
    /// All operands are joined to one shell line (`eval`).
    pub(crate) line: bool,
    /// The command stands behind `--` and nowhere else (`kubectl exec POD -- CMD`).
    pub(crate) dashes: bool,
    /// The command runs on another machine, or in a container: its paths are not ours.
    pub(crate) elsewhere: bool,
    /// The words up to `:::` are the command, those behind it its arguments (`parallel`).
    pub(crate) colons: bool,
    /// The options whose value, or `{}`, stands for an argument that cannot be known (`xargs -I`).
    pub(crate) placeholder: Vec<String>,
    /// The option whose value is the program, the operands being its arguments (`python -m`).
    pub(crate) module: Option<String>,
    /// Who may run this may run what it starts; the effects of that are judged all the same (`npx`).
    pub(crate) covers: bool,
    /// Endings of words that are files which the program runs itself, not commands (`uv run x.py`).
    pub(crate) files: Vec<String>,
    /// The subcommand itself is the command, where the catalog knows a program of that name (`yarn tsc`).
    pub(crate) itself: bool,
}

/// A subcommand as the data files write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSubcommand {
    names: Vec<String>,
    style: Option<Style>,
    options: Vec<String>,
    operands: Operands,
    marks: BTreeMap<String, Vec<String>>,
    subcommands: BTreeMap<String, RawSubcommand>,
    wrapper: Option<Wrapper>,
    effects: Vec<RawItem>,
    runs: Several<RawRuns>,
    /// Its effects are not known.
    unknown: bool,
    open: bool,
}

/// A program as the data files write it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawEntry {
    pub(super) names: Vec<String>,
    style: Style,
    options: Vec<String>,
    operands: Operands,
    subcommands: BTreeMap<String, RawSubcommand>,
    wrapper: Option<Wrapper>,
    shell: bool,
    interpreter: bool,
    inline: Vec<String>,
    ends: Vec<String>,
    loader: bool,
    multicall: bool,
    beside: bool,
    effects: Option<Vec<RawItem>>,
    runs: Several<RawRuns>,
    open: bool,
    help: bool,
    pub(super) examples: Examples,
}

/// A subcommand: its options joined with those of what it is a subcommand of.
#[derive(Debug)]
pub(crate) struct Subcommand {
    /// The canonical name; `*` stands for any.
    pub(crate) name: String,
    pub(crate) style: Option<Style>,
    pub(crate) options: Arc<OptionTable>,
    pub(crate) operands: Operands,
    /// Beginnings of operands that mean an option: `+main` of `git push`.
    pub(crate) marks: Vec<(String, Arc<[String]>)>,
    pub(crate) subcommands: Subcommands,
    pub(crate) wrapper: Option<Wrapper>,
    pub(crate) effects: Vec<Item>,
    pub(crate) runs: Vec<Runs>,
    pub(crate) unknown: bool,
    /// Options that are not listed are certainly harmless (`npm test --coverage`).
    pub(crate) open: bool,
}

/// Subcommands, by every name that each has.
pub(crate) type Subcommands = HashMap<String, Arc<Subcommand>>;

/// A program.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) style: Style,
    pub(crate) options: Arc<OptionTable>,
    pub(crate) operands: Operands,
    pub(crate) subcommands: Subcommands,
    pub(crate) wrapper: Option<Wrapper>,
    /// Reads shell language: `-c LINE`, a script, or standard input.
    pub(crate) shell: bool,
    /// Reads a script file named by its first operand.
    pub(crate) interpreter: bool,
    /// The options after which the program's text, not a file, follows (`-c`, `-e`, `-m`).
    pub(crate) inline: Vec<String>,
    /// The options behind whose value everything is an operand (`python -m`).
    pub(crate) ends: Vec<String>,
    /// A dynamic loader.
    pub(crate) loader: bool,
    /// Many programs in one file.
    pub(crate) multicall: bool,
    /// Finds its parts through `argv[0]`.
    pub(crate) beside: bool,
    /// What it does; nothing where that is not known.
    pub(crate) effects: Option<Vec<Item>>,
    pub(crate) runs: Vec<Runs>,
    /// Whether options that are not listed may be given although an allow rule is to hold.
    pub(crate) open: bool,
    /// Whether it does nothing but explain itself where `--help` stands anywhere.
    pub(crate) help: bool,
}

impl RawEntry {
    /// Makes the entry ready for use.
    pub(super) fn read(self) -> Result<Entry, String> {
        let options = Arc::new(OptionTable::read(&self.options)?);
        let effects = self.effects.map(items).transpose()?;
        let starts = self.wrapper.is_some() || self.shell || self.multicall || self.loader;
        Ok(Entry {
            style: self.style,
            operands: self.operands,
            subcommands: subcommands(self.subcommands, &options)?,
            options,
            wrapper: self.wrapper,
            shell: self.shell,
            interpreter: self.interpreter,
            inline: self.inline,
            ends: self.ends,
            loader: self.loader,
            multicall: self.multicall,
            beside: self.beside,
            // What only starts others has no effects of its own unless it says so.
            effects: effects.or_else(|| starts.then(Vec::new)),
            runs: self.runs.0.into_iter().map(RawRuns::read).collect::<Result<_, _>>()?,
            open: self.open,
            help: self.help,
        })
    }
}

fn items(raw: Vec<RawItem>) -> Result<Vec<Item>, String> {
    raw.into_iter().map(RawItem::read).collect()
}

fn subcommands(raw: BTreeMap<String, RawSubcommand>, global: &Arc<OptionTable>) -> Result<Subcommands, String> {
    let mut out = HashMap::new();
    for (own, sub) in raw {
        let made = subcommand(&own, sub, global).map_err(|problem| format!("{own}: {problem}"))?;
        for spelling in made.1.into_iter().chain([own]) {
            if out.insert(spelling.clone(), Arc::clone(&made.0)).is_some() {
                return Err(format!("the subcommand {spelling} stands twice"));
            }
        }
    }
    Ok(out)
}

fn subcommand(
    name: &str,
    raw: RawSubcommand,
    global: &Arc<OptionTable>,
) -> Result<(Arc<Subcommand>, Vec<String>), String> {
    let options = Arc::new(OptionTable::read(&raw.options)?.over(global));
    let made = Subcommand {
        name: name.to_owned(),
        style: raw.style,
        operands: raw.operands,
        marks: raw.marks.into_iter().map(|(start, spellings)| (start, spellings.into())).collect(),
        subcommands: subcommands(raw.subcommands, &options)?,
        options,
        wrapper: raw.wrapper,
        effects: items(raw.effects)?,
        runs: raw.runs.0.into_iter().map(RawRuns::read).collect::<Result<_, _>>()?,
        unknown: raw.unknown,
        open: raw.open,
    };
    Ok((Arc::new(made), raw.names))
}

/// Finds a subcommand by one of its names, or the one that stands for any.
pub(crate) fn find<'s>(subcommands: &'s Subcommands, word: &str) -> Option<&'s Arc<Subcommand>> {
    subcommands.get(word).or_else(|| subcommands.get("*"))
}

impl Entry {
    /// Returns the subcommands of a command, the outer ones first.
    pub(crate) fn chain<'e>(&'e self, words: impl Iterator<Item = &'e str>) -> Vec<&'e Subcommand> {
        let mut chain = Vec::new();
        let mut level = &self.subcommands;
        for word in words {
            let Some(found) = find(level, word) else { break };
            chain.push(found.as_ref());
            level = &found.subcommands;
        }
        chain
    }

    /// Says whether an option that is not known here may be one that runs, writes or sends something:
    /// wherever some option that is known does.
    pub(crate) fn is_closed(&self) -> bool {
        fn any(subcommands: &Subcommands) -> bool {
            subcommands.values().any(|sub| {
                sub.effects.iter().any(|item| item.options().next().is_some())
                    || sub.runs.iter().any(|runs| runs.options().next().is_some())
                    || any(&sub.subcommands)
            })
        }
        let own = self.effects.iter().flatten().any(|item| item.options().next().is_some());
        !self.open && (own || self.runs.iter().any(|runs| runs.options().next().is_some()) || any(&self.subcommands))
    }

    /// Complains about options that effects speak of and that are not listed, and about faulty
    /// expressions.
    #[cfg(test)]
    pub(super) fn check(&self) -> Result<(), String> {
        let known = |table: &OptionTable, name: &str| table.exact(name).is_some();
        let items = self.effects.iter().flatten();
        items.clone().try_for_each(Item::check)?;
        self.runs.iter().try_for_each(Runs::check)?;
        let named = items.flat_map(Item::options).chain(self.runs.iter().flat_map(Runs::options));
        for name in named {
            let below = self.subcommands.values().any(|sub| known(&sub.options, name));
            if !known(&self.options, name) && !below {
                return Err(format!("an effect speaks of {name}, which is not listed"));
            }
        }
        self.subcommands.values().try_for_each(|sub| sub.check())
    }
}

#[cfg(test)]
impl Subcommand {
    fn check(&self) -> Result<(), String> {
        self.effects.iter().try_for_each(Item::check)?;
        self.runs.iter().try_for_each(Runs::check)?;
        let named = self.effects.iter().flat_map(Item::options).chain(self.runs.iter().flat_map(Runs::options));
        for name in named {
            let marked = self.marks.iter().any(|(_, spellings)| spellings.iter().any(|own| own == name));
            let below = self.subcommands.values().any(|sub| sub.options.exact(name).is_some());
            if self.options.exact(name).is_none() && !marked && !below {
                return Err(format!("an effect of {} speaks of {name}, which is not listed", self.name));
            }
        }
        self.subcommands.values().try_for_each(|sub| sub.check())
    }
}
