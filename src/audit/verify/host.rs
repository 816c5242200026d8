//! All files of a host against its index, and single files.

use super::index::{self, Index};
use super::session::{self, Trust};
use super::{Cause, Fault, FileReport, HostReport, Report, State, sealed};
use crate::audit::AuditError;
use crate::audit::index::INDEX;
use crate::audit::read::{SessionPath, host_sessions, is_day, list, session_of};
use crate::audit::trust::{PublicKey, public_path};
use crate::audit::write_ahead::is_held;
use crate::model::text::escape_os;
use std::error::Error as _;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Against what records are verified.
#[derive(Clone, Debug)]
pub struct Options {
    /// The host's public key, from a place that whoever could change the record could not.
    pub host_key: PublicKey,
}

impl Options {
    /// Takes the public key that stands in a key folder.
    ///
    /// # Errors
    ///
    /// When there is none or it cannot be read.
    pub fn from_keys(folder: &Path) -> Result<Self, AuditError> {
        Self::from_key_file(&public_path(folder))
    }

    /// Takes the public key in a file: a line `ssh-ed25519 …`.
    ///
    /// # Errors
    ///
    /// When there is none or it cannot be read.
    pub fn from_key_file(path: &Path) -> Result<Self, AuditError> {
        let text = std::fs::read_to_string(path).map_err(|source| AuditError::Open { path: path.into(), source })?;
        let host_key = PublicKey::parse(&text)
            .ok_or(AuditError::Key { path: path.into(), reason: "it is not a line `ssh-ed25519 …`" })?;
        Ok(Self { host_key })
    }
}

/// Verifies files and folders: a session's file, a day, a host's folder, or all hosts of an audit
/// folder. What cannot be read is a fault, too.
#[must_use]
pub fn verify(paths: &[PathBuf], options: &Options) -> Report {
    let mut report = Report::default();
    for path in paths {
        if let Err(error) = verify_one(path, options, &mut report) {
            report.files.push(unreadable(path, &error));
        }
    }
    report
}

fn verify_one(path: &Path, options: &Options, report: &mut Report) -> Result<(), AuditError> {
    let metadata = std::fs::metadata(path).map_err(|source| AuditError::Open { path: path.into(), source })?;
    if !metadata.is_dir() {
        return single(path, options, report);
    }
    let (folders, files) = list(path)?;
    if is_day(path) {
        for file in files.iter().filter(|file| session_of(file).is_some()) {
            single(file, options, report)?;
        }
        return Ok(());
    }
    if is_host(path, &folders) {
        return host(path, options, report);
    }
    let mut hosts = 0;
    for folder in folders {
        if is_host(&folder, &list(&folder)?.0) {
            host(&folder, options, report)?;
            hosts += 1;
        }
    }
    if hosts == 0 {
        return Err(AuditError::NotFound("there is no record below this folder".to_owned()));
    }
    Ok(())
}

