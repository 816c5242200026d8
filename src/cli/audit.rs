//! `tollgate audit`.

use super::args::{AuditAction, AuditArgs};
use super::output;
use crate::audit::AuditError;
use crate::audit::read::{self, Entry};
use crate::audit::verify::{self, Options};
use crate::launch::{Caller, LaunchError, Places};
use crate::model::exit;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a follower waits before it looks whether it should end.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Why the records could not be read.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot read the working directory")]
    Directory(#[from] std::io::Error),
    #[error(transparent)]
    Places(#[from] LaunchError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error("only the newest session can be followed: leave the session out")]
    Follow,
}

pub(super) fn audit(arguments: &AuditArgs) -> u8 {
    let done = match &arguments.action {
        AuditAction::Verify { paths, key, json } => check(paths, key.as_deref(), *json),
        AuditAction::Show { session, audit_dir, json } => show(session, audit_dir.clone(), *json),
        AuditAction::Tail { session, follow, lines, audit_dir, json } => {
            tail(session, *follow, *lines, audit_dir.clone(), *json)
        }
    };
    done.unwrap_or_else(|error| {
        output::fail(&error);
        exit::FAILED
    })
}

fn places(audit_dir: Option<PathBuf>) -> Result<Places, Error> {
    Ok(Places::find(&Caller::read()?, audit_dir)?)
}

fn check(paths: &[PathBuf], key: Option<&Path>, json: bool) -> Result<u8, Error> {
    let places = places(None)?;
    let options = match key {
        Some(path) => Options::from_key_file(path)?,
        None => Options::from_keys(&places.keys)?,
    };
    let paths = if paths.is_empty() { vec![places.audit] } else { paths.to_vec() };
    let report = verify::verify(&paths, &options);
    if json {
        output::json(&report);
    } else {
        output::text(&report);
    }
    Ok(if report.is_whole() { exit::SUCCESS } else { exit::DENIED })
}

fn show(session: &str, audit_dir: Option<PathBuf>, json: bool) -> Result<u8, Error> {
    let path = read::find_session(&places(audit_dir)?.audit, session)?;
    for entry in read::read_session(&path)? {
        print(&entry?, json);
    }
    Ok(exit::SUCCESS)
}

fn tail(session: &str, follow: bool, lines: usize, audit_dir: Option<PathBuf>, json: bool) -> Result<u8, Error> {
    let audit = places(audit_dir)?.audit;
    if follow && session != "last" {
        return Err(Error::Follow);
    }
    if follow {
        let mut follower = read::Follower::new(&audit, lines)?;
        loop {
            if let Some(entry) = follower.next_entry(PATIENCE)? {
                print(&entry, json);
            }
        }
    }
    let mut last = std::collections::VecDeque::with_capacity(lines);
    for entry in read::read_session(&read::find_session(&audit, session)?)? {
        if last.len() == lines {
            last.pop_front();
        }
        last.push_back(entry?);
    }
    last.iter().for_each(|entry| print(entry, json));
    Ok(exit::SUCCESS)
}

fn print(entry: &Entry, json: bool) {
    match entry {
        Entry::Line(line) if json => output::line(line.raw()),
        Entry::Line(_) | Entry::Damaged { .. } => output::line(read::one_line(entry)),
    }
}
