//! Which projects a person trusts, exactly as they are.
//!
//! A project's policy comes with its repository, so it only tightens until a person has looked at it. What
//! is trusted is the digest of all its files; any change to one of them needs trust again. The list is
//! read once, before the agent starts, so that a session cannot widen itself.

use crate::model::Digest;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Why the list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A system call failed.
    #[error("cannot use the list of trusted projects, {path}: {source}")]
    Io {
        /// The list.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else may have written it.
    #[error("the list of trusted projects, {path}, must be your own file with mode 600")]
    Exposed {
        /// The list.
        path: PathBuf,
    },
    /// A line of it says nothing.
    #[error("line {line} of the list of trusted projects, {path}, cannot be read")]
    Line {
        /// The list.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
}

/// The list of trusted projects: `DIGEST FOLDER` in each line, the folder's bytes escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    path: PathBuf,
    projects: Vec<(PathBuf, Digest)>,
}

/// The most bytes of a list.
const SIZE_LIMIT: u64 = 1 << 20;

impl Trust {
    /// Reads the list of this user. There is none: nothing is trusted.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be read, or another user could have written it.
    pub fn open(path: PathBuf, uid: u32) -> Result<Self, TrustError> {
        let at = |source| TrustError::Io { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { path, projects: Vec::new() }),
            Err(error) => return Err(at(error)),
        };
        let found = file.metadata().map_err(at)?;
        if found.uid() != uid || found.mode() & 0o077 != 0 || !found.is_file() {
            return Err(TrustError::Exposed { path });
        }
        let mut bytes = Vec::new();
        file.take(SIZE_LIMIT).read_to_end(&mut bytes).map_err(at)?;
        let mut projects = Vec::new();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let read = || {
                let (digest, folder) = std::str::from_utf8(line).ok()?.split_once(' ')?;
                Some((unescape(folder)?, Digest::from_hex(digest)?))
            };
            projects.push(read().ok_or_else(|| TrustError::Line { path: path.clone(), line: index + 1 })?);
        }
        Ok(Self { path, projects })
    }

    /// Returns the digest that is trusted for a project.
    #[must_use]
    pub fn of(&self, workspace: &Path) -> Option<Digest> {
        self.projects.iter().find(|(folder, _)| folder == workspace).map(|(_, digest)| *digest)
    }

    /// Returns every trusted project.
    #[must_use]
    pub fn projects(&self) -> &[(PathBuf, Digest)] {
        &self.projects
    }

    /// Trusts a project as it is, and writes the list.
    ///
    /// # Errors
    ///
    /// When the list cannot be written; it is then as it was.
    pub fn add(&mut self, workspace: &Path, digest: Digest) -> Result<(), TrustError> {
        let mut projects = self.projects.clone();
        projects.retain(|(folder, _)| folder != workspace);
        projects.push((workspace.to_owned(), digest));
        self.write(projects)
    }

    /// Trusts a project no longer, and writes the list. Says whether it was trusted.
    ///
    /// # Errors
    ///
    /// When the list cannot be written; it is then as it was.
    pub fn remove(&mut self, workspace: &Path) -> Result<bool, TrustError> {
        let mut projects = self.projects.clone();
        projects.retain(|(folder, _)| folder != workspace);
        let was = projects.len() < self.projects.len();
        self.write(projects).map(|()| was)
    }

    fn write(&mut self, projects: Vec<(PathBuf, Digest)>) -> Result<(), TrustError> {
        let text: String = projects.iter().map(|(folder, digest)| format!("{digest} {}\n", escape(folder))).collect();
        self.replace(text.as_bytes()).map_err(|source| TrustError::Io { path: self.path.clone(), source })?;
        self.projects = projects;
        Ok(())
    }

    /// Writes a new file and puts it in the place of the old one.
    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let new = self.path.with_extension("new");
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)
    }
}

/// Writes every byte that is no plain character as `%XX`.
fn escape(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_graphic() && *byte != b'%' {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
    out
}

fn unescape(text: &str) -> Option<PathBuf> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    Some(PathBuf::from(std::ffi::OsString::from_vec(out)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_read_and_only_its_owner_s() {
        let folder = tempfile::tempdir().unwrap();
        let uid = folder.path().metadata().unwrap().uid();
        let path = folder.path().join("state/trusted");
        let mut trust = Trust::open(path.clone(), uid).unwrap();
        let odd = Path::new("/srv/a b\n%é");
        trust.add(odd, Digest([1; 32])).unwrap();
        trust.add(Path::new("/srv/x"), Digest([2; 32])).unwrap();
        trust.add(odd, Digest([3; 32])).unwrap();
        let again = Trust::open(path.clone(), uid).unwrap();
        assert_eq!(again, trust);
        assert_eq!(again.of(odd), Some(Digest([3; 32])));
        assert_eq!(again.projects().len(), 2);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert!(trust.remove(odd).unwrap() && !trust.remove(odd).unwrap());
        assert_eq!(Trust::open(path.clone(), uid).unwrap().of(odd), None);
        assert!(matches!(Trust::open(path.clone(), uid + 1), Err(TrustError::Exposed { .. })));
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Trust::open(path.clone(), uid), Err(TrustError::Exposed { .. })));
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "nonsense\n").unwrap();
        assert!(matches!(Trust::open(path, uid), Err(TrustError::Line { line: 1, .. })));
    }
}
