//! tollgate-audit(5), over what a real session writes.

use super::pages::{Page, file};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tollgate::audit::{self, Journal};
use tollgate::model::{Digest, Door, Mode, SessionId};

const POLICY: &str = "version: '1.0'\ndefaults: { action: allow, no_approver: deny }\nrules:\n  \
     - { id: no-id, action: deny, match: { program: id }, reason: r, severity: low, controls: [C] }\n  \
     - { id: ask-uname, action: ask, match: { program: uname } }\n";

/// The home of somebody who never used tollgate.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(home.path().join("policy.yaml"), POLICY).unwrap();
        home
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn state(&self) -> PathBuf {
        self.path().join(".local/state/tollgate")
    }

    fn tollgate(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(words)
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a session in which something is allowed, denied, asked, killed.
    #[track_caller]
    fn session(&self) {
        let line = "id; uname; true; /bin/true; sh -c 'kill -9 $$'; exit 3";
        let output = self.tollgate(&["run", "--policy", "policy.yaml", "--non-interactive", "--", "sh", "-c", line]);
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Returns the only file below the records whose name ends so.
    fn record(&self, ending: &str) -> PathBuf {
        let mut found = Vec::new();
        let mut folders = vec![self.state().join("audit")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("index.jsonl") {
                    found.push(path);
                }
            }
        }
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

/// Adds the keys of a value and of every object in it.
fn members(value: &Value, into: &mut BTreeSet<String>) {
    if let Value::Object(object) = value {
        for (key, value) in object {
            into.insert(key.clone());
            members(value, into);
        }
    }
}

/// Returns the members of the lines of each kind.
fn by_kind(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        members(&value, found.entry(value["kind"].as_str().unwrap().to_owned()).or_default());
    }
    found
}

#[track_caller]
fn in_page(seen: &BTreeMap<String, BTreeSet<String>>) {
    let page = Page::open("tollgate-audit.5");
    let common = page.bold_in("Members of every line");
    for (kind, members) in seen {
        assert!(common.contains(kind), "kind {kind} is not in tollgate-audit(5)");
        let own = page.bold_in(kind);
        // The names of counters are kinds, those of decisions with their value.
        let is_known = |member: &String| own.contains(member) || common.contains(member);
        let missing: Vec<&String> = members.iter().filter(|member| !is_known(member)).collect();
        assert!(missing.is_empty(), "{kind}: {missing:?} are not in tollgate-audit(5)");
    }
}

#[test]
fn every_kind_and_member_of_a_session_is_in_the_page() {
    let home = Home::new();
    home.session();
    let seen = by_kind(&fs::read_to_string(home.record(".jsonl")).unwrap());
    let kinds: Vec<&str> = seen.keys().map(String::as_str).collect();
    let expected = ["approval", "checkpoint", "decision", "outcome", "policy_loaded", "session_end", "session_start"];
    assert_eq!(kinds, expected);
    in_page(&seen);
}

#[test]
fn every_kind_and_member_of_the_index_is_in_the_page() {
    let home = Home::new();
    home.session();
    let seal = home.record(".seal");
    let index = fs::read_to_string(seal.parent().unwrap().parent().unwrap().join("index.jsonl")).unwrap();
    let page = Page::open("tollgate-audit.5");
    let mut known = page.bold_in("INDEX");
    known.extend(page.bold_in("checkpoint"));
    known.extend(page.bold_in("Members of every line"));
    for (kind, members) in by_kind(&index) {
        assert!(known.contains(&kind), "kind {kind} is not in tollgate-audit(5)");
        assert!(members.is_subset(&known), "{kind}: {:?}", members.difference(&known).collect::<Vec<_>>());
    }
    let words = fs::read_to_string(seal).unwrap();
    let text = file("man/tollgate-audit.5");
    for line in words.lines() {
        let word = line.split(' ').next().unwrap().replace('-', "\\-");
        assert!(text.lines().any(|line| line.starts_with(&word)), "{word} of the seal is not in tollgate-audit(5)");
    }
}

#[test]
fn every_member_of_a_gap_is_in_the_page() {
    let home = Home::new();
    let journal = Journal::open(audit::Setup {
        dir: home.state().join("audit"),
        keys: home.state().join("keys"),
        session: SessionId::from_parts(1, [1; 10]),
        start: audit::SessionStart {
            agent: audit::Agent { name: "a".to_owned(), command: vec!["a".into()] },
            principal: audit::Principal { uid: 1, name: None, via: "getuid".to_owned() },
            product: audit::Product {
                name: "p".to_owned(),
                version: "1".to_owned(),
                exe_sha256: Some(Digest([1; 32])),
            },
            host: audit::Host::here(),
            tiers: audit::Tiers { exec: "E1".to_owned(), files: "F3".to_owned(), net: "N3".to_owned() },
            mode: Mode::Enforce,
            doors: vec![Door::Kernel],
            policy: Digest([2; 32]),
            workspace: "/".into(),
            cwd: "/".into(),
            clock: audit::ClockFacts::here(),
        },
    })
    .unwrap();
    let gap = audit::GapRecord {
        cause: audit::GapCause::Queue,
        detail: Some("d"),
        lost_min: 1,
        lost_max: 2,
        mode: audit::GapMode::Degraded,
        recovered: true,
    };
    assert_eq!(journal.gap(&gap).unwrap().seq().0, 1);
    let seen = by_kind(&fs::read_to_string(journal.path()).unwrap());
    assert!(seen.contains_key("gap"));
    in_page(&seen);
}

#[test]
fn every_cause_that_verify_names_is_in_the_page() {
    let known = Page::open("tollgate-audit.5").bold_in("Causes of faults");
    let source = file("src/audit/verify/cause.rs");
    let codes: BTreeSet<String> =
        source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    assert!(codes.len() > 20, "{codes:?}");
    assert!(codes.is_subset(&known), "{:?}", codes.difference(&known).collect::<Vec<_>>());
}

/// Runs the commands of the page as a person would copy them.
fn stock(home: &Home, host: &str, date: &str, session: &str) -> Output {
    let script = Page::open("tollgate-audit.5").blocks("stock").concat().replace("~/", "\"$HOME\"/");
    Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .env_clear()
        .envs([("HOST", host), ("DATE", date), ("SESSION", session), ("PATH", "/usr/bin:/bin")])
        .env("HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn the_stock_commands_of_the_page_verify_a_record_and_find_a_change() {
    if !Path::new("/usr/bin/ssh-keygen").exists() {
        println!("skipped: ssh-keygen is not installed");
        assert!(std::env::var_os("TOLLGATE_TEST_ALL").is_none(), "ssh-keygen must be installed here");
        return;
    }
    let home = Home::new();
    home.session();
    let record = home.record(".jsonl");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let (date, session) = (record.parent().unwrap(), name(&record.with_extension("")));
    let host = name(date.parent().unwrap());
    let good = stock(&home, &host, &name(date), &session);
    let text = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(good.status.success(), "{text}{}", String::from_utf8_lossy(&good.stderr));
    assert_eq!(text.matches("Good \"tollgate-").count(), 2, "{text}");
    assert!(text.contains(&format!("{session}.jsonl: OK")) && !text.contains("broken"), "{text}");

    let changed =
        fs::read_to_string(&record).unwrap().replacen("\"answer\":\"no_approver\"", "\"answer\":\"granted\"", 1);
    fs::write(&record, changed).unwrap();
    let bad = stock(&home, &host, &name(date), &session);
    assert!(!bad.status.success(), "{}", String::from_utf8_lossy(&bad.stdout));
    assert_eq!(home.tollgate(&["audit", "verify"]).status.code(), Some(1));
}
