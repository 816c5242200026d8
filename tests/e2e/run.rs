//! `tollgate run` as seen by its caller: exit status, standard streams, messages.

use super::harness::{DENY_DANGER, Env, policy};
use super::process::Running;
use super::records::text;
use serde_json::Value;
use std::io::Write;

#[test]
fn the_exit_status_is_the_agents() {
    let env = Env::new(&policy(DENY_DANGER));
    env.shell("exit 0").exited(0);
    env.shell("exit 7").exited(7);
    env.shell("kill -TERM $$").exited(128 + 15);
    env.shell("kill -KILL $$").exited(128 + 9);
    let end = env.verified();
    assert_eq!((end.only("session_end")["exit"].clone(), &end.only("session_end")["signal"]), (Value::Null, &9.into()));
}

#[test]
fn a_command_that_cannot_run_ends_with_the_status_that_shells_use() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    env.write("not-executable", "text\n");
    let missing = env.run(&["no-such-command"]).exited(127);
    assert_eq!(missing.err(), "tollgate: no-such-command: command not found\n");
    env.run(&["./no-such-command"]).exited(127);
    let refused = env.run(&["./not-executable"]).exited(126);
    assert_eq!(refused.err(), "tollgate: cannot start ./not-executable: Permission denied (os error 13)\n");
    let denied = env.run(&["./danger"]).exited(126);
    assert!(denied.err().starts_with("tollgate: denied by rule no-danger: ./danger — "), "{}", denied.err());
    env.verify();
}

#[test]
fn what_tollgate_itself_cannot_do_ends_with_125_and_nothing_runs() {
    let env = Env::new("version: \"1.0\"\nrules:\n  - id: x\n    action: perhaps\n    match: { program: x }\n");
    let refused = env.shell("touch ran").exited(125);
    assert!(refused.err().contains("policy.yaml:4:13"), "{}", refused.err());
    std::fs::remove_file(env.policy()).unwrap();
    env.shell("touch ran").exited(125);
    let env = Env::new(&policy(DENY_DANGER));
    let file = env.write("file", "");
    env.run_with(&["--audit-dir", file.to_str().unwrap()], &["touch", "ran"]).exited(125);
    assert!(!env.work("ran").exists());
    let wrong = Running::start(env.tollgate().args(["run", "--no-such-option", "--", "touch", "ran"])).finish();
    wrong.exited(125);
    assert!(!env.work("ran").exists());
}

#[test]
fn streams_pass_through_untouched_without_a_terminal() {
    let env = Env::new(&policy(DENY_DANGER));
    let bytes: Vec<u8> = (0..1_000_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    let mut session = env.start(&["sh", "-c", "tee /dev/stderr; exit 3"]);
    let mut stdin = session.stdin.take().unwrap();
    let sent = bytes.clone();
    let sender = std::thread::spawn(move || stdin.write_all(&sent));
    let output = session.finish().exited(3);
    sender.join().unwrap().unwrap();
    assert!(output.stdout == bytes, "standard output is not what went in");
    let (own, closing) = output.stderr.split_at(bytes.len());
    assert!(own == bytes, "standard error is not what went in");
    assert!(closing.starts_with(b"tollgate: ") && closing.iter().filter(|byte| **byte == b'\n').count() == 1);
}

#[test]
fn a_stream_that_is_closed_is_closed_for_the_agent() {
    let env = Env::new(&policy(DENY_DANGER));
    let output = env.run(&["sh", "-c", "if read line; then echo a line; else echo the end; fi"]).exited(0);
    assert_eq!(output.out(), "the end\n");
}

#[test]
fn the_closing_line_counts_and_names_a_record_that_can_be_verified() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output = env.shell("danger; /bin/true; /bin/true").exited(0);
    let closing = output.err().lines().last().unwrap().to_owned();
    let record = env.files().pop().unwrap();
    let record = record.to_str().unwrap();
    let expected =
        format!("tollgate: 3 allowed, 1 denied, 0 asked. The record verifies with: tollgate audit verify {record}");
    assert_eq!(closing, expected);
    Running::start(env.tollgate().args(["audit", "verify", record])).finish().exited(0);
}

#[test]
fn the_summary_is_one_line_of_json() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output = env.run_with(&["--json"], &["sh", "-c", "danger; exit 5"]).exited(5);
    let summary: Value = serde_json::from_str(output.err().lines().last().unwrap()).unwrap();
    let records = env.verified();
    let expected = serde_json::json!({
        "session": records.only("session_start")["session"],
        "status": 5,
        "tier": "E1",
        "mode": "enforce",
        "decisions": { "allow": 1, "deny": 1, "ask": 0, "granted": 0 },
        "record": env.files().pop().unwrap().to_str().unwrap(),
        "sealed": true,
        "fault": null,
    });
    assert_eq!(summary, expected);
}

