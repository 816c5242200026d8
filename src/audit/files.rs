//! Files and folders that only their owner may read.

use super::AuditError;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Makes a folder with mode 0700, and those above it that are missing.
pub(super) fn make_private_folder(path: &Path) -> Result<(), AuditError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| AuditError::MakeFolder { path: path.into(), source })
}

/// Makes a file that must not exist, with O_APPEND and the given mode.
pub(super) fn create_new(path: &Path, mode: u32) -> Result<File, AuditError> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|source| AuditError::Open { path: path.into(), source })
}

/// Puts a whole file in place at once: readers see the old one or the new one, never a part.
pub(super) fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuditError> {
    let temporary = temporary(path)?;
    let failed = |source| AuditError::Write { path: path.into(), source };
    let mut file = create_new(&temporary, mode)?;
    let placed = file
        .write_all(bytes)
        .and_then(|()| file.set_permissions(fs::Permissions::from_mode(mode)))
        .and_then(|()| fs::rename(&temporary, path));
    if placed.is_err() {
        // What counts is why it could not be put in place.
        drop(fs::remove_file(&temporary));
    }
    placed.map_err(failed)
}

/// Returns a name beside the path that nobody else uses.
pub(super) fn temporary(path: &Path) -> Result<PathBuf, AuditError> {
    let number = getrandom::u64().map_err(|source| AuditError::Random { source })?;
    Ok(beside(path, &format!(".{number:016x}")))
}

/// Returns the path with something put at its end.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
