//! From sources to a policy: every file is read, what extends it follows, and the layers are held
//! against each other.

use super::catalog::Catalog;
use super::defaults;
use super::exception::Exception;
use super::index::Index;
use super::layering::Layering;
use super::load::{
    Complaint, Complaints, Context, Extend, LoadErrors, Loaded, RuleWithExamples, Source, Spot, Stated, nearest,
};
use super::matcher::Places;
use super::rule::Rule;
use super::set::{LoadedFile, Parts, Policy};
use super::{examples, load};
use crate::model::{Decision, Digest, Layer};
use std::path::PathBuf;
use std::sync::Arc;

/// The most files that hold together.
const FILES: usize = 64;

/// A file whose text is kept for what is found wrong later.
struct Kept {
    name: String,
    text: String,
    layer: Layer,
    disable: Vec<(String, Spot)>,
}

/// What has been loaded so far.
pub(super) struct Loading<'a> {
    context: &'a Context,
    places: Places,
    catalog: Arc<Catalog>,
    rules: Vec<Rule>,
    exceptions: Vec<Exception>,
    stated: Vec<(Layer, Stated)>,
    layering: Layering,
    files: Vec<LoadedFile>,
    kept: Vec<Kept>,
    notes: Vec<String>,
    complaints: Vec<Complaint>,
}

