//! `tollgate policy` from outside: what is printed, and with which status.

use super::harness::{Env, policy};
use super::process::{Output, Running};
use serde_json::Value;
use std::fs;

/// A policy that says all that a policy should say.
const CLEAN: &str = "version: \"1.0\"
defaults: { action: ask }
rules:
  - id: git.push
    action: deny
    match: { program: git, subcommand: push }
    reason: \"Pushing is for people.\"
    suggest: \"Commit.\"
    examples: { match: [\"git push\"], not_match: [\"git pull\"] }
  - id: git.read
    action: allow
    match: { program: git, subcommand: [status, diff] }
tests:
  - name: git
    cwd: /home/dev/proj
    cases: [{ line: \"git status\", expect: allow }, { line: \"git -C x push\", expect: deny }]
";

/// The short form that articles show.
const SHORT: &str = "version: \"1.0\"
rules:
  - pattern: \"curl.*http://.*|.*\"
    action: ask
    reason: x
  - pattern: \"SELECT.FROM.users.\"
    action: deny
";

#[track_caller]
fn call(env: &Env, arguments: &[&str]) -> Output {
    Running::start(env.tollgate().arg("policy").args(arguments)).finish()
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn env(text: &str) -> (Env, String) {
    let env = Env::new(text);
    let path = env.policy().to_str().unwrap().to_owned();
    (env, path)
}

#[test]
fn lint_is_clean_or_names_what_it_finds() {
    let (env, file) = env(CLEAN);
    call(&env, &["lint", "--strict", &file]).exited(0);
    fs::write(env.policy(), SHORT).unwrap();
    let output = call(&env, &["lint", &file]).exited(1);
    let text = output.out();
    assert!(text.contains(&format!("L004 {file}:3:14 ")), "{text}");
    assert!(text.contains("= write \"SELECT.*FROM.*users.*\""), "{text}");
    let found = json(&call(&env, &["lint", "--json", &file]).exited(1));
    let codes: Vec<&str> =
        found["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    for code in ["L004", "L005", "L010", "L011", "L012"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

#[test]
fn advice_counts_only_where_it_is_asked_for() {
    let (env, file) = env(&CLEAN.replace("action: ask", "action: allow"));
    let output = call(&env, &["lint", &file]).exited(0);
    assert!(output.out().contains("L013"), "{output:?}");
    call(&env, &["lint", "--strict", &file]).exited(1);
}

#[test]
fn what_does_not_load_is_an_error_everywhere() {
    let (env, file) = env("version: \"1.0\"\nrulez: []\n");
    for arguments in [
        &["lint", &file][..],
        &["test", &file],
        &["show", "--policy", &file],
        &["diff", &file, "builtin:starter"],
        &["diff", "builtin:starter", &file],
        &["from-log", "--policy", &file],
        &["lint", "no-such-file"],
        &["fmt", "no-such-file"],
        &["diff", "builtin:nothing", "builtin:starter"],
        &["nonsense"],
    ] {
        let output = call(&env, arguments).exited(125);
        assert!(output.out().is_empty() && !output.err().is_empty(), "{arguments:?}: {output:?}");
    }
    assert!(call(&env, &["lint", &file]).err().contains("did you mean \"rules\"?"));
}

#[test]
fn tests_hold_or_say_why_they_do_not() {
    let (env, file) = env(CLEAN);
    let output = call(&env, &["test", &file]).exited(0);
    assert!(output.out().contains("4 of 4 held; 0 failed"), "{output:?}");
    fs::write(env.policy(), CLEAN.replace("expect: allow", "expect: deny")).unwrap();
    let output = call(&env, &["test", &file]).exited(1);
    for part in ["expected  deny", "got       allow", "git.read", "read as   git, subcommand status", "1 failed"] {
        assert!(output.out().contains(part), "{part}: {output:?}");
    }
    let report = json(&call(&env, &["test", "--json", &file]).exited(1));
    assert_eq!(report["failures"], 1);
    assert_eq!(report["files"][0]["failures"][0]["rule"]["line"], 10);
    // An example that does not hold is a failure here, though the file does not load with it.
    fs::write(env.policy(), CLEAN.replace("git pull", "git push x")).unwrap();
    let output = call(&env, &["test", &file]).exited(1);
    assert!(output.out().contains("example of rule git.push"), "{output:?}");
}

#[test]
fn show_names_every_file_and_what_does_not_count() {
    let (env, file) = env(CLEAN);
    let output = call(&env, &["show"]).exited(0);
    assert!(output.out().contains("builtin:starter"), "{output:?}");
    fs::create_dir(env.work(".tollgate")).unwrap();
    env.write(".tollgate/policy.yaml", "version: \"1.0\"\nrules: [{ id: p, action: allow, match: { program: x } }]\n");
    let shown = json(&call(&env, &["show", "--json", "--policy", &file]).exited(0));
    let layers: Vec<&str> =
        shown["files"].as_array().unwrap().iter().map(|one| one["layer"].as_str().unwrap()).collect();
    assert_eq!(layers, ["project", "session"]);
    assert_eq!(shown["defaults"]["action"]["stated"][0]["line"], 2);
    assert_eq!(shown["notes"].as_array().unwrap().len(), 1);
    assert_eq!(shown["rules"].as_array().unwrap().len(), 2);
}

#[test]
fn diff_says_what_changes() {
    let (env, file) = env(CLEAN);
    call(&env, &["diff", &file, &file]).exited(0);
    let changes = json(&call(&env, &["diff", "--json", "builtin:starter", &file]).exited(1));
    assert!(changes["judged"].as_u64().unwrap() > 400);
    let flips = changes["flips"].as_array().unwrap();
    let push = flips.iter().find(|flip| flip["command"] == "git push origin feature/login").unwrap();
    assert_eq!((&push["old"]["decision"], &push["new"]["rule"]), (&"allow".into(), &"git.push".into()));
    let corpus =
        env.write("corpus.jsonl", "{\"line\": \"git push\", \"id\": \"one\"}\n{\"argv\": [\"git\", \"fetch\"]}\n");
    let corpus = corpus.to_str().unwrap();
    let changes = json(&call(&env, &["diff", "--json", "--corpus", corpus, "builtin:starter", &file]).exited(1));
    assert_eq!((changes["judged"].as_u64(), changes["flips"].as_array().unwrap().len()), (Some(2), 2));
    env.write("corpus.jsonl", "{\"line\": \"x\"}\nnonsense\n");
    let output = call(&env, &["diff", "--corpus", corpus, &file, &file]).exited(125);
    assert!(output.err().contains("line 2"), "{output:?}");
}

#[test]
fn sessions_are_judged_again() {
    let env = Env::new(&policy(""));
    env.shell("true; ls >/dev/null; exit 0").exited(0);
    let audit = env.root().join("state/tollgate/audit");
    let strict = env.write(
        "strict.yaml",
        "version: \"1.0\"\ndefaults: { action: allow }\nrules: [{ id: no-ls, action: deny, match: { program: ls } }]\n",
    );
    let arguments = [
        "diff",
        "--json",
        "--sessions",
        audit.to_str().unwrap(),
        env.policy().to_str().unwrap(),
        strict.to_str().unwrap(),
    ]
    .map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let changes = json(&call(&env, &arguments).exited(1));
    let flips: Vec<&str> =
        changes["flips"].as_array().unwrap().iter().map(|flip| flip["command"].as_str().unwrap()).collect();
    assert_eq!(flips, ["ls"]);
}

#[test]
fn the_schema_is_one() {
    let (env, _) = env(CLEAN);
    let schema = json(&call(&env, &["schema"]).exited(0));
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn fmt_rewrites_once_and_checks() {
    let untidy = CLEAN.replace("defaults: { action: ask }", "defaults:   {action: ask}   # kept");
    let (env, file) = env(&untidy);
    let output = call(&env, &["fmt", "--check", &file]).exited(1);
    assert!(output.out().contains("would change, from line 2 on"), "{output:?}");
    assert_eq!(fs::read_to_string(env.policy()).unwrap(), untidy);
    call(&env, &["fmt", &file]).exited(0);
    assert!(fs::read_to_string(env.policy()).unwrap().contains("defaults: { action: ask } # kept\n"));
    call(&env, &["fmt", "--check", &file]).exited(0);
    call(&env, &["lint", "--strict", &file]).exited(0);
    fs::write(env.policy(), "a: [1").unwrap();
    call(&env, &["fmt", &file]).exited(125);
    assert_eq!(fs::read_to_string(env.policy()).unwrap(), "a: [1");
}

#[test]
fn what_an_observed_session_did_becomes_rules_that_cover_it() {
    let env = Env::new(
        "version: \"1.0\"\ndefaults: { action: ask }\nrules:\n  - { id: no-rm, action: deny, match: { program: rm } }\n",
    );
    env.write("x", "");
    env.run_with(&["--observe"], &["sh", "-c", "ls -l x >/dev/null; rm x; git --version >/dev/null; exit 0"]).exited(0);
    let policy = env.policy().to_str().unwrap().to_owned();
    let output = call(&env, &["from-log", "--policy", &policy, "last"]).exited(0);
    let text = output.out();
    assert!(text.contains("pattern: \"ls -l x\""), "{text}");
    assert!(!text.contains("pattern: \"rm"), "{text}");
    let proposed = env.write("proposed.yaml", &text);
    let proposed = proposed.to_str().unwrap();
    for (command, status) in [(&["ls", "-l", "x"][..], 0), (&["git", "--version"], 0), (&["ls"], 2), (&["rm", "x"], 1)]
    {
        let both = ["check", "--policy", &policy, "--policy", proposed, "--"];
        Running::start(env.tollgate().args(both).args(command)).finish().exited(status);
    }
    let found = json(&call(&env, &["from-log", "--json", "--level", "program", "--policy", &policy]).exited(0));
    assert!(found["policy"].as_str().unwrap().contains("match: { program: \"ls\" }"), "{found}");
}

#[test]
fn nothing_to_propose_is_said() {
    let (env, file) = env(CLEAN);
    let output = call(&env, &["from-log", "--policy", &file]).exited(1);
    assert!(output.err().contains("nothing to propose"), "{output:?}");
    call(&env, &["from-log", "no-such-session"]).exited(125);
}

#[test]
fn a_project_is_trusted_exactly_as_it_is() {
    let env = Env::new(
        "version: \"1.0\"\ndefaults: { action: ask }\nlower_layers: { project: { may_allow: [build] } }\nrules: []\n",
    );
    let user = env.root().join("config/tollgate");
    fs::create_dir_all(&user).unwrap();
    fs::copy(env.policy(), user.join("policy.yaml")).unwrap();
    let file = ".tollgate/policy.yaml";
    let project = "version: \"1.0\"\nrules: [{ id: p, action: allow, tags: [build], match: { program: make } }]\n";
    let error = call(&env, &["trust"]).exited(125);
    assert!(error.err().contains("has no policy of its own"), "{error:?}");
    fs::create_dir(env.work(".tollgate")).unwrap();
    env.write(file, project);
    let check = |status: i32| {
        Running::start(env.tollgate().args(["check", "--", "make", "all"])).finish().exited(status);
    };
    check(2);
    // Without a person the digest must be named, and be the right one.
    let output = call(&env, &["trust"]).exited(125);
    assert!(output.out().contains("p\n"), "{output:?}");
    let digest = output.err().split("--digest ").nth(1).unwrap().trim().to_owned();
    call(&env, &["trust", "--digest", &"0".repeat(64)]).exited(125);
    let mut inside = env.tollgate();
    inside.args(["policy", "trust", "--digest", &digest]).env("TOLLGATE_SESSION", "/x");
    assert!(Running::start(&mut inside).finish().exited(125).err().contains("inside a session"));
    check(2);
    call(&env, &["trust", "--digest", &digest]).exited(0);
    check(0);
    let listed = json(&call(&env, &["trust", "--list", "--json"]).exited(0));
    assert_eq!(listed["projects"][0]["sha256"], digest.as_str());
    env.write(file, &format!("{project}# changed\n"));
    check(2);
    env.write(file, project);
    check(0);
    call(&env, &["trust", "--remove"]).exited(0);
    call(&env, &["trust", "--remove"]).exited(1);
    check(2);
}
