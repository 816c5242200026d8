//! The host's index: which sessions there were. Itself a chain of lines with a signed head.
//!
//! A line is taken back by nobody: the head for the longer index is written beside the present one,
//! then the line, then the new head takes the place of the old. After a crash in between, the one or
//! the other is true, and which one is certain.

use super::canonical::{Buffer, Object};
use super::hash::{hex, sha256};
use super::merkle::Tree;
use super::trust::{HostKey, Namespace, Note};
use super::{AuditError, files};
use crate::model::{Digest, SessionId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The index's file name.
pub(super) const INDEX: &str = "index.jsonl";
/// The signed head, a C2SP note.
pub(super) const HEAD: &str = "index.checkpoint";
/// The head that becomes true with the line that is being written.
pub(super) const NEXT_HEAD: &str = "index.checkpoint.next";
/// The three lines of the head alone, and their SSHSIG.
pub(super) const HEAD_BODY: &str = "index.checkpoint.body";
pub(super) const HEAD_SIGNATURE: &str = "index.checkpoint.sshsig";
/// How long another session may keep the index.
const PATIENCE: Duration = Duration::from_secs(10);

/// The index, held alone until it is dropped.
pub(super) struct Index<'k> {
    folder: PathBuf,
    host: String,
    key: &'k HostKey,
    file: Flock<File>,
    tree: Tree,
    previous: Digest,
    /// Sessions that were opened and neither closed nor recovered, with their files.
    open: BTreeMap<SessionId, String>,
    /// The session that was closed last, and its root.
    last_closed: Option<(SessionId, Digest)>,
}

/// Returns the name of a host's log.
pub(super) fn origin(host: &str) -> String {
    format!("tollgate/{host}")
}

/// Returns the text of a member of a canonical line whose value holds no escape. A quote inside a
/// value is written as `\"`, so that the pattern only matches a member.
fn member<'l>(line: &'l [u8], pattern: &str) -> Option<&'l str> {
    let start = memmem::find(line, pattern.as_bytes())? + pattern.len();
    let value = line.get(start..)?;
    let end = memchr::memchr(b'"', value)?;
    std::str::from_utf8(value.get(..end)?).ok()
}

