//! Which doors are on, and what holds where the kernel door cannot be had.

use super::harness::{DENY_DANGER, Env, policy};
use super::process::Running;
use super::programs::EVIL;
use super::records::{Records, text};

fn doors(records: &Records) -> String {
    let start = records.only("session_start");
    let doors: Vec<&str> = start["doors"].as_array().unwrap().iter().map(text).collect();
    format!("{} {}", text(&start["tiers"]["exec"]), doors.join("+"))
}

#[test]
fn both_doors_are_on_and_the_shim_is_first_on_path() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output = env.shell("command -v danger; /bin/echo $SHELL; danger; ./danger; echo $?").exited(0);
    let lines: Vec<String> = output.out().lines().map(str::to_owned).collect();
    assert!(lines[0].contains("/state/tollgate/run/") && lines[0].ends_with("/bin/danger"), "{lines:?}");
    assert_eq!(lines.last().unwrap(), "126");
    let records = env.verified();
    assert_eq!(doors(&records), "E1 kernel+shim");
    let seen: Vec<&str> = records.decisions("danger").iter().map(|decision| text(&decision["door"])).collect();
    assert_eq!(seen, ["shim", "kernel"]);
}

#[test]
fn the_folder_of_the_session_is_private_and_goes_with_it() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output =
        env.shell("stat -c %a \"$TOLLGATE_SESSION\" \"$TOLLGATE_SESSION/bin\"; echo $TOLLGATE_SESSION").exited(0);
    let lines: Vec<String> = output.out().lines().map(str::to_owned).collect();
    assert_eq!(lines[..2], ["700", "700"]);
    assert!(!std::path::Path::new(&lines[2]).exists());
}

#[test]
fn the_shell_variable_leads_to_the_shim() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let mut command = env.session(&[], &["sh", "-c", "echo $SHELL; $SHELL -c 'echo from $0' mine"]);
    let output = Running::start(command.env("SHELL", "/bin/bash")).finish().exited(0);
    let text = output.out();
    assert!(text.lines().next().unwrap().ends_with("/bin/bash") && text.contains("/state/tollgate/run/"), "{text}");
    assert!(text.contains("from mine"));
    env.verify();
}

#[test]
fn the_kernel_door_alone_leaves_the_environment_as_it_was() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let line = "echo \"$PATH|$TOLLGATE_SESSION\"; danger; ./danger";
    let output = env.run_with(&["--door", "kernel"], &["sh", "-c", line]).exited(126);
    assert_eq!(output.out(), format!("{}:{}|\n", env.bin("").display(), super::harness::SEARCH_PATH));
    let records = env.verified();
    assert_eq!(doors(&records), "E1 kernel");
    let seen: Vec<&str> = records.decisions("danger").iter().map(|decision| text(&decision["door"])).collect();
    assert_eq!(seen, ["kernel", "kernel"]);
}

#[test]
fn the_shim_door_alone_is_announced_recorded_and_holds_names() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output = env.run_with(&["--door", "shim"], &["sh", "-c", "danger; echo $?; ./danger; echo $?"]).exited(0);
    // By name it is held; by path it is not, which is what tier E4 means.
    assert_eq!(output.out(), format!("126\n{EVIL}\n"));
    let messages = output.refusals();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("tollgate: tier E4 only: "), "{messages:?}");
    assert!(messages[1].starts_with("tollgate: denied by rule no-danger: danger — "), "{messages:?}");
    let records = env.verified();
    assert_eq!(doors(&records), "E4 shim");
    let decision = records.decision("danger");
    assert_eq!((text(&decision["tier"]), text(&decision["truth"])), ("E4", "unverified"));
}

#[test]
fn a_floor_that_cannot_be_held_refuses_to_start() {
    let env = Env::new(&policy(DENY_DANGER));
    let refused = env.run_with(&["--door", "shim", "--require", "E1"], &["touch", "ran"]).exited(125);
    assert!(refused.err().contains("tier E4") && refused.err().contains("E1 is required"), "{}", refused.err());
    assert!(!env.work("ran").exists());
    env.run_with(&["--door", "shim", "--require", "E4"], &["touch", "ran"]).exited(0);
    assert!(env.work("ran").exists());
    env.run_with(&["--require", "E1"], &["true"]).exited(0);
    env.run_with(&["--require", "E9"], &["true"]).exited(125);
}

#[test]
fn the_policy_can_set_the_floor() {
    let env = Env::new(&policy(DENY_DANGER).replace("rules:", "require: E1\nrules:"));
    env.run_with(&["--door", "shim"], &["touch", "ran"]).exited(125);
    assert!(!env.work("ran").exists());
    env.run(&["touch", "ran"]).exited(0);
    assert!(env.work("ran").exists());
}

#[test]
fn a_session_inside_a_session_falls_back_to_the_shim_and_says_so() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let inner = super::harness::binary();
    // A script: without the kernel door a whole shell line is judged before it runs.
    env.script(&env.work("script"), "#!/bin/sh\ndanger\necho $?\n");
    let line = format!(
        "XDG_STATE_HOME={} {} run --policy {} -- ./script",
        env.root().join("inner").display(),
        inner.display(),
        env.policy().display()
    );
    let output = env.shell(&line).exited(0);
    // The listener of a session is the only one in its tree.
    assert_eq!(output.out(), "126\n");
    let told = output.err();
    let told: Vec<&str> = told.lines().filter(|line| line.starts_with("tollgate: tier E4 only: ")).collect();
    assert_eq!(told.len(), 1, "{}", output.err());
    assert!(told[0].contains("seccomp filter") && told[0].contains("tollgate doctor"), "{told:?}");
    let files = super::records::session_files(&env.root().join("inner/tollgate/audit"));
    assert_eq!(doors(&Records::read(&files[0])), "E4 shim");
    env.verify();
    let required = line.replace(" run ", " run --door kernel ");
    env.shell(&required).exited(125);
}

#[test]
fn a_shim_without_its_session_refuses() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let output = env.shell("env -u TOLLGATE_SESSION danger").exited(125);
    assert!(output.err().contains("tollgate-shim runs inside a session only"), "{}", output.err());
}
