//! What a command sends that another one has read: through a pipe, or in its words.

use super::effect::Effect;
use super::host::Host;
use super::kind::EffectKind;
use crate::policy::judged::View;
use crate::policy::matcher::{Given, Places};

/// Adds that a command which speaks to a host sends what feeds it and what stands in its words.
///
/// Files that are read for a program which may not pass them on are sent to no host in particular: rules on
/// paths see them, rules on hosts do not.
pub(super) fn add(view: &View<'_>, places: &Places, out: &mut Vec<Effect>) {
    let Some((mates, position)) = &view.candidate.mates else { return };
    let speaks = |effect: &&Effect| effect.kind.is_on_hosts();
    if !out.iter().any(|effect| speaks(&effect)) {
        return;
    }
    let mut hosts: Vec<Option<Host>> = Vec::new();
    for host in out.iter().filter(speaks).flat_map(|effect| &effect.hosts) {
        if !hosts.contains(host) {
            hosts.push(host.clone());
        }
    }
    let uploads = out.iter().any(|effect| effect.kind == EffectKind::NetUpload);
    let fed = mates.fed(*position, view.catalog, places);
    let inserted = mates.inserted(*position, view.catalog, places);
    let dumps = fed.dumps || inserted.dumps;
    let mut read: Vec<Given> = fed.read;
    // The files of its own redirections: `curl -T - < FILE`.
    let own = out.iter().filter(|effect| effect.kind == EffectKind::FsRead && effect.on_line);
    read.extend(own.flat_map(|effect| effect.paths.iter().cloned()));
    let mut send = |mut paths: Vec<Given>, hosts| {
        // What the catalog says itself is there already.
        let sent = |path: &Given| {
            out.iter().any(|effect| effect.kind == EffectKind::NetUpload && effect.paths.iter().any(|own| own.is(path)))
        };
        paths.retain(|path| !sent(path));
        if !paths.is_empty() {
            out.push(Effect { paths, hosts, ..Effect::on_line(EffectKind::NetUpload) });
        }
    };
    send(read, if uploads { hosts.clone() } else { Vec::new() });
    send(inserted.read, Vec::new());
    if dumps {
        let hosts = if hosts.is_empty() { vec![None] } else { hosts };
        out.push(Effect { hosts, ..Effect::on_line(EffectKind::NetUpload) });
    }
}
