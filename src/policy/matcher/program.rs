//! Which program it is.

use crate::model::Digest;
use crate::policy::fit::Fit;
use crate::policy::judged::Candidate;
use crate::policy::normal::base_name;
use globset::GlobMatcher;
use std::path::{Path, PathBuf};

/// A program name: plain, or with `*`.
#[derive(Debug)]
pub(crate) enum NamePattern {
    Plain(String),
    Glob(Box<GlobMatcher>),
}

impl NamePattern {
    /// Reads a name. A name with `*`, `?`, `[` or `{` is a pattern, `[` alone the program of that name.
    pub(crate) fn read(name: &str) -> Result<Self, globset::Error> {
        if name != "[" && name.contains(['*', '?', '[', '{']) {
            let glob = globset::GlobBuilder::new(name).literal_separator(true).build()?;
            return Ok(Self::Glob(Box::new(glob.compile_matcher())));
        }
        Ok(Self::Plain(name.to_owned()))
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        match self {
            Self::Plain(plain) => plain == name,
            Self::Glob(glob) => glob.is_match(name),
        }
    }
}

/// A program, by any of: name, path, digest. All that are given must hold.
#[derive(Debug, Default)]
pub(crate) struct ProgramTest {
    pub(crate) name: Option<NamePattern>,
    pub(crate) path: Option<PathBuf>,
    /// The folder that it must lie in.
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) sha256: Option<Digest>,
    /// The folder below which a file of that name must lie, at any depth (`{workspace}/**/gradlew`).
    pub(crate) below: Option<PathBuf>,
}

/// One of several programs.
#[derive(Debug)]
pub(crate) struct ProgramMatcher {
    pub(crate) tests: Vec<ProgramTest>,
}

impl ProgramMatcher {
    pub(crate) fn fit(&self, candidate: &Candidate) -> Fit {
        if !candidate.program_known {
            return Fit::Unknown;
        }
        Fit::any(self.tests.iter().map(|test| test.fit(candidate)))
    }
}

impl ProgramTest {
    fn fit(&self, candidate: &Candidate) -> Fit {
        let name = self.name.as_ref().map_or(Fit::Certain, |name| match &self.below {
            Some(folder) => below_fit(folder, name, candidate),
            None => name_fit(name, candidate),
        });
        let path = self.path.as_ref().map_or(Fit::Certain, |path| path_fit(path, candidate));
        let dirs = if self.dirs.is_empty() { Fit::Certain } else { dirs_fit(&self.dirs, candidate) };
        let known = name.min(path).min(dirs);
        let Some(digest) = self.sha256 else { return known };
        match candidate.sha256 {
            Some(found) => known.min(Fit::of(found == digest)),
            // A preview looks at no file. What only a digest describes is then no match; what also has
            // the name or the path may be it.
            None if self.name.is_some() || self.path.is_some() => known.min(Fit::Unknown),
            None => Fit::No,
        }
    }
}

fn name_fit(name: &NamePattern, candidate: &Candidate) -> Fit {
    if candidate.certain.iter().any(|own| name.is_match(own)) {
        Fit::Certain
    } else if candidate.possible.iter().any(|own| name.is_match(own)) {
        Fit::Possible
    } else {
        Fit::No
    }
}

/// Where a file lies says what it is, though its folder is not one of the system's.
fn below_fit(folder: &Path, name: &NamePattern, candidate: &Candidate) -> Fit {
    let lies = |path: &PathBuf| path.starts_with(folder) && name.is_match(&base_name(path.as_os_str()));
    match candidate.paths.iter().position(lies) {
        Some(0) => Fit::Certain,
        Some(_) => Fit::Possible,
        None => Fit::No,
    }
}

fn path_fit(path: &Path, candidate: &Candidate) -> Fit {
    match candidate.paths.iter().position(|own| own == path) {
        Some(0) => Fit::Certain,
        Some(_) => Fit::Possible,
        // A line that calls a program by its bare name: which file that is, only running it tells.
        None if candidate.paths.is_empty() => {
            let base = base_name(path.as_os_str());
            Fit::of(candidate.all_names().any(|own| own == base)).at_most_possible()
        }
        None => Fit::No,
    }
}

fn dirs_fit(dirs: &[PathBuf], candidate: &Candidate) -> Fit {
    let lies = |path: &PathBuf| path.parent().is_some_and(|parent| dirs.iter().any(|dir| dir == parent));
    match candidate.paths.iter().position(lies) {
        Some(0) => Fit::Certain,
        Some(_) => Fit::Possible,
        None if candidate.paths.is_empty() => Fit::Possible,
        None => Fit::No,
    }
}
