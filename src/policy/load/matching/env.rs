//! `env`: variables of the environment.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::{EnvMatcher, Matcher};
use globset::{Glob, GlobSetBuilder};

pub(super) const KEYS: &[Key] = &[
    Key::new("set_any", Kind::Texts, "One of these variables is set; `LD_*` is a pattern."),
    Key::new("is", Kind::Named(&Kind::Texts), "Each of these variables has one of these values."),
];

pub(super) fn read<'n>(
    _: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let fields = Fields::open(node, "env", KEYS, complaints)?;
    let mut parts = Vec::new();
    if fields.get("set_any").is_some() {
        let mut names = GlobSetBuilder::new();
        for (text, spot) in fields.texts("set_any", complaints) {
            match Glob::new(text) {
                Ok(glob) => {
                    names.add(glob);
                }
                Err(error) => complaints.at("P031", spot, format!("not a name pattern: {}", error.kind()), None),
            }
        }
        match names.build() {
            Ok(names) => parts.push(Matcher::Env(EnvMatcher::SetAny(names))),
            Err(error) => complaints.at("P031", node.spot, error.to_string(), None),
        }
    }
    if let Some(is) = fields.get("is") {
        parts.extend(values(is, "is", complaints).map(|wanted| Matcher::Env(EnvMatcher::Is(wanted))));
    }
    if parts.is_empty() && fields.entries().is_empty() {
        complaints.at("P014", node.spot, "env has nothing in it", Some("write `{ set_any: [NAME] }`".to_owned()));
    }
    Some(Matcher::All(parts))
}

/// Variables, each with the values that it may have.
pub(in crate::policy::load) type Values = Vec<(String, Vec<globset::GlobMatcher>)>;

/// Reads a mapping of variables to the values that they may have.
pub(in crate::policy::load) fn values(node: &Node, name: &str, complaints: &mut Complaints<'_>) -> Option<Values> {
    let Value::Map(entries) = &node.value else {
        let fix = Some(format!("write `{name}: {{ NAME: [value] }}`"));
        complaints.at("P012", node.spot, format!("{name} is a mapping, not {}", node.kind()), fix);
        return None;
    };
    if entries.is_empty() {
        let fix = Some(format!("write `{name}: {{ NAME: [value] }}`"));
        complaints.at("P014", node.spot, format!("{name} has nothing in it"), fix);
    }
    let mut wanted = Vec::new();
    for (variable, given) in entries {
        let mut globs = Vec::new();
        for (text, spot) in texts(given, &variable.text, complaints) {
            match Glob::new(text) {
                Ok(glob) => globs.push(glob.compile_matcher()),
                Err(error) => complaints.at("P031", spot, format!("not a pattern: {}", error.kind()), None),
            }
        }
        wanted.push((variable.text.clone(), globs));
    }
    Some(wanted)
}
