//! Programs of many kinds run under the gate as they do without it, and are refused alike.

use super::harness::{ASK_DANGER, DENY_DANGER, Env, policy};
use super::needs;
use super::programs::{TWIN, optional, program};
use super::records::text;

/// Runs an allowed and a denied program of one kind.
#[track_caller]
fn kind(name: &str) {
    let [Some(twin), Some(evil)] = ["twin", "evil"].map(|base| optional(&format!("{base}-{name}"))) else {
        needs::has(&format!("a compiler for {name}"), false);
        return;
    };
    let env = Env::new(&policy(&format!("  - {{ id: no, action: deny, match: {{ program: evil-{name} }} }}\n")));
    let line = format!("{}; echo $?; {}; echo $?", twin.display(), evil.display());
    let output = env.shell(&line).exited(0);
    assert_eq!(output.out(), format!("{TWIN}\n126\n"));
    assert_eq!(output.refusals().len(), 1, "{output:?}");
    let records = env.verified();
    let decision = records.decision(&format!("twin-{name}"));
    assert_eq!(records.outcome(decision).unwrap()["exit"], TWIN);
}

#[test]
fn static_programs_are_judged() {
    kind("static");
}

#[test]
fn programs_of_32_bits_are_judged() {
    kind("i386");
}

#[test]
fn static_programs_of_32_bits_are_judged() {
    kind("i386-static");
}

#[test]
fn a_daemon_that_left_its_parents_is_judged() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let daemon = program("daemon");
    let line = format!(
        "{0} ./danger one; {0} {1} two; while [ ! -e one ] || [ ! -e two ]; do /bin/sleep 0.02; done; cat one two",
        daemon.display(),
        program("twin").display()
    );
    assert_eq!(env.shell(&line).exited(0).out(), format!("126\n{TWIN}\n"));
    env.verify();
}

#[test]
fn a_thread_that_is_not_the_first_may_execute() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    let threads = program("threads");
    let line = format!("{0} {1}; echo $?; {0} ./danger; echo $?", threads.display(), program("twin").display());
    assert_eq!(env.shell(&line).exited(0).out(), format!("{TWIN}\n126\n"));
    let records = env.verified();
    assert_eq!(records.outcome(records.decision("twin")).unwrap()["exit"], TWIN);
    assert_eq!(text(&records.decision("danger")["truth"]), "verified");
}

#[test]
fn python_starts_programs_from_many_processes_and_threads() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    env.write(
        "many.py",
        "import multiprocessing, subprocess, concurrent.futures
def run(n):
    return subprocess.run(['/bin/true' if n % 4 else './danger'], stderr=subprocess.DEVNULL).returncode
def batch(n):
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        return list(threads.map(run, range(16)))
if __name__ == '__main__':
    with multiprocessing.get_context('spawn').Pool(4) as pool:
        results = sum(pool.map(batch, range(4)), [])
    print(results.count(0), results.count(126), len(results))
",
    );
    assert_eq!(env.run(&["python3", "many.py"]).exited(0).out(), "48 16 64\n");
    let records = env.verified();
    assert_eq!((records.decisions("true").len(), records.decisions("danger").len()), (48, 16));
}

#[test]
fn many_questions_at_once_without_an_approver_are_all_refused() {
    let env = Env::with_danger(&policy(ASK_DANGER));
    let line = "i=0; while [ $i -lt 30 ]; do ./danger $i & all=\"$all $!\"; i=$((i+1)); done; for job in $all; do wait $job; echo $?; done";
    let output = env.run(&["bash", "-c", line]).exited(0);
    assert_eq!(output.out(), "126\n".repeat(30));
    let records = env.verified();
    assert_eq!((records.decisions("danger").len(), records.of("approval").len()), (30, 30));
}

#[test]
fn a_search_through_path_leaves_no_record() {
    let env = Env::new(&policy(DENY_DANGER));
    let program =
        "import os\nos.environ['PATH'] = '/no:/such:/folder:/sbin:/tmp:/bin:/usr/bin'\nos.execlp('true', 'true')";
    env.run(&["python3", "-c", program]).exited(0);
    let records = env.verified();
    let seen: Vec<String> =
        records.of("decision").iter().map(|record| text(&record["action"]["argv"][0]).to_owned()).collect();
    assert_eq!(seen, ["python3", "true"]);
    let missing = env.run(&[
        "python3",
        "-c",
        "import os\ntry: os.execv('/no/such', ['x'])\nexcept FileNotFoundError: print('missing')",
    ]);
    assert_eq!(missing.exited(0).out(), "missing\n");
    assert_eq!(env.verified().of("decision").len(), 1);
}

