//! One item of `rules:`.

use super::complaint::Complaints;
use super::example::{self, Example};
use super::fields::{Fields, text};
use super::matching::MatchReader;
use super::pattern;
use super::yaml::Node;
use crate::model::{Decision, Layer, Place, RuleId, Severity};
use crate::policy::rule::Rule;
use std::path::PathBuf;
use std::sync::Arc;

const KEYS: [&str; 11] =
    ["id", "title", "pattern", "match", "action", "reason", "suggest", "severity", "controls", "tags", "examples"];

/// The words for decisions.
pub(super) const DECISIONS: [(&str, Decision); 3] =
    [("allow", Decision::Allow), ("ask", Decision::Ask), ("deny", Decision::Deny)];

const SEVERITIES: [(&str, Severity); 4] =
    [("low", Severity::Low), ("medium", Severity::Medium), ("high", Severity::High), ("critical", Severity::Critical)];

/// A rule with the examples that stand beside it.
pub(crate) struct RuleWithExamples {
    pub(crate) rule: Rule,
    pub(crate) examples: Vec<Example>,
}

/// Which file a rule stands in.
pub(super) struct File {
    pub(super) path: Arc<PathBuf>,
    pub(super) layer: Layer,
}

/// Reads a rule. `reader` makes the matcher reader once the decision is known.
pub(super) fn read<'a, 'node: 'a>(
    node: &'node Node,
    number: usize,
    file: &File,
    reader: impl Fn(Decision) -> MatchReader<'a, 'node>,
    complaints: &mut Complaints<'_>,
) -> Option<RuleWithExamples> {
    let before = complaints.count();
    let fields = Fields::open(node, "a rule", &KEYS, complaints)?;
    if fields.get("action").is_none() {
        let fix = "add `action: deny`, `action: ask` or `action: allow`".to_owned();
        complaints.at("P011", node.spot, "a rule without action", Some(fix));
    }
    let decision = fields.word("action", &DECISIONS, complaints);
    let id = fields.text("id", complaints).map(str::to_owned);
    if let (Some(id), Some(node)) = (&id, fields.get("id"))
        && (id.is_empty() || id.contains(|c: char| c.is_whitespace() || c.is_control()))
    {
        complaints.at("P015", node.spot, "an id is one word", Some("for example `git.force-push`".to_owned()));
    }
    // A matcher is read even where the action is missing, so that its own errors show at once.
    let reader = reader(decision.unwrap_or(Decision::Deny));
    let matcher = match (fields.get("pattern"), fields.get("match")) {
        (Some(node), None) => text(node, "pattern", complaints)
            .and_then(|text| pattern::read(text, node.spot, reader.catalog, complaints)),
        (None, Some(node)) => reader.read(node, complaints),
        (Some(_), Some(second)) => {
            let fix = "keep one of the two".to_owned();
            complaints.at("P016", second.spot, "a rule with both pattern and match", Some(fix));
            None
        }
        (None, None) => {
            let fix = "add `pattern: \"git push --force\"` or `match: { program: git }`".to_owned();
            complaints.at("P011", node.spot, "a rule without pattern or match", Some(fix));
            None
        }
    };
    let words = |name: &str, complaints: &mut Complaints<'_>| -> Arc<[String]> {
        fields.texts(name, complaints).into_iter().map(|(text, _)| text.to_owned()).collect()
    };
    let shared = |name: &str, complaints: &mut Complaints<'_>| fields.text(name, complaints).map(Arc::from);
    let examples = fields.get("examples").map(|node| example::read(node, complaints)).unwrap_or_default();
    let rule = Rule {
        id: RuleId::new(&id.unwrap_or_else(|| format!("rule-{number}"))),
        decision: decision.unwrap_or(Decision::Deny),
        place: Place {
            file: Arc::clone(&file.path),
            line: node.spot.line,
            column: node.spot.column,
            layer: file.layer,
        },
        title: shared("title", complaints),
        reason: shared("reason", complaints),
        suggest: shared("suggest", complaints),
        severity: fields.word("severity", &SEVERITIES, complaints),
        controls: words("controls", complaints),
        tags: words("tags", complaints),
        matcher: matcher?,
    };
    (complaints.count() == before).then_some(RuleWithExamples { rule, examples })
}
