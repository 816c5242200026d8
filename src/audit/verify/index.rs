//! A host's index: form, chain, and its signed head.

use super::session::same;
use super::{Cause, Fault};
use crate::audit::AuditError;
use crate::audit::hash::{hex, sha256};
use crate::audit::index::{HEAD, HEAD_BODY, HEAD_SIGNATURE, INDEX, NEXT_HEAD, lock, origin, read_if_there};
use crate::audit::merkle::Tree;
use crate::audit::read::Line;
use crate::audit::read::lines::Lines;
use crate::audit::trust::{Namespace, Note, PublicKey, verify};
use crate::model::{Digest, SessionId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nix::fcntl::{Flock, FlockArg};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

/// How the index says that a session ended.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    /// The line of the index, from 1.
    pub(super) line: u64,
    members: Line,
}

/// What the index says of one session.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The line of the index, from 1.
    pub(super) line: u64,
    /// The file, relative to the host's folder.
    pub(super) file: String,
    pub(super) line0: Option<Digest>,
    pub(super) ending: Option<Ending>,
}

impl Ending {
    /// Returns the names of what differs from what the file is.
    pub(super) fn differences(&self, found: &super::session::Reading) -> Vec<&'static str> {
        let root = self.members.text("root").and_then(|root| STANDARD.decode(root).ok());
        let clean = self.members.kind() == "session_close";
        let lines = self.members.number(if clean { "lines" } else { "lines_ok" });
        let counts = self.members.members().get("counts").and_then(Value::as_object);
        let counts_hold = !clean || counts.is_some_and(|counts| same(counts, &found.counts));
        let (held_lines, held_root) = if clean { (found.lines, found.root) } else { found.holding };
        let checks = [
            ("length", self.members.number("bytes") == Some(found.bytes)),
            ("digest", self.members.text("sha256") == Some(&found.sha256.to_string())),
            ("lines", lines == Some(held_lines)),
            ("root", root.as_deref() == Some(&held_root.0)),
            ("counters", counts_hold),
        ];
        checks.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
    }
}

/// What stands in an index.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The host that its signed head names; without one, the host that its folder is named after.
    pub(super) host: String,
    pub(super) lines: u64,
    pub(super) sessions: BTreeMap<SessionId, Entry>,
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<String>,
}

/// Keeps writers from the index for as long as it lives; nothing where there is no index.
pub(super) fn hold(folder: &Path) -> Result<Option<Flock<File>>, AuditError> {
    let path = folder.join(INDEX);
    match File::open(&path) {
        Ok(file) => lock(file, &path, FlockArg::LockSharedNonblock).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuditError::Open { path, source }),
    }
}

/// Reads the index of a host, held by the caller.
pub(super) fn read(folder: &Path, held: &File, key: &PublicKey) -> Result<Index, AuditError> {
    let path = folder.join(INDEX);
    let failed = |source| AuditError::Read { path: path.clone(), source };
    let named = folder.file_name().unwrap_or_default().to_string_lossy();
    let head = read_if_there(&folder.join(HEAD))?.and_then(|text| Note::open(&text, key));
    let host = head.as_ref().and_then(|head| head.origin.strip_prefix(&origin(""))).unwrap_or(&named);
    let mut index = Index { host: host.to_owned(), ..Index::default() };
    if host != named {
        index.notes.push(format!("it is the index of host {host}, whatever its folder is called"));
    }
    let mut tree = Tree::default();
    let mut previous = Digest([0; 32]);
    let mut lines = Lines::new(BufReader::new(held));
    let mut number = 0;
    while let Some(piece) = lines.next().map_err(failed)? {
        number += 1;
        if !piece.ended {
            index.notes.push(format!("line {number} was being written when its writer died; it does not count"));
            break;
        }
        let mut wrong = |cause, detail: &str| {
            index.faults.push(Fault { line: Some(number), cause, detail: detail.to_owned() });
        };
        match Line::parse(&piece.bytes) {
            None => wrong(Cause::NotCanonical, "it is not canonical JSON"),
            Some(line) => {
                if line.text("_prev").map(str::as_bytes) != Some(hex(&previous).as_slice()) {
                    wrong(Cause::Chain, "it does not follow the line before: one was changed, removed, added or moved");
                }
                if line.seq() != Some(tree.size()) {
                    wrong(Cause::Sequence, "it does not have the next number");
                }
                if line.text("host") != Some(host) {
                    wrong(Cause::IndexLine, "it is of another host");
                }
                if let Err(detail) = enter(&mut index.sessions, number, &line) {
                    wrong(Cause::IndexLine, detail);
                }
            }
        }
        previous = sha256(&piece.bytes);
        tree.push(&previous);
    }
    index.lines = tree.size();
    let here = Note { origin: origin(host), size: tree.size(), root: tree.root() };
    check_head(folder, &here, key, &mut index)?;
    Ok(index)
}

