//! Debuggers inside a session: where the policy lets them, and what they are told where it does not.

use super::harness::{DENY_DANGER, Env, policy};
use super::needs;
use super::programs::{EVIL, TWIN, optional, program};
use super::records::text;

fn debug(env_policy: &str) -> String {
    env_policy.replace("rules:", "debug: true\nrules:")
}

#[test]
fn strace_works_where_debugging_is_allowed() {
    if !needs::program("strace") {
        return;
    }
    let env = Env::new(&debug(&policy(DENY_DANGER)));
    env.run(&["strace", "-f", "-e", "trace=execve", "-o", "trace", "sh", "-c", "/bin/echo a; exit 3"]).exited(3);
    let trace = std::fs::read_to_string(env.work("trace")).unwrap();
    assert!(trace.contains("execve(\"/bin/echo\"") && trace.contains("exited with 3"), "{trace}");
    let records = env.verified();
    // What a debugger controls cannot be verified, and the record says so.
    assert_eq!(text(&records.decision("echo")["truth"]), "unverified");
}

#[test]
fn a_denied_program_is_refused_under_a_debugger_too() {
    if !needs::program("strace") {
        return;
    }
    let env = Env::with_danger(&debug(&policy(DENY_DANGER)));
    let output = env.run(&["strace", "-f", "-o", "trace", "sh", "-c", "./danger x; echo status=$?"]).exited(0);
    assert_eq!(output.out(), "status=126\n", "{}", output.err());
    assert!(output.err().contains("tollgate: denied by rule no-danger: ./danger x — "), "{}", output.err());
    let trace = std::fs::read_to_string(env.work("trace")).unwrap();
    assert!(trace.contains("exited with 126") && !trace.contains(&format!("exited with {EVIL}")), "{trace}");
    env.verify();
}

#[test]
fn strace_gets_nowhere_where_debugging_is_not_allowed() {
    if !needs::program("strace") {
        return;
    }
    let env = Env::new(&policy(DENY_DANGER));
    let output = env.run(&["strace", "-o", "trace", "/bin/echo", "a"]);
    assert_ne!(output.code(), 0);
    assert_eq!(output.out(), "");
    assert!(output.err().contains("Operation not permitted"), "{output:?}");
    env.verify();
}

#[test]
fn gdb_works_where_debugging_is_allowed() {
    if !needs::program("gdb") {
        return;
    }
    let env = Env::new(&debug(&policy(DENY_DANGER)));
    let twin = program("twin");
    let gdb = [
        "gdb",
        "-q",
        "-batch",
        "-nx",
        "-ex",
        "set debuginfod enabled off",
        "-ex",
        "break main",
        "-ex",
        "run",
        "-ex",
        "continue",
    ];
    let agent: Vec<&str> = gdb.into_iter().chain([twin.to_str().unwrap()]).collect();
    let output = env.run(&agent).exited(0);
    assert!(output.out().contains("Breakpoint 1, "), "{output:?}");
    // gdb prints the status in octal.
    assert!(output.out().contains(&format!("exited with code 0{TWIN:o}]")), "{output:?}");
    env.verify();
}

#[test]
fn a_sanitizer_that_traces_itself_works_where_debugging_is_allowed() {
    let Some(leak) = optional("leak") else {
        needs::has("a leak sanitizer", false);
        return;
    };
    let env = Env::new(&debug(&policy(DENY_DANGER)));
    let output = env.run(&[leak]);
    assert!(output.err().contains("1234 byte(s) in 1 object(s)"), "{output:?}");
    assert_ne!(output.code(), 0);
    env.verify();
}
