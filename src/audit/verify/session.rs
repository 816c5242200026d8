//! One session's file: form, chain, numbers, signatures, checkpoints, torn ends.

use super::line::Signed;
use super::meaning::Meaning;
use super::torn::{Ahead, look_ahead};
use super::{Cause, Fault};
use crate::audit::hash::{hex, sha256};
use crate::audit::journal::certificate;
use crate::audit::merkle::Tree;
use crate::audit::read::lines::{Lines, Piece};
use crate::audit::read::{Line, gap};
use crate::audit::trust::{Namespace, PublicKey, verify as verify_sshsig};
use crate::model::text::escape;
use crate::model::{Digest, SessionId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::path::Path;

/// After how many faults of one file further ones are only counted.
const FAULT_LIMIT: usize = 100;

/// Against what a file is checked.
#[derive(Clone, Copy)]
pub(in crate::audit) struct Trust<'a> {
    pub(in crate::audit) key: &'a PublicKey,
    /// The host whose folder the file stands in, where it does.
    pub(in crate::audit) host: Option<&'a str>,
    /// The session that the file is named after.
    pub(in crate::audit) session: Option<&'a SessionId>,
    /// Where values that were too long for their lines stand.
    pub(in crate::audit) blobs: Option<&'a Path>,
}

/// What stands in a file.
#[derive(Debug)]
pub(in crate::audit) struct Reading {
    pub(in crate::audit) session: Option<SessionId>,
    pub(in crate::audit) host: Option<String>,
    pub(in crate::audit) first: Option<Digest>,
    /// How many lines stand in the chain, and the root over them.
    pub(in crate::audit) lines: u64,
    pub(in crate::audit) root: Digest,
    pub(in crate::audit) counts: BTreeMap<String, u64>,
    /// How many lines from the first on a good signature covers, with no fault before.
    pub(in crate::audit) proven: u64,
    /// How many lines hold up to the first fault, and the root over those.
    pub(in crate::audit) holding: (u64, Digest),
    /// The whole file.
    pub(in crate::audit) bytes: u64,
    pub(in crate::audit) sha256: Digest,
    /// How many bytes at its end are no line.
    pub(in crate::audit) torn: u64,
    /// Whether the last line of the session was written.
    pub(in crate::audit) ended: bool,
    pub(in crate::audit) faults: Vec<Fault>,
    /// What only matters when the session is over: asks without an answer, runs without an end.
    pub(in crate::audit) pending: Vec<Fault>,
    pub(in crate::audit) notes: Vec<String>,
}

/// The state while a file is read.
struct Check<'a> {
    trust: Trust<'a>,
    /// The line of the file that is read, from 1.
    number: u64,
    session: Option<SessionId>,
    host: Option<String>,
    first: Option<Digest>,
    previous: Digest,
    expected_seq: u64,
    tree: Tree,
    /// Whether `tree` and `counts` are still those of the writer.
    intact: bool,
    counts: BTreeMap<String, u64>,
    key: Option<VerifyingKey>,
    epoch: u64,
    last_mono_us: u64,
    proven: u64,
    holding: Option<(u64, Digest)>,
    meaning: Meaning,
    faults: Vec<Fault>,
    unlisted: u64,
    notes: Vec<String>,
}

/// Reads a whole file.
pub(in crate::audit) fn check(reader: impl BufRead, trust: Trust<'_>) -> io::Result<Reading> {
    let mut check = Check {
        trust,
        number: 0,
        session: None,
        host: None,
        first: None,
        previous: Digest([0; 32]),
        expected_seq: 0,
        tree: Tree::default(),
        intact: true,
        counts: BTreeMap::new(),
        key: None,
        epoch: 0,
        last_mono_us: 0,
        proven: 0,
        holding: None,
        meaning: Meaning::default(),
        faults: Vec::new(),
        unlisted: 0,
        notes: Vec::new(),
    };
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut lines = Lines::new(reader);
    let mut torn = 0;
    let mut take = |piece: &Piece| {
        hash.update(&piece.bytes);
        if piece.ended {
            hash.update(b"\n");
        }
        bytes += piece.length();
    };
    while let Some(piece) = lines.next()? {
        take(&piece);
        check.number += 1;
        if let Some(line) = piece.ended.then(|| Line::parse(&piece.bytes)).flatten() {
            check.line(&piece.bytes, &line);
            continue;
        }
        match look_ahead(&mut lines, &piece)? {
            Ahead::Named(pieces) => {
                let torn_bytes = piece.length() - 1;
                for _ in 0..pieces {
                    if let Some(more) = lines.next()? {
                        take(&more);
                        check.number += 1;
                    }
                }
                check.notes.push(format!(
                    "line {}: {torn_bytes} bytes or more of a failed write, named by the gap that follows",
                    check.number
                ));
            }
            Ahead::End => {
                torn = piece.length();
                while let Some(more) = lines.next()? {
                    take(&more);
                    torn += more.length();
                }
            }
            Ahead::Lines => {
                check.fault(Cause::NotCanonical, not_canonical(&piece));
                check.intact = false;
                // The rest of a line that is longer than a line may be.
                let mut ended = piece.ended;
                while !ended {
                    let Some(more) = lines.next()? else { break };
                    take(&more);
                    ended = more.ended;
                }
            }
        }
    }
    Ok(check.finish(bytes, Digest(hash.finalize().into()), torn))
}

