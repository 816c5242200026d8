//! The simple form: `pattern: "rm -rf /"`.

use super::complaint::{Complaints, Spot};
use crate::policy::catalog::Catalog;
use crate::policy::matcher::{Literal, Matcher, TextMatcher, TextScope};

/// Reads a pattern: a command literal where it has no metacharacter of regular expressions, a regular
/// expression otherwise.
pub(super) fn read(text: &str, spot: Spot, catalog: &Catalog, complaints: &mut Complaints<'_>) -> Option<Matcher> {
    if !text.contains(['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$']) {
        let Some(words) = words(text) else {
            complaints.at("P034", spot, "a quote in this pattern is not closed", None);
            return None;
        };
        let literal = Literal::read(&words, catalog);
        if literal.is_none() {
            let fix = "write a command such as \"git push --force\", or leave the rule out".to_owned();
            complaints.at("P034", spot, "an empty pattern", Some(fix));
        }
        return literal.map(|literal| Matcher::Literal(Box::new(literal)));
    }
    let scopes = vec![TextScope::Line, TextScope::Argv, TextScope::StdinLiteral];
    regex(text, spot, scopes, complaints).map(Matcher::Text)
}

/// Compiles a regular expression, or complains.
pub(super) fn regex(
    text: &str,
    spot: Spot,
    scopes: Vec<TextScope>,
    complaints: &mut Complaints<'_>,
) -> Option<TextMatcher> {
    match TextMatcher::read(text, scopes) {
        Ok(matcher) => Some(matcher),
        Err(error) => {
            complaints.at("P030", spot, regex_problem(&error), None);
            None
        }
    }
}

/// Says in one line what is wrong with a regular expression.
pub(super) fn regex_problem(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "this regular expression needs more than 1 MiB".to_owned();
    }
    let text = error.to_string();
    let last = text.lines().next_back().unwrap_or_default();
    format!("not a regular expression: {}", last.strip_prefix("error: ").unwrap_or(last))
}

/// Splits at blanks; quotes keep words together.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => word.get_or_insert_default().push(character),
            None if character == '\'' || character == '"' => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}
