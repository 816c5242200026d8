//! A command as people write it in a simple pattern: `rm -rf /`, `git push --force`.

use super::{Sense, Trial};
use crate::policy::catalog::Catalog;
use crate::policy::fit::Fit;
use crate::policy::normal::{Argument, Clarity, Command, Operand, Role, readings};
use std::ffi::OsString;

/// A command that is matched in normal form: same program, at least its flags in any spelling and
/// order, its operands as whole tokens in their order.
#[derive(Debug)]
pub(crate) struct Literal {
    /// The name of the program.
    pub(crate) name: String,
    /// Its path, where the pattern gives one.
    pub(crate) path: Option<std::path::PathBuf>,
    wanted: Command,
    /// The same words read without the catalog, for a program that goes by another name.
    shapeless: Command,
}

impl Literal {
    /// Reads the words of a pattern.
    pub(crate) fn read(words: &[String], catalog: &Catalog) -> Option<Self> {
        let first = words.first()?;
        let name = crate::policy::normal::base_name(first.as_ref());
        let arguments: Vec<Argument> = words.iter().map(|word| Argument::Known(OsString::from(word))).collect();
        let wanted = readings(&name, &arguments, catalog.entry(&name)).into_iter().next()?;
        let shapeless = readings(&name, &arguments, None).into_iter().next()?;
        let path = first.starts_with('/').then(|| first.into());
        Some(Self { name, path, wanted, shapeless })
    }

    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        let candidate = trial.view.candidate;
        if !candidate.program_known {
            return Fit::Unknown;
        }
        let program = if candidate.certain.contains(&self.name) {
            Fit::Certain
        } else if candidate.possible.contains(&self.name) {
            Fit::Possible
        } else {
            return Fit::No;
        };
        let command = &trial.view.command;
        let wanted = if command.known { &self.wanted } else { &self.shapeless };
        let mut fit = program.min(Fit::of(command.chain().take(wanted.chain().count()).eq(wanted.chain())));
        if !command.certain {
            fit = fit.at_most_possible();
        }
        for flag in wanted.flags.iter().filter(|flag| flag.certain) {
            fit = fit.min(flag_fit(flag, wanted, command));
        }
        let operands: Vec<&Operand> = wanted.operands.iter().collect();
        let given: Vec<&Operand> = command.operands.iter().collect();
        fit = fit.min(in_order(&operands, &given, trial));
        if trial.sense == Sense::Every {
            fit = fit.min(nothing_more(wanted, command));
        }
        fit
    }
}

/// Looks for one wanted flag. A bundle that the catalog cannot take apart (`tool -xz`) is also there
/// when all its letters are.
fn flag_fit(flag: &crate::policy::normal::Flag, wanted: &Command, command: &Command) -> Fit {
    let one = |name: &str| {
        Fit::any(command.flags.iter().filter(|given| given.spellings.iter().any(|own| own == name)).map(
            |given| match (&flag.value, &given.value) {
                (Some(wanted), Some(value)) if wanted != value => Fit::No,
                _ if given.certain => Fit::Certain,
                _ => Fit::Possible,
            },
        ))
    };
    let mut best = one(flag.name());
    let name = flag.name();
    if !wanted.known && best == Fit::No && !name.starts_with("--") && name.len() > 2 {
        best = Fit::all(name.chars().skip(1).map(|letter| one(&format!("-{letter}")))).at_most_possible();
    }
    if command.open { best.max(Fit::Unknown) } else { best }
}

/// Says whether the wanted operands are among the given ones, in order.
fn in_order(wanted: &[&Operand], given: &[&Operand], trial: Trial<'_>) -> Fit {
    let Some((first, wanted_left)) = wanted.split_first() else { return Fit::Certain };
    let mut best = Fit::No;
    for (index, operand) in given.iter().enumerate() {
        let here = match operand.clarity {
            Clarity::Known if same(first, operand, trial) => {
                in_order(wanted_left, given.get(index + 1..).unwrap_or_default(), trial)
            }
            Clarity::Known => Fit::No,
            Clarity::Pattern | Clarity::Unknown => Fit::Unknown,
        };
        best = best.max(here);
        if best >= Fit::Possible {
            break;
        }
    }
    best
}

fn same(wanted: &Operand, given: &Operand, trial: Trial<'_>) -> bool {
    if wanted.text == given.text {
        return true;
    }
    let is_path = matches!(given.role, Role::Path | Role::Entry);
    is_path
        && trial.view.candidate.directories.iter().any(|directory| {
            trial.places.absolute(&wanted.text, directory) == trial.places.absolute(&given.text, directory)
        })
}

/// An allow covers what the pattern says and nothing besides: no flag and no operand more.
fn nothing_more(wanted: &Command, command: &Command) -> Fit {
    let known = |name: &str| wanted.flags.iter().any(|flag| flag.spellings.iter().any(|own| own == name));
    let flags =
        command.flags.iter().filter(|flag| flag.certain).all(|flag| flag.spellings.iter().any(|own| known(own)));
    Fit::of(
        flags && !command.open && wanted.chain().eq(command.chain()) && command.operands.len() == wanted.operands.len(),
    )
}
