//! The top level of a policy file.

use super::complaint::Complaints;
use super::fields::{Fields, text};
use super::matching::MatchReader;
use super::rule::{self, DECISIONS, File, RuleWithExamples};
use super::sets::Sets;
use super::source::Loaded;
use super::yaml::{self, Node, Value};
use crate::model::{Decision, Tier};
use crate::policy::catalog::Catalog;
use crate::policy::matcher::Places;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

const KEYS: [&str; 8] = ["version", "metadata", "layer", "debug", "require", "defaults", "sets", "rules"];
const METADATA: [&str; 7] = ["id", "owner", "description", "approved_by", "approved_on", "review_by", "version"];
const DEFAULTS: [&str; 6] =
    ["action", "unknown", "unknown_in_deny_scope", "no_approver", "ask_timeout", "agent_message"];

/// What a file says under `defaults:` and at its top level. Nothing where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) action: Option<Decision>,
    pub(crate) unknown: Option<Decision>,
    pub(crate) unknown_in_deny_scope: Option<Decision>,
    pub(crate) no_approver: Option<Decision>,
    pub(crate) ask_timeout: Option<Duration>,
    pub(crate) agent_message: Option<String>,
    pub(crate) debug: Option<bool>,
    pub(crate) require: Option<Tier>,
}

/// A policy file that was read.
pub(crate) struct Document {
    pub(crate) stated: Stated,
    pub(crate) rules: Vec<RuleWithExamples>,
    pub(crate) id: Option<String>,
    pub(crate) version: Option<String>,
}

/// Reads a policy file. Returns nothing only where it is no mapping at all; where something is wrong
/// with it, `complaints` has grown.
pub(crate) fn read(
    loaded: &Loaded,
    places: &Places,
    catalog: &Catalog,
    complaints: &mut Complaints<'_>,
) -> Option<Document> {
    let root = yaml::read(&loaded.text, complaints)?;
    let fields = Fields::open(&root, "a policy", &KEYS, complaints)?;
    version(&fields, complaints);
    layer(&fields, loaded, complaints);
    let sets = Sets::read(fields.get("sets"), complaints);
    let (id, version) = metadata(fields.get("metadata"), complaints);
    let mut stated = Stated {
        debug: fields.flag("debug", complaints),
        require: require(&fields, complaints),
        ..defaults(fields.get("defaults"), complaints)
    };
    if stated.no_approver == Some(Decision::Ask) {
        let spot = fields.get("defaults").map(|node| node.spot).unwrap_or_default();
        complaints.at("P013", spot, "no_approver cannot be ask: nobody is there", Some("write deny".to_owned()));
        stated.no_approver = None;
    }
    let file = File { path: Arc::new(loaded.name.clone()), layer: loaded.layer };
    let reader = |decision| MatchReader { sets: &sets, places, catalog, decision, negated: false };
    let mut rules = Vec::new();
    for (index, node) in rule_nodes(&fields, complaints).iter().enumerate() {
        rules.extend(rule::read(node, index + 1, &file, reader, complaints));
    }
    duplicates(&rules, complaints);
    Some(Document { stated, rules, id, version })
}

fn version(fields: &Fields<'_>, complaints: &mut Complaints<'_>) {
    let fix = Some("write `version: \"1.0\"`".to_owned());
    let Some(node) = fields.get("version") else {
        complaints.whole("P020", "the file does not say its version", fix);
        return;
    };
    let Some(text) = text(node, "version", complaints) else { return };
    if matches!(&node.value, Value::Text { plain: true, .. }) && text.contains('.') {
        complaints.at("P020", node.spot, "the version is a number here, and 1.10 would be 1.1", fix);
        return;
    }
    let mut parts = text.split('.');
    let major = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let minor = rest.len() <= 1 && rest.iter().all(|minor| minor.parse::<u16>().is_ok());
    if major != "1" || !minor {
        complaints.at("P020", node.spot, format!("this program reads version 1, not {text}"), fix);
    }
}

