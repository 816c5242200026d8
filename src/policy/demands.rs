//! What a rule demands before its action may happen: approval and obligations.
//!
//! Pure: they are held against what this program can do. What it cannot do makes the rule a denial that
//! says so; nothing that a policy demands is passed over.

use crate::model::{Situation, Terms};
use std::time::Duration;

/// Who must say yes, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// Who may: `user:`, `group:` or `role:` and a name; anybody where it is empty.
    pub approvers: Vec<String>,
    /// How many.
    pub quorum: u32,
    /// Whether the session's own user does not count.
    pub not_requester: bool,
    /// How long the question waits.
    pub timeout: Option<Duration>,
    /// For how long an answer holds.
    pub remember: Remember,
    /// What an answer is bound to.
    pub bind_to: Vec<Bound>,
    /// Whether an answer needs a reason.
    pub require_reason: bool,
    /// Where people are asked; the terminal where it is empty.
    pub channel: Vec<String>,
}

/// For how long an answer holds. Ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remember {
    /// For this one action; nobody is offered more.
    Never,
    /// The same.
    Once,
    /// For the session, where the person says so.
    #[default]
    Session,
    /// For the project. Not kept over sessions yet: as for the session.
    Project,
}

/// A part of an action that an answer is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The command.
    Argv,
    /// The working directory.
    Cwd,
    /// The environment.
    Env,
    /// The program's content.
    ProgramDigest,
    /// The policy.
    PolicyDigest,
}

impl Approval {
    /// Returns why nobody here can say yes; nothing where somebody can. The one approver that this
    /// program knows is the session's user, at the terminal.
    pub(crate) fn obstacle(&self, situation: &Situation) -> Option<String> {
        if self.quorum > 1 {
            return Some(format!("this needs {} approvers, and only one person can be asked here", self.quorum));
        }
        if self.not_requester {
            return Some("this needs another approver than the session's own user, who alone can be asked here".into());
        }
        if self.require_reason {
            return Some("this needs an answer with a reason, which cannot be given here".into());
        }
        if !self.channel.is_empty() && !self.channel.iter().any(|channel| channel == "terminal") {
            return Some(format!("this is asked on {} only, which cannot be reached", self.channel.join(", ")));
        }
        if !self.approvers.is_empty() && !self.approvers.iter().any(|approver| is(approver, situation)) {
            return Some(format!("this needs {}, who cannot be asked here", self.approvers.join(" or ")));
        }
        None
    }

    /// Returns what the gate holds an answer to.
    pub(crate) fn terms(&self) -> Terms {
        // A remembered answer is bound to the program's file, the command, the directory and the policy
        // (which is fixed for the session), not to the environment nor to the file's content.
        let bound = self.bind_to.iter().any(|part| matches!(part, Bound::Env | Bound::ProgramDigest));
        Terms { timeout: self.timeout, may_remember: self.remember >= Remember::Session && !bound, needs_person: true }
    }
}

fn is(approver: &str, situation: &Situation) -> bool {
    match approver.split_once(':') {
        Some(("user", name)) => situation.user.as_deref() == Some(name),
        Some(("group", name)) => situation.groups.iter().flat_map(|groups| groups.iter()).any(|group| group == name),
        _ => false,
    }
}

/// What must be done beside an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obligation {
    /// This command is run first, and shown to whoever is asked.
    DryRun {
        /// The command.
        command: Vec<String>,
        /// Whether its output is shown.
        attach: bool,
    },
    /// These files are copied first.
    Backup {
        /// Patterns for them.
        paths: Vec<String>,
        /// Where to.
        to: String,
    },
    /// The program runs confined.
    Sandbox {
        /// How.
        profile: String,
    },
    /// These variables are kept out of the record.
    Redact {
        /// Patterns for their names.
        env: Vec<String>,
    },
}

impl Obligation {
    /// Returns why it cannot be fulfilled here; nothing where it can.
    pub(crate) fn obstacle(&self) -> Option<&'static str> {
        match self {
            Self::DryRun { .. } => Some("this needs a dry run first, which tollgate cannot do yet"),
            Self::Backup { .. } => Some("this needs a backup first, which tollgate cannot make yet"),
            Self::Sandbox { .. } => Some("this needs a sandbox, which tollgate cannot set up yet"),
            // Records never hold the environment.
            Self::Redact { .. } => None,
        }
    }
}
