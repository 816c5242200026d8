use super::{CODES, Level, lint};
use crate::model::Layer;
use crate::policy::{Context, Source};
use std::collections::BTreeSet;
use std::path::Path;

fn source(name: &str, text: &str, layer: Layer) -> Source {
    Source::Text { name: name.to_owned(), text: text.to_owned(), layer }
}

fn codes_of(sources: &[Source]) -> Vec<(&'static str, u32)> {
    let today = jiff::civil::date(2026, 11, 20);
    let found = lint(sources, &Context::described(Path::new("/home/dev/proj")), today).unwrap();
    found.iter().map(|one| (one.complaint.code, one.complaint.line)).collect()
}

/// Lints rules that say all that a rule should say.
fn codes(rules: &[&str]) -> Vec<(&'static str, u32)> {
    let rest = "reason: x, suggest: y, examples: { match: [] }";
    let rules: String =
        rules.iter().enumerate().map(|(number, rule)| format!("  - {{ id: r{number}, {rest}, {rule} }}\n")).collect();
    codes_of(&[source("x.yaml", &format!("version: \"1.0\"\nrules:\n{rules}"), Layer::Session)])
}

#[test]
fn codes_stand_once_and_in_order() {
    let names: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    let sorted: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names, sorted.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_rule_that_a_stricter_one_covers_is_shadowed() {
    for (stricter, rule) in [
        ("action: deny, match: { program: git }", "action: allow, match: { program: git, subcommand: push }"),
        ("action: deny, match: { program: [git, hg] }", "action: ask, match: { program: git }"),
        ("action: deny, pattern: git push", "action: ask, pattern: git push --force"),
        ("action: deny, match: { program: git, subcommand: push }", "action: ask, pattern: git push --force"),
        ("action: deny, match: { program: git, flags: [--force] }", "action: ask, pattern: git push -f"),
        ("action: deny, pattern: git push", "action: ask, match: { program: git, subcommand: push, flags: [--force] }"),
        (
            "action: deny, match: { any: [ { program: git }, { program: hg } ] }",
            "action: allow, match: { any: [ { program: hg, subcommand: push }, { program: git } ] }",
        ),
        (
            "action: deny, match: { program: rm, path: { in: [workspace, tmp] } }",
            "action: ask, match: { program: rm, flags: [-r], path: { in: [tmp] } }",
        ),
        (
            "action: deny, match: { program: rm, path: { outside: [tmp] } }",
            "action: ask, match: { program: rm, path: { outside: [tmp, workspace] } }",
        ),
        (
            "action: deny, match: { flags: [-a, -b] }",
            "action: ask, match: { program: x, flags: { any: [-a], none: [-c] } }",
        ),
    ] {
        assert_eq!(codes(&[stricter, rule]), [("L001", 4)], "{stricter}\n{rule}");
        assert_eq!(codes(&[rule, stricter]), [("L001", 3)], "{rule}\n{stricter}");
    }
}

#[test]
fn what_is_not_certain_is_not_said() {
    for (stricter, rule) in [
        ("action: deny, match: { program: git, subcommand: push }", "action: allow, match: { program: git }"),
        ("action: deny, match: { program: git }", "action: allow, match: { program: [git, hg] }"),
        // An allow wants every path to fit, and fits a command without paths.
        ("action: deny, match: { path: { in: [tmp] } }", "action: allow, match: { program: rm, path: { in: [tmp] } }"),
        ("action: deny, match: { regex: x }", "action: allow, match: { program: rm, regex: x }"),
        (
            "action: deny, match: { program: rm, path: { in: [tmp] } }",
            "action: ask, match: { program: rm, path: { in: [\"!/tmp/x\", tmp] } }",
        ),
        ("action: deny, match: { program: rm, path: { in: [tmp] } }", "action: ask, match: { program: rm }"),
        (
            "action: deny, match: { flags: { any: [-a], none: [-b] } }",
            "action: ask, match: { program: x, flags: [-a] }",
        ),
        ("action: deny, pattern: git push --force", "action: ask, pattern: git push"),
        ("action: deny, pattern: tool -o", "action: ask, pattern: tool -o x"),
        ("action: ask, match: { program: git }", "action: deny, match: { program: git, subcommand: push }"),
        ("action: deny, match: { not: { program: git } }", "action: allow, match: { program: ls }"),
    ] {
        assert_eq!(codes(&[stricter, rule]), [], "{stricter}\n{rule}");
    }
}

#[test]
fn what_adds_nothing_is_redundant() {
    let narrow = "action: allow, match: { program: git, subcommand: status }";
    assert_eq!(codes(&["action: allow, match: { program: git }", narrow]), [("L002", 4)]);
    assert_eq!(codes(&[narrow, narrow]), [("L002", 4)]);
    // A denial may be there for its own reason.
    let wide = "action: deny, match: { program: git }";
    assert_eq!(codes(&[wide, "action: deny, match: { program: git, subcommand: push }"]), []);
}

#[test]
fn what_matches_every_command_is_too_wide() {
    for rule in [
        "action: ask, pattern: \"curl.*http://.*|.*\"",
        "action: deny, pattern: \".*\"",
        "action: deny, match: { regex: \"x*\" }",
        "action: allow, pattern: \"git|.*\"",
        "action: allow, match: { program: \"*\" }",
        "action: deny, match: { any: [ { program: git }, { regex: \"\" } ] }",
    ] {
        assert_eq!(codes(&[rule]), [("L004", 3)], "{rule}");
    }
    for rule in [
        "action: deny, pattern: \"kubectl delete.*\"",
        "action: deny, match: { program: git, regex: \".*\" }",
        "action: allow, pattern: \"git (status|diff)\"",
        "action: deny, match: { all: [ { program: \"*\" }, { flags: [-x] } ] }",
    ] {
        assert_eq!(codes(&[rule]), [], "{rule}");
    }
}

#[test]
fn a_dot_that_lost_its_star_is_found() {
    for (pattern, mended) in [
        ("SELECT.FROM.users.", "SELECT.*FROM.*users.*"),
        ("npm install.-g", "npm install.*-g"),
        ("kubectl.delete.", "kubectl.*delete.*"),
        ("kubectl delete.", "kubectl delete.*"),
        ("(?i)drop.table", "(?i)drop.*table"),
    ] {
        let text = format!("version: \"1.0\"\nrules: [{{ action: ask, reason: x, pattern: \"{pattern}\" }}]\n");
        let today = jiff::civil::date(2026, 11, 20);
        let found =
            lint(&[source("x", &text, Layer::Session)], &Context::described(Path::new("/home/dev/proj")), today)
                .unwrap();
        let fix = found.iter().find(|one| one.complaint.code == "L005").and_then(|one| one.complaint.fix.clone());
        assert_eq!(fix, Some(format!("write \"{mended}\"")), "{pattern}");
    }
    for pattern in ["curl .*docs.rs", "cat .*notes.txt", "npm (i|install) .*-g", "pip install --index-url http://[^ ]+"]
    {
        let rule = format!("action: ask, pattern: \"{pattern}\"");
        assert_eq!(codes(&[&rule]), [], "{pattern}");
    }
    assert_eq!(codes(&["action: ask, pattern: cat notes.txt"]), [("L007", 3)]);
}

#[test]
fn sql_with_case_is_found() {
    assert_eq!(codes(&["action: ask, pattern: \"SELECT.*FROM.*users.*\""]), [("L006", 3)]);
    assert_eq!(codes(&[r"action: ask, match: { program: psql, regex: '\b(drop|truncate)\s+table\b' }"]), [("L006", 3)]);
    assert_eq!(codes(&["action: ask, pattern: \"TRUNCATE .*\""]), [("L006", 3)]);
    for text in [
        r"(?i)\b(drop|truncate)\s+table\b",
        "docker.*(create|update)",
        "git .*(drop|from)",
        "kubectl delete .*",
        "git .*--table",
    ] {
        assert_eq!(codes(&[&format!("action: ask, match: {{ regex: '{text}' }}")]), [], "{text}");
    }
}

#[test]
fn flags_that_are_wanted_and_forbidden_match_nothing() {
    assert_eq!(codes(&["action: ask, match: { program: x, flags: { any: [-a], none: [-a, -b] } }"]), [("L005", 3)]);
    assert_eq!(codes(&["action: ask, match: { program: x, flags: { all: [-a, -b], none: [-b] } }"]), [("L005", 3)]);
    assert_eq!(codes(&["action: ask, match: { program: x, flags: { any: [-a, -b], none: [-b] } }"]), []);
}

#[test]
fn what_a_rule_should_say_is_missed() {
    let text = "version: \"1.0\"
metadata: { review_by: 2026-01-01 }
defaults: { action: allow, no_approver: allow }
sets:
  unused: { type: strings, items: [a] }
rules:
  - { action: deny, match: { program: a } }
  - { id: b, action: ask, match: { program: b } }
  - { id: c, action: allow, match: { program: [ls, sudo] } }
";
    let found = codes_of(&[source("x", text, Layer::Session)]);
    let expected = [
        ("L008", 2),
        ("L013", 3),
        ("L018", 3),
        ("L016", 5),
        ("L010", 7),
        ("L011", 7),
        ("L012", 7),
        ("L014", 7),
        ("L010", 8),
        ("L017", 9),
    ];
    assert_eq!(found, expected);
    let level = |name: &str| CODES.iter().find(|code| code.name == name).map(|code| code.level);
    assert_eq!(level("L013"), Some(Level::Advice));
    assert_eq!(level("L010"), Some(Level::Warning));
}

#[test]
fn what_is_meant_is_waived_with_a_reason() {
    let found = |comment: &str| {
        let text = format!("version: \"1.0\"\ndefaults:\n  {comment}\n  action: allow\nrules: []\n");
        let sources = [source("x", &text, Layer::Session)];
        let today = jiff::civil::date(2026, 11, 20);
        let found = lint(&sources, &Context::described(Path::new("/home/dev/proj")), today).unwrap();
        found.into_iter().map(|one| one.waived).collect::<Vec<_>>()
    };
    assert_eq!(
        found("# lint: allow L013 because it is only recorded"),
        [Some("because it is only recorded".to_owned())]
    );
    for comment in ["", "# lint: allow L013", "# lint: allow L013 ", "# lint: allow L010 because"] {
        assert_eq!(found(comment), [None], "{comment}");
    }
}

#[test]
fn files_are_looked_at_together() {
    let rule = |action: &str, id: &str| {
        format!(
            "version: \"1.0\"\nrules: [ {{ id: {id}, action: {action}, reason: x, suggest: y, match: {{ program: git }}, examples: {{ match: [git x] }} }} ]\n"
        )
    };
    let managed = source("m", &rule("deny", "a"), Layer::Managed);
    let user = source("u", &rule("ask", "a"), Layer::User);
    assert_eq!(codes_of(&[managed, user]), [("L001", 2), ("L015", 2)]);
    let project = source("p", &rule("allow", "b"), Layer::Project);
    assert_eq!(codes_of(&[project]), [("L003", 2)]);
}

#[test]
fn the_builtin_starter_is_clean() {
    let codes: Vec<&str> = codes_of(&[Source::Builtin("starter")]).into_iter().map(|(code, _)| code).collect();
    // That it allows what no rule matches is what it is for.
    assert_eq!(codes, ["L013"]);
}