fn layer(fields: &Fields<'_>, loaded: &Loaded, complaints: &mut Complaints<'_>) {
    use crate::model::Layer;
    let words = [
        ("managed", Layer::Managed),
        ("user", Layer::User),
        ("project", Layer::Project),
        ("session", Layer::Session),
        ("builtin", Layer::Builtin),
    ];
    let Some(said) = fields.word("layer", &words, complaints) else { return };
    if said != loaded.layer {
        let spot = fields.get("layer").map(|node| node.spot).unwrap_or_default();
        let message = format!("the file says layer {}, but it is loaded as {}", said.as_str(), loaded.layer.as_str());
        complaints.at("P021", spot, message, Some("its place decides: leave the key out, or move the file".to_owned()));
    }
}

fn metadata(node: Option<&Node>, complaints: &mut Complaints<'_>) -> (Option<String>, Option<String>) {
    let Some(fields) = node.and_then(|node| Fields::open(node, "metadata", &METADATA, complaints)) else {
        return (None, None);
    };
    for name in METADATA.iter().filter(|name| !matches!(**name, "id" | "version")) {
        fields.texts(name, complaints);
    }
    let own = |text: Option<&str>| text.map(str::to_owned);
    (own(fields.text("id", complaints)), own(fields.text("version", complaints)))
}

fn require(fields: &Fields<'_>, complaints: &mut Complaints<'_>) -> Option<Tier> {
    let word = fields.text("require", complaints)?;
    let tier = word.parse();
    if let Err(problem) = &tier {
        let spot = fields.get("require").map(|node| node.spot).unwrap_or_default();
        complaints.at("P013", spot, format!("\"{word}\" is not a tier"), Some(String::clone(problem)));
    }
    tier.ok()
}

fn defaults(node: Option<&Node>, complaints: &mut Complaints<'_>) -> Stated {
    let Some(fields) = node.and_then(|node| Fields::open(node, "defaults", &DEFAULTS, complaints)) else {
        return Stated::default();
    };
    let ask_timeout = fields.get("ask_timeout").and_then(|node| {
        let found = text(node, "ask_timeout", complaints)?;
        let duration = duration(found);
        if duration.is_none() {
            let fix = "write for example `ask_timeout: 5m`; 1s to 24h".to_owned();
            complaints.at("P015", node.spot, format!("\"{found}\" is not a time"), Some(fix));
        }
        duration
    });
    Stated {
        action: fields.word("action", &DECISIONS, complaints),
        unknown: fields.word("unknown", &DECISIONS, complaints),
        unknown_in_deny_scope: fields.word("unknown_in_deny_scope", &DECISIONS, complaints),
        no_approver: fields.word("no_approver", &DECISIONS, complaints),
        ask_timeout,
        agent_message: fields.text("agent_message", complaints).map(str::to_owned),
        debug: None,
        require: None,
    }
}

/// Reads `90s`, `5m`, `1h`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    let seconds = number.checked_mul(factor).filter(|seconds| (1..=24 * 3600).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}

fn rule_nodes<'node>(fields: &Fields<'node>, complaints: &mut Complaints<'_>) -> &'node [Node] {
    let fix = Some("write `rules: []` where only the defaults shall hold".to_owned());
    match fields.get("rules") {
        None => complaints.whole("P022", "the file has no rules", fix),
        Some(node) if node.is_null() => complaints.at("P022", node.spot, "rules is there, but nothing is in it", fix),
        Some(node) => return super::fields::list(node, "rules", complaints),
    }
    &[]
}

fn duplicates(rules: &[RuleWithExamples], complaints: &mut Complaints<'_>) {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for RuleWithExamples { rule, .. } in rules {
        let place = &rule.place;
        if let Some(first) = seen.get(rule.id.as_str()) {
            let spot = super::complaint::Spot { line: place.line, column: place.column, width: 1 };
            let message = format!("the id \"{}\" stands here a second time (first in line {first})", rule.id);
            complaints.at("P023", spot, message, Some("give one of them another id".to_owned()));
        } else {
            seen.insert(rule.id.as_str(), place.line);
        }
    }
}
