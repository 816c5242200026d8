//! One file against its seal.

use super::session::Reading;
use super::{Cause, Fault, State};
use crate::audit::AuditError;
use crate::audit::index::read_if_there;
use crate::audit::seal::{Close, Seal, seal_path, signature_path};
use crate::audit::trust::{Namespace, PublicKey, verify};
use std::path::Path;

/// Returns the seal of a file, where it has a whole one, and what is wrong with it.
pub(super) fn read(file: &Path, key: &PublicKey) -> Result<(Option<Seal>, Vec<Fault>), AuditError> {
    let Some(text) = read_if_there(&seal_path(file))? else { return Ok((None, Vec::new())) };
    let signature = read_if_there(&signature_path(file))?.unwrap_or_default();
    let fault = |cause, detail: &str| Fault { line: None, cause, detail: detail.to_owned() };
    let mut faults = Vec::new();
    if !verify(key, Namespace::Seal, text.as_bytes(), &signature) {
        faults.push(fault(Cause::SealSignature, "the seal is not signed by the host's key"));
    }
    let seal = Seal::parse(&text);
    if seal.is_none() {
        faults.push(fault(Cause::SealMissing, "the seal cannot be read"));
    }
    Ok((seal, faults))
}

/// Returns the state that a seal gives to a file.
pub(super) fn state(seal: &Seal) -> State {
    match seal.close {
        Close::Clean => State::Sealed,
        Close::Crash => State::SealedAfterCrash,
    }
}

/// Compares a file with its seal.
pub(super) fn compare(seal: &Seal, found: &Reading) -> Vec<Fault> {
    let (lines, root) = match seal.close {
        Close::Clean => (found.lines, found.root),
        Close::Crash => found.holding,
    };
    let checks = [
        (seal.bytes == found.bytes, format!("it has {} bytes, sealed were {}", found.bytes, seal.bytes)),
        (seal.lines == lines, format!("{lines} lines hold, sealed were {}", seal.lines)),
        (seal.root == root, "the root over its lines is another".to_owned()),
        (seal.sha256 == found.sha256, "its digest is another".to_owned()),
        (Some(&seal.session) == found.session.as_ref(), format!("the seal is of session {}", seal.session)),
        (Some(&seal.host) == found.host.as_ref(), format!("the seal is of host {}", seal.host)),
        (seal.close == Close::Crash || found.ended, "it was sealed as ended, but its session has no end".to_owned()),
    ];
    let wrong = checks.into_iter().filter(|(holds, _)| !holds);
    wrong.map(|(_, detail)| Fault { line: None, cause: Cause::SealMismatch, detail }).collect()
}