fn is_host(folder: &Path, folders: &[PathBuf]) -> bool {
    folder.join(INDEX).exists() || folders.iter().any(|folder| is_day(folder))
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads the index, and the list of files as it was while nobody could open a session.
fn snapshot(folder: &Path, options: &Options) -> Result<(Index, Vec<SessionPath>), AuditError> {
    let Some(held) = index::hold(folder)? else {
        let fault = Fault { line: None, cause: Cause::IndexMissing, detail: "the host has no index".to_owned() };
        let index = Index { host: name(folder), faults: vec![fault], ..Index::default() };
        return Ok((index, host_sessions(folder)?));
    };
    let files = host_sessions(folder)?;
    Ok((index::read(folder, &held, &options.host_key)?, files))
}

fn host_report(folder: &Path, index: &Index) -> HostReport {
    HostReport {
        folder: folder.into(),
        lines: index.lines,
        sessions: u64::try_from(index.sessions.len()).unwrap_or(u64::MAX),
        faults: index.faults.clone(),
        notes: index.notes.clone(),
    }
}

/// Verifies a host's folder.
fn host(folder: &Path, options: &Options, report: &mut Report) -> Result<(), AuditError> {
    let (index, files) = snapshot(folder, options)?;
    let mut found = host_report(folder, &index);
    for (session, entry) in &index.sessions {
        if !files.iter().any(|file| file.path == folder.join(&entry.file)) {
            let detail = format!("the file of session {session}, {}, is gone", entry.file);
            found.faults.push(Fault { line: Some(entry.line), cause: Cause::FileMissing, detail });
        }
    }
    report.hosts.push(found);
    for file in files {
        report.files.push(file_or_fault(&file.path, Some((folder, &index)), options));
    }
    Ok(())
}

/// Verifies one file, with the index of the host in whose folder it stands.
fn single(path: &Path, options: &Options, report: &mut Report) -> Result<(), AuditError> {
    let folder = path.parent().filter(|day| is_day(day)).and_then(Path::parent);
    match folder.filter(|folder| folder.join(INDEX).exists()) {
        Some(folder) => {
            let (index, _) = snapshot(folder, options)?;
            if !report.hosts.iter().any(|host| host.folder == folder) {
                report.hosts.push(host_report(folder, &index));
            }
            report.files.push(file_or_fault(path, Some((folder, &index)), options));
        }
        None => {
            let mut found = file_or_fault(path, None, options);
            found.notes.push("it stands in no host's folder: whether it is the only record was not checked".into());
            report.files.push(found);
        }
    }
    Ok(())
}

fn file_or_fault(path: &Path, host: Option<(&Path, &Index)>, options: &Options) -> FileReport {
    file(path, host, options).unwrap_or_else(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &AuditError) -> FileReport {
    let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    let detail = format!("{error}{source}");
    let detail = escape_os(detail.as_ref()).into_owned();
    FileReport {
        path: path.into(),
        session: None,
        state: State::Unsealed,
        lines: 0,
        proven_lines: 0,
        torn_bytes: 0,
        counts: Default::default(),
        faults: vec![Fault { line: None, cause: Cause::Unreadable, detail }],
        notes: Vec::new(),
    }
}

fn open(path: &Path) -> Result<File, AuditError> {
    File::open(path).map_err(|source| AuditError::Open { path: path.into(), source })
}

fn file(path: &Path, host: Option<(&Path, &Index)>, options: &Options) -> Result<FileReport, AuditError> {
    let key = &options.host_key;
    // In this order: a session that ends meanwhile is seen as open, and a file does not grow any more
    // once it has a seal.
    let held = is_held(open(path)?);
    let (seal, seal_faults) = sealed::read(path, key)?;
    let host_name = host.map(|(_, index)| index.host.as_str());
    let blobs = path.with_extension("blobs");
    let named = session_of(path);
    let trust = Trust { key, host: host_name, session: named.as_ref(), blobs: Some(&blobs) };
    let found = session::check(BufReader::with_capacity(256 * 1024, open(path)?), trust)
        .map_err(|source| AuditError::Read { path: path.into(), source })?;

    let mut faults = found.faults.clone();
    let mut notes = found.notes.clone();
    let plain = |cause, detail: String| Fault { line: None, cause, detail };
    let entry = host.map(|(_, index)| found.session.as_ref().and_then(|session| index.sessions.get(session)));
    let ending = entry.flatten().and_then(|entry| entry.ending.as_ref());
    if let (Some((folder, index)), Some(entry)) = (host, entry)
        && index.lines > 0
    {
        match entry {
            Some(entry) if folder.join(&entry.file) == path => {
                if entry.line0 != found.first {
                    faults
                        .push(plain(Cause::IndexMismatch, "its first line is not the one that the index names".into()));
                }
            }
            _ => faults.push(plain(Cause::FileUnknown, "the index does not know it".into())),
        }
    }
    // A seal or a closing line of the index counts whoever holds the file: a lock hides nothing.
    let state = match &seal {
        Some(seal) => {
            faults.extend(sealed::compare(seal, &found));
            sealed::state(seal)
        }
        None if held && ending.is_none() => State::Open,
        None => State::Unsealed,
    };
    faults.extend(seal_faults);
    match state {
        State::Open => {}
        State::Sealed => {
            faults.extend(found.pending.iter().cloned());
            if found.torn > 0 {
                faults.push(plain(Cause::Torn, format!("{} bytes at its end are no line", found.torn)));
            }
            if found.proven < found.lines && found.faults.is_empty() {
                faults.push(plain(Cause::Unsigned, "its last line is not signed".into()));
            }
        }
        State::SealedAfterCrash => {
            let named = seal.as_ref().map_or(0, |seal| seal.torn);
            if found.torn != named {
                faults.push(plain(
                    Cause::Torn,
                    format!("{} bytes at its end are no line, sealed were {named}", found.torn),
                ));
            }
            notes.push(died(&found));
        }
        State::Unsealed => match ending {
            Some(ending) => {
                let detail = format!("line {} of the index says that it was sealed, but the seal is gone", ending.line);
                faults.push(plain(Cause::SealMissing, detail));
            }
            None => notes.push(died(&found)),
        },
    }
    if let Some(ending) = ending {
        for what in ending.differences(&found) {
            let detail = format!("its {what} is not what line {} of the index says", ending.line);
            faults.push(plain(Cause::IndexMismatch, detail));
        }
    }
    Ok(FileReport {
        path: path.into(),
        session: found.session.as_ref().map(ToString::to_string),
        state,
        lines: found.lines,
        proven_lines: found.proven,
        torn_bytes: found.torn,
        counts: found.counts,
        faults,
        notes,
    })
}

/// Returns what a file without a clean end can and cannot show.
fn died(found: &session::Reading) -> String {
    let unsigned = found.lines.saturating_sub(found.proven);
    let torn = match found.torn {
        0 => String::new(),
        bytes => format!(", then {bytes} bytes of a line that was never whole: what it would have recorded never ran"),
    };
    format!(
        "{} lines, the last signed one is line {}, {unsigned} unsigned lines follow{torn}; lines may have been cut off its end",
        found.lines, found.proven
    )
}