/// Takes one line into account.
fn enter(sessions: &mut BTreeMap<SessionId, Entry>, number: u64, line: &Line) -> Result<(), &'static str> {
    let session = line.text("session").and_then(SessionId::parse);
    match line.kind() {
        "session_open" => {
            let session = session.ok_or("it names no session")?;
            let file = line.text("file").unwrap_or_default();
            let (day, name) = file.split_once('/').unwrap_or_default();
            if !crate::audit::read::is_day(Path::new(day)) || name != format!("{session}.jsonl") {
                return Err("its file is not where that session's file belongs");
            }
            let line0 = line.text("line0").and_then(Digest::from_hex);
            let entry = Entry { line: number, file: file.to_owned(), line0, ending: None };
            match sessions.insert(session, entry) {
                None => Ok(()),
                Some(_) => Err("it opens a session that was opened before"),
            }
        }
        "session_close" | "recovered" => {
            let entry = session.and_then(|session| sessions.get_mut(&session));
            let entry = entry.ok_or("it ends a session that was not opened")?;
            match entry.ending.replace(Ending { line: number, members: line.clone() }) {
                None => Ok(()),
                Some(_) => Err("it ends a session that was ended before"),
            }
        }
        // Kinds of later versions are part of the chain and are not read.
        _ => Ok(()),
    }
}

/// Compares the index with the head that the host signed, in both forms.
fn check_head(folder: &Path, here: &Note, key: &PublicKey, index: &mut Index) -> Result<(), AuditError> {
    let mut wrong = |detail: &str| {
        index.faults.push(Fault { line: None, cause: Cause::IndexHead, detail: detail.to_owned() });
    };
    let Some(text) = read_if_there(&folder.join(HEAD))? else {
        wrong("the index has no signed head");
        return Ok(());
    };
    let Some(head) = Note::open(&text, key) else {
        wrong("the head of the index is not signed by the host's key");
        return Ok(());
    };
    if head != *here {
        let next = read_if_there(&folder.join(NEXT_HEAD))?.and_then(|text| Note::open(&text, key));
        if next.as_ref() == Some(here) {
            index.notes.push("its last writer died before it put the new head in place; the next session will".into());
        } else {
            wrong(&format!(
                "the host signed a head of {} lines, and these {} lines are not those: lines were removed, added or changed",
                head.size, here.size
            ));
        }
        return Ok(());
    }
    // A writer that died may have left these one line behind; what they say must still be signed.
    let body = read_if_there(&folder.join(HEAD_BODY))?.unwrap_or_default();
    let signature = read_if_there(&folder.join(HEAD_SIGNATURE))?.unwrap_or_default();
    if body != here.body() || !verify(key, Namespace::Index, body.as_bytes(), &signature) {
        index.notes.push(format!(
            "{HEAD_BODY} and {HEAD_SIGNATURE} are not those of this head; the next session writes them again"
        ));
    }
    Ok(())
}
