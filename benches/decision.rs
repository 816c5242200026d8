//! How long one decision takes with 1,000 rules, and how long they take to load: `cargo bench --bench decision`.
//!
//! The rules are of all kinds: half name programs that are not asked about, the others match paths,
//! arguments, text and directories. Printed beside a decision with one rule, measured in turns.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and has nothing to save where a step fails"
)]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tollgate::model::{Invocation, Layer, Names, Program, Scope, Subject, Via};
use tollgate::policy::{Context, Policy, Source};

const TIMES: usize = 20_000;

/// Decisions per policy that only shows how the cost grows.
const ROUNDS: usize = 4_000;

/// A line of about 100 bytes, as agents write them.
const LINE: &str =
    "cd sub && git add -A && git commit -qm 'a message' && npm run build 2>&1 | tail -n 20 > out/build.log # x";

fn text(rules: usize) -> String {
    let mut text = String::from("version: \"1.0\"\ndefaults: { action: allow }\nrules:\n");
    for index in 0..rules {
        let matching = match index % 6 {
            0 => format!("program: tool-{index}, argv: {{ prefix: [publish] }}"),
            1 => format!("program: {{ path: /opt/tools/{index} }}"),
            2 => "program: rm, flags: [--recursive], path: { outside: [workspace, tmp] }".to_owned(),
            3 => format!("program: git, subcommand: push, argv: {{ contains: branch-{index} }}"),
            4 => format!("program: [curl, wget], regex: 'host-{index}\\.example'"),
            _ => format!("program: name-{index}, cwd: {{ inside: /srv/{index} }}"),
        };
        writeln!(text, "  - {{ id: rule-{index}, action: deny, match: {{ {matching} }} }}").expect("a string");
    }
    text
}

/// Rules that each name a program of their own.
fn named(rules: usize) -> String {
    let mut text = String::from("version: \"1.0\"\ndefaults: { action: allow }\nrules:\n");
    for index in 0..rules {
        writeln!(text, "  - {{ action: deny, match: {{ program: tool-{index}, argv: {{ prefix: [publish] }} }} }}")
            .expect("a string");
    }
    text
}

fn load(text: &str) -> Policy {
    let context = Context::new(PathBuf::from("/home/user/project"), Some(PathBuf::from("/home/user")), vec![]);
    let source = Source::Text { name: "bench".to_owned(), text: text.to_owned(), layer: Layer::Session };
    Policy::load(&[source], &context).expect("the policy loads")
}

fn subject(argv: &[&str]) -> Subject {
    let name = argv[0].to_owned();
    let program = Program {
        names: Names { certain: vec![name.clone()], possible: vec![name.clone()] },
        paths: vec![PathBuf::from("/usr/bin").join(&name)],
        file: None,
        sha256: None,
    };
    let argv = argv.iter().map(std::ffi::OsString::from).collect();
    let cwd = PathBuf::from("/home/user/project");
    let reading = Invocation { program, argv, cwd, environment: Vec::new(), via: Via::Direct, process: None };
    Subject { readings: vec![reading], scope: Scope::Exec }
}

/// Returns the median and the 99th percentile.
fn time<T>(times: usize, mut decide: impl FnMut() -> T) -> (Duration, Duration) {
    let mut found: Vec<Duration> = (0..times)
        .map(|_| {
            let from = Instant::now();
            std::hint::black_box(decide());
            from.elapsed()
        })
        .collect();
    found.sort();
    (found[times / 2], found[times * 99 / 100])
}

fn main() {
    let (one, many) = (load(&text(1)), load(&text(1000)));
    for argv in [
        &["ls", "-la"][..],
        &["git", "push", "origin", "topic"],
        &["rm", "-rf", "target/debug"],
        &["curl", "-sS", "https://host.example/x"],
        &["sh", "-c", "for i in 1 2 3; do echo $i; done"],
    ] {
        let subject = subject(argv);
        let (single, _) = time(TIMES, || one.evaluate(&subject));
        let (median, p99) = time(TIMES, || many.evaluate(&subject));
        println!(
            "{:<44} one rule {single:>9.1?}   1000 rules {median:>9.1?}, p99 {p99:>9.1?}   wanted p99 at most 20 us",
            argv.join(" ")
        );
    }
    let cwd = PathBuf::from("/home/user/project");
    let (single, _) = time(ROUNDS, || one.evaluate_line(LINE, &cwd, &[]));
    let (median, p99) = time(ROUNDS, || many.evaluate_line(LINE, &cwd, &[]));
    println!(
        "{:<44} one rule {single:>9.1?}   1000 rules {median:>9.1?}, p99 {p99:>9.1?}   wanted p99 at most 60 us",
        format!("a line of {} bytes", LINE.len())
    );
    let subject = subject(&["tool-7", "status"]);
    let grown: Vec<Duration> = [10, 100, 1000, 10_000]
        .into_iter()
        .map(|rules| {
            let policy = load(&named(rules));
            time(ROUNDS, || policy.evaluate(&subject)).0
        })
        .collect();
    println!("rules that name other programs, 10 to 10000: {grown:.1?}   wanted: far less than linear");
    for (what, text) in [("of all kinds", text(1000)), ("that name programs", named(1000))] {
        let (median, p99) = time(40, || load(&text));
        println!("loading 1000 rules {what}: {median:.1?}, p99 {p99:.1?}   wanted at most 20 ms");
    }
}
