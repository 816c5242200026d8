//! Two doors, one decision: what the shim was allowed, the kernel door confirms; anything else is
//! decided afresh.

use super::harness::{ASK_DANGER, Env, policy};
use super::programs::EVIL;
use super::records::text;

const RULES: &str = "  - id: no-publish
    action: deny
    match: { program: tool, argv: { prefix: [publish] } }
    reason: \"publishing is forbidden\"
";

fn env() -> Env {
    let env = Env::new(&policy(RULES));
    env.script(&env.bin("tool"), "#!/bin/sh\necho tool $*\n");
    env.install("evil", env.bin("danger"));
    env
}

/// Speaks to the session's socket as the shim does.
const SHIM: &str = r#"
import os, socket, struct, sys
def announce(program, *argv):
    gate = socket.socket(socket.AF_UNIX)
    gate.connect(os.environ["TOLLGATE_SESSION"] + "/gate")
    items = b"".join(os.fsencode(item) + b"\0" for item in (program, *argv))
    gate.sendall(struct.pack("<I", len(items)) + items)
    answer = b""
    while part := gate.recv(65536):
        answer += part
    return answer
"#;

#[test]
fn an_allowed_program_behind_the_shim_is_decided_once() {
    let env = env();
    env.install("twin", env.bin("tool"));
    assert_eq!(env.shell("tool status").code(), super::programs::TWIN);
    let records = env.verified();
    let decision = records.decision("tool");
    assert_eq!(text(&decision["door"]), "shim");
    assert_eq!(records.outcome(decision).unwrap()["exit"], super::programs::TWIN);
    assert_eq!(records.of("outcome").len(), records.of("decision").len());
}

#[test]
fn a_denied_program_behind_the_shim_is_decided_once() {
    let env = env();
    env.install("twin", env.bin("tool"));
    env.shell("tool publish; exit $?").exited(126);
    let records = env.verified();
    assert_eq!(text(&records.decision("tool")["decision"]), "deny");
    assert!(records.outcome(records.decision("tool")).is_none());
}

#[test]
fn an_ask_through_the_shim_is_asked_once() {
    for (no_approver, status, answer) in [("allow", EVIL, "granted"), ("deny", 126, "no_approver")] {
        let text_of = policy(ASK_DANGER).replace("unknown: allow", &format!("no_approver: {no_approver}"));
        let env = Env::with_danger(&text_of);
        env.shell("danger a b; exit $?").exited(status);
        let records = env.verified();
        assert_eq!(text(&records.decision("danger")["decision"]), "ask");
        assert_eq!(text(&records.only("approval")["answer"]), answer);
        assert_eq!(records.only("approval")["of_seq"], records.decision("danger")["_seq"]);
    }
}

#[test]
fn a_script_of_a_searched_interpreter_is_asked_once() {
    let rule = "  - { id: ask-tool, action: ask, match: { program: tool } }\n";
    let env = Env::new(&policy(rule).replace("unknown: allow", "no_approver: allow"));
    env.script(&env.bin("tool"), "#!/usr/bin/env python3\nimport sys\nprint('tool', *sys.argv[1:])\n");
    let output = env.shell("tool install x; exit 0").exited(0);
    assert_eq!(output.out(), "tool install x\n");
    assert_eq!(env.verified().of("approval").len(), 1);
    // By its path, where there is no shim.
    let line = format!("{} install x", env.bin("tool").display());
    assert_eq!(env.shell(&line).exited(0).out(), "tool install x\n");
    assert_eq!(env.verified().of("approval").len(), 1);
    // Twice is asked twice.
    env.shell("tool install x; tool install x").exited(0);
    assert_eq!(env.verified().of("approval").len(), 2);
}

#[test]
fn what_was_announced_and_is_executed_is_confirmed() {
    let env = env();
    env.install("twin", env.bin("tool"));
    let tool = env.bin("tool").to_str().unwrap().to_owned();
    let program = format!(
        "{SHIM}\nassert announce('{tool}', 'tool', 'status') == b'A0'\nos.execv('{tool}', ['tool', 'status'])\n"
    );
    assert_eq!(env.run(&["python3", "-c", &program]).code(), super::programs::TWIN);
    assert_eq!(text(&env.verified().decision("tool")["door"]), "shim");
}

#[test]
fn what_was_announced_and_not_executed_is_decided_afresh() {
    let env = env();
    env.install("evil", env.bin("tool"));
    let tool = env.bin("tool").to_str().unwrap().to_owned();
    let announce = format!("{SHIM}\nassert announce('{tool}', 'tool', 'status') == b'A0'\n");
    for (executes, status, decisions) in [
        // Other arguments, which are denied.
        (format!("os.execv('{tool}', ['tool', 'publish'])"), 126, 2),
        // Another process, with what was announced for this one.
        (
            format!(
                "pid = os.fork()\nif pid == 0: os.execv('{tool}', ['tool', 'publish'])\nsys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
            ),
            126,
            2,
        ),
        // Another directory: what relative paths mean is another thing.
        (format!("os.chdir('/')\nos.execv('{tool}', ['tool', 'status'])"), EVIL, 2),
        // Another program first: the announcement is used up.
        ("os.execv('/bin/true', ['true'])".to_owned(), 0, 1),
    ] {
        let output = env.run(&["python3", "-c", &format!("{announce}{executes}\n")]);
        assert_eq!(output.code(), status, "{executes}: {output:?}");
        let records = env.verified();
        assert_eq!(records.decisions("tool").len(), decisions, "{executes}");
    }
}

