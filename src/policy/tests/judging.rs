//! Rules and programs.

use super::support::{context, exec, line, load, rules, running, text};
use crate::model::{Decision, Layer, Outcome, Scope, Subject};
use crate::policy::Policy;
use std::path::{Path, PathBuf};

#[test]
fn deny_wins_over_ask_and_ask_over_allow_in_any_order() {
    let parts = [
        "  - { id: a, action: allow, match: { program: git } }\n",
        "  - { id: b, action: ask, match: { program: git, subcommand: push } }\n",
        "  - { id: c, action: deny, match: { program: git, flags: [--force] } }\n",
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let policy = rules(&order.map(|index| parts[index]).concat());
        let found = line(&policy, "git push -f");
        assert_eq!((found.decision, found.rule_name()), (Decision::Deny, "c"));
        let all: Vec<&str> = found.matches.iter().map(|one| one.rule.as_str()).collect();
        assert_eq!(all, ["c", "b", "a"]);
        assert_eq!(line(&policy, "git push").decision, Decision::Ask);
        let allowed = line(&policy, "git status");
        assert_eq!((allowed.decision, allowed.outcome), (Decision::Allow, Outcome::Rule(0)));
        assert_eq!(line(&policy, "ls").outcome, Outcome::Default);
    }
}

#[test]
fn a_literal_deny_holds_at_the_kernel_door() {
    let policy = rules("  - { pattern: 'rm -rf /', action: deny }\n  - { pattern: 'SELECT.*users', action: deny }\n");
    assert_eq!(exec(&policy, "/usr/bin/rm", &["rm", "-fr", "/"]).decision, Decision::Deny);
    assert_eq!(exec(&policy, "/usr/bin/rm", &["rm", "-fr", "/tmp/x"]).decision, Decision::Allow);
    // The shell's line is not unwrapped there, only regular expressions look into it.
    assert_eq!(exec(&policy, "/usr/bin/sh", &["sh", "-c", "rm -rf /"]).decision, Decision::Allow);
    let script = ["bash", "-c", "mysql <<X\nSELECT a FROM users\nX"];
    assert_eq!(exec(&policy, "/usr/bin/bash", &script).decision, Decision::Deny);
    let asks = rules("  - { pattern: 'SELECT.*users', action: ask }\n");
    assert_eq!(exec(&asks, "/usr/bin/bash", &script).decision, Decision::Allow);
    assert_eq!(exec(&asks, "/usr/bin/mysql", &["mysql", "-e", "SELECT users"]).decision, Decision::Ask);
}

#[test]
fn a_program_is_known_by_name_path_and_alias() {
    let policy = rules(
        "  - { action: deny, match: { program: { any: [ { path: /opt/forbidden/danger }, { name: danger } ] } } }\n",
    );
    let decide = |path: &str, more: &[&str]| {
        let mut invocation = running(path, &[], &["x"]);
        invocation.program.paths.extend(more.iter().map(PathBuf::from));
        policy.evaluate(&Subject { readings: vec![invocation], scope: Scope::Exec }).decision
    };
    assert_eq!(decide("/opt/forbidden/danger", &[]), Decision::Deny);
    assert_eq!(decide("/tmp/danger", &[]), Decision::Deny);
    assert_eq!(decide("/tmp/harmless", &[]), Decision::Allow);
    assert_eq!(decide("/tmp/harmless", &["/opt/forbidden/danger"]), Decision::Deny);
    assert_eq!(line(&policy, "danger").decision, Decision::Deny);
    assert_eq!(line(&policy, "env -i /opt/forbidden/../forbidden//danger").decision, Decision::Deny);
}

