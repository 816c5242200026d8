//! Programs and abilities that not every machine has.

use std::io::Write;
use std::process::{Command, Stdio};

/// Says whether a test can go on. What is missing is printed; with TOLLGATE_TEST_ALL=1 it is a failure.
#[track_caller]
pub(super) fn has(what: &str, found: bool) -> bool {
    if found {
        return true;
    }
    assert!(std::env::var_os("TOLLGATE_TEST_ALL").is_none(), "{what} is missing, and TOLLGATE_TEST_ALL is set");
    skipped(&format!("{what} is missing"));
    false
}

/// Says that a test does not apply here, past the capturing of the test runner: it must not look like one that ran.
pub(super) fn skipped(why: &str) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    writeln!(std::io::stderr(), "skipped: {name}: {why}").ok();
}

/// Says whether a program is installed where the agents of these tests look.
#[track_caller]
pub(super) fn program(name: &str) -> bool {
    let found = super::harness::SEARCH_PATH.split(':').any(|folder| std::path::Path::new(folder).join(name).exists());
    has(name, found)
}

/// Says whether a command ends well, outside of any session.
pub(super) fn succeeds(command: &[&str]) -> bool {
    let silent = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    silent.is_ok_and(|status| status.success())
}

/// Says whether a namespace of users and mounts can be made.
#[track_caller]
pub(super) fn namespaces() -> bool {
    has("a user and mount namespace", succeeds(&["unshare", "-Urm", "true"]))
}

/// Says whether these tests run as root.
pub(super) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}
