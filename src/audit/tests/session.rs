//! A session from its first line to its seal.

use crate::audit::testing::*;
use crate::audit::*;
use crate::model::{Decision, Evaluation, Outcome, Request, Seq};
use proptest::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).expect("reads").lines().map(str::to_owned).collect()
}

fn kinds(path: &Path) -> Vec<String> {
    let members = lines(path).into_iter().map(|line| canonical::parse(line.as_bytes()).expect("canonical"));
    members.map(|members| members["kind"].as_str().expect("kind").to_owned()).collect()
}

#[test]
fn a_whole_session_holds() {
    let ground = Ground::new();
    let closed = ground.whole_session();
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files.len(), 1);
    assert_eq!(report.files[0].state, verify::State::Sealed);
    assert_eq!(report.files[0].lines, closed.lines);
    assert_eq!(report.files[0].proven_lines, closed.lines);
    assert_eq!(report.files[0].torn_bytes, 0);
    let counts = Counts { allow: 4, ask: 2, deny: 1, approvals: 2, outcomes: 5, gaps: 0 };
    assert_eq!(closed.counts, counts);
    let kinds = kinds(&closed.path);
    assert_eq!(kinds.first().map(String::as_str), Some("session_start"));
    assert_eq!(kinds[kinds.len() - 2..], ["session_end", "checkpoint"]);
    assert_eq!(report.hosts[0].sessions, 1);
    assert_eq!(report.hosts[0].lines, 2);
}

#[test]
fn a_decision_line_says_everything_that_an_auditor_asks_for() {
    let ground = Ground::new();
    let journal = ground.open();
    decide(&journal, Decision::Deny, &["curl", "-s", "x"]).expect("deny");
    let line = lines(journal.path()).pop().expect("a line");
    let members = canonical::parse(line.as_bytes()).expect("canonical");
    let expected = serde_json::json!({
        "_prev": members["_prev"], "_seq": 1, "_v": 1,
        "action": {
            "argv": ["curl", "-s", "x"], "cwd": "/w/app", "exe": "/usr/bin/curl",
            "file": "65024:18446744073709551615", "named": "/usr/bin/git", "op": "exec", "pid": 4314, "ppid": 4300,
        },
        "agent": {"name": "claude-code"}, "by": "policy", "controls": ["SOC2:CC8.1"], "decision": "deny",
        "door": "kernel", "eval_us": 61, "kind": "decision", "matched": ["dev-tools"], "mode": "enforce",
        "mono_us": members["mono_us"], "nth": 1, "phase": "pre", "policy": "050505050505",
        "principal": {"name": "alice", "uid": 1000, "via": "getuid"}, "reason": "it is \"known\"\n",
        "rule": "dev-tools", "rule_source": {"file": "/etc/tollgate/policy.yaml", "layer": "managed", "line": 14},
        "scope": "exec", "session": members["session"], "severity": "high", "tier": "E1", "truth": "verified",
        "ts": members["ts"], "~sig": members["~sig"],
    });
    assert_eq!(serde_json::Value::Object(members), expected);
}

#[test]
fn files_are_private() {
    let ground = Ground::new();
    let closed = ground.whole_session();
    let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&closed.path), 0o600);
    assert_eq!(mode(&closed.seal), 0o600);
    assert_eq!(mode(&ground.host().join("index.jsonl")), 0o600);
    assert_eq!(mode(&ground.host()), 0o700);
    assert_eq!(mode(&ground.audit()), 0o700);
    assert_eq!(mode(closed.path.parent().expect("day")), 0o700);
}

#[test]
fn refusals_and_answers_are_signed_at_once_and_runs_within_50_ms() {
    let ground = Ground::new();
    let journal = ground.open();
    let is_signed = |line: &String| line.contains("\"~sig\"");
    for decided in [Decision::Deny, Decision::Ask] {
        decide(&journal, decided, &["x"]).expect("decided");
        assert!(lines(journal.path()).last().is_some_and(is_signed));
        assert!(!journal.needs_tick());
    }
    let deadline = Instant::now() + Duration::from_secs(5);
    while !journal.needs_tick() {
        // On a busy machine 50 ms may pass between two lines, and then the second one is signed.
        assert!(Instant::now() < deadline, "a line that follows a signature at once needs none");
        run(&journal, &["x"]).expect("run");
    }
    assert!(!lines(journal.path()).last().is_some_and(is_signed));
    let before = lines(journal.path()).len();
    while journal.needs_tick() {
        assert!(Instant::now() < deadline, "a tick signs within 50 ms");
        journal.tick();
    }
    let after = kinds(journal.path());
    assert_eq!(after.len(), before + 1);
    assert_eq!(after.last().map(String::as_str), Some("checkpoint"));
    journal.tick();
    assert_eq!(kinds(journal.path()).len(), before + 1, "nothing is left to sign");
}

