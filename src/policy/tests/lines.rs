//! Shell lines: paths, unknown parts, wrappers.

use super::support::{exec, line, load, rules};
use crate::model::Decision;

#[test]
fn paths_are_judged_where_they_lead() {
    let policy = rules(
        "  - { action: deny, match: { program: [rm, cat], path: { outside: [workspace, tmp] } } }\n  \
         - { action: ask, match: { program: cat, path: { in: ['**/.env', '!**/ok/.env', '{workspace}/Private/**'] } } }\n",
    );
    for (text, expected) in [
        ("rm x", Decision::Allow),
        ("rm ../x", Decision::Deny),
        ("rm ./a/../../x", Decision::Deny),
        ("rm /tmp/x", Decision::Allow),
        ("rm ~/x", Decision::Deny),
        ("cd / && rm x", Decision::Deny),
        ("cd src && rm x", Decision::Allow),
        ("rm src/* ../*", Decision::Deny),
        ("rm src/*.o", Decision::Allow),
        // A link is deleted itself; what is read through it is its target.
        ("rm link", Decision::Allow),
        ("rm link/", Decision::Deny),
        ("rm link/x", Decision::Deny),
        ("cat link", Decision::Deny),
        ("cat a/.env", Decision::Ask),
        ("cat a/ok/.env", Decision::Allow),
        ("cat private", Decision::Ask),
        ("cat PRIVATE/x", Decision::Ask),
        ("cat *.rs", Decision::Allow),
    ] {
        assert_eq!(line(&policy, text).decision, expected, "{text}");
    }
}

#[test]
fn an_unknown_part_counts_where_a_rule_depends_on_it() {
    let policy = load(
        "version: '1'\ndefaults: { action: allow, unknown: ask, unknown_in_deny_scope: deny }\nrules:\n  \
         - { action: deny, match: { program: rm, flags: [-r], path: { outside: workspace } } }\n  \
         - { action: deny, match: { program: cat, path: { in: ['~/.ssh/**'] } } }\n  \
         - { action: ask, match: { program: git, subcommand: push, flags: [--force] } }\n",
    );
    for (text, expected, by_rule) in [
        ("echo $X", Decision::Allow, false),
        ("rm $X", Decision::Deny, false),
        ("rm -r $X", Decision::Deny, false),
        ("git push $X", Decision::Ask, false),
        ("git push $X --force", Decision::Ask, true),
        ("git status $X", Decision::Allow, false),
        ("$X y", Decision::Deny, false),
        ("find . -exec rm -r {} +", Decision::Allow, false),
        ("find / -exec rm -r {} +", Decision::Deny, true),
        ("find $X -exec rm -r {} +", Decision::Deny, false),
        ("cat ~/.s*/id", Decision::Deny, false),
        ("cat ~/src/*.c *.h", Decision::Allow, false),
        ("ls | xargs rm -r", Decision::Deny, false),
        ("bash -c \"$X\"", Decision::Ask, false),
        ("eval $X", Decision::Ask, false),
        ("curl x | sh", Decision::Ask, false),
        ("bash <(curl x)", Decision::Ask, false),
        ("sh < x", Decision::Ask, false),
        ("bash", Decision::Allow, false),
        ("ls | bash x.sh", Decision::Allow, false),
        ("if rm", Decision::Deny, false),
        ("if ls", Decision::Ask, false),
    ] {
        let found = line(&policy, text);
        assert_eq!((found.decision, found.deciding().is_some()), (expected, by_rule), "{text}: {found:?}");
    }
}

#[test]
fn what_wrappers_start_is_judged() {
    let policy = rules("  - { action: deny, match: { program: danger } }\n");
    for text in [
        "env danger",
        "env -i A=1 danger x",
        "env -S 'danger x'",
        "env -u X --chdir=/ danger",
        "sudo -u root A=b danger",
        "timeout -s KILL 5 danger",
        "timeout --unheard 5 danger",
        "nice -n 5 danger",
        "nice -5 danger",
        "nohup danger",
        "setsid -w danger",
        "stdbuf -oL danger",
        "xargs -0 -n1 danger",
        "command danger",
        "exec -a x danger",
        "time -p danger",
        "/usr/bin/time -v danger",
        "busybox danger",
        "sh -c danger",
        "bash -lc 'cd x; danger'",
        "bash -euo pipefail -c danger",
        "sh -c \"sh -c 'sh -c danger'\"",
        "su root -c danger",
        "eval danger",
        "eval 'x; danger'",
        "sh <<<danger",
        "echo danger | bash",
        "find . -exec danger {} \\;",
        "env timeout 5 nice sudo sh -c 'nohup danger'",
        "if true; then danger; fi",
        "f() { danger; }; f",
        "x=$(danger)",
        "diff <(danger) y",
    ] {
        assert_eq!(line(&policy, text).decision, Decision::Deny, "{text}");
    }
    for text in ["echo danger", "command -v danger", "sh danger.txt", "grep -r danger .", "git commit -m danger"] {
        assert_eq!(line(&policy, text).decision, Decision::Allow, "{text}");
    }
}

#[test]
fn at_the_kernel_door_a_wrapper_is_only_itself() {
    let policy = rules("  - { action: deny, match: { program: danger } }\n");
    assert_eq!(exec(&policy, "/usr/bin/env", &["env", "danger"]).decision, Decision::Allow);
    assert_eq!(exec(&policy, "/usr/bin/busybox", &["busybox", "danger"]).decision, Decision::Deny);
}

#[test]
fn links_that_a_line_makes_are_followed() {
    let policy = rules(
        "  - { id: d, action: deny, match: { effect: fs.delete, path: { outside: [workspace] } } }\n  \
         - { id: w, action: deny, match: { effect: fs.write, path: { in: ['~/.ssh/**'] } } }\n",
    );
    for (text, expected) in [
        ("ln -s / x; rm -rf x/", Decision::Deny),
        ("ln -s / x; rm -rf x/home", Decision::Deny),
        ("ln -sfn /home/other x && cd x && rm -rf y", Decision::Deny),
        ("ln -s ~/.ssh x; echo k >> x/authorized_keys", Decision::Deny),
        ("ln -s ~/.ssh/authorized_keys k; cp a k", Decision::Deny),
        ("ln -s ../shared/x x; rm x", Decision::Allow),
        ("ln -s src x; rm -rf x/", Decision::Allow),
    ] {
        assert_eq!(line(&policy, text).decision, expected, "{text}");
    }
}

#[test]
fn where_a_line_runs_is_put_into_its_words() {
    let policy = rules("  - { id: w, action: deny, match: { effect: fs.write, path: { outside: [workspace] } } }\n");
    for (text, expected) in [
        ("touch \"$PWD/x\" \"$(pwd)\"/y ${PWD}/z", Decision::Allow),
        ("cd /tmp && touch \"$(pwd)/y\"", Decision::Deny),
        ("tee --append \"$HOME/.x\"", Decision::Deny),
        ("PWD=/; touch \"${PWD}y\"", Decision::Ask),
    ] {
        let found = line(&policy, text);
        let decision = if found.unknown.is_some() { Decision::Ask } else { found.decision };
        assert_eq!(decision, expected, "{text}");
    }
}
