//! What the layers may do to each other, and what extends what.

use super::support::{CWD, context, line, text};
use crate::model::{Decision, Digest, Environment, Layer, Situation};
use crate::policy::{Context, LoadErrors, Policy, Source};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// 2026-11-20T12:00:00Z, a Friday.
fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000)
}

fn at_noon() -> Context {
    Context { now: Some(noon()), ..context() }
}

fn load(files: &[(Layer, &str)], context: &Context) -> Result<Policy, LoadErrors> {
    let sources: Vec<Source> = files
        .iter()
        .enumerate()
        .map(|(index, (layer, body))| text(&format!("{index}.yaml"), &format!("version: '1'\n{body}"), *layer))
        .collect();
    Policy::load(&sources, context)
}

fn loaded(files: &[(Layer, &str)]) -> Policy {
    load(files, &at_noon()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn codes(found: Result<Policy, LoadErrors>) -> Vec<&'static str> {
    found.map(|_| ()).unwrap_err().complaints().iter().map(|one| one.code).collect()
}

const MAKE: &str = "rules: [{ id: m, action: allow, match: { program: make }, tags: [build], severity: low }]";

#[test]
fn an_allow_counts_only_where_the_layers_above_let_it() {
    for (upper, layer, expected) in [
        ("rules: []", Layer::User, Decision::Allow),
        ("rules: []", Layer::Session, Decision::Allow),
        ("rules: []", Layer::Project, Decision::Ask),
        ("lower_layers: { user: tighten-only }\nrules: []", Layer::User, Decision::Ask),
        ("lower_layers: { user: tighten-only }\nrules: []", Layer::Session, Decision::Allow),
        ("lower_layers: { session: { may_allow_below: medium } }\nrules: []", Layer::Session, Decision::Allow),
        ("lower_layers: { session: { may_allow_below: low } }\nrules: []", Layer::Session, Decision::Ask),
        ("lower_layers: { user: { may_allow: [build] } }\nrules: []", Layer::User, Decision::Allow),
        ("lower_layers: { user: { may_allow: [net] } }\nrules: []", Layer::User, Decision::Ask),
    ] {
        let policy = loaded(&[(Layer::Managed, upper), (layer, MAKE)]);
        assert_eq!(line(&policy, "make").decision, expected, "{upper} {layer:?}");
        assert_eq!(policy.notes().len(), usize::from(expected == Decision::Ask), "{:?}", policy.notes());
    }
    // A rule that says nothing of its severity may be anything.
    let unsaid = "rules: [{ action: allow, match: { program: make } }]";
    let below = "lower_layers: { session: { may_allow_below: critical } }\nrules: []";
    assert_eq!(line(&loaded(&[(Layer::Managed, below), (Layer::Session, unsaid)]), "make").decision, Decision::Ask);
}

#[test]
fn a_layer_that_is_bound_does_not_relax_by_its_defaults() {
    let allow = "defaults: { action: allow }\nrules: []";
    let bound = "lower_layers: { user: tighten-only }\nrules: []";
    assert_eq!(line(&loaded(&[(Layer::User, allow)]), "x").decision, Decision::Allow);
    assert_eq!(line(&loaded(&[(Layer::Managed, bound), (Layer::User, allow)]), "x").decision, Decision::Ask);
}

#[test]
fn a_project_allows_what_it_is_let_once_it_is_trusted_as_it_is() {
    let user = "lower_layers: { project: { may-allow: [build] } }\nrules: []";
    let files = [(Layer::User, user), (Layer::Project, MAKE)];
    let unknown = loaded(&files);
    assert_eq!(line(&unknown, "make").decision, Decision::Ask);
    let digest = unknown.project_digest().unwrap();
    let trusting = Context { trusted_project: Some(digest), ..at_noon() };
    assert_eq!(line(&load(&files, &trusting).unwrap(), "make").decision, Decision::Allow);
    let changed = MAKE.replace("make", "cmake");
    let files = [(Layer::User, user), (Layer::Project, changed.as_str())];
    assert_eq!(line(&load(&files, &trusting).unwrap(), "cmake").decision, Decision::Ask);
    let nobody = Context { trusted_project: None, ..at_noon() };
    assert_eq!(loaded(&[(Layer::User, user)]).project_digest(), None);
    assert_eq!(line(&load(&[(Layer::Project, MAKE)], &nobody).unwrap(), "make").decision, Decision::Ask);
}

#[test]
fn a_rule_is_switched_off_only_where_its_layer_lets_it() {
    let rules = "rules:\n  - { id: a, action: deny, match: { program: a } }\n  - { id: b, action: deny, match: { program: b } }";
    let upper = format!("lower_layers: {{ may_disable: [a] }}\n{rules}");
    let off = "disable: [a, b]\ndefaults: { action: allow }\nrules: []";
    let policy = loaded(&[(Layer::Managed, upper.as_str()), (Layer::User, off)]);
    assert_eq!((line(&policy, "a").decision, line(&policy, "b").decision), (Decision::Allow, Decision::Deny));
    // A project that nobody trusts switches nothing off.
    let policy = loaded(&[(Layer::Managed, upper.as_str()), (Layer::Project, off)]);
    assert_eq!(line(&policy, "a").decision, Decision::Deny);
    assert_eq!(codes(load(&[(Layer::User, "disable: [x]\nrules: []")], &at_noon())), ["P056"]);
}

#[test]
fn what_only_upper_layers_may_say_is_refused_below() {
    let said = "lower_layers: { session: may-allow }\nrules: []";
    for layer in [Layer::Project, Layer::Session] {
        assert_eq!(codes(load(&[(layer, said)], &at_noon())), ["P025"]);
    }
    for said in ["{ user: all }", "{ user: {} }", "{ user: { may_allow: [a], may_allow_below: low } }", "{ usr: a }"] {
        let text = format!("lower_layers: {said}\nrules: []");
        assert_eq!(codes(load(&[(Layer::Managed, text.as_str())], &at_noon())).len(), 1, "{said}");
    }
}

const PUSH: &str = "rules: [{ id: p, action: deny, match: { program: git, subcommand: push } }]";

fn exception(rule: &str, more: &str) -> String {
    format!(
        "exceptions: [{{ id: E-1, rule: {rule}, reason: \"ticket 7\", approved_by: [jane], expires: 2026-12-01T00:00:00Z, {more} }}]\n"
    )
}

#[test]
fn an_exception_relaxes_its_rule_for_what_it_names_and_for_a_while() {
    let text = exception("p", "allow_when: { argv: { contains: hotfix }, environment: interactive }") + PUSH;
    let policy = loaded(&[(Layer::User, text.as_str())]);
    let decide = |line: &str, now: SystemTime, environment| {
        let situation = Situation { now: Some(now), environment: Some(environment), ..Situation::default() };
        policy.evaluate_line_in(line, Path::new(CWD), &[], &situation)
    };
    let found = decide("git push origin hotfix", noon(), Environment::Interactive);
    assert_eq!((found.decision, found.rule_name()), (Decision::Allow, "E-1"));
    assert_eq!(found.matches.iter().map(|one| one.word()).collect::<Vec<_>>(), ["allow", "log"]);
    assert_eq!(decide("git push origin main", noon(), Environment::Interactive).decision, Decision::Deny);
    assert_eq!(decide("git push origin hotfix", noon(), Environment::Ci).decision, Decision::Deny);
    assert_eq!(decide("git push origin $X hotfix", noon(), Environment::Interactive).decision, Decision::Allow);
    let later = noon() + Duration::from_secs(11 * 24 * 3600);
    assert_eq!(decide("git push origin hotfix", later, Environment::Interactive).decision, Decision::Deny);
    // Where the time is not known, nothing is relaxed.
    assert_eq!(line(&policy, "git push origin hotfix").decision, Decision::Deny);
    let expired = Context { now: Some(later), ..context() };
    let policy = load(&[(Layer::User, text.as_str())], &expired).unwrap();
    assert!(policy.exceptions().is_empty() && policy.notes().len() == 1);
}

#[test]
fn an_exception_must_be_whole_short_and_of_no_lower_layer() {
    let when = "allow_when: { program: git }";
    let lower = exception("p", when) + "rules: []";
    assert_eq!(codes(load(&[(Layer::Managed, PUSH), (Layer::User, lower.as_str())], &at_noon())), ["P056"]);
    let managed = exception("p", when) + "rules: []";
    assert!(load(&[(Layer::Managed, managed.as_str()), (Layer::User, PUSH)], &at_noon()).is_ok());
    for (text, expected) in [
        (exception("q", when), "P056"),
        (exception("p", when).replace("2026-12-01T00:00:00Z", "2027-06-01"), "P055"),
        (exception("p", when).replace("2026-12-01T00:00:00Z", "soon"), "P055"),
        (exception("p", when).replace("reason: \"ticket 7\", ", ""), "P011"),
        (exception("p", when).replace("expires: 2026-12-01T00:00:00Z, ", ""), "P011"),
        (exception("p", "allow_when: {}"), "P014"),
        (exception("p", "allow_when: { identity: nobody }"), "P032"),
        (exception("p", "allow_when: { programme: git }"), "P010"),
    ] {
        let text = text + PUSH;
        assert_eq!(codes(load(&[(Layer::User, text.as_str())], &at_noon())), [expected], "{text}");
    }
}

#[test]
fn files_extend_files_of_their_own_layer() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, body: &str| {
        std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        std::fs::write(path(name), format!("version: '1'\n{body}")).unwrap();
    };
    let base = "rules: [{ id: b, action: deny, match: { program: b } }]";
    write("base.yaml", base);
    write("top.yaml", "extends: [{ file: ./base.yaml }, 'builtin:starter@1']\nrules: []");
    let load = |name: &str, layer| {
        let context = Context { workspace: folder.path().join("w"), cache: Some(path("cache")), ..at_noon() };
        Policy::load(&[Source::File { path: path(name), layer }], &context)
    };
    let policy = load("top.yaml", Layer::User).unwrap();
    assert_eq!(line(&policy, "b").decision, Decision::Deny);
    assert_eq!(policy.files().len(), 3);
    assert!(policy.rules().iter().all(|rule| rule.place.layer == Layer::User));

    let digest = crate::policy::load::digest(format!("version: '1'\n{base}").as_bytes());
    let wrong = Digest([7; 32]);
    for (name, extends, expected) in [
        ("pinned.yaml", format!("[{{ file: base.yaml, sha256: '{digest}' }}]"), None),
        ("changed.yaml", format!("[{{ file: base.yaml, sha256: '{wrong}' }}]"), Some("P052")),
        ("missing.yaml", "[{ file: nothing.yaml }]".to_owned(), Some("P052")),
        ("absolute.yaml", "[{ file: /etc/passwd }]".to_owned(), Some("P052")),
        ("unversioned.yaml", "['builtin:starter']".to_owned(), Some("P050")),
        ("newer.yaml", "['builtin:starter@9']".to_owned(), Some("P052")),
        ("plain.yaml", "[./base.yaml]".to_owned(), Some("P050")),
        ("unpinned.yaml", "[{ url: 'https://host.example/p.yaml' }]".to_owned(), Some("P051")),
        ("uncached.yaml", format!("[{{ url: 'https://host.example/p.yaml', sha256: '{wrong}' }}]"), Some("P052")),
        ("itself.yaml", "[{ file: itself.yaml }]".to_owned(), Some("P053")),
        (
            "both.yaml",
            format!("[{{ file: base.yaml, url: 'https://host.example', sha256: '{digest}' }}]"),
            Some("P050"),
        ),
    ] {
        write(name, &format!("extends: {extends}\nrules: []"));
        let found = load(name, Layer::User);
        let codes: Vec<&str> =
            found.err().iter().flat_map(|errors| errors.complaints().iter().map(|one| one.code)).collect();
        assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{name}");
    }
    write(&format!("cache/{digest}.yaml"), base);
    write(
        "cached.yaml",
        &format!("extends: [{{ url: 'https://host.example/p.yaml', sha256: '{digest}' }}]\nrules: []"),
    );
    assert_eq!(line(&load("cached.yaml", Layer::User).unwrap(), "b").decision, Decision::Deny);
    write("one.yaml", "extends: [{ file: two.yaml }]\nrules: []");
    write("two.yaml", "extends: [{ file: one.yaml }]\nrules: []");
    assert_eq!(codes(load("one.yaml", Layer::User)), ["P053"]);
    // A project's files stay inside the project.
    write("w/p.yaml", "extends: [{ file: ../base.yaml }]\nrules: []");
    assert_eq!(codes(load("w/p.yaml", Layer::Project)), ["P052"]);
}

#[test]
fn a_policy_of_the_organisation_is_root_s_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.yaml");
    std::fs::write(&path, "version: '1'\nrules: []").unwrap();
    let load = || Policy::load(&[Source::File { path: path.clone(), layer: Layer::Managed }], &context());
    let as_root = path.metadata().unwrap().uid() == 0;
    assert_eq!(load().is_ok(), as_root);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(codes(load()), ["P024"]);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(codes(load()), ["P024"]);
}
