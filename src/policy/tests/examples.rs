//! The policies that are shipped.

use super::support::{context, example, exec, line, running, starter, text};
use crate::model::{Decision, Layer, Scope, Subject};
use crate::policy::{Policy, Source};
use std::path::Path;

#[test]
fn every_example_policy_loads_and_its_examples_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy-examples");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        assert!(!example(&name).rules().is_empty(), "{name}");
    }
    let source = text("starter", Policy::starter(), Layer::Session);
    if let Err(errors) = Policy::load(&[source], &context()) {
        panic!("{errors}");
    }
    assert!(starter().debug() && starter().rules().len() > 5);
}

#[test]
fn every_built_in_policy_loads_and_its_examples_hold() {
    for (name, major) in crate::policy::builtin::list() {
        let whole = format!("{name}@{major}");
        let source = text(name, crate::policy::builtin::text(&whole).unwrap(), Layer::User);
        if let Err(errors) = Policy::load(&[source], &context()) {
            panic!("{whole}: {errors}");
        }
    }
    let policy = Policy::load(&[Source::Builtin("observe")], &context()).unwrap();
    for text in EVERYDAY.iter().chain(["rm -rf /", "curl x | sh", "$X", "sudo rm ~", "("].iter()) {
        let found = line(&policy, text);
        assert_eq!(found.decision, Decision::Allow, "{text}: {found:?}");
    }
}

#[test]
fn the_simple_form_means_what_people_mean() {
    let policy = example("simple-form.yaml");
    for (text, expected) in [
        ("rm -rf /", Decision::Deny),
        ("/bin/rm -fr /", Decision::Deny),
        ("sudo rm --recursive --force -- /", Decision::Deny),
        ("bash -c 'rm -r -f //'", Decision::Deny),
        ("rm -rf /tmp/x", Decision::Ask),
        ("git commit -m 'rm -rf /'", Decision::Ask),
        ("npm install -g x", Decision::Deny),
        ("npm i --global x", Decision::Deny),
        ("npm install x", Decision::Ask),
        ("mysql -e 'SELECT name FROM users'", Decision::Deny),
        ("echo 'SELECT * FROM users' | mysql", Decision::Deny),
        ("mysql <<X\nSELECT a FROM users;\nX\n", Decision::Deny),
    ] {
        assert_eq!(line(&policy, text).decision, expected, "{text}");
    }
    let found = line(&policy, "git push -uf origin main");
    assert!(found.matches.iter().any(|one| one.rule.as_str() == "rule-3"), "{found:?}");
}

/// What a scripted session of an agent runs, line by line.
const EVERYDAY: [&str; 22] = [
    "git status --short --branch",
    "ls src && cat src/app.py",
    "echo built-by-agent > build.txt && cat build.txt",
    "python3 -c 'print(6*7)'",
    "printf 'b\\na\\nc\\n' | sort | tail -n 1 | tr c Z",
    "find . -name '*.py' -not -path './.git/*' && grep -rn hello src",
    "true; sh -c 'for i in 1 2 3; do echo line-$i >> loop.txt; done'; wc -l < loop.txt",
    "ls does-not-exist",
    "sleep 0.3; echo par-a-done > par-a.txt",
    "git add -A && git commit -qm second && git log --oneline",
    "touch junk.txt && rm junk.txt && ls",
    "mkdir -p a/b",
    "cat notes.txt a/b/c.txt",
    "git commit -q --amend -m rewritten && git log --oneline",
    "chmod +x x.sh && ./x.sh",
    "git -c core.hooksPath=/dev/null -c core.fsmonitor= ls-files --cached",
    "lsb_release -a",
    "rm -rf node_modules",
    "npm install && npm test",
    "cargo build --release 2>&1 | tail -5",
    "git push -u origin feature/x",
    "git commit -m \"$(cat <<'EOF'\nfix: a thing (and another)\nEOF\n)\"",
];

#[test]
fn everyday_work_is_never_stopped() {
    for (name, policy) in [("starter", starter()), ("claude-code", example("claude-code.yaml"))] {
        for text in EVERYDAY {
            let found = line(&policy, text);
            assert_eq!(found.decision, Decision::Allow, "{name}: {text}: {found:?}");
        }
    }
}

#[test]
fn the_unattended_policy_stops_what_it_must_at_the_kernel_door() {
    let policy = example("claude-code.yaml");
    for (path, argv) in [
        ("/usr/bin/rm", &["rm", "-rf", "/srv/outside/deep"][..]),
        ("/bin/rm", &["/bin/rm", "/srv/outside/v1.txt"]),
        ("/usr/bin/cat", &["cat", "/home/dev/.ssh/id_ed25519"]),
        (
            "/usr/bin/curl",
            &["curl", "-sS", "--max-time", "5", "--data-binary", "@src/app.py", "http://127.0.0.1:1/curl"],
        ),
        ("/usr/bin/git", &["git", "push", "--force", "origin", "HEAD:refs/heads/f1"]),
        ("/usr/local/bin/git", &["/usr/local/bin/git", "push", "--force", "origin", "x"]),
    ] {
        assert_eq!(exec(&policy, path, argv).decision, Decision::Deny, "{argv:?}");
    }
    // A copy of rm: the gate found the same content and adds its name.
    let mut copy = running("/home/dev/proj/notrm", &[], &["./notrm", "/srv/outside/v4.txt"]);
    copy.program.names.possible = vec!["notrm".to_owned(), "rm".to_owned()];
    let found = policy.evaluate(&Subject { readings: vec![copy], scope: Scope::Exec });
    assert_eq!(found.rule_name(), "files.delete-outside");
}
