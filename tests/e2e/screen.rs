//! What is on the screen around a card: held back, covered, and given back.

use super::harness::{ASK_DANGER, Env, policy};
use super::needs;
use super::process::eventually;
use super::terminal::{COLUMNS, ROWS, Terminal};

fn env() -> Env {
    Env::with_danger(&policy(ASK_DANGER))
}

#[test]
fn output_is_held_back_while_a_card_is_up_and_nothing_is_lost() {
    let env = env();
    // The background writes a thousand numbered lines, and into a file how far it got.
    let line = "echo before; (while [ ! -e up ]; do /bin/sleep 0.01; done; i=0; while [ $i -lt 1000 ]; do echo line $i; echo $i > wrote; i=$((i+1)); done) & ./danger; wait; echo after";
    let terminal = Terminal::session(&env, &[], &["sh", "-c", line]);
    let card = terminal.card();
    assert!(!card.contains("before"), "the card covers all:\n{card}");
    env.write("up", "");
    let wrote = || std::fs::read_to_string(env.work("wrote")).ok().and_then(|text| text.trim().parse::<u32>().ok());
    eventually("some lines", || wrote().is_some_and(|line| line >= 20));
    assert!(terminal.card().starts_with(&card));
    let shows = |needle: &str| String::from_utf8_lossy(&terminal.printed()).contains(needle);
    assert!(!shows("line 0"));
    terminal.answers("Deny");
    terminal.wait_for("after");
    for line in 0..1000 {
        assert!(shows(&format!("line {line}\r\n")), "line {line} is lost");
    }
    terminal.finish();
    env.verify();
}

#[test]
fn the_main_screen_comes_back_as_it_was() {
    let env = env();
    let line = "printf 'one\\n\\033[31mtwo\\033[0m\\n'; ./danger; echo status=$?";
    let terminal = Terminal::session(&env, &[], &["sh", "-c", line]);
    terminal.card();
    terminal.answers("Deny");
    terminal.wait_for("status=126");
    let text = terminal.text();
    assert!(text.starts_with("one\ntwo\n"), "{text}");
    let raw = terminal.printed();
    let count = |needle: &[u8]| raw.windows(needle.len()).filter(|window| *window == needle).count();
    assert_eq!((count(b"\x1b[?1049h"), count(b"\x1b[?1049l")), (1, 1));
    terminal.finish();
}

#[test]
fn a_full_screen_program_gets_its_screen_back() {
    if !needs::program("vim") {
        return;
    }
    let env = env();
    env.write("text", "first line\nsecond line\n");
    let vim = ["vim", "-N", "-u", "NONE", "-i", "NONE", "-n", "text"];
    let terminal = Terminal::session(&env, &[], &vim);
    terminal.wait_for("second line");
    terminal.wait_for("\"text\" 2L, 23B");
    // It paints from top to bottom; the last row is its own for commands.
    let last = usize::from(ROWS) - 2;
    let before = terminal.wait_until("all of vim", |screen| {
        let text = screen.contents();
        (screen.alternate_screen() && text.lines().nth(last)?.starts_with('~')).then_some(text)
    });
    // Vim's own shell command clears its screen; a job runs beside it.
    terminal.types(":call job_start(['./danger', 'job'])\r");
    terminal.card();
    terminal.answers("Deny");
    let body = |text: &str| text.lines().take(last + 1).map(str::to_owned).collect::<Vec<_>>();
    terminal.wait_until("the text as before", |screen| {
        (screen.alternate_screen() && body(&screen.contents()) == body(&before)).then_some(())
    });
    // It still edits.
    terminal.types("dd:wq\r");
    assert_eq!(terminal.finish(), 0);
    assert_eq!(std::fs::read_to_string(env.work("text")).unwrap(), "second line\n");
    env.verify();
}

#[test]
fn a_pager_gets_its_screen_back() {
    if !needs::program("less") {
        return;
    }
    let env = env();
    let lines: String = (0..500).map(|n| format!("line {n}\n")).collect();
    env.write("text", &lines);
    // The card comes from beside the pager, once its file says so.
    let line =
        "(while [ ! -e go ]; do /bin/sleep 0.02; done; ./danger beside 2>told; echo $? > status) & exec less -S text";
    let terminal = Terminal::session(&env, &[], &["sh", "-c", line]);
    terminal.wait_for("line 30");
    terminal.types("G");
    terminal.wait_for("line 499");
    let before = terminal.text();
    env.write("go", "");
    terminal.card();
    terminal.answers("Deny");
    terminal.wait_until("the text as before", |screen| (screen.contents() == before).then_some(()));
    eventually("the answer", || std::fs::read_to_string(env.work("status")).is_ok_and(|text| text == "126\n"));
    terminal.types("q");
    assert_eq!(terminal.finish(), 0);
}

#[test]
fn the_inner_terminal_follows_the_size_of_the_outer() {
    let env = env();
    let program = "
import os, signal
def changed(*unused):
    size = os.get_terminal_size()
    os.write(1, b'now %d %d' % (size.lines, size.columns) + bytes([10]))
    if (size.lines, size.columns) == (30, 111): os._exit(4)
signal.signal(signal.SIGWINCH, changed)
size = os.get_terminal_size()
os.write(1, b'at first %d %d' % (size.lines, size.columns) + bytes([10]))
while True: signal.pause()
";
    let terminal = Terminal::session(&env, &[], &["python3", "-c", program]);
    terminal.wait_for(&format!("at first {ROWS} {COLUMNS}"));
    terminal.resize(30, 111);
    terminal.wait_for("now 30 111");
    assert_eq!(terminal.finish(), 4);
}

#[test]
fn a_size_that_changes_under_a_card_is_followed_too() {
    let env = env();
    let terminal = Terminal::session(&env, &[], &["sh", "-c", "./danger; stty size; echo status=$?"]);
    terminal.card();
    terminal.resize(33, 122);
    terminal.answers("Deny");
    terminal.wait_for("33 122");
    terminal.finish();
}

#[test]
fn the_agent_has_a_terminal_of_its_own() {
    let env = env();
    let terminal =
        Terminal::session(&env, &[], &["sh", "-c", "tty; test -t 0 && test -t 1 && test -t 2 && echo three"]);
    let outer = std::fs::read_link(format!("/proc/{}/fd/0", terminal.process())).unwrap();
    terminal.wait_for("three");
    let text = terminal.text();
    let inner = text.lines().next().unwrap();
    assert!(inner.starts_with("/dev/pts/") && inner != outer.to_str().unwrap(), "{inner} {outer:?}");
    terminal.finish();
}

#[test]
fn streams_that_are_no_terminal_stay_as_they_are() {
    let env = env();
    // Standard output of the whole session into a file, from a shell on the terminal.
    let shell = Terminal::shell(&env);
    let tollgate = super::harness::binary();
    let line = format!(
        "{} run --policy {} -- sh -c 'test -t 1 || echo no terminal; test -t 0 && echo keys' > out; echo status=$?\r",
        tollgate.display(),
        env.policy().display()
    );
    shell.types(&line);
    shell.wait_for("status=0");
    assert_eq!(std::fs::read_to_string(env.work("out")).unwrap(), "no terminal\nkeys\n");
    shell.types("exit\r");
    shell.finish();
}
