//! Which policies a command is about.

use crate::audit::AuditError;
use crate::cli::args::PolicyArgs;
use crate::cli::run;
use crate::launch::{Caller, LaunchError, Places};
use crate::model::Layer;
use crate::policy::diff::Judge;
use crate::policy::format::FormatError;
use crate::policy::samples::CorpusError;
use crate::policy::{Context, LoadErrors, Source, TrustError, builtin, stated_layer};
use std::io;
use std::path::{Path, PathBuf};

/// Why a command about policies could not do what it is for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("cannot read the working directory")]
    Directory(#[source] io::Error),
    #[error(transparent)]
    Places(#[from] LaunchError),
    #[error(transparent)]
    Load(#[from] LoadErrors),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error("cannot read {path}")]
    Read { path: String, source: io::Error },
    #[error("cannot write {path}")]
    Write { path: String, source: io::Error },
    #[error("cannot format {path}")]
    Format { path: String, source: FormatError },
    #[error("cannot read the corpus {path}")]
    Corpus { path: String, source: CorpusError },
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("a project is not trusted from inside a session: use another terminal")]
    Inside,
    #[error("{0} has no policy of its own (.tollgate/policy.yaml)")]
    NoProject(String),
    #[error("nobody is there to say yes: look at the files, then give --digest {0}")]
    NoTerminal(String),
    #[error("the files are not those that were looked at: their digest is {0}")]
    OtherDigest(String),
    #[error("there is no built-in policy {0:?}")]
    NoBuiltin(String),
    #[error("a policy is named twice: {0}")]
    Twice(String),
}

/// Where the command runs, and for whom.
pub(super) struct Here {
    pub(super) caller: Caller,
    pub(super) places: Places,
}

impl Here {
    pub(super) fn find(audit: Option<PathBuf>) -> Result<Self, Error> {
        let caller = Caller::read().map_err(Error::Directory)?;
        let places = Places::find(&caller, audit)?;
        Ok(Self { caller, places })
    }

    /// Returns the places that policies speak of.
    pub(super) fn context(&self) -> Result<Context, Error> {
        Ok(self.caller.context(&self.places)?)
    }

    /// Judges what sessions did, each in its own place, with the links that are there now.
    pub(super) fn judge(&self, sources: Vec<Source>) -> Result<Judge, Error> {
        let here = self.context()?;
        let place = move |workspace: &Path| Context { workspace: workspace.to_owned(), ..here.clone() };
        Ok(Judge::new(sources, Box::new(place)))
    }

    /// Returns every policy that holds here.
    pub(super) fn all(&self, given: &PolicyArgs) -> Vec<Source> {
        run::sources(given, &self.caller, &self.places)
    }

    /// Returns the given files, or every policy that holds here.
    pub(super) fn files_or_all(&self, files: &[PathBuf]) -> Result<Vec<Source>, Error> {
        if files.is_empty() {
            return Ok(self.all(&PolicyArgs { policies: Vec::new() }));
        }
        let mut sources = Vec::new();
        for file in files {
            let source = named(file)?;
            if sources.contains(&source) {
                return Err(Error::Twice(file.display().to_string()));
            }
            sources.push(source);
        }
        Ok(sources)
    }
}

/// Returns the policy of a name: `builtin:NAME`, or a file. A file is looked at as what it says it is:
/// it need not stand in its place yet.
pub(super) fn named(file: &Path) -> Result<Source, Error> {
    let Some(name) = file.to_str().and_then(|text| text.strip_prefix("builtin:")) else {
        let layer = stated_layer(file).unwrap_or(Layer::Session);
        return Ok(Source::Draft { path: file.to_owned(), layer });
    };
    let wanted = name.split('@').next().unwrap_or_default();
    let known = builtin::list().map(|(known, _)| known).find(|known| *known == wanted);
    // Only the newest of a name: of an older one there is no name that lives as long as the program.
    let known = known.filter(|known| builtin::text(known) == builtin::text(name));
    known.map(Source::Builtin).ok_or_else(|| Error::NoBuiltin(name.to_owned()))
}