#[test]
fn errors_of_execve_are_those_of_the_kernel() {
    let env = Env::new(&policy(DENY_DANGER));
    env.write("text", "no program\n");
    std::fs::create_dir(env.work("folder")).unwrap();
    env.script(&env.work("broken"), "\u{7f}ELF but not really\n");
    env.script(&env.work("lost"), "#!/no/such/interpreter\n");
    let program = "import errno, os
for path in ['./text', './folder', './broken', './lost', './missing', './text/x', 'x' * 5000]:
    try:
        os.execv(path, [path])
    except OSError as error:
        print(errno.errorcode[error.errno])
";
    let output = env.run(&["python3", "-c", program]).exited(0);
    assert_eq!(output.out(), "EACCES\nEACCES\nENOEXEC\nENOENT\nENOENT\nENOTDIR\nENAMETOOLONG\n");
    env.verify();
}

#[test]
fn a_sandbox_of_the_agents_own_works_inside() {
    if !needs::program("bwrap") || !needs::namespaces() {
        return;
    }
    let env = Env::with_danger(&policy(DENY_DANGER));
    let sandbox = "bwrap --dev-bind / / --unshare-pid --proc /proc --die-with-parent";
    let bare = needs::succeeds(&["bwrap", "--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "true"]);
    if !needs::has("a working bwrap", bare) {
        return;
    }
    let line = format!("{sandbox} /bin/echo fine; {sandbox} ./danger; echo $?; {sandbox} sh -c 'danger; echo $?'");
    assert_eq!(env.shell(&line).exited(0).out(), "fine\n126\n126\n");
    env.verify();
}

#[test]
fn plain_filters_of_the_agent_stack_on_ours() {
    let env = Env::with_danger(&policy(DENY_DANGER));
    // prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER) with a filter that allows everything.
    let program = "import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7fff0000), 8)
program = ctypes.create_string_buffer(struct.pack('HxxxxxxP', 1, ctypes.addressof(code)), 16)
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0, ctypes.get_errno()
os.execv('./danger', ['./danger'])
";
    env.run(&["python3", "-c", program]).exited(126);
    env.verify();
}

#[test]
fn a_caller_with_a_short_timer_gets_its_exec_done() {
    let env = Env::new(&policy(DENY_DANGER));
    // A timer of the caller interrupts system calls that wait; were execve among them, it would be tried for
    // ever. The timer goes on in the new program, which may be ended by it before it has its trap.
    let program = "import os, signal
signal.signal(signal.SIGALRM, lambda *unused: None)
ended = 0
while ended < 5:
    pid = os.fork()
    if pid == 0:
        signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
        os.execv('/bin/sh', ['sh', '-c', 'trap : ALRM; exit 9'])
    status = os.waitpid(pid, 0)[1]
    assert status in (9 << 8, signal.SIGALRM), status
    ended += status == 9 << 8
";
    env.run(&["python3", "-c", program]).exited(0);
    let records = env.verified();
    assert!(records.decisions("dash").len() + records.decisions("bash").len() >= 5);
}

#[test]
fn deep_trees_and_long_chains_of_execs_are_followed() {
    let env = Env::new(&policy(DENY_DANGER));
    // A process that replaces itself fifty times, each recorded as such.
    let line = "n=$1; [ $n = 0 ] && exit 5; exec sh \"$0\" $((n-1))";
    env.script(&env.work("chain"), &format!("#!/bin/sh\n{line}\n"));
    env.run(&["./chain", "50"]).exited(5);
    let records = env.verified();
    let replaced = records.of("outcome").iter().filter(|record| record["state"] == "replaced").count();
    assert_eq!((replaced, records.of("outcome").len()), (50, 51));
}

#[test]
fn a_program_that_ends_by_a_signal_is_recorded_so() {
    let env = Env::new(&policy(DENY_DANGER));
    env.shell("sh -c 'kill -SEGV $$'; sh -c 'kill -KILL $$'; exit 0").exited(0);
    let records = env.verified();
    let mut signals: Vec<i64> = records.of("outcome").iter().filter_map(|record| record["signal"].as_i64()).collect();
    signals.sort_unstable();
    assert_eq!(signals, [9, 11]);
}
