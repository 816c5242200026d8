//! Conditions, limits, approval, obligations, tool calls, programs above.

use super::support::{CWD, exec, line, load, rules};
use crate::model::{Ancestor, Decision, Environment, Outcome, Situation, ToolCall, Usage, Weight};
use crate::policy::Policy;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

fn situation() -> Situation {
    Situation {
        // 2026-11-20T12:00:00Z, a Friday.
        now: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000)),
        agent: Some("claude-code".to_owned()),
        agent_version: Some("2.4".to_owned()),
        user: Some("jane".to_owned()),
        groups: Some(Arc::from(["dev".to_owned(), "sre".to_owned()])),
        environment: Some(Environment::Interactive),
        variables: Some(Arc::from([("APP_ENV".into(), "test".into())])),
        branch: Some("feature/x".to_owned()),
        ancestors: Some(Arc::from([])),
        usage: Some(Usage::default()),
    }
}

fn decide(policy: &Policy, text: &str, situation: &Situation) -> Decision {
    policy.evaluate_line_in(text, Path::new(CWD), &[], situation).decision
}

#[test]
fn a_rule_counts_when_its_condition_holds_and_a_strict_one_when_that_is_not_known() {
    for (when, holds) in [
        ("{ time: 'Fri 13:00-14:00 Europe/Berlin' }", true),
        ("{ time: 'Fri 12:00-13:00 Europe/Berlin' }", false),
        ("{ time: $office }", true),
        ("{ not: { time: $office } }", false),
        ("{ identity: claude }", true),
        ("{ identity: [nobody, claude] }", true),
        ("{ identity: { not: claude } }", false),
        ("{ identity: { agent: 'claude-*', agent_version: '>=2.1', user: jane, group: [sre] } }", true),
        ("{ identity: { agent_version: '<2' } }", false),
        ("{ identity: { group: dba } }", false),
        ("{ environment: interactive }", true),
        ("{ environment: [ci] }", false),
        ("{ env_is: { APP_ENV: [dev, 'te*'] } }", true),
        ("{ not: { env_is: { APP_ENV: [dev, test] } } }", false),
        ("{ env_is: { OTHER: [x] } }", false),
        ("{ git: { branch: 'feature/*' } }", true),
        ("{ git: { branch: { not_in: [main] } } }", true),
        ("{ git: { branch: { in: [main] } } }", false),
        ("{ environment: interactive, identity: nobody }", false),
        ("{ any: [ { environment: ci }, { identity: claude } ] }", true),
        ("{ all: [ { environment: ci }, { identity: claude } ] }", false),
    ] {
        let of = |action: &str| {
            load(&format!(
                "version: '1'\ndefaults: {{ action: {} }}\nidentities:\n  claude: {{ agent: claude-code }}\n  nobody: {{ user: x }}\n\
                 sets: {{ office: {{ type: times, items: ['Mon-Fri 08:00-18:00 Europe/Berlin'] }} }}\n\
                 rules: [{{ action: {action}, match: {{ program: make }}, when: {when} }}]",
                if action == "deny" { "allow" } else { "ask" },
            ))
        };
        let expected = if holds { Decision::Deny } else { Decision::Allow };
        assert_eq!(decide(&of("deny"), "make", &situation()), expected, "{when}");
        let expected = if holds { Decision::Allow } else { Decision::Ask };
        assert_eq!(decide(&of("allow"), "make", &situation()), expected, "{when}");
        // Nothing is known: what is strict counts, what relaxes does not.
        assert_eq!(line(&of("deny"), "make").decision, Decision::Deny, "{when}");
        assert_eq!(line(&of("allow"), "make").decision, Decision::Ask, "{when}");
        assert_eq!(exec(&of("deny"), "/usr/bin/make", &["make"]).decision, Decision::Deny, "{when}");
    }
}

#[test]
fn a_rule_that_only_records_decides_nothing() {
    let policy =
        rules("  - { id: l, action: log, match: { program: make } }\n  - { id: a, action: ask, pattern: 'make x' }\n");
    let found = line(&policy, "make");
    assert_eq!((found.decision, found.outcome), (Decision::Allow, Outcome::Default));
    assert_eq!((found.matches[0].weight, found.matches[0].word()), (Weight::Noted, "log"));
    let found = line(&policy, "make x");
    assert_eq!((found.decision, found.rule_name()), (Decision::Ask, "a"));
    assert_eq!(line(&policy, "make $X").decision, Decision::Allow);
    // It never makes unknown what others leave alone.
    let policy = load(
        "version: '1'\ndefaults: { action: allow }\nrules: [{ action: log, match: { program: make, flags: [-f] } }]",
    );
    assert_eq!(line(&policy, "make $X").decision, Decision::Allow);
}

