//! Which sessions there are below an audit folder.

use crate::audit::{AuditError, seal};
use crate::model::SessionId;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A session's file, as the folders name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionPath {
    /// The session; ids sort by time.
    pub session: SessionId,
    /// Its host's folder.
    pub host: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether a seal stands beside it.
    pub sealed: bool,
}

/// Returns the folders in a folder, and the files; nothing for a folder that is not there.
pub(in crate::audit) fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), AuditError> {
    let failed = |source| AuditError::Read { path: folder.into(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), Vec::new())),
        Err(source) => return Err(failed(source)),
    };
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else {
            files.push(entry.path());
        }
    }
    folders.sort();
    files.sort();
    Ok((folders, files))
}

/// Says whether a folder is named like a day, `2026-11-20`.
pub(in crate::audit) fn is_day(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    name.len() == 10
        && name.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Returns the session that a file is named after, where it is named like a session's file.
pub(in crate::audit) fn session_of(path: &Path) -> Option<SessionId> {
    let named = path.extension().is_some_and(|extension| extension == "jsonl");
    SessionId::parse(path.file_stem()?.to_str()?).filter(|_| named)
}

/// Returns the session files of a host's folder.
pub(in crate::audit) fn host_sessions(host: &Path) -> Result<Vec<SessionPath>, AuditError> {
    let mut found = Vec::new();
    let (days, _) = list(host)?;
    for day in days.iter().filter(|day| is_day(day)) {
        let (_, files) = list(day)?;
        for path in files {
            if let Some(session) = session_of(&path) {
                let sealed = seal::seal_path(&path).exists();
                let host = host.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.push(SessionPath { session, host, path, sealed });
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the sessions of all hosts below an audit folder, oldest first.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn sessions(dir: &Path) -> Result<Vec<SessionPath>, AuditError> {
    let mut found = host_sessions(dir)?;
    for host in list(dir)?.0.iter().filter(|folder| !is_day(folder)) {
        found.extend(host_sessions(host)?);
    }
    found.sort();
    Ok(found)
}

/// Returns the file of the session that `wanted` names: a path, `last`, or the beginning of an id.
///
/// # Errors
///
/// When a folder cannot be read, when there is no such session, or more than one.
pub fn find_session(dir: &Path, wanted: &str) -> Result<PathBuf, AuditError> {
    let path = Path::new(wanted);
    if wanted.contains('/') || session_of(path).is_some() && path.exists() {
        return Ok(path.into());
    }
    let all = sessions(dir)?;
    let shown = dir.display();
    if wanted == "last" {
        let last = all.last().map(|session| session.path.clone());
        return last.ok_or_else(|| AuditError::NotFound(format!("there is no session in {shown}")));
    }
    let prefix = wanted.to_ascii_uppercase();
    let mut matching = all.into_iter().filter(|session| session.session.as_str().starts_with(&prefix));
    match (matching.next(), matching.count()) {
        (Some(only), 0) => Ok(only.path),
        (Some(_), more) => Err(AuditError::NotFound(format!(
            "{} sessions in {shown} begin with {prefix:?}; give more of the id",
            more + 1
        ))),
        (None, _) => Err(AuditError::NotFound(format!("no session in {shown} begins with {prefix:?}"))),
    }
}
