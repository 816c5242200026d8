use super::{Observed, Proposal, Width, propose};
use crate::model::{Decision, Layer};
use crate::policy::diff::Judge;
use crate::policy::{Context, Policy, Source};
use std::path::Path;

fn source(text: &str) -> Source {
    Source::Text { name: "x.yaml".to_owned(), text: text.to_owned(), layer: Layer::Session }
}

fn observed(commands: &[&[&str]]) -> Vec<Observed> {
    commands
        .iter()
        .map(|words| {
            let exe = if words[0].contains('/') { words[0].to_owned() } else { format!("/usr/bin/{}", words[0]) };
            Observed {
                id: "s#1".to_owned(),
                argv: words.iter().map(Into::into).collect(),
                exe: exe.into(),
                cwd: "/home/dev/proj".into(),
                workspace: "/home/dev/proj".into(),
            }
        })
        .collect()
}

const PRESENT: &str = "version: \"1.0\"
defaults: { action: ask }
rules:
  - { id: no-force, action: deny, match: { program: git, subcommand: push, flags: [--force] } }
  - { id: no-rm, action: deny, match: { program: rm } }
  - { id: ls, action: allow, match: { program: ls } }
";

fn made(commands: &[&[&str]], width: Width) -> Proposal {
    propose(&observed(commands), &mut Judge::new(vec![source(PRESENT)], Box::new(Context::described)), width).unwrap()
}

/// Loads what is proposed, and checks that it covers what it says.
fn holds(proposal: &Proposal, commands: &[&[&str]]) {
    let text = proposal.yaml().unwrap();
    let policy = Policy::load(&[source(&text)], &Context::described(Path::new("/home/dev/proj")))
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    for one in observed(commands) {
        assert_eq!(policy.evaluate(&one.subject()).decision, Decision::Allow, "{}\n{text}", one.shown());
    }
}

fn chosen(proposal: &Proposal) -> Vec<&str> {
    proposal.rules.iter().filter(|rule| rule.chosen).map(|rule| rule.matching.as_str()).collect()
}

#[test]
fn exact_rules_cover_what_was_seen_and_nothing_besides() {
    let commands: &[&[&str]] = &[
        &["git", "status", "--short"],
        &["cargo", "test", "a b", "it's \"x\" $y"],
        &["/srv/tool.sh", "x"],
        &["bash", "-c", "echo $HOME"],
        &["sh", ""],
    ];
    let proposal = made(commands, Width::Exact);
    holds(&proposal, commands);
    assert_eq!(chosen(&proposal).len(), 5);
    assert!(chosen(&proposal).contains(&"pattern: \"git status --short\""));
    let text = proposal.yaml().unwrap();
    let policy = Policy::load(&[source(&text)], &Context::described(Path::new("/home/dev/proj"))).unwrap();
    for other in
        observed(&[&["git", "status"], &["git", "status", "--short", "x"], &["cargo", "test"], &["bash", "-c", "id"]])
    {
        assert_eq!(policy.evaluate(&other.subject()).decision, Decision::Ask, "{}", other.shown());
    }
}

#[test]
fn wider_rules_stop_before_what_is_denied() {
    let commands: &[&[&str]] = &[&["git", "push", "origin", "x"], &["git", "status"], &["cargo", "test"]];
    let proposal = made(commands, Width::Program);
    holds(&proposal, commands);
    // `git` and `git push` would also match a forced push, which is denied.
    let found = chosen(&proposal);
    assert!(found.contains(&"pattern: \"git push origin x\""), "{found:?}");
    assert!(found.contains(&"match: { program: \"git\", subcommand: \"status\" }"), "{found:?}");
    assert!(found.contains(&"match: { program: \"cargo\" }"), "{found:?}");
    assert!(proposal.yaml().unwrap().contains("# not proposed: match: { program: \"git\" } also matches"));
}

#[test]
fn what_a_rule_decides_already_is_left_out() {
    let proposal = made(&[&["rm", "x"], &["ls"], &["git", "push", "-f"]], Width::Exact);
    assert_eq!(proposal.yaml(), None);
    let why: Vec<&str> = proposal.left_out.iter().map(|left| left.why.as_str()).collect();
    assert_eq!(why.len(), 3);
    assert!(why[0].contains("says deny") && why[1].contains("allowed already"), "{why:?}");
}

#[test]
fn what_was_seen_often_is_one_rule() {
    let proposal = made(&[&["make", "all"], &["make", "all"], &["make", "test"]], Width::Exact);
    let seen: Vec<usize> = proposal.rules.iter().filter(|rule| rule.chosen).map(|rule| rule.seen).collect();
    assert_eq!(seen, [2, 1]);
}

#[test]
fn foreign_text_breaks_nothing() {
    let commands: &[&[&str]] = &[&["printf", "a\nb: [\u{1b}]"], &["printf", "\u{202e}"], &["printf", "- # x: {"]];
    let proposal = made(commands, Width::Exact);
    holds(&proposal, &commands[2..]);
    let text = proposal.yaml().unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    assert_eq!(proposal.left_out.len(), 2);
}
