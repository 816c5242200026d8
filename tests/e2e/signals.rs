//! Signals to tollgate reach the agent as if tollgate were not there.

use super::harness::{DENY_DANGER, Env, policy};
use super::process::signal;
use super::records::text;
use nix::sys::signal::Signal;

/// Sends a signal to tollgate while an agent waits for it, and returns what the agent then did.
#[track_caller]
fn agent_hears(name: &str, number: Signal) {
    let env = Env::new(&policy(DENY_DANGER));
    let line = format!("trap 'echo heard {name}; exit 3' {name}; echo ready; sleep 1000 & wait");
    let session = env.start(&["sh", "-c", &line]);
    session.stdout.wait_for("ready");
    signal(session.process(), number);
    let output = session.finish().exited(3);
    assert_eq!(output.out(), format!("ready\nheard {name}\n"));
    env.verify();
}

#[test]
fn an_interrupt_reaches_the_agent() {
    agent_hears("INT", Signal::SIGINT);
}

#[test]
fn a_request_to_end_reaches_the_agent() {
    agent_hears("TERM", Signal::SIGTERM);
}

#[test]
fn a_hangup_reaches_the_agent() {
    agent_hears("HUP", Signal::SIGHUP);
}

#[test]
fn user_signals_and_quit_reach_the_agent() {
    agent_hears("USR1", Signal::SIGUSR1);
    agent_hears("USR2", Signal::SIGUSR2);
    agent_hears("QUIT", Signal::SIGQUIT);
}

#[test]
fn an_agent_that_a_signal_ends_gives_its_number() {
    for (number, status) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130), (Signal::SIGHUP, 129)] {
        let env = Env::new(&policy(DENY_DANGER));
        let session = env.start(&["sh", "-c", "echo ready; exec sleep 1000"]);
        session.stdout.wait_for("ready");
        signal(session.process(), number);
        session.finish().exited(status);
        let records = env.verified();
        let end = records.only("session_end");
        assert_eq!((text(&end["reason"]), end["signal"].as_i64()), ("signal", Some(i64::from(status) - 128)));
    }
}

#[test]
fn a_signal_at_once_after_the_start_is_not_lost() {
    for _ in 0..20 {
        let env = Env::new(&policy(DENY_DANGER));
        let session = env.start(&["sleep", "1000"]);
        super::process::eventually("signals are received", || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", session.process())).unwrap_or_default();
            let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap_or("0");
            u64::from_str_radix(blocked.trim(), 16).unwrap_or(0) & (1 << 14) != 0
        });
        signal(session.process(), Signal::SIGTERM);
        session.finish().exited(143);
    }
}
