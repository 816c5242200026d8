//! `tollgate run`.

use super::args::{Doors, PolicyArgs, RunArgs};
use super::output;
use crate::launch::{self, Caller, DoorChoice, LaunchError, Options, Places, Summary};
use crate::model::{Layer, Mode, exit};
use crate::policy::Source;
use std::path::{Path, PathBuf};

pub(super) fn run(arguments: RunArgs) -> u8 {
    let wants_json = arguments.json;
    match start(arguments) {
        Ok(summary) => {
            if wants_json {
                output::say_json(&json(&summary));
            } else {
                output::say(closing_line(&summary));
            }
            if summary.fault.is_some() || summary.closed.is_err() { failed_status(&summary) } else { summary.status }
        }
        Err(error) => {
            output::fail(&error);
            error.status()
        }
    }
}

/// A session whose record broke is no success, whatever the agent says.
fn failed_status(summary: &Summary) -> u8 {
    if summary.status == exit::SUCCESS { exit::FAILED } else { summary.status }
}

fn start(arguments: RunArgs) -> Result<Summary, LaunchError> {
    let caller =
        Caller::read().map_err(|source| LaunchError::System { step: "reading the working directory", source })?;
    let places = Places::find(&caller, arguments.audit_dir)?;
    let options = Options {
        sources: sources(&arguments.policy, &caller, &places),
        command: arguments.command,
        agent: arguments.agent,
        require: arguments.require,
        non_interactive: arguments.non_interactive,
        mode: if arguments.observe { Mode::Observe } else { Mode::Enforce },
        doors: match arguments.door {
            Doors::Both => DoorChoice::Both,
            Doors::Kernel => DoorChoice::Kernel,
            Doors::Shim => DoorChoice::Shim,
        },
    };
    launch::run(&options, &caller, &places, &|line| output::say(line))
}

/// Returns every policy that holds here, the organisation's first. The starter policy is the base where
/// nobody gave another.
pub(super) fn sources(given: &PolicyArgs, caller: &Caller, places: &Places) -> Vec<Source> {
    let mut sources = Vec::new();
    // A folder that is there and cannot be read is taken for a policy, and refuses: nobody can hide one.
    let unreadable = || vec![places.managed_policies.join("(unreadable).yaml")];
    let mut managed: Vec<PathBuf> = match std::fs::read_dir(&places.managed_policies) {
        Ok(found) => found
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .unwrap_or_else(|_| unreadable()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(_) => unreadable(),
    };
    managed.retain(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
    managed.sort();
    sources.extend(managed.into_iter().map(|path| Source::File { path, layer: Layer::Managed }));
    if let Some(path) = places.user_policy.clone().filter(|path| may_exist(path)) {
        sources.push(Source::File { path, layer: Layer::User });
    }
    let project = caller.workspace().join(".tollgate/policy.yaml");
    let session = given.policies.iter().map(|path| Source::File { path: path.clone(), layer: Layer::Session });
    let session: Vec<Source> = session.collect();
    if sources.is_empty() && session.is_empty() {
        sources.push(Source::Builtin("starter"));
    }
    if may_exist(&project) {
        sources.push(Source::File { path: project, layer: Layer::Project });
    }
    sources.extend(session);
    sources
}

/// Says whether a file is there, or cannot be looked at: loading it says why.
fn may_exist(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

fn closing_line(summary: &Summary) -> String {
    let counts = summary.counts;
    let mut line = format!("{} allowed, {} denied, {} asked", counts.allow, counts.deny, counts.ask);
    if counts.ask > 0 {
        line.push_str(&format!(" ({} granted)", summary.granted));
    }
    if summary.mode == Mode::Observe {
        line.push_str(" (observed only: nothing was refused)");
    }
    if let Some(fault) = &summary.fault {
        line.push_str(&format!("; THE RECORD IS INCOMPLETE: {fault}"));
    }
    if let Err(error) = &summary.closed {
        line.push_str(&format!("; the record could not be sealed: {error}"));
    }
    line.push_str(&format!(". The record verifies with: tollgate audit verify {}", quoted(&summary.record)));
    line
}

fn quoted(path: &Path) -> String {
    crate::model::text::argument(path.as_os_str(), 4096)
}

fn json(summary: &Summary) -> serde_json::Value {
    serde_json::json!({
        "session": summary.session.as_str(),
        "status": summary.status,
        "tier": summary.tier.as_str(),
        "mode": summary.mode.as_str(),
        "decisions": { "allow": summary.counts.allow, "deny": summary.counts.deny, "ask": summary.counts.ask, "granted": summary.granted },
        "record": summary.record.to_string_lossy(),
        "sealed": summary.closed.is_ok(),
        "fault": summary.fault.as_deref().or(summary.closed.as_ref().err().map(String::as_str)),
    })
}
