//! Reading a file.

use super::extends::Extend;
use super::tests::FileTest;
use super::{TABLE, exceptions};
use crate::model::{Decision, Layer, Tier};
use crate::policy::catalog::Catalog;
use crate::policy::exception::Exception;
use crate::policy::layering::LowerLayers;
use crate::policy::load::complaint::{Complaints, Spot};
use crate::policy::load::condition::Identities;
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::Keyed as _;
use crate::policy::load::readers::Readers;
use crate::policy::load::rule::{self, RuleWithExamples};
use crate::policy::load::sets::Sets;
use crate::policy::load::source::Loaded;
use crate::policy::load::yaml::{self, Node};
use crate::policy::matcher::Places;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What a file says under `defaults:` and at its top level. Nothing where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) action: Option<Decision>,
    pub(crate) unknown: Option<Decision>,
    pub(crate) unknown_in_deny_scope: Option<Decision>,
    pub(crate) no_approver: Option<Decision>,
    pub(crate) ask_timeout: Option<Duration>,
    pub(crate) agent_message: Option<String>,
    pub(crate) debug: Option<bool>,
    pub(crate) require: Option<Tier>,
}

/// A policy file that was read.
pub(crate) struct Document {
    pub(crate) stated: Stated,
    pub(crate) rules: Vec<RuleWithExamples>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) extends: Vec<Extend>,
    pub(crate) lower: LowerLayers,
    /// Ids of rules of layers above that are to be switched off.
    pub(crate) disable: Vec<(String, Spot)>,
    pub(crate) tests: Vec<FileTest>,
    pub(crate) id: Option<String>,
    pub(crate) version: Option<String>,
    /// What a person should know though it is no error.
    pub(crate) notes: Vec<String>,
}

/// What a file says, as far as it was read.
pub(super) struct Draft<'node> {
    pub(super) layer: Layer,
    pub(super) now: Option<Timestamp>,
    pub(super) stated: Stated,
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) sets: Sets<'node>,
    pub(super) identities: Identities,
    pub(super) rules: Option<&'node Node>,
    pub(super) exceptions: Option<&'node Node>,
    pub(super) extends: Vec<Extend>,
    pub(super) lower: LowerLayers,
    pub(super) disable: Vec<(String, Spot)>,
    pub(super) tests: Vec<FileTest>,
    pub(super) notes: Vec<String>,
}

/// Reads a policy file. Returns nothing only where it is no mapping at all; where something is wrong
/// with it, `complaints` has grown.
pub(crate) fn read(
    loaded: &Loaded,
    places: &Places,
    catalog: &Catalog,
    now: Option<Timestamp>,
    complaints: &mut Complaints<'_>,
) -> Option<Document> {
    let root = yaml::read(&loaded.text, complaints)?;
    let fields = Fields::open(&root, "a policy", TABLE, complaints)?;
    let mut draft = Draft {
        layer: loaded.layer,
        now,
        stated: Stated::default(),
        id: None,
        version: None,
        sets: Sets::default(),
        identities: Identities::default(),
        rules: None,
        exceptions: None,
        extends: Vec::new(),
        lower: LowerLayers::default(),
        disable: Vec::new(),
        tests: Vec::new(),
        notes: Vec::new(),
    };
    if fields.get("version").is_none() {
        let fix = "write `version: \"1.0\"`".to_owned();
        complaints.whole("P020", "the file does not say its version", Some(fix));
    }
    for row in TABLE {
        if let Some(value) = fields.get(row.key().name) {
            (row.read)(&mut draft, value, &fields, complaints);
        }
    }
    let readers = Readers {
        file: Arc::new(loaded.name.clone()),
        layer: loaded.layer,
        sets: &draft.sets,
        identities: &draft.identities,
        places,
        catalog,
    };
    let mut rules = Vec::new();
    for (index, node) in rule_nodes(draft.rules, complaints).iter().enumerate() {
        rules.extend(rule::read(&readers, node, index + 1, complaints));
    }
    duplicates(&rules, complaints);
    let exceptions = draft.exceptions.map(|node| exceptions::read(node, &readers, now, complaints));
    let name = loaded.name.to_string_lossy();
    Some(Document {
        stated: draft.stated,
        rules,
        exceptions: exceptions.unwrap_or_default(),
        extends: draft.extends,
        lower: draft.lower,
        disable: draft.disable,
        tests: draft.tests,
        id: draft.id,
        version: draft.version,
        notes: draft.notes.into_iter().map(|note| format!("{name}: {note}")).collect(),
    })
}

fn rule_nodes<'node>(node: Option<&'node Node>, complaints: &mut Complaints<'_>) -> &'node [Node] {
    let fix = Some("write `rules: []` where only the defaults shall hold".to_owned());
    match node {
        None => complaints.whole("P022", "the file has no rules", fix),
        Some(node) if node.is_null() => complaints.at("P022", node.spot, "rules is there, but nothing is in it", fix),
        Some(node) => return list(node, "rules", complaints),
    }
    &[]
}

fn duplicates(rules: &[RuleWithExamples], complaints: &mut Complaints<'_>) {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for RuleWithExamples { rule, .. } in rules {
        let place = &rule.place;
        if let Some(first) = seen.get(rule.id.as_str()) {
            let spot = Spot { line: place.line, column: place.column, width: 1 };
            let message = format!("the id \"{}\" stands here a second time (first in line {first})", rule.id);
            complaints.at("P023", spot, message, Some("give one of them another id".to_owned()));
        } else {
            seen.insert(rule.id.as_str(), place.line);
        }
    }
}