#[test]
fn an_allow_needs_a_certain_name() {
    let policy = load("version: '1'\nrules:\n  - { action: allow, match: { program: git } }\n");
    assert_eq!(exec(&policy, "/usr/bin/git", &["git", "status"]).decision, Decision::Allow);
    assert_eq!(exec(&policy, "/tmp/git", &["git", "status"]).decision, Decision::Ask);
    assert_eq!(line(&policy, "git status").decision, Decision::Allow);
    assert_eq!(line(&policy, "./git status").decision, Decision::Ask);
    assert_eq!(line(&policy, "git status && ls").decision, Decision::Ask);
    assert_eq!(line(&policy, "timeout 5 git status").decision, Decision::Allow);
    assert_eq!(line(&policy, "sudo git status").decision, Decision::Ask);
}

#[test]
fn a_subcommand_of_an_unknown_program_is_found_behind_options() {
    let policy =
        rules("  - { action: deny, match: { program: { path: /opt/allowed/tool }, argv: { prefix: [publish] } } }\n");
    for argv in [
        &["tool", "publish"][..],
        &["tool", "-C", "/tmp", "publish"],
        &["tool", "--quiet", "publish"],
        &["tool", "--dir=/x", "publish", "now"],
        &["tool", "-v", "--", "publish"],
    ] {
        assert_eq!(exec(&policy, "/opt/allowed/tool", argv).decision, Decision::Deny, "{argv:?}");
    }
    for argv in [&["tool", "status", "publish"][..], &["tool"], &["tool", "--", "-publish"]] {
        assert_eq!(exec(&policy, "/opt/allowed/tool", argv).decision, Decision::Allow, "{argv:?}");
    }
}

#[test]
fn an_allow_can_close_the_space_of_options() {
    let policy = load(
        "version: '1'\nrules:\n  - action: allow\n    effects: unchecked\n    match: { program: deploy, argv: { prefix: [go, [staging, dev]], \
         forbid_flags: ['*'], allow_flags: [--dry-run, --tag=v*], max_operands: 0 } }\n",
    );
    for (text, expected) in [
        ("deploy go staging", Decision::Allow),
        ("deploy go dev --tag=v1 --dry-run", Decision::Allow),
        ("deploy go dev --tag=x", Decision::Ask),
        ("deploy go prod", Decision::Ask),
        ("deploy go dev --exec=rm", Decision::Ask),
        ("deploy go dev $X", Decision::Ask),
        ("deploy --config go dev", Decision::Ask),
    ] {
        assert_eq!(line(&policy, text).decision, expected, "{text}");
    }
}

#[test]
fn any_reading_is_enough_for_a_deny() {
    let policy = rules("  - { action: deny, match: { program: danger.sh } }\n");
    let readings = vec![
        running("/usr/bin/dash", &["dash", "sh"], &["sh", "/x/danger.sh"]),
        running("/x/danger.sh", &[], &["/x/danger.sh"]),
    ];
    assert_eq!(policy.evaluate(&Subject { readings, scope: Scope::Exec }).decision, Decision::Deny);
}

#[test]
fn the_environment_and_the_directory_are_asked_for() {
    let policy = rules(
        "  - { action: deny, match: { env: { set_any: ['LD_*'] } } }\n  \
         - { action: ask, match: { program: make, env: { is: { STAGE: [prod, 'pre*'] } } } }\n  \
         - { action: deny, match: { program: make, cwd: { outside: workspace } } }\n",
    );
    assert!(policy.reads_environment() && !rules("  - { pattern: x, action: deny }\n").reads_environment());
    for (text, expected) in [
        ("LD_PRELOAD=x make", Decision::Deny),
        ("env LD_AUDIT=x ls", Decision::Deny),
        ("A=x make", Decision::Allow),
        ("STAGE=preview make", Decision::Ask),
        ("STAGE=dev make", Decision::Allow),
        ("cd / && make", Decision::Deny),
        ("cd sub && make", Decision::Allow),
    ] {
        assert_eq!(line(&policy, text).decision, expected, "{text}");
    }
}