#[test]
fn a_limit_counts_when_its_budget_is_used_up() {
    let policy = rules(
        "  - { id: r, action: ask, match: { program: [curl, wget] }, limit: { count: 2, per: 1m, key: [session, program] } }\n",
    );
    assert!(policy.has_limits());
    let judge = |text: &str, usage: Usage| {
        policy.evaluate_line_in(text, Path::new(CWD), &[], &Situation { usage: Some(usage), ..situation() })
    };
    let first = judge("curl x", Usage::default());
    assert_eq!((first.decision, first.matches[0].weight), (Decision::Allow, Weight::Counted));
    let charge = first.matches[0].charge.clone().unwrap();
    assert_eq!(charge.per, Duration::from_secs(60));
    let used = |count| Usage::of([(Arc::clone(&charge.budget), count)]);
    assert_eq!(judge("curl x", used(1)).decision, Decision::Allow);
    assert_eq!(judge("curl x", used(2)).decision, Decision::Ask);
    assert_eq!(judge("wget x", used(2)).decision, Decision::Allow);
    // Not known how far it is used, or not to be measured: it counts.
    assert_eq!(line(&policy, "curl x").decision, Decision::Ask);
    let cost = rules("  - { action: deny, match: { program: curl }, limit: { cost: 5, per: 1h } }\n");
    assert_eq!(decide(&cost, "curl x", &situation()), Decision::Deny);
}

#[test]
fn what_cannot_be_demanded_here_denies_and_says_why() {
    for (demand, needle) in [
        ("approval: { quorum: 2 }", Some("2 approvers")),
        ("approval: { not_requester: true }", Some("another approver")),
        ("approval: { require_reason: true }", Some("a reason")),
        ("approval: { channel: ['slack:#prod'] }", Some("slack:#prod")),
        ("approval: { channel: ['slack:#prod', terminal] }", None),
        ("approval: { approvers: ['user:joe', 'role:boss'] }", Some("user:joe")),
        ("approval: { approvers: ['user:joe', 'group:sre'], timeout: 10s, remember: never }", None),
        ("approval: { bind_to: [argv, cwd, env] }", None),
        ("obligations: [{ sandbox: { profile: x } }]", Some("sandbox")),
        ("obligations: [{ backup: { paths: [a], to: b } }]", Some("backup")),
        ("obligations: [{ dry_run: { command: [a] } }]", Some("dry run")),
        ("obligations: [{ redact: { env: ['*TOKEN*'] } }]", None),
    ] {
        let policy = rules(&format!("  - {{ id: r, action: ask, match: {{ program: make }}, {demand} }}\n"));
        let found = policy.evaluate_line_in("make", Path::new(CWD), &[], &situation());
        let expected = if needle.is_some() { Decision::Deny } else { Decision::Ask };
        assert_eq!(found.decision, expected, "{demand}");
        if let Some(needle) = needle {
            assert!(found.deciding().unwrap().reason.as_ref().unwrap().contains(needle), "{demand}: {found:?}");
        } else if demand.starts_with("approval") {
            assert_eq!(found.terms().may_remember, demand.contains("channel"), "{demand}");
            assert!(found.terms().needs_person);
        }
    }
    let policy = rules("  - { action: allow, match: { program: make }, obligations: [{ sandbox: { profile: x } }] }\n");
    assert_eq!(line(&policy, "make").decision, Decision::Deny);
    assert_eq!(line(&policy, "ls").decision, Decision::Allow);
}

fn call(tool: &str, path: Option<&str>, url: Option<&str>) -> ToolCall {
    ToolCall { tool: tool.to_owned(), path: path.map(Into::into), url: url.map(str::to_owned), line: None }
}

