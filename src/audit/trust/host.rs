//! The host key: what certifies session keys and signs seals and index heads.

use super::wire::PublicKey;
use super::{Namespace, private, sign};
use crate::audit::AuditError;
use crate::audit::files;
use ed25519_dalek::SigningKey;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The private key's file name; OpenSSH's tools read it.
const PRIVATE: &str = "host_ed25519";
/// The public key's file name.
const PUBLIC: &str = "host_ed25519.pub";

/// The key of this host, in memory. It is wiped when it is dropped.
pub struct HostKey {
    key: SigningKey,
    public: PublicKey,
}

impl HostKey {
    /// Reads the host key in a folder, and makes folder and key on first use.
    ///
    /// The folder gets mode 0700 and the key file 0600. `comment` goes into both key files.
    ///
    /// # Errors
    ///
    /// When the folder or a file cannot be made or read, when others can read the private key, when it
    /// is not an Ed25519 key without a passphrase, or when the public key beside it is another one.
    pub fn load_or_create(folder: &Path, comment: &str) -> Result<Self, AuditError> {
        files::make_private_folder(folder)?;
        let path = folder.join(PRIVATE);
        match Self::load(&path) {
            Err(AuditError::Open { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(&path, comment)?;
            }
            Ok(found) => return found.check_public(folder, comment),
            Err(error) => return Err(error),
        }
        // Another session may have been quicker: whatever stands there now is the key.
        Self::load(&path)?.check_public(folder, comment)
    }

    fn load(path: &Path) -> Result<Self, AuditError> {
        let file = fs::File::open(path).map_err(|source| AuditError::Open { path: path.into(), source })?;
        let metadata = file.metadata().map_err(|source| AuditError::Read { path: path.into(), source })?;
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(AuditError::TooOpen { path: path.into(), mode });
        }
        let text = io::read_to_string(file)
            .map(Zeroizing::new)
            .map_err(|source| AuditError::Read { path: path.into(), source })?;
        let key = private::read(&text).map_err(|reason| AuditError::Key { path: path.into(), reason })?;
        let public = PublicKey(key.verifying_key());
        Ok(Self { key, public })
    }

    /// Sees to it that the public key beside the private one is its own.
    fn check_public(self, folder: &Path, comment: &str) -> Result<Self, AuditError> {
        let path = public_path(folder);
        match fs::read_to_string(&path) {
            Ok(text) if PublicKey::parse(&text) == Some(self.public) => Ok(self),
            Ok(_) => Err(AuditError::Key { path, reason: "it does not belong to the private key beside it" }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files::replace(&path, format!("{} {comment}\n", self.public).as_bytes(), 0o644)?;
                Ok(self)
            }
            Err(source) => Err(AuditError::Read { path, source }),
        }
    }

    /// Returns the public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Returns the armoured signature of a message for one purpose.
    pub(in crate::audit) fn sign(&self, namespace: Namespace, message: &[u8]) -> String {
        sign(&self.key, namespace, message)
    }

    pub(in crate::audit) fn signing_key(&self) -> &SigningKey {
        &self.key
    }
}

/// Returns where a key folder keeps its public key.
pub(in crate::audit) fn public_path(folder: &Path) -> PathBuf {
    folder.join(PUBLIC)
}

/// Returns a new key from the system's random bytes.
pub(in crate::audit) fn generate() -> Result<SigningKey, AuditError> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(|source| AuditError::Random { source })?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Puts a new key at `path` unless one is there: a link(2) of a finished file, so that nobody ever sees
/// half a key and two first sessions at once agree on one.
fn create(path: &Path, comment: &str) -> Result<(), AuditError> {
    let key = generate()?;
    let check = getrandom::u32().map_err(|source| AuditError::Random { source })?;
    let text = private::write(&key, comment, check);
    let temporary = files::temporary(path)?;
    let failed = |source| AuditError::Write { path: path.into(), source };
    let mut file = files::create_new(&temporary, 0o600)?;
    let linked =
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&temporary, path));
    fs::remove_file(&temporary).map_err(failed)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map_err(failed),
    }
}