#[test]
fn observing_refuses_nothing_and_records_what_would_have_been() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output = env.run_with(&["--observe"], &["danger"]).exited(super::programs::EVIL);
    assert!(output.err().contains("0 allowed, 1 denied, 0 asked (observed only: nothing was refused)"));
    assert_eq!(output.refusals(), [] as [String; 0]);
    let records = env.verified();
    let decision = records.decision("danger");
    assert_eq!((text(&decision["decision"]), text(&decision["mode"])), ("deny", "observe"));
    assert_eq!(records.outcome(decision).unwrap()["exit"], super::programs::EVIL);
}

#[test]
fn the_record_says_who_ran_what_and_where() {
    let env = Env::new(&policy(DENY_DANGER));
    env.run_with(&["--agent", "tester"], &["sh", "-c", "/bin/true a b"]).exited(0);
    let records = env.verified();
    let start = records.only("session_start");
    let policy_line = records.only("policy_loaded");
    let decision = records.decision("true");
    let action = &decision["action"];
    assert_eq!(action["argv"], serde_json::json!(["/bin/true", "a", "b"]));
    assert_eq!(text(&action["cwd"]), env.work("").to_str().unwrap().trim_end_matches('/'));
    assert_eq!(start["principal"]["uid"], nix::unistd::getuid().as_raw());
    assert_eq!(decision["principal"], start["principal"]);
    assert_eq!(text(&decision["agent"]["name"]), "tester");
    assert_eq!(text(&policy_line["policy"]["path"]), env.policy().to_str().unwrap());
    assert!(text(&start["policy"]["sha256"]).starts_with(text(&decision["policy"])));
    let shell = records.decisions("dash").pop().or_else(|| records.decisions("bash").pop()).unwrap().clone();
    assert_eq!(action["ppid"], shell["action"]["pid"]);
    for key in ["door", "tier", "mode", "rule", "session", "truth"] {
        assert!(!text(&decision[key]).is_empty(), "{key} is missing: {decision:#}");
    }
}

#[test]
fn a_session_needs_no_configuration() {
    let env = Env::new("");
    env.script(&env.bin("sudo"), "#!/bin/sh\necho root\n");
    let mut command = env.tollgate();
    let output = Running::start(command.args(["run", "--", "sh", "-c", "echo fine; sudo id"])).finish().exited(126);
    assert_eq!(output.out(), "fine\n");
    let record = env.verified();
    assert_eq!(text(&record.only("policy_loaded")["policy"]["layer"]), "builtin");
    assert_eq!(text(&record.decision("sudo")["rule"]), "privilege.become-root");
}

#[test]
fn keys_and_records_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let env = Env::new(&policy(DENY_DANGER));
    env.shell("exit 0").exited(0);
    let mode = |path: std::path::PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(env.root().join("state/tollgate/keys/host_ed25519")), 0o600);
    assert_eq!(mode(env.root().join("state/tollgate/keys")), 0o700);
    assert_eq!(mode(env.root().join("state/tollgate/audit")), 0o700);
    assert_eq!(mode(env.files().pop().unwrap()), 0o600);
}

#[test]
fn what_the_agent_leaves_running_is_ended_and_counted() {
    let env = Env::new(&policy(DENY_DANGER));
    // One that ends when asked to, and one that must be made to.
    let line = "runs() { until read comm < /proc/$1/comm && [ $comm = sleep ]; do :; done; echo $1; }
sleep 1000 & runs $!
(trap '' TERM; exec sleep 1000) & runs $!";
    let output = env.shell(line).exited(0);
    let left: Vec<String> = output.out().lines().map(|pid| format!("/proc/{pid}")).collect();
    assert_eq!(left.len(), 2);
    assert!(!left.iter().any(|process| std::path::Path::new(process).exists()), "{left:?}");
    let records = env.verified();
    let children = &records.only("session_end")["children"];
    assert_eq!((children["killed"].as_u64(), children["total"].as_u64()), (Some(2), Some(3)));
    let mut signals: Vec<_> =
        records.decisions("sleep").iter().map(|sleep| records.outcome(sleep).unwrap()["signal"].clone()).collect();
    signals.sort_by_key(Value::as_i64);
    assert_eq!(signals, [Value::from(9), Value::from(15)]);
}

#[test]
fn the_agent_inherits_no_descriptor_of_ours() {
    let env = Env::new(&policy(DENY_DANGER));
    let line = "for fd in /proc/self/fd/*; do case ${fd##*/} in 0|1|2) ;; *) echo ${fd##*/};; esac; done";
    // What the tests were started with goes through; nothing is added.
    let mut bare = std::process::Command::new("setsid");
    env.prepare(bare.args(["sh", "-c", line]));
    let bare = Running::start(&mut bare).finish().exited(0);
    assert_eq!(env.run(&["sh", "-c", line]).exited(0).out(), bare.out());
}
