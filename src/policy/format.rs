//! The one way to lay out a policy file.
//!
//! Done by a formatter of YAML that keeps comments, and held against the file afterwards: what comes
//! out must say the same to the loader's own reader, with every comment, and be laid out already.

use super::load::yaml::{self, Node, Value};
use super::load::{Complaints, LoadErrors};
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions, LineBreak};
use yaml_parser::SyntaxKind;

/// How wide a line may be before a list in brackets is broken.
const WIDTH: usize = 120;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It is not YAML as policies use it.
    #[error(transparent)]
    Read(#[from] LoadErrors),
    /// The formatter does not read it.
    #[error("the formatter cannot read it: {0}")]
    Parse(String),
    /// It would say something else.
    #[error("formatting would change {0}: nothing was written; this is a bug of the formatter")]
    Changed(&'static str),
}

/// Returns the text of a policy file in the one layout.
///
/// # Errors
///
/// When the text is not plain YAML, and when the result would not say exactly the same.
pub fn format(name: &str, text: &str) -> Result<String, FormatError> {
    let before = read(name, text)?;
    let once = lay_out(text)?;
    if !same(&before, &read(name, &once).map_err(|_| FormatError::Changed("its meaning"))?) {
        return Err(FormatError::Changed("its meaning"));
    }
    if comments(text)? != comments(&once)? {
        return Err(FormatError::Changed("its comments"));
    }
    if lay_out(&once)? != once {
        return Err(FormatError::Changed("its own result"));
    }
    Ok(once)
}

fn read(name: &str, text: &str) -> Result<Node, LoadErrors> {
    let mut complaints = Complaints::new(name, text);
    let node = yaml::read(text, &mut complaints);
    let found = complaints.into_list();
    match node {
        Some(node) if found.is_empty() => Ok(node),
        Some(_) | None => Err(LoadErrors::new(found)),
    }
}

fn lay_out(text: &str) -> Result<String, FormatError> {
    let language = LanguageOptions { trailing_comma: false, ..LanguageOptions::default() };
    let layout = LayoutOptions { print_width: WIDTH, indent_width: 2, line_break: LineBreak::Lf };
    let options = FormatOptions { layout, language };
    pretty_yaml::format_text(text, &options).map_err(|error| FormatError::Parse(error.to_string()))
}

/// Says whether two files say the same: the same texts in the same places. Whether a text stands in
/// quotes is part of that, because YAML takes `1.0` without them for a number.
fn same(left: &Node, right: &Node) -> bool {
    match (&left.value, &right.value) {
        (Value::Text { text: left, plain: one }, Value::Text { text: right, plain: other }) => {
            left == right && one == other
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let pairs = || left.iter().zip(right);
            left.len() == right.len()
                && pairs().all(|((name, left), (other, right))| name.text == other.text && same(left, right))
        }
        (Value::Text { .. } | Value::List(_) | Value::Map(_), _) => false,
    }
}

/// Returns the comments of a text in their order, without the blanks at their ends.
fn comments(text: &str) -> Result<Vec<String>, FormatError> {
    let tree = yaml_parser::parse(text).map_err(|error| FormatError::Parse(error.to_string()))?;
    let tokens = tree.descendants_with_tokens().filter_map(|element| element.into_token());
    let comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
    Ok(comments.map(|comment| comment.text().trim_end().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_changes_and_words_and_comments_stay() {
        let text = "# head\nversion:   '1.0'   # in quotes\nrules:\n- {id: a,   action: deny, match: {program: [a,b]}}\n\n\n\n# tail\n- pattern: \"rm\"\n  action: ask\n";
        let formatted = format("x", text).unwrap();
        assert_eq!(
            formatted,
            "# head\nversion: \"1.0\" # in quotes\nrules:\n  - { id: a, action: deny, match: { program: [a, b] } }\n\n  # tail\n  - pattern: \"rm\"\n    action: ask\n"
        );
        assert_eq!(format("x", &formatted).unwrap(), formatted);
    }

    #[test]
    fn what_is_no_policy_is_left_alone() {
        for text in ["a: [1", "a: 1\na: 2", "a: &x 1\nb: *x", "", "a: 1\n---\nb: 2\n"] {
            assert!(format("x", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn texts_with_traps_keep_their_meaning() {
        for text in [
            "a: '1.0'\nb: \"it's\"\nc: 'say \"x\"'\nd: \"\\u001b[2J\\n\"\n",
            "a: |\n  two\n  lines\nb: >-\n  folded\n  text\n",
            "a: \"# no comment\" # one\nb: x#y\n",
            "a: ~\nb:\nc: \"\"\nd: 'null'\n",
            "a: [\n  x, # first\n  y ] # last\n",
        ] {
            let formatted = format("x", text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(format("x", &formatted).unwrap(), formatted);
        }
    }
}
