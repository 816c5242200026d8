//! Attacks on the supervisor from inside.

use super::crash::kill_supervisor;
use super::harness::{Env, policy};
use super::needs;
use super::process::{Running, signal};
use super::programs::{optional, program};
use super::terminal::Terminal;
use nix::sys::signal::Signal;
use std::process::Command;

const DENY_EVIL: &str = "  - { id: no-evil, action: deny, match: { program: evil }, reason: \"evil is forbidden\" }\n";

/// Runs an attack in a session and returns what it says; the session goes on well afterwards.
#[track_caller]
fn attack(rules: &str, kind: &str, tries: u32) -> String {
    let env = Env::new(&policy(rules));
    let evil = program("evil");
    let line = format!("{} {kind} {tries} {}; /bin/echo goes on", program("attack").display(), evil.display());
    let output = env.shell(&line).exited(0);
    assert!(output.out().ends_with("goes on\n"), "{output:?}");
    assert_eq!(env.verified().of("gap").len(), 0);
    output.out().lines().next().unwrap().to_owned()
}

#[test]
fn a_second_listener_is_never_registered() {
    let bare = Running::start(Command::new(program("attack")).args(["listener", "1"])).finish();
    assert_eq!(bare.out(), "tries=1 won=1\n", "without tollgate the attack works");
    assert_eq!(attack("", "listener", 100), "tries=100 won=0");
}

#[test]
fn after_the_supervisors_death_there_is_no_listener_and_no_exec() {
    let env = Env::new(&policy(DENY_EVIL));
    let line = format!("echo $PPID; exec {} {}", program("orphan").display(), program("good").display());
    let mut session = env.start(&["sh", "-c", &line]);
    session.stdout.wait_for("ready");
    let reaper = kill_supervisor(&mut session);
    std::io::Write::write_all(session.stdin.as_mut().unwrap(), b"go\n").unwrap();
    let told = session.stdout.wait_for("exec=");
    // ENOSYS: the kernel has nobody to ask.
    assert!(told.contains("listener=0 exec=-38\n"), "{told}");
    signal(reaper, Signal::SIGCONT);
}

#[test]
fn without_the_supervisors_death_the_same_program_runs() {
    let env = Env::new(&policy(DENY_EVIL));
    let [orphan, good] = ["orphan", "good"].map(|name| program(name).to_str().unwrap().to_owned());
    let mut session = env.start(&[&orphan, &good]);
    std::io::Write::write_all(session.stdin.as_mut().unwrap(), b"go\n").unwrap();
    assert_eq!(session.finish().exited(0).out(), "ready\nlistener=0 exec=0\n");
}

#[test]
fn limits_of_the_supervisor_cannot_be_set() {
    assert_eq!(attack("", "limits", 100), "tries=100 won=0");
}

#[test]
fn the_supervisor_cannot_be_signalled() {
    assert_eq!(attack("", "signals", 100), "tries=100 won=0");
}

#[test]
fn the_memory_of_the_supervisor_stays_closed() {
    assert_eq!(attack("", "memory", 100), "tries=100 won=0");
}

#[test]
fn the_memory_of_the_supervisor_stays_closed_where_debugging_is_allowed() {
    let env = Env::new(&policy("").replace("rules:", "debug: true\nrules:"));
    let output = env.run(&[program("attack").to_str().unwrap(), "memory", "100"]).exited(0);
    assert_eq!(output.out(), "tries=100 won=0\n");
    env.verify();
}

#[test]
fn a_program_that_hides_is_judged_all_the_same() {
    assert_eq!(attack(DENY_EVIL, "hide", 20), "tries=20 won=0");
    assert_eq!(attack("", "hide", 20), "tries=20 won=20", "where nothing denies it");
}

#[test]
fn nobody_types_into_a_terminal() {
    let env = Env::new(&policy(""));
    let line = format!("{} typing 10; exit 0", program("attack").display());
    let terminal = Terminal::session(&env, &[], &["sh", "-c", &line]);
    terminal.wait_for("tries=10 won=0");
    assert_eq!(terminal.finish(), 0);
    env.verify();
}

#[test]
fn the_system_calls_of_32_bits_are_judged_too() {
    let Some(attack) = optional("attack-static").filter(|_| needs::has("x86_64", cfg!(target_arch = "x86_64"))) else {
        return;
    };
    let run = |rules: &str| {
        let env = Env::new(&policy(rules));
        // A path below 4 GiB, whatever its length: the attack copies it.
        let output = env.run(&[attack.as_os_str(), "int80".as_ref(), "20".as_ref(), program("evil").as_os_str()]);
        env.verify();
        output.exited(0).out()
    };
    assert_eq!(run(DENY_EVIL), "tries=20 won=0\n");
    assert_eq!(run(""), "tries=20 won=20\n", "where nothing denies it");
}
