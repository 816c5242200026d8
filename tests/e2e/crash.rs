//! The supervisor is killed in the middle: nothing runs unseen, the record holds, the next session says so.

use super::harness::{ASK_DANGER, DENY_DANGER, Env, policy};
use super::process::{DEADLINE, Running, eventually, signal};
use super::records::Records;
use super::terminal::Terminal;
use nix::sys::signal::Signal;
use std::os::unix::process::ExitStatusExt;

/// Kills the supervisor and nobody else: the reaper, which would end what is left, sleeps meanwhile.
/// Returns the reaper's number, which the agent has printed first.
#[track_caller]
pub(super) fn kill_supervisor(session: &mut Running) -> u32 {
    let reaper = session.stdout.wait_for("\n").lines().next().and_then(|line| line.parse().ok()).expect("a number");
    signal(reaper, Signal::SIGSTOP);
    let stdin = session.stdin.take();
    signal(session.process(), Signal::SIGKILL);
    assert_eq!(session.wait_within(DEADLINE).signal(), Some(9));
    session.stdin = stdin;
    reaper
}

#[test]
fn nothing_executes_after_the_supervisors_death() {
    let env = Env::new(&policy(DENY_DANGER));
    // Only builtins work afterwards, and they say what the others did.
    let line = "echo $PPID; /bin/echo alive; read line; /bin/echo ran; echo echo=$?; /bin/touch ran; echo touch=$?; exec /bin/touch ran";
    let mut session = env.start(&["sh", "-c", line]);
    session.stdout.wait_for("alive");
    let reaper = kill_supervisor(&mut session);
    std::io::Write::write_all(session.stdin.as_mut().unwrap(), b"go\n").unwrap();
    session.stderr.wait_for("Function not implemented");
    let output = session.stdout.wait_for("touch=");
    assert!(!output.contains("ran\n"), "{output}");
    assert!(!output.contains("echo=0") && !output.contains("touch=0"), "{output}");
    assert!(!env.work("ran").exists());
    signal(reaper, Signal::SIGCONT);
}

#[test]
fn what_runs_ends_with_the_supervisor() {
    let env = Env::new(&policy(DENY_DANGER));
    // One that ends when asked to, and one that must be made to.
    let line = "trap '' TERM; echo $$; sleep 1000 & echo $!; wait";
    let mut session = env.start(&["sh", "-c", line]);
    eventually("two numbers", || session.stdout.text().lines().count() == 2);
    let left: Vec<String> = session.stdout.text().lines().map(|process| format!("/proc/{process}")).collect();
    signal(session.process(), Signal::SIGKILL);
    session.wait_within(DEADLINE);
    eventually("the end of what was left", || !left.iter().any(|process| std::path::Path::new(process).exists()));
}

#[test]
fn the_record_of_a_killed_session_holds_and_the_next_session_seals_it() {
    let env = Env::new(&policy(DENY_DANGER));
    let mut session = env.start(&["sh", "-c", "/bin/true; echo alive; read line"]);
    session.stdout.wait_for("alive");
    signal(session.process(), Signal::SIGKILL);
    session.wait_within(DEADLINE);

    let file = env.files().pop().unwrap();
    let before = Records::read(&file);
    assert_eq!(before.decisions("true").len(), 1);
    assert_eq!(before.of("session_end").len(), 0);
    // The chain and every signature hold; that the session was not closed is said.
    let verify = Running::start(env.tollgate().args(["audit", "verify", "--json"])).finish();
    let report: serde_json::Value = serde_json::from_slice(&verify.stdout).unwrap();
    assert_eq!(report["files"][0]["state"], "unsealed", "{report:#}");
    let lines = report["files"][0]["lines"].as_u64().unwrap();
    assert_eq!(lines, u64::try_from(before.0.len()).unwrap(), "{report:#}");
    assert_eq!((verify.code(), report["files"][0]["faults"].as_array().map(Vec::len)), (0, Some(0)), "{report:#}");

    let next = env.shell("exit 0").exited(0);
    let id = before.only("session_start")["session"].as_str().unwrap();
    let told: Vec<String> = next.refusals();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with(&format!("tollgate: an earlier session, {id}, was not closed and is sealed now: ")));
    env.verify();
    let again = env.shell("exit 0").exited(0);
    assert_eq!(again.refusals(), [] as [String; 0]);
}

#[test]
fn a_held_program_dies_with_the_supervisor() {
    let env = Env::with_danger(&policy(ASK_DANGER));
    // The terminal hangs up with the supervisor; the shell stays to see what became of its child.
    let line = "trap '' HUP TERM; echo $PPID > reaper; ./danger & wait $!; echo held=$? > result";
    let terminal = Terminal::session(&env, &[], &["sh", "-c", line]);
    terminal.card();
    let reaper = std::fs::read_to_string(env.work("reaper")).unwrap().trim().parse().unwrap();
    signal(reaper, Signal::SIGSTOP);
    signal(terminal.process(), Signal::SIGKILL);
    assert_eq!(terminal.finish(), 1009);
    eventually("its status", || std::fs::read_to_string(env.work("result")).is_ok_and(|text| text == "held=137\n"));
    signal(reaper, Signal::SIGCONT);
}

#[test]
fn killed_while_busy_the_record_has_every_program_that_ran() {
    let env = Env::new(&policy(DENY_DANGER));
    // Each program leaves a mark of its own; the supervisor dies somewhere in between.
    let line = "i=0; while :; do /bin/touch mark.$i || exit 1; i=$((i+1)); [ $i = 40 ] && echo forty; done";
    let mut session = env.start(&["sh", "-c", line]);
    session.stdout.wait_for("forty");
    signal(session.process(), Signal::SIGKILL);
    session.wait_within(DEADLINE);
    let recorded = |env: &Env| -> Vec<String> {
        let path = env.files().pop().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        // The last line may be torn.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        lines.filter_map(|record| Some(record["action"]["argv"][1].as_str()?.to_owned())).collect()
    };
    let recorded = recorded(&env);
    for entry in std::fs::read_dir(env.work("")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(recorded.contains(&name), "{name} ran and is not recorded");
    }
    assert!(recorded.len() >= 40);
    env.shell("exit 0").exited(0);
    env.verify();
}
