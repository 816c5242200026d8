//! Attempts to run one program where another was judged. Each runs a thousand times and wins never.

use super::harness::{Env, policy};
use super::process::LONG_DEADLINE;
use super::programs;

const TRIES: u32 = 1000;

const DENY_B: &str = "  - { id: no-b, action: deny, match: { program: run-b }, reason: \"b is forbidden\" }\n";
const DENY_ARGUMENT: &str =
    "  - { id: no-evil, action: deny, match: { program: run-a, argv: { prefix: [evil] } }, reason: \"so is this\" }\n";

/// Reads `good=7` from a line of counts.
#[track_caller]
fn count(line: &str, name: &str) -> u32 {
    let found = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no {name} in {line:?}"))
}

/// Runs one kind of race: between the programs `run-a` and `run-b`, or between two arguments of `run-a`.
/// The names differ in one byte, so that what is flipped is never half of each.
#[track_caller]
fn race(kind: &str, rule: &str, evil: Option<&str>) {
    let env = Env::new(&policy(rule));
    for (source, name) in [("good", "run-a"), ("evil", "run-b")] {
        env.install(source, env.work(name));
    }
    let [good, other] = ["run-a", "run-b"].map(|name| env.work(name).to_str().unwrap().to_owned());
    let program = programs::program("race").to_str().unwrap().to_owned();
    let session = env.start(&[&program, kind, &TRIES.to_string(), &good, evil.unwrap_or(&other)]);
    let output = session.finish_within(LONG_DEADLINE).exited(0);
    let line = output.out();
    assert_eq!(count(&line, "evil"), 0, "{line}");
    // It was a race: both were tried, and nearly every try came to a decision.
    let (good, refused) = (count(&line, "good"), count(&line, "refused"));
    assert!(good > 0 && refused > 0 && good + refused >= TRIES * 9 / 10, "{line}");
    let records = env.verified();
    let denied = records.of("decision").iter().filter(|record| record["decision"] == "deny").count();
    assert_eq!(denied, usize::try_from(refused).unwrap());
}

#[test]
fn a_thread_that_flips_the_path_wins_never() {
    race("path", DENY_B, None);
}

#[test]
fn a_thread_that_flips_an_argument_wins_never() {
    race("argv", DENY_ARGUMENT, Some("evil"));
}

#[test]
fn a_process_that_renames_a_symbolic_link_wins_never() {
    race("symlink", DENY_B, None);
}

#[test]
fn a_process_that_flips_a_shared_page_wins_never() {
    race("shared", DENY_B, None);
}
