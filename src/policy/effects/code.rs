//! Code that runs and is none of the programs that are judged themselves: scripts, and what a shell or an
//! interpreter is fed.

use super::derive::given;
use super::effect::Effect;
use super::kind::{CodeSource, EffectKind};
use super::pick::Picked;
use crate::policy::catalog::Entry;
use crate::policy::fit::Fit;
use crate::policy::judged::View;
use crate::policy::matcher::{Given, Places};
use crate::policy::normal::{Clarity, Role};

/// Adds the effect of a program that the line itself has fetched before.
pub(super) fn add_fetched(view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    let Some(path) = view.candidate.paths.first() else { return };
    if is_fetched(path, view, places) {
        out.push(Effect::on_line(EffectKind::CodeNetwork));
    }
}

fn is_fetched(path: &std::path::Path, view: &View<'_>, places: &Places) -> bool {
    let mates = view.candidate.mates.as_ref();
    mates.is_some_and(|(mates, position)| mates.has_fetched(*position, path, view.catalog, places))
}

/// Adds what an interpreter does besides what its own entry says: it runs a script, or what it is fed.
pub(super) fn add(entry: &Entry, view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    if !entry.shell && !entry.interpreter {
        return;
    }
    let command = &view.command;
    let inline = |name: &&String| command.flags.iter().any(|flag| flag.spellings.contains(name) && flag.certain);
    // `-s` of a shell: the script is what it is fed, the operands are its arguments.
    let from_stdin = entry.shell && command.flags.iter().any(|flag| flag.name() == "-s");
    if !from_stdin && entry.inline.iter().any(|name| inline(&name)) {
        return from_words(view, places, out);
    }
    let script = command.operands.first().filter(|operand| !from_stdin && operand.text != "-");
    if let Some(script) = script {
        let fit = if script.may_be_value { Fit::Possible } else { Fit::Certain };
        let picked = Picked { text: script.text.clone(), clarity: script.clarity, role: Role::Path, fit };
        let paths = given(&[picked], EffectKind::CodeExec, view, places);
        if script.clarity == Clarity::Unknown {
            from_words(view, places, out);
        }
        if paths.iter().filter_map(Given::known).any(|path| is_fetched(path, view, places)) {
            out.push(Effect::on_line(EffectKind::CodeNetwork));
        }
        out.push(Effect { paths, ..Effect::of(EffectKind::CodeExec) });
        return;
    }
    let says_only = |name: &String| matches!(name.as_str(), "--version" | "--help" | "-V" | "-h");
    if !command.flags.iter().any(|flag| flag.spellings.iter().any(says_only)) {
        from_input(entry, view, places, out);
    }
}

/// `sh -c "$(curl …)"`, `bash <(curl …)`: the code is what other commands print.
fn from_words(view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    let Some((mates, position)) = &view.candidate.mates else { return };
    if mates.inserted(*position, view.catalog, places).network {
        out.push(Effect::on_line(EffectKind::CodeNetwork));
    }
}

fn from_input(entry: &Entry, view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    let candidate = view.candidate;
    if candidate.stdin.is_some() {
        // A shell's literal standard input is read as a line and judged command by command.
        if !entry.shell {
            out.push(Effect::on_line(EffectKind::CodeInline));
        }
        return;
    }
    if !candidate.fed {
        return;
    }
    let fed = candidate.mates.as_ref().map(|(mates, position)| mates.fed(*position, view.catalog, places));
    let code = Effect::on_line(EffectKind::CodeExec);
    match fed {
        Some(fed) if fed.network => out.push(Effect::on_line(EffectKind::CodeNetwork)),
        Some(fed) if fed.files => out.push(Effect { paths: fed.read, ..code }),
        Some(_) | None => {
            // Whatever it is, it may have come from the network.
            out.push(Effect { source: Some(CodeSource::Unknown), ..code });
            out.push(Effect { fit: Fit::Unknown, ..Effect::on_line(EffectKind::CodeNetwork) });
        }
    }
}
