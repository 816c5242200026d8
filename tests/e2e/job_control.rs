//! Ctrl-Z, Ctrl-C, `fg` and `bg`, outside and inside of a session.

use super::harness::{ASK_DANGER, Env, binary, policy};
use super::process::eventually;
use super::terminal::{CTRL_C, CTRL_Z, Terminal};

fn env() -> Env {
    Env::with_danger(&policy(ASK_DANGER))
}

/// Returns the line that starts a session from a shell.
fn run(env: &Env, agent: &str) -> String {
    format!("{} run --policy {} -- {agent}\r", binary().display(), env.policy().display())
}

/// Says whether a process leads the foreground of its terminal, and runs. See proc_pid_stat(5).
fn has_terminal(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let [state, _parent, group, _session, _terminal, foreground, ..] = fields[..] else { return false };
    group == foreground && state != "T"
}

#[test]
fn control_z_stops_the_whole_session_and_fg_goes_on() {
    let env = env();
    let shell = Terminal::shell(&env);
    shell.types(&run(&env, "sh -c 'echo up $((40+2)); read line; echo got $line'"));
    shell.wait_for("up 42");
    shell.types(CTRL_Z);
    shell.wait_for("Stopped");
    // The keys are the shell's again.
    shell.types("echo between $((40+2))\r");
    shell.wait_for("between 42");
    shell.types("fg\r");
    shell.types("word\r");
    shell.wait_for("got word");
    shell.wait_for("The record verifies with: ");
    shell.types("exit\r");
    shell.finish();
    env.verify();
}

#[test]
fn control_c_ends_an_agent_that_does_not_catch_it() {
    let env = env();
    let shell = Terminal::shell(&env);
    shell.types(&run(&env, "sh -c 'echo up $((40+2)); exec sleep 1000'").replace('\r', "; echo status=$?\r"));
    shell.wait_for("up 42");
    shell.types(CTRL_C);
    shell.wait_for("The record verifies with: ");
    // An interactive bash gives up the rest of the line after Ctrl-C, as it does without tollgate.
    shell.types("echo after=$?\r");
    shell.wait_for("130");
    shell.types("exit\r");
    shell.finish();
    env.verify();
}

#[test]
fn a_stopped_session_that_is_ended_ends() {
    let env = env();
    let shell = Terminal::shell(&env);
    shell.types(&run(&env, "sh -c 'echo up $((40+2)); exec sleep 1000'"));
    shell.wait_for("up 42");
    shell.types(CTRL_Z);
    shell.wait_for("Stopped");
    shell.types("kill %1; fg; echo the end $((40+2))\r");
    shell.wait_for("the end 42");
    shell.types("exit\r");
    shell.finish();
    env.verify();
}

#[test]
fn a_shell_inside_has_job_control() {
    let env = env();
    let agent = ["env", "PS1=(inside)", "bash", "--norc", "--noprofile", "-i"];
    let terminal = Terminal::session(&env, &[], &agent);
    let shows = |text: &str, times: usize| {
        terminal.wait_until(text, |screen| {
            (screen.contents().lines().filter(|line| line.trim() == text).count() == times).then_some(())
        });
    };
    terminal.wait_for("(inside)");
    terminal.types("sleep 1000 & fg\r");
    shows("sleep 1000", 1);
    let job = terminal.wait_until("the job's number", |screen| {
        let text = screen.contents();
        let number = text.lines().find_map(|line| line.strip_prefix("[1] "))?;
        number.trim().parse::<u32>().ok()
    });
    // `fg` prints the command, then hands over the terminal.
    eventually("the job has the terminal", || has_terminal(job));
    // Before it executes it is a copy of the shell, which ignores the key.
    eventually("the job runs", || {
        std::fs::read_to_string(format!("/proc/{job}/comm")).is_ok_and(|name| name.trim() == "sleep")
    });
    terminal.types(CTRL_Z);
    terminal.wait_for("Stopped");
    terminal.types("bg; echo jobs: $(jobs -r | wc -l)\r");
    terminal.wait_for("jobs: 1");
    terminal.types("fg\r");
    shows("sleep 1000", 2);
    eventually("the job has the terminal again", || has_terminal(job));
    terminal.types(CTRL_C);
    terminal.types("echo interrupted=$?\r");
    terminal.wait_for("interrupted=130");
    terminal.types("exit 4\r");
    assert_eq!(terminal.finish(), 4);
    env.verify();
}

#[test]
fn a_session_in_the_background_does_not_take_the_keys() {
    let env = env();
    let shell = Terminal::shell(&env);
    let line = run(&env, "sh -c 'while [ ! -e go ]; do /bin/sleep 0.02; done; echo finished > out' &");
    shell.types(&line);
    shell.types("echo mine $((40+2))\r");
    shell.wait_for("mine 42");
    shell.types("touch go; wait; echo waited $((40+2))\r");
    shell.wait_for("waited 42");
    assert_eq!(std::fs::read_to_string(env.work("out")).unwrap(), "finished\n");
    shell.types("exit\r");
    shell.finish();
    env.verify();
}

#[test]
fn the_terminal_is_left_as_it_was_found() {
    let env = env();
    let shell = Terminal::shell(&env);
    shell.types("stty -a > before\r");
    let line = run(&env, "sh -c 'stty raw -echo; exit 3'").replace('\r', "; stty -a > after; echo done=$?\r");
    shell.types(&line);
    shell.wait_for("done=0");
    let read = |name: &str| std::fs::read_to_string(env.work(name)).unwrap();
    assert_eq!(read("before"), read("after"));
    shell.types("exit\r");
    shell.finish();
}
