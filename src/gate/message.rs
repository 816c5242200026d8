//! The one line that a caller reads when it is refused.

use crate::model::text::{COMMAND_LIMIT, command, escape, shorten};
use crate::model::{Basis, Evaluation, Outcome, Request};
use crate::policy::Defaults;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// The most characters of a reason or suggestion.
const REASON_LIMIT: usize = 400;

/// Returns the line, without the leading `tollgate: ` and the line feed:
/// `denied by rule RULE: PROGRAM ARGS… — REASON. SUGGESTION`.
pub(super) fn refusal(request: &Request, evaluation: &Evaluation, basis: &Basis, defaults: &Defaults) -> String {
    let timeout = defaults.ask_timeout;
    let what = shown(request);
    let rule = shorten(&escape(evaluation.rule_name().as_bytes()), 80);
    let by = match (basis, evaluation.outcome) {
        (Basis::Policy | Basis::Grant(_), Outcome::Rule(_)) => format!("denied by rule {rule}"),
        (Basis::Policy | Basis::Grant(_), Outcome::Default) => "denied by default".to_owned(),
        (Basis::Policy | Basis::Grant(_), Outcome::Unknown) => "denied, because a part cannot be known".to_owned(),
        (Basis::Person { .. }, _) => format!("denied by a person (asked by rule {rule})"),
        (Basis::Timeout, _) => {
            format!("denied, because nobody answered in {} s (asked by rule {rule})", timeout.as_secs())
        }
        (Basis::NoApprover, _) => format!("denied by rule {rule}, which asks, and nobody is there to answer"),
        (Basis::Cancelled, _) => format!("denied, because the caller gave up waiting (asked by rule {rule})"),
        (Basis::Fault(error), _) => format!("refused, because {}", shorten(&escape(error.as_bytes()), REASON_LIMIT)),
    };
    let mut line = format!("{by}: {what}");
    let deciding = evaluation.deciding();
    let reason = match basis {
        Basis::Person { message: Some(message) } => Some(message.as_str()),
        Basis::Policy
        | Basis::Person { message: None }
        | Basis::Grant(_)
        | Basis::Timeout
        | Basis::NoApprover
        | Basis::Cancelled
        | Basis::Fault(_) => deciding.and_then(|found| found.reason.as_deref()).or(default_reason(evaluation)),
    };
    if let Some(reason) = reason {
        line.push_str(" — ");
        line.push_str(&sentence(reason));
    }
    if let Some(suggestion) = deciding.and_then(|found| found.suggest.as_deref()) {
        line.push(' ');
        line.push_str(&sentence(suggestion));
    }
    if let Some(message) = &defaults.agent_message {
        line.push(' ');
        line.push_str(&sentence(message));
    }
    line
}

/// Returns the line for a request that never reached the policy.
pub(super) fn fault(request: &Request, error: &str) -> String {
    format!("refused: {} — {}", shown(request), sentence(error))
}

fn default_reason(evaluation: &Evaluation) -> Option<&'static str> {
    match evaluation.outcome {
        Outcome::Default => Some("no rule allows it"),
        Outcome::Rule(_) | Outcome::Unknown => None,
    }
}

/// Returns the command, with the path that was executed where `argv[0]` says something else: it is the
/// caller's to choose.
fn shown(request: &Request) -> String {
    let executed = request.named.as_ref().unwrap_or(&request.program.path).as_os_str();
    let mut argv: Vec<&OsStr> = request.argv.iter().map(OsString::as_os_str).collect();
    match argv.first_mut() {
        Some(zeroth) if base(zeroth) == base(executed) => {}
        Some(zeroth) => *zeroth = executed,
        None => argv.push(executed),
    }
    command(&argv, COMMAND_LIMIT)
}

/// Returns the last part of a path, without the dash of a login shell.
fn base(path: &OsStr) -> &[u8] {
    let name = path.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    name.strip_prefix(b"-").unwrap_or(name)
}

/// Returns the text escaped, on one line, with a full stop.
fn sentence(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = shorten(&escape(flat.as_bytes()), REASON_LIMIT);
    if !out.ends_with(['.', '!', '?', '…', ':']) {
        out.push('.');
    }
    out
}
