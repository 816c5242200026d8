//! `regex`, and `regex_on`, which says what it is searched in.

use super::MatchReader;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, text};
use crate::policy::load::pattern;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{Matcher, TextScope};

/// The words of `regex_on`.
pub(super) const SCOPES: &[&str] = &["line", "argv", "stdin_literal"];

fn scope(word: &str) -> Option<TextScope> {
    let scopes = [TextScope::Line, TextScope::Argv, TextScope::StdinLiteral];
    SCOPES.iter().zip(scopes).find(|(known, _)| **known == word).map(|(_, scope)| scope)
}

pub(super) fn read<'n>(
    _: &MatchReader<'_, 'n>,
    node: &'n Node,
    fields: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let mut scopes = Vec::new();
    for (word, spot) in fields.texts("regex_on", complaints) {
        match scope(word) {
            Some(scope) => scopes.push(scope),
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
