//! A rule on a program is a rule on that file, whatever it is called.
//!
//! At the start every program that a deny or ask rule names is looked up: its device and inode, its
//! size, and (once something of the same size appears) its digest. A hard link, a rename, a bind mount
//! and an exact copy are then recognised. An altered copy is another program; only keeping the file
//! unreadable holds that.

use crate::model::{Digest, FileId, ProgramFile, changed_ns};
use crate::policy::{Catalog, NamedPrograms};
use sha2::Digest as _;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where programs are looked for, beside PATH.
const STANDARD_FOLDERS: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// How many names of files are remembered: an agent that makes new programs without end must not fill
/// the memory.
const REMEMBERED_NAMES: usize = 16 * 1024;

/// What rules call a file that was found at the start.
#[derive(Debug)]
struct Named {
    path: PathBuf,
    /// Set where a rule names this path; the other names are bare ones.
    by_path: bool,
    names: Vec<String>,
    digest: OnceLock<Option<Digest>>,
}

/// What a file is also known as.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// Paths by which rules name it.
    pub(super) paths: Vec<PathBuf>,
    /// Bare names by which rules name it.
    pub(super) names: Vec<String>,
}

/// What was looked at: content cannot change without a change of the inode's own time.
type Seen = (FileId, u64, i128);

/// The programs that rules name, as files.
#[derive(Debug)]
pub struct Identities {
    files: Vec<Named>,
    by_file: HashMap<FileId, Vec<usize>>,
    by_size: HashMap<u64, Vec<usize>>,
    folders: Vec<PathBuf>,
    always_digest: bool,
    digests: Mutex<HashMap<Seen, Option<Digest>>>,
    trusted_names: Mutex<HashMap<(FileId, i128, String), bool>>,
    /// When the programs were looked up, nanoseconds since the epoch: before the agent started.
    since: i128,
}

impl Identities {
    /// Looks up what the policy names. `search` is PATH; folders inside `workspace` and relative ones
    /// are no place that gives a program its name.
    #[must_use]
    pub fn find(named: &NamedPrograms, catalog: &Catalog, search: Option<&OsStr>, workspace: &Path) -> Self {
        let mut folders: Vec<PathBuf> = search.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
        folders.extend(STANDARD_FOLDERS.iter().map(PathBuf::from));
        folders.retain(|folder| folder.is_absolute() && !folder.starts_with(workspace));
        let mut seen = std::collections::HashSet::new();
        folders.retain(|folder| seen.insert(folder.clone()));
        let mut out = Self {
            files: Vec::new(),
            by_file: HashMap::new(),
            by_size: HashMap::new(),
            folders,
            always_digest: named.digests,
            digests: Mutex::default(),
            trusted_names: Mutex::default(),
            since: std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .ok()
                .and_then(|since| i128::try_from(since.as_nanos()).ok())
                .unwrap_or_default(),
        };
        for path in &named.paths {
            out.add(path.clone(), None, catalog);
        }
        for name in &named.names {
            for folder in out.folders.clone() {
                out.add(folder.join(name), Some(name), catalog);
            }
        }
        out
    }

    fn add(&mut self, path: PathBuf, name: Option<&String>, catalog: &Catalog) {
        let Ok(metadata) = std::fs::metadata(&path) else { return };
        if !metadata.is_file() {
            return;
        }
        if let Some(name) = name {
            // busybox is not `rm` because it can be: such programs are judged by their applet.
            let real = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            let real_name = real.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
            if catalog.is_multicall(&real_name) && real_name != name.as_str() {
                return;
            }
        }
        let id = FileId::of(&metadata);
        let known = self.by_file.get(&id).and_then(|found| found.first()).copied();
        if let (Some(name), Some(file)) = (name, known.and_then(|index| self.files.get_mut(index)))
            && !file.by_path
        {
            if !file.names.contains(name) {
                file.names.push(name.clone());
            }
            return;
        }
        let index = self.files.len();
        self.files.push(Named {
            path,
            by_path: name.is_none(),
            names: name.into_iter().cloned().collect(),
            digest: OnceLock::new(),
        });
        self.by_file.entry(id).or_default().push(index);
        self.by_size.entry(metadata.size()).or_default().push(index);
    }

