//! The writing side of a session: one file, one writer, a receipt for every line.

use super::canonical::Object;
use super::chain::Chain;
use super::clock::Clock;
use super::encode::{self, Fixed, Opening};
use super::index::Index;
use super::recover::{self, Recovered};
use super::seal::{Close, Seal};
use super::tally::{Counts, Kind};
use super::trust;
use super::trust::{HostKey, Namespace};
use super::write_ahead::SessionFile;
use super::writer::Writer;
use super::{ApprovalRecord, AuditError, DecisionRecord, Ending, GapRecord, OutcomeRecord, PolicyRecord, Setup, files};
use crate::model::{Decision, Digest, Seq};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Proof that a line is in the record. Only the journal can make one.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub struct Receipt {
    seq: Seq,
}

impl Receipt {
    /// Returns the number of the line.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.seq
    }
}

/// Where a finished session's record is, and what it holds.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The record.
    pub path: PathBuf,
    /// Its seal.
    pub seal: PathBuf,
    /// How many lines it has.
    pub lines: u64,
    /// The root over them.
    pub root: Digest,
    /// What was decided.
    pub counts: Counts,
}

/// The record of one session.
///
/// Every method that adds a line returns after write(2) has taken all of it. After one write failed
/// nothing is recorded any more and every method says why; see [`Journal::fault`].
///
/// The journal holds a flock(2) on its file, by which others see that the session is alive. A process
/// that is forked and does not exec must close its copy of the descriptor, and must not drop a journal.
pub struct Journal {
    writer: Mutex<Writer>,
    /// Whether lines stand in the file that no signature covers yet.
    unsigned: AtomicBool,
    host_key: HostKey,
    folder: PathBuf,
    host: String,
    path: PathBuf,
    recovered: Vec<Recovered>,
}

impl Journal {
    /// Makes the file of a session, writes its first line, and enters it in the host's index. Sessions
    /// that died without a seal are sealed first; their files are left as they were found.
    ///
    /// # Errors
    ///
    /// When the keys, the index or the file cannot be made, read or written, or when the index does not
    /// hold against its signed head: a session without them is refused.
    pub fn open(setup: Setup) -> Result<Self, AuditError> {
        let host = super::Host::clean(&setup.start.host.id);
        let folder = setup.dir.join(&host);
        files::make_private_folder(&folder)?;
        let host_key = HostKey::load_or_create(&setup.keys, &format!("tollgate {host}"))?;
        let mut index = Index::lock(&folder, &host, &host_key)?;
        let mut clock = Clock::start()?;
        let stamp = clock.now()?;
        let recovered = recover::unsealed(&folder, &host, &mut index, &host_key, &stamp.to_text())?;

        let date = stamp.date();
        let name = format!("{date}/{}.jsonl", setup.session);
        let path = folder.join(&name);
        files::make_private_folder(&folder.join(&date))?;
        let file = SessionFile::create(&path)?;
        let chain = Chain::new(setup.session.clone(), trust::generate()?);
        let certificate = certificate(&host, &setup.session, &stamp.to_text(), &chain.session_key());
        let signature = host_key.sign(Namespace::Session, certificate.as_bytes());
        let opening = Opening { certificate: &certificate, signature: &signature, previous: index.last_closed() };

        let mut start = setup.start;
        start.host.id.clone_from(&host);
        let fixed = Fixed::new(&start);
        let mut writer = Writer::new(file, chain, clock, fixed);
        let entered = writer
            .append(Kind::SessionStart, |buffer, head, _, fixed| {
                encode::session_start(buffer, head, &start, &opening, fixed);
            })
            .and_then(|_| {
                let line0 = writer.previous();
                index.append(|line, host| {
                    line.text("file", &name);
                    line.text("host", host);
                    line.plain("kind", b"session_open");
                    line.formatted("line0", format_args!("{line0}"));
                    line.plain("session", setup.session.as_str().as_bytes());
                    line.plain("ts", stamp.text());
                })
            });
        if let Err(error) = entered {
            // Nothing was decided in it, and no index knows it.
            drop(fs::remove_file(&path));
            return Err(error);
        }
        drop(index);
        let unsigned = AtomicBool::new(false);
        Ok(Self { writer: Mutex::new(writer), unsigned, host_key, folder, host, path, recovered })
    }

    /// Returns what was found of sessions that died without a seal.
    #[must_use]
    pub fn recovered(&self) -> &[Recovered] {
        &self.recovered
    }

    /// Returns where the record is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[cfg(test)]
    pub(super) fn steal_key(&self) -> ed25519_dalek::SigningKey {
        self.lock().map(|writer| writer.steal_key()).unwrap()
    }

