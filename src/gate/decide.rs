//! The gate itself.

use super::budgets::Budgets;
use super::grants::{Carried, Grants, Key};
use super::lineage::Lineage;
use super::ticker::Ticker;
use super::traffic::{Passing, Traffic};
use super::{Identities, Reply, branch, message, resolve};
use crate::approval::{Answer, Card, People};
use crate::audit::{self, AuditError, By, DecisionRecord, Journal, OutcomeRecord, Receipt};
use crate::model::{
    Basis, Decision, Evaluation, Mode, Outcome, ProcessId, Request, Scope, Situation, Subject, Tier, Verdict,
};
use crate::policy::Policy;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// How long the end of a session waits for requests.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// A caller that is held while somebody decides.
pub trait Hold {
    /// Says whether it gave up or died.
    fn gave_up(&self) -> bool;
}

/// What does not change during a session.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How execs are held.
    pub tier: Tier,
    /// Whether decisions are carried out.
    pub mode: Mode,
    /// Whose user id the process tree has.
    pub uid: u32,
}

/// The gate: everything that a decision needs.
#[derive(Debug)]
pub struct Gate {
    policy: Policy,
    identities: Identities,
    journal: Journal,
    people: Option<People>,
    grants: Grants,
    carried: Carried,
    settings: Settings,
    ticker: Ticker,
    traffic: Traffic,
    granted: AtomicU64,
    situation: Situation,
    budgets: Budgets,
    lineage: Lineage,
}

/// A request that was resolved and evaluated.
struct Judged {
    subject: Subject,
    evaluation: Evaluation,
    took: Duration,
}

/// Failing to write a record: the only error, and it refuses.
type Written<T> = Result<T, AuditError>;

impl Gate {
    /// Puts the gate together. Without `people`, what asks is answered by `defaults.no_approver`.
    #[must_use]
    pub fn new(
        policy: Policy,
        identities: Identities,
        journal: Journal,
        people: Option<People>,
        settings: Settings,
    ) -> Self {
        let (grants, carried, ticker) = (Grants::default(), Carried::default(), Ticker::default());
        let (traffic, granted) = (Traffic::default(), AtomicU64::new(0));
        let (situation, budgets, lineage) = (Situation::default(), Budgets::default(), Lineage::default());
        Self {
            policy,
            identities,
            journal,
            people,
            grants,
            carried,
            settings,
            ticker,
            traffic,
            granted,
            situation,
            budgets,
            lineage,
        }
    }

    /// Says whose session it is, for the rules that ask.
    #[must_use]
    pub fn in_situation(self, situation: Situation) -> Self {
        Self { situation, ..self }
    }

    /// Starts what signs the journal while nothing is decided.
    ///
    /// # Errors
    ///
    /// Those of clone(2).
    pub fn start_ticker(self: &Arc<Self>) -> io::Result<()> {
        Ticker::start(self)
    }

