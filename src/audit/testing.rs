//! A small session for tests.

use super::*;
use crate::model::{
    Decision, Digest, Door, Evaluation, FileId, Layer, Match, Mode, Outcome, Place, ProcessId, ProgramFile, Request,
    RuleId, Scope, Seq, SessionId, Severity, Tier, Truth, Weight,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A folder with a host's keys and records in it.
pub(super) struct Ground {
    pub(super) folder: tempfile::TempDir,
}

/// Session ids that sort as they were made.
static SESSIONS: AtomicU64 = AtomicU64::new(1_700_000_000_000);

impl Ground {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("folder") }
    }

    pub(super) fn audit(&self) -> PathBuf {
        self.folder.path().join("audit")
    }

    pub(super) fn host(&self) -> PathBuf {
        self.audit().join("host-7")
    }

    pub(super) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub(super) fn setup(&self) -> Setup {
        Setup {
            dir: self.audit(),
            keys: self.keys(),
            session: SessionId::from_parts(SESSIONS.fetch_add(1, Ordering::Relaxed), [7; 10]),
            start: start(),
        }
    }

    pub(super) fn open(&self) -> Journal {
        Journal::open(self.setup()).expect("opens")
    }

    pub(super) fn options(&self) -> verify::Options {
        verify::Options::from_keys(&self.keys()).expect("key")
    }

    pub(super) fn verify(&self) -> verify::Report {
        verify::verify(&[self.audit()], &self.options())
    }

    /// Returns the codes of all faults in the order in which they are reported.
    pub(super) fn causes(&self) -> Vec<&'static str> {
        codes(&self.verify())
    }

    /// Writes a session that holds one of everything, and closes it.
    pub(super) fn whole_session(&self) -> Closed {
        let journal = self.open();
        fill(&journal);
        journal.close(&ending()).expect("closes")
    }
}

pub(super) fn codes(report: &verify::Report) -> Vec<&'static str> {
    let hosts = report.hosts.iter().flat_map(|host| &host.faults);
    hosts.chain(report.files.iter().flat_map(|file| &file.faults)).map(|fault| fault.cause.code()).collect()
}

fn start() -> SessionStart {
    SessionStart {
        agent: Agent { name: "claude-code".into(), command: vec!["claude".into(), "-p".into(), "fix it".into()] },
        principal: Principal { uid: 1000, name: Some("alice".into()), via: "getuid".into() },
        product: Product { name: "tollgate".into(), version: "0.1.0".into(), exe_sha256: Some(Digest([3; 32])) },
        host: Host { id: "host-7".into(), machine: Some(Digest([4; 32])), os: "linux 6.18".into() },
        tiers: Tiers { exec: "E1".into(), files: "F3".into(), net: "N3".into() },
        mode: Mode::Enforce,
        doors: vec![Door::Kernel, Door::Shim],
        policy: Digest([5; 32]),
        workspace: "/w/app".into(),
        cwd: "/w/app/src".into(),
        clock: ClockFacts::here(),
    }
}

pub(super) fn request(argv: &[&str]) -> Request {
    Request {
        door: Door::Kernel,
        truth: Truth::Verified,
        process: ProcessId(4314),
        parent: ProcessId(4300),
        program: ProgramFile {
            path: Path::new("/usr/bin").join(argv.first().copied().unwrap_or_default()),
            id: FileId { device: 65024, inode: u64::MAX },
            size: 14_000,
            changed_ns: 1,
        },
        named: Some("/usr/bin/git".into()),
        argv: argv.iter().map(Into::into).collect(),
        cwd: "/w/app".into(),
        environment: Vec::new(),
    }
}

pub(super) fn evaluation(decision: Decision) -> Evaluation {
    Evaluation {
        decision,
        outcome: Outcome::Rule(0),
        matches: vec![Match {
            rule: RuleId::new("dev-tools"),
            decision,
            weight: Weight::Decides,
            place: Place {
                file: Arc::new("/etc/tollgate/policy.yaml".into()),
                line: 14,
                column: 5,
                layer: Layer::Managed,
            },
            reason: Some("it is \"known\"\n".into()),
            suggest: None,
            severity: Some(Severity::High),
            controls: ["SOC2:CC8.1".to_owned()].into(),
            tags: [].into(),
            terms: None,
            charge: None,
            command: "git status".into(),
        }],
        unknown: None,
    }
}

pub(super) fn decision<'a>(request: &'a Request, evaluation: &'a Evaluation) -> DecisionRecord<'a> {
    DecisionRecord {
        request,
        evaluation: Some(evaluation),
        decision: evaluation.decision,
        by: By::Policy,
        fault: None,
        tier: Tier::Barrier,
        mode: Mode::Enforce,
        policy: Digest([5; 32]),
        scope: Scope::Exec,
        eval: Duration::from_micros(61),
    }
}

/// Records one decision on a command.
pub(super) fn decide(journal: &Journal, decided: Decision, argv: &[&str]) -> Result<Seq, AuditError> {
    let (request, evaluation) = (request(argv), evaluation(decided));
    journal.decision(&decision(&request, &evaluation)).map(|receipt| receipt.seq())
}

/// Records a program that is let run and ends.
pub(super) fn run(journal: &Journal, argv: &[&str]) -> Result<(), AuditError> {
    let of = decide(journal, Decision::Allow, argv)?;
    let outcome = OutcomeRecord { of, fate: Fate::Exited(0), wall: Some(Duration::from_millis(8)) };
    journal.outcome(&outcome).map(drop)
}

pub(super) fn answer(of: Seq, answer: Answer) -> ApprovalRecord<'static> {
    ApprovalRecord {
        of,
        answer,
        scope: (answer == Answer::Granted).then_some(GrantScope::Once),
        approver: Some(Approver { id: "uid:1000", method: "tty" }),
        message: None,
        waited: Duration::from_millis(8123),
    }
}

/// Records one of everything.
pub(super) fn fill(journal: &Journal) {
    let policy =
        PolicyRecord { path: "/etc/p.yaml".into(), layer: Layer::Managed, rules: 118, sha256: Digest([6; 32]) };
    drop(journal.policy_loaded(&policy).expect("policy"));
    for _ in 0..3 {
        run(journal, &["git", "status"]).expect("run");
    }
    decide(journal, Decision::Deny, &["curl", "https://evil.example"]).expect("deny");
    let asked = decide(journal, Decision::Ask, &["git", "push", "--force"]).expect("ask");
    drop(journal.approval(&answer(asked, Answer::Granted)).expect("approval"));
    let outcome = OutcomeRecord { of: asked, fate: Fate::Killed(9), wall: None };
    drop(journal.outcome(&outcome).expect("outcome"));
    let asked = decide(journal, Decision::Ask, &["rm", "-r", "x"]).expect("ask");
    drop(journal.approval(&answer(asked, Answer::Denied)).expect("approval"));
    run(journal, &["make"]).expect("run");
}

pub(super) fn ending() -> Ending {
    Ending { reason: EndReason::AgentExit, exit: Some(0), signal: None, children_total: 7, children_killed: 0 }
}
