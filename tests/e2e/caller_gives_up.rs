//! A caller that dies while somebody decides takes its card with it.

use super::harness::{ASK_DANGER, Env, policy};
use super::records::text;
use super::terminal::Terminal;

#[track_caller]
fn cancelled(line: &str, expected: &str) {
    let env = Env::with_danger(&policy(ASK_DANGER));
    let terminal = Terminal::session(&env, &[], &["sh", "-c", line]);
    terminal.card();
    terminal.wait_for(expected);
    terminal.finish();
    let records = env.verified();
    assert_eq!(text(&records.only("approval")["answer"]), "cancelled");
    assert!(records.outcome(records.decision("danger")).is_none());
}

#[test]
fn a_held_program_that_is_killed_cancels_its_card() {
    // timeout kills itself too, after its own signal.
    cancelled("timeout -s KILL 1 ./danger; echo status=$?", "status=137");
}

#[test]
fn a_held_program_that_is_asked_to_end_cancels_its_card() {
    cancelled("timeout 1 ./danger; echo status=$?", "status=124");
}

#[test]
fn a_shim_that_is_killed_cancels_its_card() {
    cancelled("timeout -s KILL 1 danger; echo status=$?", "status=137");
}

#[test]
fn a_shim_that_is_asked_to_end_cancels_its_card() {
    cancelled("timeout 1 danger; echo status=$?", "status=124");
}

#[test]
fn the_next_question_comes_after_a_cancelled_one() {
    let env = Env::with_danger(&policy(ASK_DANGER));
    let line = "timeout 1 ./danger one; echo first=$?; ./danger two; echo second=$?";
    let terminal = Terminal::session(&env, &[], &["sh", "-c", line]);
    terminal.wait_until("the second card", |screen| {
        let text = screen.contents();
        (text.contains("./danger two") && text.contains("Allow this once")).then_some(())
    });
    terminal.answers("Allow this once");
    terminal.wait_for(&format!("second={}", super::programs::EVIL));
    terminal.wait_for("first=124");
    terminal.finish();
    let records = env.verified();
    let answers: Vec<&str> = records.of("approval").iter().map(|record| text(&record["answer"])).collect();
    assert_eq!(answers, ["cancelled", "granted"]);
}
