//! `approval:`, `obligations:` and `limit:`.

use crate::policy::demands::{Approval, Bound, Obligation, Remember};
use crate::policy::limit::{Limit, LimitKey};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::yaml::{Node, Value};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
const SECOND: Duration = Duration::from_secs(1);

const BOUND: &[&str] = &["argv", "cwd", "env", "program_digest", "policy_digest"];
const BOUNDS: [Bound; 5] = [Bound::Argv, Bound::Cwd, Bound::Env, Bound::ProgramDigest, Bound::PolicyDigest];

/// The keys of `approval`.
pub(super) const APPROVAL: &[Key] = &[
    Key::new("approvers", Kind::Texts, "Who may say yes: `user:NAME`, `group:NAME`, `role:NAME`."),
    Key::new("quorum", Kind::Number, "How many must say yes."),
    Key::new("not_requester", Kind::Flag, "The session's own user does not count."),
    Key::new("timeout", Kind::Duration, "How long the question waits."),
    Key::new("on_timeout", Kind::Word(&["deny"]), "What becomes of it without an answer."),
    Key::new("remember", Kind::Word(&["never", "once", "session", "project"]), "For how long an answer may hold."),
    Key::new("bind_to", Kind::Words(BOUND), "What an answer is bound to."),
    Key::new("require_reason", Kind::Flag, "An answer needs a reason."),
    Key::new("channel", Kind::Texts, "Where people are asked."),
];

/// Reads `approval`.
pub(super) fn approval(node: &Node, complaints: &mut Complaints<'_>) -> Option<Approval> {
    let fields = Fields::open(node, "approval", APPROVAL, complaints)?;
    let own = |name: &str, complaints: &mut Complaints<'_>| -> Vec<String> {
        fields.texts(name, complaints).into_iter().map(|(text, _)| text.to_owned()).collect()
    };
    for (name, spot) in fields.texts("approvers", complaints) {
        let known = name
            .split_once(':')
            .is_some_and(|(kind, name)| matches!(kind, "user" | "group" | "role") && !name.is_empty());
        if !known {
            let fix = "write user:NAME, group:NAME or role:NAME".to_owned();
            complaints.at("P015", spot, format!("\"{name}\" is no approver"), Some(fix));
        }
    }
    let quorum = fields.number("quorum", complaints).unwrap_or(1);
    if quorum == 0 {
        let spot = fields.get("quorum").map(|node| node.spot).unwrap_or_default();
        complaints.at("P015", spot, "a quorum of nobody", Some("write `action: allow`, or a number".to_owned()));
    }
    fields.word("on_timeout", &[("deny", ())], complaints);
    let remember = [
        ("never", Remember::Never),
        ("once", Remember::Once),
        ("session", Remember::Session),
        ("project", Remember::Project),
    ];
    let mut bind_to = Vec::new();
    for (word, spot) in fields.texts("bind_to", complaints) {
        match BOUND.iter().zip(BOUNDS).find(|(known, _)| **known == word) {
            Some((_, bound)) => bind_to.push(bound),
            None => {
                let fix = format!("write one of: {}", BOUND.join(", "));
                complaints.at("P013", spot, format!("\"{word}\" is not a value of bind_to"), Some(fix));
            }
        }
    }
    Some(Approval {
        approvers: own("approvers", complaints),
        quorum,
        not_requester: fields.flag("not_requester", complaints).unwrap_or_default(),
        timeout: fields.duration("timeout", SECOND..=DAY, complaints),
        remember: fields.word("remember", &remember, complaints).unwrap_or_default(),
        bind_to,
        require_reason: fields.flag("require_reason", complaints).unwrap_or_default(),
        channel: own("channel", complaints),
    })
}

const DRY_RUN: &[Key] = &[
    Key::new("command", Kind::Texts, "The command, word by word."),
    Key::new("attach", Kind::Flag, "Its output is shown to whoever is asked."),
];
const BACKUP: &[Key] = &[
    Key::new("paths", Kind::Texts, "Patterns for the files."),
    Key::new("to", Kind::Text, "The folder that they are copied into."),
];
const SANDBOX: &[Key] = &[Key::new("profile", Kind::Text, "How the program is confined.")];
const REDACT: &[Key] = &[Key::new("env", Kind::Texts, "Patterns for the names of variables.")];

/// The keys of an obligation.
pub(super) const OBLIGATION: &[Key] = &[
    Key::new("dry_run", Kind::Mapping(DRY_RUN), "A command is run first."),
    Key::new("backup", Kind::Mapping(BACKUP), "Files are copied first."),
    Key::new("sandbox", Kind::Mapping(SANDBOX), "The program runs confined."),
    Key::new("redact", Kind::Mapping(REDACT), "Variables are kept out of the record."),
];

