//! YAML text → a tree in which every node knows where it stands.
//!
//! The policy language is the plain part of YAML: no anchor, alias, tag, merge key or second
//! document, because each lets a file mean something other than what a reader sees. A tree, and not
//! typed deserialisation, so that one pass reports every error of a file and not only the first.

use super::complaint::{Complaints, Spot};
use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, Span};

/// A node of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) spot: Spot,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Text; `plain` where it stands without quotes, so that YAML may take it for something else.
    Text { text: String, plain: bool },
    /// `[a, b]`.
    List(Vec<Node>),
    /// `{a: b}`, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) spot: Spot,
}

impl Node {
    /// Says whether the node is YAML's null: nothing at all, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        match &self.value {
            Value::Text { text, plain } => *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
            Value::List(_) | Value::Map(_) => false,
        }
    }

    /// Names the kind of the node for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text { .. } if self.is_null() => "nothing",
            Value::Text { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// How deep a policy file may nest.
const DEPTH: usize = 32;

type Events<'a> = Parser<'a, serde_yaml::granit_parser::StrInput<'a>>;

/// Reads the one document of a text. Complains and returns nothing where it is not plain YAML.
pub(crate) fn read(text: &str, complaints: &mut Complaints<'_>) -> Option<Node> {
    let mut reader = Reader { events: Parser::new_from_str(text), complaints };
    let root = reader.document().ok()?;
    if root.is_none() {
        reader.complaints.whole(
            "P007",
            "the file says nothing",
            Some("a policy needs at least `version: \"1.0\"` and `rules:`".to_owned()),
        );
    }
    root
}

/// Marks that a complaint was made and reading cannot go on.
struct Refused;

struct Reader<'text, 'complaints, 'file> {
    events: Events<'text>,
    complaints: &'complaints mut Complaints<'file>,
}

/// Turns a span of the parser into a spot. The parser counts columns from 0.
fn spot(span: &Span) -> Spot {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let same_line = span.start.line() == span.end.line();
    let width = if same_line { span.end.col().saturating_sub(span.start.col()) } else { 1 };
    Spot { line: number(span.start.line()), column: number(span.start.col() + 1), width: number(width.max(1)) }
}

impl<'text> Reader<'text, '_, '_> {
    fn next(&mut self) -> Result<Option<(Event<'text>, Spot)>, Refused> {
        loop {
            return match self.events.next_event() {
                None => Ok(None),
                Some(Ok((Event::Comment(..), _))) => continue,
                Some(Ok((event, span))) => Ok(Some((event, spot(&span)))),
                Some(Err(error)) => {
                    let marker = error.marker();
                    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
                    let at = Spot { line: number(marker.line()), column: number(marker.col() + 1), width: 1 };
                    self.complaints.at("P004", at, format!("not YAML: {}", error.kind()), None);
                    Err(Refused)
                }
            };
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Refused> {
        let mut root = None;
        while let Some((event, at)) = self.next()? {
            if matches!(event, Event::DocumentStart(..)) && root.is_some() {
                self.refuse("P006", at, "a second document", "one file holds one policy: make two files of it")?;
            }
            if event.is_node() {
                root = Some(self.node(event, at, 0)?);
            }
        }
        Ok(root.filter(|node: &Node| !node.is_null()))
    }

    fn refuse<T>(&mut self, code: &'static str, at: Spot, message: &str, fix: &str) -> Result<T, Refused> {
        self.complaints.at(code, at, message, Some(fix.to_owned()));
        Err(Refused)
    }

    fn node(&mut self, event: Event<'text>, at: Spot, depth: usize) -> Result<Node, Refused> {
        if depth > DEPTH {
            return self.refuse("P004", at, "nested too deeply", "a policy never needs more than 32 levels");
        }
        if event.tag().is_some() {
            return self.refuse("P005", at, "a tag", "leave out the `!tag`: keys say what a value is");
        }
        if event.is_alias() || event.anchor_id().is_some() {
            return self.refuse("P005", at, "an anchor or alias", "write the value out, or name it under `sets:`");
        }
        let value = if let Event::Scalar(text, style, ..) = event {
            Value::Text { text: text.into_owned(), plain: style == ScalarStyle::Plain }
        } else if matches!(event, Event::SequenceStart(..)) {
            self.list(depth)?
        } else {
            self.map(depth)?
        };
        Ok(Node { value, spot: at })
    }

    fn list(&mut self, depth: usize) -> Result<Value, Refused> {
        let mut items = Vec::new();
        while let Some((event, at)) = self.next()? {
            if matches!(event, Event::SequenceEnd) {
                break;
            }
            items.push(self.node(event, at, depth + 1)?);
        }
        Ok(Value::List(items))
    }

    fn map(&mut self, depth: usize) -> Result<Value, Refused> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        while let Some((event, at)) = self.next()? {
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.node(event, at, depth + 1)?;
            let Value::Text { text, .. } = key.value else {
                return self.refuse("P004", at, "a key that is not a word", "keys are single words");
            };
            if text == "<<" {
                return self.refuse("P005", at, "a merge key", "write the keys out");
            }
            let Some((event, value_at)) = self.next()? else { break };
            let value = self.node(event, value_at, depth + 1)?;
            if let Some((first, _)) = entries.iter().find(|(known, _)| known.text == text) {
                let message = format!("key \"{text}\" stands here a second time (first in line {})", first.spot.line);
                self.complaints.at("P008", at, message, Some("keep one of the two".to_owned()));
            } else {
                entries.push((Key { text, spot: at }, value));
            }
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<(&'static str, u32, u32)> {
        let mut found = Complaints::new("test", text);
        read(text, &mut found);
        found.into_list().iter().map(|one| (one.code, one.line, one.column)).collect()
    }

    #[test]
    fn what_hides_meaning_is_refused_where_it_stands() {
        assert_eq!(complaints("a: 1\nb: !x 2"), [("P005", 2, 7)]);
        assert_eq!(complaints("a: &x 1\nb: *x"), [("P005", 1, 7)]);
        assert_eq!(complaints("a: {<<: {b: 1}}"), [("P005", 1, 5)]);
        assert_eq!(complaints("a: 1\n---\nb: 2"), [("P006", 2, 1)]);
        assert_eq!(complaints("a: 1\nb: 2\na: 3"), [("P008", 3, 1)]);
        assert_eq!(complaints("a: [1"), [("P004", 1, 4)]);
    }

    #[test]
    fn nothing_is_not_a_policy() {
        for text in ["", "# only a comment\n", "~", "---\n...\n"] {
            assert_eq!(complaints(text), [("P007", 0, 0)], "{text:?}");
        }
    }
}
