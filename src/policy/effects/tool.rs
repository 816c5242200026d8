//! What the agent's own tools do: they write, read and fetch without a program.

use super::effect::Effect;
use super::host::Host;
use super::kind::EffectKind;
use super::pick::file_url;
use super::secret;
use crate::model::ToolCall;
use crate::policy::fit::Fit;
use crate::policy::judged::View;
use crate::policy::matcher::{Given, Places};
use crate::policy::normal::{Clarity, Role};
use std::ffi::OsStr;

/// Tools that are known, in lower case and without `_`, and what they do to their path. Agents call the
/// same thing by different names.
const TOOLS: [(&[&str], &[EffectKind]); 4] = [
    (
        &[
            "write",
            "writefile",
            "writetofile",
            "edit",
            "editfile",
            "multiedit",
            "update",
            "create",
            "createfile",
            "replace",
            "replaceinfile",
            "replacefilecontent",
            "strreplace",
            "strreplaceeditor",
            "strreplacebasededittool",
            "insert",
            "notebookedit",
            "editnotebook",
            "applydiff",
            "searchreplace",
            "memory",
        ],
        &[EffectKind::FsWrite],
    ),
    (
        &["applypatch", "patch", "delete", "deletefile", "removefile", "move", "movefile", "rename"],
        &[EffectKind::FsWrite, EffectKind::FsDelete],
    ),
    (
        &[
            "read",
            "readfile",
            "readmanyfiles",
            "view",
            "viewfile",
            "viewimage",
            "open",
            "openfile",
            "notebookread",
            "grep",
            "search",
            "grepsearch",
            "searchfilecontent",
            "codebasesearch",
        ],
        &[EffectKind::FsRead],
    ),
    // Which files there are is not what stands in them.
    (&["ls", "list", "listdir", "listdirectory", "listfiles", "glob", "filesearch", "findfiles"], &[]),
];

/// What a tool may do of which nobody knows more than its path.
const ANY: [EffectKind; 3] = [EffectKind::FsRead, EffectKind::FsWrite, EffectKind::FsDelete];

/// Returns the effects of a tool call, without those of the shell line in it, which is judged itself.
pub(super) fn effects(call: &ToolCall, view: &View<'_>, places: &Places) -> Vec<Effect> {
    let mut out = Vec::new();
    if let Some(path) = &call.path {
        let (kinds, fit) = kinds(&call.tool);
        for kind in kinds {
            out.push(on(path.as_os_str(), *kind, fit, view, places));
        }
    }
    let Some(url) = &call.url else { return out };
    if let Some(path) = file_url(url) {
        out.push(on(OsStr::new(&path), EffectKind::FsRead, Fit::Certain, view, places));
        return out;
    }
    let hosts = vec![Host::read(url)];
    if secret::stands_in(url) {
        out.push(Effect { hosts: hosts.clone(), ..Effect::of(EffectKind::NetUpload) });
    }
    out.push(Effect { hosts, ..Effect::of(EffectKind::NetConnect) });
    out
}

fn kinds(tool: &str) -> (&'static [EffectKind], Fit) {
    let name: String = tool.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    // A server may give its tools any name: `mcp__x__read` is whatever x makes of it.
    let known = TOOLS.iter().find(|(names, _)| names.contains(&name.as_str()));
    known.map_or((&ANY, Fit::Possible), |(_, kinds)| (kinds, Fit::Certain))
}

fn on(path: &OsStr, kind: EffectKind, fit: Fit, view: &View<'_>, places: &Places) -> Effect {
    let role = if kind == EffectKind::FsDelete { Role::Entry } else { Role::Path };
    let paths = Given::of(path, role, Clarity::Known, Fit::Certain, view.candidate, places);
    Effect { paths, fit, ..Effect::of(kind) }
}
