//! The shim as a program: what it hands on, and that nobody else's code is in it.

use super::harness::{Env, policy};
use super::records::text;

const RULES: &str =
    "  - { id: no-publish, action: deny, match: { program: tool, argv: { prefix: [publish] } }, reason: no }\n";

/// An environment with `tool`, which stands behind the shim.
fn env(script: &str) -> Env {
    let env = Env::new(&policy(RULES));
    env.script(&env.bin("tool"), script);
    env
}

#[test]
fn no_loader_puts_code_into_the_shim() {
    let env = env("#!/bin/sh\nexit 7\n");
    env.shell("export LD_PRELOAD=/no/such.so; tool status").exited(7);
    let records = env.verified();
    // A shim with a loader is recorded where the environment has something for the loader.
    let shims = usize::from(!cfg!(static_shim));
    assert_eq!(records.decisions("tollgate-shim").len(), shims);
    assert_eq!(text(&records.decisions("tool")[0]["door"]), "shim");
}

#[test]
fn a_program_behind_the_shim_can_be_ended_by_a_closed_pipe() {
    let env = env("#!/bin/sh\nkill -PIPE $$\necho alive\n");
    let output = env.shell("tool status; echo $?").exited(0);
    assert_eq!(output.out(), "141\n");
}

#[test]
fn a_program_behind_the_shim_has_the_callers_streams_arguments_and_environment() {
    let env = env("#!/usr/bin/env python3
import os, sys
if len(sys.argv) == 1:
    sys.exit(9 if not any(os.path.exists(f'/proc/self/fd/{fd}') for fd in (0, 1, 2)) else 1)
print(sys.argv[1:], os.environ['ODD'], sorted(os.listdir('/proc/self/fd'))[:-1])
");
    let by_path = env.bin("tool");
    let line = format!(
        "export ODD='a=b'; for tool in tool {}; do $tool status '' \"$(printf 'x\\ny')\" é; done; tool <&- >&- 2>&-; echo $?",
        by_path.display()
    );
    let output = env.shell(&line).exited(0);
    let output = output.out();
    let [behind, direct, closed] = output.lines().collect::<Vec<_>>()[..] else { panic!("{output}") };
    assert_eq!(behind, direct);
    assert!(behind.starts_with("['status', '', 'x\\ny', 'é'] a=b ['0', '1', "), "{behind}");
    // The standard library opens what is closed, where it is in the shim.
    assert_eq!(closed, if cfg!(static_shim) { "9" } else { "1" });
    env.verify();
}

#[test]
fn many_arguments_pass_through_the_shim() {
    let env = env("#!/bin/sh\necho $#\n");
    let output = env.shell("tool $(seq 20000)").exited(0);
    assert_eq!(output.out(), "20000\n");
    env.verify();
}

#[test]
fn a_refusal_ends_with_its_status_where_nobody_reads_it() {
    let env = env("#!/bin/sh\nexit 7\n");
    assert_eq!(env.shell("tool publish 2>&-; echo $?").exited(0).out(), "126\n");
    let program = "import os, subprocess
reader, writer = os.pipe()
os.close(reader)
print(subprocess.run(['tool', 'publish'], stderr=writer).returncode)";
    assert_eq!(env.run(&["python3", "-c", program]).exited(0).out(), "126\n");
}

#[test]
fn a_search_skips_what_leads_to_the_shim() {
    let env = env("#!/bin/sh\nexit 7\n");
    // The session's folder again, in another spelling, and a name that nothing has.
    let line = "PATH=\"$TOLLGATE_SESSION//bin/:$TOLLGATE_SESSION/../$(basename \"$TOLLGATE_SESSION\")/bin:$PATH\"; tool status";
    env.shell(line).exited(7);
    let gone = env.shell("PATH=\"$TOLLGATE_SESSION/bin\"; tool status").exited(127);
    assert!(gone.err().contains("tollgate: tool: command not found"), "{}", gone.err());
}
