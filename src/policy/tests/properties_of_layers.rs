//! What holds for all policies in all layers.

use super::support::{CWD, context, text};
use crate::model::{Decision, Environment, Layer, Situation, Usage};
use crate::policy::{Context, Policy, Source};
use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Rules of every kind, without their action.
const BODIES: [&str; 14] = [
    "match: { program: [git, npm] }",
    "match: { program: git, subcommand: push }",
    "match: { program: git, flags: [--force] }",
    "pattern: 'npm install'",
    "pattern: 'rm -rf /'",
    "pattern: 'push.*x'",
    "match: { program: rm, path: { outside: [workspace, tmp] } }",
    "match: { not: { program: [git, rm, npm] } }",
    "match: { program: npm }, when: { environment: interactive }",
    "match: { program: npm }, when: { not: { environment: interactive } }",
    "match: { program: git }, when: { identity: { user: jane } }",
    "match: { program: rm }, limit: { count: 3, per: 1m }",
    "match: { program: git }, tags: [build], severity: low",
    "match: { program: tool, argv: { prefix: [push] } }",
];

const LOWER: [&str; 4] = [
    "",
    "lower_layers: { user: tighten-only, session: tighten-only }\n",
    "lower_layers: { project: { may_allow: [build] }, session: { may_allow_below: medium } }\n",
    "lower_layers: { user: may-allow, project: tighten-only }\n",
];

/// A file: its layer, which rules it has with which actions, and what it says about lower layers.
#[derive(Clone, Debug)]
struct File {
    layer: Layer,
    rules: Vec<(usize, &'static str)>,
    lower: usize,
    default: Option<&'static str>,
}

impl File {
    fn source(&self, number: usize) -> Source {
        let lower = if self.layer >= Layer::User { LOWER[self.lower] } else { "" };
        let default = self.default.map(|action| format!("defaults: {{ action: {action} }}\n")).unwrap_or_default();
        let mut body = format!("version: '1'\n{lower}{default}rules:\n");
        for (index, (rule, action)) in self.rules.iter().enumerate() {
            body.push_str(&format!("  - {{ id: r{index}, action: {action}, {} }}\n", BODIES[*rule]));
        }
        if self.rules.is_empty() {
            body = body.replace("rules:\n", "rules: []\n");
        }
        text(&format!("{number}.yaml"), &body, self.layer)
    }
}

fn rule() -> impl Strategy<Value = (usize, &'static str)> {
    (0..BODIES.len(), prop::sample::select(vec!["allow", "ask", "deny", "log"]))
}

fn layer() -> impl Strategy<Value = Layer> {
    prop::sample::select(vec![Layer::Managed, Layer::User, Layer::Project, Layer::Session])
}

fn file() -> impl Strategy<Value = File> {
    let default = prop::option::of(prop::sample::select(vec!["allow", "ask", "deny"]));
    (layer(), prop::collection::vec(rule(), 0..4), 0..LOWER.len(), default)
        .prop_map(|(layer, rules, lower, default)| File { layer, rules, lower, default })
}

fn command() -> impl Strategy<Value = String> {
    let word = "[a-z]{1,4}|-[a-z]|--force|push|install|-rf|/|\\.\\./x|\\$X";
    let program = prop::sample::select(vec!["git", "rm", "npm", "tool", "curl", "$X"]);
    (program, prop::collection::vec(word, 0..4)).prop_map(|(program, words)| format!("{program} {}", words.join(" ")))
}

fn load(files: &[File]) -> Policy {
    let sources: Vec<Source> = files.iter().enumerate().map(|(number, file)| file.source(number)).collect();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000);
    let context = Context { now: Some(now), ..context() };
    Policy::load(&sources, &context).unwrap_or_else(|errors| panic!("{errors}"))
}

fn situation() -> Situation {
    Situation {
        user: Some("jane".to_owned()),
        environment: Some(Environment::Interactive),
        usage: Some(Usage::default()),
        ..Situation::default()
    }
}

fn decide(files: &[File], line: &str) -> Decision {
    load(files).evaluate_line_in(line, Path::new(CWD), &[], &situation()).decision
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn adding_a_rule_to_a_project_never_relaxes(files in prop::collection::vec(file(), 1..4), more in rule(), line in command()) {
        let mut with = files.clone();
        with.push(File { layer: Layer::Project, rules: vec![more], lower: 0, default: None });
        prop_assert!(decide(&with, &line) >= decide(&files, &line));
        // Nor does it in a file that is there.
        if let Some(at) = files.iter().position(|file| file.layer == Layer::Project) {
            let mut with = files.clone();
            with[at].rules.push(more);
            prop_assert!(decide(&with, &line) >= decide(&files, &line));
        }
    }

    #[test]
    fn adding_a_project_file_never_relaxes(files in prop::collection::vec(file(), 1..4), more in file(), line in command()) {
        let mut with = files.clone();
        with.push(File { layer: Layer::Project, ..more });
        prop_assert!(decide(&with, &line) >= decide(&files, &line));
    }

    #[test]
    fn adding_a_deny_anywhere_never_relaxes(files in prop::collection::vec(file(), 1..4), at in 0..3_usize, body in 0..BODIES.len(), line in command()) {
        let at = at % files.len();
        let mut with = files.clone();
        with[at].rules.push((body, "deny"));
        prop_assert!(decide(&with, &line) >= decide(&files, &line));
    }

    #[test]
    fn the_order_of_files_and_rules_changes_nothing(files in prop::collection::vec(file(), 1..4), line in command()) {
        let mut turned = files.clone();
        turned.reverse();
        turned.iter_mut().for_each(|file| file.rules.reverse());
        let of = |files: &[File]| load(files).evaluate_line_in(&line, Path::new(CWD), &[], &situation());
        let (one, other) = (of(&files), of(&turned));
        prop_assert_eq!((one.decision, one.matches.len()), (other.decision, other.matches.len()));
    }

    #[test]
    fn knowing_less_never_relaxes(files in prop::collection::vec(file(), 1..4), line in command()) {
        let policy = load(&files);
        let known = policy.evaluate_line_in(&line, Path::new(CWD), &[], &situation()).decision;
        prop_assert!(policy.evaluate_line(&line, Path::new(CWD), &[]).decision >= known);
    }
}