#[test]
fn not_any_and_all_nest() {
    let policy = rules(
        "  - action: deny\n    match: { all: [ { program: docker }, { any: [ { flags: [--privileged] }, \
         { argv: { contains_regex: '^/:' } } ] }, { not: { cwd: { inside: '{workspace}/ci' } } } ] }\n",
    );
    assert_eq!(line(&policy, "docker run --privileged x").decision, Decision::Deny);
    assert_eq!(line(&policy, "docker run -v /:/x y").decision, Decision::Deny);
    assert_eq!(line(&policy, "docker run x").decision, Decision::Allow);
    let inside = policy.evaluate_line("docker run --privileged x", Path::new("/home/dev/proj/ci"), &[]);
    assert_eq!(inside.decision, Decision::Allow);
}

#[test]
fn a_project_file_only_tightens() {
    let user =
        text("user.yaml", "version: '1'\nrules: [{ id: u, action: ask, match: { program: make } }]", Layer::User);
    let project = text(
        "project.yaml",
        "version: '1'\ndefaults: { action: allow }\nrules:\n  - { id: p, action: allow, match: { program: make } }\n  \
         - { id: q, action: deny, match: { program: npm } }",
        Layer::Project,
    );
    let policy = Policy::load(&[user, project], &context()).unwrap();
    assert_eq!(line(&policy, "make").decision, Decision::Ask);
    assert_eq!(line(&policy, "npm ci").decision, Decision::Deny);
    assert_eq!(line(&policy, "ls").decision, Decision::Ask);
    assert_eq!(policy.notes().len(), 1);
    assert_eq!(policy.files().iter().map(|file| file.rules).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn the_gate_learns_what_rules_call_programs() {
    let policy = rules(
        "  - { action: deny, match: { program: { any: [ { path: /opt/x/danger }, { name: rm } ] } } }\n  \
         - { action: ask, pattern: '/bin/git push --force' }\n  - { action: ask, match: { program: 'python3*' } }\n  \
         - { action: allow, match: { program: ls } }\n",
    );
    let named = policy.named_programs();
    assert_eq!(named.names, ["git", "rm"]);
    assert_eq!(named.paths, [PathBuf::from("/bin/git"), PathBuf::from("/opt/x/danger")]);
    assert!(!named.digests);
    let shims = policy.shim_names();
    assert!(["bash", "danger", "git", "rm", "sh"].iter().all(|name| shims.contains(&(*name).to_owned())), "{shims:?}");
    assert!(!shims.contains(&"ls".to_owned()));
}

#[test]
fn a_part_of_git_is_its_subcommand() {
    let policy = rules("  - { id: a, action: deny, match: { program: git, subcommand: push, flags: [--force] } }\n");
    for argv in [["/usr/lib/git-core/git-push", "-f"], ["git-push", "--force"]] {
        assert_eq!(exec(&policy, "/usr/lib/git-core/git", &argv).decision, Decision::Deny, "{argv:?}");
    }
    assert_eq!(exec(&policy, "/usr/lib/git-core/git", &["git-fetch", "-f"]).decision, Decision::Allow);
    assert_eq!(line(&policy, "/usr/lib/git-core/git-push -f").decision, Decision::Deny);
    assert_eq!(line(&policy, "x-push -f").decision, Decision::Allow);
}

#[test]
fn a_file_of_the_workspace_may_be_named_by_where_it_lies() {
    let policy = load("version: '1'\nrules:\n  - { action: allow, match: { program: '{workspace}/**/gradlew' } }\n");
    for (text, expected) in [
        ("./gradlew test", Decision::Allow),
        ("cd android && ./gradlew test", Decision::Ask),
        ("android/gradlew test", Decision::Allow),
        ("/tmp/gradlew test", Decision::Ask),
        ("gradlew test", Decision::Ask),
        ("../gradlew test", Decision::Ask),
    ] {
        assert_eq!(line(&policy, text).decision, expected, "{text}");
    }
}
