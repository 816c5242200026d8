//! `sets:`: lists with a name, used as `$name`.

use super::complaint::{Complaints, Spot, nearest};
use super::fields::{Fields, texts};
use super::keys::{Key, Kind};
use super::yaml::Node;
use std::collections::HashMap;

/// What the items of a set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetKind {
    /// Patterns for paths.
    Paths,
    /// Words.
    Strings,
    /// Names and paths of programs.
    Programs,
    /// Names and addresses of hosts.
    Hosts,
}

const SET: &[Key] = &[
    Key::new("type", Kind::Word(&["paths", "strings", "programs", "hosts"]), "What the items are."),
    Key::new("items", Kind::Texts, "The items."),
];

/// What stands under `sets`.
pub(super) const SETS: Kind = Kind::Named(&Kind::Mapping(SET));

/// Items with where they stand.
type Items<'node> = Vec<(&'node str, Spot)>;

/// The sets of one file.
#[derive(Debug, Default)]
pub(super) struct Sets<'node> {
    sets: HashMap<&'node str, (SetKind, Items<'node>)>,
}

const KINDS: [(&str, SetKind); 4] = [
    ("paths", SetKind::Paths),
    ("strings", SetKind::Strings),
    ("programs", SetKind::Programs),
    ("hosts", SetKind::Hosts),
];

impl<'node> Sets<'node> {
    /// Reads the sets of a file.
    pub(super) fn read(node: Option<&'node Node>, complaints: &mut Complaints<'_>) -> Self {
        let mut sets = Self::default();
        let Some(node) = node else { return sets };
        let super::yaml::Value::Map(entries) = &node.value else {
            complaints.at("P012", node.spot, format!("sets is a mapping, not {}", node.kind()), None);
            return sets;
        };
        for (name, body) in entries {
            let Some(fields) = Fields::open(body, "a set", SET, complaints) else { continue };
            let kind = fields.word("type", &KINDS, complaints);
            let items = fields.get("items").map(|items| texts(items, "items", complaints));
            match (kind, items) {
                (Some(kind), Some(items)) => {
                    sets.sets.insert(name.text.as_str(), (kind, items));
                }
                _ => {
                    if fields.get("type").is_none() || fields.get("items").is_none() {
                        let fix = "write `{ type: paths, items: […] }`".to_owned();
                        complaints.at("P011", name.spot, "a set needs type and items", Some(fix));
                    }
                }
            }
        }
        sets
    }

    /// Replaces every `$name` by the items of the set, which must be of the wanted kind.
    pub(super) fn expand(&self, items: Items<'node>, wanted: SetKind, complaints: &mut Complaints<'_>) -> Items<'node> {
        let mut out = Vec::new();
        for (text, spot) in items {
            let Some(name) = text.strip_prefix('$') else {
                out.push((text, spot));
                continue;
            };
            match self.sets.get(name) {
                Some((kind, items)) if *kind == wanted || wanted == SetKind::Strings => {
                    out.extend(items.iter().map(|(item, _)| (*item, spot)));
                }
                Some((kind, _)) => {
                    let message = format!("the set ${name} holds {}, not {}", word(*kind), word(wanted));
                    complaints.at("P033", spot, message, None);
                }
                None => {
                    let known: Vec<&str> = self.sets.keys().copied().collect();
                    let fix = nearest(name, &known).map(|word| format!("did you mean \"${word}\"?"));
                    complaints.at("P032", spot, format!("there is no set ${name}"), fix);
                }
            }
        }
        out
    }
}

fn word(kind: SetKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(word, _)| word)
}
