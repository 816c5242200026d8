//! Effects that need no program: redirections and assignments.

use super::derive::given;
use super::effect::Effect;
use super::host::Host;
use super::kind::EffectKind;
use super::pick::Picked;
use crate::policy::catalog::{Catalog, is_like};
use crate::policy::fit::Fit;
use crate::policy::judged::View;
use crate::policy::matcher::{Given, Places};
use crate::policy::normal::{Argument, Clarity, Role};
use crate::shell::RedirectionKind;
use std::path::Path;

/// Adds what redirections and assignments do.
pub(super) fn add(view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    for (kind, target) in &view.candidate.redirections {
        redirection(*kind, target, view, places, out);
    }
    assignments(view, out);
}

/// Files that hold nothing: what is read from or written to them is nowhere.
const HARMLESS: [&str; 9] = [
    "/dev/null",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// Says whether a path names a descriptor or a device without content.
pub(super) fn is_harmless(text: &str) -> bool {
    HARMLESS.contains(&text) || text.strip_prefix("/dev/fd/").is_some_and(|fd| fd.bytes().all(|b| b.is_ascii_digit()))
}

fn redirection(kind: RedirectionKind, target: &Argument, view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    let clarity = match target {
        Argument::Known(_) => Clarity::Known,
        Argument::Pattern(_) => Clarity::Pattern,
        Argument::Unknown(_) | Argument::Quoted(_) => Clarity::Unknown,
    };
    let text = target.shown();
    let shown = text.to_string_lossy();
    if clarity == Clarity::Known && is_harmless(&shown) {
        return;
    }
    if let Some(host) = socket(&shown) {
        return socket_effects(kind, host, view, out);
    }
    let picked = [Picked { text: text.clone(), clarity, role: Role::Path, fit: Fit::Certain }];
    let mut push = |kind: EffectKind| {
        let paths = given(&picked, kind, view, places);
        let effect = Effect { paths, ..Effect::on_line(kind) };
        add_overwritten(&effect, out);
        out.push(effect);
    };
    if matches!(kind, RedirectionKind::Read | RedirectionKind::ReadWrite) {
        push(EffectKind::FsRead);
    }
    if kind != RedirectionKind::Read {
        push(EffectKind::FsWrite);
    }
}

/// Beginnings of the names of disks in `/dev`.
const DISKS: [&str; 10] = ["sd", "hd", "vd", "xvd", "nvme", "mmcblk", "disk", "rdisk", "mapper/", "md"];

/// What is written to a disk itself is lost with everything on it.
pub(super) fn add_overwritten(effect: &Effect, out: &mut Vec<Effect>) {
    let is_disk = |path: &&Given| {
        let name = path.known().and_then(|path| path.strip_prefix("/dev").ok()).and_then(Path::to_str);
        name.is_some_and(|name| DISKS.iter().any(|disk| name.starts_with(disk)))
    };
    let disks: Vec<Given> = effect.paths.iter().filter(is_disk).cloned().collect();
    if effect.kind == EffectKind::FsWrite && !disks.is_empty() {
        out.push(Effect {
            paths: disks,
            fit: effect.fit,
            recursive: Fit::Certain,
            on_line: effect.on_line,
            ..Effect::of(EffectKind::FsDelete)
        });
    }
}

/// `/dev/tcp/HOST/PORT`, which bash opens as a connection. A name that is not known: no host.
fn socket(text: &str) -> Option<Option<Host>> {
    let rest = text.strip_prefix("/dev/tcp/").or_else(|| text.strip_prefix("/dev/udp/"))?;
    let (name, port) = rest.split_once('/').unwrap_or((rest, ""));
    let host = if name.contains(['$', '`']) { None } else { Host::read(name) };
    Some(host.map(|host| Host { port: port.parse().ok(), ..host }))
}

fn socket_effects(kind: RedirectionKind, host: Option<Host>, view: &View<'_>, out: &mut Vec<Effect>) {
    let mut push = |kind: EffectKind| out.push(Effect { hosts: vec![host.clone()], ..Effect::on_line(kind) });
    push(EffectKind::NetConnect);
    if view.entry.is_some_and(|entry| entry.shell || entry.interpreter) {
        push(EffectKind::NetShell);
    }
    if kind != RedirectionKind::Read {
        push(EffectKind::NetUpload);
    }
}

/// The variables that stand before a command, that `export` sets, or a wrapper such as `env`.
fn assignments(view: &View<'_>, out: &mut Vec<Effect>) {
    let injects = view.candidate.assignments.iter().any(|(name, value)| {
        let value = value.known().map(|value| value.to_string_lossy().into_owned());
        injects(name, value.as_deref())
    });
    if injects {
        out.push(Effect::on_line(EffectKind::EnvInject));
    }
}

/// Says whether setting a variable changes what programs run. A value that is not known is the worst.
fn injects(name: &str, value: Option<&str>) -> bool {
    let fits = |pattern: &str| match pattern.split_once('=') {
        Some((names, values)) => is_like(names, name) && value.is_none_or(|value| is_like(values, value)),
        None => is_like(pattern, name),
    };
    let patterns = || Catalog::injecting().iter();
    let harmless = |pattern: &str| value.is_some() && fits(pattern);
    patterns().filter(|pattern| !pattern.starts_with('!')).any(|pattern| fits(pattern))
        && !patterns().filter_map(|pattern| pattern.strip_prefix('!')).any(harmless)
}
