//! `argv`: the arguments in order.

use super::{MatchReader, flags};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::pattern;
use crate::policy::load::yaml::{Node, Value};
use crate::policy::matcher::{ArgvMatcher, Matcher, REGEX_LIMIT, Token};

pub(super) const KEYS: &[Key] = &[
    Key::new("prefix", Kind::List(&Kind::Texts), "The arguments begin so; an inner list is a choice."),
    Key::new("contains", Kind::List(&Kind::Texts), "Each of these words is an argument."),
    Key::new("contains_regex", Kind::Texts, "Each of these regular expressions matches an argument."),
    Key::new("allow_flags", Kind::Texts, "No other options than these are given."),
    Key::new("forbid_flags", Kind::Texts, "None of these options is given; `*` is all that are not allowed."),
    Key::new("max_operands", Kind::Number, "At most so many operands."),
];

pub(super) fn read<'n>(
    reader: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let fields = Fields::open(node, "argv", KEYS, complaints)?;
    let mut argv = ArgvMatcher::default();
    if fields.entries().is_empty() {
        complaints.at("P014", node.spot, "argv has nothing in it", Some("leave the key out".to_owned()));
    }
    argv.prefix = fields.get("prefix").map(|node| tokens(node, "prefix", complaints)).unwrap_or_default();
    argv.contains = fields.get("contains").map(|node| tokens(node, "contains", complaints)).unwrap_or_default();
    for (text, spot) in fields.texts("contains_regex", complaints) {
        match regex::RegexBuilder::new(text).size_limit(REGEX_LIMIT).build() {
            Ok(regex) => argv.contains_regex.push(regex),
            Err(error) => complaints.at("P030", spot, pattern::regex_problem(&error), None),
        }
    }
    argv.allow_flags = fields.get("allow_flags").map(|node| flags::wanted(reader, node, complaints));
    if let Some(node) = fields.get("forbid_flags") {
        // `*` alone: every option that is not listed in allow_flags.
        let all = matches!(texts(node, "forbid_flags", complaints).as_slice(), [("*", _)]);
        argv.forbid_all = all;
        argv.forbid_flags = if all { Vec::new() } else { flags::wanted(reader, node, complaints) };
    }
    argv.max_operands = fields.number("max_operands", complaints);
    Some(Matcher::Argv(argv))
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
