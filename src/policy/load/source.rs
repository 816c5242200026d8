//! Where policies come from.

use super::complaint::{Complaint, nearest};
use super::document::{Base, Extend};
use crate::model::{Digest, Layer};
use crate::policy::matcher::{Places, lexical};
use crate::policy::world::World;
use jiff::Timestamp;
use sha2::Digest as _;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
    /// A file that is looked at before it stands in its place: whose file it is does not matter yet.
    Draft {
        /// Where it is.
        path: PathBuf,
        /// Whose it says it is.
        layer: Layer,
    },
    /// A policy that is compiled in, by name: `starter`, or `ci@1`.
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
    /// The time, which says what has expired.
    pub now: Option<SystemTime>,
    /// The digest of the project's files that a person trusts; see [`crate::policy::Trust`].
    pub trusted_project: Option<Digest>,
    /// Where policies from elsewhere are kept, each under its digest.
    pub cache: Option<PathBuf>,
}

impl Context {
    /// Makes a context of the machine as it is.
    #[must_use]
    pub fn new(workspace: PathBuf, home: Option<PathBuf>, tmp: Vec<PathBuf>) -> Self {
        let now = Some(SystemTime::now());
        Self { workspace, home, tmp, world: World::Disk, now, trusted_project: None, cache: None }
    }

    pub(crate) fn now(&self) -> Option<Timestamp> {
        self.now.and_then(|now| Timestamp::try_from(now).ok())
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
    /// The folder that it lies in, where it is a file.
    folder: Option<PathBuf>,
    builtin: bool,
}

/// Why a policy that another one extends cannot be had.
pub(crate) struct BaseFault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

impl Loaded {
    /// Says whether it is compiled in.
    pub(crate) fn is_builtin(&self) -> bool {
        self.builtin
    }

    /// Reads a policy that this one extends. It belongs to the same layer.
    pub(crate) fn base(&self, extend: &Extend, context: &Context) -> Result<Self, BaseFault> {
        let fault =
            |message: String, fix: Option<&str>| BaseFault { code: "P052", message, fix: fix.map(str::to_owned) };
        let of = |complaint: Box<Complaint>| BaseFault { code: "P052", message: complaint.message, fix: complaint.fix };
        let found = match &extend.what {
            Base::Builtin(name) => Self { layer: self.layer, ..builtin(name).map_err(of)? },
            Base::File(path) => {
                let Some(folder) = self.folder.as_deref().filter(|_| Path::new(path).is_relative()) else {
                    return Err(fault(format!("\"{path}\" is not relative to a file"), Some("begin with `./`")));
                };
                let path = lexical(&folder.join(path));
                let real = context.world.canonical(&path);
                if self.layer == Layer::Project && !real.starts_with(context.world.canonical(&context.workspace)) {
                    return Err(fault("a project's policy extends files of the project only".to_owned(), None));
                }
                Self::file(path, self.layer).map_err(of)?
            }
            Base::Url(url) => {
                let Some(wanted) = extend.sha256 else {
                    return Err(fault(format!("{url} has no digest"), None));
                };
                let path = context.cache.as_ref().map(|cache| cache.join(format!("{wanted}.yaml")));
                let Some(path) = path.filter(|path| path.is_file()) else {
                    let fix = format!("tollgate fetches nothing: put the file at {}", shown_cache(context, wanted));
                    return Err(fault(format!("{url} is not in the cache"), Some(&fix)));
                };
                // Its digest says what it is, so it does not matter whose file it is.
                let found = Self::unowned(path, self.layer).map_err(of)?;
                Self { name: PathBuf::from(url), folder: None, ..found }
            }
        };
        match extend.sha256 {
            Some(wanted) if wanted != found.digest => {
                let message = format!("the digest of {} is {}", found.name.display(), found.digest);
                Err(fault(message, Some("look at what has changed, then write the new digest")))
            }
            _ => Ok(found),
        }
    }

    /// Reads a file. One of the organisation must be root's, so that nobody else can have written it.
    fn file(path: PathBuf, layer: Layer) -> Result<Self, Box<Complaint>> {
        if layer == Layer::Managed {
            let folder = path.parent().unwrap_or(&path);
            for checked in [folder, &path] {
                let found = std::fs::metadata(checked).map_err(|error| fault("P001", &path, &error))?;
                if found.uid() != 0 || found.mode() & 0o022 != 0 {
                    let problem = format!(
                        "{} must belong to root, and nobody else may write to it (it is {:o}, of user {})",
                        checked.display(),
                        found.mode() & 0o7777,
                        found.uid()
                    );
                    return Err(fault("P024", &path, &problem));
                }
            }
        }
        Self::unowned(path, layer)
    }

    fn unowned(path: PathBuf, layer: Layer) -> Result<Self, Box<Complaint>> {
        let bytes = file(&path).map_err(|error| fault("P001", &path, &error))?;
        let folder = path.parent().map(Path::to_owned);
        Ok(Self { folder, ..Self::of(path, layer, bytes)? })
    }

    fn of(name: PathBuf, layer: Layer, bytes: Vec<u8>) -> Result<Self, Box<Complaint>> {
        if bytes.len() as u64 > SIZE_LIMIT {
            return Err(fault("P002", &name, &"the file is larger than 1 MiB"));
        }
        let digest = digest(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| fault("P003", &name, &"the file is not UTF-8 text"))?;
        Ok(Self { name, layer, text, digest, folder: None, builtin: false })
    }
}

fn shown_cache(context: &Context, wanted: Digest) -> String {
    let folder = context.cache.as_deref().unwrap_or(Path::new("the cache"));
    folder.join(format!("{wanted}.yaml")).display().to_string()
}

/// Returns a policy that is compiled in.
fn builtin(name: &str) -> Result<Loaded, Box<Complaint>> {
    let path = PathBuf::from(format!("builtin:{name}"));
    let text = crate::policy::builtin::text(name).ok_or_else(|| {
        let known: Vec<String> =
            crate::policy::builtin::list().map(|(name, major)| format!("{name}@{major}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut complaint = fault("P001", &path, &"there is no built-in policy of this name and version");
        complaint.fix = Some(match nearest(name, &known) {
            Some(word) => format!("did you mean \"builtin:{word}\"?"),
            None => format!("there are: {}", known.join(", ")),
        });
        complaint
    })?;
    Ok(Loaded { builtin: true, ..Loaded::of(path, Layer::Builtin, text.as_bytes().to_vec())? })
}

/// Returns the digest of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

impl Source {
    /// Reads the text. At most one byte more than the limit is ever read.
    pub(crate) fn read(&self) -> Result<Loaded, Box<Complaint>> {
        match self {
            Self::File { path, layer } => Loaded::file(path.clone(), *layer),
            Self::Draft { path, layer } => Loaded::unowned(path.clone(), *layer),
            Self::Builtin(name) => builtin(name),
            Self::Text { name, text, layer } => Loaded::of(PathBuf::from(name), *layer, text.clone().into_bytes()),
        }
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