    fn lock(&self) -> Result<MutexGuard<'_, Writer>, AuditError> {
        self.writer.lock().map_err(|_| AuditError::Fault("a thread died while it wrote".into()))
    }

    fn append(
        &self,
        kind: Kind,
        encode: impl FnOnce(&mut super::canonical::Buffer, &encode::Head<'_>, u64, &Fixed),
    ) -> Result<Receipt, AuditError> {
        let mut writer = self.lock()?;
        let seq = writer.append(kind, encode);
        self.unsigned.store(writer.is_unsigned(), Ordering::Release);
        Ok(Receipt { seq: seq? })
    }

    /// Records a policy file that was loaded.
    ///
    /// # Errors
    ///
    /// When the line could not be written; the caller must refuse.
    pub fn policy_loaded(&self, record: &PolicyRecord) -> Result<Receipt, AuditError> {
        self.append(Kind::PolicyLoaded, |buffer, head, _, _| encode::policy_loaded(buffer, head, record))
    }

    /// Records a decision, before it has an effect.
    ///
    /// # Errors
    ///
    /// When the line could not be written; the caller must refuse.
    pub fn decision(&self, record: &DecisionRecord<'_>) -> Result<Receipt, AuditError> {
        let kind = match record.decision {
            Decision::Allow => Kind::Allow,
            Decision::Ask => Kind::Ask,
            Decision::Deny => Kind::Deny,
        };
        self.append(kind, |buffer, head, earlier, fixed| {
            encode::decision(buffer, head, record, earlier + 1, fixed);
        })
    }

    /// Records the answer to an ask, before it has an effect.
    ///
    /// # Errors
    ///
    /// When the line could not be written; the caller must refuse.
    pub fn approval(&self, record: &ApprovalRecord<'_>) -> Result<Receipt, AuditError> {
        self.append(Kind::Approval, |buffer, head, _, _| encode::approval(buffer, head, record))
    }

    /// Records what became of a program that was let run.
    ///
    /// # Errors
    ///
    /// When the line could not be written.
    pub fn outcome(&self, record: &OutcomeRecord) -> Result<Receipt, AuditError> {
        self.append(Kind::Outcome, |buffer, head, _, _| encode::outcome(buffer, head, record))
    }

    /// Records something that the record cannot show.
    ///
    /// # Errors
    ///
    /// When the line could not be written; the caller must refuse.
    pub fn gap(&self, record: &GapRecord<'_>) -> Result<Receipt, AuditError> {
        self.append(Kind::Gap, |buffer, head, _, _| encode::gap(buffer, head, record, None, None))
    }

    /// Says whether [`Self::tick`] has something to do soon.
    #[must_use]
    pub fn needs_tick(&self) -> bool {
        self.unsigned.load(Ordering::Acquire)
    }

    /// Signs what has stood unsigned for 50 ms. A timer calls it while [`Self::needs_tick`] says so. A
    /// failure shows in [`Self::fault`] and in the next line that is asked for.
    pub fn tick(&self) {
        if let Ok(mut writer) = self.lock() {
            writer.tick();
            self.unsigned.store(writer.is_unsigned(), Ordering::Release);
        }
    }

    /// Returns why nothing is recorded any more, where that is so. A person must see it.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        match self.lock() {
            Ok(writer) => writer.fault().map(str::to_owned),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Returns what was decided so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().map_or_else(|_| Counts::default(), |writer| Counts::of(writer.tally()))
    }

    /// Writes the last lines, seals the file, and closes the session in the host's index. After a write
    /// failed it tries again, for there may be space now, and says what is missing.
    ///
    /// # Errors
    ///
    /// When a line, the seal or the index cannot be written: the next session will then find and seal
    /// the file. When it is closed already.
    pub fn close(&self, ending: &Ending) -> Result<Closed, AuditError> {
        let mut writer = self.lock()?;
        let sealed = writer.end(ending)?;
        self.unsigned.store(false, Ordering::Release);
        let seal = Seal {
            host: self.host.clone(),
            session: writer.session().clone(),
            close: Close::Clean,
            lines: sealed.lines,
            bytes: sealed.bytes,
            torn: 0,
            root: sealed.root,
            sha256: sealed.sha256,
        };
        seal.write(&self.path, &self.host_key)?;
        let mut index = Index::lock(&self.folder, &self.host, &self.host_key)?;
        let stamp = writer.now()?;
        index.append(|line, host| {
            line.uint("bytes", seal.bytes);
            line.text("close", seal.close.as_str());
            counts(line, writer.tally().iter());
            line.text("host", host);
            line.plain("kind", b"session_close");
            line.uint("lines", seal.lines);
            line.base64("root", &seal.root.0);
            line.plain("session", seal.session.as_str().as_bytes());
            line.formatted("sha256", format_args!("{}", seal.sha256));
            line.plain("ts", stamp.text());
        })?;
        writer.set_closed();
        Ok(Closed {
            path: self.path.clone(),
            seal: super::seal::seal_path(&self.path),
            lines: seal.lines,
            root: seal.root,
            counts: Counts::of(writer.tally()),
        })
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).finish_non_exhaustive()
    }
}

fn counts(line: &mut Object<'_>, items: impl Iterator<Item = (&'static str, u64)>) {
    let mut counts = line.object("counts");
    for (name, count) in items {
        counts.uint(name, count);
    }
    counts.end();
}

/// Returns the text by which the host key vouches for a session's first key.
pub(super) fn certificate(
    host: &str,
    session: &crate::model::SessionId,
    opened: &str,
    key: &trust::PublicKey,
) -> String {
    format!("tollgate-session-v1\nhost {host}\nsession {session}\nopened {opened}\nkey {key}\n")
}
