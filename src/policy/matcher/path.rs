//! Which paths a command works on.

use super::{Sense, Trial};
use crate::model::ProcessId;
use crate::policy::fit::Fit;
use crate::policy::judged::Candidate;
use crate::policy::normal::{Clarity, Command, Role};
use globset::GlobSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// The places that policies have words for, and how symlinks are followed.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) workspace: PathBuf,
    pub(crate) home: Option<PathBuf>,
    pub(crate) tmp: Vec<PathBuf>,
    pub(crate) canonical: fn(&Path) -> PathBuf,
}

impl Places {
    /// Makes a path absolute, without `.`, `..` and doubled slashes; `~` is the home folder, as a shell
    /// would have made it.
    pub(crate) fn absolute(&self, text: &OsStr, directory: &Path) -> PathBuf {
        lexical(&self.full(text, directory))
    }

    /// The same with its `..`: behind a symbolic link they lead elsewhere than they seem to.
    fn full(&self, text: &OsStr, directory: &Path) -> PathBuf {
        let path = Path::new(text);
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => directory.join(path),
        }
    }
}

/// The most links that the kernel follows in one path: `MAXSYMLINKS`, linux/namei.h.
const LINKS: usize = 40;

/// Returns a path by which this process reaches what `path` means to another one: `/proc/self`,
/// `/proc/thread-self` and what leads through them (`/dev/fd`, `/dev/stdin`) are each reader's own.
///
/// A path that does not lead through them is returned as it is.
#[must_use]
pub fn seen_by(path: &Path, process: ProcessId) -> PathBuf {
    let mut out = PathBuf::from("/");
    let mut rest: Vec<OsString> = path.components().rev().map(|part| part.as_os_str().to_owned()).collect();
    let (mut links, mut own) = (0, false);
    while let Some(part) = rest.pop() {
        match Path::new(&part).components().next() {
            Some(Component::Normal(_)) => out.push(&part),
            Some(Component::ParentDir) => {
                out.pop();
                continue;
            }
            _ => continue,
        }
        let target = match out.to_str() {
            Some("/proc/self") => Some(PathBuf::from(process.to_string())),
            Some("/proc/thread-self") => Some(PathBuf::from(format!("{process}/task/{process}"))),
            _ => None,
        };
        own |= target.is_some();
        // A link of the kernel to a file without a name (`pipe:[1]`) has no target that could be walked.
        let target = target.or_else(|| {
            let target = std::fs::read_link(&out).ok()?;
            (target.is_absolute() || !out.starts_with("/proc")).then_some(target)
        });
        let Some(target) = target else { continue };
        links += 1;
        if links > LINKS {
            return path.to_owned();
        }
        out.pop();
        if target.is_absolute() {
            out = PathBuf::from("/");
        }
        rest.extend(target.components().rev().map(|part| part.as_os_str().to_owned()));
    }
    if own { out } else { path.to_owned() }
}

/// Removes `.`, `..` and doubled slashes without looking at the disk.
pub(crate) fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) | Component::Normal(_) => out.push(component),
        }
    }
    out
}

/// Follows the symlinks of the longest part of a path that exists.
pub(crate) fn resolve_links(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut existing = path;
    loop {
        if let Ok(found) = std::fs::canonicalize(existing) {
            return lexical(&rest.iter().rev().fold(found, |path, name| path.join(name)));
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.components().next_back()) else {
            return lexical(path);
        };
        rest.push(name.as_os_str());
        existing = parent;
    }
}

/// A set of paths: places and everything below, and globs.
#[derive(Debug)]
pub(crate) struct PathSet {
    /// Folders with everything below.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) globs: GlobSet,
    /// Globs that begin with `!`: never in the set.
    pub(crate) except: GlobSet,
    /// For each glob the folder that it certainly lies below; nothing for `**/x`.
    pub(crate) bases: Vec<Option<PathBuf>>,
}

impl PathSet {
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let inside = self.roots.iter().any(|root| path.starts_with(root)) || self.globs.is_match(path);
        inside && !self.except.is_match(path)
    }

    /// Says whether a path below `folder` may be in the set.
    fn may_contain_below(&self, folder: &Path, name: &str) -> bool {
        let near = |base: &Path| base.starts_with(folder) || folder.starts_with(base);
        // A glob such as `*` does not expand to names that begin with a dot.
        let hidden = name.starts_with('.') || !name.starts_with(['*', '?', '[']);
        self.roots.iter().any(|root| near(root))
            || self.bases.iter().any(|base| base.as_ref().map_or(hidden, |base| near(base)))
    }
}

/// A question about one path.
#[derive(Debug)]
pub(crate) enum PathTest {
    In(PathSet),
    Outside(PathSet),
    /// It is one of these, or a folder that holds one of them.
    EqualsOrContains(Vec<PathBuf>),
    /// One of these holds.
    Any(Vec<PathMatcher>),
}

/// Questions about one path that must all hold.
#[derive(Debug)]
pub(crate) struct PathMatcher {
    pub(crate) tests: Vec<PathTest>,
}

/// One path of a command, in the ways in which it can be read.
pub(crate) struct Given {
    /// Without following links.
    written: PathBuf,
    /// With links followed, as the program would.
    real: PathBuf,
    clarity: Clarity,
    /// How sure it is that it is a path.
    fit: Fit,
}

