//! Reading a file.

use super::TABLE;
use crate::model::{Decision, Layer, Tier};
use crate::policy::catalog::Catalog;
use crate::policy::load::complaint::{Complaints, Spot};
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::Keyed as _;
use crate::policy::load::rule::{File, RuleReader, RuleWithExamples};
use crate::policy::load::sets::Sets;
use crate::policy::load::source::Loaded;
use crate::policy::load::test_case::TestCase;
use crate::policy::load::yaml::{self, Node};
use crate::policy::matcher::Places;
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
    pub(crate) id: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) tests: Vec<TestCase>,
}

/// What a file says, as far as it was read.
pub(super) struct Draft<'node> {
    pub(super) layer: Layer,
    pub(super) stated: Stated,
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) sets: Sets<'node>,
    pub(super) rules: Option<&'node Node>,
    pub(super) tests: Vec<TestCase>,
}

/// Reads a policy file. Returns nothing only where it is no mapping at all; where something is wrong
/// with it, `complaints` has grown.
pub(crate) fn read(
    loaded: &Loaded,
    places: &Places,
    catalog: &Catalog,
    complaints: &mut Complaints<'_>,
) -> Option<Document> {
    let root = yaml::read(&loaded.text, complaints)?;
    let fields = Fields::open(&root, "a policy", TABLE, complaints)?;
    let mut draft = Draft {
        layer: loaded.layer,
        stated: Stated::default(),
        id: None,
        version: None,
        sets: Sets::default(),
        rules: None,
        tests: Vec::new(),
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
    let file = File { path: Arc::new(loaded.name.clone()), layer: loaded.layer };
    let reader = RuleReader { file, sets: &draft.sets, places, catalog };
    let mut rules = Vec::new();
    for (index, node) in rule_nodes(draft.rules, complaints).iter().enumerate() {
        rules.extend(reader.read(node, index + 1, complaints));
    }
    duplicates(&rules, complaints);
    Some(Document { stated: draft.stated, rules, id: draft.id, version: draft.version, tests: draft.tests })
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
