//! What `shadow` says is held against what the rules do.

use super::lint;
use crate::model::{Decision, Layer};
use crate::policy::{Context, Policy, Source};
use proptest::prelude::*;
use std::path::Path;

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn some_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let picked = prop::sample::subsequence(words, 1..=2);
    picked.prop_map(|words| format!("[{}]", words.join(", ")))
}

/// One key of a match with its value.
fn question() -> impl Strategy<Value = String> {
    prop_oneof![
        some_of(&["git", "rm", "tool"]).prop_map(|value| format!("program: {value}")),
        some_of(&["push", "status", "clean"]).prop_map(|value| format!("subcommand: {value}")),
        some_of(&["--force", "-r", "-n"]).prop_map(|value| format!("flags: {value}")),
        (one_of(&["any", "all", "none"]), some_of(&["--force", "-r", "-n"]))
            .prop_map(|(key, value)| format!("flags: {{ {key}: {value} }}")),
        (one_of(&["in", "outside"]), some_of(&["workspace", "tmp", "\"**/x\"", "\"!**/y\""]))
            .prop_map(|(key, value)| format!("path: {{ {key}: {value} }}")),
        one_of(&["'push'", "'.*x'", "'^rm'"]).prop_map(|value| format!("regex: {value}")),
        one_of(&["workspace", "tmp"]).prop_map(|value| format!("cwd: {{ inside: [{value}] }}")),
    ]
}

fn mapping(depth: u32) -> BoxedStrategy<String> {
    let flat = prop::collection::vec(question(), 1..3).prop_map(|questions| {
        let mut kept: Vec<String> = Vec::new();
        for question in questions {
            let key = question.split(':').next().unwrap_or_default().to_owned();
            if !kept.iter().any(|known| known.starts_with(&key)) {
                kept.push(question);
            }
        }
        format!("{{ {} }}", kept.join(", "))
    });
    if depth == 0 {
        return flat.boxed();
    }
    let deeper = (one_of(&["any", "all"]), prop::collection::vec(mapping(depth - 1), 1..3), question());
    let with = deeper.prop_map(|(key, parts, question)| format!("{{ {key}: [{}], {question} }}", parts.join(", ")));
    prop_oneof![3 => flat, 1 => with].boxed()
}

fn matching() -> impl Strategy<Value = String> {
    let pattern = one_of(&["git push", "git push --force", "git push --force x", "rm -r", "rm -r x", "tool push"]);
    prop_oneof![
        3 => mapping(1).prop_map(|mapping| format!("match: {mapping}")),
        1 => pattern.prop_map(|text| format!("pattern: {text}")),
    ]
}

fn commands() -> Vec<String> {
    let mut out = Vec::new();
    for start in
        ["git push", "git status", "git -C sub clean", "rm", "rm x", "tool", "tool push", "env git push", "other"]
    {
        for rest in
            ["", " --force", " -f", " -r", " -n", " x", " /tmp/x", " /tmp/x y", " -r -n /etc/x", " $A", " -rf *"]
        {
            out.push(format!("{start}{rest}"));
            out.push(format!("cd /tmp && {start}{rest}"));
        }
    }
    out
}

fn policy(rules: &str) -> (Source, Context) {
    let text = format!("version: \"1.0\"\nrules:\n{rules}");
    let source = Source::Text { name: "x".to_owned(), text, layer: Layer::Session };
    (source, Context::described(Path::new("/home/dev/proj")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Wherever a rule that is said to be shadowed matches, the other one does too.
    #[test]
    fn what_is_said_to_be_shadowed_never_decides(
        wide in matching(),
        narrow in matching(),
        (strict, loose) in prop_oneof![
            Just((Decision::Deny, Decision::Ask)),
            Just((Decision::Deny, Decision::Allow)),
            Just((Decision::Ask, Decision::Allow)),
        ],
    ) {
        let rules = format!("  - {{ id: wide, action: {strict}, {wide} }}\n  - {{ id: narrow, action: {loose}, {narrow} }}\n");
        let (source, context) = policy(&rules);
        let Ok(loaded) = Policy::load(std::slice::from_ref(&source), &context) else { return Ok(()) };
        let found = lint(&[source], &context, jiff::civil::date(2026, 11, 20)).unwrap();
        if found.iter().any(|one| one.complaint.code == "L001") {
            for line in commands() {
                let evaluation = loaded.evaluate_line(&line, Path::new("/home/dev/proj"), &[]);
                let by = |id: &str| evaluation.matches.iter().any(|one| one.rule.as_str() == id);
                prop_assert!(!by("narrow") || by("wide"), "{line}\n{rules}");
            }
        }
    }
}
