//! The branch that is checked out.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the branch of the repository that a folder lies in; nothing where there is none, or none is
/// checked out. See gitrepository-layout(5).
pub(super) fn of(folder: &Path) -> Option<String> {
    let git = folder.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let git = if git.is_dir() {
        git
    } else {
        // A worktree, or a submodule: the file names the real folder.
        let text = fs::read_to_string(&git).ok()?;
        let named = PathBuf::from(text.strip_prefix("gitdir:")?.trim());
        git.parent()?.join(named)
    };
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    Some(head.strip_prefix("ref: refs/heads/")?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_is_that_of_the_nearest_repository() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("main/.git/worktrees/w")).unwrap();
        fs::create_dir_all(at("main/src")).unwrap();
        fs::create_dir_all(at("w")).unwrap();
        fs::write(at("main/.git/HEAD"), "ref: refs/heads/feature/x\n").unwrap();
        fs::write(at("main/.git/worktrees/w/HEAD"), "ref: refs/heads/y\n").unwrap();
        fs::write(at("w/.git"), "gitdir: ../main/.git/worktrees/w\n").unwrap();
        assert_eq!(of(&at("main/src")).as_deref(), Some("feature/x"));
        assert_eq!(of(&at("w")).as_deref(), Some("y"));
        fs::write(at("main/.git/HEAD"), "0123456789012345678901234567890123456789\n").unwrap();
        assert_eq!(of(&at("main")), None);
    }
}