    /// Announces a request, from its arrival until all about it is recorded.
    pub fn enter(&self) -> Passing<'_> {
        self.traffic.enter()
    }

    /// Waits until all requests are recorded to their end, before the record is closed. What asked is
    /// dead by then, so this takes moments.
    pub fn wait_for_requests(&self) {
        self.traffic.wait_until_none(LAST_REQUESTS);
    }

    pub(super) fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// Returns how many asks were answered with leave to run.
    #[must_use]
    pub fn granted(&self) -> u64 {
        self.granted.load(Ordering::Relaxed)
    }

    /// Returns what knows programs by their files.
    #[must_use]
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Returns the record that the gate writes to.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Returns the policy that the gate judges by.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Says whether what cannot be verified is judged all the same: by a policy that allows debugging, or
    /// because nothing is refused.
    #[must_use]
    pub fn judges_unverified(&self) -> bool {
        self.policy.debug() || self.settings.mode == Mode::Observe
    }

    /// Returns which parts of a subject decide: behind the kernel door all that a command starts comes
    /// to the gate by itself.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.settings.tier {
            Tier::Barrier | Tier::TrapDecide | Tier::FullTrace => Scope::Exec,
            Tier::Shim => Scope::Line,
        }
    }

    /// Decides a request: writes the record, then says what the door must do.
    pub fn decide(&self, request: &Request, hold: &dyn Hold) -> Reply {
        self.settle_or_refuse(request, &self.judge(request), hold)
    }

    /// Judges what has its record already, in words that leave something out: the script, but not its
    /// interpreter. Where nothing stands against that either, it is the same decision, and this returns
    /// nothing; else it is a decision of its own.
    pub fn decide_unless_allowed(&self, request: &Request, hold: &dyn Hold) -> Option<Reply> {
        let judged = self.judge(request);
        match judged.evaluation.decision {
            Decision::Allow => None,
            Decision::Ask | Decision::Deny => Some(self.settle_or_refuse(request, &judged, hold)),
        }
    }

    fn judge(&self, request: &Request) -> Judged {
        let started = Instant::now();
        let mut subject = resolve::resolve(request, self.scope(), &self.identities, self.policy.catalog());
        self.carried.remove_answered(request.process, &mut subject);
        let evaluation = self.evaluate(request, &subject);
        Judged { subject, evaluation, took: started.elapsed() }
    }

    fn settle_or_refuse(&self, request: &Request, judged: &Judged, hold: &dyn Hold) -> Reply {
        let Judged { subject, evaluation, took } = judged;
        let reply = self.settle(request, subject, evaluation, *took, hold).unwrap_or_else(|error| {
            Reply::refuse(&message::fault(request, &format!("nothing may run that cannot be recorded: {error}")))
        });
        if self.policy.reads_ancestors() && matches!(reply, Reply::Permit(_)) {
            self.lineage.remember(request, subject, self.policy.catalog());
        }
        reply
    }

    /// Judges a subject now. Budgets stay locked meanwhile, so that two requests do not share a use.
    fn evaluate(&self, request: &Request, subject: &Subject) -> Evaluation {
        if !self.policy.reads_situation() && !self.policy.has_limits() && !self.policy.reads_ancestors() {
            return self.policy.evaluate_in(subject, &self.situation);
        }
        let mut situation = Situation { now: Some(SystemTime::now()), ..self.situation.clone() };
        if self.policy.reads_branch() {
            situation.branch = branch::of(&request.cwd);
        }
        if self.policy.reads_ancestors() {
            situation.ancestors = Some(self.lineage.above(request));
        }
        if !self.policy.has_limits() {
            return self.policy.evaluate_in(subject, &situation);
        }
        let mut budgets = self.budgets.lock();
        situation.usage = Some(budgets.usage(request, Instant::now()));
        let evaluation = self.policy.evaluate_in(subject, &situation);
        budgets.charge(evaluation.matches.iter().filter_map(|found| found.charge.as_ref()), request, Instant::now());
        evaluation
    }

    /// Records what became of a program that was let run.
    ///
    /// # Errors
    ///
    /// When the line could not be written; every further decision refuses then.
    pub fn outcome(&self, record: &OutcomeRecord) -> Result<(), AuditError> {
        let written = self.journal.outcome(record);
        self.ticker.nudge(self.journal.needs_tick());
        written.map(drop)
    }

    /// Forgets a process that has ended.
    pub fn forget(&self, process: ProcessId) {
        self.carried.forget(process);
        self.lineage.forget(process);
        self.budgets.forget(process);
    }

    /// Records a program of our own, without judging it.
    pub fn record_only(&self, request: &Request) -> Reply {
        match self.write(&self.record(request, None, Decision::Allow, By::Default)) {
            Ok(receipt) => Reply::permit(receipt),
            Err(error) => Reply::refuse(&message::fault(request, &error.to_string())),
        }
    }

    /// Records and refuses a request that could not be judged. Observing lets it run.
    pub fn refuse(&self, request: &Request, fault: &str) -> Reply {
        let record = DecisionRecord { fault: Some(fault), ..self.record(request, None, Decision::Deny, By::Fault) };
        match (self.write(&record), self.settings.mode) {
            (Ok(_), Mode::Enforce) => Reply::refuse(&message::fault(request, fault)),
            (Ok(receipt), Mode::Observe) => Reply::permit(receipt),
            (Err(error), _) => Reply::refuse(&message::fault(request, &format!("{fault}; and {error}"))),
        }
    }

    fn settle(
        &self,
        request: &Request,
        subject: &Subject,
        evaluation: &Evaluation,
        took: Duration,
        hold: &dyn Hold,
    ) -> Written<Reply> {
        let by = match evaluation.outcome {
            Outcome::Rule(_) => By::Policy,
            Outcome::Default => By::Default,
            Outcome::Unknown => By::Unknown,
        };
        let record = DecisionRecord { eval: took, ..self.record(request, Some(evaluation), evaluation.decision, by) };
        match evaluation.decision {
            Decision::Allow => Ok(Reply::permit(self.write(&record)?)),
            Decision::Deny => {
                let receipt = self.write(&record)?;
                Ok(self.reply(request, evaluation, Verdict::Refuse, &Basis::Policy, receipt))
            }
            Decision::Ask => self.ask(request, subject, evaluation, &record, hold),
        }
    }

    fn ask(
        &self,
        request: &Request,
        subject: &Subject,
        evaluation: &Evaluation,
        record: &DecisionRecord<'_>,
        hold: &dyn Hold,
    ) -> Written<Reply> {
        let terms = evaluation.terms();
        let key = Key::of(subject, evaluation, self.policy.catalog()).filter(|_| terms.may_remember);
        if let Some(grant) = key.as_ref().and_then(|key| self.grants.find(key)) {
            let record = DecisionRecord { decision: Decision::Allow, by: By::Grant(grant), ..*record };
            return Ok(Reply::permit(self.write(&record)?));
        }
        let asked = self.write(record)?;
        let since = Instant::now();
        let timeout =
            terms.timeout.map_or(self.policy.defaults().ask_timeout, |own| own.min(self.policy.defaults().ask_timeout));
        let answer = match (&self.people, self.settings.mode) {
            (_, Mode::Observe) => Answer::Unasked,
            (None, Mode::Enforce) if terms.needs_person => Answer::Unasked,
            (None, Mode::Enforce) => Answer::Nobody,
            (Some(people), Mode::Enforce) => {
                people.ask(&Card::of(request, evaluation, key.is_some()), timeout, &|| hold.gave_up())
            }
        };
        let (verdict, basis) = self.verdict(&answer);
        let approval = self.journal.approval(&audit::ApprovalRecord {
            of: asked.seq(),
            answer: answer.recorded(verdict),
            scope: answer.scope(),
            approver: answer
                .is_given()
                .then_some(audit::Approver { id: &format!("uid:{}", self.settings.uid), method: "tty" }),
            message: answer.message(),
            waited: since.elapsed(),
        })?;
        if let (Answer::Session, Some(key)) = (&answer, key) {
            self.grants.add(key, approval.seq());
        }
        if verdict == Verdict::Permit {
            self.granted.fetch_add(1, Ordering::Relaxed);
            self.carried.remember(request.process, subject);
        }
        Ok(self.reply(request, evaluation, verdict, &basis, asked))
    }

    fn verdict(&self, answer: &Answer) -> (Verdict, Basis) {
        match answer {
            Answer::Once | Answer::Session => (Verdict::Permit, Basis::Person { message: None }),
            Answer::Denied { message } => (Verdict::Refuse, Basis::Person { message: message.clone() }),
            Answer::Timeout => (Verdict::Refuse, Basis::Timeout),
            Answer::GaveUp => (Verdict::Refuse, Basis::Cancelled),
            Answer::Failed(error) => (Verdict::Refuse, Basis::Fault(error.clone())),
            Answer::Unasked => (Verdict::Refuse, Basis::NoApprover),
            Answer::Nobody => match self.policy.defaults().no_approver {
                Decision::Allow => (Verdict::Permit, Basis::NoApprover),
                Decision::Ask | Decision::Deny => (Verdict::Refuse, Basis::NoApprover),
            },
        }
    }

    /// Turns a recorded verdict into a reply. Observing permits everything; the record says so.
    fn reply(
        &self,
        request: &Request,
        evaluation: &Evaluation,
        verdict: Verdict,
        basis: &Basis,
        receipt: Receipt,
    ) -> Reply {
        match (verdict, self.settings.mode) {
            (Verdict::Permit, _) | (Verdict::Refuse, Mode::Observe) => Reply::permit(receipt),
            (Verdict::Refuse, Mode::Enforce) => {
                Reply::refuse(&message::refusal(request, evaluation, basis, self.policy.defaults()))
            }
        }
    }

    /// Writes a decision, and sees to it that it is signed in time.
    fn write(&self, record: &DecisionRecord<'_>) -> Written<Receipt> {
        let receipt = self.journal.decision(record);
        self.ticker.nudge(self.journal.needs_tick());
        receipt
    }

    fn record<'a>(
        &self,
        request: &'a Request,
        evaluation: Option<&'a Evaluation>,
        decision: Decision,
        by: By,
    ) -> DecisionRecord<'a> {
        DecisionRecord {
            request,
            evaluation,
            decision,
            by,
            fault: None,
            tier: self.settings.tier,
            mode: self.settings.mode,
            policy: self.policy.digest(),
            scope: self.scope(),
            eval: Duration::ZERO,
        }
    }
}
