//! Records in the hands of others.

mod attacks;
mod holds;

use super::*;
use crate::audit::chain;
use crate::audit::hash::sha256;
use crate::audit::testing::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).expect("reads").lines().map(str::to_owned).collect()
}

pub(super) fn write(path: &Path, lines: &[String]) {
    fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).expect("writes");
}

/// Does what anybody can do without a key: numbers the lines and chains them again.
pub(super) fn rechain(lines: &mut [String]) {
    let mut previous = "0".repeat(64);
    for (index, line) in lines.iter_mut().enumerate() {
        line.replace_range(10..74, &previous);
        let (before, number) = line.split_once("\"_seq\":").expect("seq");
        let (_, after) = number.split_once(',').expect("comma");
        *line = format!("{before}\"_seq\":{index},{after}");
        previous = sha256(line.as_bytes()).to_string();
    }
}

/// Takes the signature off a line.
pub(super) fn strip(line: &str) -> String {
    match line.split_once(",\"~sig\":\"") {
        Some((unsigned, _)) => format!("{unsigned}}}"),
        None => line.to_owned(),
    }
}

/// Signs a line with a key.
pub(super) fn sign(line: &str, key: &SigningKey) -> String {
    let line = strip(line);
    let signature = key.sign(&[chain::LINE_DOMAIN, line.as_bytes()].concat());
    let open = line.strip_suffix('}').expect("an object");
    format!("{open},\"~sig\":\"{}\"}}", STANDARD.encode(signature.to_bytes()))
}

pub(super) fn position(lines: &[String], part: &str) -> usize {
    lines.iter().position(|line| line.contains(part)).expect("a line")
}

/// A ground with one sealed session.
pub(super) fn sealed() -> (Ground, PathBuf) {
    let ground = Ground::new();
    let path = ground.whole_session().path;
    (ground, path)
}

/// A ground with a session that died.
pub(super) fn unsealed() -> (Ground, PathBuf) {
    let ground = Ground::new();
    let journal = ground.open();
    fill(&journal);
    let path = journal.path().to_owned();
    drop(journal);
    (ground, path)
}

/// Returns the faults of the one file: its causes and lines.
pub(super) fn faults(ground: &Ground) -> Vec<(Option<u64>, Cause)> {
    let report = ground.verify();
    assert!(!report.is_whole());
    report.files.iter().flat_map(|file| &file.faults).map(|fault| (fault.line, fault.cause)).collect()
}
