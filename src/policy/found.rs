//! What find(1) finds, as far as its words tell.

use super::normal::{Argument, Command};
use std::ffi::{OsStr, OsString};

/// Returns what stands for the files that are found: the starting points where every file may be meant, or
/// patterns below them where a name is asked for.
pub(crate) fn found(command: &Command) -> Vec<Argument> {
    let mut starts: Vec<Argument> = command.operands.iter().map(argument).collect();
    if starts.is_empty() {
        starts.push(Argument::Known(".".into()));
    }
    let Some(name) = only_name(command) else { return starts };
    starts.iter().map(|start| below(start, name)).collect()
}

fn argument(operand: &super::normal::Operand) -> Argument {
    use super::normal::Clarity;
    match operand.clarity {
        Clarity::Known => Argument::Known(operand.text.clone()),
        Clarity::Pattern => Argument::Pattern(operand.text.clone()),
        Clarity::Unknown => Argument::Unknown(operand.text.to_string_lossy().into_owned()),
    }
}

/// Returns the name that all files must have; nothing where some of them may have another one.
fn only_name(command: &Command) -> Option<&OsStr> {
    let is = |names: &[&str], name: &str| names.contains(&name);
    if command.flags.iter().any(|flag| is(&["-o", "-or", "-not"], flag.name()) || !flag.certain) || command.open {
        return None;
    }
    let mut names = command.flags.iter().filter(|flag| is(&["-name", "-iname"], flag.name()));
    let (first, second) = (names.next()?, names.next());
    first.value.as_deref().filter(|name| second.is_none() && *name != "*")
}

fn below(start: &Argument, name: &OsStr) -> Argument {
    match start {
        Argument::Known(folder) | Argument::Pattern(folder) => {
            let mut pattern: OsString = folder.clone();
            pattern.push("/**/");
            pattern.push(name);
            Argument::Pattern(pattern)
        }
        Argument::Unknown(_) | Argument::Quoted(_) => start.clone(),
    }
}
