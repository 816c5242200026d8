//! What holds, what is missing, and what lines mean together.

use super::*;
use crate::audit::{Fate, Journal, OutcomeRecord};
use crate::model::Decision;

#[test]
fn what_is_not_there_is_a_fault() {
    let ground = Ground::new();
    ground.whole_session();
    let options = ground.options();
    let gone = ground.folder.path().join("gone");
    assert_eq!(codes(&verify(std::slice::from_ref(&gone), &options)), ["unreadable"]);
    fs::create_dir(&gone).expect("folder");
    assert_eq!(codes(&verify(&[gone], &options)), ["unreadable"]);
    let (empty, path) = sealed();
    fs::write(&path, "").expect("writes");
    assert!(!empty.verify().is_whole());
}

#[test]
fn files_days_hosts_and_audit_folders_can_be_named() {
    let ground = Ground::new();
    let path = ground.whole_session().path;
    ground.whole_session();
    let day = path.parent().expect("day").to_owned();
    for (named, files, hosts) in [(path.clone(), 1, 1), (day, 2, 1), (ground.host(), 2, 1), (ground.audit(), 2, 1)] {
        let report = verify(std::slice::from_ref(&named), &ground.options());
        assert!(report.is_whole(), "{report}");
        assert_eq!((report.files.len(), report.hosts.len()), (files, hosts), "{}", named.display());
    }
    // A copy as evidence, outside any host's folder, still holds by its seal and certificate.
    let copy = ground.folder.path().join(path.file_name().expect("name"));
    for extension in ["jsonl", "seal", "seal.sig"] {
        fs::copy(path.with_extension(extension), copy.with_extension(extension)).expect("copies");
    }
    let report = verify(&[copy], &ground.options());
    assert!(report.is_whole(), "{report}");
    assert!(report.to_string().contains("it stands in no host's folder"), "{report}");
}

#[test]
fn a_host_folder_holds_under_another_name() {
    let (ground, _path) = sealed();
    let moved = ground.audit().join("host-7.old");
    fs::rename(ground.host(), &moved).expect("moves");
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert!(report.to_string().contains("it is the index of host host-7"), "{report}");
}

/// Lets a session end with something left open, and returns what is wrong with its record.
fn after(write: impl FnOnce(&Journal)) -> Vec<&'static str> {
    let ground = Ground::new();
    let journal = ground.open();
    write(&journal);
    drop(journal.close(&ending()).expect("closes"));
    ground.causes()
}

#[test]
fn what_lines_mean_together_is_checked() {
    let outcome = |of| OutcomeRecord { of, fate: Fate::Exited(0), wall: None };
    let unanswered = after(|journal| drop(decide(journal, Decision::Ask, &["x"])));
    assert_eq!(unanswered, ["unanswered"]);
    let no_outcome = after(|journal| drop(decide(journal, Decision::Allow, &["x"])));
    assert_eq!(no_outcome, ["no_outcome"]);
    let refused_ran = after(|journal| {
        let of = decide(journal, Decision::Deny, &["x"]).expect("deny");
        drop(journal.outcome(&outcome(of)));
    });
    assert_eq!(refused_ran, ["refused_ran"]);
    let twice = after(|journal| {
        let of = decide(journal, Decision::Allow, &["x"]).expect("allow");
        drop(journal.outcome(&outcome(of)));
        drop(journal.outcome(&outcome(of)));
    });
    assert_eq!(twice, ["reference"]);
    let answers_nothing = after(|journal| {
        let of = decide(journal, Decision::Deny, &["x"]).expect("deny");
        drop(journal.approval(&answer(of, crate::audit::Answer::Granted)));
    });
    assert_eq!(answers_nothing, ["reference"]);
}

#[test]
fn what_is_observed_runs_whatever_was_decided_or_answered() {
    let observed = after(|journal| {
        for decided in [Decision::Deny, Decision::Ask] {
            let (request, found) = (request(&["x"]), evaluation(decided));
            let record =
                crate::audit::DecisionRecord { mode: crate::model::Mode::Observe, ..decision(&request, &found) };
            let of = journal.decision(&record).expect("decision").seq();
            if decided == Decision::Ask {
                drop(journal.approval(&answer(of, crate::audit::Answer::NoApprover)).expect("approval"));
            }
            drop(journal.outcome(&OutcomeRecord { of, fate: Fate::Exited(0), wall: None }));
        }
    });
    assert_eq!(observed, [""; 0]);
}

#[test]
fn an_omitted_decision_leaves_a_hole_in_the_numbers() {
    let mut meaning = meaning::Meaning::default();
    let line = |nth: u64| {
        let text = format!(r#"{{"decision":"deny","kind":"decision","mode":"enforce","nth":{nth}}}"#);
        crate::audit::read::Line::parse(text.as_bytes()).expect("canonical")
    };
    let start = crate::audit::read::Line::parse(br#"{"kind":"session_start"}"#).expect("canonical");
    assert_eq!(meaning.line(0, 1, &start), []);
    assert_eq!(meaning.line(1, 2, &line(1)), []);
    let wrong = meaning.line(2, 3, &line(3));
    assert_eq!(wrong.first().map(|(cause, _)| *cause), Some(Cause::Nth));
}

#[test]
fn a_report_is_json_for_programs() {
    let (ground, path) = sealed();
    fs::remove_file(path.with_extension("seal")).expect("removes");
    let report = serde_json::to_value(ground.verify()).expect("serialises");
    assert_eq!(report["files"][0]["faults"][0]["cause"], "seal_missing");
    assert_eq!(report["files"][0]["state"], "unsealed");
}

#[test]
fn what_a_file_says_cannot_write_on_the_terminal() {
    let (ground, path) = sealed();
    let mut text = lines(&path);
    text[2] = text[2].replacen("\"session\":\"", "\"session\":\"\\u001b[2J", 1);
    write(&path, &text);
    let shown = ground.verify().to_string();
    assert!(shown.contains("another session"), "{shown}");
    assert!(!shown.contains('\u{1b}'));
}
