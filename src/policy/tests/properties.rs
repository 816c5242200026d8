//! What holds for all policies and commands.

use super::support::{line, rules};
use crate::model::Decision;
use crate::policy::Policy;
use proptest::prelude::*;

fn everyday() -> impl Strategy<Value = String> {
    let word = "[a-z]{1,6}|-[a-z]{1,3}|--[a-z]{2,8}|/[a-z/]{0,8}|\\.\\./x|--force|push|-rf|/";
    let program = prop_oneof![Just("git"), Just("rm"), Just("npm"), Just("tool"), Just("curl"), Just("kubectl")];
    (program, prop::collection::vec(word, 0..5))
        .prop_map(|(program, words)| std::iter::once(program.to_owned()).chain(words).collect::<Vec<_>>().join(" "))
}

const POOL: [&str; 8] = [
    "  - { action: allow, match: { program: [git, npm, tool] } }\n",
    "  - { action: deny, match: { program: git, subcommand: push, flags: [--force] } }\n",
    "  - { action: ask, pattern: 'npm install' }\n",
    "  - { action: deny, pattern: 'rm -rf /' }\n",
    "  - { action: deny, match: { program: rm, path: { outside: [workspace, tmp] } } }\n",
    "  - { action: ask, pattern: 'curl.*x' }\n",
    "  - { action: deny, match: { program: tool, argv: { prefix: [push] } } }\n",
    "  - { action: deny, match: { not: { program: [git, rm, npm, tool, curl] } } }\n",
];

fn pool(chosen: &[usize]) -> Policy {
    rules(&format!(
        "{}  - {{ action: allow, match: {{ program: zzz }} }}\n",
        chosen.iter().map(|index| POOL[*index]).collect::<String>()
    ))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn adding_a_deny_never_relaxes(text in everyday(), chosen in prop::sample::subsequence((0..8).collect::<Vec<usize>>(), 0..8), extra in prop::sample::select(vec![1_usize, 3, 4, 6, 7])) {
        let mut more = chosen.clone();
        more.push(extra);
        more.dedup();
        prop_assert!(line(&pool(&more), &text).decision >= line(&pool(&chosen), &text).decision, "{}", text);
    }

    #[test]
    fn the_order_of_rules_changes_nothing(text in everyday(), chosen in prop::sample::subsequence((0..8).collect::<Vec<usize>>(), 2..8)) {
        let mut turned = chosen.clone();
        turned.reverse();
        let (one, other) = (line(&pool(&chosen), &text), line(&pool(&turned), &text));
        prop_assert_eq!((one.decision, one.matches.len()), (other.decision, other.matches.len()));
    }

    #[test]
    fn wrapping_never_relaxes_a_deny(text in everyday()) {
        let policy = pool(&[1, 3, 4, 6]);
        let bare = line(&policy, &text).decision;
        prop_assume!(bare == Decision::Deny);
        let quoted = text.replace('\'', "");
        for wrapped in [
            format!("env {text}"),
            format!("env A=1 {text}"),
            format!("timeout 5 {text}"),
            format!("sudo -u root {text}"),
            format!("sh -c '{quoted}'"),
            format!("/usr/bin/{text}"),
            format!("true && {text}"),
            format!("(cd sub; {text})"),
            format!("nohup nice -n 3 {text} > out &"),
        ] {
            prop_assert_eq!(line(&policy, &wrapped).decision, Decision::Deny, "{}", wrapped);
        }
    }

    #[test]
    fn the_order_of_flags_changes_nothing(flags in Just(vec!["-r", "-f", "-v", "--one-file-system"]).prop_shuffle()) {
        let policy = pool(&[3]);
        let text = format!("rm {} /", flags.join(" "));
        prop_assert_eq!(line(&policy, &text).decision, Decision::Deny);
    }
}
