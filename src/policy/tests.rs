use super::*;
use crate::model::{Decision, Evaluation, Invocation, Layer, Names, Outcome, Program, Scope, Subject, Via};
use proptest::prelude::*;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

const CWD: &str = "/home/dev/proj";

fn context() -> Context {
    Context {
        workspace: CWD.into(),
        home: Some("/home/dev".into()),
        tmp: vec!["/tmp".into()],
        canonical: |path| match path.strip_prefix("/home/dev/proj/link") {
            Ok(rest) if rest.as_os_str().is_empty() => "/etc/target".into(),
            Ok(rest) => Path::new("/etc/target").join(rest),
            Err(_) => path.to_owned(),
        },
    }
}

fn text(name: &str, text: &str, layer: Layer) -> Source {
    Source::Text { name: name.to_owned(), text: text.to_owned(), layer }
}

fn load(yaml: &str) -> Policy {
    Policy::load(&[text("test.yaml", yaml, Layer::Session)], &context()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A policy that allows what these rules do not stop.
fn rules(rules: &str) -> Policy {
    load(&format!("version: \"1.0\"\ndefaults: {{ action: allow, unknown: allow }}\nrules:\n{rules}"))
}

fn starter() -> Policy {
    Policy::load(&[Source::Builtin("starter")], &context()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn example(name: &str) -> Policy {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy-examples").join(name);
    let source = Source::File { path, layer: Layer::Session };
    Policy::load(&[source], &context()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn line(policy: &Policy, text: &str) -> Evaluation {
    policy.evaluate_line(text, Path::new(CWD), &[])
}

/// One program as the kernel door sees it.
fn running(path: &str, certain: &[&str], argv: &[&str]) -> Invocation {
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let names = Names { certain: strings(certain), possible: Vec::new() };
    Invocation {
        program: Program { names, paths: vec![path.into()], ..Program::default() },
        argv: argv.iter().map(OsString::from).collect(),
        cwd: CWD.into(),
        environment: Vec::new(),
        via: Via::Direct,
    }
}

fn exec(policy: &Policy, path: &str, argv: &[&str]) -> Evaluation {
    let name = path.rsplit('/').next().unwrap();
    let certain = if path.starts_with("/usr/bin/") || path.starts_with("/bin/") { vec![name] } else { vec![] };
    policy.evaluate(&Subject { readings: vec![running(path, &certain, argv)], scope: Scope::Exec })
}

#[test]
fn every_example_policy_loads_and_its_examples_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy-examples");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    names.sort();
    assert_eq!(names, ["ci.yaml", "claude-code.yaml", "simple-form.yaml"]);
    for name in names {
        assert!(!example(&name).rules().is_empty(), "{name}");
    }
    assert!(starter().debug() && starter().rules().len() > 5);
}

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
        "version: '1'\nrules:\n  - action: allow\n    match: { program: deploy, argv: { prefix: [go, [staging, dev]], \
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