    /// Reads the digests of files that this user could change, before the agent can.
    ///
    /// The others are read when something of their size appears.
    pub fn remember_changeable(&self, user: u32) {
        for file in &self.files {
            let changeable = std::fs::metadata(&file.path).is_ok_and(|metadata| metadata.uid() == user);
            if changeable && !file.path.starts_with("/usr") {
                self.digest_of_named(file);
            }
        }
    }

    fn digest_of_named(&self, file: &Named) -> Option<Digest> {
        *file.digest.get_or_init(|| File::open(&file.path).and_then(digest).ok())
    }

    /// Returns what rules call this file; `through` opens it whatever its name is now.
    pub(super) fn aliases(&self, file: &ProgramFile, through: &Path) -> Aliases {
        let mut out = Aliases::default();
        let mut take = |named: &Named| {
            if named.by_path && !out.paths.contains(&named.path) {
                out.paths.push(named.path.clone());
            }
            for name in &named.names {
                if !out.names.contains(name) {
                    out.names.push(name.clone());
                }
            }
        };
        let same = self.by_file.get(&file.id).map(Vec::as_slice).unwrap_or_default();
        for named in same.iter().filter_map(|index| self.files.get(*index)) {
            take(named);
        }
        let alike = self.by_size.get(&file.size).map(Vec::as_slice).unwrap_or_default();
        let mut alike =
            alike.iter().filter(|index| !same.contains(index)).filter_map(|index| self.files.get(*index)).peekable();
        if alike.peek().is_some() {
            let digest = self.digest(file, through);
            for named in alike {
                if digest.is_some() && digest == self.digest_of_named(named) {
                    take(named);
                }
            }
        }
        out
    }

    /// Says whether the policy wants the digest of every program.
    pub(super) fn wants_digests(&self) -> bool {
        self.always_digest
    }

    /// Returns the digest of a file, kept for as long as the file does not change.
    pub(super) fn digest(&self, file: &ProgramFile, through: &Path) -> Option<Digest> {
        let opened = File::open(through).ok()?;
        let metadata = opened.metadata().ok()?;
        let key = (FileId::of(&metadata), metadata.size(), changed_ns(&metadata));
        if key.0 != file.id {
            return None;
        }
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        *digests.entry(key).or_insert_with(|| digest(opened).ok())
    }

    /// Says whether `name`, looked up in the trusted folders, is this very file, and was so before the
    /// agent started.
    pub(super) fn is_name_of(&self, name: &str, file: &ProgramFile) -> bool {
        if name.is_empty() || name.contains('/') {
            return false;
        }
        let mut known = self.trusted_names.lock().unwrap_or_else(PoisonError::into_inner);
        // A name is known of a file as it was: a new link, a rename, and another file under a number
        // that is used again, each come with a newer change.
        let key = (file.id, file.changed_ns, name.to_owned());
        if let Some(known) = known.get(&key) {
            return *known;
        }
        let found = self.folders.iter().find_map(|folder| {
            let found = std::fs::metadata(folder.join(name)).ok()?;
            (FileId::of(&found) == file.id).then_some((folder, found))
        });
        if known.len() >= REMEMBERED_NAMES {
            known.clear();
        }
        let Some((folder, found)) = found else {
            known.insert(key, false);
            return false;
        };
        // A folder of this user is the agent's too: what it puts there gets no name by it.
        let user = nix::unistd::getuid().as_raw();
        let theirs = |metadata: &std::fs::Metadata| user == 0 || metadata.uid() == user;
        let changeable = theirs(&found) || std::fs::metadata(folder).map_or(true, |folder| theirs(&folder));
        let has_name = !changeable || changed_ns(&found) < self.since;
        if changed_ns(&found) == file.changed_ns {
            known.insert(key, has_name);
        }
        has_name
    }
}

/// Returns the SHA-256 of what is left to read.
fn digest(mut file: File) -> io::Result<Digest> {
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let read = io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok(Digest(hasher.finalize().into()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}
