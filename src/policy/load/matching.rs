//! `match:` → matchers.

use super::complaint::Complaints;
use super::fields::{Fields, list, text, texts};
use super::path_set::{self, Case};
use super::pattern;
use super::sets::{SetKind, Sets};
use super::yaml::{Node, Value};
use crate::model::{Decision, Digest};
use crate::policy::catalog::Catalog;
use crate::policy::matcher::{
    ArgvMatcher, CwdMatcher, EnvMatcher, FlagMatcher, Matcher, NamePattern, PathMatcher, PathTest, Places,
    ProgramMatcher, ProgramTest, TextScope, Token, WantedFlag,
};
use globset::{Glob, GlobSetBuilder};
use std::path::PathBuf;

const KEYS: [&str; 11] =
    ["program", "subcommand", "flags", "argv", "regex", "regex_on", "path", "cwd", "env", "any", "all"];

/// Reads the matchers of one file.
pub(super) struct MatchReader<'a, 'node> {
    pub(super) sets: &'a Sets<'node>,
    pub(super) places: &'a Places,
    pub(super) catalog: &'a Catalog,
    pub(super) decision: Decision,
    /// Whether the matcher stands below an odd number of `not`.
    pub(super) negated: bool,
}

impl<'node> MatchReader<'_, 'node> {
    /// Reads a mapping of questions that must all hold.
    pub(super) fn read(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let before = complaints.count();
        let keys: Vec<&str> = KEYS.into_iter().chain(["not"]).collect();
        let fields = Fields::open(node, "match", &keys, complaints)?;
        if fields.entries().is_empty() {
            let fix = "say which commands it is about, for example `match: { program: git }`".to_owned();
            complaints.at("P014", node.spot, "an empty match would match everything", Some(fix));
            return None;
        }
        let mut parts = Vec::new();
        parts.extend(fields.get("program").and_then(|node| self.program(node, complaints)));
        parts.extend(fields.get("subcommand").map(|node| {
            let names = self.sets.expand(texts(node, "subcommand", complaints), SetKind::Strings, complaints);
            Matcher::Subcommand(names.into_iter().map(|(name, _)| name.to_owned()).collect())
        }));
        parts.extend(fields.get("flags").and_then(|node| self.flags(node, complaints)));
        parts.extend(fields.get("argv").and_then(|node| self.argv(node, complaints)));
        parts.extend(self.regex(&fields, complaints));
        parts.extend(fields.get("path").and_then(|node| self.path(node, complaints)).map(Matcher::Path));
        parts.extend(fields.get("cwd").and_then(|node| self.cwd(node, complaints)));
        parts.extend(fields.get("env").and_then(|node| env(node, complaints)));
        parts.extend(fields.get("any").map(|node| Matcher::Any(self.several(node, "any", complaints))));
        parts.extend(fields.get("all").map(|node| Matcher::All(self.several(node, "all", complaints))));
        let opposite = MatchReader { negated: !self.negated, ..*self };
        parts.extend(
            fields.get("not").and_then(|node| opposite.read(node, complaints)).map(|part| Matcher::Not(Box::new(part))),
        );
        let asked = fields.entries().iter().filter(|(key, _)| key.text != "regex_on").count();
        if complaints.count() == before && parts.len() != asked {
            // A question that came to nothing would match everything.
            complaints.at("P014", node.spot, "a key of this match has nothing in it", None);
        }
        (complaints.count() == before).then_some(Matcher::All(parts))
    }

    fn several(&self, node: &'node Node, name: &str, complaints: &mut Complaints<'_>) -> Vec<Matcher> {
        let items = list(node, name, complaints);
        if items.is_empty() {
            complaints.at("P014", node.spot, format!("{name} has nothing in it"), Some("leave the key out".to_owned()));
        }
        items.iter().filter_map(|item| self.read(item, complaints)).collect()
    }

    fn program(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let mut tests = Vec::new();
        match &node.value {
            Value::Text { .. } => self.program_name(node, &mut tests, complaints),
            Value::List(items) => {
                if items.is_empty() {
                    complaints.at("P012", node.spot, "program is an empty list", Some("leave the key out".to_owned()));
                }
                items.iter().for_each(|item| self.program_item(item, &mut tests, complaints));
            }
            Value::Map(entries) if entries.iter().any(|(key, _)| key.text == "any") => {
                let fields = Fields::open(node, "program", &["any"], complaints)?;
                let items = fields.get("any").map(|items| list(items, "any", complaints)).unwrap_or_default();
                items.iter().for_each(|item| self.program_item(item, &mut tests, complaints));
            }
            Value::Map(_) => self.program_item(node, &mut tests, complaints),
        }
        (!tests.is_empty()).then_some(Matcher::Program(ProgramMatcher { tests }))
    }

    fn program_item(&self, node: &'node Node, tests: &mut Vec<ProgramTest>, complaints: &mut Complaints<'_>) {
        if !matches!(node.value, Value::Map(_)) {
            return self.program_name(node, tests, complaints);
        }
        let Some(fields) = Fields::open(node, "program", &["name", "path", "dirs", "sha256"], complaints) else {
            return;
        };
        if fields.entries().is_empty() {
            complaints.at("P014", node.spot, "program has nothing in it", Some("write `{ name: … }`".to_owned()));
            return;
        }
        let mut test = ProgramTest {
            name: fields.get("name").and_then(|name| name_pattern(name, complaints)),
            ..ProgramTest::default()
        };
        test.path = fields.get("path").and_then(|path| absolute(path, "path", complaints));
        if let Some(dirs) = fields.get("dirs") {
            let found = texts(dirs, "dirs", complaints);
            test.dirs = found.iter().map(|(dir, _)| PathBuf::from(dir)).collect();
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

    fn program_name(&self, node: &'node Node, tests: &mut Vec<ProgramTest>, complaints: &mut Complaints<'_>) {
        let names = self.sets.expand(texts(node, "program", complaints), SetKind::Programs, complaints);
        for (name, spot) in names {
            if name.starts_with('/') {
                tests.push(ProgramTest { path: Some(PathBuf::from(name)), ..ProgramTest::default() });
                continue;
            }
            match NamePattern::read(name) {
                Ok(_) if name.contains('/') || name.is_empty() => {
                    let fix = "write the bare name, or the absolute path".to_owned();
                    complaints.at("P015", spot, format!("\"{name}\" is no program name"), Some(fix));
                }
                Ok(name) => tests.push(ProgramTest { name: Some(name), ..ProgramTest::default() }),
                Err(error) => complaints.at("P031", spot, format!("not a name pattern: {}", error.kind()), None),
            }
        }
    }

    fn flags(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let mut read =
            |node: Option<&'node Node>| node.map(|node| self.wanted_flags(node, complaints)).unwrap_or_default();
        if !matches!(node.value, Value::Map(_)) {
            return Some(Matcher::Flags(FlagMatcher { any: read(Some(node)), ..FlagMatcher::default() }));
        }
        let fields = Fields::open(node, "flags", &["any", "all", "none"], complaints)?;
        let mut read =
            |name: &str| fields.get(name).map(|node| self.wanted_flags(node, complaints)).unwrap_or_default();
        let flags = FlagMatcher { any: read("any"), all: read("all"), none: read("none") };
        if fields.entries().is_empty() {
            complaints.at("P014", node.spot, "flags has nothing in it", Some("leave the key out".to_owned()));
        }
        Some(Matcher::Flags(flags))
    }

    fn wanted_flags(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Vec<WantedFlag> {
        let items = self.sets.expand(texts(node, "flags", complaints), SetKind::Strings, complaints);
        let mut out = Vec::new();
        for (text, spot) in items {
            match WantedFlag::read(text) {
                Ok(_) if !text.starts_with(['-', '+', ':']) => {
                    let fix = format!("write \"--{text}\" or \"-{text}\"");
                    complaints.at("P015", spot, format!("\"{text}\" is no option"), Some(fix));
                }
                Ok(wanted) => out.push(wanted),
                Err(error) => complaints.at("P031", spot, format!("not a pattern: {}", error.kind()), None),
            }
        }
        out
    }

    fn argv(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let keys = ["prefix", "contains", "contains_regex", "allow_flags", "forbid_flags", "max_operands"];
        let fields = Fields::open(node, "argv", &keys, complaints)?;
        let mut argv = ArgvMatcher::default();
        if fields.entries().is_empty() {
            complaints.at("P014", node.spot, "argv has nothing in it", Some("leave the key out".to_owned()));
        }
        argv.prefix = fields.get("prefix").map(|node| tokens(node, "prefix", complaints)).unwrap_or_default();
        argv.contains = fields.get("contains").map(|node| tokens(node, "contains", complaints)).unwrap_or_default();
        for (text, spot) in fields.texts("contains_regex", complaints) {
            let built = regex::RegexBuilder::new(text).size_limit(1 << 20).build();
            match built {
                Ok(regex) => argv.contains_regex.push(regex),
                Err(error) => complaints.at("P030", spot, pattern::regex_problem(&error), None),
            }
        }
        argv.allow_flags = fields.get("allow_flags").map(|node| self.wanted_flags(node, complaints));
        if let Some(node) = fields.get("forbid_flags") {
            // `*` alone: every option that is not listed in allow_flags.
            let all = matches!(texts(node, "forbid_flags", complaints).as_slice(), [("*", _)]);
            argv.forbid_all = all;
            argv.forbid_flags = if all { Vec::new() } else { self.wanted_flags(node, complaints) };
        }
        if let Some(number) = fields.text("max_operands", complaints) {
            argv.max_operands = number.parse().ok();
            if argv.max_operands.is_none() {
                complaints.at(
                    "P012",
                    fields.spot,
                    "max_operands is a number",
                    Some("write `max_operands: 1`".to_owned()),
                );
            }
        }
        Some(Matcher::Argv(argv))
    }

    fn regex(&self, fields: &Fields<'node>, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let Some(node) = fields.get("regex") else {
            if let Some(node) = fields.get("regex_on") {
                complaints.at("P011", node.spot, "regex_on without regex", Some("add `regex:`".to_owned()));
            }
            return None;
        };
        let words = [("line", TextScope::Line), ("argv", TextScope::Argv), ("stdin_literal", TextScope::StdinLiteral)];
        let mut scopes = Vec::new();
        for (word, spot) in fields.texts("regex_on", complaints) {
            match words.iter().find(|(known, _)| *known == word) {
                Some((_, scope)) => scopes.push(*scope),
                None => {
                    let fix = Some("write line, argv or stdin_literal".to_owned());
                    complaints.at("P013", spot, format!("\"{word}\" is not a value of regex_on"), fix);
                }
            }
        }
        if scopes.is_empty() {
            scopes.push(TextScope::Argv);
        }
        let text = text(node, "regex", complaints)?;
        pattern::regex(text, node.spot, scopes, complaints).map(Matcher::Text)
    }

    /// Deny and ask sets match without regard to case; what widens an allow, or the reach of
    /// `outside`, does not.
    fn case(&self) -> Case {
        let widens = (self.decision == Decision::Allow) != self.negated;
        if widens { Case::Matters } else { Case::Ignored }
    }

    fn path(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<PathMatcher> {
        let fields = Fields::open(node, "path", &["in", "outside", "equals_or_contains", "any"], complaints)?;
        if fields.entries().is_empty() {
            complaints.at("P014", node.spot, "path has nothing in it", Some("leave the key out".to_owned()));
        }
        let mut tests = Vec::new();
        let opposite = if self.case() == Case::Ignored { Case::Matters } else { Case::Ignored };
        if let Some(items) = fields.get("in") {
            let items = self.sets.expand(texts(items, "in", complaints), SetKind::Paths, complaints);
            tests.push(PathTest::In(path_set::read(&items, self.case(), self.places, complaints)));
        }
        if let Some(items) = fields.get("outside") {
            let items = self.sets.expand(texts(items, "outside", complaints), SetKind::Paths, complaints);
            tests.push(PathTest::Outside(path_set::read(&items, opposite, self.places, complaints)));
        }
        if let Some(items) = fields.get("equals_or_contains") {
            let items = self.sets.expand(texts(items, "equals_or_contains", complaints), SetKind::Paths, complaints);
            tests.push(PathTest::EqualsOrContains(path_set::plain(&items, self.places, complaints)));
        }
        if let Some(items) = fields.get("any") {
            let parts = list(items, "any", complaints);
            if parts.is_empty() {
                complaints.at("P014", items.spot, "any has nothing in it", Some("leave the key out".to_owned()));
            }
            tests.push(PathTest::Any(parts.iter().filter_map(|part| self.path(part, complaints)).collect()));
        }
        Some(PathMatcher { tests })
    }

    fn cwd(&self, node: &'node Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
        let fields = Fields::open(node, "cwd", &["inside", "outside"], complaints)?;
        let mut parts = Vec::new();
        for (name, make) in
            [("inside", CwdMatcher::Inside as fn(_) -> _), ("outside", CwdMatcher::Outside as fn(_) -> _)]
        {
            if let Some(items) = fields.get(name) {
                let items = self.sets.expand(texts(items, name, complaints), SetKind::Paths, complaints);
                let set = path_set::read(&items, Case::Matters, self.places, complaints);
                parts.push(Matcher::Cwd(make(set)));
            }
        }
        if parts.is_empty() {
            complaints.at("P014", node.spot, "cwd has nothing in it", Some("write `{ inside: workspace }`".to_owned()));
        }
        Some(Matcher::All(parts))
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

fn absolute(node: &Node, name: &str, complaints: &mut Complaints<'_>) -> Option<PathBuf> {
    let path = PathBuf::from(text(node, name, complaints)?);
    if path.is_absolute() {
        return Some(path);
    }
    complaints.at("P015", node.spot, format!("{name} is not absolute"), Some("begin with `/`".to_owned()));
    None
}

/// Reads tokens: each a word, or a list of alternatives.
fn tokens(node: &Node, name: &str, complaints: &mut Complaints<'_>) -> Vec<Token> {
    let items = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Text { .. } | Value::Map(_) => vec![node],
    };
    if items.is_empty() {
        complaints.at("P014", node.spot, format!("{name} is an empty list"), Some("leave the key out".to_owned()));
    }
    let token = |item: &&Node| {
        let words = texts(item, name, complaints);
        Token::of(words.into_iter().map(|(word, _)| word.to_owned()).collect())
    };
    items.iter().map(token).collect()
}

fn env(node: &Node, complaints: &mut Complaints<'_>) -> Option<Matcher> {
    let fields = Fields::open(node, "env", &["set_any", "is"], complaints)?;
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
    if let Some(Node { value: Value::Map(entries), .. }) = fields.get("is") {
        let mut wanted = Vec::new();
        if entries.is_empty() {
            complaints.at("P014", node.spot, "is has nothing in it", Some("write `is: { NAME: [value] }`".to_owned()));
        }
        for (name, values) in entries {
            let mut globs = Vec::new();
            for (text, spot) in texts(values, &name.text, complaints) {
                match Glob::new(text) {
                    Ok(glob) => globs.push(glob.compile_matcher()),
                    Err(error) => complaints.at("P031", spot, format!("not a pattern: {}", error.kind()), None),
                }
            }
            wanted.push((name.text.clone(), globs));
        }
        parts.push(Matcher::Env(EnvMatcher::Is(wanted)));
    } else if let Some(node) = fields.get("is") {
        let fix = Some("write `is: { NAME: [value] }`".to_owned());
        complaints.at("P012", node.spot, format!("is is a mapping, not {}", node.kind()), fix);
    }
    if parts.is_empty() && fields.entries().is_empty() {
        complaints.at("P014", node.spot, "env has nothing in it", Some("write `{ set_any: [NAME] }`".to_owned()));
    }
    Some(Matcher::All(parts))
}
