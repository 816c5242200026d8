//! Finding the real program.

use super::place::{Place, is_same, parts};
use crate::door::shim::names::PROGRAM;
use crate::sys::bare::{PATH_BYTES, file_mode, link_target};

/// `S_IFMT` and `S_IFREG`, inode(7).
const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
/// Executable by anybody.
const EXECUTABLE: u32 = 0o111;

/// Looks a name up on PATH as execvp(3) does, without the session's own folder.
pub(super) fn find(name: &[u8], search: &[u8], links: Option<&Place>) -> Option<Place> {
    let folders = search.split(|byte| *byte == b':');
    let others = folders.filter(|folder| links.is_none_or(|links| !is_same(folder, links.as_bytes())));
    others.filter_map(|folder| Place::of(folder)?.join(name)).find(|path| {
        let found = file_mode(path.as_c_str());
        found.is_ok_and(|mode| mode & TYPE == REGULAR && mode & EXECUTABLE != 0) && !is_link_to_shim(path)
    })
}

/// Another name of the session's folder leads to this shim again.
fn is_link_to_shim(path: &Place) -> bool {
    let mut target = [0; PATH_BYTES];
    link_target(path.as_c_str(), &mut target)
        .is_ok_and(|target| parts(target).last().is_some_and(|last| last == PROGRAM.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, create_dir, set_permissions};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn the_first_program_that_is_no_shim_is_found() {
        let top = tempfile::tempdir().unwrap();
        let path = |name: &str| top.path().join(name);
        for folder in ["links", "other", "plain", "folder", "real"] {
            create_dir(path(folder)).unwrap();
        }
        symlink("/opt/tollgate-shim", path("links/tool")).unwrap();
        // The session's folder by another name, a file that nobody may execute, a folder, then the program.
        File::create(path("tollgate-shim")).unwrap();
        symlink("../tollgate-shim", path("other/tool")).unwrap();
        set_permissions(path("tollgate-shim"), PermissionsExt::from_mode(0o755)).unwrap();
        File::create(path("plain/tool")).unwrap();
        create_dir(path("folder/tool")).unwrap();
        File::create(path("real/tool")).unwrap();
        set_permissions(path("real/tool"), PermissionsExt::from_mode(0o755)).unwrap();
        let search = ["links/", "none", "other", "plain", "folder", "real"].map(path);
        let search = std::env::join_paths(search).unwrap();
        let links = Place::of(path("links").as_os_str().as_bytes()).unwrap();
        let found = find(b"tool", search.as_bytes(), Some(&links)).unwrap();
        assert_eq!(found.as_bytes(), path("real/tool").as_os_str().as_bytes());
        assert!(find(b"other", search.as_bytes(), Some(&links)).is_none());
    }
}
