//! `identities:`, and `identity` below `when`.

use super::reader::WhenReader;
use super::table::{ENVIRONMENTS, environments};
use crate::policy::condition::{Condition, Selector};
use crate::policy::load::complaint::{Complaints, Spot, nearest};
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::NamePattern;
use std::collections::HashMap;

/// The keys of a selector.
pub(in crate::policy::load) const SELECTOR: &[Key] = &[
    Key::new("agent", Kind::Texts, "The agent's name; `*` is a pattern."),
    Key::new("agent_version", Kind::Text, "Its version, such as `\">=2.1\"`."),
    Key::new("user", Kind::Texts, "The account whose session it is."),
    Key::new("group", Kind::Texts, "A group of that account."),
    Key::new("environment", Kind::Words(ENVIRONMENTS), "Whether it runs in continuous integration."),
];

const NOT: &[Key] = &[Key::new("not", Kind::Either(&[Kind::Text, Kind::Mapping(SELECTOR)]), "Everybody else.")];

/// What stands under `identity`.
pub(super) const KIND: Kind = Kind::Either(&[Kind::Texts, Kind::Mapping(SELECTOR), Kind::Mapping(NOT)]);

/// The named selectors of a file.
#[derive(Debug, Default)]
pub(in crate::policy::load) struct Identities {
    named: HashMap<String, Selector>,
}

impl Identities {
    /// Reads `identities:`.
    pub(in crate::policy::load) fn read(node: &Node, complaints: &mut Complaints<'_>) -> Self {
        let mut out = Self::default();
        let Value::Map(entries) = &node.value else {
            complaints.at("P012", node.spot, format!("identities is a mapping, not {}", node.kind()), None);
            return out;
        };
        for (name, body) in entries {
            if let Some(selector) = selector(body, complaints) {
                out.named.insert(name.text.clone(), selector);
            }
        }
        out
    }

    fn find(&self, name: &str, spot: Spot, complaints: &mut Complaints<'_>) -> Option<Selector> {
        if let Some(found) = self.named.get(name) {
            return Some(found.clone());
        }
        let known: Vec<&str> = self.named.keys().map(String::as_str).collect();
        let fix = nearest(name, &known).map_or_else(
            || "name it under `identities:`, or write `{ agent: … }`".to_owned(),
            |word| format!("did you mean \"{word}\"?"),
        );
        complaints.at("P032", spot, format!("there is no identity \"{name}\""), Some(fix));
        None
    }
}

/// Reads `identity`: names, a selector, or `{ not: … }`.
pub(super) fn read<'n>(
    reader: &WhenReader<'_, 'n>,
    node: &'n Node,
    complaints: &mut Complaints<'_>,
) -> Option<Condition> {
    let inner = match &node.value {
        Value::Map(entries) if entries.iter().any(|(key, _)| key.text == "not") => {
            Fields::open(node, "identity", NOT, complaints)?.get("not")
        }
        Value::Map(_) | Value::List(_) | Value::Text { .. } => None,
    };
    let selectors = several(reader, inner.unwrap_or(node), complaints);
    if selectors.is_empty() {
        return None;
    }
    let found = Condition::Identity(selectors);
    Some(if inner.is_some() { Condition::Not(Box::new(found)) } else { found })
}

fn several<'n>(reader: &WhenReader<'_, 'n>, node: &'n Node, complaints: &mut Complaints<'_>) -> Vec<Selector> {
    match &node.value {
        Value::Map(_) => selector(node, complaints).into_iter().collect(),
        Value::List(_) => {
            let items = list(node, "identity", complaints);
            if items.is_empty() {
                complaints.at("P012", node.spot, "identity is an empty list", Some("leave the key out".to_owned()));
            }
            items.iter().flat_map(|item| several(reader, item, complaints)).collect()
        }
        Value::Text { text, .. } if !node.is_null() => {
            reader.identities.find(text, node.spot, complaints).into_iter().collect()
        }
        Value::Text { .. } => {
            complaints.at("P012", node.spot, "identity is a name, not nothing", Some("leave the key out".to_owned()));
            Vec::new()
        }
    }
}

fn selector(node: &Node, complaints: &mut Complaints<'_>) -> Option<Selector> {
    let before = complaints.count();
    let fields = Fields::open(node, "an identity", SELECTOR, complaints)?;
    if fields.entries().is_empty() {
        let fix = "write for example `{ agent: claude-code }`".to_owned();
        complaints.at("P014", node.spot, "an identity with nothing in it would be everybody", Some(fix));
    }
    let mut out = Selector::default();
    if fields.get("agent").is_some() {
        let mut names = Vec::new();
        for (text, spot) in fields.texts("agent", complaints) {
            match NamePattern::read(text) {
                Ok(name) => names.push(name),
                Err(error) => complaints.at("P031", spot, format!("not a name pattern: {}", error.kind()), None),
            }
        }
        out.agent = Some(names.into());
    }
    if let (Some(text), Some(node)) = (fields.text("agent_version", complaints), fields.get("agent_version")) {
        out.agent_version = semver::VersionReq::parse(text).ok();
        if out.agent_version.is_none() {
            let fix = "write for example `agent_version: \">=2.1\"`".to_owned();
            complaints.at("P015", node.spot, format!("\"{text}\" is no range of versions"), Some(fix));
        }
    }
    let words = |name: &str, complaints: &mut Complaints<'_>| -> Option<Vec<String>> {
        fields.get(name)?;
        Some(fields.texts(name, complaints).into_iter().map(|(text, _)| text.to_owned()).collect())
    };
    out.user = words("user", complaints);
    out.group = words("group", complaints);
    out.environment = fields.get("environment").map(|node| environments(node, complaints));
    (complaints.count() == before).then_some(out)
}
