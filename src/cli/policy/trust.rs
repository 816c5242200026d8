//! `tollgate policy trust`.

use super::given::{Error, Here};
use crate::cli::args::PolicyArgs;
use crate::cli::output;
use crate::model::text::{escape, escape_os};
use crate::model::{Decision, Layer, exit};
use crate::policy::{Context, Policy, Trust};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

/// What is trusted, and how.
pub(super) struct Asked<'a> {
    pub(super) project: Option<&'a Path>,
    pub(super) list: bool,
    pub(super) remove: bool,
    pub(super) digest: Option<&'a str>,
    pub(super) json: bool,
}

pub(super) fn trust(asked: &Asked<'_>) -> Result<u8, Error> {
    let mut here = Here::find(None)?;
    let mut trust = Trust::open(here.places.trust.clone(), here.caller.uid)?;
    if asked.list {
        list(&trust, asked.json);
        return Ok(exit::SUCCESS);
    }
    // An agent must not widen what its own next session may do.
    if here.caller.variable("TOLLGATE_SESSION").is_some() {
        return Err(Error::Inside);
    }
    if let Some(project) = asked.project {
        let shown = escape_os(project.as_os_str()).into_owned();
        let found = std::fs::canonicalize(here.caller.cwd.join(project));
        here.caller.cwd = found.map_err(|source| Error::Read { path: shown, source })?;
    }
    let workspace = here.caller.workspace();
    let shown = escape_os(workspace.as_os_str()).into_owned();
    if asked.remove {
        let was = trust.remove(&workspace)?;
        output::line(format_args!("{shown} {}", if was { "is no longer trusted" } else { "was not trusted" }));
        return Ok(if was { exit::SUCCESS } else { exit::FOUND });
    }
    let sources = here.all(&PolicyArgs { policies: Vec::new() });
    let before = Policy::load(&sources, &here.context()?)?;
    let digest = before.project_digest().ok_or_else(|| Error::NoProject(shown.clone()))?;
    // What would hold, with exactly these files trusted.
    let after = Policy::load(&sources, &Context { trusted_project: Some(digest), ..here.context()? })?;
    if !asked.json {
        output::text(summary(&after, &shown, &digest.to_string()));
    }
    if !agreed(asked, &digest.to_string())? {
        output::say("nothing was changed");
        return Ok(exit::FOUND);
    }
    trust.add(&workspace, digest)?;
    if asked.json {
        output::json(&serde_json::json!({ "project": shown, "sha256": digest.to_string(), "trusted": true }));
    } else {
        output::line("It is trusted as it is now. Any change needs trust again.");
    }
    Ok(exit::SUCCESS)
}

fn list(trust: &Trust, json: bool) {
    if json {
        let all: Vec<serde_json::Value> = trust
            .projects()
            .iter()
            .map(|(folder, digest)| {
                serde_json::json!({ "project": folder.to_string_lossy(), "sha256": digest.to_string() })
            })
            .collect();
        output::json(&serde_json::json!({ "projects": all }));
        return;
    }
    for (folder, digest) in trust.projects() {
        output::line(format_args!("{digest}  {}", escape_os(folder.as_os_str())));
    }
}

/// Says what trusting would let count.
fn summary(after: &Policy, workspace: &str, digest: &str) -> String {
    let mut out = format!("Project {workspace}\n  digest of its policy files: {digest}\n");
    let of_project = |layer: Layer| layer == Layer::Project;
    for file in after.files().iter().filter(|file| of_project(file.layer)) {
        out.push_str(&format!("  {}\n", escape_os(file.path.as_os_str())));
    }
    let allows = || {
        let rules = after.rules().iter();
        rules.filter(|rule| of_project(rule.place.layer) && rule.decision == Decision::Allow)
    };
    if allows().next().is_none() {
        out.push_str("No allow rule of it would count: the layers above do not let it, or it has none.\n");
    } else {
        out.push_str("These allow rules would count:\n");
    }
    for rule in allows() {
        let title = rule.title.as_deref().map(|title| format!(": {}", escape(title.as_bytes()))).unwrap_or_default();
        let file = escape_os(rule.place.file.as_os_str());
        let id = escape(rule.id.as_str().as_bytes());
        out.push_str(&format!(
            "  {}  {id}{title}\n         {file}:{}\n",
            output::decision(rule.decision),
            rule.place.line
        ));
    }
    for note in after.notes() {
        out.push_str(&format!("  {}\n", escape(note.as_bytes())));
    }
    out
}

/// A person says yes at a terminal, or names the digest that was looked at.
fn agreed(asked: &Asked<'_>, digest: &str) -> Result<bool, Error> {
    if let Some(named) = asked.digest {
        return if named == digest { Ok(true) } else { Err(Error::OtherDigest(digest.to_owned())) };
    }
    if !io::stdin().is_terminal() {
        return Err(Error::NoTerminal(digest.to_owned()));
    }
    let failed = |source| Error::Read { path: "the terminal".to_owned(), source };
    output::text("Trust it? [y/N] ");
    io::stdout().flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