/// Reads `obligations`.
pub(super) fn obligations(node: &Node, complaints: &mut Complaints<'_>) -> Vec<Obligation> {
    let items = match &node.value {
        Value::Map(_) => std::slice::from_ref(node),
        Value::List(_) | Value::Text { .. } => list(node, "obligations", complaints),
    };
    items.iter().filter_map(|item| obligation(item, complaints)).collect()
}

fn obligation(node: &Node, complaints: &mut Complaints<'_>) -> Option<Obligation> {
    let fields = Fields::open(node, "an obligation", OBLIGATION, complaints)?;
    let [(key, body)] = fields.entries() else {
        let fix = "write one per item: `- sandbox: { profile: … }`".to_owned();
        complaints.at("P014", node.spot, "an obligation is one thing", Some(fix));
        return None;
    };
    let own = |found: Vec<(&str, _)>| found.into_iter().map(|(text, _)| text.to_owned()).collect();
    let mut open = |known: &'static [Key]| {
        let fields = Fields::open(body, &key.text, known, complaints)?;
        // `attach` alone may be left out.
        for key in known.iter().filter(|key| key.name != "attach" && fields.get(key.name).is_none()) {
            let fix = format!("add `{}:`", key.name);
            complaints.at("P011", body.spot, format!("an obligation without {}", key.name), Some(fix));
        }
        Some(fields)
    };
    match key.text.as_str() {
        "dry_run" => {
            let fields = open(DRY_RUN)?;
            let attach = fields.flag("attach", complaints).unwrap_or_default();
            Some(Obligation::DryRun { command: own(fields.texts("command", complaints)), attach })
        }
        "backup" => {
            let fields = open(BACKUP)?;
            let paths = own(fields.texts("paths", complaints));
            Some(Obligation::Backup { paths, to: fields.text("to", complaints)?.to_owned() })
        }
        "sandbox" => {
            let fields = open(SANDBOX)?;
            Some(Obligation::Sandbox { profile: fields.text("profile", complaints)?.to_owned() })
        }
        "redact" => {
            let fields = open(REDACT)?;
            Some(Obligation::Redact { env: own(fields.texts("env", complaints)) })
        }
        _ => None,
    }
}

const KEY: &[&str] = &["session", "rule", "program", "cwd", "host"];
const LIMIT_KEYS: [LimitKey; 5] = [LimitKey::Session, LimitKey::Rule, LimitKey::Program, LimitKey::Cwd, LimitKey::Host];

/// The keys of `limit`.
pub(super) const LIMIT: &[Key] = &[
    Key::new("count", Kind::Number, "How often it may happen."),
    Key::new("cost", Kind::Number, "What it may cost; cannot be measured yet."),
    Key::new("files_deleted", Kind::Number, "How many files it may delete; cannot be measured yet."),
    Key::new("bytes_out", Kind::Number, "How many bytes it may send; cannot be measured yet."),
    Key::new("per", Kind::Duration, "In how long."),
    Key::new("key", Kind::Words(KEY), "What has a budget of its own."),
];

/// Reads `limit`.
pub(super) fn limit(node: &Node, complaints: &mut Complaints<'_>) -> Option<Limit> {
    let fields = Fields::open(node, "limit", LIMIT, complaints)?;
    let measures: Vec<&str> =
        ["count", "cost", "files_deleted", "bytes_out"].into_iter().filter(|name| fields.get(name).is_some()).collect();
    for name in measures.iter().filter(|name| **name != "count") {
        fields.number::<u64>(name, complaints);
    }
    if measures.len() != 1 {
        let fix = "write for example `{ count: 60, per: 1m }`".to_owned();
        complaints.at("P011", node.spot, "a limit is of one thing", Some(fix));
    }
    if fields.get("per").is_none() {
        complaints.at("P011", node.spot, "a limit without per", Some("add for example `per: 1m`".to_owned()));
    }
    let mut key = Vec::new();
    for (word, spot) in fields.texts("key", complaints) {
        match KEY.iter().zip(LIMIT_KEYS).find(|(known, _)| **known == word) {
            Some((_, found)) => key.push(found),
            None => {
                let fix = format!("write one of: {}; budgets are kept for one session", KEY.join(", "));
                complaints.at("P013", spot, format!("\"{word}\" is not a value of key"), Some(fix));
            }
        }
    }
    let per = fields.duration("per", SECOND..=30 * DAY, complaints)?;
    Some(Limit { count: fields.number("count", complaints), per, key })
}
