//! `tests:`: what the whole file must decide.

use super::complaint::{Complaints, Spot};
use super::fields::{Fields, list, texts};
use super::keys::{Key, Kind};
use super::rule::{DECISION_WORDS, DECISIONS};
use super::yaml::Node;
use crate::model::Decision;
use crate::policy::samples::Act;
use std::path::PathBuf;

/// One case of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestCase {
    /// The name of its test.
    pub(crate) test: Option<String>,
    pub(crate) act: Act,
    /// Where it runs; the described workspace where it does not say.
    pub(crate) cwd: Option<PathBuf>,
    pub(crate) expect: Decision,
    pub(crate) spot: Spot,
}

const CASE: &[Key] = &[
    Key::new("line", Kind::Text, "A shell line."),
    Key::new("argv", Kind::Texts, "One command."),
    Key::new("tool", Kind::Text, "A tool call of an agent, with `path` or `url`."),
    Key::new("path", Kind::Text, "The file that the tool works on."),
    Key::new("url", Kind::Text, "The address that the tool fetches."),
    Key::new("cwd", Kind::Text, "Where it runs."),
    Key::new("expect", Kind::Word(DECISION_WORDS), "What must be decided."),
];

const TEST: &[Key] = &[
    Key::new("name", Kind::Text, "What the test is about."),
    Key::new("cwd", Kind::Text, "Where its cases run, and the workspace."),
    Key::new("cases", Kind::Mappings(CASE), "Commands, each with what must be decided."),
];

/// What stands under `tests`.
pub(super) const TESTS: Kind = Kind::Mappings(TEST);

/// Reads the tests of a file.
pub(super) fn read(node: &Node, complaints: &mut Complaints<'_>) -> Vec<TestCase> {
    let mut cases = Vec::new();
    for item in list(node, "tests", complaints) {
        let Some(fields) = Fields::open(item, "a test", TEST, complaints) else { continue };
        let test = fields.text("name", complaints).map(str::to_owned);
        let cwd = directory(&fields, complaints);
        let Some(items) = fields.get("cases") else {
            complaints.at("P011", item.spot, "a test without cases", Some("add `cases: […]`".to_owned()));
            continue;
        };
        for case in list(items, "cases", complaints) {
            cases.extend(one(case, test.as_ref(), cwd.as_ref(), complaints));
        }
    }
    cases
}

fn directory(fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Option<PathBuf> {
    let path = PathBuf::from(fields.text("cwd", complaints)?);
    if !path.is_absolute() {
        let spot = fields.get("cwd").map(|node| node.spot).unwrap_or_default();
        complaints.at("P015", spot, "cwd is not absolute", Some("begin with `/`".to_owned()));
        return None;
    }
    Some(path)
}

fn one(node: &Node, test: Option<&String>, cwd: Option<&PathBuf>, complaints: &mut Complaints<'_>) -> Option<TestCase> {
    let fields = Fields::open(node, "a case", CASE, complaints)?;
    let own = directory(&fields, complaints);
    let expect = fields.word("expect", &DECISIONS, complaints);
    if fields.get("expect").is_none() {
        complaints.at("P011", node.spot, "a case without expect", Some("add `expect: deny`".to_owned()));
    }
    let line = fields.text("line", complaints).map(|line| Act::Line(line.to_owned()));
    let argv = fields.get("argv").map(|argv| texts(argv, "argv", complaints));
    let argv = argv.map(|words| Act::Argv(words.into_iter().map(|(word, _)| word.into()).collect()));
    let tool = fields.text("tool", complaints).map(|name| Act::Tool {
        name: name.to_owned(),
        path: fields.text("path", complaints).map(PathBuf::from),
        url: fields.text("url", complaints).map(str::to_owned),
    });
    let is_tool = tool.is_some();
    let mut acts = line.into_iter().chain(argv).chain(tool);
    let (Some(act), None) = (acts.next(), acts.next()) else {
        let fix = "for example `{ line: \"git push\", expect: ask }`".to_owned();
        complaints.at("P011", node.spot, "a case has one of line, argv and tool", Some(fix));
        return None;
    };
    if !is_tool && (fields.get("path").is_some() || fields.get("url").is_some()) {
        complaints.at("P011", node.spot, "path and url belong to a tool", Some("add `tool: Write`".to_owned()));
    }
    Some(TestCase { test: test.cloned(), act, cwd: own.or_else(|| cwd.cloned()), expect: expect?, spot: node.spot })
}
