//! The one line that a caller reads when it is refused.

use crate::model::text::{COMMAND_LIMIT, command, escape, shorten};
use crate::model::{Basis, Evaluation, Outcome, Request};
use std::time::Duration;

/// The most characters of a reason or suggestion.
const REASON_LIMIT: usize = 400;

/// Returns the line, without the leading `tollgate: ` and the line feed:
/// `denied by rule RULE: PROGRAM ARGS… — REASON. SUGGESTION`.
pub(super) fn refusal(request: &Request, evaluation: &Evaluation, basis: &Basis, timeout: Duration) -> String {
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

fn shown(request: &Request) -> String {
    if request.argv.first().is_some_and(|zeroth| !zeroth.is_empty()) {
        command(&request.argv, COMMAND_LIMIT)
    } else {
        command(&[request.program.path.as_os_str()], COMMAND_LIMIT)
    }
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
