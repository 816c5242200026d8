//! Writes that fail. Each test runs a session in a process of its own, with a file size limit or, as
//! root, on a small file system of its own.

use crate::audit::testing::*;
use crate::audit::verify::State;
use crate::audit::*;
use crate::model::Decision;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Tells the test below that it is the process of its own: what to do.
const TASK: &str = "TOLLGATE_TEST_TASK";
/// Where to do it.
const FOLDER: &str = "TOLLGATE_TEST_FOLDER";
/// The size at which a write fails, in the middle of a line.
const LIMIT: u64 = 40_000;

/// Runs the test `a_process_of_its_own` in a process of its own, started by a shell line that gets the
/// folder as `$FOLDER` and ends with the command.
#[expect(clippy::disallowed_methods, reason = "a test starts itself again")]
fn elsewhere(task: &str, folder: &Path, before: &str) -> Output {
    let program = std::env::current_exe().expect("own path");
    let output = Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; {before} exec \"$@\""), "sh"])
        .arg(program)
        .args(["--exact", "audit::tests::full_disk::a_process_of_its_own", "--nocapture"])
        .env(TASK, task)
        .env(FOLDER, folder)
        .output()
        .expect("runs");
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("1 passed"), "{shown}");
    output
}

#[test]
fn a_process_of_its_own() {
    let Ok(task) = std::env::var(TASK) else { return };
    let folder = std::env::var_os(FOLDER).expect("folder");
    let ground = Ground { folder: tempfile::Builder::new().disable_cleanup(true).tempdir_in(folder).expect("folder") };
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).expect("limit");
    if task != "tmpfs" {
        setrlimit(Resource::RLIMIT_FSIZE, LIMIT, hard).expect("limit");
    }
    let journal = ground.open();
    let mut runs = 0;
    let error = loop {
        match run(&journal, &["true", &"x".repeat(100)]) {
            Ok(()) => runs += 1,
            Err(error) => break error,
        }
    };
    assert!(runs > 10, "{runs}");
    assert!(matches!(error, AuditError::Fault(_)), "{error}");
    let first = error.to_string();
    assert!(first.contains("cannot write"), "{first}");
    // From now on everything fails for the same reason, also what would still fit.
    for decided in [Decision::Allow, Decision::Deny, Decision::Ask] {
        assert_eq!(decide(&journal, decided, &["x"]).expect_err("refused").to_string(), first);
    }
    assert!(journal.fault().is_some_and(|fault| first.contains(&fault)));
    journal.tick();
    match task.as_str() {
        "lasting" => {
            assert!(journal.close(&ending()).is_err());
            setrlimit(Resource::RLIMIT_FSIZE, hard, hard).expect("limit");
        }
        "passing" => {
            setrlimit(Resource::RLIMIT_FSIZE, hard, hard).expect("limit");
            drop(journal.close(&ending()).expect("closes"));
        }
        _ => {
            drop(journal.close(&ending()).expect("the reserve holds the last words"));
            let report = ground.verify();
            assert!(report.is_whole(), "{report}");
            assert_eq!(report.files[0].state, State::Sealed);
            assert!(report.files[0].counts.get("gap").is_some_and(|gaps| *gaps >= 1));
            assert!(!report.to_string().contains("failed write"), "nothing was torn: {report}");
            let text = fs::read_to_string(&report.files[0].path).expect("reads");
            assert!(text.contains(r#""cause":"enospc""#), "{text}");
        }
    }
}

/// Returns the ground that the process of its own left.
fn left_in(folder: &Path) -> Ground {
    let inner = fs::read_dir(folder).expect("folder").next().expect("one").expect("entry").path();
    let moved = tempfile::tempdir().expect("folder");
    for name in ["audit", "keys"] {
        fs::rename(inner.join(name), moved.path().join(name)).expect("moves");
    }
    Ground { folder: moved }
}

#[test]
fn a_write_that_fails_for_good_refuses_everything_and_the_next_session_seals_what_is_there() {
    let folder = tempfile::tempdir().expect("folder");
    elsewhere("lasting", folder.path(), "");
    let ground = left_in(folder.path());
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    let file = &report.files[0];
    assert_eq!(file.state, State::Unsealed);
    assert_eq!(fs::metadata(&file.path).expect("file").len(), LIMIT);
    assert!(file.torn_bytes > 0, "the last line is torn: {report}");
    let next = ground.open();
    assert_eq!(next.recovered()[0].found.as_ref().expect("found").faults, 0);
    drop(next.close(&ending()).expect("closes"));
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    assert_eq!(report.files[0].state, State::SealedAfterCrash);
}

#[test]
fn a_write_that_fails_for_a_while_leaves_a_fenced_fragment_that_the_record_names() {
    let folder = tempfile::tempdir().expect("folder");
    elsewhere("passing", folder.path(), "");
    let ground = left_in(folder.path());
    let report = ground.verify();
    assert!(report.is_whole(), "{report}");
    let file = &report.files[0];
    assert_eq!((file.state, file.torn_bytes), (State::Sealed, 0));
    assert!(report.to_string().contains("failed write, named by the gap that follows"), "{report}");
    let text = fs::read_to_string(&file.path).expect("reads");
    let gap = text.lines().find(|line| line.contains(r#""kind":"gap""#)).expect("a gap");
    // One run and the three requests after it were refused. Where the write that failed was an outcome's (the
    // length of the paths decides), it is lost, too.
    let is_told = |lost: u32| gap.contains(&format!(r#""lost":{{"max":{lost},"min":{lost}}},"mode":"deny_all""#));
    assert!(is_told(4) || is_told(5), "{gap}");
    assert!(gap.contains(r#""recovered":true"#) && gap.contains(r#""fragment":{"bytes":"#), "{gap}");
    // The fragment is evidence, too: any change to it shows.
    let start = usize::try_from(LIMIT).expect("fits") - 3;
    let mut bytes = text.into_bytes();
    bytes[start] ^= 1;
    fs::write(&file.path, &bytes).expect("writes");
    assert!(ground.causes().contains(&"not_canonical"), "{}", ground.verify());
}

#[test]
fn a_full_disk_is_noticed_before_a_line_is_torn_and_the_last_words_still_fit() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can mount a file system of its own");
        return;
    }
    let folder = tempfile::tempdir().expect("folder");
    let mount = r#"if [ -z "$INNER" ]; then INNER=1 exec unshare -m sh -c 'trap "" XFSZ; mount -t tmpfs -o size=600k none "$TOLLGATE_TEST_FOLDER" || exit 7; exec "$@"' sh "$@"; fi;"#;
    elsewhere("tmpfs", folder.path(), mount);
}