impl<'k> Index<'k> {
    /// Locks a host's index, makes it on first use, and checks it against its signed head.
    pub(super) fn lock(folder: &Path, host: &str, key: &'k HostKey) -> Result<Self, AuditError> {
        let path = folder.join(INDEX);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| AuditError::Open { path: path.clone(), source })?;
        let mut index = Self {
            folder: folder.into(),
            host: host.to_owned(),
            key,
            file: lock(file, &path, FlockArg::LockExclusiveNonblock)?,
            tree: Tree::default(),
            previous: Digest([0; 32]),
            open: BTreeMap::new(),
            last_closed: None,
        };
        index.read()?;
        Ok(index)
    }

    fn wrong(&self, reason: impl Into<String>) -> AuditError {
        AuditError::Index { path: self.folder.join(INDEX), reason: reason.into() }
    }

    fn read(&mut self) -> Result<(), AuditError> {
        let path = self.folder.join(INDEX);
        let failed = |source| AuditError::Read { path: path.clone(), source };
        let mut bytes = Vec::new();
        (&*self.file).read_to_end(&mut bytes).map_err(failed)?;
        let mut whole = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            // A line without its end was being written when its writer died: it never counted.
            let Some(line) = line.strip_suffix(b"\n") else { break };
            whole += line.len() + 1;
            self.take(line)?;
        }
        self.check_head()?;
        if whole < bytes.len() {
            let whole = u64::try_from(whole).map_err(|error| failed(io::Error::other(error)))?;
            self.file.set_len(whole).map_err(failed)?;
        }
        Ok(())
    }

    /// Takes one line of the index into account.
    fn take(&mut self, line: &[u8]) -> Result<(), AuditError> {
        let expected = hex(&self.previous);
        if line.strip_prefix(br#"{"_prev":""#).and_then(|rest| rest.get(..64)) != Some(&expected) {
            return Err(self.wrong(format!("line {} does not follow the one before", self.tree.size() + 1)));
        }
        let digest = sha256(line);
        self.tree.push(&digest);
        self.previous = digest;
        let session = member(line, r#","session":""#).and_then(SessionId::parse);
        let (Some(session), Some(kind)) = (session, member(line, r#","kind":""#)) else { return Ok(()) };
        match kind {
            "session_open" => {
                if let Some(file) = member(line, r#","file":""#) {
                    self.open.insert(session, file.to_owned());
                }
            }
            "session_close" | "recovered" => {
                self.open.remove(&session);
                let root = member(line, r#","root":""#).and_then(|root| STANDARD.decode(root).ok());
                if let Some(root) = root.and_then(|root| root.try_into().ok()) {
                    self.last_closed = Some((session, Digest(root)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn note(&self) -> Note {
        Note { origin: origin(&self.host), size: self.tree.size(), root: self.tree.root() }
    }

    /// Compares what was read with the head that this host signed.
    fn check_head(&self) -> Result<(), AuditError> {
        let head = self.folder.join(HEAD);
        let next = self.folder.join(NEXT_HEAD);
        let text = read_if_there(&head)?;
        if let Some(text) = &text {
            let Some(note) = Note::open(text, &self.key.public()) else {
                return Err(self.wrong("its head is not signed by this host's key"));
            };
            if note == self.note() {
                return Ok(());
            }
        } else if self.tree.size() == 0 {
            return Ok(());
        }
        // The writer died between the line and the new head.
        let pending = read_if_there(&next)?.and_then(|text| Note::open(&text, &self.key.public()));
        if pending.is_some_and(|note| note == self.note()) {
            return self.publish();
        }
        Err(self.wrong(match text {
            Some(_) => "it is not what its head was signed for",
            None => "its signed head is gone",
        }))
    }

    /// Puts the head that was prepared in the place of the old one.
    fn publish(&self) -> Result<(), AuditError> {
        let head = self.folder.join(HEAD);
        fs::rename(self.folder.join(NEXT_HEAD), &head).map_err(|source| AuditError::Write { path: head, source })?;
        let body = self.note().body();
        let signature = self.key.sign(Namespace::Index, body.as_bytes());
        files::replace(&self.folder.join(HEAD_BODY), body.as_bytes(), 0o600)?;
        files::replace(&self.folder.join(HEAD_SIGNATURE), signature.as_bytes(), 0o600)
    }

    /// Returns the sessions that were neither closed nor recovered, with their files.
    pub(super) fn open_sessions(&self) -> Vec<(SessionId, String)> {
        self.open.iter().map(|(session, file)| (session.clone(), file.clone())).collect()
    }

    /// Returns the session that was closed last, and the root of its file.
    pub(super) fn last_closed(&self) -> Option<(&SessionId, Digest)> {
        self.last_closed.as_ref().map(|(session, root)| (session, *root))
    }

    /// Adds a line. `members` writes what stands after `_v`, in order.
    pub(super) fn append(&mut self, members: impl FnOnce(&mut Object<'_>, &str)) -> Result<(), AuditError> {
        let mut buffer = Buffer::default();
        let mut object = Object::begin(&mut buffer);
        object.plain("_prev", &hex(&self.previous));
        object.uint("_seq", self.tree.size());
        object.uint("_v", 1);
        members(&mut object, &self.host);
        object.end();
        let line = buffer.bytes;

        let length = self.file.metadata().map(|metadata| metadata.len());
        let path = self.folder.join(INDEX);
        let failed = |source| AuditError::Write { path: path.clone(), source };
        let length = length.map_err(failed)?;
        let (tree, previous) = (self.tree.clone(), self.previous);
        self.take(&line)?;
        let head = self.note().sign(self.key.signing_key());
        let written = files::replace(&self.folder.join(NEXT_HEAD), head.as_bytes(), 0o600).and_then(|()| {
            let mut ended = line;
            ended.push(b'\n');
            (&*self.file).write_all(&ended).and_then(|()| self.file.sync_data()).map_err(failed)
        });
        if let Err(error) = written {
            // What was written of the line never counted: nobody has seen a head for it.
            drop(self.file.set_len(length));
            (self.tree, self.previous) = (tree, previous);
            return Err(error);
        }
        self.publish()
    }
}

/// Locks the index, waiting for as long as another session may need it.
pub(super) fn lock(mut file: File, path: &Path, how: FlockArg) -> Result<Flock<File>, AuditError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match Flock::lock(file, how) {
            Ok(locked) => return Ok(locked),
            Err((back, Errno::EWOULDBLOCK | Errno::EINTR)) if Instant::now() < deadline => {
                file = back;
                std::thread::sleep(Duration::from_millis(2));
            }
            Err((_, Errno::EWOULDBLOCK)) => return Err(AuditError::Locked { path: path.into() }),
            Err((_, errno)) => return Err(AuditError::Open { path: path.into(), source: errno.into() }),
        }
    }
}

/// Returns what stands in a file; nothing when there is none.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>, AuditError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuditError::Read { path: path.into(), source }),
    }
}
