//! Sessions that died without a seal: what is found is sealed as it is, by the next session. Their
//! files are only read.

use super::AuditError;
use super::index::Index;
use super::seal::{Close, Seal, seal_path};
use super::trust::HostKey;
use super::verify::session::{self, Reading, Trust};
use super::write_ahead::is_held;
use crate::model::{Seq, SessionId};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// What was found of a session that died without a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The session.
    pub session: SessionId,
    /// Its file.
    pub path: PathBuf,
    /// What was found in it; nothing when the file is gone.
    pub found: Option<Found>,
}

/// What stands in the file of a session that died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many lines hold.
    pub lines: u64,
    /// The last of these whose good signature covers everything before it.
    pub last_signed: Option<Seq>,
    /// How many lines follow that one.
    pub unsigned_tail: u64,
    /// How many bytes at the end are no line.
    pub torn_bytes: u64,
    /// How many faults there are: more than a crash explains. `audit verify` names them.
    pub faults: usize,
}

/// Seals the sessions of a host that died, and enters them in its index.
pub(super) fn unsealed(
    folder: &Path,
    host: &str,
    index: &mut Index<'_>,
    key: &HostKey,
    now: &str,
) -> Result<Vec<Recovered>, AuditError> {
    let mut all = Vec::new();
    for (session, name) in index.open_sessions() {
        let path = folder.join(&name);
        let found = match open(&path)? {
            None => None,
            Some(file) => {
                if is_held(file) {
                    continue;
                }
                Some(read(&path, host, &session, key)?)
            }
        };
        let seal = found.as_ref().map(|found| Seal {
            host: host.to_owned(),
            session: session.clone(),
            close: Close::Crash,
            lines: found.holding.0,
            bytes: found.bytes,
            torn: found.torn,
            root: found.holding.1,
            sha256: found.sha256,
        });
        // A writer that died behind its seal leaves a good one.
        if let Some(seal) = &seal
            && !seal_path(&path).exists()
        {
            seal.write(&path, key)?;
        }
        enter(index, &session, found.as_ref(), now)?;
        let found = found.map(|found| Found {
            lines: found.holding.0,
            last_signed: found.proven.checked_sub(1).map(Seq),
            unsigned_tail: found.holding.0.saturating_sub(found.proven),
            torn_bytes: found.torn,
            faults: found.faults.len(),
        });
        all.push(Recovered { session, path, found });
    }
    Ok(all)
}

fn open(path: &Path) -> Result<Option<File>, AuditError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuditError::Open { path: path.into(), source }),
    }
}

fn read(path: &Path, host: &str, session: &SessionId, key: &HostKey) -> Result<Reading, AuditError> {
    let file = File::open(path).map_err(|source| AuditError::Open { path: path.into(), source })?;
    let public = key.public();
    let trust = Trust { key: &public, host: Some(host), session: Some(session), blobs: None };
    session::check(BufReader::new(file), trust).map_err(|source| AuditError::Read { path: path.into(), source })
}

fn enter(index: &mut Index<'_>, session: &SessionId, found: Option<&Reading>, now: &str) -> Result<(), AuditError> {
    index.append(|line, host| {
        let lines = found.map_or(0, |found| found.holding.0);
        let proven = found.map_or(0, |found| found.proven);
        if let Some(found) = found {
            line.uint("bytes", found.bytes);
        }
        line.text("host", host);
        line.plain("kind", b"recovered");
        match proven.checked_sub(1) {
            Some(last) => line.uint("last_signed_seq", last),
            None => line.null("last_signed_seq"),
        }
        line.uint("lines_ok", lines);
        if found.is_none() {
            line.boolean("missing", true);
        }
        if let Some(found) = found {
            line.base64("root", &found.holding.1.0);
        }
        line.plain("session", session.as_str().as_bytes());
        if let Some(found) = found {
            line.formatted("sha256", format_args!("{}", found.sha256));
        }
        line.uint("torn_bytes", found.map_or(0, |found| found.torn));
        line.plain("ts", now.as_bytes());
        line.uint("unsigned_tail", lines.saturating_sub(proven));
    })
}
