//! `tool` and `url`: tool calls that an agent announces.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{Matcher, NamePattern, ToolMatcher, UrlMatcher};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The keys of `url`.
pub(super) const URL: &[Key] = &[
    Key::new("scheme", Kind::Texts, "One of these: `https`."),
    Key::new("host", Kind::Set(SetKind::Hosts), "One of these hosts; `*.` is a pattern."),
    Key::new("port", Kind::Texts, "One of these ports, the scheme's own included."),
    Key::new("path", Kind::Texts, "One of these paths; `*` stays within one name, `**` does not."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let mut names = Vec::new();
    for (text, spot) in reader.sets.expand(texts(node, "tool", complaints), SetKind::Strings, complaints) {
        match NamePattern::read(text) {
            Ok(name) => names.push(name),
            Err(error) => complaints.at("P031", spot, format!("not a name pattern: {}", error.kind()), None),
        }
    }
    (!names.is_empty()).then_some(Matcher::Tool(ToolMatcher { names }))
}

pub(super) fn url<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let fields = Fields::open(node, "url", URL, complaints)?;
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "url has nothing in it", Some("write `{ host: [host.example] }`".to_owned()));
        return None;
    }
    let mut out = UrlMatcher::default();
    if fields.get("scheme").is_some() {
        let schemes = fields.texts("scheme", complaints);
        out.schemes = Some(schemes.into_iter().map(|(scheme, _)| scheme.to_ascii_lowercase()).collect());
    }
    if let Some(node) = fields.get("host") {
        let hosts = reader.sets.expand(texts(node, "host", complaints), SetKind::Hosts, complaints);
        out.hosts = globs(&hosts, false, complaints);
    }
    if fields.get("port").is_some() {
        let mut ports = Vec::new();
        for (text, spot) in fields.texts("port", complaints) {
            match text.parse() {
                Ok(port) => ports.push(port),
                Err(_) => {
                    let fix = "write a number up to 65535".to_owned();
                    complaints.at("P015", spot, format!("\"{text}\" is no port"), Some(fix));
                }
            }
        }
        out.ports = Some(ports);
    }
    if fields.get("path").is_some() {
        out.paths = globs(&fields.texts("path", complaints), true, complaints);
    }
    Some(Matcher::Url(out))
}

fn globs(
    items: &[(&str, crate::policy::load::complaint::Spot)],
    separated: bool,
    complaints: &mut Complaints<'_>,
) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for (text, spot) in items {
        match GlobBuilder::new(text).literal_separator(separated).case_insensitive(!separated).build() {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => complaints.at("P031", *spot, format!("not a pattern: {}", error.kind()), None),
        }
    }
    match set.build() {
        Ok(set) => Some(set),
        Err(error) => {
            let spot = items.first().map(|(_, spot)| *spot).unwrap_or_default();
            complaints.at("P031", spot, error.to_string(), None);
            None
        }
    }
}
