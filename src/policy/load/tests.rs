use super::*;
use crate::model::{Layer, Tier};
use crate::policy::Policy;
use std::time::Duration;

fn context() -> Context {
    Context {
        now: None,
        trusted_project: None,
        cache: None,
        workspace: "/home/dev/proj".into(),
        home: Some("/home/dev".into()),
        tmp: vec!["/tmp".into()],
        world: crate::policy::World::described(crate::policy::Described::default()),
    }
}

fn load(text: &str) -> Result<Policy, LoadErrors> {
    let source = Source::Text { name: "p.yaml".to_owned(), text: text.to_owned(), layer: Layer::Session };
    Policy::load(&[source], &context())
}

/// The complaints about a text, as code and place.
fn faults(text: &str) -> Vec<(&'static str, u32, u32)> {
    let errors = load(text).map(|_| ()).unwrap_err();
    errors.complaints().iter().map(|one| (one.code, one.line, one.column)).collect()
}

/// The complaints about one rule, which begins in line 3 at column 5.
fn rule_faults(rule: &str) -> Vec<&'static str> {
    let text = format!("version: '1'\nrules:\n  - {rule}\n");
    match load(&text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.complaints().iter().map(|one| one.code).collect(),
    }
}

#[test]
fn all_errors_of_a_file_are_reported_at_once() {
    let text = "version: '1'\nrulez: []\nrules:\n  - patern: rm\n    action: deny\n  - { pattern: '(', action: deny }\n  \
                - { pattern: rm, action: dney }\n  - { id: a, match: { program: git } }\n  \
                - { id: b, action: ask }\n  - { id: c, action: ask, match: { } }\n";
    assert_eq!(
        faults(text),
        [
            ("P010", 2, 1),
            ("P010", 4, 5),
            ("P011", 4, 5),
            ("P030", 6, 16),
            ("P013", 7, 28),
            ("P011", 8, 5),
            ("P011", 9, 5),
            ("P014", 10, 34),
        ]
    );
}

#[test]
fn an_error_shows_the_place_and_the_fix() {
    let errors = load("version: '1'\nrules:\n  - patern: rm\n    action: deny\n").map(|_| ()).unwrap_err();
    let shown = errors.to_string();
    let expected = "P010 p.yaml:3:5 unknown key \"patern\" in a rule\n    3 |   - patern: rm\n      |     ^^^^^^\n      \
                    = did you mean \"pattern\"?";
    assert!(shown.contains(expected), "{shown}");
    assert!(shown.starts_with("2 errors in the policy\n"), "{shown}");
}

#[test]
fn a_file_that_says_nothing_definite_is_refused() {
    for (text, code) in [
        ("", "P007"),
        ("rules: []", "P020"),
        ("version: '1'", "P022"),
        ("version: '1'\nrules:", "P022"),
        ("version: '1'\nrules: {}", "P012"),
        ("version: '1'\nrules: ~", "P022"),
        ("version: '2'\nrules: []", "P020"),
        ("version: '1.x'\nrules: []", "P020"),
        ("version: 1.0\nrules: []", "P020"),
        ("version: '1'\nrules: []\nrules: []", "P008"),
        ("version: '1'\nrules: []\nextend: [x]", "P010"),
        ("version: '1'\nrules: []\nextends: [x]", "P050"),
        ("version: '1'\nrules: []\nlayer: managed", "P021"),
        ("version: '1'\nrules: []\ndefaults: { no_approver: ask }", "P013"),
        ("version: '1'\nrules: []\ndefaults: { ask_timeout: 5 }", "P015"),
        ("version: '1'\nrules: []\nrequire: E9", "P013"),
        ("version: '1'\nrules: []\ndebug: yes", "P013"),
        ("- a", "P012"),
    ] {
        assert_eq!(faults(text).first().map(|fault| fault.0), Some(code), "{text:?}");
    }
    for text in ["version: '1'\nrules: []", "version: 1\nrules: []", "version: \"1.0\"\nrules: []"] {
        assert!(load(text).is_ok(), "{text:?}");
    }
}

