//! `tollgate policy show`.

use super::given::{Error, Here};
use crate::cli::args::PolicyArgs;
use crate::cli::output;
use crate::model::text::{escape, escape_os};
use crate::model::{Severity, exit};
use crate::policy::{Policy, Rule, Statement, statements};

pub(super) fn show(given: &PolicyArgs, json: bool) -> Result<u8, Error> {
    let here = Here::find(None)?;
    let sources = here.all(given);
    let policy = Policy::load(&sources, &here.context()?)?;
    let stated = statements(&sources)?;
    if json {
        output::json(&as_json(&policy, &stated));
    } else {
        output::text(as_text(&policy, &stated));
    }
    Ok(exit::SUCCESS)
}

/// Returns what holds, as key and value.
fn holds(policy: &Policy) -> Vec<(&'static str, String)> {
    let defaults = policy.defaults();
    let mut found = vec![
        ("action", defaults.action.to_string()),
        ("unknown", defaults.unknown.to_string()),
        ("unknown_in_deny_scope", defaults.unknown_in_deny_scope.to_string()),
        ("no_approver", defaults.no_approver.to_string()),
        ("ask_timeout", format!("{}s", defaults.ask_timeout.as_secs())),
        ("agent_message", defaults.agent_message.clone().unwrap_or_default()),
        ("debug", policy.debug().to_string()),
        ("require", policy.require().map_or_else(String::new, |tier| tier.to_string())),
    ];
    found.retain(|(_, value)| !value.is_empty());
    found
}

/// Says whether a statement says what holds. Lengths of time are written in several ways.
fn says(statement: &Statement, value: &str) -> bool {
    let seconds = |text: &str| {
        let unit = text.chars().next_back()?;
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(number * if unit == 'h' { 3600 } else { u64::from(unit == 'm') * 59 + 1 })
    };
    statement.value == value || (statement.key == "ask_timeout" && seconds(&statement.value) == seconds(value))
}

fn as_text(policy: &Policy, stated: &[Statement]) -> String {
    let mut out = String::from("Files\n");
    for file in policy.files() {
        let digest: String = file.digest.to_string().chars().take(12).collect();
        let id = file.id.as_deref().map(|id| format!(", {}", escape(id.as_bytes()))).unwrap_or_default();
        let path = escape_os(file.path.as_os_str());
        out.push_str(&format!("  {:<8} {path} ({} rules{id}, sha256 {digest}…)\n", file.layer.as_str(), file.rules));
    }
    out.push_str("\nDefaults\n");
    for (key, value) in holds(policy) {
        out.push_str(&format!("  {key:<22} {}\n", escape(value.as_bytes())));
        for one in stated.iter().filter(|one| one.key == key) {
            let note = if says(one, &value) {
                String::new()
            } else {
                format!(": {}, does not hold", escape(one.value.as_bytes()))
            };
            let file = escape_os(one.file.as_os_str());
            out.push_str(&format!("  {:<22}   {} {file}:{}{note}\n", "", one.layer.as_str(), one.line));
        }
    }
    out.push_str("\nRules (the strictest that matches decides, whatever the order)\n");
    for rule in policy.rules() {
        let place = &rule.place;
        let file = escape_os(place.file.as_os_str());
        out.push_str(&format!("  {}  {}", output::decision(rule.decision), escape(rule.id.as_str().as_bytes())));
        if let Some(title) = &rule.title {
            out.push_str(&format!(": {}", escape(title.as_bytes())));
        }
        out.push_str(&format!("\n         {} {file}:{}\n", place.layer.as_str(), place.line));
    }
    if !policy.notes().is_empty() {
        out.push_str("\nWhat does not count\n");
        for note in policy.notes() {
            out.push_str(&format!("  {}\n", escape(note.as_bytes())));
        }
    }
    out
}

fn as_json(policy: &Policy, stated: &[Statement]) -> serde_json::Value {
    let files: Vec<serde_json::Value> = policy
        .files()
        .iter()
        .map(|file| {
            serde_json::json!({
                "file": file.path.to_string_lossy(),
                "layer": file.layer.as_str(),
                "sha256": file.digest.to_string(),
                "rules": file.rules,
                "id": file.id,
                "version": file.version,
            })
        })
        .collect();
    let mut defaults = serde_json::Map::new();
    for (key, value) in holds(policy) {
        let sources: Vec<serde_json::Value> = stated
            .iter()
            .filter(|one| one.key == key)
            .map(|one| {
                serde_json::json!({
                    "value": one.value,
                    "file": one.file.to_string_lossy(),
                    "line": one.line,
                    "layer": one.layer.as_str(),
                    "holds": says(one, &value),
                })
            })
            .collect();
        defaults.insert(key.to_owned(), serde_json::json!({ "value": value, "stated": sources }));
    }
    let rules: Vec<serde_json::Value> = policy.rules().iter().map(rule_json).collect();
    serde_json::json!({
        "policy": policy.digest().to_string(),
        "files": files,
        "defaults": defaults,
        "rules": rules,
        "notes": policy.notes(),
    })
}

fn rule_json(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "rule": rule.id.as_str(),
        "decision": rule.decision.as_str(),
        "layer": rule.place.layer.as_str(),
        "file": rule.place.file.to_string_lossy(),
        "line": rule.place.line,
        "column": rule.place.column,
        "title": rule.title.as_deref(),
        "reason": rule.reason.as_deref(),
        "suggest": rule.suggest.as_deref(),
        "severity": rule.severity.map(Severity::as_str),
        "controls": &*rule.controls,
        "tags": &*rule.tags,
    })
}