#[test]
fn tool_calls_are_judged_by_tool_path_and_address() {
    let policy = load(
        "version: '1'\nsets: { hosts: { type: hosts, items: [github.com, '*.trusted.example', '127.0.0.1'] } }\nrules:\n  \
         - { id: ci, action: deny, match: { tool: [Write, Edit], path: { in: ['{workspace}/.github/**'] } } }\n  \
         - { id: write, action: allow, match: { tool: [Write, Edit], path: { in: [workspace] } } }\n  \
         - { id: fetch, action: allow, match: { tool: WebFetch, url: { scheme: https, host: $hosts, port: [443] } } }\n  \
         - { id: mcp, action: ask, match: { tool: 'mcp__*', not: { tool: ['mcp__docs__*'] } } }\n  \
         - { id: mcp.docs, action: allow, match: { tool: 'mcp__docs__*' } }\n  \
         - { id: prog, action: allow, effects: unchecked, match: { program: '*' } }\n  \
         - { id: bare, action: deny, match: { url: { host: 'evil.example' } } }\n",
    );
    for (tool, path, url, expected, rule) in [
        ("Write", Some("src/a.rs"), None, Decision::Allow, "write"),
        ("Write", Some(".github/workflows/x.yml"), None, Decision::Deny, "ci"),
        ("Edit", Some("src/../.github/x"), None, Decision::Deny, "ci"),
        ("Write", Some("/etc/passwd"), None, Decision::Ask, "default"),
        ("Write", Some("link/x"), None, Decision::Ask, "default"),
        ("Read", Some("src/a.rs"), None, Decision::Ask, "default"),
        ("WebFetch", None, Some("https://github.com/a/b"), Decision::Allow, "fetch"),
        ("WebFetch", None, Some("https://GitHub.COM./a"), Decision::Allow, "fetch"),
        ("WebFetch", None, Some("https://a.trusted.example/"), Decision::Allow, "fetch"),
        ("WebFetch", None, Some("https://0x7f.1/"), Decision::Allow, "fetch"),
        ("WebFetch", None, Some("https://github.com@evil.example/"), Decision::Deny, "bare"),
        ("WebFetch", None, Some("https://github.com.evil.example/"), Decision::Ask, "default"),
        ("WebFetch", None, Some("http://github.com/"), Decision::Ask, "default"),
        ("WebFetch", None, Some("https://github.com:8443/"), Decision::Ask, "default"),
        ("WebFetch", None, Some("http:///"), Decision::Deny, "bare"),
        ("mcp__github__get", None, None, Decision::Ask, "mcp"),
        ("mcp__docs__get", None, None, Decision::Allow, "mcp.docs"),
    ] {
        let found = policy.evaluate_tool(&call(tool, path, url), Path::new(CWD), &situation());
        assert_eq!((found.decision, found.rule_name()), (expected, rule), "{tool} {path:?} {url:?}");
    }
    // A program is no tool, whatever it is called.
    assert_eq!(line(&policy, "mcp__github__get").rule_name(), "prog");
    let bash = ToolCall { line: Some("rm -rf /".to_owned()), ..call("Bash", None, None) };
    let policy = rules("  - { action: deny, pattern: 'rm -rf /' }\n  - { action: allow, match: { tool: Bash } }\n");
    assert_eq!(policy.evaluate_tool(&bash, Path::new(CWD), &situation()).decision, Decision::Deny);
}

#[test]
fn the_programs_above_are_asked_for() {
    let policy = rules(
        "  - { id: a, action: deny, match: { program: curl, parent: { any_ancestor: { program: [npm, pnpm], subcommand: [install, ci] } } } }\n  \
         - { id: b, action: ask, match: { program: curl, parent: { program: make } } }\n",
    );
    assert!(policy.reads_ancestors());
    let above = |chain: &[(u32, &str, Option<&str>)]| {
        let ancestors = chain.iter().map(|(generation, name, subcommand)| Ancestor {
            generation: *generation,
            names: vec![(*name).to_owned()],
            path: Path::new("/usr/bin").join(name),
            sha256: None,
            subcommand: subcommand.map(str::to_owned),
        });
        let found = Situation { ancestors: Some(ancestors.collect()), ..situation() };
        decide(&policy, "curl x", &found)
    };
    assert_eq!(above(&[(1, "sh", None), (2, "npm", Some("install")), (3, "bash", None)]), Decision::Deny);
    assert_eq!(above(&[(1, "sh", None), (2, "npm", Some("test"))]), Decision::Allow);
    assert_eq!(above(&[(0, "make", None), (2, "sh", None)]), Decision::Ask);
    assert_eq!(above(&[(2, "make", None), (3, "sh", None)]), Decision::Ask);
    assert_eq!(above(&[(1, "sh", None), (2, "make", None)]), Decision::Allow);
    assert_eq!(above(&[]), Decision::Allow);
}