#[test]
fn a_checkpoint_stands_after_64_lines_and_the_key_changes_after_4096() {
    let ground = Ground::new();
    let journal = ground.open();
    for _ in 0..2_150 {
        run(&journal, &["true"]).expect("run");
    }
    let closed = journal.close(&ending()).expect("closes");
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    let lines = lines(&closed.path);
    let checkpoints: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains("\"kind\":\"checkpoint\""))
        .map(|(index, _)| index)
        .collect();
    assert!(checkpoints.windows(2).all(|pair| pair[1] - pair[0] <= 65), "{checkpoints:?}");
    let epochs = lines.iter().filter(|line| line.contains("\"next_key\"")).count();
    assert_eq!(epochs, 1);
    assert!(lines.last().is_some_and(|line| line.contains("\"epoch\":1")));
}

#[test]
fn a_grant_names_the_answer_that_gave_it_and_a_fault_its_reason() {
    let ground = Ground::new();
    let journal = ground.open();
    let (request, asked) = (request(&["git", "push"]), evaluation(Decision::Ask));
    let granted = DecisionRecord { decision: Decision::Allow, by: By::Grant(Seq(3)), ..decision(&request, &asked) };
    drop(journal.decision(&granted).expect("granted"));
    let fault = DecisionRecord {
        evaluation: None,
        decision: Decision::Deny,
        by: By::Fault,
        fault: Some("cannot read the image"),
        ..granted
    };
    drop(journal.decision(&fault).expect("fault"));
    let lines = lines(journal.path());
    assert!(lines[1].contains(r#""by":"grant""#) && lines[1].contains(r#""grant":3"#), "{}", lines[1]);
    assert!(lines[2].contains(r#""by":"fault""#) && lines[2].contains(r#""reason":"cannot read the image""#));
    assert!(lines[2].contains(r#""rule":"fault""#) && !lines[2].contains("rule_source"));
}

#[test]
fn an_argv_of_ten_megabytes_stays_out_of_the_line_and_is_kept() {
    let ground = Ground::new();
    let journal = ground.open();
    let huge = "x".repeat(10_000_000);
    decide(&journal, Decision::Deny, &["echo", &huge]).expect("deny");
    let closed = journal.close(&ending()).expect("closes");
    assert!(lines(&closed.path).iter().all(|line| line.len() < canonical::LINE_LIMIT));
    assert!(ground.verify().is_whole());
    let folder = closed.path.with_extension("blobs");
    let blob = fs::read_dir(&folder).expect("blobs").next().expect("one").expect("entry").path();
    assert_eq!(fs::metadata(&blob).expect("blob").len(), 10_000_000 + 11);
    fs::write(&blob, "[]").expect("changes");
    assert_eq!(ground.causes(), ["blob"]);
}

#[test]
fn the_worst_paths_and_lists_still_fit_a_line() {
    let ground = Ground::new();
    let journal = ground.open();
    let control = OsString::from_vec(vec![1; 4095]);
    let mut request = request(&["x"]);
    request.argv = vec![OsString::from_vec(vec![1; 2700])];
    request.cwd = control.clone().into();
    request.named = Some(control.clone().into());
    request.program.path = control.clone().into();
    let mut found = evaluation(Decision::Deny);
    found.matches[0].reason = Some("\u{1}".repeat(1000).into());
    let more = found.matches[0].clone();
    found.matches.extend(std::iter::repeat_n(more, 3000));
    found.matches[0].place.file = std::sync::Arc::new(control.into());
    found.matches[0].controls = vec!["\u{1}".repeat(1000)].into();
    drop(journal.decision(&decision(&request, &found)).expect("fits"));
    drop(journal.close(&ending()).expect("closes"));
    assert!(ground.verify().is_whole());
}

#[test]
fn a_second_session_names_the_first_and_both_hold() {
    let ground = Ground::new();
    let first = ground.whole_session();
    let second = ground.whole_session();
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files.len(), 2);
    let start = canonical::parse(lines(&second.path)[0].as_bytes()).expect("canonical");
    let id = first.path.file_stem().expect("stem").to_str().expect("text");
    assert_eq!(start["prev_session"]["id"].as_str(), Some(id));
}

#[test]
fn sessions_at_once_share_one_index() {
    let ground = Ground::new();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| ground.whole_session());
        }
    });
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!((report.files.len(), report.hosts[0].lines), (6, 12));
}

#[test]
fn many_threads_write_one_chain() {
    let ground = Ground::new();
    let journal = ground.open();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| run(&journal, &["true"]).expect("run")));
        }
    });
    let closed = journal.close(&ending()).expect("closes");
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(closed.counts.allow, 400);
}

