//! `tollgate policy from-log`.

use super::args::Level;
use super::given::{Error, Here};
use super::records;
use crate::audit::read;
use crate::cli::args::PolicyArgs;
use crate::cli::output;
use crate::model::exit;
use crate::policy::propose::{Width, propose};
use std::path::PathBuf;

/// What is proposed for, and how.
pub(super) struct Asked<'a> {
    pub(super) sessions: &'a [String],
    pub(super) policy: &'a PolicyArgs,
    pub(super) level: Level,
    pub(super) audit_dir: &'a Option<PathBuf>,
    pub(super) json: bool,
}

pub(super) fn from_log(asked: &Asked<'_>) -> Result<u8, Error> {
    let here = Here::find(asked.audit_dir.clone())?;
    let mut files = Vec::new();
    for session in asked.sessions {
        let path = PathBuf::from(session);
        let named = if path.is_dir() { path } else { read::find_session(&here.places.audit, session)? };
        files.extend(records::files(&[named])?);
    }
    // Where nothing was recorded yet, there is no folder.
    if asked.sessions.is_empty() && here.places.audit.exists() {
        files = records::files(std::slice::from_ref(&here.places.audit))?;
    }
    let observed = records::observed(&files, &here.caller)?;
    let width = match asked.level {
        Level::Exact => Width::Exact,
        Level::Subcommand => Width::Subcommand,
        Level::Program => Width::Program,
    };
    let proposal = propose(&observed, &mut here.judge(here.all(asked.policy))?, width)?;
    let policy = proposal.yaml();
    if asked.json {
        output::json(&serde_json::json!({ "proposal": proposal, "policy": policy }));
    } else {
        match &policy {
            Some(text) => output::text(text),
            None => output::say(format_args!(
                "nothing to propose: of {} recorded commands none is left to the default",
                proposal.observed
            )),
        }
    }
    Ok(if policy.is_some() { exit::SUCCESS } else { exit::FOUND })
}
