//! One line of a record as one line of text for people. Everything foreign is escaped and shortened.

use super::entry::{Entry, Line};
use crate::model::text::{self, COMMAND_LIMIT};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt as _;

/// How many characters of a text member are shown.
const TEXT_LIMIT: usize = 160;

/// Returns an entry as one line: time, what happened, to what, and why.
#[must_use]
pub fn one_line(entry: &Entry) -> String {
    let line = match entry {
        Entry::Line(line) => line,
        Entry::Damaged { number, shown } => return format!("????????.???          DAMAGED    line {number}: {shown}"),
    };
    // `2026-11-20T09:00:00.001373Z` without the date and the last digits; the rest is for --json.
    let time: String = line.text("ts").unwrap_or_default().chars().skip(11).take(12).collect();
    let (word, rest) = describe(line);
    let number = line.seq().map_or_else(String::new, |seq| format!("#{seq}"));
    format!("{:12}  {number:>6}  {word:<9}  {rest}", text::escape(time.as_bytes()))
}

fn describe(line: &Line) -> (String, String) {
    match line.kind() {
        "decision" => (shown(line.members().get("decision")), decision(line)),
        "approval" => (shown(line.members().get("answer")), approval(line)),
        "outcome" => ("outcome".into(), outcome(line)),
        "session_start" => ("start".into(), start(line)),
        "policy_loaded" => ("policy".into(), policy(line)),
        "gap" => ("GAP".into(), gap(line)),
        "checkpoint" => ("proof".into(), format!("checkpoint over {} lines", shown(line.members().get("size")))),
        "session_end" => ("end".into(), end(line)),
        other => (text::shorten(&text::escape(other.as_bytes()), 9), "(a kind that this version does not know)".into()),
    }
}

/// Returns the bytes that a member of a record stands for; nothing where they are kept beside the record.
#[must_use]
pub fn foreign_bytes(value: &Value) -> Option<OsString> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Object(members) => {
            let encoded = members.get("b64").and_then(Value::as_str)?;
            STANDARD.decode(encoded).ok().map(OsString::from_vec)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// Returns the foreign bytes that a value stands for.
fn foreign(value: &Value) -> OsString {
    if let Some(text) = value.as_str() {
        return text.into();
    }
    if let Some(encoded) = value.get("b64").and_then(Value::as_str) {
        return OsString::from_vec(STANDARD.decode(encoded).unwrap_or_default());
    }
    match value.get("blob").and_then(|blob| blob.get("bytes")) {
        Some(bytes) => format!("<{bytes} bytes, kept beside the record>").into(),
        None => value.to_string().into(),
    }
}

/// Returns a value as safe text; nothing for what is not there.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(value) => text::shorten(&text::escape_os(&foreign(value)), TEXT_LIMIT),
    }
}

fn command(argv: Option<&Value>) -> String {
    match argv {
        Some(Value::Array(words)) => {
            let words: Vec<OsString> = words.iter().map(foreign).collect();
            text::command(&words, COMMAND_LIMIT)
        }
        other => shown(other),
    }
}

fn decision(line: &Line) -> String {
    let mut out = command(line.inner("action", "argv"));
    let exe = line.inner("action", "exe").map(foreign).unwrap_or_default();
    let named = line.inner("action", "argv").and_then(|argv| argv.get(0)).map(foreign).unwrap_or_default();
    // The file that runs, where argv[0] does not end like it.
    if std::path::Path::new(&named).file_name() != std::path::Path::new(&exe).file_name() {
        out.push_str(&format!("  [{}]", text::argument(OsStr::new(&exe), TEXT_LIMIT)));
    }
    out.push_str(&format!("  ({}", shown(line.members().get("rule"))));
    if let Some(source) = line.members().get("rule_source") {
        out.push_str(&format!(" at {}:{}", shown(source.get("file")), shown(source.get("line"))));
    }
    out.push(')');
    if let Some(reason) = line.members().get("reason") {
        out.push_str(&format!(" \u{2014} {}", shown(Some(reason))));
    }
    if line.text("mode") == Some("observe") {
        out.push_str("  [observed, not carried out]");
    }
    out
}

fn approval(line: &Line) -> String {
    let mut out = format!("#{}", shown(line.members().get("of_seq")));
    if let Some(approver) = line.members().get("approver") {
        out.push_str(&format!(" by {} ({})", shown(approver.get("id")), shown(approver.get("method"))));
    }
    if let Some(scope) = line.members().get("scope") {
        out.push_str(&format!(", {}", shown(Some(scope))));
    }
    let waited = line.number("waited_ms").unwrap_or_default();
    out.push_str(&format!(", after {}.{:01} s", waited / 1000, waited % 1000 / 100));
    if let Some(message) = line.members().get("message") {
        out.push_str(&format!(" \u{2014} {}", shown(Some(message))));
    }
    out
}

fn outcome(line: &Line) -> String {
    let of = shown(line.members().get("of_seq"));
    let detail = match line.text("state") {
        Some("exited") => format!("exit {}", shown(line.members().get("exit"))),
        Some("killed") => format!("signal {}", shown(line.members().get("signal"))),
        _ => shown(line.members().get("state")),
    };
    match line.number("wall_us") {
        Some(wall) => format!("#{of} {detail} after {}.{:03} s", wall / 1_000_000, wall % 1_000_000 / 1000),
        None => format!("#{of} {detail}"),
    }
}

fn start(line: &Line) -> String {
    format!(
        "{} on {} as {} (uid {}), tier {}, {}: {}",
        shown(line.members().get("session")),
        shown(line.inner("host", "id")),
        shown(line.inner("agent", "name")),
        shown(line.inner("principal", "uid")),
        shown(line.inner("tiers", "exec")),
        shown(line.members().get("mode")),
        command(line.inner("agent", "argv")),
    )
}

fn policy(line: &Line) -> String {
    let digest: String = shown(line.inner("policy", "sha256")).chars().take(12).collect();
    format!(
        "{} ({}, {} rules, {digest})",
        shown(line.inner("policy", "path")),
        shown(line.inner("policy", "layer")),
        shown(line.inner("policy", "rules")),
    )
}

/// Returns the words for a gap, escaped.
pub(in crate::audit) fn gap(line: &Line) -> String {
    let lost = shown(line.inner("lost", "max"));
    let mut out = format!("{}, {lost} not recorded", shown(line.members().get("cause")));
    out.push_str(match line.text("mode") {
        Some("deny_all") => ", everything refused meanwhile",
        _ => "",
    });
    if let Some(detail) = line.members().get("detail") {
        out.push_str(&format!(" \u{2014} {}", shown(Some(detail))));
    }
    out
}

fn end(line: &Line) -> String {
    let how = match (line.number("exit"), line.number("signal")) {
        (Some(exit), _) => format!(", exit {exit}"),
        (None, Some(signal)) => format!(", signal {signal}"),
        (None, None) => String::new(),
    };
    format!("{}{how}, {} programs", shown(line.members().get("reason")), shown(line.inner("children", "total")))
}
