//! `sets:`: lists with a name, used as `$name`.

use super::complaint::{Complaints, Spot, nearest};
use super::fields::{Fields, texts};
use super::keys::{Key, Kind};
use super::path_set;
use super::yaml::Node;
use crate::policy::condition::Span;
use crate::policy::matcher::NamePattern;
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
    /// Names of hosts.
    Hosts,
    /// Times of the week.
    Times,
}

const SET: &[Key] = &[
    Key::new("type", Kind::Word(&["paths", "strings", "programs", "hosts", "times"]), "What the items are."),
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

const KINDS: [(&str, SetKind); 5] = [
    ("paths", SetKind::Paths),
    ("strings", SetKind::Strings),
    ("programs", SetKind::Programs),
    ("hosts", SetKind::Hosts),
    ("times", SetKind::Times),
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
                    items.iter().for_each(|(item, spot)| check(kind, item, *spot, complaints));
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
                    let fix = "name a set of that type, or write the items out".to_owned();
                    complaints.at("P033", spot, message, Some(fix));
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

/// Complains about an item that cannot be what its set holds, whether the set is used or not.
fn check(kind: SetKind, item: &str, spot: Spot, complaints: &mut Complaints<'_>) {
    let fault = match kind {
        SetKind::Paths => path_set::fault(item).map(|fault| ("P031", fault, Some(path_set::FIX))),
        SetKind::Programs => NamePattern::read(item)
            .err()
            .map(|error| ("P031", format!("not a name pattern: {}", error.kind()), None))
            .or_else(|| {
                program_fault(item).map(|fault| ("P015", fault, Some("write the bare name, or the absolute path")))
            }),
        SetKind::Hosts => host_fault(item).map(|fault| ("P031", fault, Some("write for example `*.host.example`"))),
        SetKind::Times => {
            Span::read(item).err().map(|fault| ("P035", fault, Some("write for example \"Mon-Fri 08:00-18:00 UTC\"")))
        }
        SetKind::Strings => item.is_empty().then(|| ("P014", "an empty text in a set".to_owned(), None)),
    };
    if let Some((code, message, fix)) = fault {
        complaints.at(code, spot, message, fix.map(str::to_owned));
    }
}

fn program_fault(item: &str) -> Option<String> {
    let item = item.strip_prefix("{workspace}/**/").unwrap_or(item);
    let wrong = item.is_empty() || (item.contains('/') && !item.starts_with('/'));
    wrong.then(|| format!("\"{item}\" is no program name"))
}

/// A host has no scheme, no path, no port and no blank; an address of version 6 may have colons.
fn host_fault(item: &str) -> Option<String> {
    let bare = item.trim_start_matches('[').trim_end_matches(']');
    let wrong = bare.is_empty()
        || bare.contains(['/', '@', '~', '!', ' '])
        || (bare.contains(':') && bare.parse::<std::net::Ipv6Addr>().is_err());
    if wrong {
        return Some(format!("\"{item}\" is no host"));
    }
    globset::Glob::new(item).err().map(|error| format!("not a pattern: {}", error.kind()))
}

fn word(kind: SetKind) -> &'static str {
    KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(word, _)| word)
}
