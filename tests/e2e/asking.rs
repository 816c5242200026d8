//! A person answers at the terminal.

use super::harness::{ASK_DANGER, Env, policy};
use super::process::eventually;
use super::programs::EVIL;
use super::records::{Records, text};
use super::terminal::{DOWN, ENTER, ESCAPE, Terminal};

const ONCE: &str = "Allow this once";
const SESSION: &str = "Allow this program with these arguments for this session";
const DENY: &str = "Deny";
const MESSAGE: &str = "Deny, and tell the agent why";

fn env() -> Env {
    Env::with_danger(&policy(ASK_DANGER))
}

/// Runs a line of shell on a terminal.
#[track_caller]
fn session(env: &Env, line: &str) -> Terminal {
    Terminal::session(env, &[], &["sh", "-c", line])
}

/// Returns how each ask was answered, and how far a permission reaches.
fn answers(records: &Records) -> Vec<String> {
    let one = |record: &&serde_json::Value| format!("{} {}", text(&record["answer"]), text(&record["scope"]));
    records.of("approval").iter().map(one).map(|answer| answer.trim().to_owned()).collect()
}

#[test]
fn the_card_shows_what_would_run_where_by_whom_and_why() {
    let env = env();
    let terminal = session(&env, "./danger 'a b' \"$(printf '\\033[2J\\nx')\"; exit $?");
    let card = terminal.card();
    let rows: Vec<(&str, &str)> =
        card.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' ')).map(|(a, b)| (a, b.trim())).collect();
    let row =
        |label: &str| rows.iter().find(|row| row.0 == label).unwrap_or_else(|| panic!("no {label} in:\n{card}")).1;
    assert_eq!(row("program"), env.work("danger").to_str().unwrap());
    assert_eq!(row("command"), r"./danger 'a b' '\u{1b}[2J\nx'");
    assert_eq!(row("directory"), env.work("").to_str().unwrap().trim_end_matches('/'));
    assert!(card.contains("asked by   sh ("), "{card}");
    assert!(row("rule").starts_with("ask-danger (") && row("rule").contains("policy.yaml:4"), "{card}");
    assert_eq!(row("reason"), "danger needs a word");
    assert!(card.contains("Without an answer it is denied in 5 minutes."), "{card}");
    terminal.answers(DENY);
    assert_eq!(terminal.finish(), 126);
    env.verify();
}

#[test]
fn allowed_once_is_asked_again() {
    let env = env();
    let terminal = session(&env, "./danger; echo first=$?; ./danger; echo second=$?");
    terminal.answers(ONCE);
    terminal.answers(DENY);
    terminal.wait_for("second=126");
    terminal.wait_for(&format!("first={EVIL}"));
    terminal.finish();
    let records = env.verified();
    assert_eq!(answers(&records), ["granted once", "denied"]);
    let approver = &records.of("approval")[0]["approver"];
    assert_eq!(text(&approver["method"]), "tty");
    assert_eq!(text(&approver["id"]), format!("uid:{}", nix::unistd::getuid()));
}

#[test]
fn allowed_for_the_session_is_not_asked_again_for_the_same() {
    let env = env();
    let terminal = session(&env, "./danger a; echo first=$?; ./danger a; echo second=$?; ./danger b; echo third=$?");
    terminal.answers(SESSION);
    // Another argument is another question.
    terminal.answers(DENY);
    terminal.wait_for("third=126");
    terminal.wait_for(&format!("second={EVIL}"));
    terminal.finish();
    let records = env.verified();
    assert_eq!(answers(&records), ["granted session", "denied"]);
    let decisions: Vec<(&str, &str)> =
        records.decisions("danger").iter().map(|record| (text(&record["decision"]), text(&record["by"]))).collect();
    assert_eq!(decisions, [("ask", "policy"), ("allow", "grant"), ("ask", "policy")]);
    assert_eq!(records.decisions("danger")[1]["grant"], records.of("approval")[0]["_seq"]);
}

#[test]
fn a_message_of_the_person_reaches_the_agent() {
    let env = env();
    let terminal = session(&env, "./danger 2>told; echo status=$?");
    terminal.answers(MESSAGE);
    terminal.wait_for("Words for the agent");
    terminal.types(&format!("use the other one{ENTER}"));
    terminal.wait_for("status=126");
    terminal.finish();
    let told = std::fs::read_to_string(env.work("told")).unwrap();
    assert_eq!(told, "tollgate: denied by a person (asked by rule ask-danger): ./danger — use the other one.\n");
    let records = env.verified();
    assert_eq!(text(&records.only("approval")["message"]), "use the other one");
}

#[test]
fn escape_denies() {
    let env = env();
    let terminal = session(&env, "./danger; echo status=$?");
    terminal.answers_by(ESCAPE);
    terminal.wait_for("status=126");
    terminal.finish();
    assert_eq!(answers(&env.verified()), ["denied"]);
}

#[test]
fn enter_alone_denies() {
    let env = env();
    let terminal = session(&env, "./danger; echo status=$?");
    terminal.answers_by(ENTER);
    terminal.wait_for("status=126");
    terminal.finish();
    assert_eq!(answers(&env.verified()), ["denied"]);
}

