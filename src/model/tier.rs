//! What the session can hold.

use std::fmt;
use std::str::FromStr;

/// How execs are held, strongest first. See `tollgate doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    /// E1: every exec stopped at the new image, before its first instruction.
    Barrier,
    /// E2: decided at the new image's first trapped system call.
    TrapDecide,
    /// E3: a permanent tracer.
    FullTrace,
    /// E4: the shim on PATH alone.
    Shim,
}

impl Tier {
    /// Returns the short name: `E1` to `E4`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Barrier => "E1",
            Self::TrapDecide => "E2",
            Self::FullTrace => "E3",
            Self::Shim => "E4",
        }
    }

    /// Says whether this tier holds at least what `floor` holds.
    #[must_use]
    pub fn satisfies(self, floor: Self) -> bool {
        self.rank() <= floor.rank()
    }

    fn rank(self) -> u8 {
        match self {
            Self::Barrier => 1,
            Self::TrapDecide => 2,
            Self::FullTrace => 3,
            Self::Shim => 4,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Barrier, Self::TrapDecide, Self::FullTrace, Self::Shim]
            .into_iter()
            .find(|tier| tier.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| "a tier is one of E1, E2, E3, E4 (see tollgate doctor)".to_owned())
    }
}

/// Whether decisions are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What is denied does not run.
    Enforce,
    /// Everything runs; the record says what would have been refused.
    Observe,
}

impl Mode {
    /// Returns the word that records use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_tier_satisfies_a_weaker_floor() {
        assert!(Tier::Barrier.satisfies(Tier::Shim));
        assert!(!Tier::Shim.satisfies(Tier::Barrier));
        assert_eq!("e1".parse(), Ok(Tier::Barrier));
    }
}