#[test]
fn a_rule_that_would_mean_something_else_is_refused() {
    for (rule, codes) in [
        ("{ action: deny, pattern: x, match: { program: y } }", &["P016"][..]),
        ("{ action: deny, pattern: '' }", &["P034"]),
        ("{ action: deny, pattern: 'a \"b' }", &["P034"]),
        ("{ action: deny, pattern: 'a{1000}{1000}' }", &["P030"]),
        ("{ action: deny, match: { regex: '[' } }", &["P030"]),
        ("{ action: deny, match: { regex: 'a', regex_on: [argvv] } }", &["P013"]),
        ("{ action: deny, match: { program: git, regex_on: argv } }", &["P011"]),
        ("{ action: deny, match: { program: [] } }", &["P012"]),
        ("{ action: deny, match: { program: ~ } }", &["P012"]),
        ("{ action: deny, match: { program: ./x } }", &["P015"]),
        ("{ action: deny, match: { program: { path: bin/x } } }", &["P015"]),
        ("{ action: deny, match: { program: { sha256: abc } } }", &["P015"]),
        ("{ action: deny, match: { program: $nothing } }", &["P032"]),
        ("{ action: deny, match: { flags: [force] } }", &["P015"]),
        ("{ action: deny, match: { path: { in: ['src/**'] } } }", &["P031"]),
        ("{ action: deny, match: { path: { in: ['/a[**'] } } }", &["P031"]),
        ("{ action: deny, match: { path: { inside: [workspace] } } }", &["P010"]),
        ("{ action: deny, match: { path: { equals_or_contains: ['/a/*'] } } }", &["P031"]),
        ("{ action: deny, match: { efect: fs.read } }", &["P010"]),
        ("{ action: deny, match: { not: { programm: x } } }", &["P010"]),
        ("{ action: deny, match: { any: [] } }", &["P014"]),
        ("{ action: allow, match: { program: { any: [] } } }", &["P014"]),
        ("{ action: allow, match: { program: {} } }", &["P014"]),
        ("{ action: allow, match: { flags: ['*'] } }", &["P015"]),
        ("{ action: allow, match: { flags: {} } }", &["P014"]),
        ("{ action: deny, match: { path: { any: [] } } }", &["P014"]),
        ("{ action: allow, match: { path: {} } }", &["P014"]),
        ("{ action: allow, match: { env: { is: {} } } }", &["P014"]),
        ("{ action: allow, match: { argv: { prefix: [] } } }", &["P014"]),
        ("{ action: allow, match: { subcommand: [] } }", &["P012"]),
        ("{ action: deny, match: { env: { set_any: ['a['] } } }", &["P031"]),
        ("{ action: deny, match: { argv: { max_operands: some } } }", &["P012"]),
        ("{ action: record, pattern: x }", &["P013"]),
        ("{ action: deny, pattern: x, when: { environment: cy } }", &["P013"]),
        ("{ action: deny, pattern: x, when: { time: 'Mon 08:00-09:00' } }", &["P035"]),
        ("{ action: deny, pattern: x, when: { time: $nothing } }", &["P032"]),
        ("{ action: deny, pattern: x, when: { identity: nobody } }", &["P032"]),
        ("{ action: deny, pattern: x, when: { identity: {} } }", &["P014"]),
        ("{ action: deny, pattern: x, when: { identity: { agent_version: new } } }", &["P015"]),
        ("{ action: deny, pattern: x, when: { identity: { not: { agnt: x } } } }", &["P010"]),
        ("{ action: deny, pattern: x, when: { env_is: {} } }", &["P014"]),
        ("{ action: deny, pattern: x, when: { any: [] } }", &["P014"]),
        ("{ action: deny, pattern: x, when: { not: {} } }", &["P014"]),
        ("{ action: deny, pattern: x, when: {} }", &["P014"]),
        ("{ action: ask, pattern: x, limit: { count: 1 } }", &["P011"]),
        ("{ action: ask, pattern: x, limit: { per: 1m } }", &["P011"]),
        ("{ action: ask, pattern: x, limit: { count: -1, per: 1m } }", &["P012"]),
        ("{ action: ask, pattern: x, limit: { count: 1, per: 1m, key: [user] } }", &["P013"]),
        ("{ action: deny, pattern: x, approval: { quorum: 1 } }", &["P017"]),
        ("{ action: ask, pattern: x, approval: { quorum: 0 } }", &["P015"]),
        ("{ action: ask, pattern: x, approval: { approvers: [jane] } }", &["P015"]),
        ("{ action: ask, pattern: x, approval: { on_timeout: allow } }", &["P013"]),
        ("{ action: ask, pattern: x, approval: { bind_to: [argvv] } }", &["P013"]),
        ("{ action: ask, pattern: x, obligations: [{ sandbox: {} }] }", &["P011"]),
        ("{ action: ask, pattern: x, obligations: [{}] }", &["P014"]),
        ("{ action: ask, pattern: x, obligations: [{ sandbx: { profile: x } }] }", &["P010"]),
        ("{ action: ask, pattern: x, effects: unchecked }", &["P017"]),
        ("{ action: deny, pattern: x, id: 'a b' }", &["P015"]),
        ("{ action: deny, pattern: x, severity: bad }", &["P013"]),
        ("{ action: deny, pattern: x, examples: { match: [{ line: a, argv: [b] }] } }", &["P011"]),
        ("just text", &["P012"]),
    ] {
        assert_eq!(rule_faults(rule), codes, "{rule}");
    }
}