impl PathMatcher {
    /// Says whether some path fits (deny, ask), or every one (allow).
    pub(crate) fn fit(&self, trial: Trial<'_>) -> Fit {
        let paths = trial.view.paths(trial.places);
        let fits = paths.iter().map(|path| {
            let fit = self.path_fit(path, trial);
            match trial.sense {
                Sense::Some => fit.min(path.fit),
                // What may be no path at all need not fit.
                Sense::Every if path.fit == Fit::Certain => fit,
                Sense::Every => fit.max(path.fit.negated()),
            }
        });
        let mut fit = match trial.sense {
            Sense::Some => Fit::any(fits),
            Sense::Every if paths.is_empty() => Fit::No,
            Sense::Every => Fit::all(fits),
        };
        if trial.view.command.open || trial.view.candidate.elsewhere {
            fit = match trial.sense {
                Sense::Some => fit.max(Fit::Unknown),
                Sense::Every => fit.min(Fit::Unknown),
            };
        }
        let certain = trial.view.command.certain || trial.view.candidate.tool.is_some();
        if certain { fit } else { fit.clamp(Fit::No, Fit::Possible) }
    }

    fn path_fit(&self, path: &Given, trial: Trial<'_>) -> Fit {
        Fit::all(self.tests.iter().map(|test| test.fit(path, trial)))
    }
}

impl PathTest {
    fn fit(&self, path: &Given, trial: Trial<'_>) -> Fit {
        if path.clarity == Clarity::Unknown {
            return Fit::Unknown;
        }
        match self {
            Self::In(set) => {
                let found = set.contains(&path.real) || (trial.sense == Sense::Some && set.contains(&path.written));
                pattern_fit(Fit::of(found), path, |folder, name| set.may_contain_below(folder, name))
            }
            Self::Outside(set) => pattern_fit(Fit::of(!set.contains(&path.real)), path, |_, name| name.contains("..")),
            Self::EqualsOrContains(targets) => {
                let holds = |folder: &Path| targets.iter().any(|target| target.starts_with(folder));
                let found = Fit::of(holds(&path.real) || holds(&path.written));
                pattern_fit(found, path, |folder, _| targets.iter().any(|target| target.starts_with(folder)))
            }
            Self::Any(parts) => Fit::any(parts.iter().map(|part| part.path_fit(path, trial))),
        }
    }
}

/// Corrects the fit of a path that a shell has still to expand: a miss is only a miss where no
/// expansion can hit.
fn pattern_fit(fit: Fit, path: &Given, may: impl Fn(&Path, &str) -> bool) -> Fit {
    if path.clarity != Clarity::Pattern || fit != Fit::No {
        return fit;
    }
    let mut folder = PathBuf::new();
    let mut rest = String::new();
    for component in path.written.components() {
        let text = component.as_os_str().to_string_lossy();
        if rest.is_empty() && !text.contains(['*', '?', '[', '{']) {
            folder.push(component);
        } else {
            if !rest.is_empty() {
                rest.push('/');
            }
            rest.push_str(&text);
        }
    }
    if may(&folder, &rest) { Fit::Unknown } else { Fit::No }
}

/// Returns every path that the command is given.
pub(crate) fn given(candidate: &Candidate, command: &Command, places: &Places) -> Vec<Given> {
    if let Some(call) = &candidate.tool {
        let paths = call.path.iter().flat_map(|path| candidate.directories.iter().map(move |cwd| (path, cwd)));
        let given = |(path, cwd): (&PathBuf, &PathBuf)| Given {
            written: places.absolute(path.as_os_str(), cwd),
            real: lexical(&(places.canonical)(&places.full(path.as_os_str(), cwd))),
            clarity: Clarity::Known,
            fit: Fit::Certain,
        };
        return paths.map(given).collect();
    }
    let operands = command.operands.iter().map(|operand| (operand.text.as_os_str(), operand.role, operand.clarity));
    let values = command
        .flags
        .iter()
        .filter(|flag| flag.certain)
        .filter_map(|flag| flag.value.as_ref().map(|value| (value.as_os_str(), flag.role, Clarity::Known)));
    let mut paths = Vec::new();
    for (text, role, clarity) in operands.chain(values) {
        let fit = match role {
            Role::Plain => continue,
            Role::Path | Role::Entry => Fit::Certain,
            Role::Text if looks_like_path(text) => Fit::Possible,
            Role::Text => continue,
        };
        let fit = if candidate.directories.len() > 1 { fit.at_most_possible() } else { fit };
        for directory in &candidate.directories {
            let written = places.absolute(text, directory);
            let full = places.full(text, directory);
            let full = candidate.process.map_or_else(|| full.clone(), |process| seen_by(&full, process));
            let real = real_path(text, &full, role, places);
            paths.push(Given { written, real, clarity, fit });
        }
    }
    paths
}

/// Follows links as the program will: the last part of a directory entry is not followed.
fn real_path(text: &OsStr, full: &Path, role: Role, places: &Places) -> PathBuf {
    let follows = role != Role::Entry || text.as_bytes().ends_with(b"/") || text.as_bytes().ends_with(b"/.");
    match (full.parent(), full.file_name()) {
        (Some(parent), Some(name)) if !follows => lexical(&(places.canonical)(parent)).join(name),
        _ => lexical(&(places.canonical)(full)),
    }
}

fn looks_like_path(text: &OsStr) -> bool {
    let bytes = text.as_bytes();
    let scheme = text.to_string_lossy().contains("://");
    !scheme && (bytes.contains(&b'/') || matches!(bytes, b"." | b".." | b"~"))
}
