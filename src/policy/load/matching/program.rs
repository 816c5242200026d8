//! `program`: a name, a path, a digest, or several of them.

use super::MatchReader;
use crate::model::Digest;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, list, text, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::sets::SetKind;
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::{Matcher, NamePattern, ProgramMatcher, ProgramTest};
use std::path::PathBuf;

/// The keys of a program that is described.
const KEYS: &[Key] = &[
    Key::new("name", Kind::Text, "Its bare name; `*` is a pattern."),
    Key::new("path", Kind::Text, "Its absolute path."),
    Key::new("dirs", Kind::Texts, "The absolute folders that it must lie in."),
    Key::new("sha256", Kind::Text, "The SHA-256 digest of its file, 64 hexadecimal digits."),
];

/// Several programs.
const ANY: &[Key] = &[Key::new(
    "any",
    Kind::List(&Kind::Either(&[Kind::Set(SetKind::Programs), Kind::Mapping(KEYS)])),
    "One of these programs.",
)];

/// What may stand under `program`.
pub(super) const KIND: Kind = Kind::Either(&[Kind::Set(SetKind::Programs), Kind::Mapping(KEYS), Kind::Mapping(ANY)]);

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    several(reader, node, complaints).map(Matcher::Program)
}

/// Reads one program, or several of which one must fit.
pub(super) fn several<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    complaints: &mut Complaints<'_>,
) -> Option<ProgramMatcher> {
    let mut tests = Vec::new();
    match &node.value {
        Value::Text { .. } => by_name(reader, node, &mut tests, complaints),
        Value::List(items) => {
            if items.is_empty() {
                complaints.at("P012", node.spot, "program is an empty list", Some("leave the key out".to_owned()));
            }
            items.iter().for_each(|item| one(reader, item, &mut tests, complaints));
        }
        Value::Map(entries) if entries.iter().any(|(key, _)| key.text == "any") => {
            let fields = Fields::open(node, "program", ANY, complaints)?;
            let items = fields.get("any").map(|items| list(items, "any", complaints)).unwrap_or_default();
            items.iter().for_each(|item| one(reader, item, &mut tests, complaints));
        }
        Value::Map(_) => one(reader, node, &mut tests, complaints),
    }
    (!tests.is_empty()).then_some(ProgramMatcher { tests })
}

fn one<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    tests: &mut Vec<ProgramTest>,
    complaints: &mut Complaints<'_>,
) {
    if !matches!(node.value, Value::Map(_)) {
        return by_name(reader, node, tests, complaints);
    }
    let Some(fields) = Fields::open(node, "program", KEYS, complaints) else { return };
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "program has nothing in it", Some("write `{ name: … }`".to_owned()));
        return;
    }
    let mut test = ProgramTest {
        name: fields.get("name").and_then(|name| name_pattern(name, complaints)),
        ..ProgramTest::default()
    };
    test.path = fields.get("path").and_then(|path| {
        let written = text(path, "path", complaints)?;
        absolute(written, "path", path.spot, complaints)
    });
    for (dir, spot) in fields.texts("dirs", complaints) {
        test.dirs.extend(absolute(dir, "a folder under dirs", spot, complaints));
    }
    if let Some(digest) = fields.text("sha256", complaints) {
        test.sha256 = Digest::from_hex(digest);
        if test.sha256.is_none() {
            let spot = fields.get("sha256").map(|node| node.spot).unwrap_or_default();
            complaints.at("P015", spot, "sha256 is 64 hexadecimal digits", Some("see sha256sum(1)".to_owned()));
        }
    }
    tests.push(test);
}

fn by_name<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    tests: &mut Vec<ProgramTest>,
    complaints: &mut Complaints<'_>,
) {
    let names = reader.sets.expand(texts(node, "program", complaints), SetKind::Programs, complaints);
    for (name, spot) in names {
        if name.starts_with('/') {
            tests.push(ProgramTest { path: Some(PathBuf::from(name)), ..ProgramTest::default() });
            continue;
        }
        let (name, below) = match name.strip_prefix("{workspace}/**/") {
            Some(rest) => (rest, Some(reader.places.workspace.clone())),
            None => (name, None),
        };
        match NamePattern::read(name) {
            Ok(_) if name.contains('/') || name.is_empty() => {
                let fix = "write the bare name, the absolute path, or {workspace}/**/NAME".to_owned();
                complaints.at("P015", spot, format!("\"{name}\" is no program name"), Some(fix));
            }
            Ok(name) => tests.push(ProgramTest { name: Some(name), below, ..ProgramTest::default() }),
            Err(error) => complaints.at("P031", spot, format!("not a name pattern: {}", error.kind()), None),
        }
    }
}

fn name_pattern(node: &Node, complaints: &mut Complaints<'_>) -> Option<NamePattern> {
    let name = text(node, "name", complaints)?;
    match NamePattern::read(name) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            complaints.at("P031", node.spot, format!("not a name pattern: {}", error.kind()), None);
            None
        }
    }
}

fn absolute(
    written: &str,
    name: &str,
    spot: crate::policy::load::complaint::Spot,
    complaints: &mut Complaints<'_>,
) -> Option<PathBuf> {
    let path = PathBuf::from(written);
    if path.is_absolute() {
        return Some(path);
    }
    complaints.at("P015", spot, format!("{name} is not absolute"), Some("begin with `/`".to_owned()));
    None
}
