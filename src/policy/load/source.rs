//! Where policies come from.

use super::complaint::Complaint;
use crate::model::{Digest, Layer};
use crate::policy::matcher::Places;
use crate::policy::world::World;
use sha2::Digest as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest policy file.
const SIZE_LIMIT: u64 = 1 << 20;

/// One policy to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// Whose it is.
        layer: Layer,
    },
    /// A policy that is compiled in, by name: `starter`.
    Builtin(&'static str),
    /// A text that is already at hand.
    Text {
        /// What messages call it.
        name: String,
        /// The YAML.
        text: String,
        /// Whose it is.
        layer: Layer,
    },
}

/// The places that policies speak of.
#[derive(Clone, Debug)]
pub struct Context {
    /// The folder that the agent works in: `{workspace}`.
    pub workspace: PathBuf,
    /// The person's home folder: `~`.
    pub home: Option<PathBuf>,
    /// Folders for temporary files: `tmp`.
    pub tmp: Vec<PathBuf>,
    /// What is asked where links lead, and which branch is checked out.
    pub world: World,
}

impl Context {
    /// Makes a context of the machine as it is.
    #[must_use]
    pub fn new(workspace: PathBuf, home: Option<PathBuf>, tmp: Vec<PathBuf>) -> Self {
        Self { workspace, home, tmp, world: World::Disk }
    }

    pub(crate) fn places(&self) -> Places {
        Places {
            workspace: self.world.canonical(&self.workspace),
            home: self.home.clone(),
            tmp: self.tmp.iter().map(|path| self.world.canonical(path)).collect(),
            world: self.world.clone(),
        }
    }
}

/// A policy text with what is known of it.
pub(crate) struct Loaded {
    pub(crate) name: PathBuf,
    pub(crate) layer: Layer,
    pub(crate) text: String,
    pub(crate) digest: Digest,
}

/// Returns the digest of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

impl Source {
    /// Reads the text. At most one byte more than the limit is ever read.
    pub(crate) fn read(&self) -> Result<Loaded, Box<Complaint>> {
        let (name, layer, bytes) = match self {
            Self::File { path, layer } => {
                (path.clone(), *layer, file(path).map_err(|error| fault("P001", path, &error))?)
            }
            Self::Builtin(name) => {
                let path = PathBuf::from(format!("builtin:{name}"));
                let text = crate::policy::builtin::text(name)
                    .ok_or_else(|| fault("P001", &path, &"there is no built-in policy of this name"))?;
                (path, Layer::Builtin, text.as_bytes().to_vec())
            }
            Self::Text { name, text, layer } => (PathBuf::from(name), *layer, text.clone().into_bytes()),
        };
        if bytes.len() as u64 > SIZE_LIMIT {
            return Err(fault("P002", &name, &"the file is larger than 1 MiB"));
        }
        let digest = digest(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| fault("P003", &name, &"the file is not UTF-8 text"))?;
        Ok(Loaded { name, layer, text, digest })
    }
}

fn file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn fault(code: &'static str, path: &Path, problem: &dyn std::fmt::Display) -> Box<Complaint> {
    Box::new(Complaint {
        code,
        file: path.to_string_lossy().into_owned(),
        line: 0,
        column: 0,
        message: format!("cannot load the policy: {problem}"),
        fix: None,
        excerpt: None,
        width: 0,
    })
}
