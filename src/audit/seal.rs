//! The seal of a file: a text that `ssh-keygen -Y verify` and `sha256sum -c` check.

use super::trust::{HostKey, Namespace};
use super::{AuditError, files};
use crate::model::{Digest, SessionId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// Its writer sealed it.
    Clean,
    /// Its writer died; a later session sealed what it found.
    Crash,
}

impl Close {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Crash => "crash",
        }
    }
}

/// What a seal says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seal {
    pub(super) host: String,
    pub(super) session: SessionId,
    pub(super) close: Close,
    /// How many lines stand in the chain.
    pub(super) lines: u64,
    /// The length of the whole file.
    pub(super) bytes: u64,
    /// How many bytes at its end are no line.
    pub(super) torn: u64,
    /// The root over the lines.
    pub(super) root: Digest,
    /// The digest of the whole file.
    pub(super) sha256: Digest,
}

/// Returns where the seal of a session's file stands.
pub(super) fn seal_path(file: &Path) -> PathBuf {
    file.with_extension("seal")
}

/// Returns where the signature of the seal stands.
pub(super) fn signature_path(file: &Path) -> PathBuf {
    file.with_extension("seal.sig")
}

impl Seal {
    pub(super) fn to_text(&self) -> String {
        let torn = if self.torn == 0 { String::new() } else { format!("torn {}\n", self.torn) };
        format!(
            "tollgate-seal-v1\nhost {}\nsession {}\nclose {}\nlines {}\nbytes {}\n{torn}root {}\nsha256 {}  {}.jsonl\n",
            self.host,
            self.session,
            self.close.as_str(),
            self.lines,
            self.bytes,
            STANDARD.encode(self.root.0),
            self.sha256,
            self.session,
        )
    }

    /// Reads exactly what [`Self::to_text`] returns.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().peekable();
        if lines.next()? != "tollgate-seal-v1" {
            return None;
        }
        let host = lines.next()?.strip_prefix("host ")?.to_owned();
        let session = SessionId::parse(lines.next()?.strip_prefix("session ")?)?;
        let close = match lines.next()?.strip_prefix("close ")? {
            "clean" => Close::Clean,
            "crash" => Close::Crash,
            _ => return None,
        };
        let count = lines.next()?.strip_prefix("lines ")?.parse().ok()?;
        let bytes = lines.next()?.strip_prefix("bytes ")?.parse().ok()?;
        let torn = match lines.next_if(|line| line.starts_with("torn ")) {
            Some(line) => line.strip_prefix("torn ")?.parse().ok()?,
            None => 0,
        };
        let root: [u8; 32] = STANDARD.decode(lines.next()?.strip_prefix("root ")?).ok()?.try_into().ok()?;
        let (sha256, _name) = lines.next()?.strip_prefix("sha256 ")?.split_once("  ")?;
        let sha256 = Digest::from_hex(sha256)?;
        let seal = Self { host, session, close, lines: count, bytes, torn, root: Digest(root), sha256 };
        (seal.to_text() == text).then_some(seal)
    }

    /// Writes the seal and its signature beside the file.
    pub(super) fn write(&self, file: &Path, key: &HostKey) -> Result<(), AuditError> {
        let text = self.to_text();
        let signature = key.sign(Namespace::Seal, text.as_bytes());
        files::replace(&signature_path(file), signature.as_bytes(), 0o600)?;
        files::replace(&seal_path(file), text.as_bytes(), 0o600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_prints_and_reads_back_and_nothing_else_reads() {
        let seal = Seal {
            host: "host-7".into(),
            session: SessionId::from_parts(7, [7; 10]),
            close: Close::Crash,
            lines: 3,
            bytes: 100,
            torn: 7,
            root: Digest([1; 32]),
            sha256: Digest([2; 32]),
        };
        assert_eq!(Seal::parse(&seal.to_text()), Some(seal.clone()));
        let clean = Seal { torn: 0, close: Close::Clean, ..seal };
        let text = clean.to_text();
        assert!(!text.contains("torn"));
        assert_eq!(Seal::parse(&text), Some(clean));
        assert_eq!(Seal::parse(&text.replace("lines 3", "lines 03")), None);
        assert_eq!(Seal::parse(&format!("{text}extra\n")), None);
    }
}