fn not_canonical(piece: &Piece) -> String {
    match piece.ended {
        true => "it is not canonical JSON: somebody re-wrote it, or wrote a member twice".to_owned(),
        false => "it is longer than a line may be".to_owned(),
    }
}

impl Check<'_> {
    fn fault(&mut self, cause: Cause, detail: impl Into<String>) {
        self.holding.get_or_insert_with(|| (self.tree.size(), self.tree.root()));
        if self.faults.len() >= FAULT_LIMIT {
            self.unlisted += 1;
            return;
        }
        self.faults.push(Fault { line: Some(self.number), cause, detail: detail.into() });
    }

    fn line(&mut self, bytes: &[u8], line: &Line) {
        let follows = line.text("_prev").map(str::as_bytes) == Some(hex(&self.previous).as_slice());
        if !follows {
            self.fault(Cause::Chain, "it does not follow the line before: one was changed, removed, added or moved");
            self.intact = false;
        }
        match line.seq() {
            Some(seq) if seq == self.expected_seq => {}
            Some(seq) => {
                // A hole is one fault, and the chain has named it already where the bytes differ.
                if follows {
                    self.fault(Cause::Sequence, format!("it has number {seq}, but {} is next", self.expected_seq));
                }
                self.expected_seq = seq;
            }
            None => self.fault(Cause::Sequence, "it has no number"),
        }
        if line.number("_v") != Some(1) {
            self.fault(Cause::Version, "it is not of version 1 of the format");
        }
        self.time(line);
        if self.first.is_none() {
            self.first = Some(sha256(bytes));
            self.opening(line);
        }
        if line.text("session") != self.session.as_ref().map(SessionId::as_str) {
            let session = escape(line.text("session").unwrap_or_default().as_bytes()).into_owned();
            self.fault(Cause::Session, format!("it belongs to another session: {session}"));
        }
        self.signature(bytes, line);
        self.blobs(line.members());
        match line.kind() {
            "checkpoint" => self.checkpoint(line),
            "gap" => self.notes.push(format!("line {} is a gap: {}", self.number, gap(line))),
            _ => {}
        }
        for (cause, detail) in self.meaning.line(self.expected_seq, self.number, line) {
            self.fault(cause, detail);
        }
        let counter = match line.kind() {
            "decision" => format!("decision:{}", line.text("decision").unwrap_or_default()),
            kind => kind.to_owned(),
        };
        *self.counts.entry(escape(counter.as_bytes()).into_owned()).or_default() += 1;
        let digest = sha256(bytes);
        self.tree.push(&digest);
        self.previous = digest;
        self.expected_seq = self.expected_seq.saturating_add(1);
        if line.members().contains_key("~sig") && self.holding.is_none() {
            self.proven = self.tree.size();
        }
    }

    fn time(&mut self, line: &Line) {
        match line.number("mono_us") {
            Some(mono_us) if mono_us >= self.last_mono_us => self.last_mono_us = mono_us,
            Some(_) => self.fault(Cause::Clock, "its boot clock is before that of the line before"),
            None => self.fault(Cause::Clock, "it has no boot clock"),
        }
        let valid = line.text("ts").is_some_and(|ts| ts.len() == 27 && ts.parse::<jiff::Timestamp>().is_ok());
        if !valid {
            self.fault(Cause::Clock, "its time is not RFC 3339 in UTC with six decimals");
        }
    }

    /// Checks the first line: who certifies the key of the file.
    fn opening(&mut self, line: &Line) {
        self.session = line.text("session").and_then(SessionId::parse);
        if let (Some(named), Some(found)) = (self.trust.session, &self.session)
            && named != found
        {
            self.fault(Cause::Session, format!("the file is named after session {named}"));
        }
        let text = |key| line.inner("cert", key).and_then(Value::as_str).unwrap_or_default();
        let (body, signature) = (text("body"), text("sshsig"));
        if !verify_sshsig(self.trust.key, Namespace::Session, body.as_bytes(), signature) {
            self.fault(Cause::Certificate, "the session's key is not certified by the host's key");
            return;
        }
        let value = |name: &str| body.lines().find_map(|line| line.strip_prefix(name));
        let host = value("host ").unwrap_or_default();
        let key = value("key ").and_then(PublicKey::parse);
        let session = self.session.clone();
        let (Some(key), Some(session)) = (key, session) else {
            self.fault(Cause::Certificate, "the certificate or the line names no session or no key");
            return;
        };
        self.host = Some(host.to_owned());
        if body != certificate(host, &session, value("opened ").unwrap_or_default(), &key) {
            self.fault(Cause::Certificate, "the certificate is for another session");
            return;
        }
        let claimed = line.inner("host", "id").and_then(Value::as_str);
        if claimed != Some(host) || self.trust.host.is_some_and(|folder| folder != host) {
            self.fault(Cause::Certificate, format!("the certificate is for host {host}"));
        }
        self.key = Some(key.0);
    }

    fn signature(&mut self, bytes: &[u8], line: &Line) {
        if !line.members().contains_key("~sig") {
            let may_wait = match line.kind() {
                "decision" => line.text("decision") == Some("allow"),
                "outcome" => true,
                _ => false,
            };
            if !may_wait {
                self.fault(Cause::Unsigned, "a line of its kind must be signed");
            }
            return;
        }
        let Some(key) = self.key else { return };
        if !Signed::split(bytes).is_some_and(|signed| signed.is_by(&key)) {
            self.fault(Cause::Signature, "its signature is not one by the session's key");
        }
    }

    fn checkpoint(&mut self, line: &Line) {
        let root = line.text("root").and_then(|root| STANDARD.decode(root).ok());
        let counts = line.members().get("counts").and_then(Value::as_object);
        // After a change the roots differ for that reason; one fault names it.
        if self.intact {
            if line.number("size") != Some(self.tree.size()) || root.as_deref() != Some(&self.tree.root().0) {
                self.fault(Cause::Checkpoint, "its size and root are not those of the lines before it");
                self.intact = false;
            } else if !counts.is_some_and(|counts| same(counts, &self.counts)) {
                self.fault(Cause::Checkpoint, "its counters are not those of the lines before it");
            }
        }
        if line.number("epoch") != Some(self.epoch) {
            self.fault(Cause::Checkpoint, format!("it is not of epoch {}", self.epoch));
        }
        if let Some(next) = line.members().get("next_key") {
            let next = next.as_str().and_then(|next| STANDARD.decode(next).ok());
            let next = next.and_then(|next| VerifyingKey::from_bytes(next.as_slice().try_into().ok()?).ok());
            match next.filter(|next| !next.is_weak()) {
                Some(next) => {
                    self.key = Some(next);
                    self.epoch += 1;
                }
                None => self.fault(Cause::Checkpoint, "its next key is none"),
            }
        }
    }

    /// Checks the values that were too long for the line: each stands beside the file.
    fn blobs(&mut self, members: &Map<String, Value>) {
        let Some(folder) = self.trust.blobs else { return };
        for object in members.values().filter_map(Value::as_object) {
            if let Some(blob) = object.get("blob") {
                let digest = blob.get("sha256").and_then(Value::as_str).and_then(Digest::from_hex);
                let holds = digest.is_some_and(|digest| {
                    std::fs::read(folder.join(digest.to_string())).is_ok_and(|bytes| sha256(&bytes) == digest)
                });
                if !holds {
                    let named = digest.map(|digest| digest.to_string()).unwrap_or_default();
                    self.fault(Cause::Blob, format!("the value {named} beside the record is gone or is another"));
                }
            } else {
                self.blobs(object);
            }
        }
    }

    fn finish(mut self, bytes: u64, sha256: Digest, torn: u64) -> Reading {
        if self.first.is_none() && torn == 0 {
            self.fault(Cause::Order, "the file has no line");
        }
        if self.unlisted > 0 {
            self.notes.push(format!("{} more faults are not listed", self.unlisted));
        }
        let whole = (self.tree.size(), self.tree.root());
        Reading {
            session: self.session,
            host: self.host,
            first: self.first,
            lines: whole.0,
            root: whole.1,
            counts: self.counts,
            proven: self.proven,
            holding: self.holding.unwrap_or(whole),
            bytes,
            sha256,
            torn,
            ended: self.meaning.has_ended(),
            pending: self.meaning.pending(),
            faults: self.faults,
            notes: self.notes,
        }
    }
}

/// Says whether counters in a line are these.
pub(super) fn same(found: &Map<String, Value>, counts: &BTreeMap<String, u64>) -> bool {
    found.len() == counts.len()
        && counts.iter().all(|(name, count)| found.get(name).and_then(Value::as_u64) == Some(*count))
}
