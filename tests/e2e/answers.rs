//! `tollgate check` and `tollgate explain`: what is printed, and with which status.

use super::harness::Env;
use super::process::{Output, Running};
use serde_json::Value;

const POLICY: &str = "version: \"1.0\"
defaults: { action: allow, unknown: ask, unknown_in_deny_scope: deny }
rules:
  - { id: no-push, action: deny, match: { program: git, subcommand: push, flags: [--force] }, reason: \"People push.\" }
  - { id: see-git, action: ask, match: { program: git, subcommand: push } }
";

#[track_caller]
fn call(env: &Env, command: &str, arguments: &[&str]) -> Output {
    let policy = env.policy();
    Running::start(env.tollgate().arg(command).arg("--policy").arg(policy).args(arguments)).finish()
}

#[test]
fn the_status_is_the_decision() {
    let env = Env::new(POLICY);
    for command in ["check", "explain"] {
        call(&env, command, &["--line", "git pull"]).exited(0);
        call(&env, command, &["--line", "cd x && git push -f"]).exited(1);
        call(&env, command, &["--", "git", "push"]).exited(2);
        call(&env, command, &["--line", "$CMD x"]).exited(2);
        call(&env, command, &["--line", "git push $FLAGS"]).exited(1);
        call(&env, command, &[]).exited(125);
    }
}

#[test]
fn an_answer_says_how_the_command_was_read_and_all_that_matches() {
    let env = Env::new(POLICY);
    let output = call(&env, "explain", &["--line", "env A=1 git -C sub push -f origin"]).exited(1);
    let text = output.out();
    for part in
        ["read as  git -C sub push -f origin", "git push", "-C=sub --force", "no-push", "see-git", "People push."]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let output = call(&env, "explain", &["--line", "echo \u{1b}[2J"]).exited(2);
    assert!(output.out().contains("not read") && !output.stdout.contains(&0x1b), "{output:?}");
    let output = call(&env, "check", &["--json", "--line", "git push -f $X"]).exited(1);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["decision"], &answer["rule"]), (&"deny".into(), &"no-push".into()));
    assert_eq!(answer["matches"].as_array().unwrap().len(), 2);
    let seen = &answer["view"]["commands"][0];
    assert_eq!((&seen["subcommand"], &seen["open"]), (&"push".into(), &true.into()));
}

#[test]
fn a_tool_call_is_judged() {
    let text = POLICY.replace(
        "rules:\n",
        "rules:\n  - { id: ci, action: deny, match: { tool: [Write, Edit], path: { in: [\"**/.github/**\"] } } }\n  - { id: mcp, action: ask, match: { tool: \"mcp__*\" } }\n",
    );
    let env = Env::new(&text);
    call(&env, "check", &["--tool", "Write", "--path", ".github/workflows/x.yml"]).exited(1);
    call(&env, "check", &["--tool", "Write", "--path", "src/x.rs"]).exited(0);
    call(&env, "explain", &["--tool", "mcp__docs__get"]).exited(2);
    call(&env, "check", &["--tool", "Bash", "--line", "git push -f"]).exited(1);
    call(&env, "check", &["--path", "x"]).exited(125);
    call(&env, "check", &["--tool", "Write", "--", "ls"]).exited(125);
}