#[test]
fn control_c_at_a_card_denies_and_leaves_the_session_alone() {
    let env = env();
    let terminal = session(&env, "./danger; echo status=$?; ./danger; echo again=$?");
    terminal.answers_by(super::terminal::CTRL_C);
    terminal.answers(ONCE);
    terminal.wait_for(&format!("again={EVIL}"));
    terminal.wait_for("status=126");
    assert_eq!(terminal.finish(), 0);
    assert_eq!(answers(&env.verified()), ["denied", "granted once"]);
}

#[test]
fn what_was_typed_before_the_card_is_no_answer() {
    let env = env();
    // The keys go to the agent, which reads them: two of them would choose and give the third answer.
    let terminal = session(&env, "echo ready; read line; ./danger; echo status=$?");
    terminal.wait_for("ready");
    terminal.types(&format!("x{ENTER}{DOWN}{DOWN}{ENTER}"));
    terminal.answers_by(ESCAPE);
    terminal.wait_for("status=126");
    terminal.finish();
    assert_eq!(answers(&env.verified()), ["denied"]);
}

#[test]
fn nobody_answers_in_time() {
    let env = Env::with_danger(&policy(ASK_DANGER).replace("action: allow, ", "action: allow, ask_timeout: 1s, "));
    let terminal = session(&env, "./danger 2>told; echo status=$?");
    terminal.wait_for("status=126");
    terminal.finish();
    let told = std::fs::read_to_string(env.work("told")).unwrap();
    let expected = "tollgate: denied, because nobody answered in 1 s (asked by rule ask-danger): ./danger — danger needs a word.\n";
    assert_eq!(told, expected);
    assert_eq!(answers(&env.verified()), ["timeout"]);
}

#[test]
fn a_second_question_waits_its_turn() {
    let env = env();
    let terminal = session(
        &env,
        "./danger one & first=$!; ./danger two & second=$!; wait $first; a=$?; wait $second; echo ends=$a,$?",
    );
    let first = terminal.card();
    // One card at a time, each about one of the two.
    assert_eq!(first.matches("may this run?").count(), 1);
    let is_first = first.contains("./danger one");
    assert_ne!(is_first, first.contains("./danger two"), "{first}");
    terminal.answers(ONCE);
    assert!(terminal.card().contains(if is_first { "./danger two" } else { "./danger one" }));
    terminal.answers(DENY);
    let expected = if is_first { format!("ends={EVIL},126") } else { format!("ends=126,{EVIL}") };
    terminal.wait_for(&expected);
    terminal.finish();
    assert_eq!(answers(&env.verified()), ["granted once", "denied"]);
}

#[test]
fn without_a_terminal_or_told_so_nobody_is_asked() {
    let env = env();
    let output = env.shell("./danger; exit $?").exited(126);
    let expected = "tollgate: denied by rule ask-danger, which asks, and nobody is there to answer: ./danger — danger needs a word.";
    assert_eq!(output.refusals(), [expected]);
    assert_eq!(answers(&env.verified()), ["no_approver"]);
    let terminal = Terminal::session(&env, &["--non-interactive"], &["sh", "-c", "./danger; echo status=$?"]);
    terminal.wait_for("status=126");
    terminal.finish();
    assert_eq!(answers(&env.verified()), ["no_approver"]);
}

#[test]
fn a_card_for_a_shim_is_the_only_one() {
    let env = env();
    let terminal = session(&env, "danger a; echo status=$?");
    terminal.answers(ONCE);
    terminal.wait_for(&format!("status={EVIL}"));
    terminal.finish();
    let records = env.verified();
    assert_eq!(answers(&records), ["granted once"]);
    assert_eq!(text(&records.decision("danger")["door"]), "shim");
}

#[test]
fn other_programs_run_while_a_card_is_up() {
    let env = env();
    // The first writes to files: the screen belongs to the card.
    let line = "(i=0; while [ ! -e stop ]; do /bin/true; i=$((i+1)); echo $i > done; /bin/sleep 0.01; done) & ./danger; echo status=$?";
    let terminal = session(&env, line);
    terminal.card();
    let count = || std::fs::read_to_string(env.work("done")).ok().and_then(|text| text.trim().parse::<u32>().ok());
    let before = count().unwrap_or(0);
    eventually("programs beside the card", || count().is_some_and(|now| now > before + 10));
    terminal.answers(DENY);
    terminal.wait_for("status=126");
    env.write("stop", "");
    terminal.finish();
    env.verify();
}

#[test]
fn an_ask_does_not_stop_the_event_loop_of_its_caller() {
    if !super::needs::program("node") {
        return;
    }
    let env = env();
    // While the card is up a timer goes on; the sum of its ticks is written where no screen is needed.
    let program = "
const { spawn } = require('child_process'); const fs = require('fs');
let ticks = 0; setInterval(() => fs.writeFileSync('ticks', String(++ticks)), 10);
spawn('./danger', [], { stdio: 'ignore' }).on('close', status => { console.log('status=' + status); process.exit(0) });
";
    env.write("program.js", program);
    let terminal = Terminal::session(&env, &[], &["node", "program.js"]);
    terminal.card();
    let count = || std::fs::read_to_string(env.work("ticks")).ok().and_then(|text| text.parse::<u32>().ok());
    let before = count().unwrap_or(0);
    eventually("timers beside the card", || count().is_some_and(|now| now > before + 20));
    terminal.answers(ONCE);
    terminal.wait_for(&format!("status={EVIL}"));
    terminal.finish();
}