impl<'a> Loading<'a> {
    pub(super) fn new(context: &'a Context, catalog: Arc<Catalog>) -> Self {
        Self {
            context,
            places: context.places(),
            catalog,
            rules: Vec::new(),
            exceptions: Vec::new(),
            stated: Vec::new(),
            layering: Layering::default(),
            files: Vec::new(),
            kept: Vec::new(),
            notes: Vec::new(),
            complaints: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, source: &Source) {
        match source.read() {
            Ok(loaded) => self.file(&loaded, &mut Vec::new()),
            Err(complaint) => self.complaints.push(*complaint),
        }
    }

    /// Takes a file in, and those that it extends. `chain` are the files that extend it.
    fn file(&mut self, loaded: &Loaded, chain: &mut Vec<PathBuf>) {
        let is_same = |file: &LoadedFile| file.path == loaded.name && file.layer == loaded.layer;
        if !chain.is_empty() && self.files.iter().any(is_same) {
            return;
        }
        let name = loaded.name.to_string_lossy();
        let mut complaints = Complaints::new(&name, &loaded.text);
        let document = load::read(loaded, &self.places, &self.catalog, self.context.now(), &mut complaints);
        let mut bases = Vec::new();
        if let Some(document) = document {
            self.files.push(LoadedFile {
                path: loaded.name.clone(),
                layer: loaded.layer,
                digest: loaded.digest,
                rules: document.rules.len(),
                id: document.id,
                version: document.version,
                tests: document.tests,
            });
            self.stated.push((loaded.layer, document.stated));
            self.layering.add(loaded.layer, document.lower);
            self.notes.extend(document.notes);
            self.exceptions.extend(document.exceptions);
            let has_examples = document.rules.iter().any(|found| !found.examples.is_empty());
            self.rules.extend(document.rules.into_iter().map(|found| found.rule));
            // Those of the compiled-in policies are held by a test, not at every start.
            if has_examples && !loaded.is_builtin() {
                self.hold_examples(loaded, &mut complaints);
            }
            chain.push(loaded.name.clone());
            for extend in &document.extends {
                bases.extend(self.base(loaded, extend, chain, &mut complaints));
            }
            self.kept.push(Kept {
                name: name.clone().into_owned(),
                text: loaded.text.clone(),
                layer: loaded.layer,
                disable: document.disable,
            });
        }
        self.complaints.extend(complaints.into_list());
        for base in bases {
            self.file(&base, chain);
        }
        if chain.last() == Some(&loaded.name) {
            chain.pop();
        }
    }

    /// Reads a policy that another one extends.
    fn base(
        &self,
        loaded: &Loaded,
        extend: &Extend,
        chain: &[PathBuf],
        complaints: &mut Complaints<'_>,
    ) -> Option<Loaded> {
        let base = match loaded.base(extend, self.context) {
            Ok(base) => base,
            Err(fault) => {
                complaints.at(fault.code, extend.spot, fault.message, fault.fix);
                return None;
            }
        };
        if chain.contains(&base.name) {
            let shown = base.name.display();
            let fix = "leave one of them out".to_owned();
            complaints.at("P053", extend.spot, format!("{shown} extends itself in a circle"), Some(fix));
            return None;
        }
        if self.files.len() >= FILES {
            complaints.at("P053", extend.spot, format!("more than {FILES} policies hold together"), None);
            return None;
        }
        Some(base)
    }

    /// Runs the examples, in a place that is the same on every machine: a policy that loads for its
    /// author loads for everybody, wherever home and the workspace are.
    fn hold_examples(&self, loaded: &Loaded, complaints: &mut Complaints<'_>) {
        let name = loaded.name.to_string_lossy();
        // What is wrong with the text itself has been said.
        let mut said = Complaints::new(&name, &loaded.text);
        let places = examples::places();
        let document = load::read(loaded, &places, &self.catalog, self.context.now(), &mut said);
        for RuleWithExamples { rule, examples } in document.into_iter().flat_map(|document| document.rules) {
            examples::hold(&rule, &examples, &places, &self.catalog, complaints);
        }
    }

    /// Returns the digest of the project's files as they are: what a person trusts.
    fn project(&self) -> Option<Digest> {
        let lines: Vec<String> = self
            .files
            .iter()
            .filter(|file| file.layer == Layer::Project)
            .map(|file| format!("{}\n", file.digest))
            .collect();
        (!lines.is_empty()).then(|| load::digest(lines.concat().as_bytes()))
    }

    /// Switches off what lower layers may switch off, and leaves out the allow rules that do not count.
    fn layers(&mut self) {
        for kept in &self.kept {
            let mut complaints = Complaints::new(&kept.name, &kept.text);
            for (id, spot) in &kept.disable {
                let is_it = |rule: &Rule| rule.id.as_str() == id && rule.place.layer > kept.layer;
                if !self.rules.iter().any(is_it) {
                    if !self.complaints.is_empty() {
                        continue;
                    }
                    let known: Vec<&str> = self.rules.iter().map(|rule| rule.id.as_str()).collect();
                    let fix = nearest(id, &known).map(|word| format!("did you mean \"{word}\"?"));
                    complaints.at("P056", *spot, format!("no layer above has a rule \"{id}\""), fix);
                    continue;
                }
                let layering = &self.layering;
                let before = self.rules.len();
                self.rules.retain(|rule| !(is_it(rule) && layering.may_disable(kept.layer, rule)));
                let what = if before == self.rules.len() {
                    "a layer above does not let it be switched off: it stays on"
                } else {
                    "it is switched off"
                };
                self.notes.push(format!("{}:{} rule \"{id}\": {what}", kept.name, spot.line));
            }
            self.complaints.extend(complaints.into_list());
        }
        let (layering, notes) = (&self.layering, &mut self.notes);
        for rule in &mut self.rules {
            rule.tightens_only = layering.forbids(rule).is_some();
        }
        self.rules.retain(|rule| {
            let why = if rule.relaxes() { layering.forbids(rule) } else { None };
            notes.extend(why.map(|why| format!("{} rule \"{}\": {why}", rule.place, rule.id)));
            why.is_none()
        });
    }

    /// Holds the exceptions against the rules and the calendar.
    fn exceptions(&mut self) {
        let now = self.context.now();
        let mut found = std::mem::take(&mut self.exceptions);
        for exception in &mut found {
            let place = exception.place.clone();
            let named = |rule: &&Rule| rule.id == exception.rule;
            let reached = self.rules.iter().filter(named).any(|rule| rule.place.layer <= place.layer);
            // A rule that does not load is missing for that reason alone.
            if !reached && self.complaints.is_empty() {
                let higher = self.rules.iter().any(|rule| named(&rule));
                let message = if higher {
                    format!("the rule \"{}\" belongs to a layer above", exception.rule)
                } else {
                    format!("there is no rule \"{}\" to except from", exception.rule)
                };
                let known: Vec<&str> = self.rules.iter().map(|rule| rule.id.as_str()).collect();
                let fix = match nearest(exception.rule.as_str(), &known) {
                    Some(_) | None if higher => Some("only that layer can relax it".to_owned()),
                    word => word.map(|word| format!("did you mean \"{word}\"?")),
                };
                let name = place.file.to_string_lossy();
                let text = self.kept.iter().find(|kept| kept.name == name).map(|kept| kept.text.as_str());
                let mut complaints = Complaints::new(&name, text.unwrap_or_default());
                let spot = Spot { line: place.line, column: place.column, width: 1 };
                complaints.at("P056", spot, message, fix);
                self.complaints.extend(complaints.into_list());
            }
            exception.allows = self.layering.is_free(place.layer);
        }
        found.retain(|exception| {
            let over = now.is_some_and(|now| exception.expires <= now);
            if over {
                let note = format!("{} exception \"{}\" has expired and does not count", exception.place, exception.id);
                self.notes.push(note);
            }
            !over
        });
        self.exceptions = found;
    }

    pub(super) fn finish(mut self) -> Result<Policy, LoadErrors> {
        let project = self.project();
        self.layering.project_trusted = project.is_some() && project == self.context.trusted_project;
        self.layers();
        self.exceptions();
        if !self.complaints.is_empty() {
            return Err(LoadErrors::new(self.complaints));
        }
        let combined = defaults::combine(&self.stated, |layer| self.layering.is_free(layer));
        let lines: String =
            self.files.iter().map(|file| format!("{} {}\n", file.layer.as_str(), file.digest)).collect();
        Ok(Policy::of(Parts {
            digest: load::digest(lines.as_bytes()),
            project,
            index: Index::of(&self.rules),
            rules: self.rules,
            exceptions: self.exceptions,
            places: self.places,
            catalog: self.catalog,
            combined,
            files: self.files,
            notes: self.notes,
        }))
    }
}

impl Rule {
    /// Says whether the rule can make something less strict.
    fn relaxes(&self) -> bool {
        self.decision == Decision::Allow
    }
}
