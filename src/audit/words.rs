//! The words that lines use, and what this machine says of itself.

use super::hash::sha256;
use super::record::{Answer, By, ClockFacts, EndReason, Fate, GapCause, GapMode, GrantScope, Host};
use crate::model::{Scope, Truth};
use std::fs;

impl By {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Default => "default",
            Self::Unknown => "unknown",
            Self::Grant(_) => "grant",
            Self::Fault => "fault",
        }
    }
}

impl Answer {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::NoApprover => "no_approver",
        }
    }
}

impl GrantScope {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Session => "session",
        }
    }
}

impl Fate {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exited(_) => "exited",
            Self::Killed(_) => "killed",
            Self::Replaced => "replaced",
            Self::Running => "running",
            Self::Unknown => "unknown",
        }
    }
}

impl GapCause {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSpace => "enospc",
            Self::Io => "io",
            Self::Queue => "queue",
            Self::Suspend => "suspend",
            Self::ClockStep => "clock_step",
            Self::KernelLost => "kernel_lost",
            Self::Torn => "torn",
        }
    }
}

impl GapMode {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DenyAll => "deny_all",
            Self::Degraded => "degraded",
        }
    }
}

impl EndReason {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AgentExit => "agent_exit",
            Self::Signal => "signal",
            Self::NotStarted => "not_started",
            Self::Fault => "fault",
        }
    }
}

/// Returns the word that records use for how far a request can be believed.
pub(super) fn truth(truth: Truth) -> &'static str {
    match truth {
        Truth::Verified => "verified",
        Truth::Unverified => "unverified",
    }
}

/// Returns the word that records use for which parts decided.
pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Exec => "exec",
        Scope::Line => "line",
    }
}

impl Host {
    /// Returns what this machine says of itself; `localhost` when it has no name.
    #[must_use]
    pub fn here() -> Self {
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            id: Self::clean(&fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default()),
            machine: fs::read("/etc/machine-id").ok().filter(|id| !id.is_empty()).map(|id| sha256(id.trim_ascii())),
            os: format!("linux {}", release.trim()),
        }
    }

    /// Returns a name that can be a folder, a principal of `allowed_signers`, and the name of a log.
    #[must_use]
    pub fn clean(name: &str) -> String {
        let safe = |character: char| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => character,
            _ => '-',
        };
        let clean: String = name.trim().chars().take(64).map(safe).collect();
        let clean = clean.trim_start_matches(['.', '-']);
        if clean.is_empty() { "localhost".to_owned() } else { clean.to_owned() }
    }
}

impl ClockFacts {
    /// Returns what this machine says of its clock.
    #[must_use]
    pub fn here() -> Self {
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        Self { boot_id: boot_id.map(|id| id.trim().to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_cannot_leave_its_folder_or_break_a_line() {
        assert_eq!(Host::clean("host-7\n"), "host-7");
        assert_eq!(Host::clean("../../etc"), "etc");
        assert_eq!(Host::clean("a b\u{2014}c"), "a-b-c");
        assert_eq!(Host::clean(""), "localhost");
        assert_eq!(Host::clean(".."), "localhost");
        assert!(!Host::here().id.contains(['/', ' ', '\n', '+']));
    }
}
