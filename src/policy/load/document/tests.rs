//! `tests:`: what the whole policy decides, for `tollgate policy test`.

use super::reader::Draft;
use crate::model::Decision;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::rule::{DECISION_WORDS, DECISIONS};
use crate::policy::load::yaml::Node;
use std::ffi::OsString;
use std::path::PathBuf;

/// Some cases in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTest {
    /// What it is about.
    pub name: Option<String>,
    /// Where it runs; the workspace where it does not say.
    pub cwd: Option<PathBuf>,
    /// The cases.
    pub cases: Vec<TestCase>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCase {
    /// What is judged.
    pub what: Tested,
    /// What must come of it.
    pub expect: Decision,
    /// The line of the file, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// What a case judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tested {
    /// A shell line.
    Line(String),
    /// One command.
    Argv(Vec<OsString>),
    /// A tool call.
    Tool {
        /// The tool.
        name: String,
        /// The file that it works on.
        path: Option<String>,
        /// The address that it fetches.
        url: Option<String>,
    },
}

const CASE: &[Key] = &[
    Key::new("line", Kind::Text, "A shell line."),
    Key::new("argv", Kind::Texts, "One command."),
    Key::new("tool", Kind::Text, "A tool call; with path or url."),
    Key::new("path", Kind::Text, "The file that the tool works on."),
    Key::new("url", Kind::Text, "The address that the tool fetches."),
    Key::new("expect", Kind::Word(DECISION_WORDS), "What must come of it."),
];

/// The keys of a test.
pub(super) const KEYS: &[Key] = &[
    Key::new("name", Kind::Text, "What it is about."),
    Key::new("cwd", Kind::Text, "Where it runs; the workspace where it does not say."),
    Key::new("cases", Kind::Mappings(CASE), "The cases."),
];

pub(super) fn read<'n>(draft: &mut Draft<'n>, node: &'n Node, _: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let items = list(node, "tests", complaints);
    draft.tests.extend(items.iter().filter_map(|item| one(item, complaints)));
}

fn one(node: &Node, complaints: &mut Complaints<'_>) -> Option<FileTest> {
    let fields = Fields::open(node, "a test", KEYS, complaints)?;
    let Some(cases) = fields.get("cases") else {
        complaints.at("P011", node.spot, "a test without cases", Some("add `cases: […]`".to_owned()));
        return None;
    };
    Some(FileTest {
        name: fields.text("name", complaints).map(str::to_owned),
        cwd: directory(&fields, complaints),
        cases: list(cases, "cases", complaints).iter().filter_map(|item| case(item, complaints)).collect(),
    })
}

fn directory(fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Option<PathBuf> {
    let path = PathBuf::from(fields.text("cwd", complaints)?);
    if path.is_absolute() {
        return Some(path);
    }
    let spot = fields.get("cwd").map(|node| node.spot).unwrap_or_default();
    complaints.at("P015", spot, "cwd is not absolute", Some("begin with `/`".to_owned()));
    None
}

fn case(node: &Node, complaints: &mut Complaints<'_>) -> Option<TestCase> {
    let fields = Fields::open(node, "a case", CASE, complaints)?;
    let own = |name: &str, complaints: &mut Complaints<'_>| fields.text(name, complaints).map(str::to_owned);
    let argv: Vec<OsString> = fields.texts("argv", complaints).into_iter().map(|(word, _)| word.into()).collect();
    let (path, url) = (own("path", complaints), own("url", complaints));
    let of_tool = path.is_some() || url.is_some();
    let what = match (own("line", complaints), !argv.is_empty(), own("tool", complaints)) {
        (Some(line), false, None) if !of_tool => Some(Tested::Line(line)),
        (None, true, None) if !of_tool => Some(Tested::Argv(argv)),
        (None, false, Some(name)) => Some(Tested::Tool { name, path, url }),
        _ => None,
    };
    let expect = fields.word("expect", &DECISIONS, complaints);
    if what.is_none() || fields.get("expect").is_none() {
        let fix = "write for example `{ line: \"git status\", expect: allow }`".to_owned();
        complaints.at("P011", node.spot, "a case has one of line, argv and tool, and expect", Some(fix));
    }
    Some(TestCase { what: what?, expect: expect?, line: node.spot.line, column: node.spot.column })
}
