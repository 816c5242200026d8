//! How many lines of each kind a file holds: the cumulative counters of checkpoints and seals.

/// The kinds of lines that are counted, in byte order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Approval,
    Checkpoint,
    Allow,
    Ask,
    Deny,
    Gap,
    Outcome,
    PolicyLoaded,
    SessionEnd,
    SessionStart,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Approval,
        Self::Checkpoint,
        Self::Allow,
        Self::Ask,
        Self::Deny,
        Self::Gap,
        Self::Outcome,
        Self::PolicyLoaded,
        Self::SessionEnd,
        Self::SessionStart,
    ];

    /// Returns the counter's name.
    fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Checkpoint => "checkpoint",
            Self::Allow => "decision:allow",
            Self::Ask => "decision:ask",
            Self::Deny => "decision:deny",
            Self::Gap => "gap",
            Self::Outcome => "outcome",
            Self::PolicyLoaded => "policy_loaded",
            Self::SessionEnd => "session_end",
            Self::SessionStart => "session_start",
        }
    }

    /// Says whether a line of this kind is signed at once, whatever was signed before.
    pub(super) fn is_signed_at_once(self) -> bool {
        !matches!(self, Self::Allow | Self::Outcome)
    }
}

/// The counters of a file that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally([u64; Kind::ALL.len()]);

impl Tally {
    pub(super) fn add(&mut self, kind: Kind) {
        if let Some(count) = self.0.get_mut(kind as usize) {
            *count += 1;
        }
    }

    pub(super) fn get(&self, kind: Kind) -> u64 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// Returns the counters that are not zero, in byte order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Kind::ALL.iter().map(|kind| (kind.as_str(), self.get(*kind))).filter(|(_, count)| *count > 0)
    }
}

/// What a session decided so far, for its closing line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Decisions to let run.
    pub allow: u64,
    /// Decisions to ask.
    pub ask: u64,
    /// Decisions to refuse.
    pub deny: u64,
    /// Answers.
    pub approvals: u64,
    /// Programs whose end is known.
    pub outcomes: u64,
    /// Gaps.
    pub gaps: u64,
}

impl Counts {
    pub(super) fn of(tally: &Tally) -> Self {
        Self {
            allow: tally.get(Kind::Allow),
            ask: tally.get(Kind::Ask),
            deny: tally.get(Kind::Deny),
            approvals: tally.get(Kind::Approval),
            outcomes: tally.get(Kind::Outcome),
            gaps: tally.get(Kind::Gap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_stand_in_byte_order_of_their_names() {
        assert!(Kind::ALL.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()));
        assert!(Kind::ALL.iter().enumerate().all(|(index, kind)| *kind as usize == index));
    }
}
