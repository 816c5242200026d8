//! Which paths a command works on.

use super::overlap::overlap;
use super::{Sense, Trial};
use crate::model::ProcessId;
use crate::policy::fit::Fit;
use crate::policy::judged::Candidate;
use crate::policy::normal::{Clarity, Command, Role};
use crate::policy::world::World;
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
    pub(crate) world: World,
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
        let from_home = |path: &Path| Some(self.home.as_ref()?.join(path.strip_prefix("~").ok()?));
        from_home(path).unwrap_or_else(|| {
            let path = directory.join(path);
            // The directory may be below `~` too, as a shell line has it.
            from_home(&path).unwrap_or(path)
        })
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
    /// The texts of the globs.
    pub(crate) patterns: Vec<String>,
    /// Whether upper and lower case are the same.
    pub(crate) any_case: bool,
}

impl PathSet {
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let inside = self.roots.iter().any(|root| path.starts_with(root)) || self.globs.is_match(path);
        inside && !self.except.is_match(path)
    }

    /// Says whether a pattern may expand to something in the set.
    fn may_contain(&self, pattern: &Path) -> bool {
        let text = pattern.to_string_lossy();
        let roots = self.roots.iter().map(|root| format!("{}/**", globset::escape(&root.to_string_lossy())));
        let lower = |text: &str| if self.any_case { text.to_lowercase() } else { text.to_owned() };
        let text = lower(&text);
        roots.chain(self.patterns.iter().cloned()).any(|own| overlap(&text, &lower(&own)))
    }
}

/// A question about one path.
#[derive(Debug)]
pub(crate) enum PathTest {
    In(PathSet),
    NotIn(PathSet),
    Outside(PathSet),
    /// It is one of these, or a folder that holds one of them.
    EqualsOrContains(Vec<PathBuf>),
    /// It, or a folder of the workspace that it lies in, has one of these names.
    NameIn(GlobSet),
    NameNotIn(GlobSet),
    /// One of these holds.
    Any(Vec<PathMatcher>),
}

/// Questions about one path that must all hold.
#[derive(Debug)]
pub(crate) struct PathMatcher {
    pub(crate) tests: Vec<PathTest>,
}

/// One path of a command, in the ways in which it can be read.
#[derive(Clone, Debug)]
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
        let paths = match trial.effect {
            Some(effect) => effect.paths.as_slice(),
            None => trial.view.paths(trial.places),
        };
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
        // The paths of an effect say themselves what is not known of them.
        if trial.effect.is_none() && (trial.view.command.open || trial.view.candidate.elsewhere) {
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
        let sense = trial.sense;
        match self {
            Self::In(set) => inside(set, path, sense),
            Self::NotIn(set) => inside(set, path, sense.opposite()).negated(),
            Self::Outside(set) => {
                let up = || path.pattern().is_some_and(|(_, rest)| rest.contains(".."));
                let fit = Fit::of(!set.contains(&path.real));
                if fit == Fit::No && up() { Fit::Unknown } else { fit }
            }
            Self::EqualsOrContains(targets) => path.holds(targets),
            Self::NameIn(names) => Fit::of(path.has_name(names, trial.places)),
            Self::NameNotIn(names) => Fit::of(!path.has_name(names, trial.places)),
            Self::Any(parts) => Fit::any(parts.iter().map(|part| part.path_fit(path, trial))),
        }
    }
}

fn inside(set: &PathSet, path: &Given, sense: Sense) -> Fit {
    let found = set.contains(&path.real) || (sense == Sense::Some && set.contains(&path.written));
    // A miss is only a miss where no expansion can hit.
    if !found && path.clarity == Clarity::Pattern && set.may_contain(&path.written) {
        return Fit::Unknown;
    }
    Fit::of(found)
}

impl Given {
    /// Returns the path that a text means, once for each directory that the command may run in.
    pub(crate) fn of(
        text: &OsStr,
        role: Role,
        clarity: Clarity,
        fit: Fit,
        candidate: &Candidate,
        places: &Places,
    ) -> Vec<Self> {
        let fit = if candidate.directories.len() > 1 { fit.at_most_possible() } else { fit };
        let absolute = Path::new(text).is_absolute() || text.as_bytes().starts_with(b"~");
        let one = |directory: &PathBuf| {
            let written = places.absolute(text, directory);
            let full = places.full(text, directory);
            let full = candidate.process.map_or_else(|| full.clone(), |process| seen_by(&full, process));
            let real = real_path(text, &full, role, places);
            let real = candidate.through_links(&written, real, follows(text, role), places);
            Self { written, real, clarity, fit }
        };
        let count = if absolute { 1 } else { candidate.directories.len() };
        let mut out: Vec<Self> = candidate.directories.iter().take(count).map(one).collect();
        if candidate.elsewhere && !absolute {
            let written = PathBuf::from(text);
            out.push(Self { real: written.clone(), written, clarity: Clarity::Unknown, fit: Fit::Possible });
        }
        out
    }

