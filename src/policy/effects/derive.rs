//! What a command does: from the catalog, and from what stands around it on its line.

use super::effect::{Branch, Effect};
use super::host::Host;
use super::kind::EffectKind;
use super::pick::{self, Picked};
use super::{around, code, secret, tool};
use crate::policy::catalog::{Item, Recursive};
use crate::policy::fit::Fit;
use crate::policy::judged::{Part, View};
use crate::policy::matcher::{Given, Places};
use crate::policy::normal::{Clarity, Role};

/// Returns the effects of a command in one of its readings.
pub(crate) fn effects(view: &View<'_>, places: &Places) -> Vec<Effect> {
    let mut effects = all(view, places);
    if view.candidate.part == Part::Line {
        effects.retain(|effect| effect.on_line);
    }
    effects
}

fn all(view: &View<'_>, places: &Places) -> Vec<Effect> {
    if let Some(call) = &view.candidate.tool {
        return tool::effects(call, view, places);
    }
    let mut out = Vec::new();
    around::add(view, places, &mut out);
    code::add_fetched(view, places, &mut out);
    let Some(entry) = view.entry else { return out };
    if entry.help && only_explains(view) {
        return out;
    }
    let chain = entry.chain(view.command.chain());
    let items = entry.effects.iter().flatten().chain(chain.iter().flat_map(|sub| &sub.effects));
    for item in items {
        add(item, view, places, &mut out);
    }
    code::add(entry, view, places, &mut out);
    out
}

/// Says whether `--help` is certainly an option of the command, not the value of one that is not known.
fn only_explains(view: &View<'_>) -> bool {
    let command = &view.command;
    let help = |flag: &crate::policy::normal::Flag| {
        flag.certain && flag.value.is_none() && flag.spellings.iter().any(|own| own == "--help")
    };
    command.certain && !command.open && !command.strange_option && command.flags.iter().any(help)
}

/// Says whether the effects of a command are known: the catalog knows them, and every option and
/// subcommand that is given where one may run, write or send something.
pub(crate) fn are_known(view: &View<'_>) -> bool {
    // A tool does what its call says; a rule that names it speaks of just that.
    if view.candidate.is_bare() || view.candidate.tool.is_some() {
        return true;
    }
    let Some(entry) = view.entry else { return false };
    let command = &view.command;
    let chain = entry.chain(command.chain());
    let open = chain.iter().any(|sub| sub.open);
    let unlisted = command.strange_subcommand || (command.strange_option && entry.is_closed() && !open);
    entry.effects.is_some() && !unlisted && !chain.iter().any(|sub| sub.unknown)
}

/// Adds the effects of one item of the catalog.
fn add(item: &Item, view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    let mut fit = pick::holds(&item.when, view);
    if fit == Fit::No {
        return;
    }
    if !view.command.certain {
        fit = fit.at_most_possible();
    }
    let mut paths = pick::all(&item.path, view);
    if paths.is_empty() {
        paths = pick::all(&item.otherwise, view);
    }
    let hosts = pick::all(&item.host, view);
    if (!item.host.is_empty() && hosts.is_empty()) || (!item.path.is_empty() && paths.is_empty() && hosts.is_empty()) {
        return;
    }
    let branches = pick::all(&item.branch, view);
    let recursive = match &item.recursive {
        Recursive::Never => Fit::No,
        Recursive::Always => Fit::Certain,
        Recursive::With(flags) => Fit::any(flags.iter().map(|flag| flag.among(&view.command))),
    };
    for kind in &item.kinds {
        let mut effect = Effect { fit, recursive, ..Effect::of(*kind) };
        effect.paths = given(&paths, *kind, view, places);
        if !kind.is_on_files() {
            effect.hosts = hosts.iter().map(host).collect();
        }
        if !item.branch.is_empty() {
            effect.branches = self::branches(&branches, view, places);
        }
        if kind.is_on_files() && effect.paths.is_empty() {
            continue;
        }
        around::add_overwritten(&effect, out);
        if *kind == EffectKind::NetConnect
            && hosts.iter().any(|picked| secret::stands_in(&picked.text.to_string_lossy()))
        {
            out.push(Effect { fit, hosts: effect.hosts.clone(), ..Effect::of(EffectKind::NetUpload) });
        }
        out.push(effect);
    }
}

/// Returns the paths that texts of a command mean.
pub(super) fn given(picked: &[Picked], kind: EffectKind, view: &View<'_>, places: &Places) -> Vec<Given> {
    let one = |picked: &Picked| {
        // Removing acts on the name itself; everything else goes where a link leads.
        let entry = picked.role == Role::Entry && matches!(kind, EffectKind::FsDelete);
        let role = if entry { Role::Entry } else { Role::Path };
        Given::of(&picked.text, role, picked.clarity, picked.fit, view.candidate, places)
    };
    // What is written to /dev/null is nowhere (`curl -o /dev/null`).
    let nowhere = |picked: &Picked| {
        let known = kind == EffectKind::FsWrite && picked.clarity == Clarity::Known;
        known && picked.text.to_str().is_some_and(around::is_harmless)
    };
    // The value of an option that is no path (`curl -d TEXT`), and standard input.
    let is_file = |picked: &&Picked| picked.role != Role::Plain && picked.text != "-";
    picked.iter().filter(is_file).filter(|picked| !nowhere(picked)).flat_map(one).collect()
}

/// Reads the host, also of an address of which only the rest is not known: `https://host/$X`.
fn host(picked: &Picked) -> Option<Host> {
    let text = picked.text.to_str()?;
    if picked.clarity == Clarity::Known {
        return Host::read(text);
    }
    let start = pick::literal_start(text);
    let whole = start.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    if whole { Host::read(start) } else { None }
}

/// Reads branches out of refspecs: `main`, `+a:b`, `:b`, `refs/heads/b`, `HEAD`. Without any it is the
/// branch that is checked out.
fn branches(picked: &[Picked], view: &View<'_>, places: &Places) -> Vec<Branch> {
    let current = || {
        let one = |directory: &std::path::PathBuf| places.world.branch(directory);
        let candidate = view.candidate;
        match candidate.directories.first().filter(|_| !candidate.elsewhere).and_then(one) {
            Some(name) => Branch::Name(name),
            None => Branch::Unknown,
        }
    };
    if picked.is_empty() {
        return vec![current()];
    }
    let read = |picked: &Picked| {
        let text = match (picked.clarity, picked.text.to_str()) {
            (Clarity::Known | Clarity::Pattern, Some(text)) => text,
            (Clarity::Known | Clarity::Pattern | Clarity::Unknown, _) => return Branch::Unknown,
        };
        let text = text.strip_prefix('+').unwrap_or(text);
        let target = text.rsplit_once(':').map_or(text, |(_, target)| target);
        let name = target.strip_prefix("refs/heads/").or_else(|| target.strip_prefix("heads/")).unwrap_or(target);
        match name {
            "HEAD" | "@" | "" => current(),
            name if name.contains('*') => Branch::All,
            name => Branch::Name(name.to_owned()),
        }
    };
    picked.iter().map(read).collect()
}

/// Returns the branches that `git push` writes to, or the one that is checked out.
pub(crate) fn target_branches(view: &View<'_>, places: &Places) -> Vec<Branch> {
    let pushed = view.command.subcommand.as_deref() == Some("push");
    let operands = view.command.operands.iter().skip(1).filter(|_| pushed);
    let picked: Vec<Picked> = operands
        .map(|operand| Picked {
            text: operand.text.clone(),
            clarity: operand.clarity,
            role: operand.role,
            fit: Fit::Certain,
        })
        .collect();
    branches(&picked, view, places)
}
