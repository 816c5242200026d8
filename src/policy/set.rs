//! All policy files taken together.

use super::builtin;
use super::catalog::Catalog;
use super::condition::Condition;
use super::defaults::{Combined, Defaults};
use super::exception::Exception;
use super::index::Index;
use super::load::{Context, FileTest, LoadErrors, Source};
use super::loading::Loading;
use super::matcher::{Matcher, NamePattern, Places};
use super::normal::base_name;
use super::rule::Rule;
use crate::model::{Decision, Digest, Layer, Tier};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A policy file that was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    /// Its path, or `builtin:starter`.
    pub path: PathBuf,
    /// Whose it is.
    pub layer: Layer,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many rules it has.
    pub rules: usize,
    /// Its `metadata.id`.
    pub id: Option<String>,
    /// Its `metadata.version`.
    pub version: Option<String>,
    /// Its tests.
    pub tests: Vec<FileTest>,
}

/// What the deny and ask rules call programs, for the gate to find the files behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedPrograms {
    /// Every program path, sorted.
    pub paths: Vec<PathBuf>,
    /// Every bare program name, sorted.
    pub names: Vec<String>,
    /// Whether any rule, allow rules included, names a program by its digest.
    pub digests: bool,
}

/// What loading has come to.
pub(super) struct Parts {
    pub(super) rules: Vec<Rule>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) index: Index,
    pub(super) places: Places,
    pub(super) catalog: Arc<Catalog>,
    pub(super) combined: Combined,
    pub(super) files: Vec<LoadedFile>,
    pub(super) notes: Vec<String>,
    pub(super) digest: Digest,
    pub(super) project: Option<Digest>,
}

/// All policy files, ready to judge.
#[derive(Debug)]
pub struct Policy {
    pub(super) rules: Vec<Rule>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) index: Index,
    pub(super) places: Places,
    pub(super) catalog: Arc<Catalog>,
    defaults: Defaults,
    debug: bool,
    require: Option<Tier>,
    files: Vec<LoadedFile>,
    notes: Vec<String>,
    /// Both are asked for with every decision, and are found once.
    digest: Digest,
    reads_environment: bool,
    reads_branch: bool,
    reads_situation: bool,
    reads_ancestors: bool,
    has_limits: bool,
    /// The digest of the project's files.
    project: Option<Digest>,
}

impl Policy {
    /// Loads policy files.
    ///
    /// The strictest of all files holds. Rules of a project file that allow are left out, and its
    /// defaults only tighten: it is data from the repository.
    ///
    /// # Errors
    /// All errors of all files at once.
    pub fn load(sources: &[Source], context: &Context) -> Result<Self, LoadErrors> {
        let mut loading = Loading::new(context, Catalog::builtin());
        for source in sources {
            loading.add(source);
        }
        loading.finish()
    }

    pub(super) fn of(parts: Parts) -> Self {
        let conditions = || parts.rules.iter().filter_map(|rule| rule.condition.as_ref());
        let excepted = || parts.exceptions.iter().filter_map(|exception| exception.condition.as_ref());
        let matchers = || parts.exceptions.iter().filter_map(|exception| exception.matcher.as_ref());
        Self {
            reads_environment: parts
                .rules
                .iter()
                .map(|rule| &rule.matcher)
                .chain(matchers())
                .any(Matcher::reads_environment),
            reads_branch: conditions().chain(excepted()).any(Condition::reads_branch),
            reads_situation: !parts.exceptions.is_empty()
                || parts.rules.iter().any(|rule| rule.condition.is_some() || rule.approval.is_some()),
            reads_ancestors: parts
                .rules
                .iter()
                .map(|rule| &rule.matcher)
                .chain(matchers())
                .any(Matcher::reads_ancestors),
            has_limits: parts.rules.iter().any(|rule| rule.limit.is_some()),
            rules: parts.rules,
            exceptions: parts.exceptions,
            index: parts.index,
            places: parts.places,
            catalog: parts.catalog,
            defaults: parts.combined.defaults,
            debug: parts.combined.debug,
            require: parts.combined.require,
            files: parts.files,
            notes: parts.notes,
            digest: parts.digest,
            project: parts.project,
        }
    }

    /// Returns what holds where no rule speaks.
    #[must_use]
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    /// Says whether debuggers may be used inside.
    #[must_use]
    pub fn debug(&self) -> bool {
        self.debug
    }

    /// Returns the tier below which no session may start.
    #[must_use]
    pub fn require(&self) -> Option<Tier> {
        self.require
    }

    /// Says whether some rule asks for the environment.
    #[must_use]
    pub fn reads_environment(&self) -> bool {
        self.reads_environment
    }

    /// Says whether some rule asks for the situation: the time, or whose session it is.
    #[must_use]
    pub fn reads_situation(&self) -> bool {
        self.reads_situation
    }

    /// Says whether some rule asks for the programs above.
    #[must_use]
    pub fn reads_ancestors(&self) -> bool {
        self.reads_ancestors
    }

    /// Says whether some rule asks for the branch that is checked out.
    #[must_use]
    pub fn reads_branch(&self) -> bool {
        self.reads_branch
    }

    /// Says whether some rule has a limit.
    #[must_use]
    pub fn has_limits(&self) -> bool {
        self.has_limits
    }

    /// Returns the digest of the project's files as they are: what a person trusts, or not.
    #[must_use]
    pub fn project_digest(&self) -> Option<Digest> {
        self.project
    }

    /// Returns the exceptions that hold now.
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Returns the files, in the order in which they were loaded.
    #[must_use]
    pub fn files(&self) -> &[LoadedFile] {
        &self.files
    }

    /// Returns the rules that count, in the order of the files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns what a person should know of the files though it is no error: rules that do not count.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns what is known of programs.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Returns the digest of the whole set: of each file's layer and digest in order.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the text of the built-in starter policy.
    #[must_use]
    pub fn starter() -> &'static str {
        builtin::text("starter").unwrap_or_default()
    }

    /// Returns the names under which the shim must stand: every program that a deny or ask rule names,
    /// and the shells.
    #[must_use]
    pub fn shim_names(&self) -> Vec<String> {
        let named = self.named_programs();
        let bases = named.paths.iter().map(|path| base_name(path.as_os_str()));
        let mut names: BTreeSet<String> = named.names.iter().cloned().chain(bases).collect();
        names.extend(self.catalog.shells());
        names.retain(|name| !name.is_empty() && !name.contains('/') && name != "." && name != "..");
        names.into_iter().collect()
    }

    /// Returns what the deny and ask rules call programs.
    #[must_use]
    pub fn named_programs(&self) -> NamedPrograms {
        let mut paths = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut digests = false;
        for rule in &self.rules {
            let strict = rule.decision > Decision::Allow;
            rule.matcher.visit(&mut |matcher| {
                if let Matcher::Literal(literal) = matcher
                    && strict
                {
                    names.insert(literal.name.clone());
                    paths.extend(literal.path.clone());
                }
                let Matcher::Program(program) = matcher else { return };
                for test in &program.tests {
                    digests |= test.sha256.is_some();
                    if strict {
                        paths.extend(test.path.clone());
                        if let Some(NamePattern::Plain(name)) = &test.name {
                            names.insert(name.clone());
                        }
                    }
                }
            });
        }
        NamedPrograms { paths: paths.into_iter().collect(), names: names.into_iter().collect(), digests }
    }
}
