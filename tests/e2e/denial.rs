//! What a caller sees when it is refused: one line, one status, whatever language it is written in.

use super::harness::{DENY_DANGER, Env, policy};
use super::needs;
use super::process::Output;

/// The line that `./danger a 'b c'` gets.
const LINE: &str = "tollgate: denied by rule no-danger: ./danger a 'b c' — danger is forbidden. Do without.";

/// Checks that the caller has shown the line, once, and printed this.
#[track_caller]
fn is_told(output: &Output, printed: &str) {
    assert_eq!(output.refusals(), [LINE], "stdout: {}\nstderr: {}", output.out(), output.err());
    assert_eq!(output.out(), printed, "stderr: {}", output.err());
}

fn env() -> Env {
    Env::with_danger(&policy(DENY_DANGER))
}

#[test]
fn bash_gets_the_line_and_126() {
    let env = env();
    is_told(&env.run(&["bash", "-c", "./danger a 'b c'; echo status=$?"]), "status=126\n");
    env.verify();
}

#[test]
fn a_shell_script_gets_the_line_and_126() {
    let env = env();
    env.script(&env.work("script"), "#!/bin/sh\n./danger a 'b c'\necho status=$?\n");
    is_told(&env.run(&["./script"]), "status=126\n");
}

#[test]
fn python_gets_the_line_and_126() {
    let env = env();
    let program = "import subprocess\nprint(subprocess.run(['./danger', 'a', 'b c']).returncode)";
    is_told(&env.run(&["python3", "-c", program]), "126\n");
    let captured = "import subprocess\nprint(subprocess.run(['./danger', 'a', 'b c'], capture_output=True).stderr.decode(), end='')";
    let output = env.run(&["python3", "-c", captured]).exited(0);
    assert_eq!(output.out(), format!("{LINE}\n"));
}

#[test]
fn perl_gets_the_line_and_126() {
    let env = env();
    is_told(&env.run(&["perl", "-e", "system('./danger', 'a', 'b c'); print $? >> 8, \"\\n\""]), "126\n");
}

#[test]
fn make_gets_the_line_and_126() {
    let env = env();
    env.write("Makefile", "all:\n\t@./danger a 'b c'\n");
    let output = env.run(&["make", "-s"]).exited(2);
    is_told(&output, "");
    assert!(output.err().contains("Error 126"), "{}", output.err());
}

#[test]
fn env_gets_the_line_and_126() {
    let env = env();
    is_told(&env.run(&["env", "X=1", "./danger", "a", "b c"]).exited(126), "");
}

#[test]
fn xargs_gets_the_line_and_126() {
    let env = env();
    let output = env.shell("printf 'a\\0b c\\0' | xargs -0 ./danger; echo status=$?");
    // xargs itself answers 123 where what it started ended with another status than 0.
    is_told(&output, "status=123\n");
    is_told(&env.shell("printf 'a\\0b c\\0' | xargs -0 sh -c './danger \"$@\"; echo status=$?' sh"), "status=126\n");
}

#[test]
fn node_gets_the_line_and_126() {
    if !needs::program("node") {
        return;
    }
    let env = env();
    let program = "const r = require('child_process').spawnSync('./danger', ['a', 'b c'], {stdio: 'inherit'}); console.log(r.status)";
    is_told(&env.run(&["node", "-e", program]), "126\n");
}

#[test]
fn the_shim_gives_the_same_line() {
    let env = env();
    let output = env.shell("danger a 'b c'; echo status=$?");
    assert_eq!(output.refusals(), [LINE.replace("./danger", "danger")]);
    assert_eq!(output.out(), "status=126\n");
}

#[test]
fn a_caller_with_standard_error_closed_still_gets_126() {
    let env = env();
    assert_eq!(env.shell("./danger 2>&-; echo $?").out(), "126\n");
    assert_eq!(env.shell("danger 2>&-; echo $?").out(), "126\n");
    env.verify();
}

#[test]
fn what_moves_a_cursor_is_escaped() {
    let env = env();
    let program = r#"
import subprocess
subprocess.run([b"./danger", b"\x1b[2J\x1b]0;x\x07", b"two\nlines\r", "\u202e".encode(), b"\xff\xfe", b""])
"#;
    let output = env.run(&["python3", "-c", program]).exited(0);
    let expected = r"tollgate: denied by rule no-danger: ./danger '\u{1b}[2J\u{1b}]0;x\u{7}' 'two\nlines\r' '\u{202e}' '\xff\xfe' '' — danger is forbidden. Do without.";
    assert_eq!(output.refusals(), [expected]);
    assert!(!output.stderr.contains(&0x1b));
    // The record holds the very bytes.
    let records = env.verified();
    let argv = records.decision("danger")["action"]["argv"].clone();
    assert_eq!(argv[1], "\u{1b}[2J\u{1b}]0;x\u{7}");
    assert!(argv[4].is_object() || argv[4].as_str().is_some_and(|text| text != "\u{fffd}\u{fffd}"), "{argv}");
}

#[test]
fn huge_arguments_are_shortened() {
    let env = env();
    let program = "import subprocess\nsubprocess.run(['./danger'] + ['x' * 100000] * 10 + ['y'] * 5000)";
    let output = env.run(&["python3", "-c", program]).exited(0);
    let refusals = output.refusals();
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].contains("xxx…") && refusals[0].chars().count() < 500, "{} characters", refusals[0].len());
    assert!(refusals[0].ends_with(" — danger is forbidden. Do without."), "{refusals:?}");
    env.verify();
}

#[test]
fn reasons_with_strange_characters_stay_on_one_line() {
    let rule = DENY_DANGER.replace("danger is forbidden", "one\\ntwo\\u001b[31m").replace("Do without.", "Ask.");
    let env = Env::with_danger(&policy(&rule));
    let output = env.shell("./danger");
    assert_eq!(output.refusals(), [r"tollgate: denied by rule no-danger: ./danger — one two\u{1b}[31m. Ask."]);
}
