//! Sessions whose writer died at some moment. A journal that is dropped without being closed leaves
//! exactly what a killed process leaves: the file as it is, unlocked, and its line in the index.

use crate::audit::testing::*;
use crate::audit::verify::State;
use crate::model::{Decision, Seq};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn append(path: &Path, bytes: &[u8]) {
    fs::OpenOptions::new().append(true).open(path).expect("opens").write_all(bytes).expect("writes");
}

/// Leaves a session that died, with something at the end of its file.
fn dead_session(ground: &Ground, tail: &[u8]) -> PathBuf {
    let journal = ground.open();
    fill(&journal);
    let path = journal.path().to_owned();
    drop(journal);
    append(&path, tail);
    path
}

#[test]
fn a_session_that_runs_is_open_and_not_at_fault() {
    let ground = Ground::new();
    let journal = ground.open();
    decide(&journal, Decision::Allow, &["sleep"]).expect("allow");
    decide(&journal, Decision::Ask, &["push"]).expect("ask");
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files[0].state, State::Open);
    let other = ground.open();
    assert_eq!(other.recovered(), [], "the first one still runs");
    drop(journal.close(&ending()));
    drop(other.close(&ending()).expect("closes"));
}

#[test]
fn a_dead_session_verifies_up_to_its_end_and_says_so() {
    let ground = Ground::new();
    let path = dead_session(&ground, b"");
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files[0].state, State::Unsealed);
    assert_eq!(report.files[0].path, path);
    let shown = report.to_string();
    assert!(shown.contains("not sealed") && shown.contains("lines may have been cut off its end"), "{shown}");
}

#[test]
fn the_next_session_seals_what_it_finds_and_leaves_the_file_alone() {
    let ground = Ground::new();
    let torn = br#"{"_prev":"torn in the mid"#;
    let path = dead_session(&ground, torn);
    let before = fs::read(&path).expect("reads");
    let next = ground.open();
    let [recovered] = next.recovered() else { panic!("{:?}", next.recovered()) };
    let found = recovered.found.as_ref().expect("found");
    assert_eq!((recovered.path.as_path(), found.torn_bytes, found.faults), (path.as_path(), 25, 0));
    assert_eq!(found.lines, u64::try_from(before.iter().filter(|byte| **byte == b'\n').count()).expect("count"));
    assert_eq!(fs::read(&path).expect("reads"), before);
    drop(next.close(&ending()).expect("closes"));
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!((report.files[0].state, report.files[0].torn_bytes), (State::SealedAfterCrash, 25));
    assert_eq!(ground.open().recovered(), [], "it is recovered once");
}

#[test]
fn a_tail_of_nul_bytes_is_a_torn_tail() {
    let ground = Ground::new();
    dead_session(&ground, &[0; 5000]);
    assert!(ground.verify().is_whole());
    drop(ground.open().close(&ending()).expect("closes"));
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files[0].torn_bytes, 5000);
}

#[test]
fn a_tail_that_the_seal_does_not_name_is_a_fault() {
    let ground = Ground::new();
    let path = dead_session(&ground, b"torn");
    drop(ground.open().close(&ending()).expect("closes"));
    append(&path, b" and more");
    let causes = ground.causes();
    assert!(causes.contains(&"torn") && causes.contains(&"seal_mismatch"), "{causes:?}");
}

#[test]
fn a_file_that_is_gone_is_reported_by_the_next_session_and_stays_a_fault() {
    let ground = Ground::new();
    let path = dead_session(&ground, b"");
    fs::remove_file(&path).expect("removes");
    assert_eq!(ground.causes(), ["file_missing"]);
    let next = ground.open();
    assert_eq!(next.recovered().len(), 1);
    assert_eq!(next.recovered()[0].found, None);
    drop(next.close(&ending()).expect("closes"));
    assert_eq!(ground.causes(), ["file_missing"]);
}

#[test]
fn a_forged_line_at_the_end_of_a_dead_session_is_found_by_the_next() {
    let ground = Ground::new();
    let journal = ground.open();
    decide(&journal, Decision::Deny, &["curl"]).expect("deny");
    let path = journal.path().to_owned();
    drop(journal);
    // The deny becomes an allow: the line is rewritten, its signature is the old one.
    let text = fs::read_to_string(&path).expect("reads");
    fs::write(&path, text.replace(r#""decision":"deny""#, r#""decision":"allow""#)).expect("writes");
    assert_eq!(ground.causes(), ["signature"]);
    let next = ground.open();
    let found = next.recovered()[0].found.clone().expect("found");
    assert_eq!((found.lines, found.last_signed, found.unsigned_tail, found.faults), (1, Some(Seq(0)), 0, 1));
}

#[test]
fn a_writer_that_died_between_seal_and_index_leaves_a_record_that_holds() {
    let ground = Ground::new();
    let journal = ground.open();
    fill(&journal);
    let names = ["index.jsonl", "index.checkpoint", "index.checkpoint.body", "index.checkpoint.sshsig"];
    let before: Vec<_> = names.iter().map(|name| fs::read(ground.host().join(name)).expect("reads")).collect();
    drop(journal.close(&ending()).expect("closes"));
    drop(journal);
    for (name, bytes) in names.iter().zip(before) {
        fs::write(ground.host().join(name), bytes).expect("restores");
    }
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    let next = ground.open();
    assert_eq!(next.recovered().len(), 1);
    drop(next.close(&ending()).expect("closes"));
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files[0].state, State::Sealed);
}

#[test]
fn a_writer_that_died_between_index_line_and_head_is_taken_up() {
    let ground = Ground::new();
    ground.whole_session();
    let head = ground.host().join("index.checkpoint");
    let old = fs::read(&head).expect("reads");
    let journal = ground.open();
    // As if the head had not yet been put in place.
    fs::rename(&head, ground.host().join("index.checkpoint.next")).expect("renames");
    fs::write(&head, &old).expect("restores");
    assert!(ground.verify().is_whole());
    drop(journal.close(&ending()).expect("closes"));
    assert!(ground.verify().is_whole());
}

#[test]
fn a_torn_index_line_does_not_count() {
    let ground = Ground::new();
    ground.whole_session();
    append(&ground.host().join("index.jsonl"), br#"{"_prev":"half a"#);
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert!(report.to_string().contains("does not count"));
    ground.whole_session();
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.hosts[0].lines, 4);
}