#[test]
fn an_announcement_holds_for_one_exec() {
    let env = env();
    env.install("twin", env.bin("tool"));
    let tool = env.bin("tool").to_str().unwrap().to_owned();
    // The announced exec happens in this process; a child then tries to use the same words.
    let program = format!(
        "{SHIM}\nassert announce('{tool}', 'tool', 'status') == b'A0'\nassert announce('{tool}', 'tool', 'publish')[:2] == b'D' + bytes([126])\nos.execv('{tool}', ['tool', 'publish'])\n"
    );
    env.run(&["python3", "-c", &program]).exited(126);
    let records = env.verified();
    let seen: Vec<(&str, &str)> =
        records.decisions("tool").iter().map(|record| (text(&record["door"]), text(&record["decision"]))).collect();
    assert_eq!(seen, [("shim", "allow"), ("shim", "deny"), ("kernel", "deny")]);
}

#[test]
fn the_socket_answers_the_session_only() {
    let env = env();
    let session = env.start(&["sh", "-c", "echo $TOLLGATE_SESSION; read line"]);
    let folder = session.stdout.wait_for("\n").trim().to_owned();
    let outside = std::process::Command::new("python3")
        .args(["-c", &format!("{SHIM}\nprint(announce('/bin/true', 'true'))")])
        .env("TOLLGATE_SESSION", &folder)
        .output()
        .unwrap();
    // Closed without an answer, or reset: never a permission.
    assert!(!String::from_utf8_lossy(&outside.stdout).contains('A'), "{outside:?}");
    session.finish();
    env.verify();
}

#[test]
fn nonsense_at_the_socket_breaks_nothing() {
    let env = env();
    let program = r#"
import os, socket, struct
for message in [b"", b"\0", b"\xff\xff\xff\xff", struct.pack("<I", 3) + b"abc", struct.pack("<I", 1) + b"\0",
                struct.pack("<I", 8) + b"/x\0y\0", struct.pack("<I", 12) + b"/no/such\0x\0\0"]:
    gate = socket.socket(socket.AF_UNIX)
    gate.connect(os.environ["TOLLGATE_SESSION"] + "/gate")
    gate.sendall(message)
    gate.shutdown(socket.SHUT_WR)
    try:
        assert gate.recv(100)[:1] != b"A", message
    except ConnectionResetError:
        pass
"#;
    env.run(&["python3", "-c", program]).exited(0);
    assert_eq!(env.shell("tool status").exited(0).out(), "tool status\n");
    env.verify();
}

#[test]
fn a_script_behind_the_shim_is_decided_once() {
    let env = env();
    assert_eq!(env.shell("tool status").exited(0).out(), "tool status\n");
    let records = env.verified();
    let decision = records.decision("tool");
    assert_eq!(text(&decision["door"]), "shim");
    assert_eq!(records.outcome(decision).unwrap()["exit"], 0);
    // The agent's shell, the script, and nothing for its `#!` line; each ended once.
    assert_eq!(records.of("decision").len(), 2);
    assert_eq!(records.of("outcome").len(), 2);
}

#[test]
fn what_the_line_of_a_script_looks_up_is_a_decision_of_its_own() {
    let env = env();
    env.script(&env.bin("tool"), "#!/usr/bin/env sh\necho tool $*\n");
    assert_eq!(env.shell("tool status").exited(0).out(), "tool status\n");
    let records = env.verified();
    let seen: Vec<&str> = records.of("decision").iter().map(|record| text(&record["door"])).collect();
    // The agent's shell; the script; the shell that `env` found, through the shim, or past it.
    assert_eq!(seen[..2], ["kernel", "shim"]);
    assert!(records.decisions("env").is_empty());
    assert_eq!(records.of("decision").len(), 3);
}

#[test]
fn a_rule_on_the_interpreter_holds_behind_the_shim() {
    for (action, status) in [("deny", 126), ("ask", 126), ("allow", 0)] {
        let rule = format!("  - {{ id: on-python, action: {action}, match: {{ program: python3 }}, reason: no }}\n");
        let env = Env::new(&policy(&format!("{RULES}{rule}")).replace("unknown: allow", "no_approver: deny"));
        let python = std::fs::canonicalize("/usr/bin/python3").unwrap();
        env.script(&env.bin("tool"), &format!("#!{}\nprint('ran')\n", python.display()));
        let output = env.shell("tool status; exit $?").exited(status);
        assert_eq!(output.out().contains("ran"), status == 0, "{action}");
        let doors: Vec<String> =
            env.verified().of("decision").iter().skip(1).map(|record| text(&record["door"]).to_owned()).collect();
        let expected = if status == 0 { &["shim"][..] } else { &["shim", "kernel"] };
        assert_eq!(doors, expected, "{action}");
    }
}

#[test]
fn another_script_under_the_announced_name_is_decided_afresh() {
    let env = env();
    env.script(&env.bin("other"), "#!/bin/sh\necho other $*\n");
    let (tool, other) = (env.bin("tool"), env.bin("other"));
    let (tool, other) = (tool.display(), other.display());
    for executes in [
        format!("os.execv('{other}', ['tool', 'status'])"),
        format!("os.rename('{other}', '{tool}')\nos.execv('{tool}', ['tool', 'status'])"),
    ] {
        let program = format!("{SHIM}\nassert announce('{tool}', 'tool', 'status') == b'A0'\n{executes}\n");
        assert_eq!(env.run(&["python3", "-c", &program]).exited(0).out(), "other status\n");
        let records = env.verified();
        let last = *records.of("decision").last().unwrap();
        assert_eq!(text(&last["door"]), "kernel", "{executes}");
        assert_eq!(records.of("decision").len(), 3, "{executes}");
    }
}
