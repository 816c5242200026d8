//! The disk of the record fills up: everything is refused from then on, and says so.

use super::harness::{DENY_DANGER, Env, policy};
use super::needs;
use super::process::Running;
use super::records::session_files;
use std::process::Command;

/// How much room the record gets.
const ROOM: &str = "256k";

#[test]
fn a_full_disk_refuses_everything_and_loses_nothing() {
    if !needs::namespaces() {
        return;
    }
    let env = Env::new(&policy(DENY_DANGER));
    let record = env.root().join("small");
    std::fs::create_dir(&record).unwrap();
    // A file system of its own for the record, in a mount namespace that ends with the session; what the
    // record then held is copied out of it.
    let agent = "i=0; while [ $i -lt 2000 ]; do if /bin/touch mark.$i; then i=$((i+1)); else echo refused=$? at=$i; break; fi; done; /bin/touch late; echo late=$?";
    let script = format!(
        "mount -t tmpfs -o size={ROOM},mode=700 none {small} || exit 99
{tollgate} run --policy {policy} --audit-dir {small} -- sh -c '{agent}'
echo tollgate=$?
{tollgate} audit verify {small}
echo verify=$?
cp -r {small} {root}/copy",
        small = record.display(),
        tollgate = super::harness::binary().display(),
        policy = env.policy().display(),
        root = env.root().display(),
    );
    let mut command = Command::new("setsid");
    command.args(["unshare", "-Urm", "sh", "-c", &script]);
    env.prepare(&mut command);
    let output = Running::start(&mut command).finish_within(super::process::LONG_DEADLINE);
    if !needs::has("a small file system", output.code() != 99) {
        return;
    }
    let (out, err) = (output.out(), output.err());
    let line = out.lines().find(|line| line.starts_with("refused=")).unwrap_or_else(|| panic!("{out}\n{err}"));
    assert!(line.starts_with("refused=126 "), "{line}");
    assert!(out.contains("late=126"), "{out}");
    let told = output.refusals();
    let word = "nothing may run that cannot be recorded";
    assert!(told.iter().any(|line| line.contains(word) && line.contains("/bin/touch")), "{told:#?}");
    assert!(told.iter().any(|line| line.contains("No space left on device")), "{told:#?}");
    let status = out.lines().find_map(|line| line.strip_prefix("tollgate=")).unwrap();
    assert_ne!(status, "0", "{out}\n{err}");
    assert!(err.contains("THE RECORD IS INCOMPLETE"), "{err}");
    assert!(!env.work("late").exists());
    // The session could still be closed in the room that was kept for that: what is there holds, and
    // verification says what is not there.
    assert!(
        out.contains("verify=0") && out.contains("is a gap: enospc, ") && out.contains("everything refused meanwhile"),
        "{out}"
    );

    // Every program that ran has its record.
    let files = session_files(&env.root().join("copy"));
    let text = std::fs::read_to_string(files.last().unwrap()).unwrap();
    let recorded: Vec<String> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|record| record["kind"] == "decision")
        .filter_map(|record| Some(record["action"]["argv"][1].as_str()?.to_owned()))
        .collect();
    let ran: Vec<String> = std::fs::read_dir(env.work(""))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("mark."))
        .collect();
    assert!(ran.len() > 20, "{} ran", ran.len());
    for name in ran {
        assert!(recorded.contains(&name), "{name} ran and is not recorded");
    }
}

#[test]
fn a_disk_that_is_full_from_the_start_refuses_to_start() {
    if !needs::namespaces() {
        return;
    }
    let env = Env::new(&policy(DENY_DANGER));
    let record = env.root().join("small");
    std::fs::create_dir(&record).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=4k,mode=700 none {small} || exit 99
head -c 4096 /dev/zero > {small}/filler
exec {tollgate} run --policy {policy} --audit-dir {small} -- touch ran",
        small = record.display(),
        tollgate = super::harness::binary().display(),
        policy = env.policy().display(),
    );
    let mut command = Command::new("setsid");
    command.args(["unshare", "-Urm", "sh", "-c", &script]);
    env.prepare(&mut command);
    let output = Running::start(&mut command).finish();
    if !needs::has("a small file system", output.code() != 99) {
        return;
    }
    let output = output.exited(125);
    assert!(output.err().contains("cannot be recorded"), "{}", output.err());
    assert!(!env.work("ran").exists());
}