#[test]
fn nothing_is_written_after_the_end() {
    let ground = Ground::new();
    let journal = ground.open();
    drop(journal.close(&ending()).expect("closes"));
    assert!(matches!(decide(&journal, Decision::Allow, &["x"]), Err(AuditError::Closed)));
    assert!(matches!(journal.close(&ending()), Err(AuditError::Closed)));
    journal.tick();
    assert!(ground.verify().is_whole());
}

#[test]
fn a_session_without_index_or_key_is_refused() {
    let ground = Ground::new();
    ground.whole_session();
    let index = ground.host().join("index.jsonl");
    let whole = fs::read(&index).expect("index");
    fs::write(&index, &whole[..whole.len() / 2]).expect("cut");
    assert!(matches!(Journal::open(ground.setup()), Err(AuditError::Index { .. })));
    let mut changed = whole.clone();
    let place = changed.windows(5).position(|window| window == b"clean").expect("close line");
    changed[place] = b'C';
    fs::write(&index, &changed).expect("change");
    assert!(matches!(Journal::open(ground.setup()), Err(AuditError::Index { .. })));
    fs::write(&index, &whole).expect("restore");
    fs::remove_dir_all(ground.keys()).expect("remove");
    assert!(matches!(Journal::open(ground.setup()), Err(AuditError::Index { .. })), "another key");
}

#[test]
fn a_refused_opening_leaves_no_file_behind() {
    let ground = Ground::new();
    ground.whole_session();
    let files = read::sessions(&ground.audit()).expect("sessions");
    // The index can no longer be extended: its next head has no place.
    fs::create_dir(ground.host().join("index.checkpoint.next")).expect("folder");
    assert!(Journal::open(ground.setup()).is_err());
    assert_eq!(read::sessions(&ground.audit()).expect("sessions"), files);
    assert!(ground.verify().is_whole());
}

/// Any argv, path, reason or decision gives a line that is canonical and reads back.
fn any_request() -> impl Strategy<Value = (Request, Evaluation)> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
    let words = proptest::collection::vec(bytes(), 0..6);
    (words, bytes(), bytes(), ".*", any::<i32>(), 0..3_usize, any::<bool>()).prop_map(
        |(argv, cwd, exe, reason, pid, decided, unknown)| {
            let mut request = request(&[]);
            request.argv = argv.into_iter().map(OsString::from_vec).collect();
            request.cwd = OsString::from_vec(cwd).into();
            request.program.path = OsString::from_vec(exe).into();
            request.process.0 = pid;
            let decided = [Decision::Allow, Decision::Ask, Decision::Deny][decided];
            let mut found = evaluation(decided);
            found.matches[0].reason = Some(reason.as_str().into());
            if unknown {
                found.outcome = Outcome::Unknown;
                found.unknown = Some(reason);
            }
            (request, found)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_session_is_canonical_and_holds(all in proptest::collection::vec(any_request(), 1..20)) {
        let ground = Ground::new();
        let journal = ground.open();
        for (request, found) in &all {
            let of = journal.decision(&decision(request, found)).expect("decision").seq();
            match found.decision {
                Decision::Allow => {
                    let outcome = OutcomeRecord { of, fate: Fate::Replaced, wall: None };
                    drop(journal.outcome(&outcome).expect("outcome"));
                }
                Decision::Ask => drop(journal.approval(&answer(of, Answer::Timeout)).expect("approval")),
                Decision::Deny => {}
            }
        }
        let closed = journal.close(&ending()).expect("closes");
        for line in lines(&closed.path) {
            let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            prop_assert_eq!(serde_json::to_string(&value).expect("prints"), line);
        }
        let report = ground.verify();
        prop_assert!(report.is_whole(), "{}", report);
    }
}
