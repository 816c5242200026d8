//! What a decision may ask of the world outside of the command: where links lead, which branch is
//! checked out.

use super::matcher::{lexical, resolve_links};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The world in which commands are judged.
#[derive(Clone, Debug)]
pub enum World {
    /// The machine as it is.
    Disk,
    /// A world in words: the same on every machine, for examples and tests of policies.
    Described(Arc<Described>),
}

/// A world in words. What it does not speak of is an ordinary file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Symbolic links with their absolute targets.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// Working trees of git, each with the branch that is checked out.
    pub branches: Vec<(PathBuf, String)>,
}

/// The most links that are followed in one path, as by the kernel: `MAXSYMLINKS`, linux/namei.h.
const LINKS: usize = 40;

impl World {
    /// Makes a world in words.
    #[must_use]
    pub fn described(described: Described) -> Self {
        Self::Described(Arc::new(described))
    }

    /// Follows the symlinks of a path; of one that does not exist, those of the part that does.
    #[must_use]
    pub fn canonical(&self, path: &Path) -> PathBuf {
        match self {
            Self::Disk => resolve_links(path),
            Self::Described(described) if described.links.is_empty() => lexical(path),
            Self::Described(described) => described.canonical(path),
        }
    }

    /// Returns the branch that is checked out where a directory lies, as far as that can be read.
    #[must_use]
    pub fn branch(&self, directory: &Path) -> Option<String> {
        match self {
            Self::Disk => directory.ancestors().find(|folder| folder.join(".git").exists()).and_then(head),
            Self::Described(described) => {
                let around = described.branches.iter().filter(|(tree, _)| directory.starts_with(tree));
                around.max_by_key(|(tree, _)| tree.components().count()).map(|(_, branch)| branch.clone())
            }
        }
    }
}

impl Described {
    fn canonical(&self, path: &Path) -> PathBuf {
        let mut out = PathBuf::new();
        let mut rest: Vec<PathBuf> = parts(path);
        let mut followed = 0;
        while let Some(part) = rest.pop() {
            if part == Path::new("..") {
                out.pop();
                continue;
            }
            out.push(&part);
            let Some((_, target)) = self.links.iter().find(|(link, _)| *link == out) else { continue };
            followed += 1;
            if followed > LINKS {
                break;
            }
            rest.extend(parts(target));
            out = PathBuf::new();
        }
        out
    }
}

/// Returns the components of a path, the last one first.
fn parts(path: &Path) -> Vec<PathBuf> {
    let plain = path.components().filter(|part| !matches!(part, Component::CurDir));
    plain.map(|part| PathBuf::from(part.as_os_str())).rev().collect()
}

/// The most bytes of a file of git that are read.
const FILE_LIMIT: u64 = 4096;

/// Returns the branch of a working tree: what `.git/HEAD` says. In a linked working tree `.git` is a file
/// that says where the folder is (gitrepository-layout(5)).
fn head(tree: &Path) -> Option<String> {
    let git = tree.join(".git");
    let folder = match text(&git) {
        Some(pointer) => tree.join(pointer.strip_prefix("gitdir:")?.trim()),
        None => git,
    };
    let head = text(&folder.join("HEAD"))?;
    head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned)
}

fn text(path: &Path) -> Option<String> {
    use std::io::Read as _;
    let mut out = String::new();
    std::fs::File::open(path).ok()?.take(FILE_LIMIT).read_to_string(&mut out).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_described_world_are_followed() {
        let described = Described {
            links: vec![("/w/a".into(), "/x/b".into()), ("/x/b".into(), "/y".into())],
            branches: vec![("/w".into(), "main".to_owned()), ("/w/sub".into(), "dev".to_owned())],
        };
        let world = World::described(described);
        assert_eq!(world.canonical(Path::new("/w/a/c")), Path::new("/y/c"));
        assert_eq!(world.canonical(Path::new("/w/a/../c")), Path::new("/c"));
        assert_eq!(world.canonical(Path::new("/w/./b")), Path::new("/w/b"));
        assert_eq!(world.branch(Path::new("/w/sub/x")).as_deref(), Some("dev"));
        assert_eq!(world.branch(Path::new("/w/y")).as_deref(), Some("main"));
        assert_eq!(world.branch(Path::new("/z")), None);
    }

    #[test]
    fn the_branch_of_a_working_tree_is_read_from_its_head() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("a/b");
        std::fs::create_dir_all(tree.join("deep")).unwrap();
        std::fs::create_dir_all(folder.path().join("a/.git")).unwrap();
        std::fs::write(folder.path().join("a/.git/HEAD"), "ref: refs/heads/feature/x\n").unwrap();
        assert_eq!(World::Disk.branch(&tree.join("deep")).as_deref(), Some("feature/x"));
        std::fs::create_dir_all(folder.path().join("linked")).unwrap();
        std::fs::write(folder.path().join("linked/HEAD"), "0123456789\n").unwrap();
        std::fs::write(tree.join(".git"), "gitdir: ../../linked\n").unwrap();
        assert_eq!(World::Disk.branch(&tree), None);
    }
}