#[test]
fn a_set_is_of_one_type() {
    let text = |set: &str, rule: &str| {
        format!("version: '1'\nsets:\n  s: {set}\nrules:\n  - {{ action: deny, match: {rule} }}\n")
    };
    let paths = "{ type: paths, items: ['~/.ssh/**', workspace] }";
    for (set, rule, expected) in [
        (paths, "{ path: { in: $s } }", None),
        (paths, "{ tool: WebFetch, url: { host: $s } }", Some(("P033", 5, 59))),
        (paths, "{ program: $s }", Some(("P033", 5, 39))),
        ("{ type: hosts, items: [a.example, '::1'] }", "{ path: { in: $s } }", Some(("P033", 5, 42))),
        ("{ type: times, items: [daily] }", "{ program: x }", Some(("P035", 3, 29))),
        ("{ type: hosts, items: ['https://a.example'] }", "{ program: x }", Some(("P031", 3, 29))),
        ("{ type: hosts, items: ['a.example:443'] }", "{ program: x }", Some(("P031", 3, 29))),
        ("{ type: paths, items: [src/x] }", "{ program: x }", Some(("P031", 3, 29))),
        ("{ type: programs, items: [./x] }", "{ program: x }", Some(("P015", 3, 32))),
    ] {
        let text = text(set, rule);
        let found = load(&text).err().map(|errors| {
            let one = &errors.complaints()[0];
            assert!(one.fix.is_some() && one.excerpt.is_some(), "{one}");
            (one.code, one.line, one.column)
        });
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn ids_are_unique_in_a_file() {
    let rule = |id: &str| format!("  - {{ id: {id}, action: ask, pattern: x }}\n");
    assert_eq!(faults(&format!("version: '1'\nrules:\n{}{}", rule("a"), rule("a"))), [("P023", 4, 5)]);
    assert!(load(&format!("version: '1'\nrules:\n{}{}", rule("a"), rule("b"))).is_ok());
}

#[test]
fn a_failing_example_refuses_the_file_and_says_why() {
    let rule = |examples: &str| {
        format!(
            "version: '1'\nrules:\n  - id: f\n    action: deny\n    match: {{ program: git, subcommand: push, \
             flags: [--force] }}\n    examples: {{ {examples} }}\n"
        )
    };
    assert!(load(&rule("match: [git push -f, { argv: [git, push, -fu] }], not_match: [git push]")).is_ok());
    for (examples, needle) in [
        ("match: [git push]", "must match this example, but does not"),
        ("not_match: ['git push -f']", "must not match this example, but does"),
        ("match: [\"git 'push\"]", "cannot be read"),
        ("match: [{ argv: [git, fetch, -f] }]", "it is read as: git, subcommand fetch, flags --force"),
    ] {
        let errors = load(&rule(examples)).map(|_| ()).unwrap_err();
        assert_eq!(errors.complaints()[0].code, "P040", "{examples}");
        assert!(errors.to_string().contains(needle), "{errors}");
    }
}

#[test]
fn a_file_that_is_too_large_or_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.yaml");
    std::fs::write(&large, "#".repeat((1 << 20) + 1)).unwrap();
    let binary = folder.path().join("binary.yaml");
    std::fs::write(&binary, [0xff, 0xfe]).unwrap();
    let sources: Vec<Source> = [folder.path().join("nothing.yaml"), large, binary]
        .into_iter()
        .map(|path| Source::File { path, layer: Layer::User })
        .chain([Source::Builtin("other")])
        .collect();
    let errors = Policy::load(&sources, &context()).map(|_| ()).unwrap_err();
    let codes: Vec<&str> = errors.complaints().iter().map(|one| one.code).collect();
    assert_eq!(codes, ["P001", "P002", "P003", "P001"]);
}

#[test]
fn what_a_file_states_is_kept() {
    let policy = load(
        "version: '1.2'\nmetadata: { id: m, version: '7', approved_by: [a, b] }\ndebug: true\nrequire: e1\n\
         defaults: { ask_timeout: 90s, agent_message: stop }\nsets: { s: { type: programs, items: [git, rm] } }\n\
         rules: [{ action: deny, match: { program: [$s, mv] }, reason: r, suggest: s, severity: high, tags: [t], \
         controls: ['SOC2:CC8.1'] }]",
    )
    .unwrap();
    assert_eq!(policy.require(), Some(Tier::Barrier));
    assert!(policy.debug());
    assert_eq!(policy.defaults().ask_timeout, Duration::from_secs(90));
    assert_eq!(policy.defaults().agent_message.as_deref(), Some("stop"));
    assert_eq!((policy.files()[0].id.as_deref(), policy.files()[0].version.as_deref()), (Some("m"), Some("7")));
    let found = policy.evaluate_line("rm x", std::path::Path::new("/"), &[]);
    let rule = found.deciding().unwrap();
    assert_eq!((rule.rule.as_str(), rule.place.line, rule.place.column), ("rule-1", 7, 9));
    assert_eq!((rule.reason.as_deref(), rule.suggest.as_deref()), (Some("r"), Some("s")));
    assert_eq!(policy.named_programs().names, ["git", "mv", "rm"]);
}

#[test]
fn the_digest_changes_with_every_byte_and_layer() {
    let of = |text: &str, layer| {
        let source = Source::Text { name: "x".to_owned(), text: text.to_owned(), layer };
        Policy::load(&[source], &context()).unwrap().digest()
    };
    let text = "version: '1'\nrules: []";
    assert_eq!(of(text, Layer::User), of(text, Layer::User));
    assert_ne!(of(text, Layer::User), of("version: '1'\nrules: []\n", Layer::User));
    assert_ne!(of(text, Layer::User), of(text, Layer::Managed));
}