    /// Describes it as the command has it.
    pub(crate) fn describe(&self) -> String {
        match self.clarity {
            Clarity::Known | Clarity::Pattern => self.written.to_string_lossy().into_owned(),
            Clarity::Unknown => "?".to_owned(),
        }
    }

    /// Says whether it is the same path.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.written == other.written && self.clarity == other.clarity
    }

    /// Returns the path, where it is known.
    pub(crate) fn known(&self) -> Option<&Path> {
        (self.clarity == Clarity::Known).then_some(self.written.as_path())
    }

    /// Takes a pattern apart: the folder before the first wildcard, and the rest.
    fn pattern(&self) -> Option<(PathBuf, String)> {
        if self.clarity != Clarity::Pattern {
            return None;
        }
        let mut folder = PathBuf::new();
        let mut rest: Vec<String> = Vec::new();
        for component in self.written.components() {
            let text = component.as_os_str().to_string_lossy();
            if rest.is_empty() && !text.contains(['*', '?', '[', '{']) {
                folder.push(component);
            } else {
                rest.push(text.into_owned());
            }
        }
        Some((folder, rest.join("/")))
    }

    /// Says whether it is one of some targets, or a folder that holds one.
    fn holds(&self, targets: &[PathBuf]) -> Fit {
        let holds = |folder: &Path| targets.iter().any(|target| target.starts_with(folder));
        let Some((folder, rest)) = self.pattern() else { return Fit::of(holds(&self.real) || holds(&self.written)) };
        // `folder/*` is all that the folder has.
        if matches!(rest.as_str(), "*" | "**" | "**/*") {
            return Fit::of(holds(&folder));
        }
        let text = self.written.to_string_lossy();
        let upward = targets.iter().flat_map(|target| target.ancestors());
        let hit = upward.map(|path| globset::escape(&path.to_string_lossy())).any(|path| overlap(&text, &path));
        if hit { Fit::Unknown } else { Fit::No }
    }

    /// Says whether it, or a folder of the workspace that it lies in, has one of some names.
    fn has_name(&self, names: &GlobSet, places: &Places) -> bool {
        let roots = std::iter::once(&places.workspace).chain(&places.tmp);
        let below = roots.filter_map(|root| self.written.strip_prefix(root).ok()).next();
        let own = || self.written.file_name().into_iter();
        match below {
            Some(below) => below.iter().chain(own()).any(|name| names.is_match(name)),
            None => own().any(|name| names.is_match(name)),
        }
    }
}

/// Returns every path that the command is given.
pub(crate) fn given(candidate: &Candidate, command: &Command, places: &Places) -> Vec<Given> {
    if let Some(call) = &candidate.tool {
        let given =
            |path: &PathBuf| Given::of(path.as_os_str(), Role::Path, Clarity::Known, Fit::Certain, candidate, places);
        return call.path.iter().flat_map(given).collect();
    }
    let operands = command.operands.iter().map(|operand| (operand.text.as_os_str(), operand.role, operand.clarity));
    let values =
        command.flags.iter().filter(|flag| flag.certain).filter_map(|flag| match (&flag.value, &flag.hidden) {
            (Some(value), _) => Some((value.as_os_str(), flag.role, Clarity::Known)),
            (None, Some((text, clarity))) => Some((text.as_os_str(), flag.role, *clarity)),
            (None, None) => None,
        });
    let mut paths = Vec::new();
    for (text, role, clarity) in operands.chain(values) {
        let fit = match role {
            Role::Plain => continue,
            Role::Path | Role::Entry => Fit::Certain,
            Role::Text if looks_like_path(text) => Fit::Possible,
            Role::Text => continue,
        };
        paths.extend(Given::of(text, role, clarity, fit, candidate, places));
    }
    paths
}

/// Says whether a link in the place of the last part is followed.
fn follows(text: &OsStr, role: Role) -> bool {
    role != Role::Entry || text.as_bytes().ends_with(b"/") || text.as_bytes().ends_with(b"/.")
}

/// Follows links as the program will: the last part of a directory entry is not followed.
fn real_path(text: &OsStr, full: &Path, role: Role, places: &Places) -> PathBuf {
    match (full.parent(), full.file_name()) {
        (Some(parent), Some(name)) if !follows(text, role) => lexical(&places.world.canonical(parent)).join(name),
        _ => lexical(&places.world.canonical(full)),
    }
}

fn looks_like_path(text: &OsStr) -> bool {
    let bytes = text.as_bytes();
    let scheme = text.to_string_lossy().contains("://");
    !scheme && (bytes.contains(&b'/') || matches!(bytes, b"." | b".." | b"~"))
}
