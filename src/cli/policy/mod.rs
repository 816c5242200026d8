//! `tollgate policy`.

pub mod args;
mod diff;
mod fmt;
mod from_log;
mod given;
mod lint;
mod records;
mod schema;
mod show;
mod test;
mod trust;

use super::output;
use crate::model::exit;
use args::{PolicyAction, PolicyCommand};
use given::Error;

pub(super) fn policy(command: &PolicyCommand) -> u8 {
    let done = match &command.action {
        PolicyAction::Lint { files, strict, json } => lint::lint(files, *strict, *json),
        PolicyAction::Test { files, json } => test::test(files, *json),
        PolicyAction::Show { policy, json } => show::show(policy, *json),
        PolicyAction::Diff { old, new, corpus, sessions, json } => {
            diff::diff(&diff::Asked { old, new, corpora: corpus, sessions, json: *json })
        }
        PolicyAction::Schema => schema::schema(),
        PolicyAction::Fmt { check, files } => fmt::fmt(files, *check),
        PolicyAction::Trust { project, list, remove, digest, json } => trust::trust(&trust::Asked {
            project: project.as_deref(),
            list: *list,
            remove: *remove,
            digest: digest.as_deref(),
            json: *json,
        }),
        PolicyAction::FromLog { sessions, policy, level, audit_dir, json } => {
            from_log::from_log(&from_log::Asked { sessions, policy, level: *level, audit_dir, json: *json })
        }
    };
    done.unwrap_or_else(|error: Error| {
        output::fail(&error);
        exit::FAILED
    })
}
