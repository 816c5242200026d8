//! All policy files taken together.

use super::catalog::Catalog;
use super::defaults::{self, Defaults};
use super::index::Index;
use super::load::{Complaint, Complaints, Context, LoadErrors, Loaded, RuleWithExamples, Source, Stated};
use super::matcher::{Matcher, NamePattern, Places};
use super::normal::base_name;
use super::rule::Rule;
use super::{builtin, examples, load};
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

/// All policy files, ready to judge.
#[derive(Debug)]
pub struct Policy {
    pub(super) rules: Vec<Rule>,
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
        let mut loading = Loading {
            places: context.places(),
            catalog: Catalog::builtin(),
            rules: Vec::new(),
            stated: Vec::new(),
            files: Vec::new(),
            notes: Vec::new(),
            complaints: Vec::new(),
        };
        for source in sources {
            loading.add(source);
        }
        loading.finish()
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

/// What has been loaded so far.
struct Loading {
    places: Places,
    catalog: Arc<Catalog>,
    rules: Vec<Rule>,
    stated: Vec<(Layer, Stated)>,
    files: Vec<LoadedFile>,
    notes: Vec<String>,
    complaints: Vec<Complaint>,
}

impl Loading {
    fn add(&mut self, source: &Source) {
        let loaded = match source.read() {
            Ok(loaded) => loaded,
            Err(complaint) => return self.complaints.push(*complaint),
        };
        let name = loaded.name.to_string_lossy();
        let mut complaints = Complaints::new(&name, &loaded.text);
        let document = load::read(&loaded, &self.places, &self.catalog, &mut complaints);
        if let Some(document) = document {
            self.files.push(LoadedFile {
                path: loaded.name.clone(),
                layer: loaded.layer,
                digest: loaded.digest,
                rules: document.rules.len(),
                id: document.id,
                version: document.version,
            });
            self.stated.push((loaded.layer, document.stated));
            for RuleWithExamples { rule, .. } in document.rules {
                self.keep(rule);
            }
            // Those of the compiled-in policy are held by a test, not at every start.
            if loaded.layer != Layer::Builtin {
                self.hold_examples(&loaded, &mut complaints);
            }
        }
        self.complaints.extend(complaints.into_list());
    }

    /// Runs the examples, in a place that is the same on every machine: a policy that loads for its
    /// author loads for everybody, wherever home and the workspace are.
    fn hold_examples(&self, loaded: &Loaded, complaints: &mut Complaints<'_>) {
        let name = loaded.name.to_string_lossy();
        // What is wrong with the text itself has been said.
        let mut said = Complaints::new(&name, &loaded.text);
        let places = examples::places();
        let document = load::read(loaded, &places, &self.catalog, &mut said);
        for RuleWithExamples { rule, examples } in document.into_iter().flat_map(|document| document.rules) {
            examples::hold(&rule, &examples, &places, &self.catalog, complaints);
        }
    }

    /// Keeps a rule that counts. An allow of a project file does not.
    fn keep(&mut self, rule: Rule) {
        if rule.place.layer == Layer::Project && rule.decision == Decision::Allow {
            let note = "a project file may only tighten: this allow rule does not count";
            self.notes.push(format!("{} rule \"{}\": {note}", rule.place, rule.id));
        } else {
            self.rules.push(rule);
        }
    }

    fn finish(self) -> Result<Policy, LoadErrors> {
        if !self.complaints.is_empty() {
            return Err(LoadErrors::new(self.complaints));
        }
        let combined = defaults::combine(&self.stated);
        let lines: String =
            self.files.iter().map(|file| format!("{} {}\n", file.layer.as_str(), file.digest)).collect();
        Ok(Policy {
            digest: load::digest(lines.as_bytes()),
            reads_environment: self.rules.iter().any(|rule| rule.matcher.reads_environment()),
            index: Index::of(&self.rules),
            rules: self.rules,
            places: self.places,
            catalog: self.catalog,
            defaults: combined.defaults,
            debug: combined.debug,
            require: combined.require,
            files: self.files,
            notes: self.notes,
        })
    }
}
