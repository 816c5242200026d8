//! How long one decision takes with 500 rules: `cargo bench --bench decision`.
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

fn policy(rules: usize) -> Policy {
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
    let context = Context::new(PathBuf::from("/home/user/project"), Some(PathBuf::from("/home/user")), vec![]);
    let source = Source::Text { name: "bench".to_owned(), text, layer: Layer::Session };
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
fn time(policy: &Policy, subject: &Subject) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let from = Instant::now();
            std::hint::black_box(policy.evaluate(subject));
            from.elapsed()
        })
        .collect();
    times.sort();
    (times[TIMES / 2], times[TIMES * 99 / 100])
}

fn main() {
    let (one, many) = (policy(1), policy(500));
    for argv in [
        &["ls", "-la"][..],
        &["git", "push", "origin", "topic"],
        &["rm", "-rf", "target/debug"],
        &["curl", "-sS", "https://host.example/x"],
        &["sh", "-c", "for i in 1 2 3; do echo $i; done"],
    ] {
        let subject = subject(argv);
        let (single, _) = time(&one, &subject);
        let (median, p99) = time(&many, &subject);
        println!(
            "{:<44} one rule {single:>9.1?}   500 rules {median:>9.1?}, p99 {p99:>9.1?}   wanted p99 at most 50 us",
            argv.join(" ")
        );
    }
}
